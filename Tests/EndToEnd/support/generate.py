"""Random statements in all the spellings that JSON allows, from a seed."""

import base64
import json
import struct
import uuid

U64_IDS = [0, 7, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**63 + 5, 2**64 - 1]
TEXT_IDS = [
    "skill-123", "caf\u00e9", "cafe\u0301", "\ufb01le", "\U0001f600", "\U0001f600\u200d\U0001f4bb", "a/b?c#d%20",
    'quote"back\\slash', " spaces  inside ", "x" * 256, "\u00e9" * 128, "constructor", "'; DROP TABLE winners; --",
    "\ufffd", "null", "-1", "007", "1.5", "\u65e5\u672c\u8a9e", "{}", "%s", "%00", "..", "\uffff"]
KEYS = [
    "note", "caf\u00e9", "cafe\u0301", "\U0001f600", "\ufffd", "\uffff", "a", "B", "", " ", "10", "9", "\u007f",
    "\u0080", "__proto__", "\u2028", "tags", '"', "\\"]
STRINGS = [
    "", "plain", "tab\tnew\nline\rfeed\f\b", '"\\/', "\u001f\u007f\u0080\u2028\u2029", "caf\u00e9", "cafe\u0301",
    "\U0001f600\U0001f469\u200d\U0001f4bb", "\ufdd0\uffff", "\u202eevil", "x" * 2000, "null", "$1 {} %s \\N \\."]
NUMBERS = [
    0, -0.0, 1, -1, 0.1, 1e-7, 1e-6, 123456789.123, 1e15, 2**53 - 1, -(2**53 - 1), 5e-324, 2.2250738585072014e-308,
    0.30000000000000004, 4.35, 100.0, 333333333.33333329, 1e-27, 9007199254740990.5]
VALUES = [0, 0.3, 0.69, 0.7, 0.7000000000000001, 0.75, 0.8, 0.9, 0.9, 0.95, 1, 1.0]


def uuid_spellings(rng, number):
    """One of the ways to write a UUID."""
    plain = str(uuid.UUID(int=(0x5C56C79369F34FBF87E6C4BF54C28C20 + number) % 2**128))
    return rng.choice([plain, plain.upper(), plain.replace("-", ""), "urn:uuid:" + plain])


def pattern_id(rng):
    """An id, as a JSON value."""
    kind = rng.randrange(4)
    if kind == 0:
        return uuid_spellings(rng, rng.randrange(8))
    if kind == 1:
        number = rng.choice(U64_IDS)
        return rng.choice([number, str(number)])
    return rng.choice(TEXT_IDS)


def value(rng, depth=0):
    """Any JSON value that a payload may hold."""
    kind = rng.randrange(8 if depth < 6 else 5)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind in (1, 2):
        return rng.choice(NUMBERS)
    if kind in (3, 4):
        return rng.choice(STRINGS)
    if kind == 5:
        return [value(rng, depth + 1) for _ in range(rng.randrange(5))]
    return {rng.choice(KEYS): value(rng, depth + 1) for _ in range(rng.randrange(5))}


def payload(rng, collection, now):
    """A payload with a value and perhaps a time; `now` in microseconds."""
    made = {rng.choice(KEYS): value(rng) for _ in range(rng.randrange(4))}
    score = rng.choice(VALUES)
    if collection == "skills-patterns" or rng.random() < 0.4:
        made["value_score"] = score
    elif collection == "error-solutions":
        made["confidence_score"] = score
    else:
        made["endorsement_count"] = rng.choice([0, 1, 4, 5, 5.0, 40, 10**6])
    if rng.random() < 0.3:
        made[rng.choice(["import_timestamp", "federation"])] = value(rng)
    if rng.random() < 0.7:
        seconds = now // 1_000_000 - rng.choice([0, 1, 1, 3600, 86400 * 400])
        made[rng.choice(["last_updated", "last_used", "last_validated", "updated_at", "timestamp"])] = rng.choice([
            seconds, seconds + 0.25, "2025-12-19T10:30:00", "2025-12-19T10:30:00.5Z", "2025-12-19T12:30:00+02:00",
            "2025-12-19 10:30", "2025-12-19", "yesterday", None, True, "2025-02-30T00:00:00Z", 1e17 / 1e3])
    return made


def statement(rng, collection, revision, now):
    """One item for a push, as a value."""
    item = {"id": pattern_id(rng), "revision": revision}
    if rng.random() < 0.15:
        item["retracted"] = True
        return item
    item["payload"] = payload(rng, collection, now)
    if rng.random() < 0.25:
        numbers = [rng.choice([0.0, 1.0, -0.5, 0.1, 1e-3, 3.14159, 1e-40]) for _ in range(rng.choice([1, 3, 384]))]
        data = struct.pack(f"<{len(numbers)}f", *numbers)
        item["vector"] = rng.choice([numbers, base64.b64encode(data).decode()])
        if rng.random() < 0.5:
            item["vector_model"] = rng.choice(["bge-m3", "\U0001f600", ""])
    if rng.random() < 0.2:
        item["source_node"], item["export_timestamp"] = "someone-else", "2025-12-19T10:30:00"
    return item


def spell(rng, item):
    """One of the ways to write a value in JSON, in bytes and on one line."""
    return _spell(rng, item).encode("utf-8")


def _space(rng):
    return rng.choice(["", "", "", " ", "\t", " \r "])


def _spell(rng, item):
    if isinstance(item, dict):
        members = list(item.items())
        rng.shuffle(members)
        inner = ",".join(f"{_space(rng)}{_name(rng, n)}{_space(rng)}:{_space(rng)}{_spell(rng, v)}" for n, v in members)
        return "{" + inner + _space(rng) + "}"
    if isinstance(item, list):
        return "[" + ",".join(_space(rng) + _spell(rng, v) for v in item) + _space(rng) + "]"
    if isinstance(item, str):
        return _string(rng, item)
    if isinstance(item, bool) or item is None:
        return json.dumps(item)
    return _number(rng, item)


def _string(rng, text):
    how = rng.randrange(4)
    if how == 0:
        return json.dumps(text)
    if how == 1:
        units = text.encode("utf-16-be")
        return '"' + "".join(f"\\u{units[i]:02X}{units[i + 1]:02x}" for i in range(0, len(units), 2)) + '"'
    plain = json.dumps(text, ensure_ascii=False)
    return plain.replace("/", "\\/") if how == 2 else plain


def _name(rng, text):
    # An escaped name of a great id is a case of its own, told apart in test_bad_items.
    return '"id"' if text == "id" else _string(rng, text)


def _number(rng, number):
    plain = repr(number)
    if isinstance(number, int):
        return plain
    spellings = [plain, f"{number:.17e}", f"{number:.17E}"]
    if "e" not in plain:
        spellings += [plain + "0", plain + "e0", plain + "E+00"]
    return rng.choice([one for one in spellings if float(one) == number])
