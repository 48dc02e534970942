"""What was acknowledged is there, whatever dies; what was not can be sent again; and nothing else is there."""

import http.client
import os
import random
import signal
import threading
import time

import pytest

from support import generate
from support.arena import wait_until
from support.client import Client, Incomplete, check_push
from support.compare import check_contributions, check_winners
from support.hub import Hub, HubFailed, kill
from support.model import standard_collections
from support.postgres import OwnPostgres
from support.proxy import Proxy

COLLECTION = "skills-patterns"
NODES = ["alice", "bruno", "chika"]
SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))
LOST = (OSError, http.client.HTTPException, Incomplete)


@pytest.fixture(autouse=True)
def shown_seed():
    print(f"TRIBUTARY_SEED={SEED}")


class Writer(threading.Thread):
    """A node that pushes batches until it is stopped, and remembers what was acknowledged and what is unknown."""

    def __init__(self, hub, node, number, seed):
        super().__init__(daemon=True)
        self.hub, self.node, self.number = hub, node, number
        self.rng = random.Random(seed)
        self.acknowledged, self.unknown = [], []
        self.stopping = threading.Event()
        self.failure = None
        self.revision = 1_000_000

    def batch(self):
        lines = []
        for _ in range(self.rng.choice([1, 20, 300])):
            self.revision += 1
            item = generate.statement(self.rng, COLLECTION, self.revision, time.time_ns() // 1000)
            # Enough patterns for most statements to be the newest of theirs.
            item["id"] = f"{self.node if self.rng.random() < 0.7 else 'shared'}-{self.rng.randrange(3000)}"
            item.pop("retracted", None)
            item.setdefault("payload", {"value_score": 0.9})
            lines.append(generate.spell(self.rng, item))
        return lines

    def run(self):
        try:
            while not self.stopping.is_set():
                self.push(self.batch())
        except BaseException as failure:
            self.failure = failure

    def push(self, lines):
        try:
            with self.hub.client(self.node, timeout=30) as client:
                reply = client.push_raw(COLLECTION, lines)
                if reply.status == 200:
                    assert check_push(reply).end["refused"] == 0
                    self.acknowledged.append(lines)
                    return
                assert reply.status == 503, reply
                assert int(reply.headers["retry-after"]) > 0
        except LOST:
            pass
        self.unknown.append(lines)
        self.stopping.wait(0.05)

    def finish(self):
        self.stopping.set()
        self.join(60)
        assert self.failure is None, self.failure


def held(hub):
    """Every contribution by pattern and origin, with its revision."""
    rows = hub.psql("SELECT pattern_id, node, revision FROM contributions")
    return {tuple(row.split("|")[:2]): int(row.split("|")[2]) for row in rows.splitlines()}


def kill_hub(hub):
    hub.kill()
    hub.start()


def kill_database(hub):
    assert len(hub.kill_database()) > 1
    hub.wait_ready(30)


def kill_backend(hub):
    """PostgreSQL ends all connections and recovers when one backend dies this way."""
    backends = hub.psql("SELECT pid FROM pg_stat_activity WHERE application_name = 'tributary-hub' LIMIT 1")
    kill(int(backends.splitlines()[0]), signal.SIGKILL)
    hub.wait_ready(30)


def kill_both(hub):
    hub.process.kill()
    hub.kill_database()
    hub.process.wait()
    hub.start()


@pytest.mark.parametrize("death, rounds", [(kill_hub, 4), (kill_database, 3), (kill_backend, 2), (kill_both, 3)],
                         ids=["hub", "database", "backend", "both"])
def test_no_acknowledged_item_is_lost_when_there_dies_the(fresh_hub, death, rounds):
    fresh_hub.start(level="warning")
    for node in NODES:
        fresh_hub.enrol(node)
    writers = [Writer(fresh_hub, node, number, SEED + number) for number, node in enumerate(NODES)]
    for writer in writers:
        writer.start()
    rng = random.Random(SEED)
    for _ in range(rounds):
        enough = sum(len(writer.acknowledged) for writer in writers) + 6
        wait_until(lambda: sum(len(writer.acknowledged) for writer in writers) >= enough, 30, "pushes are acknowledged")
        time.sleep(rng.random() * 0.2)
        death(fresh_hub)
    for writer in writers:
        writer.finish()
    assert sum(len(writer.unknown) for writer in writers) > 0, "nothing was interrupted: the test proved nothing"
    # A backend that died has the database recover, which the last writer need not have waited for.
    fresh_hub.wait_ready()
    check_acknowledged(fresh_hub, writers)
    check_repeated(fresh_hub, writers)


def check_acknowledged(hub, writers):
    """What the oracle holds of the acknowledged statements alone is there, or something newer of the same node."""
    collection = standard_collections()[COLLECTION]
    for writer in writers:
        for lines in writer.acknowledged:
            for line in lines:
                collection.push(line, writer.node, time.time_ns() // 1000)
    there = held(hub)
    lost = [key for key, one in collection.contributions.items() if there.get(key, 0) < one.revision]
    assert not lost, f"{len(lost)} of {len(collection.contributions)} acknowledged are lost, such as {lost[:3]}"
    assert len(collection.contributions) > 100


def check_repeated(hub, writers):
    """Everything sent again, in another order, ends in the oracle's state."""
    collection = standard_collections()[COLLECTION]
    for writer in writers:
        batches = writer.acknowledged + writer.unknown
        writer.rng.shuffle(batches)
        for lines in batches:
            with hub.client(writer.node) as client:
                assert client.push(COLLECTION, lines).end["refused"] == 0
            for line in lines:
                collection.push(line, writer.node, time.time_ns() // 1000)
    hub.enrol("relay", role="hub")
    check_contributions(hub.client("relay"), collection)
    check_winners(hub.client("relay"), collection)


def test_a_lost_reply_and_a_cut_body_are_made_good_by_sending_again(hub):
    client = hub.client("alice")
    plan = ["drop_reply", "cut_request:300", "cut_request:3000", "reset_reply:10", "cut_reply:200", "cut_reply:5",
            "slow:1"]
    writer = Writer(hub, "alice", 0, SEED)
    collection = standard_collections()[COLLECTION]
    with Proxy(hub.port, plan) as proxy:
        for mode in ("lost", "cut", "more", "whole"):
            lines = [generate.spell(writer.rng, {"id": f"{mode}-{n}", "revision": 5, "payload": {"value_score": 0.9}})
                     for n in range(50)]
            answered = False
            for _ in range(8):
                with Client(proxy.port, client.token, "alice", timeout=3) as other:
                    try:
                        answer = other.push(COLLECTION, lines)
                    except LOST:
                        continue
                    except AssertionError as failure:
                        # A body that was cut is answered with an error, never with an end marker.
                        assert proxy.exchanges[-1].mode.startswith("cut_request"), failure
                        continue
                answered = True
                break
            assert answered and answer.end["received"] == 50
            for line in lines:
                collection.push(line, "alice", time.time_ns() // 1000)
        assert not proxy.plan, "not every harm was done"
    hub.enrol("relay", role="hub")
    check_contributions(hub.client("relay"), collection)


@pytest.fixture(scope="module")
def cluster(arena):
    """A PostgreSQL of one's own, as an operator has it."""
    folder = arena.folder("pg")
    with OwnPostgres(folder) as postgres:
        yield postgres


@pytest.mark.parametrize("setting", ["synchronous_commit=off", "fsync=off", "full_page_writes=off"])
def test_a_database_that_may_lose_what_it_acknowledged_is_refused(arena, cluster, setting):
    """The control of all the tests above: with these settings they would fail."""
    name, value = setting.split("=")
    cluster.set(name, value)
    try:
        hub = Hub(arena, database_url=cluster.url)
        with pytest.raises(HubFailed) as failure:
            hub.start()
        assert failure.value.code != 0 and name in failure.value.talk, failure.value
    finally:
        cluster.set(name, "on")
    hub.close()


@pytest.mark.parametrize("place", ["PGOPTIONS", "ALTER ROLE", "ALTER DATABASE"])
def test_losing_by_a_setting_of_the_session_is_refused_too(arena, cluster, place):
    environment = {}
    if place == "PGOPTIONS":
        environment["PGOPTIONS"] = "-c synchronous_commit=off"
    else:
        cluster.psql(f"{place} tributary SET synchronous_commit = off")
    try:
        hub = Hub(arena, database_url=cluster.url)
        with pytest.raises(HubFailed) as failure:
            hub.start(environment=environment)
        assert "synchronous_commit" in failure.value.talk
    finally:
        if not environment:
            cluster.psql(f"{place} tributary RESET synchronous_commit")
    hub.close()


def test_a_database_of_ones_own_is_served_and_shared_by_two_hubs(arena, cluster):
    first, second = Hub(arena, database_url=cluster.url), Hub(arena, database_url=cluster.url)
    with first, second:
        assert first.client("alice").push(COLLECTION, [{"id": "x", "revision": 1, "payload": {"value_score": 0.9}}]) \
            .counts == (1, 0, 0, 0)
        second.tokens = first.tokens
        client = second.client("alice")
        feed = client.winners(COLLECTION)
        assert [line["id"] for line in feed.lines] == ["x"]
        threading.Timer(0.5, lambda: first.client("alice").push(
            COLLECTION, [{"id": "y", "revision": 1, "payload": {"value_score": 0.9}}])).start()
        started = time.monotonic()
        news = client.winners(COLLECTION, since=feed.cursor, wait=30)
        assert [line["id"] for line in news.lines] == ["y"] and time.monotonic() - started < 5
        assert not os.path.exists(os.path.join(first.data, "postgres"))
