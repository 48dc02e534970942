"""The spoke as a daemon, and what its exit codes say."""

import http.server
import json
import os
import socket
import subprocess
import threading
import time

import pytest

from support.arena import wait_until
from support.hub import Hub
from support.spoke import Spoke

SKILLS = "skills-patterns"


def item(pattern, value=0.9):
    return {"id": pattern, "payload": {"value_score": value}}


@pytest.fixture
def running(hub, request):
    """A spoke that runs until the test ends; its interval is long, so that what happens is not by the clock."""
    spoke = Spoke(hub, "runner-" + str(abs(hash(request.node.name)) % 10**6))
    spoke.write(SKILLS, [item(f"{spoke.node}-own")])
    spoke.start("run", "--sync-interval", "3600")
    wait_until(lambda: f"{spoke.node}-own" in spoke.learned_items(SKILLS), 15, "its first round")
    yield spoke
    if spoke.process.poll() is None:
        spoke.kill()


def test_what_others_share_arrives_within_a_second_or_two(hub, running):
    for number in range(3):
        started = time.monotonic()
        with hub.client("alice") as client:
            client.push(SKILLS, [{"id": f"news-{number}", "revision": 1, "payload": {"value_score": 0.9}}])
        wait_until(lambda: f"news-{number}" in running.learned_items(SKILLS), 10, "the news arrives")
        assert time.monotonic() - started < 3


def test_a_changed_source_is_read_without_waiting_for_the_interval(hub, running):
    running.write(SKILLS, [item(f"{running.node}-own"), item("afterthought")])
    wait_until(lambda: "afterthought" in running.learned_items(SKILLS), 90, "the changed source is read", pause=0.2)


def test_sigterm_ends_it_at_once_also_in_the_middle_of_waiting(running):
    time.sleep(1)
    started = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - started < 2


def test_sigterm_ends_it_at_once_while_the_hub_is_away(arena):
    hub = Hub(arena).start()
    spoke = Spoke(hub, "lonely")
    hub.close()
    spoke.start("run", "--sync-interval", "3600")
    time.sleep(2)
    assert spoke.process.poll() is None, "it does not give up"
    started = time.monotonic()
    assert spoke.stop() == 0
    assert time.monotonic() - started < 2


def test_it_outlives_a_hub_that_restarts(arena):
    with Hub(arena) as hub:
        spoke = Spoke(hub, "patient")
        spoke.write(SKILLS, [item("first")])
        spoke.start("run", "--sync-interval", "3600")
        try:
            wait_until(lambda: "first" in spoke.learned_items(SKILLS), 15, "its first round")
            hub.kill()
            hub.kill_database()
            time.sleep(1)
            hub.start(listen=f"127.0.0.1:{hub.port}")
            with hub.client("alice") as client:
                client.push(SKILLS, [{"id": "after", "revision": 1, "payload": {"value_score": 0.9}}])
            wait_until(lambda: "after" in spoke.learned_items(SKILLS), 60, "it comes back", pause=0.2)
            assert spoke.process.poll() is None
        finally:
            spoke.kill()


def test_an_idle_spoke_costs_next_to_nothing(running):
    def ticks():
        with open(f"/proc/{running.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    time.sleep(3)
    assert ticks() - before <= 0.05 * 3 * os.sysconf("SC_CLK_TCK")
    with open(f"/proc/{running.process.pid}/status", encoding="ascii") as file:
        resident = next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))
    assert resident < 40


def test_exit_code_0_when_all_is_done(hub):
    spoke = Spoke(hub, "done")
    spoke.write(SKILLS, [item("done")])
    assert spoke.run("sync").returncode == 0


def test_exit_code_3_when_the_hub_refuses_an_item(hub):
    """The spoke cannot know that another machine speaks under its name."""
    spoke = Spoke(hub, "refused")
    with hub.client("refused") as client:
        client.push(SKILLS, [{"id": "taken", "revision": 1, "payload": {"value_score": 0.7}}])
    ahead = {"id": "ahead", "payload": {"value_score": 0.9, "last_updated": int(time.time()) + 3 * 86400}}
    spoke.write(SKILLS, [item("fine"), ahead])
    done = spoke.run("sync", "--json")
    assert done.returncode == 3 and "clock-ahead" in done.stdout, done
    assert "fine" in spoke.learned_items(SKILLS)


@pytest.mark.parametrize("change", ["unknown token", "revoked", "another name"])
def test_exit_code_4_when_the_hub_does_not_let_it_in(hub, change):
    spoke = Spoke(hub, "outsider-" + change.replace(" ", "-"))
    if change == "unknown token":
        with open(spoke.token_file, "w", encoding="ascii") as file:
            file.write("tributary_000000000000_" + "A" * 43)
    elif change == "revoked":
        hub.command("node", "revoke", spoke.node)
    else:
        spoke.node = "somebody-else"
    done = spoke.run("sync")
    assert done.returncode == 4 and done.stdout + done.stderr, done
    token = open(spoke.token_file, encoding="ascii").read().strip()
    assert token.split("_", 2)[2] not in done.stdout + done.stderr


def test_exit_code_5_when_nobody_answers(hub):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        spoke = Spoke(hub, "unreached", port=unused.getsockname()[1])
        started = time.monotonic()
        done = spoke.run("sync")
    assert done.returncode == 5 and str(spoke.port) in done.stdout + done.stderr, done
    assert time.monotonic() - started < 60


class Canned(http.server.BaseHTTPRequestHandler):
    """A server that says one thing to everybody."""
    status, headers_given, body = 503, {"Retry-After": "1"}, b"{}"

    def do_GET(self):
        self.server.asked += 1
        self.send_response(self.status)
        for name, value in {"Content-Length": str(len(self.body)), **self.headers_given}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def canned(request):
    """A server with the answer that the test names."""
    handler = type("Handler", (Canned,), dict(zip(("status", "headers_given", "body"), request.param)))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.asked = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


BUSY = json.dumps({"type": "urn:tributary:problem:overloaded", "title": "t", "status": 503, "detail": "d"}).encode()


@pytest.mark.parametrize("canned", [(503, {"Retry-After": "1", "Content-Type": "application/problem+json"}, BUSY)],
                         indirect=True)
def test_exit_code_7_when_the_hub_stays_busy(hub, canned):
    spoke = Spoke(hub, "waiter", port=canned.server_address[1])
    started = time.monotonic()
    done = spoke.run("sync")
    assert done.returncode == 7, done
    assert canned.asked == 4, "it asks four times"
    assert 2.5 < time.monotonic() - started < 60, "it waits as long as it is asked to"


@pytest.mark.parametrize("canned", [(200, {"Content-Type": "text/html"}, b"<html>Please log in</html>"),
                                    (200, {"Content-Type": "application/json"}, b'{"protocol":2,"hub":"x"}'),
                                    (200, {"Content-Type": "application/json"}, b"{}"),
                                    (302, {"Location": "http://203.0.113.1/"}, b""), (404, {}, b"not here"),
                                    (418, {}, b"")], indirect=True)
def test_a_server_that_is_no_hub_is_not_believed(hub, canned):
    spoke = Spoke(hub, "misled", port=canned.server_address[1])
    spoke.write(SKILLS, [item("misled")])
    done = spoke.run("sync")
    assert done.returncode not in (0, 3) and (done.stdout + done.stderr).strip(), done
    assert spoke.learned() == {}


@pytest.mark.parametrize("mend, code", [
    (lambda words: words + ["--collections", "skill-patterns"], (2, 8)),
    (lambda words: words + ["--colections", "x"], (2,)),
    (lambda words: words[:1] + ["snyc"] + words[2:], (2,)),
    (lambda words: [*words, "--sink", words[words.index("--source") + 1]], (8,)),
    (lambda words: [w if not w.startswith("http") else "ftp://x" for w in words], (2, 8)),
    (lambda words: [w if w != "--hub" else "--hbu" for w in words], (2,)),
    (lambda words: [w if not w.startswith("jsonl") else "csv:/x" for w in words], (2, 8)),
    (lambda words: [w if not w.endswith("/token") else w + "-missing" for w in words], (8,)),
    (lambda words: [w if not w.endswith("/state") else "/proc/none/state" for w in words], (1, 8))])
def test_a_wrong_command_is_told_with_its_exit_code(hub, mend, code):
    spoke = Spoke(hub, "wrong")
    done = subprocess.run(mend(spoke.words("sync")), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in code and (done.stdout + done.stderr).strip(), done


def test_an_empty_or_open_token_file_is_told(hub):
    spoke = Spoke(hub, "careless")
    os.chmod(spoke.token_file, 0o644)
    done = spoke.run("sync")
    assert done.returncode == 0 and spoke.token_file in done.stderr, done
    with open(spoke.token_file, "w", encoding="ascii"):
        pass
    done = spoke.run("sync")
    assert done.returncode == 8 and spoke.token_file in done.stderr, done


def test_its_folders_are_for_itself_and_the_token_is_kept_nowhere(hub):
    spoke = Spoke(hub, "private")
    spoke.write(SKILLS, [item("private")])
    spoke.sync()
    secret = hub.tokens["private"].split("_", 2)[2].encode()
    assert os.stat(spoke.state).st_mode & 0o077 == 0
    for name in os.listdir(spoke.state):
        path = os.path.join(spoke.state, name)
        assert os.stat(path).st_mode & 0o077 == 0, name
        with open(path, "rb") as file:
            assert secret not in file.read()
