"""Who wins, why, and what is left when a statement is taken back."""

import itertools

import pytest

from support.model import NO_VECTOR
from support.statements import put, take_back, told, winner

COLLECTION = "skills-patterns"


def test_the_guides_example_is_won_by_the_higher_value_everywhere(hub):
    alice, bruno = hub.client("alice"), hub.client("bruno")
    put(alice, "skill-123", 1, skill_name="NixOS module creation", value_score=0.85,
        success_examples=["example1", "example2"])
    put(bruno, "skill-123", 1, skill_name="NixOS module creation", value_score=0.92,
        success_examples=["example3", "example4", "example5"])
    for client in (alice, bruno):
        line = winner(client, "skill-123")
        assert (line["origin"], line["value"]) == ("bruno", 0.92)
        assert line["payload"]["success_examples"] == ["example3", "example4", "example5"]
    story = told(alice, "skill-123")
    assert (story["winner"]["origin"], story["runner_up"]["origin"], story["decided_by"]) == ("bruno", "alice", "value")
    assert {line["origin"] for line in story["contributions"]} == {"alice", "bruno"}


def test_a_retraction_falls_back_to_the_runner_up_and_then_to_nothing(hub):
    nodes = {name: hub.client(name) for name in ("alice", "bruno", "chika")}
    for name, value in (("alice", 0.8), ("bruno", 0.95), ("chika", 0.9)):
        put(nodes[name], "fading", 10, value_score=value)
    cursor = nodes["alice"].winners(COLLECTION).cursor
    for leaver, heir in (("bruno", "chika"), ("chika", "alice"), ("alice", None)):
        assert take_back(nodes[leaver], "fading", 11).counts == (1, 0, 0, 0)
        news = nodes["alice"].winners(COLLECTION, since=cursor)
        assert [(line["id"], line["state"], line.get("origin")) for line in news.lines] == \
            [("fading", "live" if heir else "retracted", heir)]
        cursor = news.cursor
    assert winner(nodes["alice"], "fading") is None, "a first load leaves retractions out"
    assert told(nodes["alice"], "fading")["state"] == "retracted"
    # It may come back, with a newer statement only.
    assert nodes["bruno"].push(COLLECTION, [{"id": "fading", "revision": 10, "payload": {"value_score": 0.95}}]) \
        .counts == (0, 0, 1, 0)
    put(nodes["bruno"], "fading", 12, value_score=0.71)
    assert winner(nodes["alice"], "fading")["origin"] == "bruno"


def test_a_retraction_that_overtakes_its_statement_still_holds(hub):
    """The push of revision 20 was lost, or is still on its way, when revision 21 takes the pattern back."""
    client = hub.client("alice")
    assert take_back(client, "overtaken", 21).counts[3] == 0
    late = client.push(COLLECTION, [{"id": "overtaken", "revision": 20, "payload": {"value_score": 0.9}}])
    assert late.counts == (0, 0, 1, 0), "what was taken back before it came is stale"
    assert winner(client, "overtaken") is None


def test_below_the_threshold_a_contribution_is_kept_but_cannot_win(hub):
    client = hub.client("alice")
    put(client, "weak", 1, value_score=0.6999999)
    assert winner(client, "weak") is None
    assert told(client, "weak")["contributions"][0]["value"] == 0.6999999
    put(client, "weak", 2, value_score=0.7)
    assert winner(client, "weak")["value"] == 0.7
    cursor = client.winners(COLLECTION).cursor
    put(client, "weak", 3, value_score=0.1)
    assert [line["state"] for line in client.winners(COLLECTION, since=cursor).lines] == ["retracted"]


@pytest.mark.parametrize("order", list(itertools.permutations(["alice", "bruno", "chika"])), ids="-".join)
def test_a_tie_is_broken_the_same_way_in_every_order(hub, order):
    pattern = "tie-" + "-".join(order)
    for name in order:
        put(hub.client(name), pattern, 5, value_score=0.8, last_updated=1_700_000_000, said="the same")
    assert winner(hub.client("alice"), pattern)["origin"] == "alice", "the lowest origin"
    pattern = "times-" + "-".join(order)
    times = {"alice": 1_700_000_000, "bruno": "2023-11-14T22:13:21Z", "chika": "2023-11-14T22:13:20.5"}
    for name in order:
        put(hub.client(name), pattern, 5, value_score=0.8, last_updated=times[name])
    assert winner(hub.client("alice"), pattern)["origin"] == "bruno", "the latest at equal value"


def test_latest_prefers_time_over_value(fresh_hub):
    fresh_hub.start()
    fresh_hub.set_policy(COLLECTION, strategy="latest")
    alice, bruno = fresh_hub.client("alice"), fresh_hub.client("bruno")
    put(alice, "x", 1, value_score=0.99, updated_at="2026-01-01T00:00:00Z")
    put(bruno, "x", 1, value_score=0.71, updated_at="2026-01-01T00:00:00.000001Z")
    put(alice, "zone", 1, value_score=0.8, updated_at="2026-01-01T00:30:00+02:00")
    put(bruno, "zone", 1, value_score=0.8, updated_at="2025-12-31T23:00:00Z")
    assert [winner(alice, pattern)["origin"] for pattern in ("x", "zone")] == ["bruno", "bruno"]
    fresh_hub.set_policy(COLLECTION, strategy="highest-value")
    assert winner(alice, "x")["origin"] == "alice"


@pytest.mark.parametrize("collection, payload, value", [
    ("error-solutions", {"confidence_score": 0.9}, 0.9),
    ("error-solutions", {"confidence_score": 0.9, "value_score": 0.75}, 0.75),
    ("best-practices", {"endorsement_count": 5}, 5 / 7), ("best-practices", {"endorsement_count": 4}, None),
    ("best-practices", {"endorsement_count": 5, "value_score": 0.2}, None),
    ("best-practices", {"endorsement_count": 0}, None), ("skills-patterns", {"value_score": 1}, 1)])
def test_each_collection_reads_its_own_value(hub, collection, payload, value):
    client = hub.client("alice")
    pattern = f"rule-{sorted(payload.items())}"
    put(client, pattern, 1, collection, **payload)
    line = winner(client, pattern, collection)
    assert (line and line["value"]) == value
    if line:
        assert line["payload"] == payload, "a payload is never rewritten"


def test_the_canonical_and_the_decomposed_spelling_are_two_patterns(hub):
    client = hub.client("alice")
    put(client, "caf\u00e9", 1, value_score=0.8, form="composed")
    put(client, "cafe\u0301", 1, value_score=0.8, form="decomposed")
    assert winner(client, "caf\u00e9")["payload"]["form"] == "composed"
    assert winner(client, "cafe\u0301")["payload"]["form"] == "decomposed"
    assert told(client, "cafe\u0301")["contributions"][0]["payload"]["form"] == "decomposed"


def test_a_vector_is_no_part_of_the_content_but_travels_with_it(hub):
    alice, bruno = hub.client("alice"), hub.client("bruno")
    body = {"id": "vectored", "revision": 1, "payload": {"value_score": 0.9}}
    first = alice.push(COLLECTION, [{**body, "vector": [0.25, -1.5], "vector_model": "bge-m3"}])
    plain = bruno.push(COLLECTION, [body])
    assert first.counts == plain.counts == (1, 0, 0, 0)
    lines = {line["origin"]: line for line in told(alice, "vectored")["contributions"]}
    assert lines["alice"]["checksum"] == lines["bruno"]["checksum"]
    assert lines["alice"]["vector_digest"] != NO_VECTOR and "vector_digest" not in lines["bruno"]
    line = next(one for one in alice.winners(COLLECTION, vectors=1).lines if one["id"] == "vectored")
    assert (line["vector"], line["vector_dimension"], line["vector_model"]) == ("AACAPgAAwL8=", 2, "bge-m3")
    assert "vector" not in winner(alice, "vectored")


def test_history_tells_what_was_said_before(hub):
    client = hub.client("alice")
    for revision, value in ((1, 0.7), (2, 0.8), (3, 0.9)):
        put(client, "storied", revision, value_score=value)
    story = told(client, "storied")
    assert [line["value"] for line in story["contributions"]] == [0.9]
    assert sorted(line["revision"] for line in story["history"]) == [1, 2]


def test_without_a_revision_the_hub_numbers_what_changed(hub):
    client = hub.client("alice")
    for payload, counts in (({"value_score": 0.8}, (1, 0, 0, 0)), ({"value_score": 0.80}, (0, 1, 0, 0)),
                            ({"value_score": 0.9}, (1, 0, 0, 0)), ({"value_score": 0.8}, (1, 0, 0, 0))):
        assert client.push(COLLECTION, [{"id": "unnumbered", "payload": payload}]).counts == counts
    assert winner(client, "unnumbered")["value"] == 0.8
    assert client.push(COLLECTION, [{"id": "unnumbered", "retracted": True}]).counts == (1, 0, 0, 0)
    assert client.push(COLLECTION, [{"id": "unnumbered", "retracted": True}]).counts == (0, 1, 0, 0)
