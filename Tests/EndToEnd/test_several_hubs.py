"""One machine and several hubs: another one takes over while the preferred one is away, and what was said stays one."""

import json
import time
import uuid

import pytest

from support.arena import wait_until
from support.desk import Desk, ServiceManager
from support.hierarchy import Region, agree
from support.hub import Hub
from support.qdrant import Qdrant

SKILLS = "skills-patterns"


def item(pattern, version=1, value=0.9):
    return {"id": pattern, "payload": {"value_score": value, "version": version}}


def versions(hub, pattern, node):
    """What a hub holds of what a node said of a pattern: incarnation, revision and the version that was said."""
    return hub.psql("SELECT incarnation, revision, payload::json->>'version' FROM contributions"
                    f" WHERE node = '{node}' AND pattern_id = '{pattern}'")


def said(hub, pattern, node):
    return versions(hub, pattern, node).rpartition("|")[2]


@pytest.fixture
def pair(arena):
    """Two hubs, the second below the first."""
    first, second = Region(arena), Region(arena)
    first.start()
    second.start()
    second.join(first, "second", "--sync-interval", "5")
    yield first, second
    second.close()
    first.close()


def test_versions_follow_one_another_while_hubs_come_and_go(pair):
    first, second = pair
    desk = Desk([first, second], "alice")
    other = Desk([second], "bruno")
    desk.write(SKILLS, [item("moving", 1), item("still", 1), item("going", 1)])
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        try:
            manager.wait("STATUS=in step")
            agree([first, second], SKILLS)
            first.kill()
            first.kill_database()
            desk.wait_said("working with", 90)
            desk.write(SKILLS, [item("moving", 2), item("still", 1), item("new", 1)])
            desk.reload()
            wait_until(lambda: said(second, "moving", "alice") == "2", 60, "the second version is at the second hub")
            other.write(SKILLS, [item("meanwhile", 1)])
            other.sync()
            wait_until(lambda: "meanwhile" in desk.learned_items(SKILLS), 30, "news of the second hub arrive")
            assert {"moving", "still", "new", "meanwhile"} <= set(desk.learned_items(SKILLS))
            told = desk.status()
            assert told["hub"].endswith(f":{second.port}") and told["preferred_hub"].endswith(f":{first.port}")
            assert told["last_error"] is None and told["in_sync"] and told["further_hubs"][0]["last_error"], told
            assert {one["collection"]: one["offered"] for one in told["collections"]}[SKILLS] == 3
            assert f"until http://127.0.0.1:{first.port} answers" in desk.run("status").stdout
            first.start()
            desk.wait_said("answers again", 330)
            desk.write(SKILLS, [item("moving", 3), item("still", 1), item("new", 2)])
            desk.reload()
            wait_until(lambda: said(first, "moving", "alice") == "3", 60, "the third version is at the first hub")
            agree([first, second], SKILLS, 120)
            for hub in pair:
                assert said(hub, "moving", "alice") == "3"
                assert said(hub, "new", "alice") == "2"
                assert said(hub, "still", "alice") == "1"
                assert said(hub, "going", "alice") == "", "it was taken back"
                assert hub.winner(SKILLS, "moving")["origin"] == "alice"
            assert versions(first, "moving", "alice") == versions(second, "moving", "alice")
            wait_until(lambda: set(desk.learned_items(SKILLS)) == {"moving", "still", "new", "meanwhile"}, 60,
                       "nothing is lost or left over in the sink")
            assert desk.stop() == 0
        finally:
            if desk.process.poll() is None:
                desk.kill()


def test_sinks_do_not_flap_and_single_rounds_go_over_too(arena):
    with Hub(arena) as first, Hub(arena) as second:
        first.client("bruno").push(SKILLS, [item("only-first")])
        second.client("bruno").push(SKILLS, [item("only-second")])
        desk = Desk([first, second], "carla")
        desk.write(SKILLS, [item("own")])
        desk.sync()
        assert set(desk.learned_items(SKILLS)) == {"own", "only-first"}
        first.stop()
        report = desk.sync()
        assert any("did not answer" in note for note in report["notes"]), report
        assert set(desk.learned_items(SKILLS)) == {"own", "only-first", "only-second"}
        listed = desk.run("list", SKILLS).stdout
        assert "only-first" in listed and "only-second" in listed
        assert desk.run("get", SKILLS, "only-first").returncode == 0
        assert said(second, "own", "carla") == "1"


def test_what_came_in_files_stays_whichever_hub_is_in_use(arena):
    with Region(arena) as first, Region(arena) as second:
        desk = Desk([first, second], "ines")
        other = Desk([first], "jonas")
        other.write(SKILLS, [item("carried"), item("told-second")])
        carried = f"{other.folder}/carried.json"
        assert other.run("export", carried, "--own").returncode == 0
        with second.client("bruno") as client:
            client.push(SKILLS, [item("told-second", 2), item("only-second")])
        desk.sync()
        done = desk.run("import", carried)
        assert done.returncode == 0, done
        desk.sync()
        assert set(desk.learned_items(SKILLS)) == {"carried", "told-second"}
        first.stop()
        desk.sync()
        learned = desk.learned_items(SKILLS)
        assert set(learned) == {"carried", "told-second", "only-second"}
        assert learned["told-second"]["payload"]["federation"]["origin"] == "bruno", "what a hub says stands before"
        first.start()
        desk.sync()
        assert "carried" in desk.learned_items(SKILLS)
        assert desk.run("import", "--forget").returncode == 0
        desk.sync()
        assert "carried" not in desk.learned_items(SKILLS)
        for hub in (first, second):
            assert said(hub, "carried", "ines") == "", "it is nobody's evidence but its author's"


def test_a_qdrant_follows_the_hub_in_use(arena):
    def vectored(name):
        return {**item(name), "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "vector": [0.1, 0.2, 0.3, 0.4]}

    def present(qdrant):
        return {key for key, point in qdrant.points(SKILLS).items() if "federation" in point["payload"]}

    with Hub(arena) as first, Hub(arena) as second:
        qdrant = Qdrant()
        try:
            qdrant.make(SKILLS, 4)
            first.client("bruno").push(SKILLS, [vectored("only-first"), vectored("both")])
            second.client("bruno").push(SKILLS, [vectored("both"), vectored("only-second")])
            desk = Desk([first, second], "quinn", sinks=[f"qdrant:{qdrant.url}"], sources=[])
            desk.sync()
            ids = {name: vectored(name)["id"] for name in ("only-first", "both", "only-second")}
            assert present(qdrant) == {ids["only-first"], ids["both"]}
            first.stop()
            desk.sync()
            assert present(qdrant) == set(ids.values())
            second.client("bruno").push(SKILLS, [{"id": ids["only-second"], "revision": time.time_ns() // 1000, "retracted": True}])
            desk.sync()
            assert present(qdrant) == {ids["only-first"], ids["both"]}
        finally:
            qdrant.close()


def test_a_peer_is_pulled_and_told_nothing(arena):
    with Hub(arena) as first, Hub(arena) as peer:
        peer.client("bruno").push(SKILLS, [item("elsewhere")])
        desk = Desk([first], "dora", peers=[peer])
        desk.write(SKILLS, [item("own")])
        desk.sync()
        assert set(desk.learned_items(SKILLS)) == {"own", "elsewhere"}
        assert versions(peer, "own", "dora") == ""
        peer.stop()
        done = desk.run("sync")
        assert done.returncode == 3 and str(peer.port) in done.stdout, done
        assert set(desk.learned_items(SKILLS)) == {"own", "elsewhere"}


def test_an_enrolment_without_regard_to_the_other_hub_is_told_and_says_nothing(arena):
    with Hub(arena) as first, Hub(arena) as second:
        desk = Desk([first, second], "emil", incarnation="2")
        desk.write(SKILLS, [item("own")])
        desk.sync()
        doctor = desk.run("doctor")
        assert doctor.returncode != 0 and "has incarnation 1 at" in doctor.stdout, doctor
        assert "node add emil --incarnation 2" in doctor.stdout
        first.stop()
        ahead = desk.run("preview")
        assert ahead.returncode == 3 and "--incarnation 2" in ahead.stdout and "send nothing" in ahead.stdout, ahead
        done = desk.run("sync")
        assert done.returncode == 3 and "--incarnation 2" in done.stdout, done
        assert versions(second, "own", "emil") == ""


def test_what_a_push_to_another_hub_would_send_is_shown(arena):
    def shown(expecting=0):
        done = desk.run("preview", "--json")
        assert done.returncode == expecting, done
        report = json.loads(done.stdout)
        return {one["id"]: one["what"] for one in report["items"]}, report["notes"]

    with Region(arena) as first, Region(arena) as second:
        desk = Desk([first, second], "hanna")
        desk.write(SKILLS, [item("a"), item("b")])
        desk.sync()
        desk.write(SKILLS, [item("a", 2)])
        assert shown() == ({"a": "changed", "b": "retracted"}, [])
        first.stop()
        items, notes = shown()
        assert items == {"a": "new", "b": "retracted"} and f"for http://127.0.0.1:{second.port}" in notes[0]
        desk.sync()
        assert said(second, "a", "hanna") == "2"
        first.start()
        items, notes = shown()
        assert items == {"a": "again", "b": "retracted"} and notes == []
        desk.sync()
        assert said(first, "a", "hanna") == "2"
        assert shown() == ({}, [])


def test_a_node_is_enrolled_under_the_incarnation_it_has_elsewhere(arena):
    with Hub(arena) as hub:
        token = hub.command("node", "add", "alice", "--incarnation", "4").strip()
        assert token.startswith("tributary_")
        listed = {node["node"]: node for node in hub.command_json("node", "list")["nodes"]}
        assert listed["alice"]["incarnation"] == 4
        again = hub.run("node", "add", "alice", "--incarnation", "5")
        assert again.returncode == 6 and "revoke" in again.stderr, again
        hub.command("node", "revoke", "alice")
        lower = hub.run("node", "add", "alice", "--incarnation", "4")
        assert lower.returncode == 1 and "--incarnation 5" in lower.stderr, lower
        hub.command("node", "add", "alice", "--incarnation", "7")
        hub.command("node", "revoke", "alice")
        hub.command("node", "add", "alice")
        assert {n["node"]: n for n in hub.command_json("node", "list")["nodes"]}["alice"]["incarnation"] == 8
        assert hub.run("node", "add", "bob", "--incarnation", "0").returncode == 2
        assert hub.run("node", "add", "bob", "--incarnation", "1000001").returncode == 2


def test_what_was_heard_through_other_hubs_is_not_gone_below(pair):
    first, second = pair
    first.command("node", "add", "frida", "--incarnation", "3")
    first.command("node", "revoke", "frida")
    first.tokens["frida"] = first.command("node", "add", "frida").strip()
    with first.client("frida") as client:
        client.push(SKILLS, [item("told")])
    wait_until(lambda: said(second, "told", "frida") == "1", 60, "it travels")
    done = second.run("node", "add", "frida", "--incarnation", "3")
    assert done.returncode == 1 and "--incarnation 4" in done.stderr, done
    second.command("node", "add", "frida", "--incarnation", "4")


@pytest.mark.parametrize("change, word", [
    (lambda s: s["hubs"][1].update(node="other"), "one name"),
    (lambda s: s.update(pullFrom=[s["hubs"][0]]), "pullFrom"),
    (lambda s: s.update(pullFrom=[{"url": f"http://127.0.0.1:{n}", "node": "x", "tokenFile": "token0"}
                                  for n in range(1, 9)]), "most")])
def test_hubs_that_do_not_go_together_are_refused(hub, arena, change, word):
    desk = Desk([hub], "gregor" + word.replace(" ", ""))
    with open(desk.file, encoding="utf-8") as file:
        settings = json.load(file)
    settings["hubs"].append({"url": "http://127.0.0.1:9", "node": desk.node, "tokenFile": "token0"})
    change(settings)
    with open(desk.file, "w", encoding="utf-8") as file:
        json.dump(settings, file)
    done = desk.run("sync")
    assert done.returncode == 8 and word in done.stderr, done


def test_a_hub_that_refuses_this_machine_is_told_and_not_gone_around(pair):
    first, second = pair
    desk = Desk([first, second], "emil")
    desk.write(SKILLS, [item("refused-here")])
    assert desk.run("sync").returncode == 0
    first.command("node", "revoke", "emil")
    done = desk.run("sync")
    assert done.returncode == 4 and "took its place" not in done.stdout, done
    assert "403" in done.stdout and "emil" in done.stdout


def test_a_hub_that_is_missed_between_rounds_is_told_and_so_is_its_return(arena):
    with Region(arena) as hub:
        desk = Desk([hub], "frida")
        desk.write(SKILLS, [item("patient")])
        with ServiceManager(desk.folder) as manager:
            desk.start_managed(manager)
            manager.wait("STATUS=in step")
            assert desk.status()["last_error"] is None
            hub.stop()
            desk.wait_said("waiting for news", 90)
            wait_until(lambda: desk.status()["last_error"], 30, "the status tells that the hub is missed")
            hub.start()
            desk.wait_said("answers again", 330)
            wait_until(lambda: desk.status()["last_error"] is None, 30, "the status tells nothing of it any more")
            desk.stop()
