"""What is purged is nowhere any more: the checksum and the reason are what remains."""

import json
import os

import pytest

from support.statements import SKILLS, item, put, told, winner

ERRORS = "error-solutions"
WORD = "zanzibarquokka"
REASON = "a customer's password"


def traces(hub):
    """Where the word is found: in the database, as text or as bytes, and in the logs."""
    with open(os.path.join(hub.data, "postgres.log"), encoding="utf-8", errors="replace") as file:
        places = {"database": hub.dump(), "log": hub.read_log(), "log of the database": file.read()}
    return [name for name, text in places.items() if WORD in text.lower() or WORD.encode().hex() in text.lower()]


def purge(hub, pattern, *more, collection=SKILLS):
    hub.command("retraction", "add", collection, pattern, "--purge", "--reason", REASON, *more)


def lift(hub, pattern, collection=SKILLS):
    hub.command("retraction", "lift", collection, pattern, "--reason", "cleaned")


@pytest.fixture
def leaky(fresh_hub):
    """A hub where the word has come to every place that keeps text."""
    fresh_hub.start()
    fresh_hub.set_policy(SKILLS, strategy="merge")
    alice, bruno, chika = (fresh_hub.client(name) for name in ("alice", "bruno", "chika"))
    put(alice, "leak", 1, value_score=0.8, success_examples=[WORD, "first"])
    put(alice, "leak", 2, value_score=0.9, success_examples=[WORD], text=f"say {WORD}")
    put(bruno, "leak", 1, value_score=0.8, success_examples=["b", WORD.upper()])
    put(chika, "copy", 1, value_score=0.75, success_examples=[WORD], text=f"say {WORD}")
    refused = alice.push(SKILLS, [item("leak", 3, value=7, text=WORD), item("leak", 2, text=f"fork {WORD}")])
    assert refused.end["refused"] == 2
    assert WORD in json.dumps(winner(alice, "leak")["payload"]) and traces(fresh_hub) == ["database"]
    return fresh_hub


def test_after_a_purge_the_text_is_nowhere(leaky):
    checksums = {line["checksum"] for line in told(leaky.client("alice"), "leak")["contributions"]}
    purge(leaky, "leak", "--content")
    assert traces(leaky) == []
    story = leaky.command_json("why", SKILLS, "leak")
    assert {line["checksum"] for line in story["contributions"]} == checksums
    assert {line["standing"] for line in story["contributions"]} == {"erased"}
    assert story["absent"]["code"] == "retracted" and REASON in story["absent"]["detail"]
    (one,) = [one for one in leaky.command_json("retraction", "list")["retractions"] if one["id"] == "leak"]
    assert (one["reason"], one["purged"]) == (REASON, True)
    assert leaky.command_json("why", SKILLS, "copy")["contributions"][0]["standing"] == "erased"
    assert leaky.client("alice").winners(SKILLS).lines == []


def test_what_is_sent_again_after_a_purge_leaves_no_trace_either(leaky):
    purge(leaky, "leak", "--content")
    for node, pattern in (("alice", "leak"), ("daria", "leak"), ("daria", "another-copy")):
        one = item(pattern, 9, value=0.9, success_examples=[WORD], text=f"say {WORD}")
        answer = leaky.client(node).push(SKILLS, [one])
        assert answer.by_line() == [("refused", "retracted")] and WORD not in answer.verdicts[0]["detail"]
    assert traces(leaky) == []


def test_a_purge_by_id_leaves_other_patterns_alone(leaky):
    purge(leaky, "leak")
    line = winner(leaky.client("alice"), "copy")
    assert line["payload"]["text"] == f"say {WORD}"
    assert [one["id"] for one in leaky.client("alice").winners(SKILLS).lines] == ["copy"]


def test_after_a_lift_what_was_purged_comes_back_when_it_is_said_again(leaky):
    statement = item("leak", 2, value=0.9, success_examples=[WORD], text=f"say {WORD}")
    purge(leaky, "leak")
    lift(leaky, "leak")
    story = leaky.command_json("why", SKILLS, "leak")
    assert story["absent"]["code"] == "erased" and winner(leaky.client("alice"), "leak") is None
    # The very same statement, and later a newer one.
    assert leaky.client("alice").push(SKILLS, [statement]).end["refused"] == 0
    assert winner(leaky.client("alice"), "leak")["payload"]["text"] == f"say {WORD}"
    put(leaky.client("bruno"), "leak", 2, value_score=0.95, text="clean")
    assert winner(leaky.client("alice"), "leak")["origin"] == "bruno"


def test_what_a_person_wrote_to_decide_a_conflict_is_purged_too(fresh_hub):
    fresh_hub.start()
    fresh_hub.set_policy(ERRORS, strategy="manual")
    for node in ("alice", "bruno"):
        put(fresh_hub.client(node), "decided", 1, ERRORS, value_score=0.9, by=node)
    path = os.path.join(fresh_hub.folder, "edit.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"value_score": 0.9, "text": WORD}, file)
    fresh_hub.command("conflict", "resolve", ERRORS, "decided", "--content", path, "--reason", "both wrong")
    assert winner(fresh_hub.client("alice"), "decided", ERRORS)["payload"]["text"] == WORD
    purge(fresh_hub, "decided", collection=ERRORS)
    assert traces(fresh_hub) == []
    assert WORD not in fresh_hub.command("why", ERRORS, "decided")


def test_a_dry_run_of_a_purge_erases_nothing(leaky):
    before = leaky.client("alice").manifest(SKILLS)
    purge(leaky, "leak", "--content", "--dry-run")
    assert traces(leaky) == ["database"] and leaky.client("alice").manifest(SKILLS) == before


def test_a_content_that_is_everywhere_is_purged_everywhere(fresh_hub):
    fresh_hub.start()
    statements = [item(f"copy-{number}", 1, value=0.9, text=f"say {WORD}") for number in range(1200)]
    for node in ("alice", "bruno"):
        assert fresh_hub.client(node).push(SKILLS, statements).end["accepted"] == 1200
    assert fresh_hub.client("bruno").push(SKILLS, [item(f"copy-{number}", 2, text="other") for number in range(600)]) \
        .end["accepted"] == 600
    purge(fresh_hub, "copy-0", "--content")
    assert traces(fresh_hub) == []
