"""Items that cannot be accepted: each is refused with its code and kept in quarantine, and nothing around it is lost."""

import json
import time

import pytest

from support.model import content_checksum

COLLECTION = "skills-patterns"
NOW = int(time.time())
DAY = 86_400


def item(payload=b'{"value_score":0.9}', pattern=b'"bad-item"', rest=b',"revision":1'):
    return b'{"id":%s,"payload":%s%s}' % (pattern, payload, rest)


def with_member(text):
    return item(b'{"value_score":0.9,%s}' % text)


def nested(depth):
    """A payload that is nested `depth` deep."""
    return item(b'{"value_score":0.9,"d":%s}' % (b"[" * (depth - 1) + b"]" * (depth - 1)))


REFUSED = {
    # Not one JSON object in UTF-8.
    "nothing but text": (b"hello", "malformed-json"),
    "an array": (b"[]", "malformed-json"), "a number": (b"1", "malformed-json"), "null": (b"null", "malformed-json"),
    "cut": (item()[:-1], "malformed-json"), "two objects": (item() + item(), "malformed-json"),
    "trailing comma": (with_member(b'"a":1,'), "malformed-json"), "comment": (item() + b"//x", "malformed-json"),
    "single quotes": (b"{'id':'x'}", "malformed-json"), "leading zero": (with_member(b'"a":01'), "malformed-json"),
    "plus sign": (with_member(b'"a":+1'), "malformed-json"), "bare point": (with_member(b'"a":.5'), "malformed-json"),
    "NaN": (with_member(b'"a":NaN'), "malformed-json"), "Infinity": (with_member(b'"a":-Infinity'), "malformed-json"),
    "raw control": (with_member(b'"a":"\x01"'), "malformed-json"),
    "raw tab": (with_member(b'"a":"\t"'), "malformed-json"), "bad escape": (with_member(b'"a":"\\x41"'), "malformed-json"),
    "BOM": (b"\xef\xbb\xbf" + item(), "malformed-json"), "UTF-16": (item().decode().encode("utf-16-be"), "malformed-json"),
    "Latin-1": (with_member(b'"a":"\xe9"'), "malformed-json"), "overlong": (with_member(b'"a":"\xc0\xaf"'), "malformed-json"),
    "CESU surrogate": (with_member(b'"a":"\xed\xa0\x80"'), "malformed-json"),
    "beyond Unicode": (with_member(b'"a":"\xf4\x90\x80\x80"'), "malformed-json"),
    "lone high surrogate": (with_member(b'"a":"\\ud800"'), "malformed-json"),
    "lone low surrogate": (with_member(b'"a":"\\udc00x"'), "malformed-json"),
    "surrogates swapped": (with_member(b'"a":"\\udc00\\ud800"'), "malformed-json"),
    "lone surrogate in a name": (with_member(b'"\\udbff":1'), "malformed-json"),
    "duplicate in payload": (with_member(b'"value_score":0.1'), "malformed-json"),
    "duplicate at the top": (item(rest=b',"id":"other"'), "malformed-json"),
    "duplicate by escape": (with_member(b'"\\u0076alue_score":0.1'), "malformed-json"),
    "duplicate deep down": (with_member(b'"a":[{"b":1,"b":1}]'), "malformed-json"),
    # U+0000.
    "NUL in a string": (with_member(b'"a":"evil\\u0000suffix"'), "nul-not-allowed"),
    "NUL in a name": (with_member(b'"\\u0000":1'), "nul-not-allowed"),
    "NUL in the id": (item(pattern=b'"a\\u0000b"'), "nul-not-allowed"),
    # Depth.
    "65 deep": (nested(65), "too-deep"), "1,000 deep": (nested(1000), "too-deep"), "100,000 deep": (nested(100_000), "too-deep"),
    "objects too deep": (with_member(b'"d":' + b'{"d":' * 5000 + b"1" + b"}" * 5000), "too-deep"),
    # Numbers.
    "2^53": (with_member(b'"a":9007199254740992'), "number-not-interoperable"),
    "2^53 as a float": (with_member(b'"a":9007199254740992.0'), "number-not-interoperable"),
    "-2^53": (with_member(b'"a":-9007199254740992'), "number-not-interoperable"),
    "2^63": (with_member(b'"a":9223372036854775808'), "number-not-interoperable"),
    "1e16": (with_member(b'"a":1e16'), "number-not-interoperable"),
    "30 digits": (with_member(b'"a":' + b"9" * 30), "number-not-interoperable"),
    "100,000 digits": (with_member(b'"a":' + b"9" * 100_000), "number-not-interoperable"),
    "1e400": (with_member(b'"a":1e400'), "number-not-interoperable"),
    "-1e400": (with_member(b'"a":[-1e400]'), "number-not-interoperable"),
    "1e131071": (with_member(b'"a":1e131071'), "number-not-interoperable"),
    "exponent of 40 digits": (with_member(b'"a":1e' + b"9" * 40), "number-not-interoperable"),
    # Size.
    "over 256 KiB": (with_member(b'"a":"' + b"x" * 256 * 1024 + b'"'), "item-too-large"),
    # Ids.
    "no id": (b'{"payload":{"value_score":1},"revision":1}', "id-invalid"), "id null": (item(pattern=b"null"), "id-invalid"),
    "id empty": (item(pattern=b'""'), "id-invalid"), "id a list": (item(pattern=b"[1]"), "id-invalid"),
    "id a bool": (item(pattern=b"true"), "id-invalid"), "id a fraction": (item(pattern=b"1.5"), "id-invalid"),
    "id negative": (item(pattern=b"-1"), "id-invalid"), "id of 257 bytes": (item(pattern=b'"' + b"x" * 257 + b'"'), "id-invalid"),
    "id of 129 two-byte letters": (item(pattern='"{}"'.format("\u00e9" * 129).encode()), "id-invalid"),
    "id with a newline": (item(pattern=b'"a\\nb"'), "id-invalid"), "id with DEL": (item(pattern=b'"a\x7f"'), "id-invalid"),
    "id with C1": (item(pattern=b'"a\\u0085b"'), "id-invalid"), "id overridden": (item(pattern=b'"a\\u202eb"'), "id-invalid"),
    "id isolated": (item(pattern=b'"\\u2066b"'), "id-invalid"), "id with line separator": (item(pattern=b'"\\u2028"'), "id-invalid"),
    # Payload, revision, members, origin, checksum.
    "no payload": (b'{"id":"bad-item","revision":1}', "payload-invalid"), "payload null": (item(b"null"), "payload-invalid"),
    "payload a list": (item(b"[]"), "payload-invalid"), "payload text": (item(b'"{}"'), "payload-invalid"),
    "revision 0": (item(rest=b',"revision":0'), "revision-invalid"), "revision -1": (item(rest=b',"revision":-1'), "revision-invalid"),
    "revision text": (item(rest=b',"revision":"1"'), "revision-invalid"), "revision 1.5": (item(rest=b',"revision":1.5'), "revision-invalid"),
    "revision true": (item(rest=b',"revision":true'), "revision-invalid"),
    "revision ahead": (item(rest=b',"revision":%d' % ((NOW + 2 * DAY) * 10**6)), "clock-ahead"),
    "time ahead": (with_member(b'"last_updated":%d' % (NOW + 2 * DAY)), "clock-ahead"),
    "ISO time ahead": (with_member(b'"updated_at":"2199-01-01T00:00:00Z"'), "clock-ahead"),
    "unknown member": (item(rest=b',"revision":1,"surprise":1'), "member-unknown"),
    "node member": (item(rest=b',"revision":1,"node":"bruno"'), "member-unknown"),
    "another origin": (item(rest=b',"revision":1,"origin":"bruno"'), "origin-not-permitted"),
    "origin null": (item(rest=b',"revision":1,"origin":null'), "origin-not-permitted"),
    "wrong checksum": (item(rest=b',"revision":1,"checksum":"' + b"0" * 64 + b'"'), "checksum-mismatch"),
    "no checksum at all": (item(rest=b',"revision":1,"checksum":7'), "checksum-mismatch"),
}
VALUES = [b'{}', b'{"value_score":1.5}', b'{"value_score":-0.1}', b'{"value_score":"0.9"}', b'{"value_score":null}',
          b'{"value_score":true}', b'{"value_score":[0.9]}', b'{"value_score":1.0000000000000002}', b'{"confidence_score":0.9}']
VECTORS = [b"[]", b'""', b"{}", b"7", b"true", b'["1"]', b"[null]", b"[1,[2]]", b"[1e39]", b"[true]", b'"AAA"', b'"!!!!"',
           b'"AAAA"', b'"AACAfw=="', b'"AADAfw=="', b"[" + b"0," * 8192 + b"0]"]
REFUSED |= {f"payload {one.decode()}": (item(one), "value-out-of-range") for one in VALUES}
REFUSED |= {f"vector {one[:12].decode()} ({len(one)})": (item(rest=b',"revision":1,"vector":' + one), "vector-invalid")
            for one in VECTORS}
REFUSED["vector model a number"] = (item(rest=b',"revision":1,"vector":[1],"vector_model":3'), "vector-invalid")
REFUSED["vector model of 129 bytes"] = (
    item(rest=b',"revision":1,"vector":[1],"vector_model":"' + b"m" * 129 + b'"'), "vector-invalid")


@pytest.mark.parametrize("line, code", REFUSED.values(), ids=REFUSED)
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
    assert newest["body"] == line[:256 * 1024].decode("utf-8", "replace") or not line.isascii()
    assert hub.is_running and client.get("/healthz").status == 200


ACCEPTED = {
    "64 deep": (nested(64), None), "2^53-1": (with_member(b'"a":9007199254740991'), {"a": 2**53 - 1}),
    "1e-400": (with_member(b'"a":1e-400'), {"a": 0}), "minus zero": (with_member(b'"a":-0,"b":-0.0'), {"a": 0, "b": 0}),
    "noncharacters": (with_member(b'"a":"\\uffff\\ufdd0\xf0\x9f\xbf\xbf"'), {"a": "\uffff\ufdd0\U0001ffff"}),
    "a pair of surrogates": (with_member(b'"a":"\\ud83d\\ude00"'), {"a": "\U0001f600"}),
    "10,000 names": (with_member(b",".join(b'"k%d":%d' % (n, n) for n in range(10_000))), None),
    "50,000 elements": (with_member(b'"a":[' + b"0," * 50_000 + b"0]"), None),
    "exactly 256 KiB": (with_member(b'"a":"' + b"x" * (256 * 1024 - len(with_member(b'"a":""'))) + b'"'), None),
    "SQL": (with_member(b"\"a\":\"'); DROP TABLE winners; -- $$ \\\\. \\\\N {} %s\""), {"a": "'); DROP TABLE winners; -- $$ \\. \\N {} %s"}),
    "time a little ahead": (with_member(b'"last_updated":%d' % (NOW + DAY // 2)), None),
    "time absurd": (with_member(b'"last_updated":1e15,"updated_at":"0000-00-00"'), None),
    "its own origin": (item(rest=b',"revision":1,"origin":"alice"'), None),
    "source_node": (item(rest=b',"revision":1,"source_node":"bruno","export_timestamp":9'), None),
    "right checksum": (item(pattern=b'"summed"', rest=b',"revision":1,"checksum":"%s"'
                            % content_checksum(COLLECTION, "summed", {"value_score": 0.9}).encode()), None),
    "an id whose name is escaped": (b'{"\\u0069d":18446744073709551615,"revision":1,"payload":{"value_score":0.9}}', None),
    "a line that ends in a carriage return": (item() + b"\r", None),
}


@pytest.mark.parametrize("line, kept", ACCEPTED.values(), ids=ACCEPTED)
def test_an_item_at_the_edge_is_accepted(hub, line, kept):
    client = hub.client("alice")
    cursor = client.winners(COLLECTION).cursor
    revision = time.time_ns() // 1000
    line = line.replace(b'"revision":1', b'"revision":%d' % revision)
    if len(line) > 256 * 1024:
        line = line.replace(b"x" * 15, b"", 1)
    answer = client.push(COLLECTION, line)
    assert answer.counts == (1, 0, 0, 0), answer
    served = client.winners(COLLECTION, since=cursor).lines
    assert len(served) == 1 and served[0]["origin"] == "alice"
    if kept:
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
