"""What hubs say to each other: passed on unchanged, counted, compared, and never by a spoke."""

import json
import threading
import time

import pytest

from support.client import NDJSON, item_digest
from support.hub import Hub
from support.model import content_checksum, set_digest
from support.statements import SKILLS, item, pattern_path, served, take_back, told

ROOT = f"/v1/collections/{SKILLS}"
REGION = {"Tributary-Hub": "11111111-2222-4333-8444-555555555555"}
ROUTES = [("GET", f"{ROOT}/resolutions", None), ("POST", f"{ROOT}/resolutions", b""),
          ("POST", f"{ROOT}/digests", b'{"ranges":[{}]}'),
          ("POST", f"{ROOT}/contributions/selection", b'{"keys":[{"id":"a","origin":"alice"}]}')]


@pytest.fixture
def pair(arena):
    """A region and the hub above it, both serving; the region is enrolled above as `region`, and reads here as `top`."""
    with Hub(arena) as region, Hub(arena) as above:
        above.enrol("region", role="hub")
        region.enrol("top", role="hub")
        yield region, above


def relayed(id, origin="kenji", incarnation=1, revision=1, collection=SKILLS, path=(), **payload):
    """A line of a contributions feed, of someone whom the hub does not know."""
    payload = {name: value for name, value in {"value_score": 0.9, **payload}.items() if value is not None}
    return {"id": id, "state": "live", "origin": origin, "incarnation": incarnation, "revision": revision,
            "checksum": content_checksum(collection, id, payload), "path": list(path), "payload": payload}


def lines_of(client, **parameters):
    return client.contributions(SKILLS, vectors=1, **parameters).lines


def pass_on(source, target, headers=None):
    """Pushes everything that one hub has to another."""
    return target.push(SKILLS, lines_of(source), headers)


def resolutions(client, since=None):
    """The lines and the end marker of the resolutions feed, its digest checked against the lines' number."""
    reply = client.get(f"{ROOT}/resolutions" + (f"?since={since}" if since else ""))
    assert reply.status == 200, reply
    *lines, last = reply.body.splitlines(keepends=True)
    end = json.loads(last)["end"]
    assert end["lines"] == len(lines)
    return lines, end


def same(one, other):
    """Whether two hubs hold and serve the same."""
    entries = [client.manifest(SKILLS) for client in (one, other)]
    for feed in ("contributions", "winners", "resolutions"):
        first, second = ({name: entry[feed][name] for name in ("count", "digest")} for entry in entries)
        assert first == second, feed


def test_a_spoke_passes_on_nothing(hub):
    with hub.client("alice") as client:
        answer = client.push(SKILLS, [relayed("x"), relayed("x", origin="alice")])
        assert [code for _, code in answer.by_line()] == ["origin-not-permitted", "member-unknown"]
        for method, path, body in ROUTES:
            reply = client.request(method, path, body)
            assert reply.status == 403 and reply.problem() == "forbidden", reply
    # Nor does it say which hub it is.
    with hub.client("alice") as client:
        assert client.get("/v1/manifest", REGION).status == 200
    assert hub.psql("SELECT count(*) FROM nodes WHERE hub_id IS NOT NULL") == "0"


def test_what_is_passed_on_arrives_unchanged_and_does_not_come_back(pair):
    region, above = pair
    with region.client("alice") as alice:
        alice.push(SKILLS, [item("a", 5, text="\U0001f600"), item("b", 5), item("low", 5, value=0.1),
                            {**item("v", 5), "vector": [1.0, 0.5], "vector_model": "m"}])
        take_back(alice, "b", 6)
    with region.client("top") as down, above.client("region") as up, above.client("bruno") as bruno:
        assert pass_on(down, up, REGION).counts == (4, 0, 0, 0)
        assert pass_on(down, up, REGION).counts == (0, 4, 0, 0)
        same(down, up)
        strip = {"path", "received_at"}
        here, there = ({line["id"]: {name: value for name, value in line.items() if name not in strip}
                        for line in lines} for lines in (lines_of(down), lines_of(up, echo=1)))
        assert here == there
        assert {tuple(line["path"]) for line in lines_of(up, echo=1)} == {("region",)}
        # What the region passed on it does not hear again; what others say it does.
        bruno.push(SKILLS, [item("c", 5)])
        feed = up.contributions(SKILLS, vectors=1)
        assert [line["id"] for line in feed.lines] == ["c"]
        assert feed.end["total"] == {name: up.manifest(SKILLS)["contributions"][name] for name in ("count", "digest")}
        assert [line["origin"] for line in bruno.winners(SKILLS).lines] == ["alice", "alice", "bruno"]
    assert above.psql("SELECT hub_id FROM nodes WHERE node = 'region'") == REGION["Tributary-Hub"]
    rows = above.psql("SELECT relay, origin, incarnation, statements FROM relayed_origins")
    assert rows == "region|alice|1|4"


def test_only_versions_decide(pair):
    _, above = pair
    with above.client("alice") as alice, above.client("region") as up:
        alice.push(SKILLS, [item("a", 7, text="here")])
        older, newer = (relayed("a", origin="alice", revision=number, text="there") for number in (6, 8))
        assert up.push(SKILLS, [older]).counts == (0, 0, 1, 0)
        assert [line["payload"]["text"] for line in lines_of(up)] == ["here"]
        assert up.push(SKILLS, [newer]).counts == (1, 0, 0, 0)
        assert alice.push(SKILLS, [item("a", 7, text="here")]).counts == (0, 0, 1, 0)
        # The hub speaks for itself, too.
        assert up.push(SKILLS, [item("own", 3), {**item("own too", 3), "origin": "region"}]).counts == (2, 0, 0, 0)
        own = {line["id"]: line["path"] for line in lines_of(up) if line["origin"] == "region"}
        assert own == {"own": [], "own too": []}


def test_what_cannot_be_taken_is_kept_under_the_name_of_who_passed_it_on(pair):
    _, above = pair
    whole = relayed("x")
    lacking = [{name: value for name, value in whole.items() if name != missing}
               for missing in ("revision", "checksum", "incarnation")]
    wrong = [{**whole, "checksum": "0" * 64}, relayed("x", value_score=7), {**whole, "surprise": 1},
             relayed("x", path=[f"hub-{number}" for number in range(16)]), {**whole, "vector_digest": "1" * 64}]
    with above.client("region") as up:
        answer = up.push(SKILLS, [*lacking, *wrong, whole])
        assert [code for _, code in answer.by_line()] == [
            "relay-incomplete", "relay-incomplete", "relay-incomplete", "checksum-mismatch", "value-out-of-range",
            "member-unknown", "path-too-long", "vector-invalid", None]
        kept = up.get("/v1/quarantine?limit=20").json()["items"]
        assert len(kept) == len(lacking) + len(wrong)
        ahead = relayed("late", revision=(int(time.time()) + 90_000) * 1_000_000)
        assert [code for _, code in up.push(SKILLS, [ahead]).by_line()] == ["clock-ahead"]
        # What is acceptable later is admitted as it was passed on.
        assert up.push(SKILLS, [relayed("y", value_score=None, endorsement_count=8)]).counts == (0, 0, 0, 1)
        assert above.psql("SELECT DISTINCT node FROM quarantine") == "region"
        above.psql(f"UPDATE collections SET value_rule = 'value-or-endorsements' WHERE collection = '{SKILLS}'")
        released = above.run("quarantine", "release", "--code", "value-out-of-range")
        assert released.returncode == 3 and "1 of 2 left quarantine" in released.stdout, released
        admitted = {line["id"]: (line["origin"], line["path"], line["revision"]) for line in lines_of(up, echo=1)}
        assert admitted == {"x": ("kenji", ["region"], 1), "y": ("kenji", ["region"], 1)}


def test_what_operators_decide_travels(pair):
    region, above = pair
    region.enrol("rita", scopes=["review"])
    with region.client("alice") as alice, region.client("rita") as rita, region.client("top") as down, \
            above.client("region") as up, above.client("bruno") as bruno:
        alice.push(SKILLS, [item("wrong", 5), item("secret", 5, text="hunter2"), item("right", 5)])
        assert pass_on(down, up).counts == (3, 0, 0, 0)
        before = up.manifest(SKILLS)["resolutions"]["cursor"]
        for id, body in (("wrong", {"reason": "untrue"}), ("secret", {"reason": "a password", "purge": True,
                                                                      "content": True})):
            assert rita.request("POST", pattern_path(id, "retraction"), json.dumps(body)).status == 200
        lines, end = resolutions(down)
        assert len(lines) == 3 and end["total"]["count"] == 3
        reply = up.request("POST", f"{ROOT}/resolutions", b"".join([*lines, b'{"decision":"surprise"}\n']),
                           {"Content-Type": NDJSON})
        answer = reply.json()
        assert (answer["received"], answer["accepted"], answer["unchanged"]) == (4, 3, 0), answer
        assert [one["line"] for one in answer["refused"]] == [4]
        assert up.request("POST", f"{ROOT}/resolutions", b"".join(lines)).json()["unchanged"] == 3
        same(down, up)
        assert resolutions(up, before)[0] == lines
        assert set(served(bruno)) == {"right"}
        assert told(bruno, "wrong")["absent"]["code"] == "retracted"
        assert "hunter2" not in above.dump()
        # Text that is erased here is not brought back by who still has it, and a new statement with it is kept without.
        again = relayed("secret", origin="alice", revision=9, text="hunter2")
        assert up.push(SKILLS, [again]).counts == (1, 0, 0, 0)
        assert "hunter2" not in above.dump()
        kept = {line["id"]: line for line in lines_of(up, echo=1, payload=0)}
        assert kept["secret"]["revision"] == 9 and kept["secret"]["state"] == "live"
        # Lifted there, it is admitted here, also what was refused meanwhile.
        assert [code for _, code in bruno.push(SKILLS, [item("wrong", 5, text="b")]).by_line()] == ["retracted"]
        body = json.dumps({"reason": "true after all"})
        assert rita.request("POST", pattern_path("wrong", "restoration"), body).status == 200
        lifted, _ = resolutions(down, end["cursor"])
        assert up.request("POST", f"{ROOT}/resolutions", b"".join(lifted)).json()["accepted"] == 1
        assert set(served(bruno)) == {"right", "wrong"}
        assert {one["origin"] for one in told(bruno, "wrong")["contributions"]} == {"alice", "bruno"}


def test_digests_add_up_and_show_what_differs(pair):
    region, above = pair
    with region.client("alice") as alice, region.client("top") as down, above.client("region") as up:
        alice.push(SKILLS, [item(f"skill-{number:04}", 5, text=str(number)) for number in range(700)])
        lines = lines_of(down)
        up.push(SKILLS, [line for line in lines if line["id"] not in ("skill-0123", "skill-0555")])

        def ask(client, ranges, **more):
            reply = client.request("POST", f"{ROOT}/digests", json.dumps({"ranges": ranges, **more}))
            assert reply.status == 200, reply
            return reply.json()

        whole = ask(down, [{}], parts=8, list=10)
        manifest = down.manifest()
        entry = down.manifest(SKILLS)["contributions"]
        assert whole["epoch"] == manifest["epoch"] and whole["cursor"] == entry["cursor"]
        [found] = whole["ranges"]
        assert {name: found[name] for name in ("count", "digest")} == {name: entry[name] for name in ("count", "digest")}
        assert sum(part["count"] for part in found["parts"]) == 700
        assert set_digest([part["digest"] for part in found["parts"]]) == entry["digest"]
        assert len(found["parts"]) <= 8 and "to" not in found["parts"][-1]
        bounds = [None, *(part["to"] for part in found["parts"][:-1]), None]
        ranges = [{name: bound for name, bound in (("from", first), ("to", behind)) if bound}
                  for first, behind in zip(bounds, bounds[1:])]
        here, there = ask(down, ranges, list=256)["ranges"], ask(up, ranges, list=256)["ranges"]
        assert [one["digest"] for one in here] == [part["digest"] for part in found["parts"]]
        missing = []
        for one, other in zip(here, there):
            assert one["digest"] == set_digest([item_digest("k1", SKILLS, line) for line in one["items"]])
            theirs = {line["id"] for line in other["items"]}
            assert (one["digest"] == other["digest"]) == (one["items"] == other["items"])
            missing += [line for line in one["items"] if line["id"] not in theirs]
        assert [line["id"] for line in missing] == ["skill-0123", "skill-0555"]
        keys = [{"id": line["id"], "origin": line["origin"]} for line in missing]
        reply = down.request("POST", f"{ROOT}/contributions/selection",
                             json.dumps({"keys": [*keys, {"id": "never", "origin": "alice"}]}))
        selected = reply.body.splitlines()[:-1]
        assert up.push(SKILLS, selected).counts == (2, 0, 0, 0)
        same(down, up)
        for path, body in (("digests", {"ranges": []}), ("digests", {"ranges": [{}], "parts": 1}),
                           ("digests", {"ranges": [{}] * 257}), ("contributions/selection", {"keys": []}),
                           ("contributions/selection", {"keys": keys * 501})):
            assert down.request("POST", f"{ROOT}/{path}", json.dumps(body)).status == 400


def told_of(change, hub, node, path, headers):
    """What the hub answers to a node that waits at `path` when `change` happens."""
    replies = []

    def wait():
        with hub.client(node) as waiter:
            replies.append(waiter.get(path, headers))
    thread = threading.Thread(target=wait)
    thread.start()
    change()
    thread.join(30)
    assert not thread.is_alive(), path
    return replies[0]


def test_a_hub_that_waits_is_not_told_of_what_it_passed_on(pair):
    region, _ = pair
    with region.client("top") as top, region.client("alice") as alice:
        # Where the statement comes before the wait, it is told at once; then it is tried again.
        for attempt in range(20):
            tag = top.get("/v1/manifest").headers["etag"]
            passed_on = [relayed(f"echo-{attempt}", origin="kenji", revision=5)]
            reply = told_of(lambda: top.push(SKILLS, passed_on), region, "top", "/v1/manifest?wait=1",
                            {"If-None-Match": tag})
            if reply.status == 304:
                break
        assert reply.status == 304
        # Who asks again sees it, and so does everybody else.
        reply = top.get("/v1/manifest?wait=20", {"If-None-Match": tag})
        assert reply.status == 200 and reply.headers["etag"] != tag
        tag = alice.get("/v1/manifest").headers["etag"]
        reply = told_of(lambda: top.push(SKILLS, [relayed("kenjis", origin="kenji", revision=5)]), region, "alice",
                        "/v1/manifest?wait=20", {"If-None-Match": tag})
        assert reply.status == 200 and reply.headers["etag"] != tag
        # A spoke is told of its own: it may have changed who wins.
        tag = reply.headers["etag"]
        reply = told_of(lambda: alice.push(SKILLS, [item("own", 5)]), region, "alice", "/v1/manifest?wait=20",
                        {"If-None-Match": tag})
        assert reply.status == 200 and reply.headers["etag"] != tag


def test_who_waits_is_told_of_statements_and_of_decisions(pair):
    region, _ = pair
    region.enrol("rita", scopes=["review"])
    with region.client("top") as down, region.client("alice") as alice, region.client("rita") as rita:
        def waiting(path, headers, change):
            return told_of(change, region, "top", path, headers)

        alice.push(SKILLS, [item("a", 5)])
        tag = down.get("/v1/manifest").headers["etag"]
        # A low value changes no winner, and is news to hubs.
        reply = waiting("/v1/manifest?wait=20", {"If-None-Match": tag},
                        lambda: alice.push(SKILLS, [item("low", 5, value=0.1)]))
        assert reply.status == 200
        tag = reply.headers["etag"]
        body = json.dumps({"reason": "untrue"})
        reply = waiting("/v1/manifest?wait=20", {"If-None-Match": tag},
                        lambda: rita.request("POST", pattern_path("never", "retraction"), body))
        assert reply.status == 200 and reply.headers["etag"] != tag
        cursor = down.manifest(SKILLS)["contributions"]["cursor"]
        reply = waiting(f"{ROOT}/contributions?since={cursor}&wait=20", None,
                        lambda: alice.push(SKILLS, [item("b", 5)]))
        assert [json.loads(line)["id"] for line in reply.body.splitlines()[:-1]] == ["b"]
        cursor = down.manifest(SKILLS)["resolutions"]["cursor"]
        reply = waiting(f"{ROOT}/resolutions?since={cursor}&wait=20", None,
                        lambda: rita.request("POST", pattern_path("b", "retraction"), body))
        assert [json.loads(line)["id"] for line in reply.body.splitlines()[:-1]] == ["b"]
        assert down.get("/v1/manifest", {"Tributary-Hub": "no uuid"}).status == 400


def test_a_node_that_moves_speaks_after_what_it_said_elsewhere(pair):
    _, above = pair
    with above.client("region") as up:
        up.push(SKILLS, [relayed("a", origin="nomad", incarnation=3, revision=10**15, text="there")])
    with above.client("nomad") as nomad:
        assert nomad.manifest()["incarnation"] == 4
        # Its numbers begin anew with its enrolment.
        assert nomad.push(SKILLS, [item("a", 5, text="here")]).counts == (1, 0, 0, 0)
        assert served(nomad)["a"]["payload"]["text"] == "here"
