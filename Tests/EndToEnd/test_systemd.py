"""The units under a real systemd, installed as the guide says: on a machine that is booted for it."""

import json
import os

import pytest

from support.arena import wait_until
from support.booted import Booted
from support.hub import Hub

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
SKILLS = "skills-patterns"
NAME = "tributary-spoke"
ACCOUNT = "erik"


@pytest.fixture(scope="module")
def machine(arena):
    machine = Booted(arena)
    try:
        with open(arena.program(NAME), "rb") as file:
            machine.put(f"/usr/bin/{NAME}", file.read(), 0o755)
        yield machine.boot()
    finally:
        machine.close()


def source(*patterns):
    lines = [json.dumps({"id": pattern, "payload": {"value_score": 0.9}}) + "\n" for pattern in patterns]
    return "".join(lines).encode()


def settings(hub, node, folder, **more):
    """What the guide has in the file of settings."""
    document = {"hub": f"http://127.0.0.1:{hub.port}", "node": node, "sources": [f"jsonl:{folder}/patterns"],
                "sinks": [f"jsonl:{folder}/learned"], **more}
    return json.dumps(document).encode()


def unit(path):
    with open(os.path.join(ROOT, "deploy/systemd", path), "rb") as file:
        return file.read()


class Service:
    """One service, of the machine or of an account."""

    def __init__(self, machine, *words):
        self.machine, self.words = machine, words

    def control(self, *words):
        return self.machine.run(*self.words, "systemctl", *(["--user"] if self.words else []), *words)

    def does(self, *words):
        done = self.control(*words)
        assert done.returncode == 0, (done, self.log())
        return done.stdout

    def show(self, name):
        return self.does("show", "--value", f"--property={name}", NAME).strip()

    def log(self):
        return self.machine.run("journalctl", "--no-pager", "--lines=30").stdout

    def await_step(self):
        wait_until(lambda: self.show("StatusText").startswith("in step"), 60, f"it is in step: {self.log()}")


def has(hub, node, pattern):
    return hub.psql(f"SELECT 1 FROM contributions WHERE node = '{node}' AND pattern_id = '{pattern}'") == "1"


@pytest.fixture
def hub(arena):
    with Hub(arena) as hub:
        yield hub


def test_the_service_of_the_machine_does_what_the_guide_promises(machine, hub):
    token = hub.enrol("mira")
    hub.client("bruno").push(SKILLS, [{"id": "from-bruno", "payload": {"value_score": 0.9}}])
    machine.put("/etc/systemd/system/tributary-spoke.service", unit("tributary-spoke.service"))
    machine.put("/etc/systemd/system/tributary-spoke.service.d/override.conf",
                b"[Service]\nReadWritePaths=/srv/learned\nWatchdogSec=3s\nRestartSec=100ms\n")
    machine.put("/etc/tributary/spoke.json", settings(hub, "mira", "/srv"))
    machine.put("/etc/tributary/token", token.encode() + b"\n", 0o600)
    machine.put(f"/srv/patterns/{SKILLS}.jsonl", source("first"))
    assert machine.run("install", "--directory", "--mode=0777", "/srv/learned").returncode == 0
    service = Service(machine)
    service.does("daemon-reload")
    service.does("enable", "--now", NAME)
    service.await_step()
    assert has(hub, "mira", "first")
    learned = machine.run("cat", f"/srv/learned/{SKILLS}.jsonl").stdout
    assert "from-bruno" in learned
    # It runs as nobody that anything else belongs to, and its state is its own.
    account = machine.run("ps", "--no-headers", "-o", "user:32", "-p", service.show("MainPID")).stdout.strip()
    assert account == NAME
    assert machine.run("stat", "--format=%a", "/var/lib/private/tributary-spoke").stdout == "700\n"

    # Reloading takes up other settings and does not restart.
    first = service.show("MainPID")
    machine.put("/etc/tributary/spoke.json", settings(hub, "mira", "/srv", minValue=0.5))
    machine.put(f"/srv/patterns/{SKILLS}.jsonl", source("first", "second"))
    service.does("reload", NAME)
    wait_until(lambda: has(hub, "mira", "second"), 60, "what is new is pushed")
    assert service.show("MainPID") == first

    # One that is killed, and one that hangs, is started again.
    for signal in ("KILL", "STOP"):
        before = service.show("MainPID")
        service.does("kill", f"--signal={signal}", "--kill-whom=main", NAME)
        wait_until(lambda before=before: service.show("MainPID") not in ("0", before), 60, f"it comes back after {signal}")
        service.await_step()
    machine.put(f"/srv/patterns/{SKILLS}.jsonl", source("first", "second", "third"))
    service.does("reload", NAME)
    wait_until(lambda: has(hub, "mira", "third"), 60, "it goes on")
    assert int(service.show("NRestarts")) == 2

    # The program says itself how it is installed.
    machine.reboot()
    service.await_step()
    told = machine.run(NAME, "doctor", "--state", "/var/lib/tributary-spoke", "--token-file", "/etc/tributary/token").stdout
    assert any(line.split()[:2] == ["ok", "service"] for line in told.splitlines()), told

    # Stopped, it ends by itself; with settings that cannot be used it is not started over and over.
    service.does("stop", NAME)
    assert service.show("Result") == "success" and service.show("ExecMainStatus") == "0"
    machine.put("/etc/tributary/spoke.json", b'{"hubb": "http://127.0.0.1:1"}')
    assert service.control("start", NAME).returncode != 0
    assert service.show("ActiveState") == "failed" and service.show("ExecMainStatus") == "8"
    assert service.show("NRestarts") == "0"
    assert "did you mean 'hub'" in service.log()
    assert machine.run("rm", "-r", "/etc/tributary").returncode == 0


def test_the_service_of_one_account_does_too_and_outlives_who_is_logged_in(machine, hub):
    token = hub.enrol(ACCOUNT)
    assert machine.run("useradd", "--create-home", ACCOUNT).returncode == 0
    home = f"/home/{ACCOUNT}"
    machine.put(f"{home}/.config/systemd/user/tributary-spoke.service", unit("user/tributary-spoke.service"))
    machine.put(f"{home}/.config/tributary/spoke.json",
                settings(hub, ACCOUNT, home, tokenFile=f"{home}/.config/tributary/token"))
    machine.put(f"{home}/.config/tributary/token", token.encode() + b"\n", 0o600)
    machine.put(f"{home}/patterns/{SKILLS}.jsonl", source("at-home"))
    assert machine.run("chown", "-R", f"{ACCOUNT}:", home).returncode == 0
    assert machine.run("loginctl", "enable-linger", ACCOUNT).returncode == 0
    number = machine.run("id", "-u", ACCOUNT).stdout.strip()
    service = Service(machine, "runuser", "-u", ACCOUNT, "--", "env", f"XDG_RUNTIME_DIR=/run/user/{number}", f"HOME={home}")
    wait_until(lambda: service.control("is-system-running").returncode == 0, 60, "the account's systemd runs")
    service.does("enable", "--now", NAME)
    service.await_step()
    assert has(hub, ACCOUNT, "at-home")
    told = machine.run(*service.words, NAME, "status").stdout
    assert "in step" in told, told
    machine.reboot()
    wait_until(lambda: service.control("is-active", NAME).stdout == "active\n", 60, "it is there again, with nobody there")
    assert machine.run("stat", "--format=%a %U", f"{home}/.local/state/tributary").stdout == f"700 {ACCOUNT}\n"
