"""What the hub forgets of the past: never what somebody still has to hear of, and never silently."""

import shutil

import pytest

from support.arena import wait_until
from support.spoke import Spoke
from support.statements import SKILLS, item, put, told


def restart(hub, **settings):
    assert hub.stop() == 0
    hub.start(**settings)


def follow(hub, cursor):
    return hub.client("alice").get(f"/v1/collections/{SKILLS}/winners?since={cursor}")


def forget(hub):
    """Lets two days pass and serves twice with one day of the past being kept."""
    put(hub.client("alice"), "clock", 1, value_score=0.9)
    put(hub.client("alice"), "clock", 2, value_score=0.8)
    assert told(hub.client("alice"), "clock")["history"]
    hub.psql("UPDATE winners SET decided_at = decided_at - interval '2 days'")
    hub.psql("UPDATE contribution_history SET superseded_at = superseded_at - interval '2 days'")
    for _ in range(2):
        restart(hub, history_days=1)
        wait_until(lambda: not told(hub.client("alice"), "clock")["history"], 30, "the past is forgotten")
    assert hub.client("alice").push(SKILLS, [{"id": "clock", "revision": 3, "retracted": True}]).end["refused"] == 0


@pytest.fixture
def lagging(fresh_hub):
    """A hub, a workstation that does not know yet that a pattern is gone, its copy, and a cursor from before."""
    fresh_hub.start()
    carla, bruno = Spoke(fresh_hub, "carla"), Spoke(fresh_hub, "bruno")
    carla.write(SKILLS, [item("gone"), item("kept"), item("retracted")])
    for spoke in (carla, bruno):
        spoke.sync()
    cursor = fresh_hub.client("alice").winners(SKILLS).cursor
    copy = fresh_hub.arena.folder("s")
    shutil.copytree(bruno.folder, copy, dirs_exist_ok=True)
    carla.write(SKILLS, [item("kept"), item("retracted")])
    fresh_hub.command("retraction", "add", SKILLS, "retracted", "--reason", "harmful")
    carla.sync()
    assert set(bruno.learned_items(SKILLS)) == {"gone", "kept", "retracted"}
    return fresh_hub, bruno, Spoke(fresh_hub, "bruno", folder=copy), cursor


def test_what_somebody_still_has_to_hear_of_is_kept(lagging):
    hub, bruno, _, cursor = lagging
    forget(hub)
    reply = follow(hub, cursor)
    assert reply.status == 200 and b'{"id":"gone","state":"retracted"}' in reply.body
    assert b'{"id":"retracted","state":"retracted"}' in reply.body
    bruno.port = hub.port
    report = next(one for one in bruno.sync()["collections"] if one["collection"] == SKILLS)
    assert report["read_from_beginning"] is False and set(bruno.learned_items(SKILLS)) == {"kept"}


def test_who_comes_later_than_everybody_begins_anew_and_ends_the_same(lagging):
    hub, bruno, old, cursor = lagging
    bruno.sync()
    forget(hub)
    wait_until(lambda: follow(hub, cursor).status == 410, 30, "what everybody has heard of is forgotten")
    assert follow(hub, cursor).problem() == "cursor-expired"
    fresh = Spoke(hub, "fresh")
    old.port = hub.port
    assert "gone" in old.learned_items(SKILLS)
    reports = [next(one for one in spoke.sync()["collections"] if one["collection"] == SKILLS) for spoke in (old, fresh)]
    assert reports[0]["read_from_beginning"] is True
    assert old.learned() == fresh.learned() and set(fresh.learned_items(SKILLS)) == {"kept"}
    assert old.sync()["changed"] is False
    # An operator's retraction is no part of the past: it still holds.
    assert hub.client("alice").push(SKILLS, [item("retracted", 1)]).by_line() == [("refused", "retracted")]


def revoke(hub):
    hub.command("node", "revoke", "bruno")


def lose_sight(hub):
    hub.psql("UPDATE nodes SET last_seen_at = last_seen_at - interval '2 days' WHERE node = 'bruno'")


@pytest.mark.parametrize("leave", [revoke, lose_sight])
def test_nobody_waits_for_a_node_that_is_gone(lagging, leave):
    hub, _, _, cursor = lagging
    leave(hub)
    forget(hub)
    wait_until(lambda: follow(hub, cursor).status == 410, 30, "what everybody has heard of is forgotten")


def test_the_past_is_bounded_by_rows_and_the_oldest_go_first(fresh_hub):
    fresh_hub.start()
    for revision in range(1, 9):
        for pattern in ("busy", "calm")[:1 if revision > 2 else 2]:
            put(fresh_hub.client("alice"), pattern, revision, value_score=0.9, text=f"{pattern} {revision}")
    assert fresh_hub.psql("SELECT count(*) FROM contribution_history") == "8"
    restart(fresh_hub, history_rows=3)
    wait_until(lambda: fresh_hub.psql("SELECT count(*) FROM contribution_history") == "3", 30, "the past is short")
    kept = told(fresh_hub.client("alice"), "busy")
    assert [one["revision"] for one in kept["history"]] == [7, 6, 5]
    assert told(fresh_hub.client("alice"), "calm")["history"] == []
    assert kept["winner"]["revision"] == 8, "what is said now is no past"
    restart(fresh_hub, history_rows=3)
    assert [one["revision"] for one in told(fresh_hub.client("alice"), "busy")["history"]] == [7, 6, 5]
