"""Starting, answering, stopping, and starting again after every kind of death."""

import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from support.arena import wait_until
from support.client import Client, check_push, encode
from support.hub import Hub, HubFailed, kill

ITEMS = [{"id": f"item-{n}", "revision": 100 + n, "payload": {"value_score": 0.9, "n": n}} for n in range(50)]


def ids(feed):
    return sorted(line["id"] for line in feed.lines)


def test_the_ready_line_names_the_ports_and_the_hub(fresh_hub):
    fresh_hub.start(metrics="127.0.0.1:0")
    shape = r"tributary-hub ready: serving on (\d+), metrics on (\d+)/metrics, hub [0-9a-f]{8}-[0-9a-f-]{27}"
    assert re.fullmatch(shape, fresh_hub.ready), fresh_hub.ready
    with Client(fresh_hub.port) as client:
        assert client.get("/healthz").status == 200
        assert client.get("/readyz").json()["hub"] in fresh_hub.ready
    with Client(fresh_hub.metrics_port) as client:
        metrics = client.get("/metrics").body.decode()
    assert "tributary_build_info" in metrics and "# TYPE" in metrics


def test_sigterm_ends_the_hub_and_its_database_within_seconds(fresh_hub):
    fresh_hub.start()
    started = time.monotonic()
    assert fresh_hub.stop() == 0
    assert time.monotonic() - started < 10
    assert fresh_hub.database_processes() == []


def test_sigint_ends_the_hub_too(fresh_hub):
    fresh_hub.start()
    fresh_hub.process.send_signal(signal.SIGINT)
    assert fresh_hub.process.wait(20) == 0


def test_a_push_in_flight_is_answered_before_the_hub_stops(fresh_hub):
    fresh_hub.start()
    client = fresh_hub.client("alice")
    body = encode(ITEMS)
    client.connection.putrequest("POST", "/v1/collections/skills-patterns/contributions")
    client.connection.putheader("Authorization", f"Bearer {client.token}")
    client.connection.putheader("Content-Length", str(len(body)))
    client.connection.endheaders(body[:1000])
    with fresh_hub.client("bruno") as other:
        other.get("/v1/manifest")
    fresh_hub.process.send_signal(signal.SIGTERM)
    wait_until(lambda: refuses_connections(fresh_hub.port), 10, "the hub takes no new connections")
    assert fresh_hub.is_running
    client.connection.send(body[1000:])
    response = client.connection.getresponse()
    answer = response.read()
    assert response.status == 200 and b'"accepted":50' in answer, (response.status, answer)
    assert fresh_hub.process.wait(20) == 0
    fresh_hub.start()
    assert len(fresh_hub.client("alice").winners("skills-patterns").lines) == 50


def refuses_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return False
    except OSError:
        return True


def test_a_long_poll_does_not_hold_up_the_end(fresh_hub):
    fresh_hub.start()
    client = fresh_hub.client("alice")
    cursor = client.winners("skills-patterns").cursor
    waiting = threading.Thread(
        target=lambda: client.get(f"/v1/collections/skills-patterns/winners?since={cursor}&wait=55"))
    waiting.start()
    time.sleep(0.3)
    started = time.monotonic()
    assert fresh_hub.stop() == 0
    assert time.monotonic() - started < 10
    waiting.join(5)
    assert not waiting.is_alive()


@pytest.mark.parametrize("death", ["stop", "kill the hub", "kill the hub and the postmaster", "kill everything",
                                   "kill the postmaster and stop"])
def test_everything_is_there_after(fresh_hub, death):
    fresh_hub.start()
    client = fresh_hub.client("alice")
    before = client.push("skills-patterns", ITEMS)
    assert before.counts == (50, 0, 0, 0)
    epoch, total = client.manifest()["epoch"], client.winners("skills-patterns").end["total"]
    orphan = end(fresh_hub, death)
    try:
        fresh_hub.start()
    finally:
        if orphan:
            kill(orphan, signal.SIGCONT)
    client = fresh_hub.client("alice")
    feed = client.winners("skills-patterns")
    assert ids(feed) == sorted(item["id"] for item in ITEMS)
    assert feed.end["total"] == total
    assert client.manifest()["epoch"] == epoch
    assert client.push("skills-patterns", ITEMS).counts == (0, 50, 0, 0)


def end(hub, death):
    if death == "stop":
        assert hub.stop() == 0
    elif death == "kill the hub":
        hub.kill()
        # Its database is left running on purpose: the next hub takes it over.
        assert hub.postmaster() in hub.database_processes()
    elif death == "kill the hub and the postmaster":
        # A backend stopped in its tracks outlives its postmaster, and holds on to the shared memory.
        orphan = next(pid for pid in hub.database_processes() if pid != hub.postmaster() and is_backend(pid))
        kill(orphan, signal.SIGSTOP)
        hub.kill()
        hub.kill_database(children=False)
        return orphan
    elif death == "kill everything":
        hub.kill()
        hub.kill_database()
    else:
        hub.kill_database(children=False)
        hub.stop()
    return None


def is_backend(pid):
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
        return "tributary" in file.read()


def test_a_second_hub_on_the_same_directory_is_refused(fresh_hub):
    fresh_hub.start()
    second = Hub(fresh_hub.arena, data=fresh_hub.data)
    with pytest.raises(HubFailed) as failure:
        second.start()
    assert failure.value.code not in (0, -signal.SIGABRT, -signal.SIGILL)
    assert fresh_hub.data in failure.value.talk
    assert re.search("already|another|in use|serving", failure.value.talk), failure.value.talk
    with fresh_hub.client("alice") as client:
        assert client.push("skills-patterns", ITEMS[:1]).counts == (1, 0, 0, 0)


def test_the_hub_comes_back_by_itself_when_its_database_dies(fresh_hub):
    fresh_hub.start()
    client = fresh_hub.client("alice")
    client.push("skills-patterns", ITEMS)
    fresh_hub.kill_database()
    with Client(fresh_hub.port) as other:
        assert other.get("/healthz").status == 200
    fresh_hub.wait_ready(30)
    assert client.push("skills-patterns", ITEMS).counts == (0, 50, 0, 0)
    assert fresh_hub.stop() == 0


def test_a_port_that_is_taken_is_a_clear_failure(fresh_hub):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(HubFailed) as failure:
            fresh_hub.start(listen=f"127.0.0.1:{port}")
    assert failure.value.code in (1, 8)
    assert str(port) in failure.value.talk and re.search("in use|taken", failure.value.talk), failure.value.talk
    assert fresh_hub.database_processes() == []


def test_without_a_token_the_hub_does_not_listen_to_the_network(fresh_hub):
    with pytest.raises(HubFailed) as failure:
        fresh_hub.start(listen="0.0.0.0:0")
    assert failure.value.code == 8
    assert "node add" in failure.value.talk
    assert fresh_hub.database_processes() == []
    fresh_hub.enrol("alice")
    fresh_hub.start(listen="0.0.0.0:0")
    assert fresh_hub.client("alice").get("/v1/manifest").status == 200


def test_a_push_is_answered_while_a_hundred_idle_connections_stand(hub):
    idle = [socket.create_connection(("127.0.0.1", hub.port)) for _ in range(100)]
    try:
        assert hub.client("alice").push("skills-patterns", ITEMS).end["received"] == 50
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.parametrize("environment", [
    {"PGHOST": "203.0.113.1", "PGHOSTADDR": "203.0.113.1", "PGPORT": "1", "PGUSER": "nobody", "PGDATABASE": "none",
     "PGDATA": "/nonexistent", "PGPASSFILE": "/nonexistent", "PGSSLMODE": "verify-full", "PGAPPNAME": "x"},
    {"PGSERVICE": "none"}], ids=["by its parts", "by a service"])
def test_the_environment_does_not_lead_to_another_database(fresh_hub, environment):
    fresh_hub.start(environment=environment)
    assert fresh_hub.client("alice").push("skills-patterns", ITEMS).counts == (50, 0, 0, 0)


def test_the_hub_has_no_password_and_no_port_of_its_database_on_the_network(hub):
    assert hub.psql("SHOW listen_addresses") == ""
    mode = os.stat(os.path.join(hub.data, "run")).st_mode & 0o777
    postgres = os.stat(hub.postgres).st_mode & 0o777
    assert mode & 0o007 == 0 and postgres & 0o077 == 0, (oct(mode), oct(postgres))


def test_an_unwritable_data_directory_is_a_clear_failure(arena):
    hub = Hub(arena, data="/proc/tributary")
    done = subprocess.run(hub.arguments(), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode in (1, 8) and "/proc/tributary" in done.stderr, done
    hub.close()


def test_a_verdict_survives_a_lost_answer_at_the_end(fresh_hub):
    fresh_hub.start()
    client = fresh_hub.client("alice")
    reply = client.push_raw("skills-patterns", ITEMS)
    assert check_push(reply).counts == (50, 0, 0, 0)
    fresh_hub.kill()
    fresh_hub.start()
    assert fresh_hub.client("alice").push("skills-patterns", ITEMS).counts == (0, 50, 0, 0)
