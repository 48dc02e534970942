"""Workstations that share what they learned: what each pushes, what each learns, and how little that takes."""

import contextlib
import json
import os
import random
import re
import subprocess
import time

import pytest

from support.canonical import canonical
from support.hub import Hub
from support.model import content_checksum
from support.proxy import Proxy
from support.spoke import Spoke

SKILLS = "skills-patterns"
ERRORS = "error-solutions"
SHARED = ["skill-123", 2**64 - 1, "5C56C79369F34FBF87E6C4BF54C28C20", "caf\u00e9", "cafe\u0301"]


def item(pattern, value=0.9, **payload):
    return {"id": pattern, "payload": {"value_score": value, **payload}}


def position(hub, collection=SKILLS):
    """How many statements the hub's contributions feed has seen: it grows with everything that is pushed as new."""
    return int(hub.psql(f"SELECT number FROM feed_heads WHERE collection = '{collection}' AND feed = 'contributions'"))


def own_ids(node, rng, count):
    return [f"{node}-{n}" if n % 3 else rng.getrandbits(64) for n in range(count)]


@pytest.fixture
def team(arena):
    """A hub and three workstations with patterns of their own, some of which others have too."""
    with Hub(arena) as hub:
        rng = random.Random(3)
        spokes = []
        for node in ("alice", "bruno", "chika"):
            spoke = Spoke(hub, node)
            for collection in (SKILLS, ERRORS):
                own = [item(pattern, rng.choice([0.5, 0.7, 0.9]), by=node, text="caf\u00e9 " * rng.randrange(20))
                       for pattern in own_ids(node, rng, 40)]
                values = [0.75, 0.95] if node == "alice" else [0.6, 0.75, 0.95]
                shared = [item(pattern, rng.choice(values), by=node) for pattern in SHARED]
                spoke.write(collection, own + shared)
            spokes.append(spoke)
        yield hub, spokes


def test_after_two_rounds_all_have_learned_the_same_to_the_last_byte(team):
    hub, spokes = team
    for _ in range(2):
        for spoke in spokes:
            spoke.sync()
    first = spokes[0].learned()
    assert {SKILLS + ".jsonl", ERRORS + ".jsonl"} <= set(first)
    for spoke in spokes[1:]:
        assert spoke.learned() == first
    for collection in (SKILLS, ERRORS):
        with hub.client("alice") as client:
            winners = client.winners(collection).lines
        learned = spokes[0].learned_items(collection)
        assert {str(pattern) for pattern in learned} == {line["id"] for line in winners}
        for line in winners:
            found = learned.get(line["id"]) or learned[int(line["id"])]
            origin = found["payload"].pop("federation")
            assert len(origin.pop("content")) == 64
            assert origin == {name: line[name] for name in ("origin", "incarnation", "revision", "checksum")}
            assert canonical(found["payload"]) == canonical(line["payload"])
            assert found["payload"]["by"] == line["origin"]
        ids = [str(pattern).encode() for pattern in learned]
        assert ids == sorted(ids), "sorted by the bytes of their ids"
        assert 2**64 - 1 in learned and len(winners) > 60


def test_a_round_without_changes_is_one_small_request(team):
    hub, spokes = team
    with Proxy(hub.port) as proxy:
        for spoke in spokes:
            spoke.port = proxy.port
        for _ in range(2):
            for spoke in spokes:
                spoke.sync()
        before = {spoke.node: {name: os.stat(os.path.join(spoke.sink, name)).st_ino for name in spoke.learned()}
                  for spoke in spokes}
        for spoke in spokes:
            proxy.forget()
            report = spoke.sync()
            assert proxy.requests == ["GET /v1/manifest HTTP/1.1"]
            assert proxy.bytes_back < 400
            assert report["changed"] is False
        after = {spoke.node: {name: os.stat(os.path.join(spoke.sink, name)).st_ino for name in spoke.learned()}
                 for spoke in spokes}
        assert after == before, "files that stay the same are not written again"


def test_only_what_changed_travels(team):
    hub, spokes = team
    alice, bruno, _ = spokes
    for _ in range(2):
        for spoke in spokes:
            spoke.sync()
    before = position(hub)
    lines = (alice.source + f"/{SKILLS}.jsonl")
    with open(lines, encoding="utf-8") as file:
        items = [json.loads(line) for line in file]
    alice.write(SKILLS, items[::-1] + [item("brand-new", text="hello")])
    report = alice.sync()
    told = next(one for one in report["collections"] if one["collection"] == SKILLS)
    assert (told["pushed"], told["refused"], told["retracted"]) == (1, 0, 0)
    assert position(hub) == before + 1
    report = bruno.sync()
    told = next(one for one in report["collections"] if one["collection"] == SKILLS)
    assert (told["learned"], told["learned_from"]) == (1, {"alice": 1})
    assert bruno.learned_items(SKILLS)["brand-new"]["payload"]["text"] == "hello"


def test_what_was_pulled_is_never_sent_back_as_ones_own(hub):
    alice, bruno = Spoke(hub, "alice"), Spoke(hub, "bruno")
    alice.write(SKILLS, [item("wisdom", text="x"), item(77, text="y")])
    alice.sync()
    bruno.sync()
    pulled = list(bruno.learned_items(SKILLS).values())
    assert len(pulled) >= 2
    before = position(hub)
    bruno.write(SKILLS, pulled)
    for _ in range(2):
        bruno.sync()
        alice.sync()
    assert position(hub) == before
    assert hub.psql("SELECT count(*) FROM contributions WHERE node = 'bruno'") == "0"
    # The control: what was improved is one's own.
    pulled[0]["payload"]["text"] = "better"
    bruno.write(SKILLS, pulled)
    bruno.sync()
    assert position(hub) == before + 1


def test_what_vanishes_from_the_source_is_taken_back(hub):
    carla, dora = Spoke(hub, "carla"), Spoke(hub, "dora")
    carla.write(ERRORS, [item("kept"), item("dropped"), item("weakened")])
    dora.write(ERRORS, [item("dropped", 0.8)])
    for spoke in (carla, dora, carla):
        spoke.sync()
    carla.write(ERRORS, [item("kept"), item("weakened", 0.1)])
    report = carla.sync()
    told = next(one for one in report["collections"] if one["collection"] == ERRORS)
    assert told["retracted"] == 2
    dora.sync()
    learned = dora.learned_items(ERRORS)
    assert learned["dropped"]["payload"]["federation"]["origin"] == "dora", "the runner-up takes its place"
    assert "weakened" not in learned and "kept" in learned
    assert carla.learned() == dora.learned()


def test_a_missing_source_takes_nothing_back_and_a_great_loss_asks_first(hub):
    spoke = Spoke(hub, "guarded")
    path = spoke.write("best-practices", [item(f"guarded-{n}") for n in range(300)])
    spoke.sync()
    os.rename(path, path + ".away")
    report = spoke.sync(expecting=3)
    told = next(one for one in report["collections"] if one["collection"] == "best-practices")
    assert told["retractions_held"] == 300 and path in told["retractions_held_because"]
    assert hub.psql("SELECT count(*) FROM contributions WHERE node = 'guarded' AND payload IS NOT NULL") == "300"
    spoke.write("best-practices", [item("guarded-1")])
    done = spoke.run("sync")
    assert "--confirm-retractions" in done.stdout + done.stderr
    assert hub.psql("SELECT count(*) FROM contributions WHERE node = 'guarded' AND payload IS NOT NULL") == "300"
    spoke.run("sync", "--confirm-retractions")
    assert hub.psql("SELECT count(*) FROM contributions WHERE node = 'guarded' AND payload IS NOT NULL") == "1"


def test_bad_lines_are_told_and_stop_nothing(hub):
    spoke = Spoke(hub, "messy")
    good = [json.dumps(item(name)).encode() for name in ("good-1", "good-2")]
    lines = [good[0], b"{broken", b"\xff\xfe", b'{"id":"x","payload":{"value_score":3}}', b"",
             b'{"payload":{"value_score":0.9}}', b'{"id":"a","id":"b","payload":{}}', good[1]]
    spoke.write(SKILLS, b"\n".join(lines))
    report = spoke.sync(expecting=3)
    told = next(one for one in report["collections"] if one["collection"] == SKILLS)
    assert (told["pushed"], told["unreadable"]) == (2, 5)
    listed = {one["line"]: one["code"] for one in told["source"]["unreadable_lines"]}
    malformed = "malformed-json"
    assert listed == {2: malformed, 3: malformed, 4: "value-out-of-range", 6: "id-invalid", 7: malformed}
    # What it cannot read it does not send either.
    assert hub.client("messy").get("/v1/quarantine").json()["items"] == []


def test_what_was_learned_can_be_read_without_the_hub(arena):
    with Hub(arena) as hub:
        spoke, other = Spoke(hub, "alice"), Spoke(hub, "bruno")
        other.write(SKILLS, [item("skill-123", text="how to"), item(2**63)])
        other.sync()
        spoke.sync()
    assert spoke.run("list", SKILLS).stdout.splitlines() == \
        ["pattern\torigin\tvalue", f"{2**63}\tbruno\t0.9", "skill-123\tbruno\t0.9"]
    assert spoke.run("list").stdout.splitlines()[0] == "collection\twinners\timported"
    held = json.loads(spoke.run("list", SKILLS, "--json").stdout)
    assert {(str(one["id"]), one["origin"]) for one in held} == {("skill-123", "bruno"), (str(2**63), "bruno")}
    assert json.loads(spoke.run("get", SKILLS, "skill-123").stdout) == {"value_score": 0.9, "text": "how to"}
    one = json.loads(spoke.run("get", SKILLS, "skill-123", "--json").stdout)
    assert one["checksum"] == content_checksum(SKILLS, "skill-123", one["payload"])
    status = json.loads(spoke.run("status", "--json").stdout)
    assert {one["collection"]: one["winners"] for one in status["collections"]}[SKILLS] == 2
    missing = spoke.run("get", SKILLS, "skill-12")
    assert missing.returncode != 0 and missing.stdout == "" and "skill-12" in missing.stderr
    assert spoke.run("list", "skill-patterns").returncode != 0


def test_a_terminal_is_shown_nothing_that_it_could_obey_and_a_pipe_gets_every_byte(hub):
    giver, taker = Spoke(hub, "giver"), Spoke(hub, "taker")
    text = "\u009b31m red \u202e backwards \u2028 pl\u00e4in"
    giver.write(SKILLS, [item("coloured", text=text)])
    giver.sync()
    taker.sync()
    piped = taker.run("get", SKILLS, "coloured").stdout
    assert text in piped and text in taker.run("get", SKILLS, "coloured", "--json").stdout
    leader, follower = os.openpty()
    subprocess.run(taker.words("get", SKILLS, "coloured"), stdout=follower, stderr=subprocess.DEVNULL, check=True,
                   timeout=60)
    os.close(follower)
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(leader, 65536):
            shown += piece
    os.close(leader)
    shown = shown.decode()
    assert "\u009b" not in shown and "\u202e" not in shown and "\u2028" not in shown and "pl\u00e4in" in shown
    assert json.loads(shown) == json.loads(piped)


def test_both_programs_tell_their_version(arena):
    said = [subprocess.run([arena.program(name), "--version"], capture_output=True, text=True, check=True).stdout.strip()
            for name in ("tributary-hub", "tributary-spoke")]
    assert said[0] == said[1] and re.fullmatch(r"\d+\.\d+\.\d+", said[0])


def test_vectors_travel_when_asked_for(hub):
    giver, taker = Spoke(hub, "giver"), Spoke(hub, "taker")
    giver.write(SKILLS, [{**item("vectored"), "vector": [0.25, -1.5, 0.1], "vector_model": "bge-m3"}])
    giver.sync()
    taker.sync("--vectors")
    learned = taker.learned_items(SKILLS)["vectored"]
    assert learned["vector_model"] == "bge-m3"
    assert [round(number, 6) for number in learned["vector"]] == [0.25, -1.5, 0.1]


def test_push_and_pull_are_the_two_halves(hub):
    one, two = Spoke(hub, "pusher"), Spoke(hub, "puller")
    one.write(SKILLS, [item("half")])
    one.sync(command="push")
    assert one.learned() == {}
    two.write(SKILLS, [item("other-half")])
    two.sync(command="pull")
    assert "half" in two.learned_items(SKILLS) and "other-half" not in two.learned_items(SKILLS)


def test_a_great_collection_costs_little_memory(hub):
    count = 30_000
    spoke, other = Spoke(hub, "big"), Spoke(hub, "little")
    spoke.write(SKILLS, [item(f"many-{n}", text="x" * 500, n=n) for n in range(count)])
    highest = 0
    for one in (spoke, other):
        one.start("sync")
        while one.process.poll() is None:
            with open(f"/proc/{one.process.pid}/status", encoding="ascii") as file:
                peak = next((int(line.split()[1]) // 1024 for line in file if line.startswith("VmHWM")), 0)
                highest = max(highest, peak)
            time.sleep(0.01)
        assert one.process.returncode == 0
    assert highest < 40, f"{highest} MB"
    assert len(other.learned_items(SKILLS)) >= count
    assert spoke.learned() == other.learned()
