"""Many at once: waiting clients, several hubs on one database, decisions that change while nodes push."""

import http.client
import json
import os
import random
import socket
import threading
import time

import pytest

from support import generate
from support.arena import wait_until
from support.compare import check_contributions, check_winners
from support.hub import Hub
from support.model import standard_collections
from support.postgres import OwnPostgres
from support.raw import exchange, head
from support.together import at_once

COLLECTION = "skills-patterns"
SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))


@pytest.fixture(autouse=True)
def shown_seed():
    print(f"TRIBUTARY_SEED={SEED}")


def test_two_hundred_who_wait_are_all_told(hub):
    """One change wakes all; each then asks the database, which has far fewer connections."""
    hub.client("waiter")
    cursor = hub.client("waiter").winners(COLLECTION).cursor
    told, ready = [], threading.Semaphore(0)

    def wait():
        with hub.client("waiter", timeout=50) as client:
            client.connection.connect()
            ready.release()
            reply = client.get(f"/v1/collections/{COLLECTION}/winners?since={cursor}&wait=40")
            told.append((reply.status, b'"id":"herd"' in reply.body, time.monotonic()))

    def change():
        for _ in range(200):
            ready.acquire()
        time.sleep(1)
        with hub.client("alice") as client:
            client.push(COLLECTION, [{"id": "herd", "revision": 1, "payload": {"value_score": 0.9}}])
            changed.append(time.monotonic())

    changed = []
    at_once(change, *[wait] * 200)
    statuses = [(status, has) for status, has, _ in told]
    assert statuses == [(200, True)] * 200, {one: statuses.count(one) for one in statuses}
    assert max(at for *_, at in told) - changed[0] < 5


def test_a_policy_that_changes_while_nodes_push_decides_all(fresh_hub):
    fresh_hub.start()
    collection = standard_collections()[COLLECTION]
    nodes = ["alice", "bruno", "chika"]
    for node in nodes:
        fresh_hub.client(node)
    stopping = threading.Event()
    said = {node: [] for node in nodes}

    def push(number, node):
        rng = random.Random(SEED + number)
        revision = 10**6 * (number + 1)
        with fresh_hub.client(node) as client:
            while not stopping.is_set():
                lines = []
                for _ in range(rng.choice([1, 50, 400])):
                    revision += 1
                    item = generate.statement(rng, COLLECTION, revision, time.time_ns() // 1000)
                    item["id"] = f"p{rng.randrange(2000)}"
                    lines.append(generate.spell(rng, item))
                assert client.push(COLLECTION, lines).end["refused"] == 0
                said[node] += lines

    def decide():
        try:
            for strategy, threshold in [("latest", 0.9), ("highest-value", 0.0), ("latest", 0.3),
                                        ("highest-value", 0.95), ("latest", 0.7)] * 2:
                fresh_hub.set_policy(COLLECTION, strategy=strategy, threshold=threshold)
        finally:
            stopping.set()

    at_once(decide, *[lambda n=number, who=node: push(n, who) for number, node in enumerate(nodes)])
    collection.strategy, collection.threshold = "latest", 0.7
    for node, lines in said.items():
        for line in lines:
            collection.push(line, node, time.time_ns() // 1000)
    fresh_hub.enrol("relay", role="hub")
    check_contributions(fresh_hub.client("relay"), collection)
    check_winners(fresh_hub.client("relay"), collection)
    assert len(collection.contributions) > 1000


def test_hubs_that_share_a_database_decide_as_one(arena):
    rng = random.Random(SEED + 1)
    collection = standard_collections()[COLLECTION]
    with OwnPostgres(arena.folder("pg")) as postgres:
        hubs = [Hub(arena, database_url=postgres.url) for _ in range(3)]
        # Together, so that they also make the schema together.
        at_once(*[hub.start for hub in hubs])
        try:
            nodes = ["alice", "bruno", "chika", "daria"]
            for node in nodes:
                hubs[0].enrol(node)
            hubs[0].enrol("relay", role="hub")
            said = {}
            for number, node in enumerate(nodes):
                items = [generate.statement(rng, COLLECTION, 1000 + n, time.time_ns() // 1000) for n in range(300)]
                said[node] = [generate.spell(rng, item) for item in items]
            for hub in hubs:
                hub.tokens = hubs[0].tokens

            def push(node, seed):
                own = random.Random(seed)
                lines = said[node] + own.choices(said[node], k=100)
                own.shuffle(lines)
                for at in range(0, len(lines), 40):
                    with own.choice(hubs).client(node) as client:
                        assert client.push(COLLECTION, lines[at:at + 40]).end["refused"] == 0

            at_once(*[lambda who=node: push(who, SEED) for node in nodes])
            for node, lines in said.items():
                for line in lines:
                    collection.push(line, node, time.time_ns() // 1000)
            for hub in hubs:
                check_contributions(hub.client("relay"), collection)
                check_winners(hub.client("relay"), collection)
        finally:
            for hub in hubs:
                hub.close()


def test_one_great_push_with_many_statements_of_few_patterns(hub):
    """More than one transaction; the same patterns on both sides of its edge, in every order."""
    rng = random.Random(SEED + 2)
    collection = standard_collections()["error-solutions"]
    hub.enrol("region", role="hub")
    items = [generate.statement(rng, collection.name, revision, time.time_ns() // 1000) for revision in range(1, 9001)]
    lines = [generate.spell(rng, item) for item in items]
    rng.shuffle(lines)
    answer = hub.client("alice").push(collection.name, lines)
    told = [collection.push(line, "alice", time.time_ns() // 1000) for line in lines]
    assert answer.by_line() == told
    check_contributions(hub.client("region"), collection)
    check_winners(hub.client("region"), collection)


def test_requests_in_one_piece_are_answered_in_order(hub):
    token = hub.client("alice").token
    keep = head("GET", "/v1/manifest", token).replace(b"Connection: close\r\n", b"")
    answer = exchange(hub.port, keep * 20 + head("GET", "/v1/nothing", token), 10)
    assert answer.count(b"HTTP/1.1 200") == 20
    assert answer.count(b"HTTP/1.1 404") == 1 and answer.rindex(b"HTTP/1.1 404") > answer.rindex(b"HTTP/1.1 200")


@pytest.mark.parametrize("name", ["X-Request-Id", "Tributary-Node", "User-Agent", "Authorization"])
def test_a_header_cannot_write_into_the_log(hub, name):
    before = len(hub.read_log())
    evil = '\x1b[31m"}{"level":"fatal","msg":"forged' + "z" * 3000
    with hub.client("alice") as client:
        reply = client.request("GET", "/v1/manifest", headers={name: evil})
        assert reply.status in (200, 400, 401, 403)
        assert "forged" not in reply.headers.get("x-request-id", "")
    for line in hub.read_log()[before:].splitlines():
        entry = json.loads(line)
        assert entry["level"] != "fatal" and "\x1b" not in line and len(line) < 5000


def test_a_request_keeps_the_name_that_its_client_gave_it(hub):
    with hub.client("alice") as client:
        assert client.get("/v1/manifest", {"X-Request-Id": "my-request-1"}).headers["x-request-id"] == "my-request-1"
        assert client.get("/v1/nothing", {"X-Request-Id": "my-request-2"}).json()["instance"] == "my-request-2"


@pytest.mark.parametrize("before, after", [(0.7, 0.3), (0.3, 0.7), (0.95, 0.0)])
def test_a_push_between_a_change_of_policy_and_its_settling_decides_by_the_new_one(fresh_hub, before, after):
    """The moment that the test above hits by chance: the policy is set, and its patterns are not yet decided anew."""
    fresh_hub.start()
    fresh_hub.set_policy(COLLECTION, threshold=before)
    collection = standard_collections()[COLLECTION]
    collection.threshold = after

    def push(node, revision, values):
        items = [{"id": f"p{n}", "revision": revision, "payload": {"value_score": value, "r": revision}}
                 for n, value in enumerate(values)]
        lines = [json.dumps(item).encode() for item in items]
        assert fresh_hub.client(node).push(COLLECTION, lines).counts == (len(lines), 0, 0, 0)
        for line in lines:
            collection.push(line, node, time.time_ns() // 1000)

    for node in ("alice", "bruno"):
        push(node, 1, [0.1, 0.5, 0.9, 0.5, 0.9, 0.1, 0.9])
    fresh_hub.psql(f"UPDATE collections SET threshold = {after}, policy_revision = policy_revision + 1 "
                   f"WHERE collection = '{COLLECTION}'")
    push("alice", 2, [0.5, 0.9, 0.1, 0.5, 0.9, 0.9, 0.5])
    fresh_hub.set_policy(COLLECTION, threshold=after)
    fresh_hub.enrol("relay", role="hub")
    relay = fresh_hub.client("relay")
    wait_until(lambda: relay.manifest(COLLECTION)["winners"]["count"] == collection.winners_total()["count"], 15,
               "all is decided anew")
    check_contributions(relay, collection)
    check_winners(relay, collection)


UNPROVEN_SECONDS = 10
ALL_CONNECTIONS = 512


def kept_alive(hub, count):
    """Connections on which something was asked without a token, and that are kept open."""
    request = b"GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n"
    connections = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", hub.port), 5)
        connection.sendall(request)
        connections.append(connection)
    return connections


def is_closed(connection):
    """Whether the other side ended it; what it answered before is passed over."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_connections_without_a_token_keep_no_node_out(fresh_hub):
    fresh_hub.start()
    fresh_hub.enrol("alice")
    with fresh_hub.client("alice") as early:
        assert early.get("/v1/manifest").status == 200
        idle = kept_alive(fresh_hub, ALL_CONNECTIONS + 60)
        try:
            # At once, not only when the others are closed for being idle.
            for _ in range(20):
                started = time.monotonic()
                with fresh_hub.client("alice", timeout=5) as client:
                    assert client.get("/v1/manifest").status == 200
                assert time.monotonic() - started < 2
            wait_until(lambda: all(is_closed(one) for one in idle), UNPROVEN_SECONDS + 10, "they are closed")
        finally:
            for one in idle:
                one.close()
        # Who has shown a token stays.
        assert early.get("/v1/manifest").status == 200


def test_a_head_that_drips_without_end_is_cut_off(fresh_hub):
    fresh_hub.start()
    with socket.create_connection(("127.0.0.1", fresh_hub.port), 5) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        started = time.monotonic()

        def dripped():
            try:
                connection.sendall(b"x")
            except OSError:
                return True
            time.sleep(0.5)
            return is_closed(connection)
        wait_until(dripped, UNPROVEN_SECONDS + 10, "it is closed")
        assert time.monotonic() - started > UNPROVEN_SECONDS - 2


def test_a_node_that_is_silent_for_longer_keeps_its_connection(fresh_hub):
    fresh_hub.start()
    with fresh_hub.client("alice", timeout=30) as client:
        cursor = client.winners(COLLECTION).cursor
        # Longer than a connection without a token is kept, and no answer meanwhile.
        reply = client.get(f"/v1/collections/{COLLECTION}/winners?since={cursor}&wait={UNPROVEN_SECONDS + 3}")
        assert reply.status == 200
        port = client.connection.sock.getsockname()
        assert client.get("/v1/manifest").status == 200 and client.connection.sock.getsockname() == port
