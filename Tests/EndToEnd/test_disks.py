"""Full disks: pushes are refused with a reason, reads go on or come back, and nothing acknowledged is lost."""

import os
import shutil
import time

import pytest

from support.arena import wait_until
from support.client import Client
from support.disk import SmallDisk
from support.hub import Hub

COLLECTION = "skills-patterns"


def batch(number):
    """A push of about 1 MB that does not compress away."""
    return [{"id": f"b{number}-{n}", "revision": 1, "payload": {"value_score": 0.9, "text": os.urandom(1000).hex()}}
            for n in range(500)]


class Filling:
    """A hub one of whose disks gets full."""

    def __init__(self, arena, small):
        self.hub = Hub(arena)
        self.folder = os.path.join(self.hub.folder, "s")
        os.mkdir(self.folder)
        self.elsewhere = os.path.join(self.hub.folder, "big")
        self.small = small
        self.disk = SmallDisk(self.folder, 160)

    def __enter__(self):
        self.disk.__enter__()
        try:
            if self.small == "everything":
                self.hub.data = os.path.join(self.folder, "d")
                self.hub.start()
            else:
                self.separate()
        except BaseException:
            self.__exit__()
            raise
        self.client = self.hub.client("alice")
        self.acknowledged = []
        return self

    def separate(self):
        """Puts the data and PostgreSQL's log of changes on different disks, one of them small."""
        if self.small == "the data":
            self.hub.data = os.path.join(self.folder, "d")
        self.hub.start()
        self.hub.stop()
        wal = os.path.join(self.hub.postgres, "pg_wal")
        target = self.elsewhere if self.small == "the data" else os.path.join(self.folder, "wal")
        owner = os.stat(wal)
        shutil.copytree(wal, target)
        for folder, _, files in os.walk(target):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                os.chown(path, owner.st_uid, owner.st_gid)
        shutil.rmtree(wal)
        os.symlink(target, wal)
        self.hub.start()

    def __exit__(self, *_):
        self.hub.close()

    def push(self, number):
        """Pushes a batch; returns None when it was acknowledged, else the problem's code."""
        try:
            reply = self.client.push_raw(COLLECTION, batch(number))
        except OSError as failure:
            return str(failure)
        if reply.status == 200:
            self.acknowledged += [f"b{number}-{n}" for n in range(500)]
            return None
        assert reply.status == 503 and int(reply.headers["retry-after"]) > 0, reply
        return reply.problem()

    def push_until_refused(self):
        for number in range(1000, 1400):
            if code := self.push(number):
                return code
        raise AssertionError("the disk never got full")

    def missing(self):
        there = {line["id"] for line in self.client.winners(COLLECTION).lines}
        return set(self.acknowledged) - there


@pytest.mark.parametrize("small", ["everything", "the data", "the log of changes"])
def test_a_full_disk_loses_nothing_and_heals_by_itself_when_it_holds(arena, small):
    with Filling(arena, small) as filling:
        hub, client, disk = filling.hub, filling.client, filling.disk
        for number in range(5):
            assert filling.push(number) is None
        pid = hub.process.pid
        disk.fill(leaving=3 << 20)
        code = filling.push_until_refused()
        allowed = {"storage-full"}
        if small != "the data":
            allowed |= {"database-unavailable", "outcome-unknown"}
        assert code in allowed
        disk.fill()
        assert filling.push(2000) in allowed
        with Client(hub.port) as other:
            assert other.get("/healthz").status == 200
        if small == "the data":
            assert filling.missing() == set(), "reads go on while only the data's disk is full"
        else:
            reply = client.get("/v1/manifest")
            assert reply.status == 200 or reply.problem() in ("database-unavailable", "storage-full"), reply
        disk.make_room()
        wait_until(lambda: filling.push(int(time.monotonic() * 1000)) is None, 60, "pushes work again")
        assert hub.is_running and hub.process.pid == pid
        assert filling.missing() == set()
        assert len(filling.acknowledged) >= 3000
        assert hub.stop() == 0
        hub.start()
        filling.client = hub.client("alice")
        assert filling.missing() == set()


def test_a_hub_that_cannot_be_made_for_want_of_room_says_so_and_can_be_made_later(arena):
    hub = Hub(arena)
    folder = os.path.join(hub.folder, "s")
    os.mkdir(folder)
    hub.data = os.path.join(folder, "d")
    disk = SmallDisk(folder, 120).__enter__()
    try:
        disk.fill(leaving=10 << 20)
        done = hub.run("node", "add", "alice")
        assert done.returncode in (1, 5, 8) and "No space left" in done.stderr, done
        assert done.stdout == ""
        disk.make_room()
        assert hub.run("node", "add", "alice").returncode == 0
        hub.start()
    finally:
        # Unmounts too.
        hub.close()
