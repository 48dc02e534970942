"""An HTTP client of a hub that trusts nothing: it checks every count, digest and checksum of the answers."""

import gzip
import hashlib
import http.client
import json
import urllib.parse
from dataclasses import dataclass, field

from .model import content_checksum, digest, retraction_checksum, set_digest, NO_VECTOR

NDJSON = "application/x-ndjson"
CHECKPOINT_INTERVAL = 5000
PARENT = {"origin", "incarnation", "revision", "checksum"}


@dataclass
class Reply:
    """An HTTP answer, read to its end."""
    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)

    def problem(self):
        """The code of a problem document, after checking its shape."""
        assert self.headers["content-type"] == "application/problem+json", (self.headers, self.body)
        document = self.json()
        assert document["type"].startswith("urn:tributary:problem:"), document
        assert document["status"] == self.status, document
        assert document["title"] and document["detail"] and document["instance"], document
        assert document["instance"] == self.headers["x-request-id"]
        return document["type"].removeprefix("urn:tributary:problem:")


@dataclass
class PushAnswer:
    """The checked answer to a push."""
    verdicts: list
    end: dict

    @property
    def counts(self):
        return tuple(self.end[name] for name in ("accepted", "unchanged", "stale", "refused"))

    def by_line(self):
        """(verdict, code) of every line of the body, from 1."""
        told = {v["line"]: (v["verdict"], v.get("code")) for v in self.verdicts}
        return [told.get(line, ("accepted", None)) for line in range(1, self.end["received"] + 1)]


@dataclass
class Feed:
    """A checked answer of a feed: its lines without markers, its checkpoints and its end marker."""
    lines: list
    checkpoints: list
    end: dict
    headers: dict = field(default_factory=dict)

    @property
    def cursor(self):
        return self.end["cursor"]


class Incomplete(AssertionError):
    """An answer without its end marker."""


class Client:
    """One node's kept-alive connection to a hub."""

    def __init__(self, port, token=None, node=None, timeout=60):
        self.port, self.token, self.node = port, token, node
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        """Sends one request, on a fresh connection when the kept one is gone."""
        all_headers = {}
        if self.token:
            all_headers["Authorization"] = f"Bearer {self.token}"
        if self.node:
            all_headers["Tributary-Node"] = self.node
        all_headers.update(headers or {})
        try:
            self.connection.request(method, path, body, all_headers)
            response = self.connection.getresponse()
            data = response.read()
        except (http.client.HTTPException, OSError):
            self.connection.close()
            raise
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, data)

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def manifest(self, collection=None):
        """The manifest, or one collection's entry in it."""
        reply = self.get("/v1/manifest")
        assert reply.status == 200, reply
        document = reply.json()
        if collection is None:
            return document
        return next(entry for entry in document["collections"] if entry["name"] == collection)

    def push_raw(self, collection, body, headers=None):
        """Pushes a body of bytes, or of lines or items; returns the reply, whatever it is."""
        return self.request("POST", f"/v1/collections/{collection}/contributions", encode(body),
                            {"Content-Type": NDJSON, **(headers or {})})

    def push(self, collection, body, headers=None):
        """Pushes and expects an answer with an end marker."""
        reply = self.push_raw(collection, body, headers)
        assert reply.status == 200, reply
        return check_push(reply)

    def feed(self, collection, name="winners", headers=None, **parameters):
        """Reads a feed and checks every line and marker of it."""
        query = urllib.parse.urlencode(parameters)
        reply = self.get(f"/v1/collections/{collection}/{name}" + (f"?{query}" if query else ""), headers)
        assert reply.status == 200, reply
        return check_feed(reply, collection, name, with_payload=str(parameters.get("payload", 1)) == "1")

    def winners(self, collection, **parameters):
        return self.feed(collection, **parameters)

    def contributions(self, collection, **parameters):
        return self.feed(collection, "contributions", **parameters)


def encode(body):
    """NDJSON of bytes, or of a list of lines and items."""
    if isinstance(body, bytes) or body is None or hasattr(body, "__next__"):
        return body
    lines = (one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() for one in body)
    return b"".join(line + b"\n" for line in lines)


def check_push(reply):
    """The answer to a push, its sums and digest checked."""
    *verdicts, last = reply.body.splitlines(keepends=True) or [b"{}"]
    end = json.loads(last).get("end")
    if end is None or not last.endswith(b"\n"):
        raise Incomplete(reply.body[-200:])
    assert end["digest"] == hashlib.sha256(b"".join(verdicts)).hexdigest()
    assert end["verdicts"] == len(verdicts)
    answer = PushAnswer([json.loads(line) for line in verdicts], end)
    assert sum(answer.counts) == end["received"]
    lines = [verdict["line"] for verdict in answer.verdicts]
    assert lines == sorted(set(lines))
    told = [v["verdict"] for v in answer.verdicts]
    assert answer.counts[1:] == tuple(told.count(name) for name in ("unchanged", "stale", "refused"))
    for verdict in answer.verdicts:
        refused = verdict["verdict"] == "refused"
        assert refused == ("code" in verdict) == ("detail" in verdict) == ("retryable" in verdict), verdict
    return answer


def item_digest(kind, collection, line):
    """The item digest of a line of a feed."""
    return digest(kind, collection, line["id"], line["origin"], line["incarnation"], line["revision"],
                  line["checksum"], line.get("vector_digest", NO_VECTOR))


def check_feed(reply, collection, name, with_payload=True):
    """The lines and markers of a feed, every checksum and digest checked."""
    body = reply.body
    if reply.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    rows = body.splitlines(keepends=True)
    feed = Feed([], [], None, reply.headers)
    digests = []
    for row in rows:
        assert feed.end is None, "a line behind the end marker"
        line = json.loads(row)
        marker = line.get("checkpoint") or line.get("end")
        if marker is None:
            feed.lines.append(line)
            digests += _check_line(line, collection, name, with_payload)
            continue
        assert marker["lines"] == len(feed.lines)
        assert marker["digest"] == set_digest(digests)
        if "end" in line and row.endswith(b"\n"):
            feed.end = marker
        else:
            assert marker["lines"] % CHECKPOINT_INTERVAL == 0
            feed.checkpoints.append(marker)
    if feed.end is None:
        raise Incomplete(body[-200:])
    return feed


def _check_line(line, collection, name, with_payload):
    if name == "winners" and line["state"] == "retracted":
        assert set(line) == {"id", "state"}, line
        return []
    if line["state"] == "retracted":
        assert line["checksum"] == retraction_checksum(collection, line["id"])
        assert "payload" not in line
    elif with_payload:
        assert line["checksum"] == content_checksum(collection, line["id"], line["payload"]), line
    if "parents" in line:
        assert name == "winners" and len(line["parents"]) > 1, line
        assert [set(one) for one in line["parents"]] == [PARENT] * len(line["parents"]), line
        assert [one["origin"] for one in line["parents"]] == sorted({one["origin"] for one in line["parents"]}), line
    return [item_digest("w1" if name == "winners" else "k1", collection, line)]
