"""Machines enrol themselves with a join token, once, and keep a secret that nobody else ever saw."""

import json
import os
import stat
import subprocess
import threading
import time

import pytest

from support.hub import Hub
from support.spoke import Spoke


@pytest.fixture(scope="module")
def hub(arena):
    with Hub(arena) as hub:
        yield hub


def create(hub, *more):
    return hub.command("join-token", "create", *more).strip()


class Machine:
    """A workstation that is to be enrolled."""

    def __init__(self, hub, name, join, port=None):
        self.hub, self.name, self.port = hub, name, port or hub.port
        self.folder = hub.arena.folder("m")
        self.join_file = os.path.join(self.folder, "join")
        self.token_file = os.path.join(self.folder, "config", "token")
        with open(self.join_file, "w", encoding="ascii") as file:
            file.write(join + "\n")

    def words(self):
        return [self.hub.arena.program("tributary-spoke"), "enroll", "--hub", f"http://127.0.0.1:{self.port}",
                "--node", self.name, "--join-token-file", self.join_file, "--token-file", self.token_file]

    def enrol(self, expecting=0):
        done = subprocess.run(self.words(), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == expecting, done
        return done

    def token(self):
        with open(self.token_file, encoding="ascii") as file:
            return file.read().strip()


def listed(hub, identity):
    tokens = json.loads(hub.command("join-token", "list", "--json"))["join_tokens"]
    return next(one for one in tokens if one["id"] == identity)


def test_a_machine_enrols_itself_and_shares(hub):
    join = create(hub, "--node", "ada")
    machine = Machine(hub, "ada", join)
    done = machine.enrol()
    assert "ada is enrolled" in done.stderr and "incarnation 1" in done.stderr
    assert stat.S_IMODE(os.stat(machine.token_file).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(machine.token_file)).st_mode) == 0o700
    hub.tokens["ada"] = machine.token()
    spoke = Spoke(hub, "ada")
    spoke.write("skills-patterns", [{"id": "a", "payload": {"value_score": 0.9}}])
    assert spoke.sync()["collections"][0]["pushed"] + spoke.sync()["collections"][0]["unchanged"] >= 0
    told = listed(hub, join.split("_")[2])
    assert told["state"] == "used" and told["used_by"] == "ada"


def test_neither_token_is_said_or_kept_by_anybody_else(hub):
    join = create(hub)
    machine = Machine(hub, "bea", join)
    done = machine.enrol()
    secrets = [join.split("_")[-1], machine.token().split("_")[-1]]
    told = done.stdout + done.stderr + hub.command("join-token", "list") + hub.read_log()
    stored = hub.psql("SELECT * FROM join_tokens") + hub.psql("SELECT * FROM nodes")
    for secret in secrets:
        assert secret not in told and secret not in stored


def test_a_join_token_is_good_for_one_machine_and_its_name(hub):
    join = create(hub, "--node", "cleo")
    other = Machine(hub, "mallory", join)
    assert "is for node 'cleo', not for 'mallory'" in other.enrol(expecting=4).stderr
    assert not os.path.exists(other.token_file) and os.listdir(os.path.dirname(other.token_file)) == []
    Machine(hub, "cleo", join).enrol()
    again = Machine(hub, "cleo", join)
    assert "was used at" in again.enrol(expecting=4).stderr


def test_the_same_machine_may_ask_again_where_the_answer_was_lost(hub):
    machine = Machine(hub, "dina", create(hub, "--node", "dina"))
    machine.enrol()
    # As if it had been killed before it could note the answer.
    os.rename(machine.token_file, machine.token_file + ".pending")
    machine.enrol()
    nodes = json.loads(hub.command("node", "list", "--json"))["nodes"]
    assert [one["incarnation"] for one in nodes if one["node"] == "dina"] == [1]
    assert "there is a token in" in machine.enrol(expecting=8).stderr


def test_killed_at_any_moment_it_is_enrolled_by_the_next_try(hub):
    for number in range(12):
        name = f"killed-{number}"
        machine = Machine(hub, name, create(hub, "--node", name))
        process = subprocess.Popen(machine.words(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(number * 0.004)
        process.kill()
        process.wait()
        if not os.path.exists(machine.token_file):
            machine.enrol()
        hub.tokens[name] = machine.token()
        assert Spoke(hub, name).sync()["status"] == "ok"


def test_two_machines_with_one_join_token_do_not_both_get_in(hub):
    join = create(hub)
    machines = [Machine(hub, f"racer-{number}", join) for number in range(6)]
    codes = []

    def race(machine):
        codes.append(subprocess.run(machine.words(), capture_output=True, timeout=60, check=False).returncode)

    threads = [threading.Thread(target=race, args=(machine,)) for machine in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 4, 4, 4, 4, 4]


def test_what_is_expired_withdrawn_unknown_or_no_token_is_refused_with_the_reason(hub):
    withdrawn = create(hub)
    assert "withdrew" in hub.command("join-token", "withdraw", withdrawn.split("_")[2])
    assert "was withdrawn" in Machine(hub, "eve", withdrawn).enrol(expecting=4).stderr
    expired = create(hub)
    hub.psql("UPDATE join_tokens SET created_at = now() - interval '3 days', expires_at = now() - interval '2 days'"
             f" WHERE token_id = '{expired.split('_')[2]}'")
    assert "expired at" in Machine(hub, "eve", expired).enrol(expecting=4).stderr
    forged = expired[:-4] + "AAAA"
    assert "does not know the join token" in Machine(hub, "eve", forged).enrol(expecting=4).stderr
    assert "holds no join token" in Machine(hub, "eve", hub.tokens["ada"]).enrol(expecting=8).stderr
    taken = create(hub)
    assert "'ada' is enrolled already" in Machine(hub, "ada", taken).enrol(expecting=1).stderr
    assert listed(hub, taken.split("_")[2])["state"] == "open"


def test_a_revoked_name_is_enrolled_anew_with_a_greater_incarnation(hub):
    Machine(hub, "gina", create(hub, "--node", "gina")).enrol()
    hub.command("node", "revoke", "gina")
    assert "incarnation 2" in Machine(hub, "gina", create(hub, "--node", "gina")).enrol().stderr


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"node":"x"}', b'{"node":"x","token_id":"zz","token_sha256":""}',
                                  b'{"node":"../x","token_id":"0123456789ab","token_sha256":"' + b"0" * 64 + b'"}',
                                  b'{"node":"x","more":1}', b"{" * 5000])
def test_a_body_that_is_none_is_refused(hub, body):
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=30)
    connection.request("POST", "/v1/enrolment", body, {"Authorization": f"Bearer {create(hub)}"})
    reply = connection.getresponse()
    document = json.loads(reply.read())
    assert reply.status in (400, 413) and document["type"].startswith("urn:tributary:problem:")
    connection.request("POST", "/v1/enrolment", body)
    assert connection.getresponse().status == 401


def test_a_join_token_in_place_of_a_token_is_told_apart(hub):
    machine = Machine(hub, "mixed-up", create(hub))
    spoke = Spoke(hub, "neighbour")
    spoke.token_file = machine.join_file
    done = spoke.run("sync")
    assert done.returncode == 8 and "tributary-spoke enroll" in done.stderr, done
    with open(machine.join_file, encoding="ascii") as file:
        secret = file.read().strip()
    assert secret not in done.stderr
    spoke.token_file = secret
    done = spoke.run("sync")
    assert done.returncode == 8 and secret not in done.stderr and "a token itself" in done.stderr, done


def test_of_several_enrolments_into_one_file_one_counts(hub):
    for attempt in range(6):
        machine = Machine(hub, f"hasty-{attempt}", create(hub))
        running = [subprocess.Popen(machine.words(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                   for _ in range(4)]
        codes = [process.wait(60) for process in running]
        assert codes.count(0) == 1, codes
        spoke = Spoke(hub, "neighbour")
        spoke.node, spoke.token_file = machine.name, machine.token_file
        assert spoke.run("sync").returncode == 0
