"""The operator's commands, while the hub serves and while it does not, and their exit codes."""

import subprocess

import pytest

from support.arena import wait_until


def item(name, revision=1, **payload):
    return {"id": name, "revision": revision, "payload": {"value_score": 0.9, **payload}}


def nodes(hub):
    return {node["node"]: node for node in hub.command_json("node", "list")["nodes"]}


def policies(hub):
    return {one["collection"]: one for one in hub.command_json("collection", "list")["collections"]}


def test_nodes_and_collections_are_managed_before_the_first_start_and_while_serving(fresh_hub):
    fresh_hub.enrol("early")
    fresh_hub.set_policy("team-notes", strategy="latest", threshold=0.5)
    assert set(nodes(fresh_hub)) == {"early"}
    assert fresh_hub.database_processes() == [], "a command leaves no database running"
    fresh_hub.start()
    fresh_hub.enrol("late", role="hub")
    listed = nodes(fresh_hub)
    assert [(listed[n]["role"], listed[n]["state"]) for n in ("early", "late")] == \
        [("spoke", "enrolled"), ("hub", "enrolled")]
    fresh_hub.command("node", "revoke", "late")
    assert nodes(fresh_hub)["late"]["state"] == "revoked"
    entry = fresh_hub.client("early").manifest("team-notes")
    assert (entry["strategy"], entry["threshold"]) == ("latest", 0.5)
    assert fresh_hub.client("early").push("team-notes", [item("a")]).counts == (1, 0, 0, 0)
    fresh_hub.stop()
    assert set(nodes(fresh_hub)) == {"early", "late"}
    assert nodes(fresh_hub)["early"]["contributions"] == 1
    fresh_hub.command("node", "revoke", "early")
    fresh_hub.start()
    assert fresh_hub.client("early").get("/v1/manifest").problem() == "node-revoked"


def test_the_standard_collections_are_there_from_the_start(hub):
    held = {entry["name"]: entry for entry in hub.client("alice").manifest()["collections"]}
    expected = {"skills-patterns": "value-score", "error-solutions": "value-or-confidence",
                "best-practices": "value-or-endorsements"}
    assert {name: held[name]["value_rule"] for name in expected} == expected
    assert {(held[name]["strategy"], held[name]["threshold"]) for name in expected} == {("highest-value", 0.7)}
    assert set(expected) <= set(policies(hub))


def test_revoking_twice_is_harmless_and_says_so(hub):
    hub.enrol("gone")
    assert "was revoked before" not in hub.command("node", "revoke", "gone")
    assert "before" in hub.command("node", "revoke", "gone")


@pytest.mark.parametrize("words, code", [
    (["node", "revoke", "never-there"], 1), (["node", "add"], 2), (["node", "add", "x", "--role", "king"], 2),
    (["collection", "set", "Bad Name"], 2), (["collection", "set", "ok", "--threshold", "1.5"], 2),
    (["collection", "set", "ok", "--threshold", "nan"], 2), (["collection", "set", "ok", "--strategy", "newest"], 2),
    (["quarantine", "--limit", "0"], 2), (["quarantine", "--node", "a b"], 2), (["nonsense"], 2),
    (["node", "list", "--jsn"], 2), (["decisions", "--collection", "unknown-one"], 1)])
def test_a_wrong_command_ends_with_its_exit_code_and_a_message(hub, words, code):
    done = hub.run(*words)
    assert done.returncode == code, done
    assert done.stderr.strip() and not done.stdout.strip(), done


def test_commands_need_to_know_where(hub):
    for words in (["node", "list"], ["collection", "list"], ["epoch"]):
        done = subprocess.run([hub.program, *words], capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 8 and "--data-dir" in done.stderr, done
    done = subprocess.run([hub.program, "serve"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2 and "--data-dir" in done.stderr, done


def test_help_and_version_succeed(hub):
    for words in (["--help"], ["--version"], ["serve", "--help"], ["node", "add", "--help"], ["help", "collection"]):
        done = subprocess.run([hub.program, *words], capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0 and done.stdout.strip() and not done.stderr, done


@pytest.mark.parametrize("options", [["--listen", "nowhere"], ["--listen", "127.0.0.1:99999"],
                                     ["--metrics-listen", "x"], ["--log-level", "loud"]])
def test_serving_with_a_wrong_option_is_a_usage_error(arena, options):
    folder = arena.folder("u")
    done = subprocess.run([arena.program("tributary-hub"), "serve", "--data-dir", folder + "/d", *options],
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2 and options[0] in done.stderr, done


def test_a_database_that_cannot_be_reached_is_exit_code_5(arena):
    url = "postgresql:///none?host=/nonexistent&connect_timeout=2"
    done = subprocess.run([arena.program("tributary-hub"), "node", "list", "--database-url", url],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 5 and "/nonexistent" in done.stderr, done


def test_a_newer_schema_is_refused_and_not_guessed_at(fresh_hub):
    fresh_hub.start()
    fresh_hub.psql("INSERT INTO schema_migrations "
                   "SELECT 9000, 'later', sha256, applied_at FROM schema_migrations LIMIT 1")
    done = fresh_hub.run("node", "list")
    assert done.returncode == 9 and "newer" in done.stderr, done
    fresh_hub.psql("DELETE FROM schema_migrations WHERE number = 9000")
    assert fresh_hub.run("node", "list").returncode == 0
    fresh_hub.psql("UPDATE schema_migrations SET sha256 = sha256('other')")
    done = fresh_hub.run("node", "list")
    assert done.returncode == 9 and "wording" in done.stderr, done


def test_refused_items_are_listed_with_their_reason(hub):
    client = hub.client("clumsy")
    client.push("skills-patterns", [{"id": "odd", "revision": 1, "payload": {"value_score": 7}}, b"{nonsense"])
    shown = hub.command("quarantine", "--node", "clumsy")
    assert "value-out-of-range" in shown and "malformed-json" in shown and "odd" in shown
    listed = hub.command_json("quarantine", "--node", "clumsy")["items"]
    assert {one["code"] for one in listed} == {"value-out-of-range", "malformed-json"}
    assert all(one["times"] == 1 for one in listed)


def test_decisions_show_where_nodes_disagree(hub):
    hub.client("alice").push("best-practices", [item("debate", value=1)])
    hub.client("bruno").push("best-practices", [{"id": "debate", "revision": 1, "payload": {"value_score": 0.95}}])
    shown = hub.command("decisions", "--collection", "best-practices")
    assert "debate" in shown and "bruno" in shown and "alice" in shown
    decision = hub.command_json("decisions", "--collection", "best-practices")["decisions"][0]
    assert (decision["winner"]["origin"], decision["runner_up"]["origin"]) == ("bruno", "alice")
    assert decision["decided_by"] == "value"


def test_a_policy_set_while_serving_is_seen_by_those_who_wait(hub):
    client = hub.client("alice")
    tag = client.get("/v1/manifest").headers["etag"]
    hub.set_policy("error-solutions", threshold=0.8)
    wait_until(lambda: client.get("/v1/manifest", {"If-None-Match": tag}).status == 200, 10, "a new manifest")
    assert client.manifest("error-solutions")["policy_revision"] == 2
