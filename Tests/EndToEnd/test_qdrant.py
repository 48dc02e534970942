"""Workstations whose agents keep their patterns in Qdrant: what they share, and what of theirs is never touched."""

import json
import math
import random
import uuid

import pytest

from support.hub import Hub
from support.qdrant import Qdrant, QdrantSpoke
from support.spoke import Spoke

SKILLS = "skills-patterns"
BIG = 2**64 - 1


def vector(seed, size=4):
    rng = random.Random(seed)
    return [round(rng.uniform(-1, 1), 4) for _ in range(size)]


def point(key, value=0.9, size=4, **payload):
    return {"id": key, "vector": vector(str(key), size), "payload": {"value_score": value, **payload}}


def imported(qdrant, collection=SKILLS):
    """The points that say where they come from, by id, without saying so."""
    found = {}
    for key, shown in qdrant.points(collection).items():
        mark = shown["payload"].pop("federation", None)
        if mark is not None:
            found[key] = (mark, shown["payload"])
    return found


def statements(hub, collection=SKILLS):
    """How many statements the hub was told: it grows with everything that is pushed as new."""
    return int(hub.psql(f"SELECT number FROM feed_heads WHERE collection = '{collection}' AND feed = 'contributions'"))


def by_collection(report, collection=SKILLS):
    return next(entry for entry in report["collections"] if entry["collection"] == collection)


@pytest.fixture
def qdrants():
    """Stand-ins, made as they are asked for."""
    made = []

    def make(key=None, size=4):
        qdrant = Qdrant(key)
        made.append(qdrant)
        if size:
            qdrant.make(SKILLS, size)
        return qdrant

    yield make
    for qdrant in made:
        qdrant.close()


@pytest.fixture
def hub(arena):
    with Hub(arena) as hub:
        yield hub


def test_three_workstations_share_what_is_in_their_qdrants(hub, qdrants):
    odd = str(uuid.UUID(int=2**127 + 5))
    own = {
        "alice": [point(BIG, by="alice"), point(7, by="alice"), point(8, 0.5, by="alice")],
        "bruno": [point(odd.upper(), by="bruno"), point(str(uuid.UUID(int=6)).replace("-", ""), by="bruno")],
        "chika": [point(2**63, by="chika", text="caf\u00e9 \U0001f41d", n=0.1)],
    }
    spokes = []
    for node, points in own.items():
        qdrant = qdrants()
        qdrant.put(points)
        spokes.append(QdrantSpoke(hub, node, qdrant))
    # Text ids are no ids of Qdrant; they come from somebody who keeps patterns in files.
    files = Spoke(hub, "dora")
    files.write(SKILLS, [{"id": "skill-123", "payload": {"value_score": 0.8, "by": "dora"}, "vector": [1, 0, 0, 0]}])
    files.sync()
    for _ in range(2):
        for spoke in spokes:
            spoke.sync()
    expected = {BIG: "alice", 7: "alice", odd: "bruno", str(uuid.UUID(int=6)): "bruno", 2**63: "chika"}
    for spoke in spokes:
        found = {key: shown["payload"] for key, shown in spoke.qdrant.points().items()}
        if spoke.node == "alice":
            assert found.pop(8) == {"value_score": 0.5, "by": "alice"}, "what is below the threshold stays, and stays here"
        mapped = [key for key, payload in found.items() if payload.get("federation", {}).get("id") == "skill-123"]
        assert len(mapped) == 1 and uuid.UUID(mapped[0]).version == 5
        assert found.pop(mapped[0])["by"] == "dora"
        assert {key: payload["by"] for key, payload in found.items()} == expected
        for key, payload in found.items():
            mark = payload.get("federation")
            assert (mark is None) == (payload["by"] == spoke.node), "own points are as they were"
            assert mark is None or mark["origin"] == payload["by"]
    told = statements(hub)
    for spoke in spokes:
        report = spoke.sync()
        assert not report["changed"] and by_collection(report)["sink_findings"] == []
    assert statements(hub) == told, "what was imported is nobody's new evidence"


def test_vectors_travel_with_their_model_and_arrive_as_qdrant_keeps_them(hub, qdrants):
    first, second = qdrants(), qdrants()
    first.put([point(1)])
    alice = QdrantSpoke(hub, "alice", first, options=["--qdrant-model", "bge-small"])
    alice.sync()
    QdrantSpoke(hub, "bruno", second).sync()
    sent, got = (qdrant.points(vectors=True)[1]["vector"] for qdrant in (first, second))
    assert got == pytest.approx(sent, abs=1e-6) and math.hypot(*got) == pytest.approx(1)
    assert hub.psql("SELECT DISTINCT vector_model FROM contributions") == "bge-small"
    # Another model makes other vectors of the same patterns, which nothing else would tell.
    first.put([{**point(1), "vector": vector("other")}])
    assert by_collection(alice.sync())["pushed"] == 0, "vectors of unchanged patterns are not read in every round"
    alice.options = ["--qdrant-model", "bge-large"]
    assert by_collection(alice.sync())["pushed"] == 1
    assert by_collection(alice.sync())["pushed"] == 0


def test_named_vectors_are_chosen_by_name(hub, qdrants):
    named, plain = qdrants(size=None), qdrants()
    named.make(SKILLS, code=4, prose=3)
    named.put([{"id": 1, "vector": {"code": [1, 0, 0, 0], "prose": [0, 1, 0]}, "payload": {"value_score": 0.9}}])
    alice = QdrantSpoke(hub, "alice", named)
    refused = alice.run("sync")
    assert refused.returncode == 8 and "code, prose" in refused.stdout and "--qdrant-vector" in refused.stdout
    alice.options = ["--qdrant-vector", "cod"]
    assert "has no vector 'cod'" in alice.run("sync").stdout
    alice.options = ["--qdrant-vector", "code"]
    alice.sync()
    bruno = QdrantSpoke(hub, "bruno", plain)
    plain.put([point(2)])
    bruno.sync()
    alice.sync()
    assert plain.points(vectors=True)[1]["vector"] == [1, 0, 0, 0]
    assert list(named.points(vectors=True)[2]["vector"]) == ["code"]


def test_a_wrong_dimension_is_refused_with_both_sizes_and_the_model(hub, qdrants):
    small, large = qdrants(size=4), qdrants(size=3)
    large.put([point(1, size=3), point(2, size=3)])
    small.put([point(3)])
    QdrantSpoke(hub, "alice", large, options=["--qdrant-model", "bge-m3"]).sync()
    bruno = QdrantSpoke(hub, "bruno", small, options=["--qdrant-model", "minilm"])
    report = by_collection(bruno.sync(expecting=3))
    (finding,) = report["sink_findings"]
    for part in (f"{small.url}/collections/{SKILLS}", "2 winners", "3 numbers (model 'bge-m3')",
                 "4 numbers (model 'minilm')"):
        assert part in finding
    assert report["pushed"] == 1 and list(small.points()) == [3], "everything else goes on"
    assert small.log() and by_collection(bruno.sync(expecting=3))["sink_findings"] == [finding]
    assert [entry["target"] for entry in small.log() if entry["method"] == "PUT"] == [], "it is not tried again and again"
    small.ask("DELETE", f"/collections/{SKILLS}")
    small.make(SKILLS, 3)
    bruno.reads = False
    report = by_collection(bruno.sync(expecting=3))
    assert set(small.points()) == {1, 2} and "vectors of 4 numbers" in report["sink_findings"][0]


def test_a_missing_collection_is_made_for_the_vectors_there_are(hub, qdrants):
    source, empty = qdrants(size=5), qdrants(size=None)
    source.put([point(n, size=5) for n in range(5)])
    QdrantSpoke(hub, "alice", source, options=["--qdrant-model", "bge"]).sync()
    files = Spoke(hub, "dora")
    files.write(SKILLS, [{"id": "no-vector", "payload": {"value_score": 0.8}},
                         {"id": "other", "payload": {"value_score": 0.8}, "vector": [1, 0]}])
    files.sync()
    bruno = QdrantSpoke(hub, "bruno", empty, reads=False)
    report = by_collection(bruno.sync(expecting=3))
    made = empty.ask("GET", f"/collections/{SKILLS}")["config"]["params"]["vectors"]
    assert made == {"size": 5, "distance": "Cosine"} and set(imported(empty)) == set(range(5))
    assert "is made, for vectors of 5 numbers (model 'bge')" in report["sink_notes"][0]
    assert any("without a vector" in note and "no-vector" in note for note in report["sink_notes"])
    # A collection that is lost comes back whole, as a mirror and as a source: nothing is taken back.
    source.ask("DELETE", f"/collections/{SKILLS}")
    empty.ask("DELETE", f"/collections/{SKILLS}")
    bruno.sync(expecting=3)
    assert set(imported(empty)) == set(range(5))
    alice = QdrantSpoke(hub, "alice", source)
    alice.sync(expecting=3)
    assert set(source.points()) == set(range(5))
    assert by_collection(alice.sync(expecting=3))["retracted"] == 0
    assert set(source.points()) == set(range(5)) and by_collection(bruno.sync(expecting=3))["winners"] == 7


def test_a_wrong_or_missing_key_is_told_and_nothing_is_taken_back(hub, qdrants, tmp_path):
    qdrant = qdrants(key="s3cret-of-this-machine")
    qdrant.put([point(1)])
    key = tmp_path / "key"
    key.write_text("s3cret-of-this-machine\n")
    key.chmod(0o600)
    alice = QdrantSpoke(hub, "alice", qdrant, options=["--qdrant-api-key-file", str(key)])
    alice.sync()
    assert hub.client("alice").winners(SKILLS).lines
    for options in ([], ["--qdrant-api-key-file", str(tmp_path / "none")]):
        alice.options = options
        done = alice.run("sync")
        assert done.returncode == 8 and ("--qdrant-api-key-file" in done.stdout or "none cannot be read" in done.stdout)
        assert "1 pattern was not taken back" in done.stdout
    settings = tmp_path / "spoke.json"
    settings.write_text(json.dumps({"qdrantApiKeyFile": "key"}))
    alice.options = ["--config", str(settings)]
    alice.sync()
    alice.options = ["--qdrant-api-key-file", str(key)]
    key.write_text("another-key\n")
    done = alice.run("sync")
    assert done.returncode == 8 and "Invalid API key" in done.stdout
    assert "another-key" not in done.stdout + done.stderr
    key.write_text("s3cret-of-this-machine\n")
    assert by_collection(alice.sync())["retracted"] == 0


def test_points_of_ones_own_are_never_written_over(hub, qdrants):
    first, second = qdrants(), qdrants()
    first.put([point(1, 0.95, text="of alice"), point(2, text="the same")])
    second.put([point(1, 0.75, text="of bruno"), point(2, text="the same"), point(9, 0.1, text="private")])
    QdrantSpoke(hub, "alice", first).sync()
    bruno = QdrantSpoke(hub, "bruno", second)
    before = second.points(vectors=True)
    report = by_collection(bruno.sync())
    assert second.points(vectors=True) == before
    (note,) = report["sink_notes"]
    assert "1 winner is not written" in note and "points of your own" in note and "for example 1" in note
    assert report["sink_findings"] == []
    # Once the owner takes it away, what the others know takes its place.
    second.delete([1])
    report = by_collection(bruno.sync())
    assert report["retracted"] == 1 and report["sink_notes"] == []
    assert second.payload(1)["text"] == "of alice" and second.payload(1)["federation"]["origin"] == "alice"


def test_what_somebody_changes_in_an_import_is_theirs(hub, qdrants):
    first, second = qdrants(), qdrants()
    first.put([point(1, 0.8, text="of alice"), point(2, 0.8, text="of alice")])
    alice, bruno = QdrantSpoke(hub, "alice", first), QdrantSpoke(hub, "bruno", second)
    alice.sync()
    bruno.sync()
    second.set_payload(1, {"text": "better", "value_score": 0.9})
    assert by_collection(bruno.sync())["pushed"] == 1, "what was changed is evidence of its own"
    first.put([point(1, 0.95, text="best"), point(2, 0.95, text="best")])
    alice.sync()
    report = by_collection(bruno.sync())
    assert second.payload(1)["text"] == "better" and second.payload(2)["text"] == "best"
    assert any("changed there" in note and "they are yours now" in note for note in report["sink_notes"])
    first.delete([1, 2])
    alice.sync()
    report = by_collection(bruno.sync())
    assert second.payload(1)["text"] == "better" and second.payload(2) is None


def test_what_agents_count_in_an_import_does_not_make_it_theirs(hub, qdrants):
    first, second = qdrants(), qdrants()
    long = "how a thing is done that takes more than a few words to say, "
    first.put([point(n, 0.8, text=f"{long}{n}") for n in (1, 2)])
    alice, bruno = QdrantSpoke(hub, "alice", first), QdrantSpoke(hub, "bruno", second)
    alice.sync()
    bruno.sync()
    for key in (1, 2):
        second.set_payload(key, {"last_used": 1_800_000_000, "usage_count": 7})
    report = by_collection(bruno.sync())
    assert report["pushed"] == 0 and report["sink_notes"] == [] and second.payload(1)["usage_count"] == 7
    first.put([point(2, 0.95, text=f"{long}and better")])
    first.delete([1])
    alice.sync()
    bruno.sync()
    assert second.payload(1) is None and second.payload(2)["text"].endswith("better")


def test_a_retraction_removes_the_import_and_nothing_else(hub, qdrants):
    first, second = qdrants(), qdrants()
    first.put([point(n) for n in range(10)])
    second.put([point(100)])
    alice, bruno = QdrantSpoke(hub, "alice", first), QdrantSpoke(hub, "bruno", second)
    alice.sync()
    bruno.sync()
    assert set(second.points()) == {*range(10), 100}
    first.delete([3])
    first.set_payload(4, {"value_score": 0.2})
    assert by_collection(alice.sync())["retracted"] == 2
    bruno.sync()
    assert set(second.points()) == {0, 1, 2, 5, 6, 7, 8, 9, 100}
    # A point of one's own in the place of one that is withdrawn meanwhile stays.
    second.put([point(5, text="mine")])
    first.delete([5])
    alice.sync()
    bruno.sync()
    assert second.payload(5) == {"value_score": 0.9, "text": "mine"}


def test_patterns_of_another_source_are_shown_here_and_taken_back_there(hub, qdrants):
    """What the sink shows of this node's own files is no evidence that they still say so."""
    qdrant = qdrants()
    qdrant.put([point(1)])
    alice = QdrantSpoke(hub, "alice", qdrant)
    alice.options = ["--source", f"jsonl:{alice.source}"]
    alice.write(SKILLS, [point(2, text="one"), point(3, text="one")])
    alice.sync()
    assert set(qdrant.points()) == {1, 2, 3}
    alice.write(SKILLS, [point(2, 0.95, text="two")])
    report = by_collection(alice.sync())
    assert (report["pushed"], report["retracted"]) == (1, 1)
    assert set(qdrant.points()) == {1, 2} and qdrant.payload(2)["text"] == "two"


def test_the_value_is_looked_for_by_qdrant_where_it_has_an_index(hub, qdrants):
    qdrant = qdrants()
    qdrant.ask("PUT", f"/collections/{SKILLS}/index", {"field_name": "value_score", "field_schema": "float"})
    qdrant.put([point(n, n / 100) for n in range(100)] + [
        {"id": 200, "vector": vector(1), "payload": {}}, {"id": 201, "vector": vector(1), "payload": {"value_score": "x"}}])
    alice = QdrantSpoke(hub, "alice", qdrant)
    report = by_collection(alice.sync(expecting=3))
    assert report["high_value"] == 30 and report["pushed"] == 30
    assert report["read"] == 32, "what is below the threshold was not even sent, and nothing else was left out"
    (line,) = report["source"]["unreadable_lines"]
    assert line["path"].endswith(f"/collections/{SKILLS}/points/201")
    qdrant.set_payload(80, {"value_score": 0.3})
    qdrant.delete([201])
    assert by_collection(alice.sync())["retracted"] == 1


def test_two_collections_and_one_that_qdrant_has_not(hub, qdrants):
    qdrant = qdrants()
    qdrant.make("error-solutions", 4)
    qdrant.make("codebase-context", 4)
    qdrant.put([point(1)])
    qdrant.put([{"id": 1, "vector": vector(2), "payload": {"confidence_score": 0.9, "solution": "x"}}], "error-solutions")
    qdrant.put([point(1)], "codebase-context")
    report = QdrantSpoke(hub, "alice", qdrant).sync()
    assert [by_collection(report, name)["pushed"] for name in (SKILLS, "error-solutions")] == [1, 1]
    assert "codebase-context" not in json.dumps(report)
