"""Qdrant that fails, spokes that are killed, states that are lost: nothing is lost, doubled or taken back by that."""

import os
import shutil
import socket
import time

import pytest

from support.arena import wait_until
from support.hub import Hub
from support.qdrant import Qdrant, QdrantSpoke
from test_qdrant import SKILLS, by_collection, imported, point, statements

PAGE = 1_000


@pytest.fixture
def pair(arena):
    """A hub and two workstations with a Qdrant each."""
    with Hub(arena) as hub, Qdrant() as first, Qdrant() as second:
        first.make(SKILLS, 4)
        second.make(SKILLS, 4)
        yield hub, QdrantSpoke(hub, "alice", first), QdrantSpoke(hub, "bruno", second)


def test_while_qdrant_is_down_nothing_is_taken_back_and_nothing_is_lost(pair):
    hub, alice, bruno = pair
    alice.qdrant.put([point(n) for n in range(20)])
    alice.sync()
    told = statements(hub)
    alice.qdrant.faults({"target": "/", "kind": "drop", "times": 1_000})
    report = alice.sync(expecting=3)
    entry = by_collection(report)
    assert entry["retractions_held"] == 20 and entry["retracted"] == 0 and alice.qdrant.url in entry["error"]
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gone = ["--sink", f"qdrant:http://127.0.0.1:{unused.getsockname()[1]}"]
        bruno.sync(*gone, expecting=3)
    assert set(imported(bruno.qdrant)) == set(range(20)), "one sink that is away does not hold up another"
    alice.qdrant.faults()
    assert by_collection(alice.sync())["retracted"] == 0 and statements(hub) == told


@pytest.mark.parametrize("kind", [{"kind": "status", "status": 503}, {"kind": "status", "status": 429},
                                  {"kind": "drop"}, {"kind": "cut", "bytes": 60_000}])
def test_what_passes_is_tried_again(pair, kind):
    hub, alice, bruno = pair
    alice.qdrant.put([point(n, text="x" * 50) for n in range(2 * PAGE + 1)])
    alice.qdrant.faults(*({"target": target, "after": 1, **kind} for target in ("/points/scroll", f"/{SKILLS}/points")))
    report = by_collection(alice.sync())
    assert (report["read"], report["pushed"]) == (2 * PAGE + 1, 2 * PAGE + 1), "each is read once"
    bruno.qdrant.faults({"target": "points?wait", "after": 1, **({"kind": "lost"} if "bytes" in kind else kind)})
    bruno.sync()
    assert set(imported(bruno.qdrant)) == set(range(2 * PAGE + 1))
    assert not bruno.sync()["changed"] and not alice.sync()["changed"]


def test_a_scroll_that_fails_for_good_takes_nothing_back(pair):
    hub, alice, bruno = pair
    alice.qdrant.put([point(n) for n in range(PAGE + 50)])
    alice.sync()
    alice.qdrant.faults({"target": "/points/scroll", "after": 1, "kind": "status", "status": 500, "times": 100})
    report = by_collection(alice.sync(expecting=3))
    assert report["retracted"] == 0 and "answered 500" in report["error"] and report["winners"] == PAGE + 50
    alice.qdrant.faults()
    assert not alice.sync()["changed"]


def test_killed_between_the_points_and_the_state(pair):
    hub, alice, bruno = pair
    alice.qdrant.put([point(n) for n in range(300)])
    alice.sync()
    # The points are there, and the answer never comes.
    bruno.qdrant.faults({"target": "points?wait", "method": "PUT", "after": 1, "kind": "lost", "times": 1_000})
    bruno.start("sync")
    wait_until(lambda: len(bruno.qdrant.points()) >= 256, 60)
    bruno.kill()
    present = set(bruno.qdrant.points())
    assert 256 <= len(present) < 300
    # What is withdrawn before the next round must go all the same.
    alice.qdrant.delete([200, 290])
    alice.sync()
    bruno.qdrant.faults()
    bruno.sync()
    assert set(imported(bruno.qdrant)) == set(range(300)) - {200, 290}
    assert not bruno.sync()["changed"]


def test_killed_at_any_time(pair):
    hub, alice, bruno = pair
    alice.qdrant.put([point(n) for n in range(1_000)])
    alice.sync()
    for attempt in range(8):
        bruno.start("sync")
        time.sleep(0.05 * (attempt + 1))
        bruno.kill()
    alice.qdrant.delete(list(range(0, 100)))
    alice.sync("--confirm-retractions")
    bruno.sync()
    assert set(imported(bruno.qdrant)) == set(range(100, 1_000))
    assert by_collection(bruno.sync())["pushed"] == 0


def test_a_lost_state_is_recovered_from_what_the_points_say(pair):
    hub, alice, bruno = pair
    alice.qdrant.put([point(n) for n in range(200)])
    bruno.qdrant.put([point(n, text="own") for n in range(500, 510)])
    alice.sync()
    bruno.sync()
    told = statements(hub)
    shutil.rmtree(bruno.state)
    alice.qdrant.delete([5])
    alice.sync()
    bruno.qdrant.log()
    bruno.sync()
    written = [entry for entry in bruno.qdrant.log() if entry["method"] == "PUT"]
    assert written == [], "what is there already is not written again"
    assert set(bruno.qdrant.points()) == (set(range(200)) - {5}) | set(range(500, 510))
    assert statements(hub) == told + 1
    # What somebody deletes comes back, as everything that the sink should hold.
    bruno.qdrant.delete([7, 8])
    bruno.sync()
    assert {7, 8} <= set(bruno.qdrant.points())


def test_ten_thousand_patterns_fit_into_little_memory(arena, record_property):
    count, size = 10_000, 384
    with Hub(arena) as hub, Qdrant() as first, Qdrant() as second:
        for qdrant in (first, second):
            qdrant.make(SKILLS, size)
        for start in range(0, count, 1_000):
            first.put([point(n, size=size, text=f"how {n} is done " * 40) for n in range(start, start + 1_000)])
        costs = {}
        for name, spoke in (("share", QdrantSpoke(hub, "alice", first)), ("learn", QdrantSpoke(hub, "bruno", second))):
            costs[name] = measured(spoke)
            costs[name + " again"] = measured(spoke)
        assert len(imported(second)) == count
        print({name: {key: round(value, 2) for key, value in cost.items()} for name, cost in costs.items()})
        for name, cost in costs.items():
            record_property(name, cost)
            assert cost["peak_mib"] <= 40, costs


def measured(spoke):
    """One round: seconds, seconds of processor, and the most memory it had."""
    began = time.monotonic()
    pid = os.posix_spawn(spoke.program, spoke.words("sync", "--quiet"), os.environ)
    peak = 0
    while True:
        # What the system adds up at the end counts this process's memory too, which the new one shared for a moment.
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            sizes = [line.split()[1] for line in file if line.startswith("VmHWM")]
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            break
        peak = max(peak, *(int(size) for size in sizes), 0)
        time.sleep(0.02)
    assert status == 0
    return {"seconds": time.monotonic() - began, "processor": usage.ru_utime + usage.ru_stime, "peak_mib": peak / 1024}
