"""The client of the system that came before, as it behaves: its comparisons, its omissions, its errors."""

import gzip
import hashlib
import http.client
import json
import math
import re
import struct
from datetime import datetime

HIGH_VALUE = 0.7
EXPORT_LIMIT = 1000
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


class Qdrant:
    """One collection as its vector database holds it: ids are unsigned integers or UUIDs, integers come first."""

    def __init__(self, dimension):
        self.dimension = dimension
        self.points = {}

    def upsert(self, pattern, vector, payload):
        if isinstance(pattern, bool) or not isinstance(pattern, (int, str)):
            raise ValueError(f"{pattern!r} is not a valid point ID")
        if isinstance(pattern, int) and not 0 <= pattern < 2**64:
            raise ValueError(f"{pattern} is not a valid point ID")
        if isinstance(pattern, str) and not UUID.match(pattern):
            raise ValueError(f"{pattern!r} is not a valid UUID")
        if len(vector) != self.dimension:
            raise ValueError(f"Vector dimension error: expected dim: {self.dimension}, got {len(vector)}")
        # Vectors compared by their angle are kept at length 1; what is close to it already stays as it is.
        length = math.sqrt(sum(x * x for x in vector))
        if length == 0 or abs(length - 1) <= 1e-6:
            length = 1.0
        kept = struct.unpack(f"<{len(vector)}f", struct.pack(f"<{len(vector)}f", *(x / length for x in vector)))
        self.points[pattern] = (list(kept), payload)

    def scroll(self, limit, minimum=None):
        """The first points in the order of ids, and the id behind them."""
        ids = [p for kind in (int, str) for p in sorted(p for p in self.points if isinstance(p, kind))]
        if minimum is not None:
            ids = [p for p in ids if isinstance(self.points[p][1].get("value_score"), (int, float))
                   and self.points[p][1]["value_score"] >= minimum]
        following = ids[limit] if len(ids) > limit else None
        return [(p, *self.points[p]) for p in ids[:limit]], following


class PredecessorClient:
    """Synchronises its collections with one address, a round at a time."""

    def __init__(self, port, path, node, collections):
        self.port, self.path, self.node = port, path, node
        self.collections = collections
        self.received = 0

    def call(self, method, path, body=None):
        """One request, as its HTTP library makes it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "python-httpx/0.27.0"}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        connection.request(method, self.path + path, body, headers)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        if response.status >= 400:
            raise RuntimeError(f"{response.status} for {path}: {data[:300]}")
        if response.getheader("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        self.received += len(data)
        return json.loads(data)

    def state(self, name):
        """What it compares. That the second value is an id, and no count, is its own mistake."""
        collection = self.collections[name]
        _, second = collection.scroll(1, HIGH_VALUE)
        count = len(collection.points)
        return {"name": name, "count": count, "high_value_count": second,
                "checksum": hashlib.sha256(f"{name}:{count}:{second}".encode()).hexdigest()[:16]}

    def sync(self):
        """One round; returns what it did by collection. A TypeError ends the round, as it does there."""
        manifest = self.call("GET", "/manifest")
        remote = {}
        for name, entry in manifest["collections"].items():
            remote[name] = {"name": entry["name"], "count": entry["count"], "last_updated": entry["last_updated"],
                            "high_value_count": entry.get("high_value_count", 0), "checksum": entry.get("checksum", "")}
        assert manifest["node_id"] and datetime.fromisoformat(manifest["timestamp"]).tzinfo is None
        results = {}
        for name in ("skills-patterns", "error-solutions", "best-practices"):
            there = remote.get(name)
            here = self.state(name) if name in self.collections else None
            if there is None and here is None:
                results[name] = ("skip", 0)
            elif there is None:
                results[name] = ("push", self.push(name))
            elif here is None:
                results[name] = ("pull", self.pull(name))
            elif there["checksum"] == here["checksum"]:
                results[name] = ("skip", 0)
            elif there["high_value_count"] > here["high_value_count"]:
                results[name] = ("pull", self.pull(name))
            else:
                results[name] = ("push", self.push(name))
        return results

    def push(self, name):
        points, _ = self.collections[name].scroll(EXPORT_LIMIT, HIGH_VALUE)
        body = [{"id": str(p), "vector": vector, "payload": payload, "source_node": self.node,
                 "export_timestamp": datetime.now().isoformat()} for p, vector, payload in points]
        return self.call("POST", f"/import/{name}", body).get("imported", 0)

    def pull(self, name):
        imported = 0
        for item in self.call("GET", f"/export/{name}"):
            if name not in self.collections:
                continue
            try:
                payload = {**item["payload"], "imported_from": item.get("source_node", "unknown"),
                           "import_timestamp": datetime.now().isoformat()}
                self.collections[name].upsert(item["id"], item["vector"], payload)
                imported += 1
            except (KeyError, ValueError):
                continue
        return imported
