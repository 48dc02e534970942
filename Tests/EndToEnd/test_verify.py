"""What is stored can be recomputed from what was said; the checker finds what somebody else wrote."""

import json
import random

import pytest

from support.hub import Hub

SEED = random.SystemRandom().randrange(10**9)
SKILLS = "skills-patterns"
MERGED = "merged-notes"
REVIEWED = "reviewed-notes"
NODES = ["alice", "bruno", "chika"]


def statement(rng, number):
    payload = {"text": f"{number} {rng.choice('abcd')}", "value_score": rng.choice([0.5, 0.7, 0.8, 0.9]),
               "success_examples": rng.sample(["x", "y", "z"], 2), "last_updated": 1_700_000_000 + rng.randrange(1000)}
    vector = [rng.uniform(-1, 1) for _ in range(4)] if rng.random() < 0.3 else None
    return {"id": f"p{number:03}", "payload": payload, **({"vector": vector} if vector else {})}


@pytest.fixture(scope="module")
def held(arena):
    """A hub with some of everything: strategies, vectors, retractions of nodes and of operators, erased texts."""
    print(f"TRIBUTARY_SEED={SEED}")
    rng = random.Random(SEED)
    with Hub(arena) as hub:
        hub.set_policy(MERGED, strategy="merge", threshold=0.6)
        hub.set_policy(REVIEWED, strategy="manual", threshold=0.6)
        for round_number in range(2):
            for node in NODES:
                for collection in (SKILLS, MERGED, REVIEWED):
                    batch = [{**statement(rng, number), "revision": round_number + 1}
                             for number in rng.sample(range(300), 230)]
                    if round_number:
                        for taken_back in rng.sample(range(len(batch)), 15):
                            batch[taken_back] = {"id": batch[taken_back]["id"], "revision": 2, "retracted": True}
                    answer = hub.client(node).push(collection, batch)
                    assert answer.counts[3] == 0, answer
        # What is retracted below would be served otherwise, whatever was drawn.
        sure = [{"id": f"p{number:03}", "revision": 3, "payload": {"value_score": 0.9}} for number in (3, 4, 5)]
        assert hub.client(NODES[0]).push(SKILLS, sure).counts[0] == 3
        for number in (3, 4, 5):
            hub.command("retraction", "add", SKILLS, f"p{number:03}", "--reason", "seen to fail")
        hub.command("retraction", "add", SKILLS, "p006", "--reason", "holds a password", "--purge")
        hub.command("retraction", "add", MERGED, "p007", "--reason", "wrong", "--content")
        for conflict in hub.command_json("conflict", "list", "--collection", REVIEWED)["conflicts"][:10]:
            hub.command("conflict", "resolve", REVIEWED, conflict["id"], "--choose", "1", "--reason", "tested")
        hub.set_policy(MERGED, threshold=0.7)
        yield hub


def verify(hub, *words):
    done = hub.run("verify", "--json", *words)
    assert done.returncode in (0, 9), done
    found = {one["collection"]: one for one in json.loads(done.stdout)["collections"]}
    assert (done.returncode == 9) == any(one["differences"] for one in found.values()), done
    return found


def test_nothing_differs_in_what_the_hub_wrote(held):
    found = verify(held)
    assert {SKILLS, MERGED, REVIEWED} <= set(found)
    for one in found.values():
        assert one["differences"] == 0 and one["listed"] == [], one
        assert one["unsettled"] == 0, one
    counts = {c["collection"]: c for c in held.command_json("collection", "list")["collections"]}
    for name in (SKILLS, MERGED, REVIEWED):
        assert found[name]["contributions"] == counts[name]["contributions"] > 400
        assert found[name]["winners"] == counts[name]["winners"] > 50
    assert found[SKILLS]["earlier_versions"] > 100
    assert found[SKILLS]["resolutions"] == 4 and found[REVIEWED]["resolutions"] == 10
    shown = held.command("verify", "--collection", SKILLS)
    assert "nothing differs" in shown and MERGED not in shown
    shown = held.command("verify").splitlines()
    assert len(shown) == len(found) and all("nothing differs" in line for line in shown), "a line for each"


ONE = "(SELECT ctid FROM contributions WHERE collection = '%s' AND %s ORDER BY pattern_id, node LIMIT 1)"
HELD = "payload IS NOT NULL AND value >= 0.8 AND NOT is_withheld"


@pytest.mark.parametrize("change, collection, expected", [
    (f"UPDATE contributions SET payload = replace(payload, 'success', 'failure') WHERE ctid = {ONE % (SKILLS, HELD)}",
     SKILLS, {"payload"}),
    (f"UPDATE contributions SET value = 0.71 WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"value"}),
    (f"UPDATE contributions SET updated_at = now() WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"value"}),
    (f"UPDATE contributions SET vector = set_byte(vector, 0, 255 - get_byte(vector, 0)) "
     f"WHERE ctid = {ONE % (SKILLS, 'vector IS NOT NULL')}", SKILLS, {"vector"}),
    (f"UPDATE contributions SET is_withheld = true WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"withholding"}),
    (f"UPDATE contributions SET revision = revision + 1 WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"digest"}),
    (f"DELETE FROM contributions WHERE ctid = {ONE % (MERGED, HELD)}", MERGED, {"digest", "winner"}),
    (f"DELETE FROM contributions WHERE collection = '{SKILLS}' AND pattern_id = "
     f"(SELECT max(pattern_id) FROM winners WHERE collection = '{SKILLS}' AND state = 'live')", SKILLS,
     {"digest", "winner"}),
    (f"DELETE FROM winners WHERE collection = '{SKILLS}' AND pattern_id = "
     f"(SELECT max(pattern_id) FROM winners WHERE collection = '{SKILLS}' AND state = 'live')", SKILLS,
     {"digest", "winner"}),
    (f"UPDATE winners SET value = 0.99 WHERE collection = '{REVIEWED}' AND pattern_id = "
     f"(SELECT max(pattern_id) FROM winners WHERE collection = '{REVIEWED}' AND state = 'live')", REVIEWED, {"winner"}),
    (f"UPDATE winners SET payload = payload || ' ' WHERE collection = '{MERGED}' AND pattern_id = "
     f"(SELECT max(pattern_id) FROM winners WHERE collection = '{MERGED}' AND payload IS NOT NULL)", MERGED, {"winner"}),
    (f"DELETE FROM resolutions WHERE collection = '{SKILLS}' AND pattern_id = 'p003'", SKILLS, {"digest", "winner"}),
    (f"UPDATE feed_heads SET count = count + 1 WHERE collection = '{SKILLS}' AND feed = 'winners'", SKILLS, {"digest"}),
    (f"UPDATE feed_heads SET number = number - 1 WHERE collection = '{SKILLS}' AND feed = 'contributions'", SKILLS,
     {"numbers"}),
    (f"DROP INDEX contributions_feed; UPDATE contributions SET feed_number = (SELECT min(feed_number) FROM contributions "
     f"WHERE collection = '{SKILLS}') WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"numbers"}),
    (f"UPDATE contributions SET feed_number = 0 WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"numbers"}),
    (f"UPDATE contributions SET peak_value = 0.1 WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"peak"}),
    (f"UPDATE contributions SET peak_value = NULL WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"peak"}),
    (f"UPDATE contributions SET path = ARRAY['no hub!'] WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS, {"path"}),
    (f"UPDATE contributions SET path = array_fill('us'::text, ARRAY[17]) WHERE ctid = {ONE % (SKILLS, HELD)}", SKILLS,
     {"path"}),
    (f"UPDATE contribution_history SET payload = replace(payload, 'value', 'values') WHERE ctid = "
     f"(SELECT ctid FROM contribution_history WHERE collection = '{SKILLS}' AND payload IS NOT NULL LIMIT 1)", SKILLS,
     {"history"}),
    (f"UPDATE contribution_history SET vector = set_byte(vector, 0, 255 - get_byte(vector, 0)) WHERE ctid = "
     f"(SELECT ctid FROM contribution_history WHERE collection = '{SKILLS}' AND vector IS NOT NULL LIMIT 1)", SKILLS,
     {"history"}),
])
def test_what_somebody_else_wrote_is_found(held, change, collection, expected):
    tables = ("contributions", "winners", "resolutions", "feed_heads", "contribution_history")
    index = held.psql("SELECT indexdef FROM pg_indexes WHERE indexname = 'contributions_feed'")
    held.psql(";".join(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}" for table in tables))
    try:
        held.psql(change)
        found = verify(held, "--collection", collection)[collection]
        assert expected <= {one["what"] for one in found["listed"]}, found
        assert found["differences"] >= len(expected)
        assert not any(" 1 contributors" in one["stored"] + one["recomputed"] for one in found["listed"]), found
        shown = held.run("verify", "--collection", collection)
        assert shown.returncode == 9 and "difference" in shown.stderr and collection in shown.stdout, shown
    finally:
        held.psql("BEGIN; " + "; ".join(
            f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; DROP TABLE kept_{table}"
            for table in tables) + "; COMMIT")
        held.psql(index.replace("INDEX", "INDEX IF NOT EXISTS", 1))
    assert verify(held, "--collection", collection)[collection]["differences"] == 0


def test_differences_are_all_counted_and_some_listed(held):
    held.psql("CREATE TABLE kept AS SELECT * FROM contributions")
    try:
        held.psql(f"UPDATE contributions SET value = 0.75 WHERE collection = '{SKILLS}' AND value = 0.9")
        found = verify(held, "--collection", SKILLS, "--limit", "5")[SKILLS]
        assert len(found["listed"]) == 5 < found["differences"]
        assert "--limit" in held.run("verify", "--collection", SKILLS, "--limit", "5").stdout
    finally:
        held.psql("BEGIN; DELETE FROM contributions; INSERT INTO contributions SELECT * FROM kept; DROP TABLE kept; COMMIT")


def test_an_unknown_collection_is_named_with_what_may_have_been_meant(held):
    done = held.run("verify", "--collection", "skill-patterns")
    assert done.returncode == 1 and f"did you mean '{SKILLS}'?" in done.stderr, done
