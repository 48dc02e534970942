"""Parts that stand still: backends of the database, readers that do not read, the hub itself."""

import signal
import socket
import threading
import time

import pytest

from support.arena import wait_until
from support.client import Client
from support.hub import Hub, kill
from support.raw import head, stalled_reader

COLLECTION = "skills-patterns"
ITEM = [{"id": "stall", "revision": 1, "payload": {"value_score": 0.9}}]
# One statement's deadline, with what this side waits in addition.
GIVES_UP_SECONDS = 25
# A pull whose reader takes nothing for this long is ended.
STALLED_READER_SECONDS = 60


def load(hub):
    """Gives a hub a collection that is greater than what sockets hold."""
    client = hub.client("alice")
    for start in range(0, 8000, 2000):
        client.push(COLLECTION, [{"id": f"big-{n}", "revision": 1, "payload": {"value_score": 0.9, "text": "x" * 4000}}
                                 for n in range(start, start + 2000)])


@pytest.fixture(scope="module")
def loaded(hub):
    load(hub)
    return hub


class Asleep:
    """A hub of its own with readers that take nothing, from the beginning of the module on: it takes its time."""

    def __init__(self, hub):
        self.hub = hub
        load(hub)
        self.readers = [stalled_reader(hub, COLLECTION) for _ in range(12)]
        self.since = time.monotonic()


@pytest.fixture(scope="module", autouse=True)
def asleep(arena):
    with Hub(arena) as hub:
        asleep = Asleep(hub)
        yield asleep
        for reader in asleep.readers:
            reader.close()


def backends(hub):
    rows = hub.psql("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'tributary-hub%'")
    return [int(row) for row in rows.splitlines()]


def quick_push(hub, revision):
    started = time.monotonic()
    with hub.client("bruno") as client:
        answer = client.push(COLLECTION, [{"id": "beside", "revision": revision, "payload": {"value_score": 0.9}}])
        assert answer.counts == (1, 0, 0, 0)
        assert client.get("/v1/manifest").status == 200
    return time.monotonic() - started


def can_pull(hub):
    with hub.client("bruno") as client:
        reply = client.get(f"/v1/collections/{COLLECTION}/winners?limit=1")
        assert reply.status in (200, 503), reply
        return reply.status == 200


ASLEEP = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"


def test_readers_that_do_not_read_hinder_no_push(asleep):
    wait_until(lambda: int(asleep.hub.psql(ASLEEP)) > 0, 10, "a reader is asleep in the middle of its pull")
    for revision in range(1, 6):
        assert quick_push(asleep.hub, revision) < 3


def test_a_stopped_backend_stops_only_who_waits_for_it(hub):
    clients = [hub.client(f"n{number}") for number in range(6)]
    for client in clients:
        client.push(COLLECTION, ITEM)
    stopped = backends(hub)[:2]
    assert len(stopped) == 2
    for pid in stopped:
        kill(pid, signal.SIGSTOP)
    try:
        outcomes, end = [], time.monotonic() + GIVES_UP_SECONDS + 8

        def work(client):
            while time.monotonic() < end:
                started = time.monotonic()
                reply = client.get("/v1/manifest")
                outcomes.append((time.monotonic(), time.monotonic() - started, reply.status))
                time.sleep(0.05)

        threads = [threading.Thread(target=work, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        with Client(hub.port) as other:
            while any(thread.is_alive() for thread in threads):
                started = time.monotonic()
                assert other.get("/healthz").status == 200
                assert time.monotonic() - started < 1, "liveness waits for the database"
                time.sleep(0.2)
        assert {status for _, _, status in outcomes} <= {200, 503}
        assert max(took for _, took, _ in outcomes) < GIVES_UP_SECONDS + 5
        quick = [took for _, took, status in outcomes if status == 200 and took < 2]
        assert len(quick) > 100, "nobody else was served meanwhile"
        late = [status for at, _, status in outcomes if at > end - 3]
        assert late and set(late) == {200}, "the stopped backends were not replaced"
    finally:
        for pid in stopped:
            kill(pid, signal.SIGCONT)
    assert hub.client("alice").push(COLLECTION, ITEM).end["refused"] == 0


def test_readers_that_go_away_in_the_middle_leave_nothing_behind(loaded):
    for _ in range(30):
        connection = stalled_reader(loaded, COLLECTION)
        connection.recv(1000)
        connection.close()
    wait_until(lambda: can_pull(loaded), 10, "a pull is served at once")
    wait_until(lambda: loaded.psql(ASLEEP) == "0", 20, "no transaction is left open")


def test_a_slow_reader_gets_everything_in_the_end(loaded):
    with socket.create_connection(("127.0.0.1", loaded.port), 30) as connection:
        connection.sendall(head("GET", f"/v1/collections/{COLLECTION}/winners", loaded.tokens["alice"]))
        size, last = 0, b""
        while piece := connection.recv(1 << 16):
            size += len(piece)
            last = (last + piece)[-200:]
            time.sleep(0.004)
    assert size > 32_000_000 and b'"total":{' in last and last.endswith(b"0\r\n\r\n")


def test_requests_wait_out_a_hub_that_was_stopped_and_continued(hub):
    client = hub.client("alice")
    cursor = client.winners(COLLECTION, limit=1).cursor
    kill(hub.process.pid, signal.SIGSTOP)
    try:
        answers = []
        asking = threading.Thread(target=lambda: answers.append(client.winners(COLLECTION, since=cursor, limit=1)))
        asking.start()
        asking.join(1.5)
        assert asking.is_alive()
    finally:
        kill(hub.process.pid, signal.SIGCONT)
    asking.join(10)
    assert answers


def test_a_database_that_is_restarted_under_load_costs_only_503(hub):
    client, statuses = hub.client("alice"), set()
    end = time.monotonic() + 8
    threading.Timer(1, hub.kill_database).start()
    revision = 100
    while time.monotonic() < end:
        revision += 1
        reply = client.push_raw(COLLECTION, [{"id": "restart", "revision": revision, "payload": {"value_score": 0.9}}])
        statuses.add(reply.status)
        last = reply.status
        time.sleep(0.02)
    assert statuses == {200, 503} and last == 200, statuses


def test_readers_that_do_not_read_are_let_go(asleep):
    assert quick_push(asleep.hub, 10) < 3
    left = asleep.since + STALLED_READER_SECONDS + 20 - time.monotonic()
    wait_until(lambda: can_pull(asleep.hub), max(1, left), "a pull is served again", pause=0.5)
    # Others are served also while they sleep, so that their end is waited for by itself.
    left = asleep.since + STALLED_READER_SECONDS + 20 - time.monotonic()
    wait_until(lambda: asleep.hub.psql(ASLEEP) == "0", max(1, left), "their connections are given back", pause=0.5)
    for reader in asleep.readers:
        reader.close()
    wait_until(lambda: can_pull(asleep.hub), 10, "a pull is served at once when the readers are gone")
