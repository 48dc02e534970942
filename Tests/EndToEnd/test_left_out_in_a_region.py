"""A node that one region leaves out: what it is told, what the others hold, and how the node is taken in again."""

import os

import pytest

from support.arena import wait_until
from support.hierarchy import agree
from support.regions import INTERVAL, SKILLS, NamedRegion, known
from support.spoke import Spoke
from support.together import at_once


def item(pattern, value=0.9):
    return {"id": pattern, "payload": {"value_score": value, "text": pattern}}


@pytest.fixture
def pair(arena):
    """A global hub, and a region below it; the interval is long, so that nothing is by the clock."""
    above, us = NamedRegion(arena, "global"), NamedRegion(arena, "us")
    try:
        at_once(above.start, us.start)
        us.join(above, "us", *INTERVAL)
        yield above, us
    finally:
        at_once(above.close, us.close)


def test_a_node_of_another_hub_is_left_out_here_and_taken_in_again_once_it_is_enrolled_anew_there(pair):
    above, us = pair
    alice = Spoke(us, "alice")
    alice.write(SKILLS, [item("tea")])
    alice.sync()
    known(above, "tea")

    done = above.run("node", "revoke", "alice")
    assert done.returncode == 1 and "other hubs (us)" in done.stderr, done
    assert f"node revoke alice --recompute --dry-run --data-dir {above.data}" in done.stderr, "as it can be copied"
    done = above.run("node", "revoke", "alicia")
    assert done.returncode == 1 and "there is no node 'alicia'" in done.stderr, done
    assert known(above, "tea"), "nothing was left out by that"

    for words in (["--dry-run"], []):
        shown = above.command("node", "revoke", "alice", "--recompute", *words)
        assert "This is about this hub alone" in shown and "origin-left-out" in shown, shown
    assert above.winner(SKILLS, "tea") is None
    done = us.run("verify", "--against", "upstream", "--repair", "--collection", SKILLS)
    assert done.returncode == 9 and "tea" in done.stdout, "it differs, and is not mended"
    assert above.winner(SKILLS, "tea") is None and us.winner(SKILLS, "tea")

    alice.write(SKILLS, [item("tea"), item("coffee")])
    alice.sync()
    wait_until(lambda: "coffee" in above.command("quarantine", "list"), 20, "it is refused")
    story = above.run("why", SKILLS, "coffee")
    assert "refused as origin-left-out" in story.stdout and "quarantine release" not in story.stdout, story
    assert "node add NAME" in story.stdout and "quarantine discard" in story.stdout, story

    us.command("node", "revoke", "alice", "--recompute")
    token = us.enrol("alice")
    with open(alice.token_file, "w", encoding="ascii") as file:
        file.write(token + "\n")
    alice.sync()
    for pattern in ("tea", "coffee"):
        line = known(above, pattern)
        assert (line["origin"], line["incarnation"]) == ("alice", 2)
    agree([above, us], SKILLS)


def test_a_retraction_is_told_once_and_a_purge_says_how_far_it_reaches(pair):
    _, us = pair
    with us.client("alice") as client:
        client.push(SKILLS, [item("tea")])
    shown = us.command("retraction", "add", SKILLS, "tea", "--purge", "--reason", "holds a password")
    assert "its text is removed here and on every hub that this reaches" in shown, shown
    with us.client("alice") as client:
        client.push(SKILLS, [item("juice")])
    us.command("retraction", "add", SKILLS, "juice", "--reason", "seen to fail")
    shown = us.command("why", SKILLS, "juice")
    assert shown.count("seen to fail") == 2, "in the answer, and among what operators decided: " + shown
    assert "could be served" not in shown and "withheld" in shown, shown


def test_the_way_to_a_hub_is_checked_where_it_is_given(pair):
    above, us = pair
    folder = us.arena.folder("t")
    path = os.path.join(folder, "own.token")
    with open(path, "w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(us.enrol("itself", role="hub") + "\n")
    done = us.run("upstream", "add", us.url, "--node", "itself", "--token-file", path)
    assert done.returncode == 8 and us.url in done.stderr and "this hub itself" in done.stderr, done
    for part in ("v1", "v1/manifest", "hub/v1/", "n/alice/tributary_secret", "healthz"):
        done = us.run("upstream", "add", f"{above.url}/{part}", "--node", "us", "--token-file", path)
        assert done.returncode == 2 and "leave out '/" in done.stderr and "secret" not in done.stderr, done
    assert len(us.status()) == 1
    done = us.run("verify", "--against", "upstraem")
    assert done.returncode == 1 and "did you mean 'upstream'?" in done.stderr, done
