"""What the hub says of its interface in /openapi.json is what it does."""

import base64
import copy
import gzip
import hashlib
import json

import pytest

from support.client import Client, Reply, encode
from support.openapi import Described

COLLECTION = "skills-patterns"
ENROLMENT = "/v1/enrolment"
ROOT = f"/v1/collections/{COLLECTION}"
REVIEWED = "/v1/collections/reviewed"
MERGED = "/v1/collections/merged"
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
        if isinstance(body, dict):
            body = json.dumps(body)
        with hub.client(node) if node else Client(hub.port) as client:
            reply = client.request(method, path, encode(body) if isinstance(body, list) else body, headers)
        assert reply.status == status, reply
        described.check(method, path, reply)
        return reply
    return ask


@pytest.fixture(scope="module")
def reviewer(hub):
    """The name of a node that may judge what others said."""
    hub.tokens["rita"] = hub.command("node", "add", "rita", "--scope", "review").strip()
    hub.set_policy("reviewed", strategy="manual")
    hub.set_policy("merged", strategy="merge")
    return "rita"


def cursor_of(reply):
    """The position behind a feed's answer."""
    return json.loads(reply.body.splitlines()[-1])["end"]["cursor"]


def disagree(ask, root, *ids, **members):
    """Two nodes say different things of each pattern."""
    for node, value in (("alice", 0.9), ("bruno", 0.8)):
        ask("POST", f"{root}/contributions", node=node, body=[
            {"id": one, "revision": 5, "payload": {"value_score": value, "from": node, "id": one, **members}}
            for one in ids])


def checksums(ask, id):
    """The contents of a pattern, the best first."""
    return [version["checksum"] for version in ask("GET", f"{REVIEWED}/conflicts/{id}", node="rita").json()["versions"]]


def test_every_answer_is_as_described(hub, described, ask, reviewer):
    hub.enrol("region", role="hub")
    start = ask("GET", f"{ROOT}/winners")
    ask("POST", f"{ROOT}/contributions", ITEMS)
    ask("POST", f"{ROOT}/contributions", AFTER)
    ask("POST", f"{ROOT}/contributions", ITEMS[:1], node="bruno")
    ask("POST", f"{ROOT}/contributions", b"")
    cursor = cursor_of(start)
    for query in ("", "?vectors=1", "?limit=1", f"?since={cursor}", f"?since={cursor}&wait=1&vectors=1"):
        ask("GET", f"{ROOT}/winners{query}")
    ask("GET", f"{ROOT}/winners", headers={"Accept-Encoding": "gzip"})
    for query in ("", "?payload=0", "?vectors=1&limit=1", "?origin=bruno"):
        ask("GET", f"{ROOT}/contributions{query}", node="region")
    ask("GET", f"{ROOT}/contributions?origin=alice&payload=0")
    for pattern in ("plain", "gone", str(2**64 - 1)):
        ask("GET", f"{ROOT}/patterns/{pattern}")
        ask("GET", f"{ROOT}/patterns/{pattern}?at=2100-01-01T00:00:00%2B01:00")
    ask("GET", "/v1/quarantine?limit=3")
    ask("GET", "/v1/quarantine", node="bruno")
    tag = ask("GET", "/v1/manifest").headers["etag"]
    ask("GET", "/v1/manifest", headers={"If-None-Match": tag}, status=304)
    ask("GET", "/v1/manifest", node="region")
    for path in ("/healthz", "/readyz", "/openapi.json"):
        ask("GET", path, node=None)
    check_predecessor(hub, ask)
    check_review(ask, reviewer)
    check_merging(ask)
    check_retraction(ask, reviewer)
    check_relaying(ask)
    check_enrolment(hub, ask)
    for name in ("winners", "contributions?origin=alice"):
        reply = ask("GET", f"{ROOT}/{name}")
        ask("PUT", f"{ROOT}/checkpoint", {"cursor": cursor_of(reply)})
    assert described.operations() == {(method, path) for method, path, _ in described.seen}


def check_enrolment(hub, ask):
    join, other = (hub.command("join-token", "create", *more).strip() for more in ((), ("--node", "somebody")))
    body = {"node": "joined", "token_id": "0" * 12, "token_sha256": "1" * 64}
    bearer = {"Authorization": f"Bearer {join}"}
    for status in (201, 200):
        ask("POST", ENROLMENT, body, bearer, node=None, status=status)
    ask("POST", ENROLMENT, {**body, "token_id": "2" * 12}, bearer, node=None, status=403)
    bearer = {"Authorization": f"Bearer {other}"}
    ask("POST", ENROLMENT, {**body, "node": "nobody"}, bearer, node=None, status=403)
    ask("POST", ENROLMENT, {**body, "node": "../"}, bearer, node=None, status=400)
    ask("POST", ENROLMENT, b" " * 5000, bearer, node=None, status=413)
    ask("POST", ENROLMENT, b"x", {**bearer, "Content-Encoding": "br"}, node=None, status=415)
    for node in (None, "alice"):
        ask("POST", ENROLMENT, body, node=node, status=401)
    taken = hub.command("join-token", "create").strip()
    ask("POST", ENROLMENT, {**body, "node": "alice"}, {"Authorization": f"Bearer {taken}"}, node=None, status=409)


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


def check_review(ask, reviewer):
    """Conflicts, and every way to end one."""
    disagree(ask, REVIEWED, "chosen", "written", "dropped", "open", nested={"a.b": [1], "empty": {}})
    assert len(ask("GET", "/v1/conflicts", node=reviewer).json()["conflicts"]) == 4
    ask("GET", "/v1/conflicts?collection=reviewed&limit=1", node=reviewer)
    start = cursor_of(ask("GET", f"{REVIEWED}/winners"))
    for id, decision in (("chosen", {"choose": checksums(ask, "chosen")[1]}), ("dropped", {"retract": True}),
                         ("written", {"content": {"value_score": 0.7, "from": "both"}, "retract": False})):
        ask("POST", f"{REVIEWED}/patterns/{id}/resolution", node=reviewer,
            body={"covers": checksums(ask, id), "reason": "tried both", **decision})
    for id in ("chosen", "written", "dropped", "open"):
        for node in (reviewer, "alice", "region"):
            ask("GET", f"{REVIEWED}/patterns/{id}", node=node)
    # One more content: what was resolved goes on being served, and is in conflict.
    ask("POST", f"{REVIEWED}/contributions", node="bruno",
        body=[{"id": id, "revision": 9, "payload": {"value_score": 0.75}} for id in ("chosen", "written")])
    for id in ("chosen", "written"):
        ask("GET", f"{REVIEWED}/patterns/{id}")
        ask("GET", f"{REVIEWED}/conflicts/{id}", node=reviewer)
    ask("GET", "/v1/conflicts", node=reviewer)
    lines = ask("GET", f"{REVIEWED}/winners?since={start}&vectors=1").body.splitlines()
    assert {json.loads(line).get("id") for line in lines} >= {"chosen", "written"}


def check_merging(ask):
    """A winner that nobody said so."""
    disagree(ask, MERGED, "both", success_count=3)
    line = json.loads(ask("GET", f"{MERGED}/winners").body.splitlines()[0])
    assert [parent["origin"] for parent in line["parents"]] == ["alice", "bruno"], line
    assert line["payload"]["success_count"] == 6, line
    document = ask("GET", f"{MERGED}/patterns/both").json()
    assert document["winner"]["parents"] == line["parents"]


def check_retraction(ask, reviewer):
    """Taken back, refused, erased, and admitted again."""
    disagree(ask, ROOT, "kept", "erased")
    pattern = f"{ROOT}/patterns/kept"
    ask("POST", f"{pattern}/retraction", {"reason": "untrue", "content": True}, node=reviewer)
    # Another value and another id are the same content.
    again = [{"id": id, "revision": 9, "payload": {"value_score": value, "from": "alice", "id": id}}
             for id, value in (("kept", 0.95), ("copy", 0.7))]
    answer = ask("POST", f"{ROOT}/contributions", again).body
    assert answer.count(b'"code":"retracted"') == 2, answer
    ask("GET", "/v1/quarantine")
    for node in (reviewer, "alice"):
        for id in ("kept", "copy"):
            ask("GET", f"{ROOT}/patterns/{id}", node=node)
    report = ask("POST", f"{pattern}/restoration", {"reason": "true after all"}, node=reviewer).json()
    assert {item["verdict"] for item in report["released"]} == {"accepted"}
    ask("POST", f"{ROOT}/patterns/erased/retraction", node=reviewer,
        body={"reason": "a password", "purge": True, "content": None})
    ask("GET", f"{ROOT}/patterns/erased", node=reviewer)
    ask("GET", f"{ROOT}/contributions", node="region")
    ask("POST", f"{ROOT}/patterns/erased/restoration", {"reason": "no password"}, node=reviewer)
    assert ask("GET", f"{ROOT}/patterns/erased").json()["absent"]["code"] == "erased"


def check_relaying(ask):
    """What hubs ask of each other."""
    hub = {"Tributary-Hub": "11111111-2222-4333-8444-555555555555"}
    feed = ask("GET", f"{ROOT}/contributions?echo=1&vectors=1", node="region", headers=hub)
    ask("POST", f"{ROOT}/contributions", b"".join(feed.body.splitlines(keepends=True)[:-1]), node="region")
    cursor = cursor_of(feed)
    ask("GET", f"{ROOT}/contributions?since={cursor}&wait=0", node="region")
    for root in (ROOT, REVIEWED):
        reply = ask("GET", f"{root}/resolutions", node="region")
        assert len(reply.body.splitlines()) > 2
        lines = b"".join(reply.body.splitlines(keepends=True)[:-1]) + b"{}\n"
        ask("POST", f"{root}/resolutions", lines, node="region")
        ask("GET", f"{root}/resolutions?limit=1", node="region")
        ask("GET", f"{root}/resolutions?since={cursor_of(reply)}&wait=0", node="region")
    ask("POST", f"{ROOT}/digests", {"ranges": [{}, {"from": "a", "to": "b"}], "parts": 2, "list": 0}, node="region")
    ask("POST", f"{ROOT}/digests", {"ranges": [{}], "list": 256}, node="region")
    keys = [{"id": "plain", "origin": "alice"}, {"id": "never", "origin": "alice"}]
    ask("POST", f"{ROOT}/contributions/selection", {"keys": keys}, node="region")


def check_relaying_problems(ask):
    """What hubs, and those who are none, are told."""
    for method, path, good in (("GET", "resolutions", None), ("POST", "resolutions", b""),
                               ("POST", "digests", {"ranges": [{}]}),
                               ("POST", "contributions/selection", {"keys": [{"id": "x", "origin": "y"}]})):
        ask(method, f"{ROOT}/{path}", good, status=403)
        ask(method, f"/v1/collections/unknown/{path}", good, node="region", status=404)
        if method == "POST":
            ask(method, f"{ROOT}/{path}", b"x", {"Content-Encoding": "br"}, node="region", status=415)
    for path, bodies in (("digests", ({}, {"ranges": [{"from": 1.5}]}, {"ranges": [{}], "surprise": 1}, b"[")),
                         ("contributions/selection", ({"keys": [1]}, {"keys": []}))):
        for body in bodies:
            ask("POST", f"{ROOT}/{path}", body, node="region", status=400)
        ask("POST", f"{ROOT}/{path}", b" " * 1_100_000, node="region", status=413)
    ask("POST", f"{ROOT}/resolutions", b"{}\n" * 1_001, node="region", status=413)
    for query in ("since=x", "limit=1001", "wait=99", "echo=1"):
        ask("GET", f"{ROOT}/resolutions?{query}", node="region", status=400)
    ask("GET", "/v1/manifest", headers={"Tributary-Hub": "x"}, node="region", status=400)


def check_review_problems(ask, reviewer):
    """What reviewers, and those who are none, are told."""
    disagree(ask, REVIEWED, "contested")
    covers = checksums(ask, "contested")
    place = f"{REVIEWED}/patterns/contested"
    choice = {"covers": covers, "choose": covers[0], "reason": "tried both"}
    for method, path, body in (("GET", "/v1/conflicts", None), ("GET", f"{REVIEWED}/conflicts/contested", None),
                               ("POST", f"{place}/resolution", choice),
                               ("POST", f"{place}/retraction", {"reason": "x"}),
                               ("POST", f"{place}/restoration", {"reason": "x"})):
        for node in ("alice", "region"):
            ask(method, path, body, node=node, status=403)
    changed = ask("POST", f"{place}/resolution", {**choice, "covers": covers[:1]}, node=reviewer, status=409).json()
    assert changed["present"] == sorted(covers)
    ask("POST", f"{place}/resolution", {**choice, "choose": "0" * 64}, node=reviewer, status=409)
    ask("POST", f"{REVIEWED}/patterns/never/resolution", choice, node=reviewer, status=404)
    ask("POST", f"{ROOT}/patterns/plain/resolution", choice, node=reviewer, status=409)
    ask("POST", f"{place}/resolution", {"covers": covers, "content": {"value_score": 7}, "reason": "x"},
        node=reviewer, status=422)
    for path, bodies in (("resolution", (b"{", {}, {**choice, "retract": True}, {**choice, "choose": "x"},
                                         {**choice, "covers": ["x"]}, {**choice, "surprise": 1},
                                         {**choice, "reason": " "})),
                         ("retraction", ({}, {"reason": "x" * 1025}, {"reason": "x", "purge": 1})),
                         ("restoration", ({"reason": 1}, b"[]"))):
        for body in bodies:
            ask("POST", f"{place}/{path}", body, node=reviewer, status=400)
        ask("POST", f"{place}/{path}", b"x", {"Content-Encoding": "br"}, node=reviewer, status=415)
        ask("POST", f"{place}/{path}", b" " * 400_000, node=reviewer, status=413)
        ask("POST", f"/v1/collections/unknown/patterns/x/{path}", choice if path == "resolution" else {"reason": "x"},
            node=reviewer, status=404)
    ask("POST", f"{place}/restoration", {"reason": "x"}, node=reviewer, status=404)
    ask("GET", f"{REVIEWED}/conflicts/never", node=reviewer, status=404)
    ask("GET", "/v1/conflicts?collection=unknown", node=reviewer, status=404)
    for query in ("limit=0", "collection=%20", "since=x"):
        ask("GET", f"/v1/conflicts?{query}", node=reviewer, status=400)


def check_checkpoint_problems(ask):
    place, other = f"{ROOT}/checkpoint", cursor_of(ask("GET", f"{REVIEWED}/winners"))
    for body in ({"cursor": other}, {"cursor": "x"}, {"cursor": 1}, {}, {"cursor": other, "surprise": 1}, b"["):
        ask("PUT", place, body, status=400)
    ask("PUT", place, b" " * 400_000, status=413)
    ask("PUT", place, b"x", {"Content-Encoding": "br"}, status=415)
    ask("PUT", "/v1/collections/unknown/checkpoint", {"cursor": forged(other, "unknown")}, status=404)


def forged(cursor, collection):
    """The same position in another collection."""
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[:26] + collection.encode()
    return base64.urlsafe_b64encode(raw + hashlib.sha256(raw).digest()[:6]).rstrip(b"=").decode()


def test_every_problem_is_as_described(hub, described, ask, reviewer):
    hub.client("gone")
    hub.command("node", "revoke", "gone")
    open_to_all = {"/healthz", "/readyz", "/openapi.json", ENROLMENT}
    for method, path in described.operations():
        if "{token}" in path or path in open_to_all:
            continue
        concrete = path.replace("{collection}", COLLECTION).replace("{id}", "plain")
        body = b"" if method in ("POST", "PUT") else None
        ask(method, concrete, body, node=None, status=401)
        ask(method, concrete, body, node="gone", status=403)
    push = f"{ROOT}/contributions"
    ask("POST", push, b"{}\n" * 10_001, status=413)
    ask("POST", push, b"x", {"Content-Encoding": "br"}, status=415)
    ask("POST", push, gzip.compress(b"x")[:-1], {"Content-Encoding": "gzip"}, status=400)
    for path in ("winners?since=x", "winners?limit=0", "contributions?origin=alice&since=x", "patterns/%0a",
                 "patterns/plain?at=yesterday", "patterns/plain?since=x"):
        ask("GET", f"{ROOT}/{path}", status=400)
    ask("GET", "/v1/manifest?wait=99", status=400)
    ask("GET", "/v1/quarantine?limit=0", status=400)
    ask("GET", push, status=403)
    ask("GET", f"{ROOT}/patterns/never", status=404)
    ask("GET", f"{ROOT}/patterns/never?at=2001-01-01T00:00:00Z", status=404)
    for path in ("winners", "contributions?origin=alice", "patterns/x"):
        ask("GET", f"/v1/collections/unknown/{path}", status=404)
    check_review_problems(ask, reviewer)
    check_checkpoint_problems(ask)
    check_relaying_problems(ask)
    resolved = cursor_of(ask("GET", f"{ROOT}/resolutions", node="region"))
    cursors = [cursor_of(ask("GET", f"{ROOT}/{path}")) for path in ("winners", "contributions?origin=alice")]
    hub.command("epoch")
    ask("GET", f"{ROOT}/winners?since={cursors[0]}", status=409)
    ask("GET", f"{ROOT}/contributions?origin=alice&since={cursors[1]}", status=409)
    ask("GET", f"{ROOT}/resolutions?since={resolved}", node="region", status=409)
    for cursor in cursors:
        ask("PUT", f"{ROOT}/checkpoint", {"cursor": cursor}, status=409)


def test_other_methods_are_problems_too(hub, described):
    with hub.client("alice") as client:
        for path in described.document["paths"]:
            if "{token}" in path:
                continue
            reply = client.request("PATCH", path.replace("{collection}", COLLECTION).replace("{id}", "plain"))
            assert reply.status == 405 and reply.problem() == "method-not-allowed", reply
            allowed = {method for method, known in described.operations() if known == path}
            assert set(reply.headers["allow"].split(", ")) == allowed, reply
            described.validate(reply.json(), {"$ref": "#/components/schemas/Problem"})


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
    ask("POST", f"{ROOT}/contributions", ITEMS[:1])
    why = ask("GET", f"{ROOT}/patterns/plain")
    for change in (lambda m: m.update(absent={"code": "retracted", "detail": "x"}), lambda m: m.update(winner=None),
                   lambda m: m["winner"].update(parents=[]), lambda m: m["contributions"][0].update(state="erased"),
                   lambda m: m["policy"]["merge_rules"].update(x="best"), lambda m: m.pop("flips")):
        lie = copy.deepcopy(why.json())
        change(lie)
        with pytest.raises(AssertionError):
            described.check("GET", f"{ROOT}/patterns/plain", Reply(200, why.headers, json.dumps(lie).encode()))
    feed = ask("GET", f"{ROOT}/winners")
    with pytest.raises(AssertionError):
        cut = b"".join(feed.body.splitlines(keepends=True)[:-1])
        described.check("GET", f"{ROOT}/winners", Reply(200, feed.headers, cut))


def test_items_that_are_sent_are_as_described(described):
    for item in ITEMS + [one for one in AFTER[:3] if isinstance(one, dict)]:
        described.validate(item, {"$ref": "#/components/schemas/PushLine"})
    with pytest.raises(AssertionError):
        described.validate({"id": "x", "payload": {}, "surprise": 1}, {"$ref": "#/components/schemas/PushLine"})
