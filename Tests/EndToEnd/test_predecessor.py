"""The unmodified client of the system that came before, given nothing but an address."""

import random
import uuid

import pytest

from support.client import Client
from support.model import content_checksum
from support.predecessor import PredecessorClient, Qdrant

SKILLS = "skills-patterns"
ERRORS = "error-solutions"
DIMENSION = 32
TRANSPORT = ("imported_from", "import_timestamp", "federation")


def point(rng, number, **more):
    return [rng.uniform(-1, 1) for _ in range(DIMENSION)], {
        "skill_name": f"skill {number}", "description": "x" * rng.randrange(200, 1800),
        "usage_pattern": "caf\u00e9 \U0001f600",
        "success_examples": ["a", "b"], "value_score": rng.choice([0.7, 0.8, 0.95, 1]), "last_updated": 0, **more}


def filled(rng, ids, **more):
    collection = Qdrant(DIMENSION)
    for number, pattern in enumerate(ids):
        collection.upsert(pattern, *point(rng, number, **more))
    return collection


def uuids(rng, count):
    return [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(count)]


def integers(rng, count):
    return [2**64 - 1, 2**63 + 5, 0, 3] + [rng.getrandbits(64) for _ in range(count - 4)]


def bare(payload):
    return {name: value for name, value in payload.items() if name not in TRANSPORT}


def client_of(hub, node, collections):
    return PredecessorClient(hub.port, f"/n/{node}/{hub.client(node).token}", node, collections)


def contributions(hub, node, collection=SKILLS):
    """What the hub holds as said by a node itself, by id, with checksum and revision."""
    lines = hub.client(node).contributions(collection, origin=node, payload=0).lines
    return {line["id"]: (line["checksum"], line["revision"], line["state"]) for line in lines}


def said(collection, name=SKILLS):
    """What a client's own collection says, by canonical id."""
    return {str(p): content_checksum(name, str(p), payload) for p, (_, payload) in collection.points.items()
            if payload["value_score"] >= 0.7}


def test_clients_with_both_kinds_of_ids_come_to_hold_everything(hub):
    rng = random.Random(8092)
    words, numbers = uuids(rng, 640), integers(rng, 640)
    shared = uuids(rng, 10)
    left = filled(rng, words + shared, team="left")
    right = filled(rng, numbers + shared, team="right")
    own = {"left": said(left), "right": said(right)}
    clients = {"left": client_of(hub, "left", {SKILLS: left}), "right": client_of(hub, "right", {SKILLS: right})}
    first = {node: client.sync() for node, client in clients.items()}
    assert {node: result[SKILLS] for node, result in first.items()} == {"left": ("push", 650), "right": ("push", 650)}
    before = {node: contributions(hub, node) for node in clients}
    assert {node: {p: c for p, (c, _, _) in held.items()} for node, held in before.items()} == own
    directions = {node: [] for node in clients}
    for _ in range(5):
        for node, client in clients.items():
            action, count = client.sync()[SKILLS]
            directions[node].append(action)
            assert count == {"push": 1000, "pull": 1290}[action]
    assert all(set(actions) == {"push", "pull"} for actions in directions.values()), directions
    for collection in (left, right):
        assert set(collection.points) == set(words) | set(numbers) | set(shared)
    assert {p: bare(payload) for p, (_, payload) in left.points.items()} == \
        {p: bare(payload) for p, (_, payload) in right.points.items()}
    # What was only imported is no evidence of one's own, however often it comes back.
    assert {node: contributions(hub, node) for node in clients} == before
    winners = {line["id"]: line for line in hub.client("left").winners(SKILLS).lines}
    assert len(winners) == 1290
    for pattern, (_, payload) in left.points.items():
        assert payload["imported_from"] == winners[str(pattern)]["origin"]
        assert bare(payload) == winners[str(pattern)]["payload"]
    assert any(client.received > 1 << 20 for client in clients.values()), "nothing went beyond the old limit"


@pytest.mark.parametrize("count", [0, 1])
def test_a_client_with_hardly_anything_never_fails(hub, count):
    rng = random.Random(count)
    ids = uuids(rng, count)
    client = client_of(hub, f"tiny{count}", {SKILLS: filled(rng, ids), ERRORS: Qdrant(DIMENSION)})
    for _ in range(5):
        results = client.sync()
        assert results[SKILLS] == ("push", count) and results[ERRORS] == ("push", 0)
    assert set(contributions(hub, f"tiny{count}")) == set(ids)


def test_a_client_whose_ids_change_behind_the_hubs_back_fails_once_at_most(hub):
    """The hub knows the client's ids from its last push only; a comparison that fails is made good with the next."""
    rng = random.Random(3)
    collection = filled(rng, uuids(rng, 3))
    client = client_of(hub, "changing", {SKILLS: collection})
    failed = False
    for step in range(16):
        try:
            client.sync()
            failed = False
        except TypeError:
            assert not failed, "two rounds in a row"
            failed = True
        change = step % 4
        if change == 0:
            collection.points.clear()
        elif change == 1:
            collection.upsert(rng.getrandbits(60), *point(rng, step))
        elif change == 2:
            for pattern in integers(rng, 6):
                collection.upsert(pattern, *point(rng, step))
        else:
            collection.points = {p: v for p, v in collection.points.items() if isinstance(p, str)}
            for pattern in uuids(rng, 2):
                collection.upsert(pattern, *point(rng, step))


def test_vectors_of_another_dimension_are_kept_apart(hub):
    rng = random.Random(4)
    wide = Qdrant(7)
    for pattern in uuids(rng, 5):
        wide.upsert(pattern, [1.0] * 7, {"value_score": 0.9, "wide": True})
    client = client_of(hub, "wide", {SKILLS: wide})
    for _ in range(4):
        client.sync()
    assert all(len(vector) == 7 for vector, _ in wide.points.values())
    assert all(payload.get("wide") for _, payload in wide.points.values())
    assert len(contributions(hub, "wide")) == 5


def test_ids_that_its_database_cannot_hold_come_and_go_under_another(hub):
    rng = random.Random(5)
    native = hub.client("native")
    native.push("best-practices", [{"id": "skill-123", "revision": 1, "payload": {"value_score": 0.9, "title": "t"},
                                    "vector": [0.5] * DIMENSION}])
    collection = filled(rng, uuids(rng, 4))
    client = client_of(hub, "mapped", {"best-practices": collection})
    for _ in range(4):
        client.sync()
    held = {payload["title"]: p for p, (_, payload) in collection.points.items() if "title" in payload}
    assert list(held) == ["t"] and uuid.UUID(held["t"]).version == 5
    winners = [line["id"] for line in native.winners("best-practices").lines]
    assert "skill-123" in winners and held["t"] not in winners
    assert len(contributions(hub, "mapped", "best-practices")) == 4
    # Said anew under the mapped id, it is the pattern's own id that is meant.
    vector, payload = collection.points[held["t"]]
    collection.upsert(held["t"], vector, {**payload, "value_score": 0.95})
    for _ in range(2):
        client.sync()
    assert "skill-123" in contributions(hub, "mapped", "best-practices")


def test_the_shapes_are_those_of_the_predecessor(hub):
    token = hub.client("shapes").token
    body = b'[{"id":"7","vector":[1.0,2.0],"payload":{"value_score":0.9},"source_node":"x","export_timestamp":"y"},' \
           b'{"id":"8","payload":{"value_score":7}}]'
    with Client(hub.port, token) as client:
        assert client.request("POST", f"/import/{ERRORS}", body).json() == {"imported": 1}
        manifest = client.get("/manifest").json()
        # The predecessor's members, and what its client does not look at.
        assert set(manifest) == {"node_id", "timestamp", "collections", "upstreams"} and manifest["upstreams"] == []
        entry = manifest["collections"][ERRORS]
        assert set(entry) >= {"name", "count", "last_updated", "high_value_count", "checksum"}
        assert (entry["name"], type(entry["high_value_count"]), len(entry["checksum"])) == (ERRORS, int, 16)
        exported = client.get(f"/export/{ERRORS}").json()
        assert {"id": 7, "vector": [1, 2], "payload": {"value_score": 0.9}, "source_node": "shapes"} in \
            [{k: v for k, v in item.items() if k != "export_timestamp"} for item in exported]
        assert client.get("/export/unknown").json() == [] and client.get("/export/Not%20one").json() == []
        assert client.request("POST", "/sync").json() == {"results": []}


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[", b"[1", b"[{}", b'[{"id":"1"},]', b"[]x", b"\xff", b'"[]"'])
def test_an_import_that_is_no_array_is_refused(hub, body):
    reply = hub.client("shapes").request("POST", f"/import/{SKILLS}", body)
    assert reply.status == 400 and reply.problem() == "body-malformed", reply


def test_a_bad_item_of_an_import_does_not_hurt_the_others(hub):
    body = b'[{"id":"10","payload":{"value_score":0.9}},17,{"id":"11","payload":{"value_score":"no"}},"x]",{},' \
           b'{"id":"12","payload":{"value_score":0.9,"text":"]},{"}}]'
    client = hub.client("partly")
    assert client.request("POST", f"/import/{SKILLS}", body).json() == {"imported": 2}
    assert set(contributions(hub, "partly")) == {"10", "12"}
    assert len(client.get("/v1/quarantine").json()["items"]) == 4
