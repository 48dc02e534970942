"""Whether two hubs hold the same, by ranges; what differs is named, and mended where asked for."""

import json

import pytest

from support.arena import wait_until
from support.hierarchy import Region

SKILLS = "skills-patterns"


def items(names, revision=1):
    return [{"id": name, "revision": revision, "payload": {"value_score": 0.9, "text": name}} for name in names]


def compare(hub, *words):
    done = hub.run("verify", "--against", "upstream", "--collection", SKILLS, "--json", *words)
    assert done.returncode in (0, 9), done
    (upstream,) = json.loads(done.stdout)["upstreams"]
    (found,) = upstream["collections"]
    differences = ("lacking_here", "lacking_there", "resolutions_lacking_here", "resolutions_lacking_there")
    assert (done.returncode == 9) == (sum(found[name] for name in differences) > 0), done
    return found


@pytest.fixture
def pair(arena):
    """Two hubs that serve; the second is to be joined to the first."""
    above, below = Region(arena), Region(arena)
    try:
        above.start()
        below.start()
        yield above, below
    finally:
        below.close()
        above.close()


def test_differing_patterns_are_named_and_sent_both_ways(pair):
    above, below = pair
    shared = [f"p{number:04}" for number in range(600)]
    below.client("alice").push(SKILLS, items(shared))
    below.join(above, "region")
    wait_until(lambda: above.digests(SKILLS)[0] == below.digests(SKILLS)[0], 30, "both hold the same")
    assert compare(below)["listed"] == []
    below.stop()
    above.client("kenji").push(SKILLS, items(["p0007", "x1"]))
    above.command("node", "revoke", "region")
    done = below.run("verify", "--against", "upstream", "--json")
    assert done.returncode == 8 and "region" in done.stderr, done
    above.enrol("region", role="hub")
    below.command("upstream", "remove", above.url)
    below.start()
    below.client("alice").push(SKILLS, items(["p0100", "p0101", "y1"], revision=2))
    below.stop()
    below.join(above, "region")
    found = compare(below)
    assert (found["lacking_here"], found["lacking_there"]) == (2, 3)
    assert {(one["id"], one["origin"], one["lacking"]) for one in found["listed"]} == {
        ("p0007", "kenji", "here"), ("x1", "kenji", "here"), ("p0100", "alice", "there"),
        ("p0101", "alice", "there"), ("y1", "alice", "there")}
    assert found["requests"] <= 12, "600 statements are not read to find 5"
    assert (found["fetched"], found["pushed"]) == (0, 0) and compare(below) == found, "looking changes nothing"
    shown = below.run("verify", "--against", above.url, "--collection", SKILLS)
    assert shown.returncode == 9 and "--repair" in shown.stderr and "p0101" in shown.stdout, shown
    mended = compare(below, "--repair")
    assert (mended["fetched"], mended["pushed"]) == (2, 3)
    assert (mended["lacking_here"], mended["lacking_there"]) == (0, 0)
    assert compare(below)["listed"] == []
    below.start()
    assert above.statements(SKILLS) == below.statements(SKILLS)
    assert above.digests(SKILLS)[:2] == below.digests(SKILLS)[:2]
    for hub in pair:
        hub.command("verify")


def test_what_operators_decided_is_compared_and_sent_both_ways(pair):
    above, below = pair
    below.client("alice").push(SKILLS, items(["p", "q"]))
    below.join(above, "region")
    wait_until(lambda: above.digests(SKILLS)[0] == below.digests(SKILLS)[0], 30, "both hold the same")
    below.stop()
    for hub, pattern in ((below, "p"), (above, "q")):
        hub.command("retraction", "add", SKILLS, pattern, "--reason", "wrong", "--by", "olga")
    found = compare(below)
    assert (found["lacking_here"], found["lacking_there"]) == (0, 0)
    assert (found["resolutions_lacking_here"], found["resolutions_lacking_there"]) == (1, 1)
    assert {(one["what"], one["id"], one["lacking"]) for one in found["listed"]} == {
        ("resolution", "p", "there"), ("resolution", "q", "here")}
    shown = below.run("verify", "--against", "upstream", "--collection", SKILLS)
    assert shown.returncode == 9 and "both hold the same" not in shown.stdout and "resolution" in shown.stdout, shown
    mended = compare(below, "--repair")
    assert (mended["resolutions_fetched"], mended["resolutions_pushed"]) == (1, 1)
    assert (mended["resolutions_lacking_here"], mended["resolutions_lacking_there"]) == (0, 0)
    assert compare(below)["listed"] == []
    assert above.winner(SKILLS, "p") is None and above.winner(SKILLS, "q") is None
    below.start()
    assert below.digests(SKILLS) == above.digests(SKILLS)
    assert below.winner(SKILLS, "p") is None and below.winner(SKILLS, "q") is None


def test_comparing_needs_an_upstream_that_is_known_and_answers(pair):
    above, below = pair
    done = below.run("verify", "--against", "upstream")
    assert done.returncode == 1 and "upstream add" in done.stderr, done
    below.join(above, "region")
    done = below.run("verify", "--against", above.url + "9")
    assert done.returncode == 1 and f"did you mean '{above.url}'?" in done.stderr, done
    done = below.run("verify", "--against", "upstream", "--collection", "no-such-one")
    assert done.returncode == 1 and "no-such-one" in done.stderr, done
    done = below.run("verify", "--repair")
    assert done.returncode == 2 and "--against" in done.stderr, done
    above.stop()
    done = below.run("verify", "--against", "upstream", seconds=120)
    assert done.returncode == 5 and above.url in done.stderr, done
