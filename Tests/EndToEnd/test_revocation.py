"""A node that went bad is taken out as if it had never spoken, or as if it had stopped at a certain time."""

import http.client
import os
import random
import time
from datetime import datetime, timezone

import pytest

from support import histories
from support.arena import wait_until
from support.client import Client, encode
from support.hub import Hub
from support.oracle import Judged
from support.spoke import Spoke
from support.statements import SKILLS, item, put, served, take_back, told, winner

SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))
PATTERNS = [f"p{n}" for n in range(40)]


def revoke(hub, node, *more):
    return hub.command_json("node", "revoke", node, "--recompute", *more)


def relay(hub):
    if "relay" not in hub.tokens:
        hub.enrol("relay", role="hub")
    return hub.client("relay")


def totals(hub):
    """Counts and digests of all contributions and winners."""
    return {(entry["name"], feed): (entry[feed]["count"], entry[feed]["digest"])
            for entry in relay(hub).manifest()["collections"] for feed in ("winners", "contributions")}


def told_alike(changes, before, after):
    """The changes that were told are those between what is served before and after."""
    told_changes = {one["id"]: one for one in changes}
    assert len(told_changes) == len(changes)
    assert set(told_changes) == {p for p in before.keys() | after.keys() if before.get(p) != after.get(p)}
    for pattern, one in told_changes.items():
        kinds = {(False, True): "gained", (True, False): "lost", (True, True): "changed"}
        assert one["change"] == kinds[pattern in before, pattern in after]
        for name, lines in (("was", before), ("becomes", after)):
            line = lines.get(pattern)
            assert one[name] == (line and {key: line[key] for key in ("origin", "value", "checksum")}), one


@pytest.mark.parametrize("strategy", ["highest-value", "latest", "merge"])
def test_a_revoked_node_leaves_a_hub_that_never_heard_of_it(arena, strategy):
    print(f"TRIBUTARY_SEED={SEED}")
    rng = random.Random(SEED)
    said = histories.history(rng, Judged(SKILLS, strategy=strategy), PATTERNS, time.time_ns() // 1000, distinct=True)
    with Hub(arena) as first, Hub(arena) as second:
        for hub, without in ((first, ()), (second, ("daria",))):
            hub.set_policy(SKILLS, strategy=strategy)
            histories.tell(hub, SKILLS, [one for one in said if one[0] not in without], rng)
        before, digests = served(relay(first)), totals(first)
        rehearsal = revoke(first, "daria", "--dry-run")
        assert served(relay(first)) == before and totals(first) == digests, "a rehearsal changes nothing"
        assert first.client("daria").get("/v1/manifest").status == 200
        done = revoke(first, "daria")
        assert served(relay(first)) == served(relay(second))
        assert totals(first) == totals(second)
        told_alike(done["changes"], before, served(relay(first)))
        assert (rehearsal.pop("dry_run"), done.pop("dry_run")) == (True, False)
        assert rehearsal == done and done["changes"] and done["reinstated"] == 0
        assert done["left_out"] == len({one["id"] for node, one in said if node == "daria"})


def test_what_was_said_before_a_certain_time_is_reinstated(fresh_hub):
    fresh_hub.start()
    alice, daria = fresh_hub.client("alice"), fresh_hub.client("daria")
    put(alice, "changed-since", 1, value_score=0.8)
    put(daria, "changed-since", 1, value_score=0.9, text="good", success_examples=["x"])
    put(daria, "untouched", 1, value_score=0.9)
    put(daria, "taken-back-since", 1, value_score=0.9)
    before = served(alice)
    daria.push(SKILLS, [{**item("vectored", 1), "vector": [0.25, 1.0]}])
    with_vector = served(alice)
    since = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    put(daria, "changed-since", 2, value_score=1, text="bad")
    put(daria, "changed-since", 3, value_score=1, text="worse")
    put(daria, "new-since", 1, value_score=1)
    put(daria, "vectored", 2, value_score=1)
    take_back(daria, "taken-back-since", 2)
    done = revoke(fresh_hub, "daria", "--since", since)
    assert served(alice) == with_vector and before.items() <= with_vector.items()
    assert (done["left_out"], done["reinstated"]) == (4, 3), done
    story = fresh_hub.command_json("why", SKILLS, "changed-since")
    assert {line["text"] for line in (one["payload"] for one in story["contributions"]) if "text" in line} == {"good"}
    assert {one["revision"] for one in story["history"] if one["ended_by"] == "revocation"} >= {3}


def test_corrections_reach_workstations_with_their_next_pull(fresh_hub):
    fresh_hub.start()
    spokes = {name: Spoke(fresh_hub, name) for name in ("alice", "bruno", "daria")}
    spokes["alice"].write(SKILLS, [item("both", value=0.8), item("mine")])
    spokes["daria"].write(SKILLS, [item("both", value=0.9), item("theirs")])
    for name in ("alice", "daria", "bruno", "alice"):
        spokes[name].sync()
    assert set(spokes["bruno"].learned_items(SKILLS)) == {"both", "mine", "theirs"}
    revoke(fresh_hub, "daria")
    for name in ("alice", "bruno"):
        report = next(one for one in spokes[name].sync()["collections"] if one["collection"] == SKILLS)
        assert report["read_from_beginning"] is False
    assert spokes["alice"].learned() == spokes["bruno"].learned()
    learned = spokes["bruno"].learned_items(SKILLS)
    assert set(learned) == {"both", "mine"} and learned["both"]["payload"]["federation"]["origin"] == "alice"
    assert spokes["daria"].run("sync").returncode == 4


def test_a_revoked_node_is_heard_no_more_and_absence_says_so(hub):
    daria = hub.client("leaver")
    put(daria, "only-hers", 1, value_score=0.9)
    revoke(hub, "leaver")
    for reply in (daria.get("/v1/manifest"), daria.push_raw(SKILLS, [item("only-hers", 2)])):
        assert (reply.status, reply.problem()) == (403, "node-revoked")
    story = told(hub.client("alice"), "only-hers")
    assert (story["winner"], story["absent"]["code"]) == (None, "left-out")
    assert story["absent"]["detail"]


def has_begun(hub, node, sent):
    """Whether a node's push was let in and, where it is long enough, stored in part."""
    stored = int(hub.psql(f"SELECT count(*) FROM contributions WHERE node = '{node}'"))
    seen = hub.psql(f"SELECT count(last_seen_at) FROM nodes WHERE node = '{node}'")
    return stored >= 5000 if sent > 5000 else seen == "1"


@pytest.mark.parametrize("first_part", [100, 6000], ids=["nothing of it stored", "a part of it stored"])
def test_a_push_in_flight_is_not_kept(hub, first_part):
    node = f"flying{first_part}"
    token = hub.enrol(node)
    lines = [encode([item(f"{node}-{n}", 1 + n)]) for n in range(first_part + 10)]
    with Client(hub.port, token, timeout=30) as client:
        client.connection.putrequest("POST", f"/v1/collections/{SKILLS}/contributions")
        client.connection.putheader("Authorization", f"Bearer {token}")
        client.connection.putheader("Content-Length", str(sum(map(len, lines))))
        client.connection.endheaders(b"".join(lines[:first_part]))
        wait_until(lambda: has_begun(hub, node, first_part), 20, "the push has begun")
        revoke(hub, node)
        try:
            client.connection.send(b"".join(lines[first_part:]))
            status = client.connection.getresponse().status
        except (OSError, http.client.HTTPException):
            status = 0
    assert status != 200, "it must not be told that its items were taken"
    assert hub.psql(f"SELECT count(*) FROM contributions WHERE node = '{node}'") == "0"
    assert not any(name.startswith(node) for name in served(hub.client("alice")))


def test_a_node_that_is_enrolled_again_can_speak_again(hub):
    put(hub.client("returner"), "again", 7, value_score=0.9, text="before")
    revoke(hub, "returner")
    assert winner(hub.client("alice"), "again") is None
    hub.enrol("returner")
    put(hub.client("returner"), "again", 1, value_score=0.9, text="after")
    line = winner(hub.client("alice"), "again")
    assert (line["origin"], line["incarnation"], line["payload"]["text"]) == ("returner", 2, "after")


def test_without_recompute_what_it_said_stays(hub):
    put(hub.client("stayer"), "stays", 1, value_score=0.9)
    before = served(hub.client("alice"))
    hub.command("node", "revoke", "stayer")
    assert served(hub.client("alice")) == before
    done = revoke(hub, "stayer")
    assert done["left_out"] == 1 and "stays" not in served(hub.client("alice")), "it can still be left out later"
    assert hub.run("node", "revoke", "stayer", "--since", "2026-01-01T00:00:00Z").returncode == 2
    assert hub.run("node", "revoke", "stayer", "--recompute", "--since", "soon").returncode == 2
