"""What went wrong once: who is counted, who is served, what memory holds, and which hub is meant."""

import gzip
import json
import os
import random
import subprocess
import threading
import time

import pytest

from support.arena import wait_until
from support.client import Client, check_push, encode
from support.raw import stalled_reader
from support.statements import SKILLS, item, put
from support.together import at_once

IMPORTED = {"imported_from": "alice", "import_timestamp": "2026-01-01T00:00:00"}
# What a hub may come to hold while 32 pushes are at work.
GREATEST_MIB = 300


def contributors(hub, pattern):
    return set(hub.psql(f"SELECT node FROM contributions WHERE pattern_id = '{pattern}'").splitlines())


@pytest.mark.parametrize("order", [("alice", "bruno"), ("bruno", "alice")], ids="-".join)
def test_at_the_protocols_own_door_an_imported_item_is_judged_alike_in_any_order(hub, order):
    pattern = "imported-" + "-".join(order)
    for node in order:
        mark = IMPORTED if node == "bruno" else {}
        put(hub.client(node), pattern, 1, value_score=0.9, text="the same", **mark)
    assert contributors(hub, pattern) == {"alice", "bruno"}


def test_at_the_predecessors_door_what_was_only_imported_is_not_counted(hub):
    put(hub.client("alice"), "passed-on", 1, value_score=0.9, text="the same")
    one = {"id": "passed-on", "vector": [1.0], "payload": {"value_score": 0.9, "text": "the same", **IMPORTED}}
    with Client(hub.port, hub.client("ancient").token) as client:
        assert client.request("POST", f"/import/{SKILLS}", json.dumps([one]).encode()).json() == {"imported": 1}
    assert contributors(hub, "passed-on") == {"alice"}


def test_one_node_cannot_hold_all_pulls(hub):
    for start in range(0, 8000, 2000):
        hub.client("alice").push("best-practices", [item(f"big-{n}", 1, text="x" * 4000)
                                                    for n in range(start, start + 2000)])
    readers = [stalled_reader(hub, "best-practices") for _ in range(3)]
    try:
        asleep = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        wait_until(lambda: int(hub.psql(asleep)) >= 2, 10, "its readers are asleep")
        started = time.monotonic()
        answers = []
        greedy = threading.Thread(target=lambda: answers.append(
            hub.client("alice").get("/v1/collections/best-practices/winners?limit=1")))
        greedy.start()
        assert hub.client("bruno").winners("best-practices", limit=1).lines
        assert time.monotonic() - started < 3, "another node is served at once"
        greedy.join(30)
        (reply,) = answers
        assert (reply.status, reply.problem()) == (503, "overloaded") and int(reply.headers["retry-after"]) > 0
    finally:
        for reader in readers:
            reader.close()
    wait_until(lambda: hub.client("alice").get("/v1/collections/best-practices/winners?limit=1").status == 200, 30,
               "the node is served again")


WORDS = "".join(random.Random(1).choices("0123456789abcdef", k=8000))


@pytest.mark.parametrize("length, verdict", [(60 * 2**20, "refused"), (6200, "accepted")], ids=["a line", "many lines"])
def test_compressed_pushes_cost_no_more_memory_than_others(fresh_hub, length, verdict):
    """What is packed to a hundredth comes out bit by bit; 32 pushes at once are the most that are at work."""
    fresh_hub.start(level="warning")
    line = encode([item("inflated", 1, text=(WORDS * (length // len(WORDS) + 1))[:length])])
    body = gzip.compress(line * min(3000, 60 * 2**20 // length), 1)
    nodes = [f"pusher{n}" for n in range(8)]
    for node in nodes:
        fresh_hub.client(node)

    def push(node):
        with fresh_hub.client(node, timeout=300) as client:
            reply = client.push_raw(SKILLS, body, {"Content-Encoding": "gzip"})
        assert reply.status in (200, 503), reply
        if reply.status == 200:
            told = check_push(reply).end
            assert told["refused"] == (told["received"] if verdict == "refused" else 0)

    at_once(*[lambda who=node: push(who) for node in nodes for _ in range(4)])
    assert fresh_hub.peak_mib() < GREATEST_MIB


@pytest.mark.parametrize("words", [["node", "list"], ["node", "revoke", "alice"], ["collection", "list"],
                                   ["quarantine"], ["decisions"], ["epoch"]], ids=" ".join)
def test_a_misspelt_data_directory_makes_no_hub(arena, words):
    check_makes_none(arena, words)


@pytest.mark.parametrize("words", [
    ["why", SKILLS, "x"], ["simulate", "--collection", SKILLS, "--strategy", "latest"], ["conflict", "list"],
    ["conflict", "show", SKILLS, "x"],
    ["conflict", "resolve", SKILLS, "x", "--choose", "1", "--reason", "r"], ["retraction", "list"],
    ["retraction", "status"], ["retraction", "add", SKILLS, "x", "--reason", "r"],
    ["retraction", "lift", SKILLS, "x", "--reason", "r"], ["collection", "show", SKILLS], ["quarantine", "list"],
    ["quarantine", "release", "1"], ["quarantine", "discard", "1"]], ids=" ".join)
def test_no_command_about_decisions_makes_a_hub_either(arena, words):
    check_makes_none(arena, words)


def check_makes_none(arena, words):
    folder = os.path.join(arena.folder("m"), "misspelt")
    done = subprocess.run([arena.program("tributary-hub"), *words, "--data-dir", folder], capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode == 8 and folder in done.stderr and not done.stdout, done
    assert not os.path.exists(folder)
