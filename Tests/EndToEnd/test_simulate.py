"""A policy can be tried before it is set: what is told is what happens, and nothing happens before."""

import json
import os
import random
import threading
import time

import pytest

from support import generate, histories
from support.compare import check_contributions, check_winners
from support.hub import Hub
from support.operators import row
from support.oracle import Judged
from support.statements import SKILLS, item, put, served
from support.together import at_once

SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))
RULES = [word for name, rule in histories.RULES.items() for word in ("--merge", f"{name}={rule}")]
STEPS = [["--strategy", "latest"], ["--threshold", "0.9"], ["--strategy", "merge", "--threshold", "0.0", *RULES],
         ["--merge", "note=union:2", "--merge", "usage_count=best"], ["--strategy", "manual", "--threshold", "0.75"],
         ["--strategy", "highest-value", "--threshold", "1"], ["--strategy", "merge", "--threshold", "0.7"],
         ["--strategy", "merge"]]


@pytest.fixture(autouse=True)
def shown_seed():
    print(f"TRIBUTARY_SEED={SEED}")


@pytest.fixture(scope="module")
def grown(arena):
    """A hub with a random history."""
    with Hub(arena) as hub:
        said = histories.history(random.Random(SEED), Judged(SKILLS), [f"p{n}" for n in range(60)],
                                 time.time_ns() // 1000)
        histories.tell(hub, SKILLS, said)
        hub.enrol("relay", role="hub")
        yield hub


def shortened(line):
    return line and {name: line[name] for name in ("origin", "value", "checksum")}


def test_what_is_told_is_what_happens(grown):
    relay = grown.client("relay")
    for options in STEPS:
        before, manifest = served(relay), relay.manifest()
        shown = grown.command_json("collection", "show", SKILLS)
        rehearsal = grown.command_json("simulate", "--collection", SKILLS, "--limit", "10000", *options)
        assert (served(relay), relay.manifest()) == (before, manifest), "nothing changes before"
        assert grown.command_json("collection", "show", SKILLS) == shown
        grown.command("collection", "set", SKILLS, *options)
        after = served(relay)
        told = {one["id"]: one for one in rehearsal["changes"]}
        changed = {pattern for pattern in before.keys() | after.keys() if before.get(pattern) != after.get(pattern)}
        assert set(told) == changed, options
        kinds = {(False, True): "gained", (True, False): "lost", (True, True): "changed"}
        for pattern, one in told.items():
            assert one["change"] == kinds[pattern in before, pattern in after]
            assert (one["was"], one["becomes"]) == \
                (shortened(before.get(pattern)), shortened(after.get(pattern))), options
        counts = [sum(one["change"] == kind for one in told.values()) for kind in ("gained", "lost", "changed")]
        assert [rehearsal[kind] for kind in ("gained", "lost", "changed")] == counts
        assert sum(counts) + rehearsal["unchanged"] == rehearsal["patterns"]
        conflicts = grown.command_json("conflict", "list", "--collection", SKILLS, "--limit", "1000")["conflicts"]
        assert rehearsal["conflicts"] == len(conflicts)
        entry = relay.manifest(SKILLS)
        assert (rehearsal["to"]["strategy"], rehearsal["to"]["threshold"]) == (entry["strategy"], entry["threshold"])
        old = next(one for one in manifest["collections"] if one["name"] == SKILLS)
        assert (rehearsal["from"]["strategy"], rehearsal["from"]["threshold"]) == (old["strategy"], old["threshold"])


def test_the_list_of_changes_is_bounded_and_the_counts_are_not(grown):
    grown.command("collection", "set", SKILLS, "--strategy", "highest-value", "--threshold", "0.7")
    rehearsal = grown.command_json("simulate", "--collection", SKILLS, "--threshold", "1", "--limit", "3")
    assert len(rehearsal["changes"]) == 3 < rehearsal["lost"] + rehearsal["changed"]
    text = grown.command("simulate", "--collection", SKILLS, "--threshold", "1", "--limit", "3")
    assert str(rehearsal["lost"]) in text


@pytest.mark.parametrize("words, code", [
    (["--collection", "unknown-one", "--strategy", "latest"], 1), (["--strategy", "latest"], 2),
    (["--collection", SKILLS, "--threshold", "1.5"], 2), (["--collection", SKILLS, "--strategy", "newest"], 2),
    (["--collection", SKILLS, "--merge", "x=most"], 2), (["--collection", SKILLS], 2),
    (["--collection", SKILLS, "--strategy", "latest", "--limit", "0"], 2)],
    ids=lambda one: " ".join(one) if isinstance(one, list) else None)
def test_a_wrong_rehearsal_ends_with_its_exit_code(grown, words, code):
    done = grown.run("simulate", *words)
    assert done.returncode == code and done.stderr.strip(), done


@pytest.mark.parametrize("last", ["merge", "manual"])
def test_a_policy_that_changes_under_four_who_push_ends_in_the_oracles_state(fresh_hub, last):
    fresh_hub.start()
    fresh_hub.command("collection", "set", SKILLS, *RULES)
    fresh_hub.enrol("relay", role="hub")
    stopping, said = threading.Event(), {node: [] for node in histories.NODES}
    for node in histories.NODES:
        fresh_hub.client(node)

    def push(number, node):
        rng, revision = random.Random(SEED + number), 10**6 * (number + 1)
        with fresh_hub.client(node) as client:
            while not stopping.is_set():
                lines = []
                for _ in range(rng.choice([1, 20, 200])):
                    revision += 1
                    one = {"id": f"p{rng.randrange(500)}", "revision": revision}
                    one |= {"retracted": True} if rng.random() < 0.1 else {"payload": histories.payload(rng, node)}
                    lines.append(generate.spell(rng, one))
                assert client.push(SKILLS, lines).end["refused"] == 0
                said[node] += lines

    def change():
        try:
            for strategy in ["latest", "merge", "highest-value", "manual", "merge", "latest", last]:
                for threshold in ("0.9", "0.7"):
                    fresh_hub.command("simulate", "--collection", SKILLS, "--strategy", strategy)
                    fresh_hub.set_policy(SKILLS, strategy=strategy, threshold=threshold)
        finally:
            stopping.set()

    at_once(change, *[lambda n=number, who=node: push(n, who) for number, node in enumerate(histories.NODES)])
    rules = json.loads(fresh_hub.command("collection", "show", SKILLS, "--json"))
    judged = Judged(SKILLS, strategy=last, rules=rules.get("policy", rules)["merge_rules"])
    for node, lines in said.items():
        for line in lines:
            judged.push(line, node, time.time_ns() // 1000)
    assert len(judged.contributions) > 500
    check_contributions(fresh_hub.client("relay"), judged)
    check_winners(fresh_hub.client("relay"), judged)


def test_a_rehearsal_of_what_is_set_changes_nothing(grown):
    put(grown.client("alice"), "still", 1, value_score=0.9)
    policy = grown.client("alice").manifest(SKILLS)
    rehearsal = grown.command_json("simulate", "--collection", SKILLS, "--strategy", policy["strategy"])
    assert [rehearsal[name] for name in ("gained", "lost", "changed", "changes")] == [0, 0, 0, []]


def test_setting_a_policy_says_how_many_winners_changed(fresh_hub):
    fresh_hub.start()
    lines = [item(f"p{n}", 1, value=0.75 if n < 3 else 0.9) for n in range(10)]
    assert fresh_hub.client("alice").push(SKILLS, lines).counts == (10, 0, 0, 0)
    assert "3 winners changed" in fresh_hub.command("collection", "set", SKILLS, "--threshold", "0.8")
    assert "no winner changed" in fresh_hub.command("collection", "set", SKILLS, "--threshold", "0.85")
    assert "changed" not in fresh_hub.command("collection", "set", SKILLS, "--threshold", "0.85")
    assert fresh_hub.command_json("collection", "show", SKILLS)["settled"] is True
    assert "all patterns" in row(fresh_hub.command("collection", "show", SKILLS), "decided", "so")
