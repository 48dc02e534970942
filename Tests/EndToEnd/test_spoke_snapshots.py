"""Snapshot files of a spoke: what leaves in them, what they bring, and what becomes of damaged ones."""

import gzip
import json
import os
import random
import string
import subprocess

import pytest

from support.arena import wait_until
from support.disk import SmallDisk
from support.predecessor import Qdrant
from support.snapshots import (
    as_floats, as_the_predecessor, checked, load, measured, predecessor_item, predecessor_snapshot, random_vector,
    write_many)
from support.spoke import Spoke

SKILLS = "skills-patterns"
ERRORS = "error-solutions"
UUIDS = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(100)]


class Desk:
    """A machine that may never have met a hub."""

    def __init__(self, arena):
        self.program = arena.program("tributary-spoke")
        self.folder = arena.folder("k")
        self.state, self.source, self.sink = (os.path.join(self.folder, n) for n in ("state", "source", "sink"))
        os.mkdir(self.source)

    def __call__(self, name):
        return os.path.join(self.folder, name)

    def run(self, command, *words, stdin=None, **settings):
        """Runs a command on the desk's state."""
        return subprocess.run([self.program, command, *words, "--state", self.state], capture_output=True,
                              stdin=stdin, timeout=300, check=False, **settings)

    def report(self, command, *words, expecting=0):
        """Runs a command that prints a document."""
        done = self.run(command, *words, "--json")
        assert done.returncode == expecting, done
        return json.loads(done.stdout)

    def write(self, collection, items):
        with open(os.path.join(self.source, f"{collection}.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(item) + "\n" for item in items)

    def save(self, name, data):
        with open(self(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else json.dumps(data).encode())
        return self(name)

    def held(self, collection=SKILLS):
        done = self.run("list", collection, "--json")
        return {str(one["id"]): one for one in json.loads(done.stdout)} if done.returncode == 0 else {}


@pytest.fixture
def desk(arena):
    return Desk(arena)


@pytest.fixture
def other(arena):
    return Desk(arena)


def own(count, value=0.9, **more):
    return [{"id": UUIDS[n],
             "payload": {"value_score": value, "n": n, "text": "caf\u00e9 \U0001f600 \"\\\n", **more},
             "vector": random_vector(random.Random(n), 8), "vector_model": "bge-m3"} for n in range(count)]


def exported(desk, name="own.json", *words):
    """What the desk shares of its own, in a file."""
    report = desk.report("export", desk(name), "--own", "--source", f"jsonl:{desk.source}", "--node", "alice", *words)
    return desk(name), report


def test_what_one_desk_exports_another_learns_without_any_hub(desk, other):
    desk.write(SKILLS, own(5) + [{"id": "skill-123", "payload": {"value_score": 0.8}},
                                 {"id": 2**64 - 1, "payload": {"value_score": 0.7}},
                                 {"id": "below", "payload": {"value_score": 0.6}}])
    path, report = exported(desk, "own.json.gz")
    assert report["collections"] == {SKILLS: 7} and report["bytes"] == os.path.getsize(path)
    found = checked(path)[SKILLS]
    assert set(found) == {*UUIDS[:5], "skill-123", 2**64 - 1}
    for item in own(5):
        kept = found[item["id"]]
        assert kept["payload"] == item["payload"] and as_floats(kept["vector"]) == item["vector"]
        assert kept["vector_model"] == "bge-m3" and kept["federation"]["origin"] == "alice"
        assert "revision" not in kept["federation"]

    dry = other.report("import", path, "--dry-run")
    assert dry["dry_run"] and dry["verified"] and dry["collections"][SKILLS]["new"] == 7
    assert other.held() == {}
    first = other.report("import", path, "--sink", f"jsonl:{other.sink}")
    assert first["collections"][SKILLS] == dry["collections"][SKILLS]
    held = other.held()
    assert len(held) == 7 and all(one["imported"] and one["origin"] == "alice" for one in held.values())
    with open(os.path.join(other.sink, f"{SKILLS}.jsonl"), encoding="utf-8") as file:
        learned = {str(one["id"]): one for one in map(json.loads, file)}
    assert set(learned) == {*UUIDS[:5], "skill-123", str(2**64 - 1)}
    assert as_floats(learned[UUIDS[3]]["vector"]) == own(5)[3]["vector"]
    again = other.report("import", path)
    assert again["collections"][SKILLS] == {**dry["collections"][SKILLS], "new": 0, "unchanged": 7}
    assert b"nothing was changed" in other.run("import", path).stdout
    assert other.report("import", "--forget")["forgotten"] == 7 and other.held() == {}


def test_what_was_imported_is_exported_and_imported_again_as_the_same(desk, other, arena):
    desk.write(SKILLS, own(3))
    path, _ = exported(desk)
    other.report("import", path)
    other.report("export", other("again.json"), "--learned")
    assert checked(other("again.json")) == {
        name: {key: {**one, "export_timestamp": checked(other("again.json"))[name][key]["export_timestamp"]}
               for key, one in items.items()} for name, items in checked(path).items()}
    third = Desk(arena)
    assert third.report("import", other("again.json"))["collections"][SKILLS]["new"] == 3
    assert third.report("import", path)["collections"][SKILLS]["unchanged"] == 3


def test_the_predecessor_reads_it_and_its_own_snapshot_is_learned(desk, other):
    desk.write(SKILLS, own(4) + [{"id": "skill-123", "payload": {"value_score": 0.8}, "vector": [0.5] * 8},
                                 {"id": 7, "payload": {"value_score": 0.8}, "vector": [0.5] * 8},
                                 {"id": UUIDS[9], "payload": {"value_score": 0.8}}])
    path, _ = exported(desk)
    databases = {name: Qdrant(8) for name in load(path)["collections"]}
    assert as_the_predecessor(path, databases)[SKILLS] == 6
    points = databases[SKILLS].points
    assert 7 in points and set(UUIDS[:4]) < set(points)
    assert points[UUIDS[0]][1]["imported_from"] == "alice"

    other.save("old.json", predecessor_snapshot({
        SKILLS: [predecessor_item(UUIDS[0], {"value_score": 0.9, "imported_from": "bruno"}),
                 predecessor_item("2129061776971296269", {"value_score": 0.8}),
                 predecessor_item("not\u0000allowed", {"value_score": 0.8}),
                 {"id": UUIDS[1], "payload": "none"}],
        ERRORS: [predecessor_item(UUIDS[2], {"error_type": "E1", "solution": "restart"})]}))
    report = other.report("import", other("old.json"), expecting=3)
    assert not report["verified"] and report["node_id"] == "old" and report["timestamp"].startswith("2025-11-21T")
    assert report["collections"][SKILLS]["new"] == 2 and report["collections"][SKILLS]["refused"] == 2
    assert [one["code"] for one in report["refused"]] == ["nul-not-allowed", "payload-invalid"]
    assert [one["item"] for one in report["refused"]] == [3, 4]
    assert set(other.held()) == {UUIDS[0], "2129061776971296269"}
    assert other.held(ERRORS)[UUIDS[2]]["value"] is None


def test_every_truncation_and_every_damage_is_refused_and_named(desk, other):
    desk.write(SKILLS, own(2))
    path, _ = exported(desk)
    packed, _ = exported(desk, "own.json.gz")
    with open(path, "rb") as file:
        whole = file.read()
    with open(packed, "rb") as file:
        small = file.read()
    rng = random.Random(5)
    for data in [whole[:n] for n in rng.sample(range(len(whole)), 25)] + [small[:n] for n in (1, 12, len(small) - 1)]:
        done = other.run("import", other.save("cut.json", data))
        assert done.returncode in (2, 9) and b"cut.json" in done.stderr, (len(data), done)
    document = json.loads(whole)
    items = document["collections"][SKILLS]
    changed = [
        ("value", lambda: items[1]["payload"].update(n=5), b"item 2 of skills-patterns"),
        ("vector", lambda: items[0]["vector"].__setitem__(0, 0.75), b"item 1 of skills-patterns"),
        ("origin", lambda: items[0]["payload"]["federation"].update(origin="mallory"), b"item 1 of skills-patterns"),
        ("missing", lambda: items.pop(), b"skills-patterns has 1 items"),
        ("announced", lambda: document["manifest"]["tributary"]["collections"].clear(), b"the manifest's digest"),
        ("whose", lambda: document["manifest"].update(node_id="mallory"), b"the manifest's digest"),
        ("when", lambda: document["manifest"].update(timestamp="2020-01-01T00:00:00.000000"), b"the manifest's digest"),
        ("source", lambda: items[1].update(source_node="mallory"), b"item 2 of skills-patterns"),
        ("bare", lambda: items[0]["payload"].pop("federation"), b"item 1 of skills-patterns"),
    ]
    for name, change, words in changed:
        document = json.loads(whole)
        items = document["collections"][SKILLS]
        change()
        done = other.run("import", other.save(f"{name}.json", document))
        assert done.returncode == 9 and words in done.stderr and f"{name}.json".encode() in done.stderr, (name, done)
    # A program that writes JSON in another way changes nothing that counts, not even the order of the members.
    turned = {"collections": json.loads(whole)["collections"], "manifest": json.loads(whole)["manifest"]}
    assert other.report("import", other.save("turned.json", json.dumps(turned, indent=4).encode()))["verified"]


def test_what_is_no_snapshot_is_refused_as_such(desk):
    for name, data in [
        ("empty", b""), ("text", b"hello"), ("binary", bytes(range(256)) * 40), ("array", b"[1, 2]"),
        ("scroll", b'{"result": {"points": []}, "status": "ok"}'), ("packed", gzip.compress(b"hello, hello")),
        ("manifest", b'{"manifest": {}}'), ("half", b'{"collections": {}}'), ("dim", b'{"manifest": 1}'),
        ("name", b'{"manifest": {}, "collections": {"Skills Patterns": []}}'),
        ("twice", b'{"manifest": {}, "collections": {"a": [], "a": []}}'),
        ("after", b'{"manifest": {}, "collections": {}} x'),
        ("newer", b'{"manifest": {"tributary": {"format": 2}}, "collections": {}}'),
    ]:
        done = desk.run("import", desk.save(name, data))
        expected = {"empty": 9, "newer": 8, "dim": 9, "name": 9, "twice": 9, "after": 9}.get(name, 2)
        assert done.returncode == expected and name.encode() in done.stderr, (name, done)
    assert desk.run("import", desk("none")).returncode == 2
    assert desk.run("import", desk.folder).returncode == 2
    assert desk.run("import").returncode == 2
    assert desk.run("export", desk("x.json"), "--own").returncode == 2


def test_pipes_carry_it(desk, other):
    desk.write(SKILLS, own(3))
    done = desk.run("export", "-", "--own", "--source", f"jsonl:{desk.source}")
    assert done.returncode == 0 and b"exported 3 patterns" in done.stderr
    taken = subprocess.run([other.program, "import", "-", "--state", other.state, "--json"], check=False, timeout=60,
                           input=gzip.compress(done.stdout), capture_output=True)
    assert taken.returncode == 0 and json.loads(taken.stdout)["collections"][SKILLS]["new"] == 3
    assert {one["origin"] for one in other.held().values()} == {"unknown"}


def test_a_full_disk_leaves_what_was_there(desk):
    desk.write(SKILLS, own(50, noise=os.urandom(3000).hex()))
    with SmallDisk(desk("s") if os.mkdir(desk("s")) is None else "", 2) as disk:
        path = desk("s/own.json")
        exported(desk, "s/own.json")
        with open(path, "rb") as file:
            before = file.read()
        disk.fill(leaving=64 * 1024)
        desk.write(SKILLS, own(100, noise=os.urandom(3000).hex()))
        done = desk.run("export", path, "--own", "--source", f"jsonl:{desk.source}")
        assert done.returncode == 1 and b"No space left" in done.stderr, done
        with open(path, "rb") as file:
            assert file.read() == before
        assert sorted(os.listdir(desk("s"))) == ["filler", "own.json"]


def test_a_killed_import_changed_nothing_and_works_when_repeated(desk):
    write_many(desk("many.json"), 20_000, 0)
    process = subprocess.Popen([desk.program, "import", desk("many.json"), "--state", desk.state])
    wait_until(lambda: os.path.exists(os.path.join(desk.state, "state.sqlite")), 20, "the import began")
    process.kill()
    process.wait()
    assert len(desk.held()) in (0, 20_000)
    assert desk.report("import", desk("many.json"))["collections"][SKILLS]["refused"] == 0
    assert len(desk.held()) == 20_000


def test_a_hundred_thousand_patterns_take_little_memory(desk, other):
    write_many(desk("many.json"), 100_000, 64)
    for words, where in [(["import", desk("many.json")], desk), (["export", desk("all.json.gz"), "--learned"], desk),
                         (["import", desk("all.json.gz")], other)]:
        mib = measured([desk.program, *words, "--state", where.state])
        print(words[0], mib, "MiB")
        assert mib <= 40, words
    assert len(other.held()) == 100_000


def test_beside_a_hub(hub, arena):
    alice, bruno = Spoke(hub, "alice"), Spoke(hub, "bruno")
    alice.write(SKILLS, own(4))
    bruno.write(SKILLS, [{"id": "b1", "payload": {"value_score": 0.9, "text": "what bruno learned about nix modules"}}])
    for spoke in (alice, bruno, alice):
        spoke.sync()
    path = os.path.join(alice.folder, "all.json")
    done = alice.run("export", path, "--source", f"jsonl:{alice.source}")
    assert done.returncode == 0, done
    found = checked(path)[SKILLS]
    assert set(found) == {*UUIDS[:4], "b1"}
    assert found["b1"]["federation"]["origin"] == "bruno" and found["b1"]["federation"]["revision"] > 0
    assert found[UUIDS[0]]["federation"]["incarnation"] == 1 and "vector" in found[UUIDS[0]]

    # What a file brought is served beside the winners, never pushed, and gives way to what the hub says.
    clara = Spoke(hub, "clara")
    desk = Desk(arena)
    desk.write(SKILLS, [{"id": "d1", "payload": {"value_score": 0.9, "text": "what nobody at the hub knows, at length"}},
                        {"id": "b1", "payload": {"value_score": 0.8, "text": "older"}}])
    file, _ = exported(desk)
    clara.sync()
    assert clara.run("import", file).returncode == 0
    clara.sync()
    learned = clara.learned_items(SKILLS)
    assert learned["d1"]["payload"]["federation"]["origin"] == "alice"
    assert "nix" in learned["b1"]["payload"]["text"]
    copied = {name: member for name, member in learned["d1"]["payload"].items() if name != "federation"}
    clara.write(SKILLS, [learned["d1"], {"id": "copied", "payload": copied}])
    assert [one["pushed"] for one in clara.sync()["collections"]] == [0, 0, 0]
    assert "d1" not in {line["id"] for line in hub.client("bruno").winners(SKILLS).lines}

    # What the hub takes back does not come back from the file.
    assert clara.run("import", path).returncode == 0
    bruno.write(SKILLS, b"")
    bruno.sync("--confirm-retractions")
    clara.sync()
    assert set(clara.learned_items(SKILLS)) == {"d1", *UUIDS[:4]}


def test_what_a_report_quotes_of_a_file_shows_no_secret(other):
    rng = random.Random(11)
    token = "ghp_" + "".join(rng.choice(string.ascii_letters + string.digits) for _ in range(36))
    path = other.save("old.json", {"manifest": {"node_id": token, "timestamp": "2025-11-21T10:00:00"},
                                   "collections": {SKILLS: [{"id": token, "payload": "none", "source_node": "old"}]}})
    for words in ((), ("--json",)):
        done = other.run("import", path, "--dry-run", *words)
        assert done.returncode == 3 and token.encode() not in done.stdout + done.stderr, done
        assert "redacted:github-token" in done.stdout.decode()
