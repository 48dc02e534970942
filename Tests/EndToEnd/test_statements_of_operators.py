"""What operators state is stated once, and every copy knows what retracted it."""

import pytest

from support.operators import copied, disagree, resolve, row, written
from support.statements import SKILLS, put

BEST = "best-practices"


@pytest.fixture(scope="module", autouse=True)
def manual(hub):
    hub.set_policy(SKILLS, strategy="manual")


def test_a_copy_knows_what_retracted_it(hub):
    for pattern in ("original", "copy", "other copy"):
        put(hub.client("alice"), pattern, 1, BEST, value_score=0.9, text="the same words")
    put(hub.client("bruno"), "copy", 1, BEST, value_score=0.8, text="the same words")
    put(hub.client("bruno"), "different", 1, BEST, value_score=0.8, text="other words")
    done = hub.run("retraction", "status", BEST, "copy")
    assert done.returncode == 1 and "not retracted" in done.stderr
    text = hub.command("retraction", "add", BEST, "original", "--content", "--reason", "harmful", "--by", "olga")
    assert "  copy\n" in text and "  other copy\n" in text and "different" not in text
    (one,) = hub.command_json("retraction", "status", BEST, "copy")["retractions"]
    assert one["id"] is None and one["content"] and (one["by"], one["reason"]) == ("olga", "harmful")
    assert [(copy["id"], copy["origin"]) for copy in one["copies"]] == \
        [("copy", "alice"), ("copy", "bruno"), ("original", "alice"), ("other copy", "alice")]
    assert one["more_copies"] is False and {node["state"] for node in one["nodes"]} <= {"waiting", "never-pulled"}
    text = hub.command("retraction", "status", BEST, "copy")
    assert "olga: harmful" in text and row(text, "other", "copy") and "different" not in text
    both = hub.command_json("retraction", "status", BEST, "original")["retractions"]
    assert {bool(one["id"]) for one in both} == {True, False}
    assert hub.run("retraction", "status", BEST, "different").returncode == 1


def test_the_copies_that_are_named_are_bounded(hub):
    lines = [{"id": f"copy {n:03}", "revision": 1, "payload": {"value_score": 0.9, "text": "many times"}}
             for n in range(120)]
    assert hub.client("alice").push("error-solutions", lines).counts == (120, 0, 0, 0)
    text = hub.command("retraction", "add", "error-solutions", "copy 000", "--content", "--purge", "--reason", "r")
    assert "copy 020" in text and "copy 021" not in text and "and 99 more" in text
    for one in hub.command_json("retraction", "status", "error-solutions", "copy 007")["retractions"]:
        assert len(one["copies"]) == 100 and one["more_copies"] is True


def statements(hub, pattern):
    return len(hub.command_json("why", SKILLS, pattern)["resolutions"])


def test_the_same_retraction_is_made_once(hub):
    put(hub.client("alice"), "gone", 1, value_score=0.9, text="gone text")

    def add(*more, reason="harmful"):
        return hub.command("retraction", "add", SKILLS, "gone", "--reason", reason, *more)

    assert "retracted 'gone'" in add() and statements(hub, "gone") == 1
    text = add()
    assert "already" in text and copied(hub, text) and statements(hub, "gone") == 1
    for count, more in ((3, ["--content"]), (5, ["--content", "--purge"])):
        assert "already" not in add(*more) and statements(hub, "gone") == count
        assert "already" in add(*more) and "already" in add() and statements(hub, "gone") == count
    assert "already" not in add(reason="other") and statements(hub, "gone") == 6
    hub.command("retraction", "lift", SKILLS, "gone", "--reason", "r")
    assert "already" not in add(reason="other")


def test_the_same_decision_is_made_once(hub):
    disagree(hub, "twice")
    assert "decided" in resolve(hub, "twice", "--choose", "1")
    assert "already" in resolve(hub, "twice", "--choose", "1", by="otto") and statements(hub, "twice") == 1
    assert "already" not in resolve(hub, "twice", "--choose", "1", reason="other") and statements(hub, "twice") == 2
    assert "already" not in resolve(hub, "twice", "--choose", "2", reason="other") and statements(hub, "twice") == 3
    put(hub.client("chika"), "twice", 1, value_score=0.7, by="chika")
    assert "already" not in resolve(hub, "twice", "--choose", "2", reason="other") and statements(hub, "twice") == 4
    path = written(hub, value_score=0.9, text="mine")
    assert "already" not in resolve(hub, "twice", "--content", path) and "already" in \
        resolve(hub, "twice", "--content", path) and statements(hub, "twice") == 5
    path = written(hub, value_score=0.9, text="mine, too")
    assert "already" not in resolve(hub, "twice", "--content", path) and statements(hub, "twice") == 6
    for expected, stated in (("decided", 7), ("already", 7)):
        assert expected in resolve(hub, "twice", "--retract") and statements(hub, "twice") == stated
