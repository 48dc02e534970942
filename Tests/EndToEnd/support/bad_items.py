"""The table of items that a hub must refuse, by the code of the refusal, and of those at the edge that it must take."""

import time

from .model import content_checksum

COLLECTION = "skills-patterns"
NOW = int(time.time())
DAY = 86_400
ITEM_BYTES = 256 * 1024


def item(payload=b'{"value_score":0.9}', pattern=b'"bad-item"', rest=b',"revision":1'):
    """An item, wrong in one part."""
    return b'{"id":%s,"payload":%s%s}' % (pattern, payload, rest)


def member(text):
    """An item with a member in its payload."""
    return item(b'{"value_score":0.9,%s}' % text)


def top(text):
    """An item with a member beside its payload."""
    return item(rest=b',"revision":1,' + text)


def nested(depth):
    """An item whose payload is nested `depth` deep."""
    return member(b'"d":%s' % (b"[" * (depth - 1) + b"]" * (depth - 1)))


def great(length):
    """An item of that many bytes."""
    return member(b'"a":"' + b"x" * (length - len(member(b'"a":""'))) + b'"')


REFUSED = {
    "malformed-json": {
        "text": b"hello", "an array": b"[]", "a number": b"1", "null": b"null", "a string": b'"x"',
        "cut": item()[:-1], "two objects": item() + item(), "rubbish behind": item() + b"x", "comment": item() + b"//x",
        "single quotes": b"{'id':'x'}",
        "trailing comma": member(b'"a":1,'),
        "leading zero": member(b'"a":01'),
        "plus sign": member(b'"a":+1'),
        "bare point": member(b'"a":.5'),
        "point without digits": member(b'"a":1.'),
        "hexadecimal": member(b'"a":0x1'),
        "NaN": member(b'"a":NaN'),
        "Infinity": member(b'"a":-Infinity'),
        "raw control": member(b'"a":"\x01"'),
        "raw tab": member(b'"a":"\t"'),
        "raw NUL": member(b'"a":"\0"'),
        "bad escape": member(b'"a":"\\x41"'),
        "BOM": b"\xef\xbb\xbf" + item(),
        "UTF-16": item().decode().encode("utf-16-be"),
        "Latin-1": member(b'"a":"\xe9"'),
        "overlong": member(b'"a":"\xc0\xaf"'),
        "a surrogate in UTF-8": member(b'"a":"\xed\xa0\x80"'),
        "beyond Unicode": member(b'"a":"\xf4\x90\x80\x80"'),
        "lone high surrogate": member(b'"a":"\\ud800"'),
        "lone low surrogate": member(b'"a":"\\udc00x"'),
        "surrogates swapped": member(b'"a":"\\udc00\\ud800"'),
        "lone surrogate in a name": member(b'"\\udbff":1'),
        "duplicate in payload": member(b'"value_score":0.1'),
        "duplicate at the top": top(b'"id":"other"'),
        "duplicate by escape": member(b'"\\u0076alue_score":0.1'),
        "duplicate deep down": member(b'"a":[{"b":1,"b":1}]'),
    },
    "nul-not-allowed": {
        "NUL in a string": member(b'"a":"evil\\u0000suffix"'),
        "NUL in a name": member(b'"\\u0000":1'),
        "NUL in the id": item(pattern=b'"a\\u0000b"'),
    },
    "too-deep": {
        "65 deep": nested(65), "1,000 deep": nested(1000), "100,000 deep": nested(100_000),
        "objects too deep": member(b'"d":' + b'{"d":' * 5000 + b"1" + b"}" * 5000),
    },
    "number-not-interoperable": {
        "2^53": member(b'"a":9007199254740992'), "-2^53": member(b'"a":-9007199254740992'),
        "2^53 as a float": member(b'"a":9007199254740992.0'),
        "2^63": member(b'"a":9223372036854775808'), "1e16": member(b'"a":1e16'),
        "30 digits": member(b'"a":' + b"9" * 30), "100,000 digits": member(b'"a":' + b"9" * 100_000),
        "1e400": member(b'"a":1e400'), "-1e400": member(b'"a":[-1e400]'), "1e131071": member(b'"a":1e131071'),
        "exponent of 40 digits": member(b'"a":1e' + b"9" * 40),
    },
    "item-too-large": {"a byte too many": great(ITEM_BYTES + 1), "ten times too many": great(10 * ITEM_BYTES)},
    "id-invalid": {
        "no id": b'{"payload":{"value_score":1},"revision":1}',
        "null as id": item(pattern=b"null"), "empty id": item(pattern=b'""'), "a list as id": item(pattern=b"[1]"),
        "a bool as id": item(pattern=b"true"), "a fraction as id": item(pattern=b"1.5"),
        "-1 as id": item(pattern=b"-1"), "a tab as id": item(pattern=b'"\\u0009"'),
        "257 bytes": item(pattern=b'"' + b"x" * 257 + b'"'),
        "129 two-byte letters": item(pattern='"{}"'.format("\u00e9" * 129).encode()),
        "newline": item(pattern=b'"a\\nb"'), "DEL": item(pattern=b'"a\x7f"'),
        "C1 control": item(pattern=b'"a\\u0085b"'),
        "override": item(pattern=b'"a\\u202eb"'), "isolate": item(pattern=b'"\\u2066b"'),
        "direction mark": item(pattern=b'"a\\u200f"'), "line separator": item(pattern=b'"\\u2028"'),
    },
    "payload-invalid": {
        "no payload": b'{"id":"bad-item","revision":1}', "payload null": item(b"null"), "payload a list": item(b"[]"),
        "payload text": item(b'"{}"'),
    },
    "revision-invalid": {
        f"revision {text}": item(rest=b',"revision":%s' % text.encode())
        for text in ("0", "-1", '"1"', "1.5", "true", "[1]", "{}")
    },
    "clock-ahead": {
        "revision ahead": item(rest=b',"revision":%d' % ((NOW + 2 * DAY) * 10**6)),
        "time ahead": member(b'"last_updated":%d' % (NOW + 2 * DAY)),
        "ISO time ahead": member(b'"updated_at":"2199-01-01T00:00:00Z"'),
    },
    "member-unknown": {"a surprise": top(b'"surprise":1'), "node": top(b'"node":"bruno"'), "path": top(b'"path":[]')},
    "origin-not-permitted": {"another origin": top(b'"origin":"bruno"'), "a null origin": top(b'"origin":null')},
    "checksum-mismatch": {
        "wrong checksum": top(b'"checksum":"' + b"0" * 64 + b'"'), "no checksum at all": top(b'"checksum":7'),
    },
    "value-out-of-range": {
        f"payload {text}": item(text.encode())
        for text in ("{}", '{"value_score":1.5}', '{"value_score":-0.1}', '{"value_score":"0.9"}',
                     '{"value_score":null}', '{"value_score":true}', '{"value_score":[0.9]}',
                     '{"value_score":1.0000000000000002}', '{"confidence_score":0.9}')
    },
    "vector-invalid": {
        f"vector {text[:12]} ({len(text)})": top(b'"vector":' + text.encode())
        for text in ("[]", '""', "{}", "7", "true", '["1"]', "[null]", "[1,[2]]", "[1e39]", "[true]", '"AAA"', '"!!!!"',
                     '"AAAA"', '"AACAfw=="', '"AADAfw=="', "[" + "0," * 8192 + "0]")
    } | {
        "model a number": top(b'"vector":[1],"vector_model":3'),
        "model of 129 bytes": top(b'"vector":[1],"vector_model":"' + b"m" * 129 + b'"'),
    },
}

SQL = "'); DROP TABLE winners; -- $$ \\. \\N {} %s"
CHECKSUM = content_checksum(COLLECTION, "summed", {"value_score": 0.9}).encode()

# Items with what must be in the payload that is served.
ACCEPTED = {
    "64 deep": (nested(64), {}), "2^53-1": (member(b'"a":9007199254740991'), {"a": 2**53 - 1}),
    "1e-400": (member(b'"a":1e-400'), {"a": 0}), "minus zero": (member(b'"a":-0,"b":-0.0'), {"a": 0, "b": 0}),
    "noncharacters": (member(b'"a":"\\uffff\\ufdd0\xf0\x9f\xbf\xbf"'), {"a": "\uffff\ufdd0\U0001ffff"}),
    "a pair of surrogates": (member(b'"a":"\\ud83d\\ude00"'), {"a": "\U0001f600"}),
    "10,000 names": (member(b",".join(b'"k%d":%d' % (n, n) for n in range(10_000))), {"k9999": 9999}),
    "50,000 elements": (member(b'"a":[' + b"0," * 50_000 + b"0]"), {}),
    "exactly 256 KiB": (great(ITEM_BYTES), {}),
    "SQL": (member(b'"a":"' + SQL.replace("\\", "\\\\").encode() + b'"'), {"a": SQL}),
    "time a little ahead": (member(b'"last_updated":%d' % (NOW + DAY // 2)), {}),
    "time absurd": (member(b'"last_updated":1e15,"updated_at":"0000-00-00"'), {"last_updated": 1e15}),
    "its own origin": (top(b'"origin":"alice"'), {}),
    "source_node": (top(b'"source_node":"bruno","export_timestamp":9'), {}),
    "right checksum": (item(pattern=b'"summed"', rest=b',"revision":1,"checksum":"%s"' % CHECKSUM), {}),
    "an id whose name is escaped":
        (b'{"\\u0069d":18446744073709551615,"revision":1,"payload":{"value_score":0.9}}', {}),
    "a line that ends in a carriage return": (item() + b"\r", {}),
}
