"""Snapshot files of a hub: what it serves goes into them, and what they hold is taken in as if it had been pushed."""

import json
import os
import random
import subprocess
import time

import pytest

from support.hub import Hub
from support.model import content_checksum
from support.snapshots import (
    as_floats, checked, measured, predecessor_item, predecessor_snapshot, random_vector, write_many)

SKILLS = "skills-patterns"
ERRORS = "error-solutions"
UUIDS = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(100)]


@pytest.fixture(scope="module")
def other(arena):
    """A hub that has met no other."""
    with Hub(arena) as hub:
        yield hub


def items(count, value=0.9, **more):
    return [{"id": UUIDS[n], "revision": 1_000 + n, "payload": {"value_score": value, "n": n, "text": "caf\u00e9", **more},
             "vector": random_vector(random.Random(n), 8), "vector_model": "bge-m3"} for n in range(count)]


def path_of(hub, name):
    return os.path.join(hub.folder, name)


def save(hub, name, data):
    path = path_of(hub, name)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


def taken(hub, path, node, *words, expecting=0):
    """What became of a snapshot."""
    done = hub.run("import", path, "--as", node, "--json", *words, seconds=300)
    assert done.returncode == expecting, done
    return json.loads(done.stdout)


def counts(report, collection=SKILLS):
    found = report["collections"][collection]
    return tuple(found[name] for name in ("new", "changed", "unchanged", "stale", "refused"))


def database(hub):
    """Everything in the database, without the words that pg_dump makes up anew each time."""
    return [line for line in hub.dump().splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def said(hub, collection=SKILLS, **parameters):
    """What the hub holds, by pattern and origin."""
    if "reader" not in hub.tokens:
        hub.enrol("reader", role="hub")
    lines = hub.client("reader").contributions(collection, **parameters).lines
    return {(line["id"], line["origin"]): line for line in lines}


def test_what_a_hub_serves_another_takes_in_as_its_authors_said_it(hub, other):
    for node, more in [("alice", {}), ("bruno", {"by": "bruno"})]:
        hub.client(node).push(SKILLS, items(20 if node == "alice" else 5, value=0.9 if node == "alice" else 0.8, **more))
    hub.client("bruno").push(SKILLS, [
        {"id": "skill-123", "payload": {"value_score": 0.8}}, {"id": 2**64 - 1, "payload": {"value_score": 0.8}},
        {"id": "low", "payload": {"value_score": 0.1}}])
    path = path_of(hub, "winners.json.gz")
    report = hub.command_json("export", path)
    assert report["collections"][SKILLS] == 22 and report["bytes"] == os.path.getsize(path)
    found = checked(path)[SKILLS]
    assert set(found) == {*UUIDS[:20], "skill-123", 2**64 - 1}
    served = {line["id"]: line for line in hub.client("alice").winners(SKILLS).lines}
    for pattern, item in found.items():
        line = served[str(pattern)]
        for name in ("origin", "incarnation", "revision", "checksum"):
            assert item["federation"][name] == line[name]
    assert as_floats(found[UUIDS[3]]["vector"]) == items(4)[3]["vector"]

    other.enrol("north", role="hub")
    before = database(other)
    assert counts(taken(other, path, "north", "--dry-run")) == (22, 0, 0, 0, 0)
    assert database(other) == before
    report = taken(other, path, "north")
    assert counts(report) == (22, 0, 0, 0, 0) and report["verified"]
    assert counts(taken(other, path, "north")) == (0, 0, 22, 0, 0)
    assert "had all of it already" in other.command("import", path, "--as", "north")
    theirs, ours = said(hub), said(other)
    assert len(ours) == 22
    for key, line in ours.items():
        assert line["path"] == ["north"]
        for name in ("revision", "incarnation", "checksum", "vector_digest", "payload", "updated_at", "value"):
            assert line.get(name) == theirs[key].get(name), name
    other.command("verify")
    # And back: who has said it already has nothing to add.
    hub.enrol("south", role="hub")
    again = path_of(other, "back.json")
    other.command("export", again, "--collections", SKILLS)
    assert counts(taken(hub, again, "south")) == (0, 0, 22, 0, 0)


def test_a_spoke_takes_in_only_what_is_its_own(fresh_hub):
    with fresh_hub as hub:
        for node in ("alice", "bruno"):
            hub.client(node).push(SKILLS, [
                {"id": f"{node}-{n}", "payload": {"value_score": 0.9, "n": n}} for n in range(3)])
        path = path_of(hub, "winners.json")
        hub.command("export", path)
        report = taken(hub, path, "alice", expecting=3)
        assert counts(report) == (0, 0, 3, 0, 3)
        assert {one["code"] for one in report["refused"]} == {"origin-not-permitted"}
        assert {one["id"] for one in report["refused"]} == {"bruno-0", "bruno-1", "bruno-2"}
        kept = hub.command_json("quarantine", "list", "--node", "alice")["items"]
        assert {one["id"] for one in kept} == {"bruno-0", "bruno-1", "bruno-2"}


def test_the_predecessors_snapshot_is_what_its_node_says(fresh_hub):
    with fresh_hub as hub:
        hub.enrol("old")

        def snapshot(value, seconds, name="old.json"):
            return save(hub, name, predecessor_snapshot({
                SKILLS: [predecessor_item(UUIDS[n], {"value_score": value, "n": n}, seconds=seconds) for n in range(4)]
                + [predecessor_item("2129061776971296269", {"value_score": 0.7}, seconds=seconds)],
                ERRORS: [predecessor_item(UUIDS[5], {"error_type": "E1"}, seconds=seconds)]}, seconds=seconds))

        now = time.time()
        report = taken(hub, snapshot(0.8, now - 200), "old", expecting=3)
        assert not report["verified"] and counts(report) == (5, 0, 0, 0, 0)
        assert counts(report, ERRORS) == (0, 0, 0, 0, 1) and report["refused"][0]["code"] == "value-out-of-range"
        assert counts(taken(hub, snapshot(0.8, now - 200), "old", "--collections", SKILLS)) == (0, 0, 5, 0, 0)
        assert counts(taken(hub, snapshot(0.8, now - 50), "old", "--collections", SKILLS)) == (0, 0, 5, 0, 0)
        assert counts(taken(hub, snapshot(0.9, now - 100), "old", "--collections", SKILLS)) == (0, 4, 1, 0, 0)
        assert counts(taken(hub, snapshot(0.7, now - 150), "old", "--collections", SKILLS)) == (0, 0, 1, 4, 0)
        # What was changed by hand since is taken as said right after.
        assert counts(taken(hub, snapshot(0.95, now - 100), "old", "--collections", SKILLS)) == (0, 4, 1, 0, 0)
        held = said(hub)
        assert {key[1] for key in held} == {"old"} and len(held) == 5
        assert held[UUIDS[0], "old"]["payload"]["value_score"] == 0.95


def test_merged_winners_are_nobodys_new_experience(hub, arena):
    with Hub(arena) as first, Hub(arena) as second:
        for one in (first, second):
            one.set_policy(SKILLS, strategy="merge")
        for node, examples in [("alice", ["a", "b"]), ("bruno", ["c"])]:
            first.client(node).push(SKILLS, [
                {"id": "m", "payload": {"value_score": 0.8, "success_examples": examples}}])
        first.enrol("lab", role="hub")
        second.enrol("lab", role="hub")
        path = path_of(first, "merged.json")
        first.command("export", path)
        item = checked(path)[SKILLS]["m"]
        assert len(item["federation"]["parents"]) == 2
        before = said(first)
        assert counts(taken(first, path, "lab")) == (0, 0, 1, 0, 0) and said(first) == before
        assert counts(taken(second, path, "lab")) == (1, 0, 0, 0, 0)
        assert [key[1] for key in said(second)] == ["lab"]
        assert said(second)["m", "lab"]["checksum"] == content_checksum(SKILLS, "m", item["payload"])


def test_damaged_files_and_wrong_words_change_nothing(hub, other):
    hub.client("alice").push(SKILLS, items(3))
    path = path_of(hub, "whole.json")
    hub.command("export", path)
    with open(path, "rb") as file:
        whole = file.read()
    other.enrol("east", role="hub")
    before = said(other)
    document = json.loads(whole)
    document["collections"][SKILLS][1]["payload"]["n"] = 77
    for name, data, code, words in [
        ("cut.json", whole[:-30], 9, "cut.json"), ("cut.gz", whole[:100], 9, "cut.gz"),
        ("changed.json", json.dumps(document).encode(), 9, f"item 2 of {SKILLS}, byte"),
        ("text.json", b"hello", 2, "no snapshot"), ("scroll.json", b'{"result": {}}', 2, "no snapshot"),
    ]:
        done = other.run("import", save(other, name, data), "--as", "east")
        assert done.returncode == code and name in done.stderr and (words in done.stderr or code == 2), done
    unknown = save(other, "unknown.json", {"manifest": {}, "collections": {"elsewhere": []}})
    for words, code, told in [
        ((path, "--as", "nobody"), 1, "nobody"), ((path,), 2, "--as"), ((unknown, "--as", "east"), 1, "elsewhere"),
        ((path, "--as", "east", "--collections", "skill-patterns"), 1, "did you mean"),
        ((path_of(other, "none"), "--as", "east"), 2, "none"),
    ]:
        done = other.run("import", *words)
        assert done.returncode == code and told in done.stderr, (words, done)
    other.command("node", "revoke", "east")
    done = other.run("import", path, "--as", "east")
    assert done.returncode == 1 and "revoked" in done.stderr
    assert other.run("export", os.path.join(other.folder, "none", "x.json")).returncode == 2
    assert said(other) == before


def test_pipes_and_what_spokes_export(hub, other, arena):
    done = subprocess.run([hub.program, "export", "-", "--data-dir", hub.data], capture_output=True, check=False)
    assert done.returncode == 0 and b"exported" in done.stderr
    other.enrol("west", role="hub")
    words = [other.program, "import", "-", "--as", "west", "--json", "--data-dir", other.data]
    taken_in = subprocess.run(words, input=done.stdout, capture_output=True, check=False)
    assert taken_in.returncode == 0 and sum(counts(json.loads(taken_in.stdout))) > 0, taken_in

    folder = arena.folder("k")
    os.mkdir(os.path.join(folder, "source"))
    with open(os.path.join(folder, "source", f"{SKILLS}.jsonl"), "w", encoding="utf-8") as file:
        file.write(json.dumps({"id": "far-1", "payload": {"value_score": 0.9}, "vector": [0.5, 0.25]}) + "\n")
    spoke = [arena.program("tributary-spoke"), "export", os.path.join(folder, "far.json"), "--state",
             os.path.join(folder, "state"), "--own", "--source", f"jsonl:{folder}/source", "--node", "far"]
    subprocess.run(spoke, check=True, capture_output=True)
    hub.enrol("far")
    path = os.path.join(folder, "far.json")
    assert counts(taken(hub, path, "far")) == (1, 0, 0, 0, 0)
    assert counts(taken(hub, path, "far")) == (0, 0, 1, 0, 0)
    assert said(hub)["far-1", "far"]["vector_dimension"] == 2
    winners = path_of(hub, "for-spokes.json.gz")
    hub.command("export", winners)
    learned = subprocess.run(
        [arena.program("tributary-spoke"), "import", winners, "--json", "--state", os.path.join(folder, "state")],
        check=True, capture_output=True)
    assert json.loads(learned.stdout)["collections"][SKILLS]["new"] == len(checked(winners)[SKILLS])


def test_a_killed_import_is_repeated(fresh_hub):
    with fresh_hub as hub:
        hub.enrol("old")
        path = path_of(hub, "many.json")
        write_many(path, 20_000, 0)
        process = subprocess.Popen([hub.program, "import", path, "--as", "old", "--data-dir", hub.data],
                                   stdout=subprocess.DEVNULL)
        while process.poll() is None and not said(hub, payload=0):
            time.sleep(0.05)
        process.kill()
        process.wait()
        done = counts(taken(hub, path, "old"))
        assert done[0] + done[2] == 20_000 and done[2] > 0, done
        assert len(said(hub, payload=0)) == 20_000


def test_a_hundred_thousand_patterns_take_bounded_memory(fresh_hub):
    with fresh_hub as hub:
        hub.enrol("old")
        path, back = path_of(hub, "many.json"), path_of(hub, "all.json.gz")
        write_many(path, 100_000, 64)
        for words in (["import", path, "--as", "old"], ["export", back]):
            mib = measured([hub.program, *words, "--data-dir", hub.data])
            print(words[0], mib, "MiB")
            assert mib <= 150, words
        assert len(said(hub, payload=0)) == 100_000
