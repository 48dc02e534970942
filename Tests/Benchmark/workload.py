"""The data every measurement uses: patterns of 600-byte payloads from ten nodes, one id in five contested."""

import json
import random

NODES = [f"node-{number:02d}" for number in range(10)]
# Of which the hub has nothing yet: a client's and a spoke's first push.
NEWCOMERS = ["newcomer-0", "newcomer-1"]
PAYLOAD_BYTES = 600
FIRST_REVISION = 1_790_000_000_000_000


def payload(rng, node):
    """A skill pattern whose JSON is PAYLOAD_BYTES long."""
    words = ["nix", "swift", "postgres", "cursor", "index", "socket", "flake", "vacuum", "token", "merge"]
    body = {
        "skill_name": " ".join(rng.choice(words) for _ in range(4)),
        "description": "",
        "success_examples": [" ".join(rng.choice(words) for _ in range(12))],
        "last_updated": 1_760_000_000 + rng.randrange(20_000_000),
        "value_score": round(0.7 + rng.random() * 0.3, 3),
        "usage_pattern": f"as seen on {node}",
    }
    missing = PAYLOAD_BYTES - len(json.dumps(body, separators=(",", ":")))
    body["description"] = "".join(rng.choice("abcdefghij klmnop") for _ in range(max(0, missing)))
    return body


def contributions(total, seed=1):
    """Per node a list of (id, payload); one id in five is also claimed by the next node."""
    rng = random.Random(seed)
    per_node = total // len(NODES)
    shared = per_node // 5
    ids = {node: [f"{rng.getrandbits(128):032x}" for _ in range(per_node)] for node in NODES}
    for position, node in enumerate(NODES):
        neighbour = NODES[(position + 1) % len(NODES)]
        ids[neighbour][:shared] = ids[node][per_node - shared:]
    return {node: [(identifier, payload(rng, node)) for identifier in ids[node]] for node in NODES}


def uuid_text(identifier):
    """The hyphenated spelling of 32 hexadecimal digits."""
    return "-".join((identifier[:8], identifier[8:12], identifier[12:16], identifier[16:20], identifier[20:]))


def push_bodies(items, per_push, revision=FIRST_REVISION):
    """NDJSON bodies of at most per_push items."""
    lines = [
        json.dumps({"id": uuid_text(identifier), "revision": revision + number, "payload": body},
                   separators=(",", ":")).encode()
        for number, (identifier, body) in enumerate(items)
    ]
    return [b"\n".join(lines[start:start + per_push]) + b"\n" for start in range(0, len(lines), per_push)]
