"""Where contents differ, a person decides; what they did not see, they did not decide."""

import json
import os
import urllib.parse

import pytest

from support.model import content_checksum
from support.spoke import Spoke
from support.statements import SKILLS, item, pattern_path, put, take_back, told, winner

NOBODY = "0" * 64


@pytest.fixture(scope="module", autouse=True)
def judge(hub):
    """A client that may review."""
    hub.set_policy(SKILLS, strategy="manual")
    hub.enrol("judge", scopes=["review"])
    return hub.client("judge")


def disagree(hub, pattern, **values):
    """Several nodes say different things of one pattern; returns their checksums by node."""
    for node, value in (values or {"alice": 0.8, "bruno": 0.9}).items():
        put(hub.client(node), pattern, 1, value_score=value, by=node, same={"x": 1, "y": [node]})
    return {line["origin"]: line["checksum"] for line in told(hub.client("alice"), pattern)["contributions"]}


def shown(hub, pattern):
    return hub.command_json("conflict", "show", SKILLS, pattern)


def open_ones(hub):
    return {one["id"]: one for one in hub.command_json("conflict", "list", "--collection", SKILLS)["conflicts"]}


def resolve(hub, pattern, *how, reason="looked at it", expecting=0):
    done = hub.run("conflict", "resolve", SKILLS, pattern, *how, "--reason", reason, "--by", "olga")
    assert done.returncode == expecting, done
    return done


def post(client, pattern, action="resolution", **body):
    return client.request("POST", pattern_path(pattern, action), json.dumps(body), {"Content-Type": "application/json"})


def test_one_content_is_served_without_a_person(hub):
    for node in ("alice", "bruno"):
        put(hub.client(node), "agreed", 1, value_score=0.9, text="the same", last_updated=1_700_000_000)
    assert winner(hub.client("alice"), "agreed")["origin"] == "alice"
    assert told(hub.client("alice"), "agreed")["state"] == "live" and "agreed" not in open_ones(hub)


def test_different_contents_open_a_conflict_and_nothing_is_served_before_a_decision(hub):
    put(hub.client("alice"), "opening", 1, value_score=0.8, by="alice")
    cursor = hub.client("alice").winners(SKILLS).cursor
    put(hub.client("bruno"), "opening", 1, value_score=0.9, by="bruno")
    news = hub.client("alice").winners(SKILLS, since=cursor).lines
    assert news == [{"id": "opening", "state": "retracted"}]
    story = told(hub.client("alice"), "opening")
    assert (story["state"], story["winner"], story["absent"]["code"], story["contents"]) == \
        ("conflict", None, "conflict", 2)
    listed = open_ones(hub)["opening"]
    assert (listed["contents"], listed["contributors"], listed["serving"]) == (2, 2, None) and listed["since"]


def test_a_content_below_the_threshold_opens_nothing(hub):
    disagree(hub, "weak-objection", alice=0.8, bruno=0.6)
    assert winner(hub.client("alice"), "weak-objection")["origin"] == "alice"
    assert "weak-objection" not in open_ones(hub)


def test_showing_a_conflict_tells_the_versions_apart_field_by_field(hub):
    checksums = disagree(hub, "compared", alice=0.8, bruno=0.9, chika=0.9)
    story = shown(hub, "compared")
    assert (story["state"], story["serving"]) == ("conflict", None)
    assert [one["number"] for one in story["versions"]] == [1, 2, 3]
    assert {one["origins"][0]: one["checksum"] for one in story["versions"]} == checksums
    fields = {one["field"]: one for one in story["fields"]}
    order = [one["origins"][0] for one in story["versions"]]
    assert fields["by"] == {"field": "by", "values": order, "differs": True}
    assert fields["same.x"] == {"field": "same.x", "values": [1, 1, 1], "differs": False}
    assert fields["same.y"]["differs"] and fields["value_score"]["differs"]
    text = hub.command("conflict", "show", SKILLS, "compared")
    assert "value_score" in text and "bruno" in text


def test_choosing_serves_what_was_chosen_to_everybody(hub):
    checksums = disagree(hub, "chosen")
    number = next(one["number"] for one in shown(hub, "chosen")["versions"] if one["origins"] == ["alice"])
    resolve(hub, "chosen", "--choose", str(number))
    line = winner(hub.client("bruno"), "chosen")
    assert (line["origin"], line["checksum"], line["value"]) == ("alice", checksums["alice"], 0.8)
    assert told(hub.client("bruno"), "chosen")["state"] == "live" and "chosen" not in open_ones(hub)
    (resolution,) = told(hub.client("judge"), "chosen")["resolutions"]
    assert (resolution["decision"], resolution["by"], resolution["reason"]) == ("content", "olga", "looked at it")
    assert set(resolution["covers"]) == set(checksums.values()) and resolution["checksum"] == checksums["alice"]


def test_a_content_is_chosen_by_the_beginning_of_its_checksum(hub):
    checksums = disagree(hub, "prefixed")
    resolve(hub, "prefixed", "--choose", checksums["bruno"][:12])
    assert winner(hub.client("alice"), "prefixed")["checksum"] == checksums["bruno"]
    for wrong in ("9", "0", NOBODY[:12]):
        done = hub.run("conflict", "resolve", SKILLS, "prefixed", "--choose", wrong, "--reason", "x")
        assert done.returncode in (1, 2, 6) and done.stderr.strip(), done
    assert winner(hub.client("alice"), "prefixed")["checksum"] == checksums["bruno"]


def test_an_edit_by_a_person_is_served_and_travels(hub):
    disagree(hub, "edited")
    payload = {"value_score": 0.95, "by": "olga", "text": "the best of both"}
    path = os.path.join(hub.folder, "edit.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(payload, file)
    resolve(hub, "edited", "--content", path)
    line = winner(hub.client("alice"), "edited")
    assert (line["payload"], line["checksum"]) == (payload, content_checksum(SKILLS, "edited", payload))
    spoke = Spoke(hub, "reader")
    spoke.sync()
    assert spoke.learned_items(SKILLS)["edited"]["payload"]["text"] == "the best of both"


@pytest.mark.parametrize("content", ["", "[]", '{"value_score":7}', '{"value_score":0.9,"value_score":0.8}', "{}"])
def test_an_edit_that_could_not_be_pushed_is_refused(hub, content):
    pattern = f"bad-edit {content}"
    disagree(hub, pattern)
    path = os.path.join(hub.folder, "bad.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    done = hub.run("conflict", "resolve", SKILLS, pattern, "--content", path, "--reason", "x")
    assert done.returncode in (1, 2) and done.stderr.strip(), done
    assert pattern in open_ones(hub)


def test_a_conflict_can_end_with_nothing_being_served(hub):
    disagree(hub, "both-wrong")
    resolve(hub, "both-wrong", "--retract", reason="both are dangerous")
    assert winner(hub.client("alice"), "both-wrong") is None and "both-wrong" not in open_ones(hub)
    story = told(hub.client("alice"), "both-wrong")
    assert (story["state"], story["absent"]["code"]) == ("retracted", "retracted")
    assert "both are dangerous" in story["absent"]["detail"]


def test_a_new_version_opens_it_again_while_what_was_chosen_stays_served(hub):
    checksums = disagree(hub, "reopened")
    resolve(hub, "reopened", "--choose", checksums["alice"][:16])
    before, cursor = winner(hub.client("alice"), "reopened"), hub.client("alice").winners(SKILLS).cursor
    put(hub.client("bruno"), "reopened", 2, value_score=1, by="bruno", text="new")
    assert told(hub.client("alice"), "reopened")["state"] == "conflict"
    assert open_ones(hub)["reopened"]["serving"] == {"origin": "alice", "checksum": checksums["alice"]}
    assert shown(hub, "reopened")["serving"] == checksums["alice"]
    put(hub.client("alice"), "reopened", 2, value_score=1, by="alice", text="newer")
    assert hub.client("alice").winners(SKILLS, since=cursor).lines == [], "what is served stays the same, silently"
    # When the hub received it is known of what it holds, and this is superseded.
    before.pop("received_at")
    assert winner(hub.client("alice"), "reopened") == before
    take_back(hub.client("alice"), "reopened", 3)
    assert winner(hub.client("alice"), "reopened") is None, "nobody stands behind what was chosen any more"


def test_a_person_may_change_their_mind(hub):
    checksums = disagree(hub, "reconsidered")
    for node in ("alice", "bruno"):
        resolve(hub, "reconsidered", "--choose", checksums[node][:16])
        assert winner(hub.client("chika"), "reconsidered")["origin"] == node
    assert len(told(hub.client("chika"), "reconsidered")["resolutions"]) == 2


def test_a_repetition_of_what_was_seen_opens_nothing(hub):
    checksums = disagree(hub, "settled")
    resolve(hub, "settled", "--choose", checksums["alice"][:16])
    put(hub.client("chika"), "settled", 1, value_score=0.9, by="bruno", same={"x": 1, "y": ["bruno"]})
    assert told(hub.client("alice"), "settled")["state"] == "live" and "settled" not in open_ones(hub)
    assert winner(hub.client("alice"), "settled")["checksum"] == checksums["alice"]


def test_a_decision_covers_exactly_what_was_seen(hub, judge):
    seen = disagree(hub, "moved")
    put(hub.client("chika"), "moved", 1, value_score=0.9, by="chika")
    covers = ",".join(seen.values())
    resolve(hub, "moved", "--choose", seen["alice"], "--covers", covers, expecting=6)
    reply = post(judge, "moved", covers=list(seen.values()), choose=seen["alice"], reason="late")
    assert (reply.status, reply.problem()) == (409, "conflict-changed")
    present = {line["checksum"] for line in told(judge, "moved")["contributions"]}
    assert set(reply.json()["present"]) == present and len(present) == 3
    assert winner(judge, "moved") is None and told(judge, "moved")["resolutions"] == []
    resolve(hub, "moved", "--choose", seen["alice"], "--covers", ",".join(present))
    assert winner(judge, "moved")["origin"] == "alice"


def test_reviewing_over_http_is_what_the_commands_do(hub, judge):
    seen = disagree(hub, "remote/id with spaces")
    reply = judge.get(f"/v1/conflicts?collection={SKILLS}&limit=1000")
    assert reply.status == 200 and {one["id"]: one for one in reply.json()["conflicts"]} == open_ones(hub)
    quoted = urllib.parse.quote("remote/id with spaces", safe="")
    reply = judge.get(f"/v1/collections/{SKILLS}/conflicts/{quoted}")
    assert reply.status == 200 and reply.json() == shown(hub, "remote/id with spaces")
    reply = post(judge, "remote/id with spaces", covers=list(seen.values()), choose=seen["bruno"], reason="better")
    answer = reply.json()
    assert (reply.status, answer["id"], answer["state"]) == (200, "remote/id with spaces", "live"), reply
    assert (answer["resolution"]["by"], answer["resolution"]["reason"]) == ("judge", "better")
    assert winner(judge, "remote/id with spaces")["origin"] == "bruno"


def test_the_same_content_is_edited_and_retracted_over_http(hub, judge):
    seen = disagree(hub, "remote-edit")
    content = {"value_score": 0.9, "text": "written by the judge"}
    assert post(judge, "remote-edit", covers=list(seen.values()), content=content, reason="edit").status == 200
    assert winner(judge, "remote-edit")["payload"] == content
    seen = disagree(hub, "remote-end")
    assert post(judge, "remote-end", covers=list(seen.values()), retract=True, reason="end").status == 200
    assert told(judge, "remote-end")["state"] == "retracted"


def test_without_the_scope_nobody_reviews(hub):
    seen = disagree(hub, "guarded")
    for node in ("alice", "region"):
        if node == "region":
            hub.enrol(node, role="hub")
        client = hub.client(node)
        replies = [client.get("/v1/conflicts"), client.get(f"/v1/collections/{SKILLS}/conflicts/guarded"),
                   post(client, "guarded", covers=list(seen.values()), choose=seen[min(seen)], reason="mine"),
                   post(client, "guarded", "retraction", reason="mine"),
                   post(client, "guarded", "restoration", reason="mine")]
        assert [(reply.status, reply.problem()) for reply in replies] == [(403, "forbidden")] * 5, node
    assert "guarded" in open_ones(hub)


def test_what_is_not_open_cannot_be_resolved(hub, judge):
    put(hub.client("alice"), "undisputed", 1, value_score=0.9)
    checksum = winner(judge, "undisputed")["checksum"]
    for pattern in ("undisputed", "never-said"):
        reply = post(judge, pattern, covers=[checksum], choose=checksum, reason="why not")
        assert reply.status in (404, 409), reply
        assert reply.problem() in ("conflict-not-open", "not-found")
        resolve(hub, pattern, "--choose", "1", expecting=6 if pattern == "undisputed" else 1)


def test_workstations_get_what_was_chosen_and_nothing_before(fresh_hub):
    fresh_hub.start()
    fresh_hub.set_policy(SKILLS, strategy="manual")
    alice, bruno = Spoke(fresh_hub, "alice"), Spoke(fresh_hub, "bruno")
    alice.write(SKILLS, [item("disputed", value=0.8, by="alice"), item("plain")])
    bruno.write(SKILLS, [item("disputed", value=0.9, by="bruno")])
    for spoke in (alice, bruno, alice):
        spoke.sync()
    assert set(alice.learned_items(SKILLS)) == set(bruno.learned_items(SKILLS)) == {"plain"}
    fresh_hub.command("conflict", "resolve", SKILLS, "disputed", "--choose", "2", "--reason", "tried both")
    for spoke in (alice, bruno):
        spoke.sync()
        assert set(spoke.learned_items(SKILLS)) == {"plain", "disputed"}
    assert alice.learned() == bruno.learned()
