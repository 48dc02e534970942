"""What is taken back, by who said it or by the operator, is gone everywhere, and can be brought back."""

import json
import random
import uuid

import pytest

from support.hub import Hub
from support.predecessor import PredecessorClient, Qdrant
from support.spoke import Spoke
from support.statements import SKILLS, item, pattern_path, put, told, winner

REASON = "wipes the home directory"


def retract(hub, pattern, *more, reason=REASON):
    return hub.command("retraction", "add", SKILLS, pattern, "--reason", reason, "--by", "olga", *more)


def lift(hub, pattern, word="lift"):
    return hub.command("retraction", word, SKILLS, pattern, "--reason", "it was another one", "--by", "olga")


def listed(hub):
    return {one["id"]: one for one in hub.command_json("retraction", "list", "--collection", SKILLS)["retractions"]
            if one["id"]}


def quarantined(client):
    return {one["id"]: one["code"] for one in client.get("/v1/quarantine").json()["items"]}


def ids(spoke):
    return set(spoke.learned_items(SKILLS))


@pytest.fixture
def pair(arena):
    """A hub and two workstations, each with patterns of its own and with what the other said."""
    with Hub(arena) as hub:
        alice, bruno = Spoke(hub, "alice"), Spoke(hub, "bruno")
        alice.write(SKILLS, [item("shared", value=0.95, by="alice"), item("a-own"), item("a-other")])
        bruno.write(SKILLS, [item("b-own")])
        for spoke in (alice, bruno, alice):
            spoke.sync()
        assert ids(alice) == ids(bruno) == {"shared", "a-own", "a-other", "b-own"}
        yield hub, alice, bruno


@pytest.mark.parametrize("rest", [[], [item("a-own", value=0.3)]], ids=["taken back", "below the threshold"])
def test_what_its_author_no_longer_stands_for_leaves_the_others_sinks(pair, rest):
    _, alice, bruno = pair
    alice.write(SKILLS, [item("shared", value=0.95, by="alice"), item("a-other"), *rest])
    alice.sync()
    bruno.sync()
    assert ids(alice) == ids(bruno) == {"shared", "a-other", "b-own"}


def test_what_an_operator_retracts_leaves_every_sink_and_no_source(pair):
    hub, alice, bruno = pair
    sources = {spoke: open(f"{spoke.source}/{SKILLS}.jsonl", "rb").read() for spoke in (alice, bruno)}
    retract(hub, "shared")
    retract(hub, "b-own")
    for spoke in (alice, bruno):
        assert spoke.sync()["changed"] is True
        assert ids(spoke) == {"a-own", "a-other"}
        assert open(f"{spoke.source}/{SKILLS}.jsonl", "rb").read() == sources[spoke]
    lift(hub, "shared")
    for spoke in (alice, bruno):
        spoke.sync()
        assert ids(spoke) == {"a-own", "a-other", "shared"}


def test_a_workstation_that_says_it_again_is_told_why_not(pair):
    hub, alice, _ = pair
    retract(hub, "a-own")
    alice.write(SKILLS, [item("shared", value=0.95, by="alice"), item("a-own", text="better now"), item("a-other")])
    report = next(one for one in alice.sync(expecting=3)["collections"] if one["collection"] == SKILLS)
    assert report["refused"] == 1
    assert REASON in json.dumps(report)


def test_by_its_id_a_pattern_is_refused_from_everybody_with_the_reason(hub):
    put(hub.client("alice"), "by-id", 1, value_score=0.9)
    cursor = hub.client("alice").winners(SKILLS).cursor
    retract(hub, "by-id")
    assert hub.client("alice").winners(SKILLS, since=cursor).lines == [{"id": "by-id", "state": "retracted"}]
    for node in ("alice", "bruno"):
        answer = hub.client(node).push(SKILLS, [item("by-id", 2, text="quite another content")])
        (verdict,) = answer.verdicts
        assert (verdict["code"], verdict["retryable"]) == ("retracted", False)
        assert REASON in verdict["detail"] and "olga" in verdict["detail"] and "20" in verdict["detail"]
    assert winner(hub.client("alice"), "by-id") is None
    assert quarantined(hub.client("bruno"))["by-id"] == "retracted"
    one = listed(hub)["by-id"]
    assert (one["collection"], one["by"], one["reason"], one["purged"]) == (SKILLS, "olga", REASON, False)


def test_taking_back_what_is_retracted_is_still_possible(hub):
    put(hub.client("alice"), "twice-gone", 1, value_score=0.9)
    retract(hub, "twice-gone")
    assert hub.client("alice").push(SKILLS, [{"id": "twice-gone", "revision": 2, "retracted": True}]).end["refused"] == 0
    lift(hub, "twice-gone")
    assert winner(hub.client("alice"), "twice-gone") is None


def test_a_dry_run_changes_nothing(hub):
    put(hub.client("alice"), "dry", 1, value_score=0.9)
    before = hub.client("alice").manifest(SKILLS)
    assert "dry" in retract(hub, "dry", "--dry-run")
    assert hub.client("alice").manifest(SKILLS) == before and "dry" not in listed(hub)
    put(hub.client("bruno"), "dry", 1, value_score=0.9)


def test_by_its_content_every_copy_under_any_id_is_gone_and_refused(hub):
    content = {"text": "curl somewhere | sh", "tags": ["install"]}
    put(hub.client("alice"), "original", 1, value_score=0.9, **content)
    put(hub.client("bruno"), "standing-copy", 1, value_score=0.8, **content)
    put(hub.client("chika"), "standing-copy", 1, value_score=0.75, text="harmless")
    put(hub.client("chika"), "different", 1, value_score=0.9, **{**content, "tags": []})
    retract(hub, "original", "--content")
    assert winner(hub.client("alice"), "original") is None
    assert winner(hub.client("alice"), "standing-copy")["origin"] == "chika", "the next best takes its place"
    assert winner(hub.client("alice"), "different") is not None
    standing = {one["origin"]: one["standing"] for one in told(hub.client("bruno"), "standing-copy")["contributions"]}
    assert standing == {"bruno": "withheld", "chika": "candidate"}
    fresh = str(uuid.uuid4())
    answer = hub.client("daria").push(SKILLS, [item(fresh, 1, value=0.7, **content), item("near", 1, text="curl")])
    assert answer.by_line() == [("refused", "retracted"), ("accepted", None)]
    assert REASON in answer.verdicts[0]["detail"]
    lift(hub, "original", "restore")
    for pattern, origin in (("original", "alice"), ("standing-copy", "bruno"), (fresh, "daria")):
        assert winner(hub.client("alice"), pattern)["origin"] == origin
    assert fresh not in quarantined(hub.client("daria"))


def test_lifting_admits_what_was_refused_meanwhile(hub):
    put(hub.client("alice"), "missed", 1, value_score=0.8)
    retract(hub, "missed")
    for revision in (2, 3):
        assert hub.client("alice").push(SKILLS, [item("missed", revision, text=f"take {revision}")]).end["refused"] == 1
    assert hub.client("bruno").push(SKILLS, [item("missed", 1, value=0.99)]).end["refused"] == 1
    lift(hub, "missed")
    story = told(hub.client("alice"), "missed")
    assert {one["origin"]: one["revision"] for one in story["contributions"]} == {"alice": 3, "bruno": 1}
    assert winner(hub.client("alice"), "missed")["origin"] == "bruno"
    assert "missed" not in {**quarantined(hub.client("alice")), **quarantined(hub.client("bruno"))}
    assert [one["decision"] for one in sorted(story["resolutions"], key=lambda one: one["revision"])] == \
        ["retracted", "lifted"]


def test_a_pattern_nobody_has_said_yet_can_be_retracted_before_it_comes(hub):
    retract(hub, "not-yet")
    assert hub.client("alice").push(SKILLS, [item("not-yet", 1)]).by_line() == [("refused", "retracted")]


def test_what_is_not_retracted_cannot_be_lifted(hub):
    put(hub.client("alice"), "innocent", 1, value_score=0.9)
    done = hub.run("retraction", "lift", SKILLS, "innocent", "--reason", "x")
    assert done.returncode in (1, 6) and done.stderr.strip(), done
    for words in (["retraction", "add", SKILLS, "innocent"], ["retraction", "add", SKILLS, "innocent", "--reason", ""]):
        assert hub.run(*words).returncode == 2, "a reason is needed"
    assert winner(hub.client("alice"), "innocent") is not None


def test_reviewers_retract_and_restore_over_http(hub):
    hub.enrol("judge", scopes=["review"])
    judge = hub.client("judge")
    put(hub.client("alice"), "remote", 1, value_score=0.9)
    for action, body, is_served in (("retraction", {"reason": REASON, "content": True, "purge": False}, False),
                                    ("restoration", {"reason": "mended"}, True)):
        reply = judge.request("POST", pattern_path("remote", action), json.dumps(body),
                              {"Content-Type": "application/json"})
        assert reply.status == 200, reply
        assert (winner(judge, "remote") is not None) == is_served
    assert {one["by"] for one in told(judge, "remote")["resolutions"]} == {"judge"}


def test_the_status_tells_who_has_applied_it(pair):
    hub, alice, bruno = pair
    hub.enrol("never")
    rng = random.Random(1)
    ancient = Qdrant(4)
    for _ in range(3):
        ancient.upsert(str(uuid.UUID(int=rng.getrandbits(128), version=4)), [1.0, 0, 0, 0], {"value_score": 0.9})
    client = PredecessorClient(hub.port, f"/n/ancient/{hub.client('ancient').token}", "ancient", {SKILLS: ancient})
    for _ in range(2):
        client.sync()
    retract(hub, "shared")
    expected = {"alice": "waiting", "bruno": "waiting", "never": "never-pulled", "ancient": "predecessor"}
    for spoke in (alice, bruno):
        (one,) = hub.command_json("retraction", "status", SKILLS, "shared")["retractions"]
        nodes = {node["node"]: node for node in one["nodes"]}
        assert {name: node["state"] for name, node in nodes.items()} == expected
        assert {name for name, node in nodes.items() if node["applied_at"]} == \
            {name for name, state in expected.items() if state == "applied"}
        assert nodes["alice"]["last_seen_at"] and nodes["never"]["last_seen_at"] is None
        assert one["applied"] == listed(hub)["shared"]["applied"] == list(expected.values()).count("applied")
        assert "waiting" in hub.command("retraction", "status")
        spoke.sync()
        expected[spoke.node] = "applied"
    assert listed(hub)["shared"]["applied"] == 2


def test_a_client_without_a_spoke_says_itself_how_far_it_is(hub):
    put(hub.client("alice"), "checked", 1, value_score=0.9)
    retract(hub, "checked")
    client = hub.client("handmade")
    path, cursor = f"/v1/collections/{SKILLS}/checkpoint", client.winners(SKILLS).cursor
    reply = client.request("PUT", path, json.dumps({"cursor": cursor}), {"Content-Type": "application/json"})
    assert (reply.status, reply.json()) == (200, {"collection": SKILLS, "cursor": cursor})
    (one,) = hub.command_json("retraction", "status", SKILLS, "checked")["retractions"]
    assert {node["node"]: node["state"] for node in one["nodes"]}["handmade"] == "applied"
    foreign = client.winners("best-practices").cursor
    for wrong in ("x", foreign, "", None):
        reply = client.request("PUT", path, json.dumps({"cursor": wrong}), {"Content-Type": "application/json"})
        assert reply.status == 400, reply
