"""A spoke's state on folders and disks that do not work: what is said, what it ends with, and that nothing is lost."""

import os
import signal
import sqlite3
import subprocess

import pytest

from support.arena import sudo, wait_until
from support.disk import SmallDisk
from support.spoke import Spoke

SKILLS = "skills-patterns"


def items(prefix, count, text="x"):
    return [{"id": f"{prefix}-{n}", "payload": {"value_score": 0.9, "text": f"{prefix}-{n} " + text * 50}} for n in range(count)]


def said(hub, node):
    """What a node said, with its revisions."""
    rows = hub.psql(f"SELECT pattern_id, revision FROM contributions WHERE node = '{node}'")
    return set(rows.splitlines())


def database(spoke):
    return os.path.join(spoke.state, "state.sqlite")


@pytest.fixture
def spoke(hub, request):
    """A spoke that is in step, and whose state is then harmed."""
    spoke = Spoke(hub, "state-" + str(abs(hash(request.node.name)) % 10**6))
    spoke.write(SKILLS, items(spoke.node, 50))
    spoke.sync()
    return spoke


def goes_on(hub, spoke, before):
    """The next start goes on, and says nothing twice."""
    report = spoke.sync()
    assert report["status"] == "ok"
    assert said(hub, spoke.node) == before
    assert len(spoke.learned_items(SKILLS)) >= 50


def test_rebuild_makes_the_state_anew_and_says_nothing_twice(hub, spoke):
    before, learned = said(hub, spoke.node), spoke.learned()
    with sqlite3.connect(database(spoke)) as connection:
        connection.execute("DELETE FROM winners WHERE id LIKE '%-1%'")
        connection.execute("UPDATE offered SET checksum = zeroblob(32)")
    words = [word if word != "sync" else "rebuild" for word in spoke.words("sync", "--json")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done
    assert spoke.learned() == learned
    assert said(hub, spoke.node) == before
    held = spoke.run("list", SKILLS).stdout
    assert f"{spoke.node}-11" in held


def test_rebuild_without_a_hub_leaves_the_sinks_and_goes_on_later(hub, spoke):
    before, learned = said(hub, spoke.node), spoke.learned()
    spoke.port = 9
    words = [word if word != "sync" else "rebuild" for word in spoke.words("sync")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 5, done
    assert spoke.learned() == learned, "the sink is untouched"
    assert f"{spoke.node}-11" in spoke.run("list", SKILLS).stdout, "and so is what is held"
    spoke.port = hub.port
    goes_on(hub, spoke, before)


def test_rebuild_of_a_damaged_state_is_a_new_one(hub, spoke):
    before = said(hub, spoke.node)
    with open(database(spoke), "r+b") as file:
        file.write(b"no database" * 1000)
    words = [word if word != "sync" else "rebuild" for word in spoke.words("sync")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "damaged" in done.stderr, done
    goes_on(hub, spoke, before)


def patch(spoke, old, new):
    """Changes bytes of the file, as a failing disk does."""
    assert len(old) == len(new)
    with open(database(spoke), "rb") as file:
        data = file.read()
    assert old in data, "the file is written through"
    with open(database(spoke), "wb") as file:
        file.write(data.replace(old, new))


@pytest.mark.parametrize("old, new", [
    (b"is_live INTEGER NOT NULL", b"is_lixe INTEGER NOT NULL"), (b"CREATE TABLE facts", b"CREATE TABLE facfs"),
    (b"value TEXT NOT NULL", b"vaque TEXT NOT NULL"), (b"CREATE VIEW learned", b"CREATE VIEW lewrned"),
    (b"AFTER DELETE ON winners", b"AFTER UPDATE ON winners"), (b"CREATE TABLE offered", b"CREATE TABLX offered")])
def test_a_schema_whose_text_was_damaged_is_made_anew(hub, spoke, old, new):
    before = said(hub, spoke.node)
    patch(spoke, old, new)
    looked = spoke.run("status")
    assert looked.returncode != 0 and "damaged" in looked.stderr, looked
    doctor = subprocess.run([spoke.program, "doctor", *spoke.words("sync")[2:]], capture_output=True, text=True, timeout=60,
                            check=False)
    assert doctor.returncode != 0 and "is damaged" in doctor.stdout and "tributary-spoke sync" in doctor.stdout, doctor
    done = spoke.run("sync")
    assert done.returncode == 0 and "damaged" in done.stderr, done
    assert spoke.run("sync").stderr == ""
    goes_on(hub, spoke, before)


@pytest.mark.parametrize("finder", ["sync", "export", "get", "doctor"])
def test_what_is_held_and_was_damaged_goes_nowhere_and_is_fetched_anew(hub, spoke, finder):
    other = f"by-another-{spoke.node}"
    with hub.client("bruno-" + spoke.node) as client:
        client.push(SKILLS, [{"id": other, "payload": {"value_score": 0.9, "text": "right " + other}}])
    spoke.sync()
    learned = spoke.learned()
    patch(spoke, b"right " + other.encode(), b"wrong " + other.encode())
    exported = os.path.join(spoke.folder, "all.json")
    if finder == "sync":
        os.remove(os.path.join(spoke.sink, f"{SKILLS}.jsonl"))
        done = spoke.run("sync")
    elif finder == "export":
        done = spoke.run("export", exported, "--learned")
    elif finder == "get":
        done = spoke.run("get", SKILLS, other)
    else:
        done = subprocess.run([spoke.program, "doctor", *spoke.words("sync")[2:]], capture_output=True, text=True,
                              timeout=60, check=False)
    told = done.stdout + done.stderr
    assert "wrong" not in told and not os.path.exists(exported)
    assert b"wrong" not in b"".join(spoke.learned().values())
    if finder != "sync":
        assert done.returncode != 0 and "does not match its checksum" in told and other in told, done
        done = spoke.run("sync")
    assert done.returncode == 0 and "damaged" in done.stderr, done
    assert spoke.learned() == learned
    assert spoke.run("sync").stderr == ""


@pytest.mark.parametrize("old, new", [
    (b'"threshold":0.7', b'"threshold":0.1'), (b'"name":"skills-patterns"', b'"name":"skills-pattxrns"'),
    (b'"protocol":1', b'"protocol":2')])
def test_what_is_kept_of_the_hub_and_was_damaged_is_not_gone_by(hub, spoke, old, new):
    before = said(hub, spoke.node)
    spoke.write(SKILLS, [*items(spoke.node, 50), {"id": "low-" + spoke.node, "payload": {"value_score": 0.4}}])
    with open(database(spoke), "rb") as file:
        if old not in file.read():
            pytest.fail(f"{old} is not in the file")
    patch(spoke, old, new)
    done = spoke.run("sync")
    assert done.returncode == 0 and "damaged" in done.stderr, done
    goes_on(hub, spoke, before)


def test_what_was_offered_and_is_out_of_order_ends_and_is_made_anew(hub, spoke):
    before = said(hub, spoke.node)
    spoke.write(SKILLS, items(spoke.node, 40))
    with open(database(spoke), "rb") as file:
        data = bytearray(file.read())
    # An id in the middle that sorts elsewhere, as one bit makes it.
    name = f"{spoke.node}-45".encode()
    positions = [n for n in range(len(data)) if data[n:n + len(name)] == name]
    assert positions
    for position in positions:
        data[position + len(name) - 3] ^= 0x10
    with open(database(spoke), "wb") as file:
        file.write(data)
    first = spoke.run("sync", seconds=60)
    second = spoke.run("sync", seconds=60)
    assert second.returncode == 0, (first, second)
    assert {row.split("|")[0] for row in said(hub, spoke.node)} == {row.split("|")[0] for row in before}
    assert {one for one in spoke.learned_items(SKILLS) if one.startswith(spoke.node)} == {
        f"{spoke.node}-{n}" for n in range(40)}


def test_what_is_held_is_read_where_nothing_can_be_written(hub, spoke):
    with SmallDisk(spoke.hub.arena.folder("readonly"), 16) as disk:
        state = os.path.join(disk.folder, "state")
        subprocess.run(["cp", "-a", spoke.state, state], check=True)
        remount(disk.folder, "ro")
        for words in (["list", SKILLS], ["get", SKILLS, f"{spoke.node}-1"], ["status"], ["export", "-", "--learned"]):
            done = subprocess.run([spoke.program, *words, "--state", state], capture_output=True, text=True, timeout=60,
                                  check=False)
            assert done.returncode == 0 and spoke.node in done.stdout, (words, done)


def test_a_running_spoke_keeps_others_from_rebuilding(hub, spoke):
    spoke.start("run", "--sync-interval", "3600")
    try:
        wait_until(lambda: spoke.run("sync").returncode == 1, 10, "it has the folder")
        words = [word if word != "sync" else "rebuild" for word in spoke.words("sync")]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1 and str(spoke.process.pid) in done.stderr, done
    finally:
        assert spoke.stop() == 0


def test_a_newer_state_is_left_alone(hub, spoke):
    before = said(hub, spoke.node)
    with sqlite3.connect(database(spoke)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {version + 1}")
    done = spoke.run("sync")
    assert done.returncode == 8 and f"schema {version + 1}" in done.stderr and "newer" in done.stderr, done
    with sqlite3.connect(database(spoke)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    goes_on(hub, spoke, before)


def test_a_folder_in_place_of_the_file_is_told(hub, spoke):
    before = said(hub, spoke.node)
    for name in os.listdir(spoke.state):
        if name.startswith("state.sqlite"):
            os.rename(os.path.join(spoke.state, name), os.path.join(spoke.folder, name))
    os.mkdir(database(spoke))
    done = spoke.run("sync")
    assert done.returncode != 0 and database(spoke) in done.stderr, done
    os.rmdir(database(spoke))
    goes_on(hub, spoke, before)


def test_a_file_in_place_of_the_folder_is_told(hub, spoke):
    before = said(hub, spoke.node)
    os.rename(spoke.state, spoke.state + "-kept")
    with open(spoke.state, "w", encoding="ascii"):
        pass
    done = spoke.run("sync")
    assert done.returncode == 8 and spoke.state in done.stderr, done
    os.remove(spoke.state)
    os.rename(spoke.state + "-kept", spoke.state)
    goes_on(hub, spoke, before)


def test_an_empty_file_is_a_new_state(hub, spoke):
    before = said(hub, spoke.node)
    for name in os.listdir(spoke.state):
        if name.startswith("state.sqlite"):
            os.truncate(os.path.join(spoke.state, name), 0)
    goes_on(hub, spoke, before)


def remount(folder, mode):
    subprocess.run([*sudo(), "mount", "-o", f"remount,{mode}", folder], check=True)


def test_a_file_system_that_became_read_only_is_told_and_loses_nothing(hub):
    spoke = Spoke(hub, "read-only")
    os.mkdir(spoke.state)
    with SmallDisk(spoke.state, 20):
        spoke.write(SKILLS, items("ro", 50))
        spoke.sync()
        before = said(hub, spoke.node)
        remount(spoke.state, "ro")
        done = spoke.run("sync")
        assert done.returncode in (1, 8), done
        assert spoke.state in done.stderr and "ead-only" in done.stderr, done
        remount(spoke.state, "rw")
        goes_on(hub, spoke, before)


def test_a_running_spoke_outlives_a_disk_that_is_full_for_a_while(hub):
    spoke = Spoke(hub, "filled")
    os.mkdir(spoke.state)
    with SmallDisk(spoke.state, 12) as disk:
        spoke.write(SKILLS, items("first", 5))
        spoke.start("run", "--sync-interval", "1")
        try:
            wait_until(lambda: len(said(hub, "filled")) == 5, 20, "the first round")
            disk.fill()
            spoke.write(SKILLS, items("first", 5) + items("second", 2_000, text="many "))
            told = wait_until(lambda: next((line for line in iter_lines(spoke) if "full" in line or "room" in line), None),
                              30, "it says that the disk is full")
            assert "sync failure" in told
            assert spoke.process.poll() is None
            disk.make_room()
            wait_until(lambda: len(said(hub, "filled")) == 2_005, 60, "everything goes once there is room")
            assert spoke.stop() == 0
        finally:
            if spoke.process.poll() is None:
                spoke.process.send_signal(signal.SIGKILL)
                spoke.process.wait()
        before = said(hub, "filled")
        goes_on(hub, spoke, before)


def iter_lines(spoke):
    """The lines that came since it was asked last."""
    while not spoke.lines.empty():
        yield spoke.lines.get()
