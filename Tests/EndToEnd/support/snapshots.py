"""Snapshot files: made as the predecessor makes them, and read as it reads them."""

import gzip
import json
import random
import struct
import subprocess
import sys
from datetime import datetime, timezone
from hashlib import sha256

from .model import NO_VECTOR, content_checksum, digest, set_digest

COLLECTIONS = ("skills-patterns", "error-solutions", "best-practices")


def naive(seconds):
    """A time as the predecessor writes it."""
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None).isoformat()


def predecessor_item(pattern, payload, vector=(0.25, -0.5, 1e-3), node="old", seconds=1763700000.125):
    """One item of its export."""
    return {"id": pattern, "vector": list(vector), "payload": payload, "source_node": node,
            "export_timestamp": naive(seconds)}


def predecessor_snapshot(items, node="old", seconds=1763700000.125):
    """Its snapshot: a manifest that nothing can be checked by, and all with an indent of two, every number on a line."""
    collections = {name: list(items.get(name, ())) for name in COLLECTIONS}
    manifest = {"node_id": node, "timestamp": naive(seconds), "collections": {
        name: {"name": name, "count": 2 * len(found), "last_updated": naive(seconds),
               "high_value_count": found[1]["id"] if len(found) > 1 else None, "checksum": "83377ba94ee2577d"}
        for name, found in collections.items()}}
    return json.dumps({"manifest": manifest, "collections": collections}, indent=2).encode()


def load(path):
    """A snapshot as any reader of JSON has it."""
    with open(path, "rb") as file:
        data = file.read()
    return json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)


def as_the_predecessor(path, databases):
    """Imports a snapshot as the predecessor does: only `collections` counts, and an item without id, vector or payload is
    dropped. Returns how many were imported by collection."""
    imported = {}
    for name, items in load(path)["collections"].items():
        imported[name] = 0
        for item in items:
            try:
                payload = {**item["payload"], "imported_from": item.get("source_node", "unknown"),
                           "import_timestamp": datetime.now().isoformat()}
                databases[name].upsert(item["id"], item["vector"], payload)
                imported[name] += 1
            except (KeyError, ValueError):
                continue
    return imported


def checked(path):
    """The items of one of our own snapshots by collection and id, after checking what they say of themselves."""
    document = load(path)
    told = document["manifest"]["tributary"]
    assert told["format"] == 1
    assert set(told["collections"]) == set(document["collections"])
    sets = [part for name, one in sorted(told["collections"].items()) for part in (name, one["count"], one["digest"])]
    assert told["digest"] == digest("m1", document["manifest"]["node_id"], document["manifest"]["timestamp"], *sets)
    found = {}
    for name, items in document["collections"].items():
        assert told["collections"][name]["count"] == len(items)
        found[name], digests = {}, []
        for item in items:
            federation = item["payload"].pop("federation")
            pattern = federation.get("id", item["id"])
            assert federation["checksum"] == content_checksum(name, pattern, item["payload"])
            assert item["source_node"] == federation.get("origin", "unknown")
            vector = item.get("vector")
            if vector is not None:
                packed = struct.pack(f"<{len(vector)}f", *vector)
                assert federation["vector_digest"] == sha256(packed).hexdigest()
            said = digest("s1", name, pattern, federation.get("origin", ""), federation.get("incarnation", ""),
                          federation.get("revision", ""), federation["checksum"],
                          federation.get("vector_digest", NO_VECTOR), "" if vector is None else "vector",
                          item.get("vector_model", federation.get("vector_model", "")),
                          json.dumps(federation["parents"], separators=(",", ":")) if "parents" in federation else "")
            assert federation["digest"] == said, item
            digests.append(said)
            found[name][pattern] = {**item, "federation": federation}
        assert len(found[name]) == len(items)
        assert told["collections"][name]["digest"] == set_digest(digests)
    return found


def as_floats(numbers):
    """Numbers as the nearest 32-bit numbers, which a vector consists of."""
    return list(struct.unpack(f"<{len(numbers)}f", struct.pack(f"<{len(numbers)}f", *numbers)))


def random_vector(rng, dimension):
    """Numbers of a vector that are 32-bit numbers already."""
    return as_floats([rng.gauss(0, 0.05) for _ in range(dimension)])


def write_many(path, count, dimension, seed=1):
    """Writes a large snapshot of the predecessor's, little by little."""
    rng = random.Random(seed)
    with open(path, "w", encoding="ascii") as file:
        file.write('{\n  "manifest": {"node_id": "old", "timestamp": "%s", "collections": {}},\n' % naive(1763700000))
        file.write('  "collections": {\n    "skills-patterns": [')
        vectors = ["%s" % random_vector(rng, dimension) for _ in range(50)] if dimension else []
        for number in range(count):
            payload = {"skill_name": f"skill {number}", "description": "%064x" % rng.getrandbits(256) * 7,
                       "value_score": 0.7 + number % 30 / 100, "last_updated": 1763000000 + number}
            vector = f'"vector": {rng.choice(vectors)}, ' if vectors else ""
            file.write(f"""{',' if number else ''}
      {{"id": "{number:08x}-0000-4000-8000-000000000000", {vector}"payload": {json.dumps(payload)},
       "source_node": "old", "export_timestamp": "{naive(1763700000)}"}}""")
        file.write("\n    ]\n  }\n}\n")


MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
sys.exit(code)
"""


def measured(words):
    """Runs a program that has to succeed; returns the greatest memory that it held, in MiB."""
    done = subprocess.run([sys.executable, "-c", MEASURE, *words], capture_output=True, text=True, timeout=900,
                          check=False)
    assert done.returncode == 0, done
    return int(done.stdout.splitlines()[-1])
