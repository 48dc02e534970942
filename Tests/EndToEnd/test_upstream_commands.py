"""Joining a hub to others: by command and by configuration file, what is refused, and what is shown about it."""

import json
import os
import re
import secrets
import subprocess

import pytest

from support.client import Client

SKILLS = "skills-patterns"
ELSEWHERE = "http://hub.example:1"


def token_file(hub, name="up.token", mode=0o600, text=None):
    """A file with a token that is well formed."""
    path = os.path.join(hub.folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text if text is not None else f"tributary_{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}\n")
    os.chmod(path, mode)
    return path


def configuration(hub, **settings):
    path = os.path.join(hub.folder, "hub.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(settings, file)
    return path


def listed(hub):
    return {one["url"]: one for one in hub.command_json("upstream", "list")["upstreams"]}


def status(hub, url=ELSEWHERE):
    found = hub.command_json("upstream", "status", url)["upstreams"]
    assert len(found) == 1
    return found[0]


def flow(document, feed, direction, collection=SKILLS):
    found = [one for one in document["flows"]
             if (one["collection"], one["feed"], one["direction"]) == (collection, feed, direction)]
    assert len(found) == 1, document
    return found[0]


def item(name, **payload):
    return {"id": name, "revision": 1, "payload": {"value_score": 0.9, **payload}}


def test_an_upstream_is_added_set_up_anew_and_removed_while_the_hub_serves(hub):
    token = token_file(hub)
    shown = hub.command("upstream", "add", ELSEWHERE + "/", "--node", "us", "--token-file", token,
                        "--collections", f"{SKILLS},best-practices", "--min-value", "0.8", "--sync-interval", "60")
    assert shown.startswith(f"added {ELSEWHERE}") and "upstream status" in shown
    expected = {"url": ELSEWHERE, "node": "us", "token_file": token, "collections": [SKILLS, "best-practices"],
                "min_value": 0.8, "sync_interval": 60, "from": "command"}
    assert expected.items() <= listed(hub)[ELSEWHERE].items()
    assert hub.command("upstream", "add", ELSEWHERE, "--node", "us2", "--token-file", token).startswith("changed")
    expected = {"node": "us2", "collections": None, "min_value": 0, "sync_interval": 300}
    assert expected.items() <= listed(hub)[ELSEWHERE].items()
    hub.command("upstream", "remove", ELSEWHERE + "/")
    assert listed(hub) == {}
    done = hub.run("upstream", "remove", ELSEWHERE)
    assert done.returncode == 1 and ELSEWHERE in done.stderr, done


def test_a_token_file_is_named_from_the_root_however_it_was_given(hub):
    token = token_file(hub, "relative.token")
    done = subprocess.run([hub.program, "upstream", "add", ELSEWHERE, "--node", "us", "--token-file", "relative.token",
                           "--data-dir", hub.data], cwd=hub.folder, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done
    assert listed(hub)[ELSEWHERE]["token_file"] == token
    hub.command("upstream", "remove", ELSEWHERE)


def test_a_token_that_everybody_can_read_or_that_is_none_is_refused_without_showing_it(hub):
    secret = hub.enrol("tokened")
    cases = [("open.token", 0o644, secret, "chmod"), ("none.token", 0o600, "hello", "holds no token"),
             ("two.token", 0o600, f"{secret}\n{secret}", "holds no token"), ("empty.token", 0o600, "", "holds no token")]
    for name, mode, text, message in cases:
        path = token_file(hub, name, mode, text)
        done = hub.run("upstream", "add", ELSEWHERE, "--node", "us", "--token-file", path)
        assert done.returncode == 8 and message in done.stderr and path in done.stderr, done
        assert secret not in done.stdout + done.stderr
    for path in (hub.folder, os.path.join(hub.folder, "missing")):
        done = hub.run("upstream", "add", ELSEWHERE, "--node", "us", "--token-file", path)
        assert done.returncode == 8 and path in done.stderr, done
    assert listed(hub) == {}


@pytest.mark.parametrize("options", [
    ["ftp://hub.example"], ["hub.example:8092"], ["http://user:pass@hub.example"], ["http://hub.example/?a=1"],
    [ELSEWHERE, "--min-value", "1.1"], [ELSEWHERE, "--min-value", "nan"], [ELSEWHERE, "--sync-interval", "0"],
    [ELSEWHERE, "--sync-interval", "86401"], [ELSEWHERE, "--collections", "Bad Name"], [ELSEWHERE, "--collections", ","]])
def test_a_wrong_setting_is_a_usage_error_and_changes_nothing(hub, options):
    done = hub.run("upstream", "add", *options, "--node", "us", "--token-file", token_file(hub))
    assert done.returncode == 2 and done.stderr.strip() and not done.stdout, done
    assert "pass@" not in done.stderr
    assert listed(hub) == {}


def test_what_waits_for_an_upstream_is_counted_per_link_and_direction(fresh_hub):
    fresh_hub.start(metrics="127.0.0.1:0")
    alice = fresh_hub.client("alice")
    fresh_hub.command("upstream", "add", ELSEWHERE, "--node", "us", "--token-file", token_file(fresh_hub))
    assert flow(status(fresh_hub), "contributions", "push")["items_behind"] == 0
    assert alice.push(SKILLS, [item("a"), item("b"), item("c")]).counts == (3, 0, 0, 0)
    assert alice.push(SKILLS, [{"id": "a", "revision": 2, "retracted": True}]).counts == (1, 0, 0, 0)
    fresh_hub.command("retraction", "add", SKILLS, "b", "--reason", "seen to fail")
    document = status(fresh_hub)
    assert flow(document, "contributions", "push")["items_behind"] == 3, "the newest statement of each pattern"
    assert flow(document, "resolutions", "push")["items_behind"] == 1
    assert flow(document, "contributions", "pull")["items_behind"] == 0
    shown = fresh_hub.command("upstream", "status")
    assert re.search(rf"{SKILLS}\s+contributions\s+push\s+3\s", shown), shown
    with Client(fresh_hub.metrics_port) as client:
        metrics = client.get("/metrics").body.decode()
    labels = f'upstream="{ELSEWHERE}",collection="{SKILLS}",feed="contributions",direction="push"'
    assert f"tributary_upstream_behind_items{{{labels}}} 3\n" in metrics, metrics
    for name in ("behind_seconds", "refused_items"):
        assert f"tributary_upstream_{name}{{{labels}}} " in metrics
    assert f'tributary_upstream_failures{{upstream="{ELSEWHERE}"}} ' in metrics
    told = alice.get("/manifest").json()["upstreams"]
    assert flow(told[0], "contributions", "push")["items_behind"] == 3
    assert "token_file" not in told[0] and "error" not in told[0], "for operators alone"
    told = fresh_hub.client("board").get("/manifest").json()["upstreams"]
    assert "token_file" not in told[0]
    fresh_hub.enrol("reviewer", scopes=["review"])
    assert "token_file" in fresh_hub.client("reviewer").get("/manifest").json()["upstreams"][0]


def test_upstreams_of_the_configuration_file_come_and_go_with_it(fresh_hub):
    token = token_file(fresh_hub)
    fresh_hub.command("upstream", "add", ELSEWHERE, "--node", "by-command", "--token-file", token)
    config = configuration(fresh_hub, name="us-hub", upstreams=[
        {"url": "http://one.example", "node": "us", "token_file": token, "collections": [SKILLS], "min_value": 0.5,
         "sync_interval": 7},
        {"url": "http://two.example", "node": "us", "token_file": "/nowhere/token"}])
    fresh_hub.start(config=config)
    assert {url: one["from"] for url, one in listed(fresh_hub).items()} == {
        ELSEWHERE: "command", "http://one.example": "configuration", "http://two.example": "configuration"}
    one = listed(fresh_hub)["http://one.example"]
    assert (one["collections"], one["min_value"], one["sync_interval"]) == ([SKILLS], 0.5, 7)
    assert "/nowhere/token" in fresh_hub.read_log(), "it serves, and says what is missing"
    assert fresh_hub.psql("SELECT name FROM hub") == "us-hub"
    fresh_hub.stop()
    fresh_hub.start(config=configuration(fresh_hub, upstreams=[{"url": ELSEWHERE, "node": "us", "token_file": token}]))
    assert {url: one["from"] for url, one in listed(fresh_hub).items()} == {ELSEWHERE: "configuration"}
    assert fresh_hub.psql("SELECT name FROM hub") == "us-hub", "a name stays until another is given"
    fresh_hub.stop()
    fresh_hub.start(config=configuration(fresh_hub), name="renamed")
    assert listed(fresh_hub) == {} and fresh_hub.psql("SELECT name FROM hub") == "renamed"


def test_a_configuration_file_says_where_to_serve_and_options_win(fresh_hub):
    path = configuration(fresh_hub, **{"data_dir": fresh_hub.data, "listen": "nowhere", "metrics-listen": "none",
                                       "history_days": 3, "log_level": "info"})
    done = subprocess.run([fresh_hub.program, "serve", "--config", path], capture_output=True, text=True, timeout=20,
                          check=False)
    assert done.returncode == 2 and "nowhere" in done.stderr, done
    fresh_hub.start(config=path)
    assert fresh_hub.is_ready()


@pytest.mark.parametrize("text, message", [
    ("{", "at byte"), ("[]", "no JSON object"), ('{"nmae": "us"}', "did you mean 'name'?"),
    ('{"listen": 1}', "'listen' is no text"), ('{"history_days": "x"}', "'history_days' is no whole number"),
    ('{"data_dir": "a", "data-dir": "b"}', "is there twice"), ('{"upstreams": {}}', "'upstreams' is no list"),
    ('{"upstreams": [{"url": "http://x", "node": "us"}]}', "'upstreams[0].token_file' is missing"),
    ('{"upstreams": [{"url": "x", "node": "us", "token_file": "/t"}]}', "'upstreams[0].url'"),
    ('{"upstreams": [{"url": "http://x", "node": "a b", "token_file": "/t"}]}', "'upstreams[0].node'"),
    ('{"upstreams": [{"url": "http://x", "node": "us", "token_file": "t"}]}', "no absolute path"),
    ('{"upstreams": [{"url": "http://x", "node": "us", "token_file": "/t", "min_value": 2}]}', "'upstreams[0].min_value'"),
    ('{"upstreams": [{"url": "http://x", "node": "us", "token_file": "/t", "token": "s3cret"}]}', "'upstreams[0].token'"),
    ('{"upstreams": [{"url": "http://x", "node": "us", "token_file": "/t"},'
     ' {"url": "http://x/", "node": "us", "token_file": "/t"}]}', "listed twice")])
def test_a_wrong_configuration_file_is_refused_with_the_place_of_the_mistake(arena, text, message):
    path = os.path.join(arena.folder("c"), "hub.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([arena.program("tributary-hub"), "serve", "--config", path], capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode == 8 and message in done.stderr and path in done.stderr, done
    assert "s3cret" not in done.stderr


def test_a_configuration_file_that_is_not_there_is_refused(arena):
    done = subprocess.run([arena.program("tributary-hub"), "serve", "--config", "/nowhere/hub.json"],
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 8 and "/nowhere/hub.json" in done.stderr, done


def test_a_node_heard_of_elsewhere_is_enrolled_above_what_was_heard(hub):
    hub.psql("INSERT INTO relayed_origins VALUES ('asia', 'skills-patterns', 'mover', 7, 1, now(), now()), "
             "('eu', 'best-practices', 'mover', 4, 1, now(), now())")
    hub.enrol("mover")
    nodes = {node["node"]: node["incarnation"] for node in hub.command_json("node", "list")["nodes"]}
    assert nodes["mover"] == 8
    hub.command("node", "revoke", "mover")
    hub.enrol("mover")
    nodes = {node["node"]: node["incarnation"] for node in hub.command_json("node", "list")["nodes"]}
    assert nodes["mover"] == 9
