"""Items that cannot be accepted: each is refused with its code and kept, and nothing around it is lost."""

import json
import time

import pytest

from support.bad_items import ACCEPTED, COLLECTION, ITEM_BYTES, REFUSED

CASES = {f"{code}: {name}": (line, code) for code, lines in REFUSED.items() for name, line in lines.items()}


@pytest.mark.parametrize("line, code", CASES.values(), ids=CASES)
def test_an_item_is_refused_amid_others_that_are_stored(hub, line, code):
    client = hub.client("alice")
    revision = time.time_ns() // 1000
    good = [{"id": f"neighbour-{side}", "revision": revision, "payload": {"value_score": 0.9, "r": revision}}
            for side in ("before", "after")]
    started = time.monotonic()
    answer = client.push(COLLECTION, [json.dumps(good[0]).encode(), line, json.dumps(good[1]).encode()])
    assert time.monotonic() - started < 2
    assert answer.by_line() == [("accepted", None), ("refused", code), ("accepted", None)], answer
    assert answer.verdicts[0]["retryable"] == (code == "clock-ahead")
    newest = client.get("/v1/quarantine?limit=1").json()["items"][0]
    assert (newest["code"], newest["collection"], newest["node"]) == (code, COLLECTION, "alice")
    assert newest["bytes"] == len(line)
    assert newest["body"] == line[:ITEM_BYTES].decode("utf-8", "replace") or not line.isascii()
    assert hub.is_running and client.get("/healthz").status == 200


@pytest.mark.parametrize("line, kept", ACCEPTED.values(), ids=ACCEPTED)
def test_an_item_at_the_edge_is_accepted(hub, line, kept):
    client = hub.client("alice")
    cursor = client.winners(COLLECTION).cursor
    revision = time.time_ns() // 1000
    line = line.replace(b'"revision":1', b'"revision":%d' % revision)
    if len(line) > ITEM_BYTES:
        line = line.replace(b"x" * 15, b"", 1)
    answer = client.push(COLLECTION, line)
    assert answer.counts == (1, 0, 0, 0), answer
    served = client.winners(COLLECTION, since=cursor).lines
    assert len(served) == 1 and served[0]["origin"] == "alice"
    assert {name: served[0]["payload"][name] for name in kept} == kept


def test_the_same_revision_with_other_content_is_a_fork(hub):
    client = hub.client("alice")
    first = {"id": "forked", "revision": 9, "payload": {"value_score": 0.8}}
    assert client.push(COLLECTION, [first]).counts == (1, 0, 0, 0)
    forks = [{**first, "payload": {"value_score": 0.9}}, {**first, "vector": [1.0]},
             {"id": "forked", "revision": 9, "retracted": True}]
    for fork in forks:
        assert client.push(COLLECTION, [fork]).by_line() == [("refused", "revision-fork")]
    assert client.push(COLLECTION, [first]).counts == (0, 1, 0, 0)
    within = [{"id": "forked-at-once", "revision": 9, "payload": {"value_score": value}} for value in (0.8, 0.9)]
    assert client.push(COLLECTION, within).by_line() == [("accepted", None), ("refused", "revision-fork")]
    assert "share one identity" in hub.read_log()


def test_nothing_in_a_body_changes_who_speaks(hub):
    client = hub.client("alice")
    line = b'{"id":"whose","revision":1,"source_node":"bruno","payload":{"value_score":0.9,"origin":"bruno",' \
           b'"source_node":"bruno","node":"bruno","federation":{"origin":"bruno"}}}'
    assert client.push(COLLECTION, line).counts == (1, 0, 0, 0)
    told = client.get(f"/v1/collections/{COLLECTION}/patterns/whose").json()
    assert [one["origin"] for one in told["contributions"]] == ["alice"]
    assert "federation" not in told["contributions"][0]["payload"]
    assert hub.psql("SELECT count(*) FROM contributions WHERE node = 'bruno'") == "0"


def test_what_is_refused_again_is_counted_and_not_kept_again(hub):
    client = hub.client("repeater")
    for _ in range(3):
        client.push(COLLECTION, [b"{again"])
    items = client.get("/v1/quarantine").json()["items"]
    assert [(one["code"], one["times"], one["body"]) for one in items] == [("malformed-json", 3, "{again")]
    assert hub.client("bruno").get("/v1/quarantine").json()["items"] == [], "another node's refused items are not shown"


def test_after_all_of_it_the_hub_is_the_same_and_healthy(hub):
    assert hub.is_running and hub.is_ready()
    for line in hub.read_log().splitlines():
        json.loads(line)
    assert "Fatal error" not in hub.read_log() and '"internal-error"' not in hub.read_log()
