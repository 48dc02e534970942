"""What `preview` shows is what the next push sends, and nothing is sent or changed by looking."""

import json
import os
import random
import subprocess

import pytest

from support.hub import Hub
from support.spoke import Spoke

SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))
SKILLS = "skills-patterns"
ERRORS = "error-solutions"


@pytest.fixture
def hub(arena):
    with Hub(arena) as hub:
        yield hub


def item(pattern, value=0.9, **payload):
    return {"id": pattern, "payload": {"value_score": value, **payload}}


def words(spoke, *more):
    return [*spoke.words("push")[:1], "preview", *spoke.words("push")[2:], *more]


def preview(spoke, *more, expecting=0):
    done = subprocess.run(words(spoke, "--json", *more), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == expecting, done
    return json.loads(done.stdout)


def statements(hub, node):
    """What the hub has of a node: by id the revision, and the payload, or None where it was taken back."""
    rows = hub.psql("SELECT pattern_id, revision, coalesce(payload, '') FROM contributions"
                    f" WHERE node = '{node}' ORDER BY 1")
    found = {}
    for row in rows.splitlines():
        pattern, revision, payload = row.split("|", 2)
        found[pattern] = (int(revision), payload or None)
    return found


def check(hub, spoke):
    """Previews, pushes, and compares; returns what was previewed, by id."""
    before = statements(hub, spoke.node)
    shown = preview(spoke, "--content")
    assert statements(hub, spoke.node) == before
    spoke.sync(command="push")
    after = statements(hub, spoke.node)
    sent = {pattern: what for pattern, what in after.items() if before.get(pattern) != what}
    expected = {one["id"]: one for one in shown["items"] if one["what"] != "held"}
    assert set(sent) == set(expected)
    for pattern, (_, payload) in sent.items():
        one = expected[pattern]
        if one["what"] == "retracted":
            assert payload is None
        else:
            assert json.loads(payload) == one["payload"]
            assert one["what"] == ("changed" if before.get(pattern, (0, None))[1] else "new")
    assert shown["sent"] == len(sent)
    assert shown["bytes"] == sum(one["bytes"] for one in shown["items"])
    return {one["id"]: one for one in shown["items"]}


def test_new_changed_and_retracted_are_shown_and_then_sent(hub):
    spoke = Spoke(hub, "alice")
    spoke.write(SKILLS, [item("a"), item("b"), item("c"), item("low", 0.2)])
    assert {one["what"] for one in check(hub, spoke).values()} == {"new"}
    spoke.write(SKILLS, [item("a"), item("b", 0.95), item("d")])
    shown = check(hub, spoke)
    assert {pattern: one["what"] for pattern, one in shown.items()} == {"b": "changed", "d": "new", "c": "retracted"}
    assert shown["b"]["source"].endswith(f"{SKILLS}.jsonl") and shown["b"]["number"] == 2
    assert preview(spoke)["items"] == []


def test_random_histories_are_foretold(hub):
    print(f"TRIBUTARY_SEED={SEED}")
    rng = random.Random(SEED)
    spoke = Spoke(hub, "rover")
    held = {}
    for _ in range(6):
        for pattern in [f"p{rng.randrange(30)}" for _ in range(12)]:
            if rng.random() < 0.3:
                held.pop(pattern, None)
            else:
                held[pattern] = item(pattern, round(rng.uniform(0.5, 1), 2), text="x" * rng.randrange(50))
        spoke.write(SKILLS, list(held.values()))
        check(hub, spoke)


def test_looking_ahead_changes_nothing_and_needs_no_state(hub):
    spoke = Spoke(hub, "carol")
    spoke.write(SKILLS, [item("a"), item("b")])
    first, second = preview(spoke), preview(spoke)
    assert [one["id"] for one in first["items"]] == [one["id"] for one in second["items"]] == ["a", "b"]
    done = spoke.run("status")
    assert done.returncode == 8 and "there is no state" in done.stderr


def test_it_can_be_looked_at_beside_a_running_spoke_and_without_the_hub(arena):
    with Hub(arena) as hub:
        spoke = Spoke(hub, "dora")
        spoke.write(SKILLS, [item("a")])
        spoke.start()
        line = spoke.lines.get(timeout=60)
        while "sync ok" not in line:
            line = spoke.lines.get(timeout=60)
        assert preview(spoke)["items"] == []
        assert spoke.stop() == 0
    spoke.write(SKILLS, [item("a"), item("b")])
    shown = preview(spoke)
    assert [one["id"] for one in shown["items"]] == ["b"]
    assert any("last known" in note for note in shown["notes"])


def test_what_people_read_names_every_item_and_ends_with_the_sum(hub):
    spoke = Spoke(hub, "erik")
    spoke.write(SKILLS, [item(f"p{number}") for number in range(5)])
    done = subprocess.run(words(spoke, "--limit", "3"), capture_output=True, text=True, timeout=60, check=True)
    assert all(f"p{number} " in done.stdout for number in range(3)) and "and 2 more" in done.stdout
    assert "not shared yet" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("The next push would send 5 items, ")


def test_what_will_not_be_taken_back_is_said(hub):
    spoke = Spoke(hub, "frida")
    spoke.write(ERRORS, [{"id": f"e{number}", "payload": {"confidence_score": 0.9}} for number in range(300)])
    spoke.sync()
    spoke.write(ERRORS, [])
    shown = preview(spoke, expecting=3)
    assert shown["items"] == []
    told = next(one for one in shown["collections"] if one["collection"] == ERRORS)
    assert "300 patterns were not taken back" in told["retractions_held_because"]
    assert preview(spoke, "--confirm-retractions")["sent"] == 300


def test_what_cannot_be_read_is_told_as_the_push_tells_it(hub, tmp_path):
    spoke = Spoke(hub, "eva")
    spoke.write(SKILLS, [item("a")])
    spoke.write("skill-patterns", [item("b")])
    with open(os.path.join(spoke.source, f"{SKILLS}.jsonl"), "a", encoding="utf-8") as file:
        file.write("{broken\n")
    more = ["--source", f"jsonl:{tmp_path}/gone", "--source", f"telemetry:{tmp_path}/events.jsonl"]
    done = subprocess.run(words(spoke, *more), capture_output=True, text=True, timeout=120, check=False)
    pushed = spoke.run("push", *more)
    for told in (done, pushed):
        assert told.returncode == 3, told
        assert f"{tmp_path}/gone cannot be read" in told.stdout
        assert "did you mean 'skills-patterns'?" in told.stdout
        assert f"{SKILLS}.jsonl:2: malformed-json" in told.stdout
        assert f"no log {tmp_path}/events.jsonl yet" in told.stdout
    assert "The next push would send 1 item" in done.stdout
    assert set(statements(hub, "eva")) == {"a"}
