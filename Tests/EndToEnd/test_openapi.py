"""What the hub says of its interface in /openapi.json is what it does."""

import copy
import gzip
import json

import pytest

from support.client import Client, Reply, encode
from support.openapi import Described

COLLECTION = "skills-patterns"
ROOT = f"/v1/collections/{COLLECTION}"
ITEMS = [{"id": "plain", "revision": 5, "payload": {"value_score": 0.9, "text": "\U0001f600"}},
         {"id": 2**64 - 1, "revision": 5, "payload": {"value_score": 0.9}, "vector": [1.0, 0.5], "vector_model": "m"},
         {"id": "gone", "revision": 5, "payload": {"value_score": 0.9}}]
AFTER = [{"id": "plain", "revision": 6, "payload": {"value_score": 0.8}},
         {"id": "gone", "revision": 6, "retracted": True},
         {"id": "plain", "revision": 1, "payload": {"value_score": 0.9}}, {"id": "bad", "payload": {"value_score": 9}},
         {"id": "ahead", "revision": 2**53 - 1, "payload": {"value_score": 0.9}}, b"{", {"id": "x" * 300},
         {"id": 2**64 - 1, "revision": 5, "payload": {"value_score": 0.9}, "vector": [1.0, 0.5], "vector_model": "m"}]


@pytest.fixture(scope="module")
def described(hub):
    with Client(hub.port) as client:
        return Described(client.get("/openapi.json").json())


@pytest.fixture(scope="module")
def ask(hub, described):
    """Asks as a node and holds the answer against the description."""
    def ask(method, path, body=None, headers=None, node="alice", status=200):
        with hub.client(node) if node else Client(hub.port) as client:
            reply = client.request(method, path, encode(body) if isinstance(body, list) else body, headers)
        assert reply.status == status, reply
        described.check(method, path, reply)
        return reply
    return ask


def test_every_answer_is_as_described(hub, described, ask):
    hub.enrol("region", role="hub")
    start = ask("GET", f"{ROOT}/winners").body
    ask("POST", f"{ROOT}/contributions", ITEMS)
    ask("POST", f"{ROOT}/contributions", AFTER)
    ask("POST", f"{ROOT}/contributions", ITEMS[:1], node="bruno")
    ask("POST", f"{ROOT}/contributions", b"")
    cursor = json.loads(start.splitlines()[-1])["end"]["cursor"]
    for query in ("", "?vectors=1", "?limit=1", f"?since={cursor}", f"?since={cursor}&wait=1&vectors=1"):
        ask("GET", f"{ROOT}/winners{query}")
    ask("GET", f"{ROOT}/winners", headers={"Accept-Encoding": "gzip"})
    for query in ("", "?payload=0", "?vectors=1&limit=1", "?origin=bruno"):
        ask("GET", f"{ROOT}/contributions{query}", node="region")
    ask("GET", f"{ROOT}/contributions?origin=alice&payload=0")
    for pattern in ("plain", "gone", str(2**64 - 1)):
        ask("GET", f"{ROOT}/patterns/{pattern}")
    ask("GET", "/v1/quarantine?limit=3")
    ask("GET", "/v1/quarantine", node="bruno")
    tag = ask("GET", "/v1/manifest").headers["etag"]
    ask("GET", "/v1/manifest", headers={"If-None-Match": tag}, status=304)
    ask("GET", "/v1/manifest", node="region")
    for path in ("/healthz", "/readyz", "/openapi.json"):
        ask("GET", path, node=None)
    check_predecessor(hub, ask)
    assert described.operations() == {(method, path) for method, path, _ in described.seen}


def check_predecessor(hub, ask):
    body = b'[{"id":"5c56c793-69f3-4fbf-87e6-c4bf54c28c20","vector":[1,2],"payload":{"value_score":0.9}},' \
           b'{"id":"7","vector":[1,2],"payload":{"value_score":0.9}}]'
    for prefix in ("", f"/n/alice/{hub.client('alice').token}"):
        ask("POST", f"{prefix}/import/{COLLECTION}", body)
        ask("GET", f"{prefix}/manifest")
        ask("GET", f"{prefix}/manifest")
        ask("GET", f"{prefix}/export/{COLLECTION}")
        ask("GET", f"{prefix}/export/unknown")
        ask("POST", f"{prefix}/sync")
        ask("POST", f"{prefix}/import/{COLLECTION}", b"{", status=400)
        ask("POST", f"{prefix}/import/unknown", b"[]", status=404)


def test_every_problem_is_as_described(hub, described, ask):
    hub.client("gone")
    hub.command("node", "revoke", "gone")
    open_to_all = {"/healthz", "/readyz", "/openapi.json"}
    for method, path in described.operations():
        if "{token}" in path or path in open_to_all:
            continue
        concrete = path.replace("{collection}", COLLECTION).replace("{id}", "plain")
        body = b"" if method == "POST" else None
        ask(method, concrete, body, node=None, status=401)
        ask(method, concrete, body, node="gone", status=403)
    push = f"{ROOT}/contributions"
    ask("POST", push, b"{}\n" * 10_001, status=413)
    ask("POST", push, b"x", {"Content-Encoding": "br"}, status=415)
    ask("POST", push, gzip.compress(b"x")[:-1], {"Content-Encoding": "gzip"}, status=400)
    for path in ("winners?since=x", "winners?limit=0", "contributions?origin=alice&since=x", "patterns/%0a"):
        ask("GET", f"{ROOT}/{path}", status=400)
    ask("GET", "/v1/manifest?wait=99", status=400)
    ask("GET", "/v1/quarantine?limit=0", status=400)
    ask("GET", push, status=403)
    ask("GET", f"{ROOT}/patterns/never", status=404)
    for path in ("winners", "contributions?origin=alice", "patterns/x"):
        ask("GET", f"/v1/collections/unknown/{path}", status=404)
    cursors = [json.loads(ask("GET", f"{ROOT}/{path}").body.splitlines()[-1])["end"]["cursor"]
               for path in ("winners", "contributions?origin=alice")]
    hub.command("epoch")
    ask("GET", f"{ROOT}/winners?since={cursors[0]}", status=409)
    ask("GET", f"{ROOT}/contributions?origin=alice&since={cursors[1]}", status=409)


def test_a_database_that_is_away_is_as_described(hub, described, ask):
    """For a moment, which is enough to be asked in."""
    hub.client("alice")
    for _ in range(5):
        hub.kill_database()
        with hub.client("alice") as client:
            for method, path in (("GET", "/readyz"), ("GET", "/v1/manifest"), ("POST", f"{ROOT}/contributions"),
                                 ("GET", f"{ROOT}/winners"), ("GET", f"/export/{COLLECTION}")):
                described.check(method, path, client.request(method, path, b"{}" if method == "POST" else None))
        hub.wait_ready()
        if {status for *_, status in described.seen} >= {503}:
            return
    raise AssertionError("the database was never away long enough")


def test_the_checker_finds_lies(hub, described, ask):
    reply = ask("GET", "/v1/manifest")
    for change in (lambda m: m.pop("epoch"), lambda m: m.update(surprise=1), lambda m: m.update(incarnation="1"),
                   lambda m: m["collections"][0].pop("winners"), lambda m: m["collections"][0].update(threshold=2),
                   lambda m: m["collections"][0]["winners"].update(digest="XY")):
        lie = copy.deepcopy(reply.json())
        change(lie)
        with pytest.raises(AssertionError):
            described.check("GET", "/v1/manifest", Reply(200, reply.headers, json.dumps(lie).encode()))
    for lie in (Reply(418, reply.headers, reply.body), Reply(200, {**reply.headers, "content-type": "text/html"}, b"")):
        with pytest.raises(AssertionError):
            described.check("GET", "/v1/manifest", lie)
    feed = ask("GET", f"{ROOT}/winners")
    with pytest.raises(AssertionError):
        cut = b"".join(feed.body.splitlines(keepends=True)[:-1])
        described.check("GET", f"{ROOT}/winners", Reply(200, feed.headers, cut))


def test_items_that_are_sent_are_as_described(described):
    for item in ITEMS + [one for one in AFTER[:3] if isinstance(one, dict)]:
        described.validate(item, {"$ref": "#/components/schemas/PushLine"})
    with pytest.raises(AssertionError):
        described.validate({"id": "x", "payload": {}, "surprise": 1}, {"$ref": "#/components/schemas/PushLine"})
