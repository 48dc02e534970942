"""One file instead of flags: layers, what is refused, and where each value comes from."""

import json
import os
import subprocess

import pytest

from support.spoke import Spoke

SKILLS = "skills-patterns"


class Desk:
    """A user's home with a configuration file, and a spoke that is told nothing on its command line."""

    def __init__(self, hub, node, **settings):
        self.spoke = Spoke(hub, node)
        self.home = self.spoke.folder
        self.file = os.path.join(self.home, ".config", "tributary", "spoke.json")
        os.makedirs(os.path.dirname(self.file))
        self.settings = {
            "hub": f"http://127.0.0.1:{hub.port}", "node": node, "tokenFile": "~/token", "state": "~/state",
            "sources": ["jsonl:~/source"], "sinks": ["jsonl:~/sink"], **settings}
        self.write(self.settings)

    def write(self, settings, path=None):
        with open(path or self.file, "w", encoding="utf-8") as file:
            file.write(settings if isinstance(settings, str) else json.dumps(settings))

    def run(self, *words, **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("TRIBUTARY_", "XDG_"))}
        return subprocess.run([self.spoke.program, *words], capture_output=True, text=True, timeout=60, check=False,
                              env={**environment, "HOME": self.home, **variables}, cwd=self.home)

    def shown(self, *words, **variables):
        """Every setting with its origin."""
        done = self.run("config", "show", "--origin", "--json", *words, **variables)
        assert done.returncode == 0, done
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def desk(hub):
    return Desk(hub, "desk")


def item(name):
    return {"id": name, "payload": {"value_score": 0.9, "text": name}}


def test_with_a_file_every_command_works_without_options(hub):
    desk = Desk(hub, "quiet-desk", collections=[SKILLS])
    desk.spoke.write(SKILLS, [item("by-file")])
    for words in (["push"], ["pull"], ["sync"], ["status"], ["list"], ["list", SKILLS], ["get", SKILLS, "by-file"],
                  ["why", SKILLS, "by-file"], ["config", "check"], ["config", "path"], ["config", "show"], ["doctor"]):
        done = desk.run(*words)
        assert done.returncode == 0, (words, done)
    assert "by-file" in desk.spoke.learned_items(SKILLS)
    desk.spoke.words = lambda command, *more: [desk.spoke.program, command, "--config", desk.file, *more]
    os.environ["HOME"], home = desk.home, os.environ["HOME"]
    try:
        desk.spoke.start("run")
        assert "quiet-desk at http" in desk.spoke.lines.get(timeout=20)
        assert desk.spoke.stop() == 0
    finally:
        os.environ["HOME"] = home


def test_later_layers_replace_earlier_ones_and_show_tells_which(desk):
    shown = desk.shown("--sync-interval", "7", TRIBUTARY_STATE="/from/variable")
    assert shown["node"] == {"value": "desk", "origin": {"kind": "file", "path": desk.file}}
    assert shown["state"] == {"value": "/from/variable", "origin": {"kind": "environment",
                                                                     "variable": "TRIBUTARY_STATE"}}
    assert shown["syncInterval"] == {"value": 7, "origin": {"kind": "option", "option": "--sync-interval"}}
    assert shown["vectors"] == {"value": False, "origin": {"kind": "default"}}
    assert shown["tokenFile"]["value"] == f"{desk.home}/token"
    assert desk.shown("--state", "mine", TRIBUTARY_STATE="/from/variable")["state"]["value"] == "mine"
    text = desk.run("config", "show", "--origin", TRIBUTARY_NODE="bruno").stdout
    assert "TRIBUTARY_NODE" in text and desk.file in text and "default" in text
    plain = json.loads(desk.run("config", "show", "--json").stdout)
    other = os.path.join(desk.home, "other.json")
    desk.write(plain, other)
    again = desk.shown("--config", other)
    assert {name: one["value"] for name, one in again.items()} == plain
    assert desk.run("config", "show", TRIBUTARY_CONFIG=other).returncode == 0


def test_a_token_comes_from_the_service_manager_where_no_file_is_named(hub):
    desk = Desk(hub, "credentialed")
    del desk.settings["tokenFile"]
    desk.write(desk.settings)
    done = desk.run("sync")
    assert done.returncode == 2 and all(word in done.stderr for word in
                                        ("--token-file", "TRIBUTARY_TOKEN_FILE", "tokenFile", desk.file)), done
    assert desk.run("sync", CREDENTIALS_DIRECTORY=desk.home).returncode == 0
    shown = desk.shown(CREDENTIALS_DIRECTORY=desk.home)
    assert shown["tokenFile"]["origin"]["kind"] == "credential"


@pytest.mark.parametrize("text, words", [
    ('{"sorces":["jsonl:x"]}', ["sorces", "'sources'"]), ('{"node":3}', ["'node'", "text"]),
    ('{"hubs":[{"url":"http://a:1","tokenFiel":"x"}]}', ["hubs[0].tokenFiel", "'tokenFile'"]),
    ('{"token":"zanzibar"}', ["'token'", "tokenFile"]), ('{"sources":["jsnl:x"]}', ["'sources'", "jsonl:x"]),
    ('{"node":"a",', ["line 1"]), ('{"syncInterval":1.5}', ["syncInterval"])])
def test_a_wrong_file_is_told_with_its_place_by_every_command(desk, text, words):
    path = os.path.join(desk.home, "wrong.json")
    desk.write(text, path)
    for command in (["config", "check", path], ["config", "show", "--config", path], ["sync", "--config", path],
                    ["status", "--config", path]):
        done = desk.run(*command)
        assert done.returncode == 8 and path in done.stderr, done
        assert all(word in done.stderr for word in words) and "zanzibar" not in done.stderr, done


def test_a_file_that_others_can_write_is_refused(desk):
    path = os.path.join(desk.home, "open.json")
    desk.write(desk.settings, path)
    os.chmod(path, 0o666)
    done = desk.run("sync", "--config", path)
    assert done.returncode == 8 and "chmod go-w" in done.stderr and path in done.stderr, done


def test_a_secret_in_a_variable_is_refused_and_not_repeated(desk):
    done = desk.run("sync", TRIBUTARY_TOKEN="tributary_1_zanzibar")
    assert done.returncode == 8 and "TRIBUTARY_TOKEN_FILE" in done.stderr and "zanzibar" not in done.stderr, done


def test_what_is_missing_is_named_in_all_three_spellings(desk):
    path = os.path.join(desk.home, "empty.json")
    desk.write({}, path)
    for words, parts in ((["sync"], ("--hub", "TRIBUTARY_HUB", '"hub"')),
                         (["sync", "--hub", "http://127.0.0.1:1"], ("--node", "TRIBUTARY_NODE", '"node"')),
                         (["push", "--source", "jsonl:x"], ("--hub",)),
                         (["push"], ("--source", "TRIBUTARY_SOURCES", '"sources"'))):
        done = desk.run(*words, "--config", path)
        assert done.returncode == 2 and path in done.stderr, done
        assert all(part in done.stderr for part in parts), done


def test_a_chosen_file_has_to_be_there_and_slips_are_answered(desk):
    done = desk.run("sync", "--config", "/nowhere/spoke.json")
    assert done.returncode == 8 and "/nowhere/spoke.json" in done.stderr, done
    done = desk.run("config", "shwo")
    assert done.returncode == 2 and "tributary-spoke config show" in done.stderr, done
    done = desk.run("config", "show", "--orgin")
    assert done.returncode == 2 and "--origin" in done.stderr, done
