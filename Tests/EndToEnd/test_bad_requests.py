"""Whole requests that cannot be accepted: bodies, encodings, paths, methods, and clients that drip or stall."""

import gzip
import json
import os
import socket
import threading
import time
import zlib

import pytest

from support.arena import wait_until
from support.client import Client
from support.raw import exchange, head, read_all, status

COLLECTION = "skills-patterns"
PUSH = f"/v1/collections/{COLLECTION}/contributions"
MIB = 1024 * 1024
GZIP = {"Content-Encoding": "gzip"}
GOOD = [{"id": f"good-{n}", "revision": 1, "payload": {"value_score": 0.9}} for n in range(3)]
GOOD_BODY = b"".join(json.dumps(item).encode() + b"\n" for item in GOOD)


def stored(hub):
    return int(hub.psql("SELECT count(*) FROM contributions"))


def bomb(size):
    """Zeros that inflate to `size` bytes."""
    packer = zlib.compressobj(9, wbits=31)
    piece = b" " * MIB
    return b"".join(packer.compress(piece) for _ in range(size // MIB)) + packer.flush()


BAD_BODIES = {
    "a bomb": (bomb(200 * MIB), GZIP, 413, "body-too-large"),
    "a bomb in a bomb": (gzip.compress(bomb(200 * MIB)), GZIP, None, None),
    "gzip that is cut": (gzip.compress(GOOD_BODY)[:-9], GZIP, 400, "body-malformed"),
    "gzip without its last byte": (gzip.compress(GOOD_BODY)[:-1], GZIP, 400, "body-malformed"),
    "gzip with a wrong sum": (gzip.compress(GOOD_BODY)[:-8] + b"\0" * 8, GZIP, 400, "body-malformed"),
    "gzip that is none": (GOOD_BODY, GZIP, 400, "body-malformed"),
    "gzip with rubbish behind": (gzip.compress(GOOD_BODY) + b"rubbish", GZIP, 400, "body-malformed"),
    "empty gzip": (b"", GZIP, 400, "body-malformed"),
    "brotli": (b"x", {"Content-Encoding": "br"}, 415, "encoding-unsupported"),
    "two encodings": (b"x", {"Content-Encoding": "gzip, gzip"}, 415, "encoding-unsupported"),
    "deflate": (zlib.compress(GOOD_BODY), {"Content-Encoding": "deflate"}, 415, "encoding-unsupported"),
    "one item too many": (b"{}\n" * 10_001, {}, 413, "too-many-items"),
    "65 MiB": (b" " * (65 * MIB), {}, 413, "body-too-large"),
}


@pytest.mark.parametrize("body, headers, code, problem", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_cannot_be_accepted(hub, body, headers, code, problem):
    client = hub.client("alice")
    started = time.monotonic()
    try:
        reply = client.push_raw(COLLECTION, body, headers)
    except OSError:
        # The answer may come, and the connection close, before all of a body is sent.
        assert code == 413
    else:
        if code:
            assert (reply.status, reply.problem()) == (code, problem)
    assert time.monotonic() - started < 10
    assert hub.is_running and hub.client("alice").push(COLLECTION, GOOD).end["received"] == 3


def test_ten_thousand_items_are_not_too_many(hub):
    answer = hub.client("alice").push(COLLECTION, b"\n\n{}\n" * 10_000)
    assert answer.counts == (0, 0, 0, 10_000)


def test_an_empty_push_is_answered(hub):
    for body in (b"", b"\n\n \n", gzip.compress(b"")):
        headers = GZIP if body[:1] == b"\x1f" else {}
        assert hub.client("alice").push(COLLECTION, body, headers).end["received"] == 0


def test_the_last_line_needs_no_newline(hub):
    assert hub.client("alice").push(COLLECTION, GOOD_BODY[:-1]).end["received"] == 3


def test_memory_stays_bounded_while_great_bodies_arrive(hub):
    def body(node):
        line = '{"id":"%s-%d","payload":{"value_score":0.9,"text":"%s"},"revision":1}'
        return "\n".join(line % (node, n, os.urandom(3000).hex()) for n in range(10_000)).encode()

    nodes = ["alice", "bruno", "chika", "daria"]
    work = [(hub.client(node), body(node)) for node in nodes]
    counts = []
    threads = [threading.Thread(target=lambda c=c, b=b: counts.append(c.push(COLLECTION, b).counts)) for c, b in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [(10_000, 0, 0, 0)] * 4
    assert hub.peak_mib() < 200, f"{hub.peak_mib()} MB while 4 nodes push 60 MB each"


UNKNOWN = ["/", "/v1", "/v1/", "/v2/manifest", "/v1/collections", "/v1/collections/skills-patterns",
           "/v1/collections/skills-patterns/winners/x", "/admin", "/n/alice",
           "/v1/collections/skills-patterns/../../../etc/passwd", "/.git/config", "/v1/nodes"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_path_is_404(hub, path):
    reply = hub.client("alice").get(path)
    assert (reply.status, reply.problem()) == (404, "not-found")


@pytest.mark.parametrize("name", ["unknown", "Skills", "..", "%2e%2e", "..%2fetc", "%00", "a%20b", "x" * 65, "%c0%af",
                                  "-x", "skills-patterns%00", "skills-patterns%0a", "%F0%9F%98%80"])
def test_an_unknown_collection_is_404(hub, name):
    client = hub.client("alice")
    for reply in (client.get(f"/v1/collections/{name}/winners"), client.push_raw(name, GOOD),
                  client.get(f"/v1/collections/{name}/patterns/x")):
        assert reply.status == 404 and reply.problem() in ("collection-unknown", "not-found")


@pytest.mark.parametrize("method, path", [("DELETE", "/v1/manifest"), ("PUT", PUSH), ("POST", "/v1/manifest"),
                                          ("PATCH", PUSH), ("POST", "/healthz"), ("GET", "/import/skills-patterns"),
                                          ("OPTIONS", PUSH), ("TRACE", "/v1/manifest")])
def test_a_wrong_method_is_a_problem(hub, method, path):
    reply = hub.client("alice").request(method, path)
    assert reply.status in (404, 405) and reply.problem() in ("not-found", "method-not-allowed")


@pytest.mark.parametrize("pattern", ["%00", "%0a", "%e2%80%ae", "%ff", "%", "%zz", "a" * 257])
def test_a_pattern_that_cannot_exist_is_400(hub, pattern):
    reply = hub.client("alice").get(f"/v1/collections/{COLLECTION}/patterns/{pattern}")
    assert (reply.status, reply.problem()) == (400, "parameter-invalid")


def test_a_pattern_that_does_not_exist_is_404(hub):
    reply = hub.client("alice").get(f"/v1/collections/{COLLECTION}/patterns/never-said")
    assert (reply.status, reply.problem()) == (404, "not-found")


def test_any_id_can_be_asked_for_percent_encoded(hub):
    client = hub.client("alice")
    names = ["a/b", "a?b#c", "%41", "..", ".", "a+b", "caf\u00e9", "\U0001f600", 'x"y\\z', "a b"]
    client.push(COLLECTION, [{"id": name, "revision": 5, "payload": {"value_score": 0.9}} for name in names])
    for name in names:
        encoded = "".join(f"%{byte:02X}" for byte in name.encode())
        reply = client.get(f"/v1/collections/{COLLECTION}/patterns/{encoded}")
        assert reply.status == 200 and reply.json()["id"] == name, name


RAW = {
    "length and chunks at once": "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "two lengths": "Content-Length: 5\r\nContent-Length: 6",
    "a negative length": "Content-Length: -1", "a length in words": "Content-Length: five",
    "an unknown transfer": "Transfer-Encoding: gzip, identity",
    "a folded header": "X-Long: a\r\n b", "a header with a space": "X Long: a", "a header without a name": ": a",
    "a NUL in a header": "X-Long: a\0b",
}


@pytest.mark.parametrize("lines", RAW.values(), ids=RAW)
def test_a_request_that_two_readers_could_read_in_two_ways_is_refused(hub, lines):
    before = stored(hub)
    smuggled = head("POST", PUSH, hub.client("alice").token) + GOOD_BODY
    answer = exchange(hub.port, head("POST", PUSH, hub.client("alice").token, lines) + b"0\r\n\r\n" + smuggled, 3)
    assert status(answer) in (0, 400, 411, 501), answer[:200]
    assert answer.count(b"HTTP/1.1") <= 1, "a second request was read out of the first"
    assert stored(hub) == before and hub.is_running


def test_very_many_and_very_long_headers_are_refused(hub):
    token = hub.client("alice").token
    for lines in ([f"X-{n}: y" for n in range(100_000)], ["X-Long: " + "y" * 200_000]):
        answer = exchange(hub.port, head("GET", "/v1/manifest", token, *lines), 10)
        assert status(answer) in (0, 400, 413, 431), answer[:100]
    answer = exchange(hub.port, head("GET", "/v1/manifest?" + "x" * 200_000, token), 10)
    assert status(answer) in (0, 400, 414, 431)
    assert hub.is_running and hub.is_ready()


def test_a_push_that_is_cut_stores_nothing_of_a_small_body(hub):
    before = stored(hub)
    body = GOOD_BODY.replace(b"good", b"half")
    requests = [head("POST", PUSH, hub.client("alice").token, f"Content-Length: {len(body)}") + body[:-5],
                head("POST", PUSH, hub.client("alice").token, "Transfer-Encoding: chunked") +
                f"{len(body):x}\r\n".encode() + body + b"\r\n"]
    for data in requests:
        connection = socket.create_connection(("127.0.0.1", hub.port))
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        assert status(read_all(connection, 5)) in (0, 400)
        connection.close()
    time.sleep(0.3)
    assert stored(hub) == before


def test_a_push_in_chunks_of_every_size_is_the_same_push(hub):
    client = hub.client("alice")
    for size in (1, 7, 1000):
        body = GOOD_BODY.replace(b"good", b"chunk%d" % size)
        pieces = (body[at:at + size] for at in range(0, len(body), size))
        assert client.push(COLLECTION, iter(pieces)).counts == (3, 0, 0, 0)


def test_a_slow_push_hinders_nobody_and_is_stored_in_the_end(hub):
    body = GOOD_BODY.replace(b"good", b"slow")
    data = head("POST", PUSH, hub.client("alice").token, f"Content-Length: {len(body)}")
    answers = []
    pieces = [data, *(body[at:at + 20] for at in range(0, len(body), 20))]
    slow = threading.Thread(target=lambda: answers.append(exchange(hub.port, pieces, 20, pause=0.1)))
    slow.start()
    client = hub.client("bruno")
    while slow.is_alive():
        started = time.monotonic()
        assert client.push(COLLECTION, GOOD).end["received"] == 3
        assert time.monotonic() - started < 2
    slow.join()
    assert status(answers[0]) == 200 and b'"accepted":3' in answers[0]


def test_many_connections_that_say_nothing_leave_room_for_work(hub):
    """More than the hub takes at once: those who work before are served, and those who come after are, once there is
    room again."""
    worker = hub.client("alice")
    worker.get("/v1/manifest")
    idle = []
    try:
        for _ in range(600):
            idle.append(socket.create_connection(("127.0.0.1", hub.port), 5))
        assert worker.push(COLLECTION, GOOD).end["received"] == 3
        assert len(os.listdir(f"/proc/{hub.process.pid}/fd")) < 700
    finally:
        for connection in idle:
            connection.close()

    def served():
        try:
            with Client(hub.port, worker.token, timeout=2) as client:
                return client.get("/v1/manifest").status == 200
        except OSError:
            return False

    wait_until(served, 20, "a new connection is served again")


@pytest.mark.parametrize("query", ["winners?wait=-1", "winners?wait=", "winners?since=", "winners?limit=", "patterns/x?at=",
                                   "contributions?origin=", "contributions?payload=", "winners?vectors=",
                                   "resolutions?since="])
def test_a_parameter_without_a_value_or_out_of_range_is_refused(hub, query):
    if "asker" not in hub.tokens:
        hub.enrol("asker", role="hub")
    reply = hub.client("asker").get(f"/v1/collections/{COLLECTION}/{query}")
    assert (reply.status, reply.problem()) == (400, "parameter-invalid"), reply
    assert query.split("?")[1].split("=")[0] in reply.json()["detail"]


def test_after_all_of_it_the_hub_is_the_same_and_healthy(hub):
    assert hub.is_running and hub.is_ready()
    assert "Fatal error" not in hub.read_log() and '"internal-error"' not in hub.read_log()
    for line in hub.read_log().splitlines():
        json.loads(line)
