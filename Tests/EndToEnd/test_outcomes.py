"""How often each node's words won, lost, were merged or judged is counted, and survives a restart."""

import re

import pytest

from support.client import Client
from support.statements import SKILLS, put, told


def outcomes(hub, collection=SKILLS):
    """(node, outcome) with how often, of one collection, by strategy."""
    with Client(hub.metrics_port) as client:
        text = client.get("/metrics").body.decode()
    found = {}
    for labels, count in re.findall(r"^tributary_conflict_outcomes_total\{(.*)\} (\d+)$", text, re.MULTILINE):
        named = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        assert set(named) == {"collection", "strategy", "node", "outcome"}
        if named["collection"] == collection:
            found[named["strategy"], named["node"], named["outcome"]] = int(count)
    return found


@pytest.fixture
def measured(fresh_hub):
    fresh_hub.start(metrics="127.0.0.1:0")
    return fresh_hub


def test_what_meets_another_content_wins_or_loses(measured):
    put(measured.client("alice"), "x", 1, value_score=0.8)
    put(measured.client("alice"), "alone", 1, value_score=0.8)
    assert outcomes(measured) == {}, "nobody met anybody yet"
    put(measured.client("bruno"), "x", 1, value_score=0.9)
    put(measured.client("chika"), "x", 1, value_score=0.7)
    counted = outcomes(measured)
    assert counted["highest-value", "alice", "lost"] == 1 and counted["highest-value", "chika", "lost"] == 1
    assert counted["highest-value", "bruno", "won"] == 2
    assert measured.client("chika").push(SKILLS, [{"id": "x", "revision": 1, "payload": {"value_score": 0.7}}]) \
        .counts == (0, 1, 0, 0)
    assert outcomes(measured) == counted, "the same again is no news"
    assert measured.stop() == 0
    measured.start(metrics="127.0.0.1:0")
    assert outcomes(measured) == counted


def test_what_is_merged_is_counted_as_merged(measured):
    measured.set_policy(SKILLS, strategy="merge")
    put(measured.client("alice"), "x", 1, value_score=0.8, success_examples=["a"])
    put(measured.client("bruno"), "x", 1, value_score=0.9, success_examples=["b"])
    assert {(node, outcome) for _, node, outcome in outcomes(measured)} >= {("bruno", "merged")}
    assert not any(outcome in ("won", "lost") for _, _, outcome in outcomes(measured))


def test_what_a_person_decides_is_counted_for_whom(measured):
    measured.set_policy(SKILLS, strategy="manual")
    for node in ("alice", "bruno", "chika"):
        put(measured.client(node), "x", 1, value_score=0.9, by=node)
    opened = {node for _, node, outcome in outcomes(measured) if outcome == "opened"}
    assert opened >= {"bruno", "chika"}
    chosen = next(one["checksum"] for one in told(measured.client("alice"), "x")["contributions"]
                  if one["origin"] == "alice")
    measured.command("conflict", "resolve", SKILLS, "x", "--choose", chosen[:16], "--reason", "tried it")
    counted = {(node, outcome): count for (_, node, outcome), count in outcomes(measured).items()}
    assert {pair: counted[pair] for pair in counted if pair[1] in ("chosen", "rejected")} == \
        {("alice", "chosen"): 1, ("bruno", "rejected"): 1, ("chika", "rejected"): 1}
