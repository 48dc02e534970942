"""Every finding of `doctor` provoked for real: each with what to do, the exit code, and never a hang."""

import contextlib
import http.server
import json
import os
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from support.arena import sudo
from support.disk import SmallDisk
from support.spoke import Spoke

SKILLS = "skills-patterns"


def examine(spoke, *more, seconds=60, **environment):
    """The findings, by what was looked at."""
    words = [spoke.program, "doctor", "--json"]
    for name, value in (("--hub", f"http://127.0.0.1:{spoke.port}"), ("--node", spoke.node),
                        ("--token-file", spoke.token_file), ("--state", spoke.state),
                        ("--source", f"jsonl:{spoke.source}"), ("--sink", f"jsonl:{spoke.sink}")):
        if name not in more:
            words += [name, value]
    done = subprocess.run([*words, *more], capture_output=True, text=True, timeout=seconds, check=False,
                          env={**os.environ, **environment})
    document = json.loads(done.stdout)
    assert (done.returncode == 1) == (document["worst"] == "problem"), done
    for finding in document["findings"]:
        assert finding["found"] and (finding["fix"] or finding["level"] == "ok"), finding
    return document["findings"]


def one(findings, check, level="problem"):
    """The one finding of its kind."""
    found = [finding for finding in findings if finding["check"] == check and finding["level"] == level]
    assert len(found) == 1, findings
    return found[0]["found"] + " " + (found[0]["fix"] or "")


def worst(findings):
    return max((finding["level"] for finding in findings), key=["ok", "warning", "problem"].index)


@pytest.fixture(scope="module")
def spoke(hub):
    spoke = Spoke(hub, "patient")
    spoke.write(SKILLS, [{"id": "a", "payload": {"value_score": 0.9}}])
    spoke.sync()
    return spoke


class Answering:
    """A server on loopback whose answers come from `answer(handler)`."""

    def __init__(self, answer, date=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer(self)

            def date_time_string(self, timestamp=None):
                return date or super().date_time_string(timestamp)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.url

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def plain(status, body=b"<html>hello</html>", **headers):
    """An answer that is no hub's."""
    def answer(handler):
        handler.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
    return answer


def passed_on(hub):
    """What the hub answers, under the server's own date."""
    def answer(handler):
        with hub.client(None) as client:
            reply = client.get(handler.path, {name: handler.headers[name] for name in
                                              ("Authorization", "Tributary-Node")})
        handler.send_response(reply.status)
        handler.send_header("Content-Type", reply.headers["content-type"])
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)
    return answer


def test_where_all_is_well_it_says_so_and_ends_with_0(spoke):
    findings = examine(spoke)
    assert worst(findings) in ("ok", "warning"), findings
    assert {"configuration", "hub", "token", "clock", "state", "source", "sink"} <= {one["check"] for one in findings}
    assert not [one for one in findings if one["level"] == "problem"]
    text = subprocess.run([spoke.program, "doctor", "--hub", "http://127.0.0.1:9", "--node", "a", "--token-file",
                           spoke.token_file, "--state", spoke.state], capture_output=True, text=True, timeout=60,
                          check=False)
    assert text.returncode == 1 and "problem" in text.stdout and "->" in text.stdout, text


@pytest.mark.parametrize("address, word", [
    ("http://127.0.0.1:9", "nobody answers"), ("http://no-such-host.invalid:8092", "no address")])
def test_a_hub_that_is_away_is_told(spoke, address, word):
    assert word in one(examine(spoke, "--hub", address), "hub")


def test_a_hub_without_encryption_where_that_is_expected_is_told(spoke):
    assert "cannot be secured" in one(examine(spoke, "--hub", f"https://127.0.0.1:{spoke.port}"), "hub")


@pytest.mark.parametrize("answer, word", [
    (plain(200), "no Tributary hub"), (plain(404), "no Tributary hub"),
    (plain(302, Location="/login"), "redirects"), (plain(200, b'{"collections":[]}'), "no Tributary hub"),
    (plain(401), "no Tributary hub"), (plain(503), "answers that it cannot")])
def test_what_is_no_hub_is_told(spoke, answer, word):
    with Answering(answer) as url:
        assert word in one(examine(spoke, "--hub", url), "hub")


def test_a_hub_that_never_answers_holds_nothing_up(spoke):
    with socket.create_server(("127.0.0.1", 0)) as server:
        began = time.monotonic()
        findings = examine(spoke, "--hub", f"http://127.0.0.1:{server.getsockname()[1]}")
        assert "10 s" in one(findings, "hub") and time.monotonic() - began < 30
    assert one(findings, "source", "ok")


@pytest.mark.parametrize("date, check, word", [
    ("Sat, 21 Nov 2015 08:30:00 GMT", "problem", "ahead of"), ("Sat, 21 Nov 2065 08:30:00 GMT", "problem", "behind"),
    (-600, "warning", "ahead of"), (600, "warning", "behind"), (1, "ok", "agree")])
def test_a_wrong_clock_is_told_with_its_difference(hub, spoke, date, check, word):
    if isinstance(date, int):
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + date))
    with Answering(passed_on(hub), date) as url:
        findings = examine(spoke, "--hub", url)
    assert word in one(findings, "clock", check)


def test_a_token_that_is_not_there_wrong_open_or_anothers_is_told(hub, spoke):
    missing = examine(spoke, "--token-file", "/nowhere/token")
    assert "/nowhere/token" in one(missing, "token") and one(missing, "hub", "ok")
    for text, word in (("", "empty"), ("two words", "more than one word"), (hub.tokens["patient"][:-3] + "xyz", "not accept")):
        path = os.path.join(spoke.folder, "other-token")
        with open(path, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
        assert word in one(examine(spoke, "--token-file", path), "token")
    other = Spoke(hub, "another")
    found = one(examine(spoke, "--token-file", other.token_file), "token")
    assert "another node" in found and hub.tokens["another"] not in found
    os.chmod(other.token_file, 0o644)
    assert "chmod 600" in one(examine(other), "token", "warning")


def test_a_revoked_node_is_told(hub):
    spoke = Spoke(hub, "outcast")
    hub.command("node", "revoke", "outcast")
    assert "revoked" in one(examine(spoke), "token")


def test_settings_that_cannot_be_used_are_the_one_finding(spoke):
    path = os.path.join(spoke.folder, "wrong.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"sorces":[]}')
    (finding,) = examine(spoke, "--config", path)
    assert finding["level"] == "problem" and path in finding["found"] and "sources" in finding["found"]
    assert "TRIBUTARY_NODE" in one(examine(spoke, TRIBUTARY_NODDE="x"), "configuration", "warning")


def test_a_damaged_or_newer_state_is_told(hub):
    spoke = Spoke(hub, "damaged")
    spoke.write(SKILLS, [{"id": f"d{n}", "payload": {"value_score": 0.9, "text": "x" * 500}} for n in range(500)])
    spoke.sync()
    path = os.path.join(spoke.state, "state.sqlite")
    with contextlib.closing(sqlite3.connect(path)) as state:
        (version,) = state.execute("PRAGMA user_version").fetchone()
        state.execute("PRAGMA user_version = 999")
        assert "newer version" in one(examine(spoke), "state")
        state.execute(f"PRAGMA user_version = {version}")
    with open(path, "r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096 * 20))
    assert "damaged" in one(examine(spoke), "state")
    with open(path, "wb") as file:
        file.write(b"no database at all" * 1000)
    assert "damaged" in one(examine(spoke), "state")


def test_a_running_spoke_is_seen_and_not_disturbed(spoke):
    spoke.start("run")
    assert "started" in spoke.lines.get(timeout=20)
    try:
        assert any("running tributary-spoke" in finding["found"] for finding in examine(spoke))
    finally:
        assert spoke.stop() == 0


def test_full_and_read_only_disks_are_told(hub, spoke, arena):
    with SmallDisk(arena.folder("full"), 64) as disk:
        folder = os.path.join(disk.folder, "state")
        os.mkdir(folder, 0o700)
        disk.fill()
        assert "make room" in one(examine(spoke, "--state", folder), "state")
        assert "make room" in one(examine(spoke, "--state", os.path.join(disk.folder, "none")), "state")
        assert "make room" in one(examine(spoke, "--sink", f"jsonl:{folder}"), "sink")
        disk.make_room()
        subprocess.run([*sudo(), "mount", "-o", "remount,ro", disk.folder], check=True)
        found = one(examine(spoke, "--state", folder), "state")
        assert "cannot be written" in found and "ead-only" in found
        assert "cannot be written" in one(examine(spoke, "--sink", f"jsonl:{folder}"), "sink")
        assert "cannot be made" in one(examine(spoke, "--state", os.path.join(disk.folder, "none")), "state")


def test_sources_that_are_missing_unreadable_empty_or_strange_are_told(hub, spoke, arena):
    assert "/nowhere" in one(examine(spoke, "--source", "jsonl:/nowhere"), "source")
    empty = arena.folder("empty")
    assert "no patterns" in one(examine(spoke, "--source", f"jsonl:{empty}"), "source", "warning")
    with open(os.path.join(empty, f"{SKILLS}.jsonl"), "w", encoding="utf-8") as file:
        file.write('{"id":"a","payload":{"value_score":0.9}}\nnot json\n')
    found = one(examine(spoke, "--source", f"jsonl:{empty}"), "source", "warning")
    assert "1 of the first 2" in found and f"{SKILLS}.jsonl:2" in found
    with open(os.path.join(empty, f"{SKILLS}.jsonl"), "w", encoding="utf-8") as file:
        file.write("not json\n" * 5)
    assert "5 of the first 5" in one(examine(spoke, "--source", f"jsonl:{empty}"), "source")
    os.rename(os.path.join(empty, f"{SKILLS}.jsonl"), os.path.join(empty, "unheard-of.jsonl"))
    with open(os.path.join(empty, "unheard-of.jsonl"), "w", encoding="utf-8") as file:
        file.write('{"id":"a","payload":{"value_score":0.9}}\n')
    assert "unheard-of" in one(examine(spoke, "--source", f"jsonl:{empty}"), "source", "warning")


def test_a_sink_over_a_source_or_in_place_of_a_folder_is_told(spoke):
    assert "both --source and --sink" in one(examine(spoke, "--sink", f"jsonl:{spoke.source}"), "sink")
    assert "no folder" in one(examine(spoke, "--sink", f"jsonl:{spoke.token_file}"), "sink")


def test_a_folder_that_others_can_read_is_told(hub):
    spoke = Spoke(hub, "open-house")
    spoke.sync()
    os.chmod(spoke.state, 0o755)
    assert "chmod 700" in one(examine(spoke), "state", "warning")
