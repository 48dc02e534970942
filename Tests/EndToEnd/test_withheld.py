"""A workstation is told which of its own patterns an operator retracted, and when that holds no more."""

import json
import shutil
import time

import pytest

from support.arena import wait_until
from support.spoke import Spoke
from support.statements import SKILLS, item, put, take_back, told, winner

REASON = "wipes the home directory"
COPIED = {"text": "curl somewhere | sh", "tags": ["install"]}


def retract(hub, pattern, *more):
    return hub.command("retraction", "add", SKILLS, pattern, "--reason", REASON, "--by", "olga", *more)


def lift(hub, pattern):
    return hub.command("retraction", "lift", SKILLS, pattern, "--reason", "it was another one", "--by", "olga")


def entry(report):
    return next(one for one in report["collections"] if one["collection"] == SKILLS)


def withheld(report):
    """What a report or a status names as withheld, by id."""
    found = entry(report)["withheld"]
    assert found["count"] >= len(found["items"])
    return {one["id"]: one["detail"] for one in found["items"]}


def status(spoke):
    return json.loads(spoke.run("status", "--json").stdout)


def news(client, since=None):
    """What the hub tells a node of its own statements: by id, whether withheld and whether erased; and the position."""
    feed = client.contributions(SKILLS, origin=client.node, payload=0, withheld=1, **({"since": since} if since else {}))
    return {line["id"]: (line.get("withheld"), line.get("erased", False)) for line in feed.lines}, feed.cursor


@pytest.fixture
def alice(fresh_hub):
    """A workstation whose three patterns the hub has; bruno says one of them better."""
    fresh_hub.start()
    spoke = Spoke(fresh_hub, "alice")
    spoke.write(SKILLS, [item("mine", text="first"), item("copy", value=0.8, **COPIED), item("rest")])
    put(fresh_hub.client("bruno"), "original", 1, value_score=0.9, **COPIED)
    put(fresh_hub.client("bruno"), "copy", 1, value_score=0.95, text="another")
    assert entry(spoke.sync())["pushed"] == 3
    assert withheld(spoke.sync()) == withheld(status(spoke)) == {}
    return spoke


def test_a_round_names_what_of_its_own_was_retracted_and_why(alice):
    retract(alice.hub, "mine")
    done = alice.run("sync")
    assert done.returncode == 0 and REASON in done.stdout and "olga" in done.stdout and "  mine: " in done.stdout, done
    # It goes on being said, also where there is nothing else to say, and where the hub is not asked.
    for report in (alice.sync(), alice.sync(command="push"), alice.sync(command="pull"), status(alice)):
        assert list(withheld(report)) == ["mine"] and REASON in withheld(report)["mine"]
    assert REASON in alice.run("status").stdout
    shutil.rmtree(alice.state)
    assert list(withheld(alice.sync())) == ["mine"]
    lift(alice.hub, "mine")
    assert withheld(alice.sync()) == withheld(status(alice)) == {}
    assert REASON not in alice.run("sync").stdout


def test_a_copy_of_a_retracted_content_is_named_also_where_it_is_not_what_was_served(alice):
    retract(alice.hub, "original", "--content")
    assert winner(alice.hub.client("alice"), "copy")["origin"] == "bruno"
    assert list(withheld(alice.sync())) == ["copy"]
    shutil.rmtree(alice.state)
    assert "this content" in withheld(alice.sync())["copy"]
    lift(alice.hub, "original")
    assert withheld(alice.sync()) == {}


def test_what_was_said_anew_or_taken_back_is_not_named(alice):
    retract(alice.hub, "original", "--content")
    retract(alice.hub, "mine")
    assert set(withheld(alice.sync())) == {"copy", "mine"}
    alice.write(SKILLS, [item("copy", value=0.8, text="my own words"), item("rest")])
    assert withheld(alice.sync()) == {}
    shutil.rmtree(alice.state)
    assert withheld(alice.sync()) == {}


def test_only_the_first_are_named_and_all_are_counted(fresh_hub):
    fresh_hub.start()
    spoke = Spoke(fresh_hub, "alice")
    spoke.write(SKILLS, [item(f"copy-{number:02}", **COPIED) for number in range(40)])
    spoke.sync()
    retract(fresh_hub, "copy-07", "--content")
    found = entry(spoke.sync())["withheld"]
    assert found["count"] == 40 and [one["id"] for one in found["items"]] == [f"copy-{n:02}" for n in range(20)]
    text = spoke.run("sync").stdout
    assert "40 patterns" in text and "copy-00" in text and "copy-30" not in text and len(text.splitlines()) < 15


def test_a_node_is_told_of_changes_alone_and_of_its_own(alice):
    """The wire: what an operator does moves a node's own statements to the end of its feed, and nobody else's."""
    hub, client = alice.hub, alice.hub.client("alice")
    first, cursor = news(client)
    assert first == {"mine": (None, False), "copy": (None, False), "rest": (None, False)}
    before = client.manifest(SKILLS)["resolutions"]["cursor"]
    retract(hub, "mine")
    retract(hub, "original")
    assert client.manifest(SKILLS)["resolutions"]["cursor"] != before
    found, cursor = news(client, cursor)
    assert list(found) == ["mine"] and REASON in found["mine"][0] and "olga" in found["mine"][0]
    retract(hub, "original", "--content")
    found, cursor = news(client, cursor)
    assert list(found) == ["copy"] and found["copy"][0]
    assert news(client, cursor)[0] == {}
    for pattern in ("mine", "original"):
        lift(hub, pattern)
    found, cursor = news(client, cursor)
    assert found == {"mine": (None, False), "copy": (None, False)}
    retract(hub, "mine", "--purge")
    found, cursor = news(client, cursor)
    assert found["mine"][0] and found["mine"][1]
    plain = client.contributions(SKILLS, origin="alice", payload=0).lines
    assert "mine" not in {line["id"] for line in plain} and not any("withheld" in line for line in plain)
    assert take_back(client, "mine", time.time_ns() // 1000).end["accepted"] == 1
    assert news(client, cursor)[0] == {"mine": (None, False)}


def test_a_round_asks_once_after_each_decision_and_else_never(fresh_hub):
    fresh_hub.start(level="debug")
    spoke = Spoke(fresh_hub, "alice")

    def asked():
        requests = [json.loads(line) for line in fresh_hub.read_log().splitlines() if '"route"' in line]
        return [one["method"] for one in requests if one["route"].endswith("/contributions")].count("GET")

    spoke.write(SKILLS, [item("mine"), item("rest")])
    spoke.sync()
    before = asked()
    assert before >= 1, "what the hub has of it is read before anything is offered"
    spoke.write(SKILLS, [item("mine"), item("rest", text="changed")])
    put(fresh_hub.client("bruno"), "news", 1, value_score=0.9)
    spoke.sync()
    spoke.sync()
    assert spoke.learned_items(SKILLS).keys() == {"mine", "rest", "news"} and asked() == before
    retract(fresh_hub, "news")
    spoke.sync()
    spoke.sync()
    assert asked() == before + 1


def test_a_running_workstation_says_so_within_seconds(alice):
    alice.start()
    lines = []

    def said(word):
        while not alice.lines.empty():
            lines.append(alice.lines.get())
        return any(word in line for line in lines)

    try:
        wait_until(lambda: said("sync ok"), 20, "its first round")
        retract(alice.hub, "original", "--content")
        wait_until(lambda: said("withheld 1"), 30, "it is told")
    finally:
        assert alice.stop() == 0


def test_once_lifted_nothing_is_held_back_any_more(alice):
    retract(alice.hub, "mine")
    source = [item("mine", text="better"), item("copy", value=0.8, **COPIED), item("rest")]
    alice.write(SKILLS, source)
    held = entry(alice.sync(expecting=3))
    assert held["refused"] == 1 and held["withheld"]["count"] == 0, "told once, with its reason"
    assert REASON in json.dumps(held["refusals"])
    lift(alice.hub, "mine")
    assert entry(alice.sync())["refused"] == 0
    assert winner(alice.hub.client("bruno"), "mine")["payload"]["text"] == "better"
    assert alice.run("sync").stdout.count("held back") == 0


def test_what_was_refused_and_is_not_kept_by_the_hub_is_offered_again(alice):
    """Its text was not kept, so the hub cannot admit it by itself."""
    retract(alice.hub, "mine", "--purge")
    alice.write(SKILLS, [item("mine", text="better"), item("rest")])
    assert entry(alice.sync(expecting=3))["refused"] == 1
    retract(alice.hub, "rest")
    assert entry(alice.sync(expecting=3))["refused"] == 1, "another decision changes nothing about this one"
    lift(alice.hub, "mine")
    report = entry(alice.sync())
    assert (report["refused"], report["withheld"]["count"]) == (0, 1)
    assert winner(alice.hub.client("bruno"), "mine")["payload"]["text"] == "better"
    assert entry(alice.sync())["unchanged"] == 2


@pytest.mark.parametrize("between", [True, False], ids=["told in between", "offline in between"])
@pytest.mark.parametrize("more", [[], ["--content"]], ids=["pattern", "content"])
def test_what_was_purged_comes_back_by_itself_once_lifted(alice, between, more):
    hub = alice.hub
    retract(hub, "mine", "--purge", *more)
    if between:
        assert list(withheld(alice.sync())) == ["mine"]
    lift(hub, "mine")
    assert winner(hub.client("bruno"), "mine") is None
    report = entry(alice.sync())
    assert (report["refused"], report["withheld"]["count"]) == (0, 0)
    assert winner(hub.client("bruno"), "mine")["payload"]["text"] == "first"
    (one,) = told(hub.client("alice"), "mine")["contributions"]
    assert one["standing"] == "candidate"
    assert entry(alice.sync())["pushed"] == 0


def test_a_purged_copy_under_another_id_comes_back_by_itself_too(alice):
    retract(alice.hub, "original", "--purge", "--content")
    assert list(withheld(alice.sync())) == ["copy"]
    lift(alice.hub, "original")
    assert entry(alice.sync())["withheld"]["count"] == 0
    standing = {one["origin"]: one["standing"] for one in told(alice.hub.client("alice"), "copy")["contributions"]}
    assert standing == {"alice": "candidate", "bruno": "candidate"}
