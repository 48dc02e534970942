"""Refused items can be looked at, sent through admission once more, and thrown away."""

import json
import time

import pytest

from support.statements import SKILLS, item, put, take_back, told, winner


def listed(hub, *words):
    """Refused items by number."""
    items = hub.command_json("quarantine", "list", "--limit", "1000", *words)["items"]
    assert len({one["number"] for one in items}) == len(items)
    return {one["number"]: one for one in items}


def number(hub, node, pattern):
    (found,) = [one["number"] for one in listed(hub, "--node", node).values() if one.get("id") == pattern]
    return str(found)


def release(hub, *which):
    """Tries items again; the exit code tells whether any was refused again."""
    done = hub.run("quarantine", "release", *which, "--json")
    released = json.loads(done.stdout)["released"]
    assert done.returncode == (3 if any(one["verdict"] == "refused" for one in released) else 0), done
    return released


def retract(hub, pattern, *more):
    hub.command("retraction", "add", SKILLS, pattern, "--reason", "harmful", *more)


def refuse(hub, node, *items, code="retracted"):
    answer = hub.client(node).push(SKILLS, list(items))
    assert answer.by_line() == [("refused", code)] * len(items), answer


def test_items_are_listed_by_node_collection_and_code(hub):
    refuse(hub, "lister", item("range", 1, value=7), code="value-out-of-range")
    refuse(hub, "lister", b"{nonsense", code="malformed-json")
    refuse(hub, "other-lister", item("range", 1, value=-1), code="value-out-of-range")
    hub.client("lister").push("best-practices", [item("elsewhere", 1, value=7)])
    assert {one["code"] for one in listed(hub, "--node", "lister").values()} == {"value-out-of-range", "malformed-json"}
    chosen = listed(hub, "--node", "lister", "--code", "value-out-of-range", "--collection", SKILLS)
    assert [(one["node"], one["collection"], one["id"]) for one in chosen.values()] == [("lister", SKILLS, "range")]
    text = hub.command("quarantine", "list", "--node", "lister")
    assert "malformed-json" in text and all(str(one) in text for one in listed(hub, "--node", "lister"))


def test_showing_one_tells_what_was_sent_and_what_is_wrong_with_it(hub):
    refuse(hub, "shower", item("shown", 1, value=7, text="as it was sent"), code="value-out-of-range")
    which = number(hub, "shower", "shown")
    one = hub.command_json("quarantine", "show", which)
    assert (one["number"], one["node"], one["code"], one["id"]) == \
        (int(which), "shower", "value-out-of-range", "shown") and "7" in one["detail"]
    assert "as it was sent" in hub.command("quarantine", "show", which)
    assert "value-out-of-range" in hub.command("quarantine", "show", which)


@pytest.mark.parametrize("words", [["show", "999999"], ["release", "999999"], ["discard", "999999"]], ids=" ".join)
def test_a_number_that_is_none_is_an_error(hub, words):
    done = hub.run("quarantine", *words)
    assert done.returncode == 1 and done.stderr.strip(), done


@pytest.mark.parametrize("words", [["release"], ["discard"], ["release", "x"], ["show"], ["list", "--code", "Bad Code"]],
                         ids=" ".join)
def test_what_is_to_be_done_has_to_be_said(hub, words):
    done = hub.run("quarantine", *words)
    assert done.returncode == 2 and done.stderr.strip(), done


def test_what_is_still_wrong_is_refused_again_and_stays(hub):
    refuse(hub, "stubborn", item("wrong", 1, value=7), code="value-out-of-range")
    refuse(hub, "stubborn", b'{"id":"wrong too","surprise":1}', code="member-unknown")
    before = listed(hub, "--node", "stubborn")
    done = release(hub, "--node", "stubborn")
    assert {(one["number"], one["verdict"], one["code"]) for one in done} == \
        {(one["number"], "refused", one["code"]) for one in before.values()}
    assert all(one["detail"] for one in done)
    after = listed(hub, "--node", "stubborn")
    assert {(one["id"], one["code"]) for one in after.values()} == {(one["id"], one["code"]) for one in before.values()}
    assert winner(hub.client("alice"), "wrong") is None


def test_what_was_refused_as_retracted_is_admitted_after_the_lift(hub):
    retract(hub, "released")
    refuse(hub, "patient", item("released", 5, text="mine"))
    which = number(hub, "patient", "released")
    (before,) = release(hub, which)
    assert (before["verdict"], before["code"]) == ("refused", "retracted"), "not as long as it is retracted"
    # Whether the lift admits it by itself or it is released by hand, it comes to be served, once.
    hub.command("retraction", "lift", SKILLS, "released", "--reason", "mended")
    for left in listed(hub, "--node", "patient"):
        assert [one["verdict"] for one in release(hub, str(left))] == ["accepted"]
    line = winner(hub.client("alice"), "released")
    assert (line["origin"], line["revision"], line["payload"]["text"]) == ("patient", 5, "mine")
    assert listed(hub, "--node", "patient") == {}
    assert hub.client("patient").push(SKILLS, [item("released", 5, text="mine")]).counts == (0, 1, 0, 0)


def test_a_fork_that_is_released_is_still_a_fork(hub):
    put(hub.client("twin"), "forked", 5, value_score=0.9, text="first")
    refuse(hub, "twin", item("forked", 5, text="second"), code="revision-fork")
    which = number(hub, "twin", "forked")
    assert [one["verdict"] for one in release(hub, which)] == ["refused"]
    assert winner(hub.client("alice"), "forked")["payload"]["text"] == "first"


@pytest.mark.parametrize("numbered", [True, False], ids=["numbered", "unnumbered"])
def test_an_old_item_never_takes_the_place_of_what_its_node_said_since(hub, numbered):
    pattern, node = f"since-{numbered}", f"changer-{numbered}".lower()
    content = {"text": f"bad idea {numbered}"}
    put(hub.client("bystander"), f"source-{numbered}", 1, value_score=0.9, **content)
    retract(hub, f"source-{numbered}", "--content")
    refuse(hub, node, item(pattern, 5 if numbered else None, value=0.95, **content))
    assert hub.client(node).push(SKILLS, [item(pattern, 6 if numbered else None, text="second thoughts")]) \
        .counts == (1, 0, 0, 0)
    hub.command("retraction", "lift", SKILLS, f"source-{numbered}", "--reason", "no longer")
    for left in listed(hub, "--node", node):
        assert [one["verdict"] for one in release(hub, str(left))] != ["accepted"]
    (line,) = [one for one in told(hub.client(node), pattern)["contributions"] if one["origin"] == node]
    assert line["payload"]["text"] == "second thoughts"


@pytest.mark.parametrize("counts", ["microseconds", "one by one"])
def test_an_old_item_does_not_bring_back_what_its_node_took_back_since(hub, counts):
    pattern, node = f"abandoned {counts}", f"withdrawer-{counts}".replace(" ", "-")
    put(hub.client(node), pattern, 1, value_score=0.9)
    retract(hub, pattern)
    refuse(hub, node, item(pattern, None, value=0.95, text="once more"))
    revision = time.time_ns() // 1000 if counts == "microseconds" else 2
    assert take_back(hub.client(node), pattern, revision).end["refused"] == 0
    hub.command("retraction", "lift", SKILLS, pattern, "--reason", "no longer")
    for left in listed(hub, "--node", node):
        release(hub, str(left))
    assert winner(hub.client("alice"), pattern) is None


def test_discarding_throws_away_what_was_named_and_nothing_else(hub):
    for pattern, value in (("keep", 7), ("drop", 8), ("drop-too", 9)):
        refuse(hub, "cleaner", item(pattern, 1, value=value), code="value-out-of-range")
    refuse(hub, "cleaner", b"[]", code="malformed-json")
    hub.command("quarantine", "discard", number(hub, "cleaner", "drop"), number(hub, "cleaner", "drop-too"))
    assert {one.get("id") for one in listed(hub, "--node", "cleaner").values()} == {"keep", None}
    hub.command("quarantine", "discard", "--code", "malformed-json")
    assert {one["id"] for one in listed(hub, "--node", "cleaner").values()} == {"keep"}
    hub.command("quarantine", "discard", "--node", "cleaner")
    assert listed(hub, "--node", "cleaner") == {}


def test_a_revoked_nodes_items_are_not_let_in(hub):
    retract(hub, "banned")
    refuse(hub, "outcast", item("banned", 1, value=0.99))
    hub.command("node", "revoke", "outcast", "--recompute")
    hub.command("retraction", "lift", SKILLS, "banned", "--reason", "no longer")
    for left in listed(hub, "--node", "outcast"):
        hub.run("quarantine", "release", str(left))
    assert winner(hub.client("alice"), "banned") is None


def test_what_an_earlier_enrolment_sent_is_not_let_in(hub):
    retract(hub, "from before")
    refuse(hub, "renewed", item("from before", 1, value=0.99))
    which = number(hub, "renewed", "from before")
    hub.command("node", "revoke", "renewed")
    hub.enrol("renewed")
    hub.command("retraction", "lift", SKILLS, "from before", "--reason", "no longer")
    (one,) = release(hub, which)
    assert (one["verdict"], one["code"]) == ("refused", "origin-not-permitted")
    assert "earlier enrolment of 'renewed'" in one["detail"]
    assert "earlier enrolment" in hub.run("quarantine", "release", which).stdout
    assert winner(hub.client("alice"), "from before") is None
    assert hub.client("renewed").push(SKILLS, [item("from before", 1, value=0.99)]).counts == (1, 0, 0, 0)
