"""What the operator of a hub below another is told, and what he does about it, is true."""

import time

import pytest

from support.arena import wait_until
from support.hierarchy import agree
from support.regions import INTERVAL, SKILLS, NamedRegion, gone, known
from support.statements import item


@pytest.fixture
def pair(arena):
    """A region and the hub above it, which replicate; the interval is long, so that nothing is by the clock."""
    us, above = (NamedRegion(arena, name).start() for name in ("us", "global"))
    us.join(above, "us", *INTERVAL)
    yield us, above
    us.close()
    above.close()


def push(hub, node, *items, collection=SKILLS):
    with hub.client(node) as client:
        assert client.push(collection, list(items)).end["refused"] == 0


def refused(hub):
    return hub.command_json("quarantine", "list")["items"]


def flow(hub, feed, direction="push", collection=SKILLS):
    (status,) = hub.status()
    return next(one for one in status["flows"]
                if (one["collection"], one["feed"], one["direction"]) == (collection, feed, direction))


@pytest.mark.parametrize("below", [True, False])
def test_what_a_hub_passed_on_is_released_as_its_author_said_it(pair, below):
    us, above = pair
    giver, taker = (us, above) if below else (above, us)
    push(giver, "alice", item("before", 1))
    agree(pair, SKILLS)
    taker.command("node", "revoke", "alice", "--recompute")
    gone(taker, "before")
    push(giver, "alice", item("after", 1))
    (kept,) = wait_until(lambda: refused(taker), 20, "the statement is refused")
    assert (kept["id"], kept["code"], kept["node"]) == ("after", "origin-left-out", giver.name)
    done = taker.run("quarantine", "release", str(kept["number"]))
    assert done.returncode == 3 and "origin-left-out" in done.stdout, done
    done = taker.run("quarantine", "release", "--node", giver.name)
    assert done.returncode == 3, done
    assert [one["code"] for one in refused(taker)] == ["origin-left-out"]
    assert taker.winner(SKILLS, "after") is None
    assert not {key for key in taker.statements(SKILLS) if key[0] == "after"}


def test_a_collection_of_one_region_alone_is_told_and_holds_up_nothing(pair):
    us, above = pair
    us.command("collection", "set", "local-notes", "--strategy", "highest-value")
    push(us, "alice", item("note", 1), collection="local-notes")
    push(us, "alice", item("one", 1))
    known(above, "one", seconds=5)
    (status,) = us.status()
    assert (status["state"], status["failures"], status["lacking_collections"]) == ("answering", 0, ["local-notes"])
    text = us.command("upstream", "status")
    shown = "tributary-hub collection set local-notes --strategy highest-value"
    assert shown in text and "collection add" not in text
    for number in range(3):
        push(us, "alice", item(f"next-{number}", 1))
        known(above, f"next-{number}", seconds=5)
    above.command(*shown.split()[1:])
    known(above, "note", seconds=10, collection="local-notes")
    wait_until(lambda: us.status()[0]["lacking_collections"] == [], 10, "nothing is lacking")
    assert us.status()[0]["failures"] == 0


def test_what_was_pushed_waits_again_since_it_was_decided_about(pair):
    us, above = pair
    push(us, "alice", item("old", 1))
    agree(pair, SKILLS)
    wait_until(lambda: flow(us, "contributions")["items_behind"] == 0, 20, "nothing waits")
    us.psql("UPDATE contributions SET received_at = received_at - interval '14 minutes'")
    above.stop()
    us.command("retraction", "add", SKILLS, "old", "--reason", "wrong", "--by", "olga")
    waiting = flow(us, "contributions")
    assert waiting["items_behind"] == 1 and waiting["seconds_behind"] < 60, waiting
    # What never was pushed waits since it came.
    us.psql("UPDATE upstream_positions SET moved_at = moved_at - interval '30 minutes'")
    waiting = flow(us, "contributions")
    assert waiting["seconds_behind"] >= 14 * 60, waiting


def test_the_upstream_was_heard_of_when_something_came_from_it_whatever_else_fails(pair):
    us, above = pair
    push(us, "alice", item("mine", 1))
    agree(pair, SKILLS)
    # What cannot be read here cannot be pushed from here; pulling is not concerned.
    us.psql("UPDATE upstreams SET contacted_at = contacted_at - interval '1 hour'")
    push(above, "kenji", item("theirs", 1))
    known(us, "theirs")
    (status,) = us.status()
    moved = max(one["moved_at"] for one in status["flows"] if one["moved_at"] and one["direction"] == "pull")
    assert status["contacted_at"] >= moved, status


def test_an_upstream_that_answers_is_heard_of_while_pushing_fails(pair):
    us, above = pair
    push(us, "alice", item("mine", 1))
    agree(pair, SKILLS)
    us.psql("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no push is noted'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON upstream_positions FOR EACH ROW
            WHEN (new.direction = 'push') EXECUTE FUNCTION refuse()""")
    push(us, "alice", item("more", 1))
    wait_until(lambda: us.status()[0]["state"] == "failing", 20, "pushing fails")
    us.psql("UPDATE upstreams SET contacted_at = contacted_at - interval '1 hour'")
    before = us.status()[0]["contacted_at"]
    for number in range(3):
        push(above, "kenji", item(f"theirs-{number}", 1))
        known(us, f"theirs-{number}")
        time.sleep(1)
    stored = us.psql("SELECT contacted_at > now() - interval '30 seconds' FROM upstreams")
    assert stored == "t" and us.status()[0]["contacted_at"] > before
    assert us.status()[0]["state"] == "failing"


def test_a_hub_below_is_known_to_have_a_retraction_and_counts_its_own_spokes(pair):
    us, above = pair
    push(us, "alice", item("wrong", 1), item("wrong-too", 1))
    agree(pair, SKILLS)
    above.command("retraction", "add", SKILLS, "wrong", "--reason", "wrong", "--by", "olga")

    def one():
        (retraction,) = above.command_json("retraction", "status", SKILLS, "wrong")["retractions"]
        return retraction
    wait_until(lambda: one()["hubs_applied"] == 1, 20, "the hub below has it")
    nodes = {node["node"]: (node["role"], node["state"]) for node in one()["nodes"]}
    assert nodes["us"] == ("hub", "applied")
    assert (one()["applied"], one()["waiting"]) == (0, 0)
    text = above.command("retraction", "status", SKILLS, "wrong")
    assert "spokes of other regions are counted by their own hubs" in text
    us.stop()
    above.command("retraction", "add", SKILLS, "wrong-too", "--reason", "wrong", "--by", "olga")
    (later,) = above.command_json("retraction", "status", SKILLS, "wrong-too")["retractions"]
    assert {node["node"]: node["state"] for node in later["nodes"]}["us"] == "waiting"


def test_a_mistyped_collection_is_warned_about(pair):
    us, above = pair
    us.command("upstream", "remove", above.url)
    path = f"{us.folder}/token-us"
    words = ("upstream", "add", above.url, "--node", "us", "--token-file", path, "--collections")
    done = us.run(*words, "skills-pattern")
    assert done.returncode == 0 and "did you mean 'skills-patterns'?" in done.stderr, done
    done = us.run(*words, "skills-patterns")
    assert done.returncode == 0 and "warning" not in done.stderr, done
