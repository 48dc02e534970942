"""Spokes when what surrounds them changes: thresholds, tokens, sources, sinks, collections."""

import json
import os

import pytest

from support.hub import Hub
from support.spoke import Spoke

SKILLS = "skills-patterns"


def item(pattern, value=0.9, **payload):
    return {"id": pattern, "payload": {"value_score": value, **payload}}


def told(report, collection=SKILLS):
    return next(one for one in report["collections"] if one["collection"] == collection)


@pytest.fixture
def own_hub(arena):
    with Hub(arena) as hub:
        yield hub


def said(hub, node):
    """What a node says: the value of each live pattern."""
    rows = hub.psql(f"SELECT pattern_id, value FROM contributions WHERE node = '{node}' AND payload IS NOT NULL")
    return {row.split("|")[0]: float(row.split("|")[1]) for row in rows.splitlines()}


def test_a_lower_threshold_brings_out_what_was_kept_back(own_hub):
    spoke, other = Spoke(own_hub, "alice"), Spoke(own_hub, "bruno")
    spoke.write(SKILLS, [item("strong"), item("middling", 0.6), item("weak", 0.2)])
    spoke.sync()
    assert said(own_hub, "alice") == {"strong": 0.9}
    own_hub.set_policy(SKILLS, threshold=0.5)
    assert told(spoke.sync())["pushed"] == 1
    other.sync()
    assert set(other.learned_items(SKILLS)) == {"strong", "middling"}
    own_hub.set_policy(SKILLS, threshold=0.8)
    for one in (spoke, other, spoke):
        one.sync()
    assert set(other.learned_items(SKILLS)) == {"strong"}
    assert spoke.learned() == other.learned()


def test_a_strategy_that_changes_reaches_every_sink(own_hub):
    alice, bruno = Spoke(own_hub, "alice"), Spoke(own_hub, "bruno")
    alice.write(SKILLS, [item("x", 0.95, updated_at="2026-01-01")])
    bruno.write(SKILLS, [item("x", 0.75, updated_at="2026-06-01")])
    for spoke in (alice, bruno, alice):
        spoke.sync()
    assert alice.learned_items(SKILLS)["x"]["payload"]["federation"]["origin"] == "alice"
    own_hub.set_policy(SKILLS, strategy="latest")
    for spoke in (alice, bruno):
        assert told(spoke.sync())["pushed"] == 0
        assert spoke.learned_items(SKILLS)["x"]["payload"]["federation"]["origin"] == "bruno"


def test_a_node_that_is_enrolled_anew_goes_on_where_it_was(own_hub):
    spoke, other = Spoke(own_hub, "alice"), Spoke(own_hub, "bruno")
    spoke.write(SKILLS, [item("one", text="a"), item("two"), item("three")])
    spoke.sync()
    own_hub.command("node", "revoke", "alice")
    assert spoke.run("sync").returncode == 4
    own_hub.enrol("alice")
    spoke = Spoke(own_hub, "alice", folder=spoke.folder)
    spoke.write(SKILLS, [item("one", text="b"), item("two")])
    for one in (spoke, other, spoke):
        one.sync()
    assert set(said(own_hub, "alice")) == {"one", "two"}
    assert other.learned_items(SKILLS)["one"]["payload"]["text"] == "b"
    assert spoke.learned() == other.learned()
    assert spoke.sync()["changed"] is False


def test_only_the_named_collections_are_touched(own_hub):
    spoke = Spoke(own_hub, "alice")
    spoke.write(SKILLS, [item("a")])
    spoke.write("best-practices", [item("b")])
    spoke.sync("--collections", "best-practices")
    assert own_hub.psql("SELECT DISTINCT collection FROM contributions") == "best-practices"
    spoke.sync()
    assert said(own_hub, "alice") == {"a": 0.9, "b": 0.9}


def test_a_collection_that_the_hub_does_not_have_is_told(own_hub):
    spoke = Spoke(own_hub, "alice")
    spoke.write("skill-patterns", [item("a")])
    spoke.write(SKILLS, [item("b")])
    done = spoke.run("sync")
    assert "skill-patterns" in done.stdout + done.stderr, "a file that nobody wants is not passed over in silence"
    assert said(own_hub, "alice") == {"b": 0.9}


def test_several_sources_and_sinks_work_together(own_hub):
    spoke = Spoke(own_hub, "alice")
    second_source, second_sink = (os.path.join(spoke.folder, name) for name in ("more", "mirror"))
    os.mkdir(second_source)
    with open(os.path.join(second_source, f"{SKILLS}.jsonl"), "w", encoding="utf-8") as file:
        file.write(json.dumps(item("from-the-second")) + "\n")
    spoke.write(SKILLS, [item("from-the-first")])
    spoke.sync("--source", f"jsonl:{second_source}", "--sink", f"jsonl:{second_sink}")
    assert set(said(own_hub, "alice")) == {"from-the-first", "from-the-second"}
    with open(os.path.join(second_sink, f"{SKILLS}.jsonl"), "rb") as file:
        assert file.read() == spoke.learned()[f"{SKILLS}.jsonl"]


def test_of_an_id_that_stands_twice_the_last_line_counts(own_hub):
    spoke = Spoke(own_hub, "alice")
    spoke.write(SKILLS, [item("x", 0.8), item("7", 0.8), item("X", 0.8), item(7, 0.95), item("x", 0.9)])
    spoke.sync()
    assert said(own_hub, "alice") == {"x": 0.9, "7": 0.95, "X": 0.8}
    assert told(spoke.sync())["pushed"] == 0


def test_a_sink_that_was_deleted_or_changed_is_written_again(own_hub):
    spoke = Spoke(own_hub, "alice")
    spoke.write(SKILLS, [item("x")])
    spoke.sync()
    before = spoke.learned()
    os.remove(os.path.join(spoke.sink, f"{SKILLS}.jsonl"))
    spoke.sync()
    assert spoke.learned() == before


def test_a_source_without_a_newline_at_its_end_or_with_windows_line_ends_is_read(own_hub):
    spoke = Spoke(own_hub, "alice")
    spoke.write(SKILLS, b"\r\n".join(json.dumps(item(name)).encode() for name in ("a", "b", "c")))
    assert told(spoke.sync())["pushed"] == 3


def test_ten_thousand_changes_at_once_arrive(own_hub):
    spoke, other = Spoke(own_hub, "alice"), Spoke(own_hub, "bruno")
    for text in ("first", "second"):
        spoke.write(SKILLS, [item(f"n{n}", text=text) for n in range(10_000)])
        assert told(spoke.sync())["pushed"] == 10_000
        other.sync()
        assert {one["payload"]["text"] for one in other.learned_items(SKILLS).values()} == {text}
    assert spoke.sync()["changed"] in (True, False)
    assert spoke.learned() == other.learned()
