"""What a hub with a token of role hub can not do to the one above it, whatever it says."""

import json
import time

from support.model import content_checksum
from support.statements import SKILLS, item, pattern_path, served
from test_relaying import ROOT, pair, relayed, resolutions, same  # noqa: F401 (a fixture)

DAY = 24 * 3600 * 1_000_000


def decided(subject, origin="elsewhere", revision=1_700_000_000_000_001, decision="retracted", **more):
    """A resolution as hubs pass it on."""
    return {**subject, "origin": origin, "revision": revision, "decision": decision, "covers": [], "reason": "so it is",
            "by": "olga", "at": "2026-01-01T00:00:00Z", **more}


def tell(client, *statements):
    body = b"".join(json.dumps(statement).encode() + b"\n" for statement in statements)
    return client.request("POST", f"{ROOT}/resolutions", body)


def rule(hub, *words):
    done = hub.run(*words)
    assert done.returncode == 0, done


def test_a_decision_from_the_future_is_refused_and_operators_go_on_deciding(pair):
    _, above = pair
    with above.client("alice") as alice, above.client("region") as up:
        alice.push(SKILLS, [item("a", 5)])
        for revision in (2**63 - 2, time.time_ns() // 1000 + 2 * DAY):
            reply = tell(up, decided({"id": "a"}, revision=revision))
            assert reply.status == 200, reply
            answer = json.loads(reply.body)
            assert (answer["accepted"], [refused["line"] for refused in answer["refused"]]) == (0, [1])
            assert "ahead" in answer["refused"][0]["detail"]
        for _ in range(2):
            rule(above, "retraction", "add", SKILLS, "a", "--reason", "ours")
            rule(above, "retraction", "lift", SKILLS, "a", "--reason", "ours")
        assert set(served(alice)) == {"a"}


def test_two_decisions_under_one_number_end_the_same_everywhere(pair):
    region, above = pair
    said = [decided({"id": "a"}, decision=decision, reason=reason)
            for decision, reason in (("retracted", "one"), ("lifted", "two"), ("retracted", "three"))]
    with region.client("top") as down, above.client("region") as up:
        for hub in (region, above):
            with hub.client("alice") as alice:
                alice.push(SKILLS, [item("a", 5)])
        for client, order in ((down, said), (up, said[::-1])):
            for statement in order:
                assert tell(client, statement).status == 200
            assert json.loads(tell(client, *said).body)["accepted"] == 0
        same(down, up)
        (lines, end), (others, other) = resolutions(down), resolutions(up)
        assert lines == others and len(lines) == 1
        assert end["total"] == other["total"]


def test_no_enrolment_is_passed_on_above_which_nobody_could_be_enrolled(pair):
    _, above = pair
    with above.client("region") as up:
        answer = up.push(SKILLS, [relayed("x", incarnation=2**31 - 1), relayed("y", incarnation=1_000_000)])
        assert answer.by_line() == [("refused", "relay-incomplete"), ("accepted", None)]
    above.enrol("kenji")
    with above.client("kenji") as kenji:
        assert kenji.push(SKILLS, [item("y", 5, text="mine")]).counts == (1, 0, 0, 0)
        explained = json.loads(kenji.get(pattern_path("y")).body)
        assert explained["winner"]["incarnation"] == 1_000_001


def test_what_others_retracted_does_not_keep_an_operator_from_retracting(pair):
    _, above = pair
    with above.client("alice") as alice, above.client("region") as up:
        alice.push(SKILLS, [item("a", 5, text="secret")])
        for start in range(0, 11_000, 1_000):
            reply = tell(up, *(decided({"content": f"{number:064x}"}) for number in range(start, start + 1_000)))
            assert reply.status == 200, reply
        rule(above, "retraction", "add", SKILLS, "a", "--content", "--purge", "--reason", "ours")
        assert not served(alice)


def test_more_than_a_request_may_have_is_refused(pair):
    _, above = pair
    with above.client("region") as up:
        covers = [f"{number:064x}" for number in range(20_000)]
        reply = tell(up, *(decided({"id": f"p{number}"}, covers=covers) for number in range(8)))
        assert reply.status == 413 and reply.problem() == "body-too-large", reply
        assert tell(up, decided({"id": "p"}, covers=covers)).status == 200


def test_erasing_reaches_what_could_not_be_read(hub):
    secret = "hunter2-never-again"
    body = b'{"id":"sec","payload":{"value_score":0.9,"text":"' + secret.encode() + b'","text":2}}\n'
    with hub.client("alice") as alice:
        alice.push(SKILLS, [item("sec", 5, text=secret)])
        reply = alice.request("POST", f"{ROOT}/contributions", body)
        assert b"malformed-json" in reply.body, reply
        assert secret in hub.psql("SELECT convert_from(body, 'UTF8') FROM quarantine WHERE code = 'malformed-json'")
        rule(hub, "retraction", "add", SKILLS, "sec", "--purge", "--reason", "a secret")
        left = hub.psql("SELECT convert_from(body, 'UTF8') || detail FROM quarantine")
        assert secret not in left and "erased" in left
    assert content_checksum(SKILLS, "sec", {}) not in left
