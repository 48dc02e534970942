"""A spoke under a service manager: ready, alive, reloading, stopping; and its signals."""

import os
import signal
import time

import pytest

from support.arena import wait_until
from support.desk import Desk, ServiceManager
from support.hub import Hub

SKILLS = "skills-patterns"


def item(pattern, value=0.9):
    return {"id": pattern, "payload": {"value_score": value}}


@pytest.fixture
def desk(hub, request):
    desk = Desk([hub], "managed-" + str(abs(hash(request.node.name)) % 10**6))
    yield desk
    if desk.process and desk.process.poll() is None:
        desk.process.send_signal(signal.SIGCONT)
        desk.kill()


@pytest.mark.parametrize("abstract", [False, True])
def test_it_says_when_it_is_ready_how_it_is_and_that_it_stops(hub, desk, abstract):
    desk.write(SKILLS, [item(desk.node)])
    with ServiceManager(desk.folder, abstract) as manager:
        desk.start_managed(manager)
        manager.wait("READY=1")
        assert "in step with" in manager.wait("STATUS=")[0]
        assert desk.node in desk.learned_items(SKILLS)
        assert desk.stop() == 0
        manager.wait("STOPPING=1")
        assert not any(one.startswith("WATCHDOG") for one in manager.all), "nobody asked for signs of life"


def test_it_is_ready_without_a_hub(arena):
    with Hub(arena) as hub:
        desk = Desk([hub], "offline")
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        try:
            manager.wait("READY=1", 10)
            manager.wait("STATUS=sync unreachable", 30)
        finally:
            assert desk.stop() == 0


def test_signs_of_life_come_while_it_waits_and_end_when_it_hangs(desk):
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager, WATCHDOG_USEC="800000")
        manager.wait("READY=1")
        before = len(manager.wait("WATCHDOG=1"))
        started = time.monotonic()
        manager.wait("WATCHDOG=1", count=before + 5)
        assert time.monotonic() - started < 5 * 0.8, "each comes in time"
        desk.process.send_signal(signal.SIGSTOP)
        # Until what was under way has arrived.
        count = -1
        while count != len(manager.all):
            count = len(manager.all)
            time.sleep(0.2)
        time.sleep(1.5)
        assert len(manager.all) == count
        desk.process.send_signal(signal.SIGCONT)
        manager.wait("WATCHDOG=1", count=sum("WATCHDOG" in one for one in manager.all) + 1)
        assert desk.stop() == 0


def test_signs_of_life_that_another_process_is_to_give_are_not_given(desk):
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager, WATCHDOG_USEC="200000", WATCHDOG_PID="1")
        manager.wait("STATUS=in step")
        time.sleep(1)
        assert not any("WATCHDOG" in one for one in manager.all)


def test_sighup_takes_new_settings_and_makes_a_round_at_once(desk):
    desk.write(SKILLS, [item(desk.node)])
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        manager.wait("STATUS=in step")
        other = os.path.join(desk.folder, "other")
        desk.configure(sinks=[f"jsonl:{other}"], syncInterval=1800)
        began = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        desk.reload()
        told = manager.wait("RELOADING=1")[0]
        since = int(told.split("MONOTONIC_USEC=")[1])
        assert began <= since <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        manager.wait("READY=1", count=2)
        assert "every 1800 s" in desk.wait_said("settings read again")[0]
        wait_until(lambda: os.path.exists(os.path.join(other, f"{SKILLS}.jsonl")), 10, "the new sink is written")
        assert desk.stop() == 0


def test_a_changed_token_is_used_after_sighup_and_a_bad_file_changes_nothing(hub, desk):
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        manager.wait("STATUS=in step")
        with open(desk.file, "w", encoding="ascii") as file:
            file.write('{"hubz": []}')
        desk.reload()
        assert "hubz" in desk.wait_said("cannot be read again")[0]
        manager.wait("READY=1", count=2)
        hub.command("node", "revoke", desk.node)
        with open(os.path.join(desk.folder, "token0"), "w", encoding="ascii") as file:
            file.write(hub.enrol(desk.node))
        desk.configure()
        desk.write(SKILLS, [item(desk.node)])
        desk.reload()
        wait_until(lambda: desk.node in desk.learned_items(SKILLS), 20, "it works with the new token")
        assert desk.process.poll() is None and desk.stop() == 0


def test_another_state_folder_needs_another_start(desk):
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        manager.wait("STATUS=in step")
        desk.configure(state="elsewhere")
        desk.reload()
        assert "start it anew" in desk.wait_said("cannot be read again")[0]
        desk.configure(state="state")
        assert desk.stop() == 0


def test_the_one_that_has_the_folder_is_named_and_a_killed_one_never_blocks(desk):
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        manager.wait("STATUS=in step")
        done = desk.run("sync")
        assert done.returncode == 1 and f"process {desk.process.pid}" in done.stderr, done
        desk.kill()
        assert desk.run("sync").returncode == 0


def wakes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))


def test_an_idle_spoke_sleeps(desk):
    """A laptop is woken a few times a minute, not a few times a second; and little memory is held."""
    with ServiceManager(desk.folder) as manager:
        desk.start_managed(manager)
        manager.wait("STATUS=in step")
        # Until it waits for news, which takes a few answers of a hub that has changed just now.
        seen = -1
        while seen != wakes(desk.process.pid):
            seen = wakes(desk.process.pid)
            time.sleep(2)
        time.sleep(15)
        # Room for the end of one waiting request, and none for looking once a second.
        assert wakes(desk.process.pid) - seen <= 8
        with open(f"/proc/{desk.process.pid}/status", encoding="ascii") as file:
            resident = next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))
        assert resident <= 25, resident
        assert desk.stop() == 0
