"""Who may speak: tokens, their revocation, and where they must never be found."""

import os
import re
import subprocess
import threading

import pytest

from support.client import Client

ITEM = {"id": "token-item", "revision": 1, "payload": {"value_score": 0.8}}


def test_a_token_is_printed_alone_and_once(hub):
    done = hub.run("node", "add", "printed")
    assert done.returncode == 0
    assert re.fullmatch(r"tributary_[0-9a-f]{12}_[A-Za-z0-9_-]{43}\n", done.stdout)
    token = done.stdout.strip()
    assert token not in done.stderr
    for words in (["node", "list"], ["node", "list", "--json"]):
        assert token.split("_", 2)[2] not in hub.command(*words)


def test_a_request_without_a_known_token_is_401(hub):
    good = hub.enrol("known")
    wrong = [None, "", "x", good[:-1], good + "A", good.upper(), "tributary_000000000000_" + "A" * 43,
             good[:23] + "A" * 43, "tributary_" + "é" * 20, "x" * 4000]
    for token in wrong:
        headers = {} if token is None else {"Authorization": f"Bearer {token}".encode()}
        with Client(hub.port) as client:
            reply = client.get("/v1/manifest", headers)
        assert (reply.status, reply.problem()) == (401, "unauthorized"), token
    for header in (f"Basic {good}", good, f"Bearer{good}", f"Bearer  x {good}", "Bearer"):
        with Client(hub.port) as client:
            assert client.get("/v1/manifest", {"Authorization": header}).status == 401, header
    with Client(hub.port) as client:
        assert client.get("/v1/manifest", {"Authorization": f"bearer {good}"}).status == 200


@pytest.mark.parametrize("method, path", [
    ("GET", "/v1/manifest"), ("POST", "/v1/collections/skills-patterns/contributions"),
    ("GET", "/v1/collections/skills-patterns/contributions"), ("GET", "/v1/collections/skills-patterns/winners"),
    ("GET", "/v1/collections/skills-patterns/patterns/x"), ("GET", "/v1/quarantine"), ("GET", "/v1/conflicts"),
    ("GET", "/v1/collections/skills-patterns/conflicts/x"), ("PUT", "/v1/collections/skills-patterns/checkpoint"),
    ("POST", "/v1/collections/skills-patterns/patterns/x/resolution"),
    ("POST", "/v1/collections/skills-patterns/patterns/x/retraction"),
    ("POST", "/v1/collections/skills-patterns/patterns/x/restoration"), ("GET", "/manifest"),
    ("GET", "/export/skills-patterns"), ("POST", "/import/skills-patterns"), ("POST", "/sync"),
    ("GET", "/n/alice/none/manifest"), ("GET", "/n/alice/none/export/skills-patterns"),
    ("POST", "/n/alice/none/import/skills-patterns"), ("POST", "/n/alice/none/sync")])
def test_no_route_with_knowledge_is_open(hub, method, path):
    with Client(hub.port) as client:
        assert client.request(method, path, None if method == "GET" else b"").problem() == "unauthorized"


def test_the_open_routes_need_no_token(hub):
    with Client(hub.port) as client:
        assert [client.get(path).status for path in ("/healthz", "/readyz", "/openapi.json")] == [200] * 3


def test_the_token_of_another_node_is_403(hub):
    alice, bruno = hub.client("alice"), hub.client("bruno")
    for client in (Client(hub.port, alice.token, "bruno"), Client(hub.port, bruno.token, "nobody")):
        reply = client.get("/v1/manifest")
        assert (reply.status, reply.problem()) == (403, "node-mismatch")
    with Client(hub.port) as client:
        assert client.get(f"/n/bruno/{alice.token}/manifest").problem() == "node-mismatch"
        assert client.get(f"/n/alice/{alice.token}/manifest").status == 200


def test_a_token_works_without_the_nodes_name(hub):
    assert Client(hub.port, hub.client("alice").token).manifest()["node"] == "alice"


def test_a_revoked_token_is_403_with_the_next_request_of_a_kept_connection(hub):
    client = hub.client("leaver")
    client.push("skills-patterns", [ITEM])
    socket = client.connection.sock
    assert socket is not None
    assert "revoked" in hub.command("node", "revoke", "leaver")
    for reply in (client.get("/v1/manifest"), client.push_raw("skills-patterns", [ITEM]),
                  client.get("/v1/collections/skills-patterns/winners")):
        assert (reply.status, reply.problem()) == (403, "node-revoked")
    assert client.connection.sock is socket, "the connection was meant to be kept"
    # What it said stays, for it is still what it said.
    told = hub.client("alice").get("/v1/collections/skills-patterns/patterns/token-item").json()
    assert [line["origin"] for line in told["contributions"]] == ["leaver"]


def test_a_revoked_node_can_be_enrolled_again_as_the_next_incarnation(hub):
    client = hub.client("returner")
    client.push("skills-patterns", [{**ITEM, "id": "returned", "revision": 50}])
    hub.command("node", "revoke", "returner")
    old, new = client.token, hub.enrol("returner")
    assert old != new
    assert Client(hub.port, old).get("/v1/manifest").status in (401, 403)
    again = hub.client("returner")
    assert again.manifest()["incarnation"] == 2
    # A newer incarnation speaks for the node, whatever its revision.
    answer = again.push("skills-patterns", [{**ITEM, "id": "returned", "revision": 3}])
    assert answer.counts == (1, 0, 0, 0)


def test_adding_a_node_twice_is_a_conflict_and_leaves_its_token(hub):
    client = hub.client("twice")
    done = hub.run("node", "add", "twice")
    assert done.returncode == 6 and done.stdout == "" and "twice" in done.stderr, done
    assert client.get("/v1/manifest").status == 200


@pytest.mark.parametrize("name", ["", "-x", "a b", "ä", "../x", "x" * 65, "a\nb", "'; drop table nodes; --"])
def test_a_name_that_is_none_is_a_usage_error(hub, name):
    done = hub.run("node", "add", "--", name) if name.startswith("-") else hub.run("node", "add", name)
    assert done.returncode == 2 and done.stdout == "", done


def test_two_enrolments_of_one_name_at_once_give_one_token(hub):
    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(hub.run("node", "add", "race"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done.returncode for done in outcomes) == [0, 6, 6, 6], outcomes
    token = next(done.stdout.strip() for done in outcomes if done.returncode == 0)
    assert Client(hub.port, token).manifest()["node"] == "race"


def test_a_token_is_kept_nowhere(fresh_hub):
    fresh_hub.start(level="debug", metrics="127.0.0.1:0")
    client = fresh_hub.client("canary")
    assert client.push("skills-patterns", [ITEM]).counts == (1, 0, 0, 0)
    with Client(fresh_hub.port) as other:
        # In the address too, where a log would show it first; and where the hub has to say no.
        other.get(f"/n/canary/{client.token}/manifest")
        other.get(f"/n/canary/{client.token}/nothing-here")
        other.request("DELETE", f"/n/canary/{client.token}/manifest")
        other.get(f"/n/bruno/{client.token}/manifest")
    Client(fresh_hub.port, client.token, "bruno").get("/v1/manifest")
    Client(fresh_hub.port, client.token, "canary").get(f"/v1/collections/x/winners?token={client.token}")
    with Client(fresh_hub.metrics_port) as metrics:
        shown = metrics.get("/metrics").body
    secret = client.token.split("_", 2)[2]
    assert secret.encode() not in shown
    for pid in [fresh_hub.process.pid, *fresh_hub.database_processes()]:
        for name in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{name}", "rb") as file:
                assert secret.encode() not in file.read()
    fresh_hub.command("node", "list")
    fresh_hub.psql("CHECKPOINT")
    fresh_hub.stop()
    assert fresh_hub.read_log().count("\n") > 5, "the debug log is empty: nothing was searched"
    found = subprocess.run(["grep", "-r", "-a", "-l", "--", secret, fresh_hub.folder], capture_output=True, text=True,
                           check=False)
    assert (found.returncode, found.stdout) == (1, ""), found
    # The control: what is stored is found the same way.
    known = subprocess.run(["grep", "-r", "-a", "-l", "canary", fresh_hub.data], capture_output=True, check=False)
    assert known.returncode == 0


def test_another_account_cannot_read_the_data(hub):
    for folder, _, files in os.walk(hub.postgres):
        assert os.stat(folder).st_mode & 0o007 == 0
        break
    log = os.path.join(hub.data, "postgres.log")
    assert os.stat(log).st_mode & 0o007 == 0, oct(os.stat(log).st_mode)
