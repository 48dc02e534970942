"""Random histories of several nodes that say, improve, repeat, echo and take back patterns; from a seed."""

import json

from .canonical import parse

NODES = ("alice", "bruno", "chika", "daria")
ELEMENTS = ["one", "two", "three", "caf\u00e9", "cafe\u0301", 1, 1.5, True, None, ["one"], {"a": 1, "b": [2]}, "", "4"]
TIMES = [1_700_000_000, 1_700_000_000.5, "2023-11-14T22:13:20Z", "2026-01-01T00:00:00Z", None]
RULES = {"success_examples": "union:20", "tags": "union:3", "usage_count": "sum", "cost": "sum", "note": "best"}
# What a history may say of a field that is united or summed, usable or not.
UNUSABLE = ["text", None, {"a": 1}, True]


def payload(rng, node):
    """A payload whose fields are united, summed, or taken from the best."""
    made = {"value_score": rng.choice([0.3, 0.7, 0.7, 0.8, 0.8, 0.95, 1]), "note": rng.choice(["x", "y", "z"])}
    if rng.random() < 0.5:
        made["by"] = node
    if rng.random() < 0.7:
        made["last_updated"] = rng.choice(TIMES)
    for name in ("success_examples", "tags"):
        if rng.random() < 0.8:
            made[name] = rng.choices(ELEMENTS, k=rng.randrange(6))
    if rng.random() < 0.8:
        made["usage_count"] = rng.choice([0, 1, 7, 7.0, -3, 2**53 - 1, 0.5])
    if rng.random() < 0.5:
        made["cost"] = rng.choice([0.1, 0.2, 0.3, 1e-9, 1, -0.7, 1e15])
    if rng.random() < 0.1:
        made[rng.choice(["tags", "usage_count"])] = rng.choice(UNUSABLE)
    return made


def history(rng, judged, patterns, now, length=6, distinct=False):
    """(node, item) in the order in which they are said; `judged` joins them on the way.

    With `distinct`, no two nodes ever say the same.
    """
    said, revision = [], now - 10**9
    for _ in range(length * len(patterns)):
        node, pattern = rng.choice(NODES), rng.choice(patterns)
        revision += rng.randrange(1, 1000)
        item = {"id": pattern, "revision": revision}
        held = judged.contributions.get((pattern, node))
        merged = None if held or distinct or rng.random() < 0.5 else judged.winners().get(pattern)
        if held and rng.random() < 0.2:
            item["retracted"] = True
        elif merged:
            # Somebody new says again, as one's own, what was made of the others.
            item["payload"] = parse(merged.payload)
        else:
            item["payload"] = payload(rng, node) | ({"by": node} if distinct else {})
        if "payload" in item and rng.random() < 0.1:
            item["vector"] = [rng.choice([0.25, 1.0, -0.5]) for _ in range(3)]
        verdict = judged.push(json.dumps(item).encode(), node, now)
        assert verdict == ("accepted", None), (verdict, item)
        said.append((node, item))
    return said


def tell(hub, collection, said, rng=None):
    """Tells a hub a history, in its order or, with `rng`, in one of chance, partly twice; each node in batches."""
    if rng:
        said = list(said) + rng.choices(said, k=len(said) // 4)
        rng.shuffle(said)
    while said:
        node, size = said[0][0], rng.choice([1, 3, 20]) if rng else 1
        batch = [item for who, item in said[:size] if who == node]
        rest = [one for one in said[:size] if one[0] != node]
        answer = hub.client(node).push(collection, batch)
        assert answer.end["refused"] == 0, answer
        said = rest + said[size:]
