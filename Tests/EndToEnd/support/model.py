"""The protocol as a small program: what a hub has to hold, decide and answer. The tests' oracle."""

import base64
import re
import struct
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from hashlib import sha256

from .canonical import GREATEST_INTEGER, NotAcceptable, canonical, parse

NO_VECTOR = "0" * 64
TRANSPORT_KEYS = ("imported_from", "import_timestamp", "federation")
TIME_FIELDS = ("last_updated", "last_used", "last_validated", "updated_at", "timestamp")
MEMBERS = {"id", "payload", "revision", "retracted", "checksum", "vector", "vector_model", "origin", "source_node",
           "export_timestamp"}
ITEM_BYTES = 256 * 1024
DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
HEX32 = re.compile(r"[0-9a-fA-F]{32}\Z")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?([Zz]|[+-]\d\d(?::?\d\d)?)?)?\Z", re.ASCII)


def digest(*parts):
    """SHA-256 over texts joined by U+0000."""
    return sha256(b"\0".join(p if isinstance(p, bytes) else str(p).encode() for p in parts)).hexdigest()


def content_checksum(collection, pattern, payload):
    """The checksum of a payload given as a value."""
    kept = {name: member for name, member in payload.items() if name not in TRANSPORT_KEYS}
    return digest("c1", collection, pattern, canonical(kept))


def retraction_checksum(collection, pattern):
    """The checksum of a retraction."""
    return digest("r1", collection, pattern, "")


def set_digest(digests):
    """The sum of item digests modulo 2^256."""
    return f"{sum(int(one, 16) for one in digests) % 2**256:064x}"


def pattern_id(value):
    """The canonical id of a JSON value."""
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < 2**64:
            return str(value)
        raise NotAcceptable("id-invalid")
    if not isinstance(value, str):
        raise NotAcceptable("id-invalid")
    bare = value[9:] if value.startswith("urn:uuid:") else value
    if HEX32.match(bare) or UUID.match(bare):
        plain = bare.replace("-", "").lower()
        return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))
    forbidden = re.search("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", value)
    if forbidden or not 1 <= len(value.encode()) <= 256:
        raise NotAcceptable("id-invalid")
    return value


def is_number(value):
    """Whether a parsed value is a JSON number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def read_value(rule, payload):
    """The value that a rule reads from a payload."""
    for name in {"value-score": ["value_score"], "value-or-confidence": ["value_score", "confidence_score"],
                 "value-or-endorsements": ["value_score"]}[rule]:
        if name in payload:
            if is_number(payload[name]) and 0 <= payload[name] <= 1:
                return float(payload[name])
            raise NotAcceptable("value-out-of-range")
    count = payload.get("endorsement_count")
    if rule == "value-or-endorsements" and is_number(count) and count >= 0:
        return float(count) / (float(count) + 2)
    raise NotAcceptable("value-out-of-range")


def read_iso8601(text):
    """Microseconds since 1970 of ISO 8601 text, or None."""
    match = ISO.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    micros = (moment - EPOCH) // timedelta(microseconds=1) + int(((match[7] or "") + "000000")[:6])
    if match[8] and match[8] not in "Zz":
        digits = match[8][1:].replace(":", "")
        offset = (int(digits[:2]) * 60 + int(digits[2:] or 0)) * 60_000_000
        micros -= offset if match[8][0] == "+" else -offset
    return micros


def read_updated_at(payload, fallback):
    """A payload's own time in microseconds since 1970."""
    for name in TIME_FIELDS:
        value = payload.get(name)
        if is_number(value) and -62135596800 <= value < 253402300800:
            exact = Fraction(float(value) * 1_000_000)
            return int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
        if isinstance(value, str) and (micros := read_iso8601(value)) is not None:
            return micros
    return fallback


def read_vector(item):
    """A vector's bytes, or None."""
    given = item.get("vector")
    if given is None:
        return None
    try:
        if isinstance(given, str):
            data = base64.b64decode(given, validate=True)
            numbers = struct.unpack(f"<{len(data) // 4}f", data) if len(data) % 4 == 0 else ()
        else:
            numbers = given if isinstance(given, list) and all(map(is_number, given)) else ()
            data = struct.pack(f"<{len(numbers)}f", *numbers)
    except (ValueError, OverflowError, struct.error):
        raise NotAcceptable("vector-invalid") from None
    if not 1 <= len(numbers) <= 8192 or not all(abs(n) < float("inf") for n in numbers):
        raise NotAcceptable("vector-invalid")
    model = item.get("vector_model")
    if model is not None and not (isinstance(model, str) and len(model.encode()) <= 128):
        raise NotAcceptable("vector-invalid")
    return data


@dataclass(frozen=True)
class Statement:
    """One contribution."""
    pattern: str
    origin: str
    incarnation: int
    revision: int
    checksum: str
    vector_digest: str = NO_VECTOR
    value: float = None
    updated_at: int = None
    payload: bytes = None
    vector: bytes = field(default=None, repr=False)
    # Of a merged winner: what it was made of, as a feed lists it.
    parents: tuple = ()

    @property
    def version(self):
        return (self.incarnation, self.revision, self.checksum, self.vector_digest)

    def item_digest(self, kind, collection):
        return digest(kind, collection, self.pattern, self.origin, *self.version)


def read_item(line, collection, rule, origin, incarnation, now):
    """The contribution that one pushed line makes; raises NotAcceptable. Times in microseconds since 1970."""
    if len(line) > ITEM_BYTES:
        raise NotAcceptable("item-too-large")
    item = parse(line)
    if not isinstance(item, dict):
        raise NotAcceptable("malformed-json")
    pattern = pattern_id(item.get("id"))
    if "origin" in item and item["origin"] != origin:
        raise NotAcceptable("origin-not-permitted")
    if not set(item) <= MEMBERS:
        raise NotAcceptable("member-unknown")
    # Statements without a revision are numbered by the hub; the oracle only knows whether it refuses them.
    revision = item.get("revision", now)
    if not isinstance(revision, int) or isinstance(revision, bool) or not 1 <= revision <= GREATEST_INTEGER:
        raise NotAcceptable("revision-invalid")
    if revision > now + DAY:
        raise NotAcceptable("clock-ahead")
    if item.get("retracted") is True:
        statement = Statement(pattern, origin, incarnation, revision, retraction_checksum(collection, pattern))
    else:
        statement = _content(item, pattern, collection, rule, origin, incarnation, revision, now)
    if item.get("checksum") is not None and item["checksum"] != statement.checksum:
        raise NotAcceptable("checksum-mismatch")
    return statement


def _content(item, pattern, collection, rule, origin, incarnation, revision, now):
    payload = item.get("payload")
    if not isinstance(payload, dict):
        raise NotAcceptable("payload-invalid")
    kept = {name: member for name, member in payload.items() if name not in TRANSPORT_KEYS}
    text = canonical(kept)
    value = read_value(rule, kept)
    updated_at = read_updated_at(kept, revision)
    if updated_at > now + DAY:
        raise NotAcceptable("clock-ahead")
    vector = read_vector(item)
    return Statement(pattern, origin, incarnation, revision, digest("c1", collection, pattern, text),
                     sha256(vector).hexdigest() if vector else NO_VECTOR, value, updated_at, text, vector)


def strength(strategy, one):
    """What a strategy compares of a live contribution, greatest first."""
    numbers = (one.updated_at, one.value) if strategy == "latest" else (one.value, one.updated_at)
    # The lowest origin wins a tie; bytes are inverted so that the greatest tuple does.
    return (*numbers, one.checksum, tuple(255 - byte for byte in one.origin.encode()) + (256,))


class Collection:
    """What a hub holds of one collection, and what follows from it."""

    def __init__(self, name, rule, strategy="highest-value", threshold=0.7):
        self.name, self.rule, self.strategy, self.threshold = name, rule, strategy, threshold
        self.contributions = {}

    def push(self, line, origin, now, incarnation=1):
        """Joins one pushed line; returns (verdict, code)."""
        try:
            statement = read_item(line, self.name, self.rule, origin, incarnation, now)
        except NotAcceptable as refusal:
            return "refused", refusal.code
        return self.join(statement)

    def join(self, statement):
        """Joins one contribution; returns (verdict, code)."""
        key = (statement.pattern, statement.origin)
        held = self.contributions.get(key)
        if held:
            if held.version == statement.version:
                return "unchanged", None
            if held.version[:2] == statement.version[:2]:
                return "refused", "revision-fork"
            if held.version > statement.version:
                return "stale", None
        self.contributions[key] = statement
        return "accepted", None

    def strength(self, one):
        """What the strategy compares, greatest first."""
        return strength(self.strategy, one)

    def winners(self):
        """The winning contribution by pattern."""
        best = {}
        for one in self.contributions.values():
            if one.value is None or one.value < self.threshold:
                continue
            held = best.get(one.pattern)
            if held is None or self.strength(one) > self.strength(held):
                best[one.pattern] = one
        return best

    def winners_total(self):
        """Count and digest of the live winners."""
        winners = self.winners().values()
        return {"count": len(winners), "digest": set_digest(w.item_digest("w1", self.name) for w in winners)}

    def contributions_total(self):
        """Count and digest of all contributions."""
        held = self.contributions.values()
        return {"count": len(held), "digest": set_digest(c.item_digest("k1", self.name) for c in held)}


RULES = {"skills-patterns": "value-score", "error-solutions": "value-or-confidence",
         "best-practices": "value-or-endorsements"}


def standard_collections():
    """The collections that every hub has from the start, empty."""
    return {name: Collection(name, rule) for name, rule in RULES.items()}
