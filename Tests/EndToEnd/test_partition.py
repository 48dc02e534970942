"""A region that is cut off goes on by itself, and is one with the others again afterwards."""

import pytest

from support.arena import wait_until
from support.border import Border
from support.client import encode
from support.model import content_checksum
from support.proxy import Proxy
from support.regions import INTERVAL, SKILLS, Beyond, Hierarchy, NamedRegion, gone, known
from support.hierarchy import agree
from support.statements import item, take_back
from support.together import at_once


def push(hub, node, *items):
    with hub.client(node) as client:
        assert client.push(SKILLS, list(items)).end["refused"] == 0


@pytest.fixture(scope="module")
def divided(arena):
    """Two regions below a global hub, one of them behind a border."""
    with Hierarchy(arena, ("us",)) as hierarchy, Border(hierarchy.above.port) as border:
        asia = NamedRegion(arena, "asia").start()
        hierarchy.hubs.append(asia)
        asia.join_through(border, hierarchy.above, *INTERVAL)
        yield hierarchy, asia, border


@pytest.mark.parametrize("how", ["close_down", "fall_silent"])
def test_a_region_that_is_cut_off_goes_on_and_is_one_with_the_others_afterwards(divided, how):
    hierarchy, asia, border = divided
    us = hierarchy["us"]
    push(us, "alice", item(f"{how}-both", 1, note="before"), item(f"{how}-retracted", 1), item(f"{how}-taken-back", 1))
    hierarchy.agree()
    getattr(border, how)()
    # Both sides go on.
    push(us, "alice", *(item(f"{how}-us-{n}", 1) for n in range(40)), item(f"{how}-both", 2, 0.9, note="us"))
    push(asia, "kenji", *(item(f"{how}-asia-{n}", 1) for n in range(40)), item(f"{how}-both", 1, 0.95, note="asia"))
    asia.command("retraction", "add", SKILLS, f"{how}-retracted", "--reason", "not here", "--by", "otto")
    take_back(us.client("alice"), f"{how}-taken-back", 2)
    known(hierarchy.above, f"{how}-us-39")
    gone(asia, f"{how}-retracted")
    assert asia.winner(SKILLS, f"{how}-both")["payload"]["note"] == "asia"
    assert us.winner(SKILLS, f"{how}-both")["payload"]["note"] == "us"
    assert asia.winner(SKILLS, f"{how}-us-0") is None and us.winner(SKILLS, f"{how}-asia-0") is None
    if how == "close_down":
        failure = wait_until(lambda: asia.status()[0].get("error"), 30, "the failure is noted")
        assert f"127.0.0.1:{border.port}" in failure
    border.heal()
    hierarchy.agree(seconds=90)
    for hub in hierarchy.hubs:
        assert hub.winner(SKILLS, f"{how}-both")["payload"]["note"] == "asia"
        assert hub.winner(SKILLS, f"{how}-retracted") is None and hub.winner(SKILLS, f"{how}-taken-back") is None
    wait_until(lambda: not asia.status()[0].get("error"), 30, "the failure is over")


def test_a_region_that_is_killed_while_it_is_cut_off_loses_nothing(divided):
    hierarchy, asia, border = divided
    border.close_down()
    push(asia, "kenji", *(item(f"killed-{n}", 1) for n in range(20)))
    push(hierarchy["us"], "alice", *(item(f"meanwhile-{n}", 1) for n in range(20)))
    at_once(asia.kill, hierarchy.above.kill)
    at_once(asia.start, hierarchy.above.start)
    border.heal()
    known(hierarchy["us"], "killed-19", 60)
    known(asia, "meanwhile-19", 60)
    hierarchy.agree()


def test_replies_that_are_cut_off_or_altered_on_the_way_do_no_harm(arena):
    feed = "GET /v1/collections/skills-patterns/contributions"
    # A connection that alters something goes on doing so until it is reset.
    plan = [f"cut_reply:700@{feed}", f"swap@{feed}", "reset_reply:900@contributions/selection",
            f"reset_reply:900@{feed}", "drop_reply@POST /v1/collections", "cut_request:900@POST /v1/collections",
            "drop_reply@POST /v1/collections"]
    with Hierarchy(arena, ("us",)) as hierarchy, Proxy(hierarchy.above.port, plan) as proxy:
        us = hierarchy["us"]
        asia = NamedRegion(arena, "asia").start()
        hierarchy.hubs.append(asia)
        push(us, "alice", *(item(f"p-{n}", 1, 0.91, note="n" * 200) for n in range(50)))
        # What was altered is asked for again with the next comparison.
        asia.join(Beyond(proxy, hierarchy.above), "asia", "--sync-interval", "2")
        for round_number in range(12):
            if not proxy.plan:
                break
            push(us, "alice", item(f"u-{round_number}", 1, 0.91))
            push(asia, "kenji", *(item(f"a-{round_number}-{n}", 1, 0.91, note="n" * 100) for n in range(20)))
            known(us, f"a-{round_number}-19", 60)
            known(asia, f"u-{round_number}", 60)
        assert not proxy.plan, proxy.plan
        hierarchy.agree()
        assert {line["value"] for line in asia.watcher().winners(SKILLS).lines} == {0.91}


def relayed(pattern, origin="mallory", path=(), checksum=None, **payload):
    """A line as a hub passes it on."""
    payload = {"value_score": 0.9, **payload}
    return {"id": pattern, "state": "live", "origin": origin, "incarnation": 1, "revision": 1,
            "checksum": checksum or content_checksum(SKILLS, pattern, payload), "path": list(path), "payload": payload}


def test_a_relay_that_lies_harms_itself_alone(divided):
    hierarchy, asia, _ = divided
    above = hierarchy.above
    if "liar" not in above.tokens:
        above.enrol("liar", role="hub")
    with above.client("liar") as liar:
        answer = liar.push(SKILLS, encode([
            relayed("lie-checksum", checksum="0" * 64), relayed("lie-truth"),
            relayed("lie-circle", path=[f"hub-{n}" for n in range(16)]),
            relayed("lie-deep", path=[f"hub-{n}" for n in range(17)]),
            {**relayed("lie-future"), "revision": 2**62}, {**relayed("lie-nobody"), "incarnation": 0},
            {**relayed("lie-extra"), "surprise": 1}]))
    codes = {verdict["id"]: verdict["code"] for verdict in answer.verdicts}
    assert codes == {"lie-checksum": "checksum-mismatch", "lie-circle": "path-too-long", "lie-deep": "path-too-long",
                     "lie-future": "clock-ahead", "lie-nobody": "relay-incomplete", "lie-extra": "member-unknown"}
    line = known(asia, "lie-truth")
    assert (line["origin"], line["path"]) == ("mallory", ["liar", "global"])
    agree(hierarchy.hubs, SKILLS)
    assert {key[0] for key in asia.statements(SKILLS) if key[0].startswith("lie-")} == {"lie-truth"}
    # A spoke does not get that far.
    with above.client("mere-spoke") as spoke:
        answer = spoke.push(SKILLS, encode([relayed("lie-spoke", origin="alice")]))
        assert answer.counts == (0, 0, 0, 1)
