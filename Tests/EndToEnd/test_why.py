"""Every explanation can be checked by hand: its facts lead to what is served, now and at any time in the past."""

import json
import math
import os
import random
import time
from datetime import datetime, timezone

import pytest

from support import histories
from support.arena import wait_until
from support.hub import Hub
from support.model import read_iso8601
from support.oracle import Judged, candidates, replay, strongest
from support.spoke import Spoke
from support.statements import SKILLS, item, pattern_path, put, served, take_back, told

SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))
PATTERNS = [f"p{n}" for n in range(40)]
STRATEGIES = ["highest-value", "latest", "merge", "manual"]


def why(hub, pattern, *more):
    return hub.command_json("why", SKILLS, pattern, *more)


def check_replay(document, line):
    """The facts of an explanation lead to the line that is served, and to what it says itself."""
    decided = replay(document)
    found = decided.winner and (decided.winner.origin, decided.winner.checksum)
    assert found == (line and (line["origin"], line["checksum"])), document
    stated = document["winner"]
    assert found == (stated and (stated["origin"], stated["checksum"])), document
    assert (line is None) == ("absent" in document)
    assert document["state"] == decided.state or (decided.state, document["state"]) == ("retracted", "none")
    assert list(decided.winner.parents if decided.winner else ()) == (stated or {}).get("parents", [])
    assert (document["contributors"], document["contents"]) == \
        (len(candidates(document)), len({one.checksum for one in candidates(document)}))


def check_runner_up(document):
    """Runner-up, criterion and margin are those of the strategy's order."""
    strategy, winner = document["strategy"], document["winner"]
    others = [one for one in candidates(document) if winner and one.origin != winner["origin"]]
    second = strongest(strategy, others)
    assert (document["runner_up"] and document["runner_up"]["origin"]) == (second and second.origin)
    if second is None:
        return
    times = [read_iso8601(winner["updated_at"]), second.updated_at]
    numbers = {"value": (winner["value"], second.value), "updated_at": times,
               "checksum": (winner["checksum"], second.checksum), "origin": (0, 1)}
    order = ["updated_at", "value"] if strategy == "latest" else ["value", "updated_at"]
    criterion = next(name for name in [*order, "checksum", "origin"] if numbers[name][0] != numbers[name][1])
    assert document["decided_by"] == criterion
    if criterion == "value":
        assert document["margin"] == pytest.approx(winner["value"] - second.value)
    elif criterion == "updated_at":
        assert document["margin"] == pytest.approx((times[0] - times[1]) / 1e6)


def check_flips(document):
    """Each change that is said to make another win does: at what is told, or a hair beyond it."""
    for flip in document["flips"]:
        assert flip["text"] and document["winner"]["origin"] != flip["then"]
        upwards = flip["origin"] != document["winner"]["origin"]
        outcomes = []
        for step in (0, 1):
            changed = json.loads(json.dumps(document))
            (line,) = [one for one in changed["contributions"] if one["origin"] == flip["origin"]]
            if flip["change"] == "retraction":
                changed["contributions"].remove(line)
            elif flip["change"] == "value":
                line["value"] = math.nextafter(flip["to"], 2 if upwards else -1) if step else flip["to"]
                if line["value"] < changed["threshold"]:
                    line["standing"] = "below-threshold"
            else:
                at = read_iso8601(flip["to"])
                line["updated_at"] = micros_text(at + (step if upwards else -step))
            winner = replay(changed).winner
            outcomes.append(winner and winner.origin)
        assert flip["then"] in outcomes, (flip, outcomes)


def micros_text(micros):
    return datetime.fromtimestamp(micros // 10**6, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + \
        f".{micros % 10**6:06}Z"


@pytest.fixture(scope="module")
def grown(arena):
    """A hub with a random history; its strategy is set by the tests."""
    with Hub(arena) as hub:
        judged = Judged(SKILLS, rules=histories.RULES)
        said = histories.history(random.Random(SEED), judged, PATTERNS, time.time_ns() // 1000, distinct=True)
        histories.tell(hub, SKILLS, said)
        hub.enrol("relay", role="hub")
        hub.patterns = sorted({one["id"] for _, one in said})
        yield hub


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_facts_lead_to_what_is_served(grown, strategy):
    print(f"TRIBUTARY_SEED={SEED}")
    rules = [word for name, rule in histories.RULES.items() for word in ("--merge", f"{name}={rule}")]
    grown.command("collection", "set", SKILLS, "--strategy", strategy, *rules)
    relay = grown.client("relay")
    if strategy == "manual":
        decide_some(grown, random.Random(SEED))
    lines = served(relay)
    for pattern in grown.patterns:
        document = told(relay, pattern)
        check_replay(document, lines.get(pattern))
        if strategy in ("highest-value", "latest"):
            check_runner_up(document)
            check_flips(document)
    assert why(grown, grown.patterns[0]) == told(relay, grown.patterns[0])


def decide_some(hub, rng):
    """A person decides half of the conflicts; then some nodes say something else."""
    listed = hub.command_json("conflict", "list", "--collection", SKILLS, "--limit", "1000")["conflicts"]
    assert len(listed) > 10
    for one in listed[::2]:
        number = rng.randrange(one["contents"]) + 1
        hub.command("conflict", "resolve", SKILLS, one["id"], "--choose", str(number), "--reason", "by lot")
    for one in listed[::3]:
        node = rng.choice(histories.NODES)
        revision = time.time_ns() // 1000
        answer = hub.client(node).push(SKILLS, [rng.choice([
            item(one["id"], revision, value=0.9, by=node, text="new"),
            {"id": one["id"], "revision": revision, "retracted": True}])])
        assert answer.end["refused"] == 0


def test_the_text_tells_winner_runner_up_and_margin(hub):
    put(hub.client("alice"), "skill-123", 1, value_score=0.85)
    put(hub.client("bruno"), "skill-123", 1, value_score=0.92)
    text = hub.command("why", SKILLS, "skill-123")
    for word in ("bruno", "0.92", "alice", "0.85", "0.07"):
        assert word in text, text
    assert why(hub, "skill-123")["summary"]


def test_a_workstation_is_told_the_same_but_not_what_others_said_in_vain(hub):
    spoke = Spoke(hub, "alice")
    put(hub.client("alice"), "asked/for", 1, value_score=0.8, text="mine")
    put(hub.client("bruno"), "asked/for", 1, value_score=0.9, text="his")
    put(hub.client("chika"), "asked/for", 1, value_score=0.7, text="hers")
    done = spoke.run("why", SKILLS, "asked/for", "--json")
    assert done.returncode == 0, done
    assert json.loads(done.stdout) == told(hub.client("alice"), "asked/for")
    payloads = {one["origin"]: one.get("payload", {}).get("text") for one in json.loads(done.stdout)["contributions"]}
    assert payloads == {"alice": "mine", "bruno": "his", "chika": None}
    hub.enrol("judge", scopes=["review"])
    seen = {one["origin"]: one["payload"]["text"] for one in told(hub.client("judge"), "asked/for")["contributions"]}
    assert seen == {"alice": "mine", "bruno": "his", "chika": "hers"}
    text = spoke.run("why", SKILLS, "asked/for").stdout
    assert "bruno" in text and "alice" in text


def test_what_waits_for_a_person_is_seen_by_its_author_and_by_reviewers_alone(hub):
    """Its author is the one whose older words are still served, which opens nothing of the newer ones."""
    hub.command("collection", "set", "team-notes", "--strategy", "manual")
    for node in ("alice", "bruno"):
        put(hub.client(node), "pending", 1, "team-notes", value_score=0.9, text=f"by {node}")
    hub.command("conflict", "resolve", "team-notes", "pending", "--choose", "1", "--reason", "tried it")
    author = served(hub.client("chika"), "team-notes")["pending"]["origin"]
    put(hub.client(author), "pending", 2, "team-notes", value_score=0.9, text="for nobody's eyes")
    assert "for nobody's eyes" not in json.dumps(told(hub.client("chika"), "pending", "team-notes"))
    assert "for nobody's eyes" in json.dumps(told(hub.client(author), "pending", "team-notes"))


def absence(hub, pattern):
    document = why(hub, pattern)
    assert document["winner"] is None and document["absent"]["detail"], document
    check_replay(document, None)
    return document["absent"]["code"]


def test_every_absence_has_its_reason(hub):
    alice = hub.client("alice")
    put(alice, "weak", 1, value_score=0.69)
    put(alice, "withdrawn", 1, value_score=0.9)
    take_back(alice, "withdrawn", 2)
    alice.push(SKILLS, [item("out-of-range", 1, value=7)])
    put(alice, "forbidden", 1, value_score=0.9)
    hub.command("retraction", "add", SKILLS, "forbidden", "--reason", "harmful")
    put(hub.client("goner"), "goners", 1, value_score=0.9)
    hub.command("node", "revoke", "goner", "--recompute")
    found = {pattern: absence(hub, pattern)
             for pattern in ("weak", "withdrawn", "out-of-range", "forbidden", "goners")}
    assert found == {"weak": "below-threshold", "withdrawn": "taken-back", "out-of-range": "quarantined",
                     "forbidden": "retracted", "goners": "left-out"}
    (refused,) = why(hub, "out-of-range")["quarantine"]
    assert (refused["node"], refused["code"]) == ("alice", "value-out-of-range") and refused["number"] > 0


def test_what_nobody_ever_said_is_an_error_that_says_so(hub):
    done = hub.run("why", SKILLS, "unheard-of")
    assert done.returncode == 1 and "unheard-of" in done.stdout + done.stderr, done
    reply = hub.client("alice").get(pattern_path("unheard-of"))
    assert (reply.status, reply.problem()) == (404, "not-found")
    assert hub.run("why", "no-such-collection", "x").returncode == 1
    assert Spoke(hub, "alice").run("why", SKILLS, "unheard-of").returncode == 1


def test_a_workstation_is_told_what_its_own_files_say_of_what_was_never_sent(hub):
    spoke = Spoke(hub, "alice")
    source = f"jsonl:{spoke.source}"
    path = spoke.write(SKILLS, [item("weak-here", value=0.5), item("strong"), {"id": "bare", "payload": {"text": "x"}},
                                item("bad", value=7), item("weak-here", value=0.6)])
    spoke.sync(expecting=3)
    for known in (["--source", source], ["--state", spoke.state]):
        done = spoke.run("why", SKILLS, "weak-here", *known)
        assert done.returncode == 1 and "threshold 0.7" in done.stderr and "value 0.6" in done.stderr, done
        assert f"{path}:5" in done.stderr and "spelling" not in done.stderr
    assert "never sent" in spoke.run("why", SKILLS, "bare", "--source", source).stderr
    assert f"{path}:4" in spoke.run("why", SKILLS, "bad", "--source", source).stderr
    assert "spelling" in spoke.run("why", SKILLS, "unheard-of", "--source", source).stderr
    assert "threshold 0.7" in spoke.run("why", SKILLS, "weak-here").stderr, "also where no file is given"
    put(hub.client("bruno"), "weak-here", 1, value_score=0.9)
    done = spoke.run("why", SKILLS, "weak-here", "--source", source)
    assert done.returncode == 0 and "bruno" in done.stdout and f"{path}:5" in done.stdout


def test_with_json_there_is_a_document_also_of_what_nobody_ever_said(hub):
    spoke = Spoke(hub, "alice")
    spoke.write(SKILLS, [item("weaker", value=0.5)])
    done = spoke.run("why", SKILLS, "weaker", "--json", "--source", f"jsonl:{spoke.source}")
    document = json.loads(done.stdout)
    assert done.returncode == 1 and document["absent"]["code"] == "never-seen" and document["winner"] is None
    assert (document["source"]["standing"], document["source"]["value"]) == ("below-threshold", 0.5)
    done = spoke.run("why", SKILLS, "unheard-of", "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["source"] is None


def test_a_workstation_is_told_nothing_that_only_an_operator_can_do(hub):
    spoke = Spoke(hub, "alice")
    put(hub.client("alice"), "taken-away", 1, value_score=0.9)
    hub.command("retraction", "add", SKILLS, "taken-away", "--reason", "harmful")
    hub.client("alice").push(SKILLS, [item("refused-one", 1, value=7), item("taken-away", 2)])
    put(hub.client("alice"), "served-one", 1, value_score=0.9)
    for pattern in ("taken-away", "refused-one", "served-one"):
        text = spoke.run("why", SKILLS, pattern).stdout
        assert "Next: " in text and "operator" in text and "tributary-hub" not in text, text
        assert "tributary-hub" in hub.command("why", SKILLS, pattern)


def test_the_past_is_explained_by_the_statements_the_policy_and_the_decisions_of_its_time(fresh_hub):
    fresh_hub.start()
    fresh_hub.enrol("relay", role="hub")
    relay, alice, bruno = (fresh_hub.client(name) for name in ("relay", "alice", "bruno"))
    moments = []

    def remember():
        """Between what came before and what comes after lies a moment of its own."""
        line = served(relay).get("storied")
        document = told(relay, "storied")
        check_replay(document, line)
        at = datetime.now(timezone.utc)
        wait_until(lambda: datetime.now(timezone.utc) > at, 5, "time passes")
        moments.append((at.isoformat().replace("+00:00", "Z"), document, line))

    put(alice, "storied", 1, value_score=0.8, updated_at="2026-06-01", by="alice")
    put(bruno, "storied", 1, value_score=0.9, updated_at="2026-01-01", by="bruno")
    remember()
    put(alice, "storied", 2, value_score=0.95, updated_at="2026-06-02", by="alice")
    put(bruno, "storied", 2, value_score=0.75, updated_at="2026-06-03", by="bruno")
    remember()
    fresh_hub.set_policy(SKILLS, strategy="latest", threshold=0.72)
    remember()
    fresh_hub.set_policy(SKILLS, strategy="manual")
    remember()
    fresh_hub.command("conflict", "resolve", SKILLS, "storied", "--choose", "2", "--reason", "tried it")
    remember()
    fresh_hub.command("retraction", "add", SKILLS, "storied", "--reason", "harmful")
    take_back(alice, "storied", 3)
    remember()
    assert [line and line["origin"] for _, _, line in moments[:4]] == ["bruno", "alice", "bruno", None]
    for at, document, line in moments:
        for past in (told(relay, "storied", at=at), why(fresh_hub, "storied", "--at", at)):
            check_replay(past, line)
            for name in ("state", "strategy", "threshold", "winner", "runner_up", "decided_by", "margin"):
                assert past[name] == document[name], (at, name)
            assert past["policy"]["revision"] == document["policy"]["revision"] and past["at"]
    assert fresh_hub.run("why", SKILLS, "storied", "--at", "2001-01-01T00:00:00Z").returncode == 1
    assert fresh_hub.run("why", SKILLS, "storied", "--at", "yesterday-ish").returncode == 2
    assert relay.get(pattern_path("storied") + "?at=x").problem() == "parameter-invalid"


def test_asking_about_the_past_does_not_show_what_was_retracted_since(hub):
    put(hub.client("alice"), "spilled", 1, value_score=0.9, text="a password")
    before = micros_text(time.time_ns() // 1000)
    hub.command("retraction", "add", SKILLS, "spilled", "--content", "--reason", "holds a password")
    with hub.client("chika") as client:
        reply = client.get(f"{pattern_path('spilled')}?at={before}")
    assert reply.status == 200 and reply.json()["winner"]["origin"] == "alice"
    assert b"a password" not in reply.body.replace(b"holds a password", b"")
