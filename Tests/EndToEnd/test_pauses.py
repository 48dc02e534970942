"""A spoke that leaves the network alone when its owner wants that."""

import os
import time

import pytest

from support.arena import wait_until
from support.desk import Desk, ServiceManager

SKILLS = "skills-patterns"


def item(pattern):
    return {"id": pattern, "payload": {"value_score": 0.9}}


@pytest.fixture
def desk(hub, request):
    """A machine whose connection is metered as long as a file is there."""
    desk = Desk([hub], "traveller-" + str(abs(hash(request.node.name)) % 10**6))
    desk.mark = os.path.join(desk.folder, "metered")
    program = os.path.join(desk.folder, "is-metered")
    with open(program, "w", encoding="ascii") as file:
        file.write(f"#!/bin/sh\ntest -e '{desk.mark}'\n")
    os.chmod(program, 0o755)
    desk.configure(pause={"metered": True, "meteredCommand": "is-metered"})
    yield desk
    if desk.process and desk.process.poll() is None:
        desk.kill()


def seen(hub, node):
    return hub.psql(f"SELECT count(*) FROM contributions WHERE node = '{node}'") != "0"


def test_nothing_is_sent_on_a_metered_connection_until_somebody_asks_for_it(hub, desk):
    open(desk.mark, "w", encoding="ascii").close()
    desk.write(SKILLS, [item(desk.node)])
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        assert "metered" in manager.wait("STATUS=paused")[0]
        desk.wait_said("paused: the connection is metered")
        time.sleep(1)
        assert not seen(hub, desk.node) and hub.command_json("node", "list")
        status = desk.run("status")
        assert "paused: the connection is metered" in status.stdout, status
        desk.reload()
        wait_until(lambda: seen(hub, desk.node), 20, "what is asked for is done")
        manager.wait("STATUS=paused", count=2)
        assert desk.stop() == 0
        assert "paused" not in desk.run("status").stdout


def test_a_command_that_a_person_gives_is_done_all_the_same(hub, desk):
    open(desk.mark, "w", encoding="ascii").close()
    desk.write(SKILLS, [item(desk.node)])
    assert desk.run("sync").returncode == 0
    assert seen(hub, desk.node)


def test_what_cannot_be_found_out_is_said_and_stops_nothing(hub, desk):
    desk.configure(pause={"metered": True, "meteredCommand": "nothing-there"})
    desk.write(SKILLS, [item(desk.node)])
    looked = desk.run("doctor")
    assert "cannot be found out" in looked.stdout and "nmcli" in looked.stdout, looked
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        manager.wait("STATUS=in step")
        desk.wait_said("cannot be found out")
        assert seen(hub, desk.node)
        assert desk.stop() == 0


@pytest.mark.parametrize("pause, word", [
    ({"battery": 5}, "batteryBelow"), ({"batteryBelow": 0}, "1 to 100"), ({"metered": "yes"}, "metered"), (True, "pause")])
def test_wrong_settings_are_refused(desk, pause, word):
    desk.configure(pause=pause)
    done = desk.run("sync")
    assert done.returncode == 8 and word in done.stderr, done
