"""One private folder for all processes, data and mounts of a test session, and their certain end."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time

BINARIES = ("tributary-hub", "tributary-spoke")


def default_binaries():
    """Where the programs under test are: TRIBUTARY_BIN, else the release build of this checkout."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.environ.get("TRIBUTARY_BIN") or os.path.normpath(os.path.join(here, "../../..", ".build", "release"))


def sudo():
    """What goes before a command that needs root."""
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def wait_until(condition, seconds=20.0, what="condition", pause=0.02):
    """Polls `condition` until it is true; returns its value. Fails with `what` at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Arena:
    """The session's folder. A watcher of its own clears it when the test process ends, however it ends."""

    def __init__(self, binaries=None):
        self.root = tempfile.mkdtemp(prefix="trib-", dir="/tmp")
        # The account that runs PostgreSQL has to get through.
        os.chmod(self.root, 0o711)
        self._count = 0
        self._watcher = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), self.root], stdin=subprocess.PIPE, start_new_session=True)
        atexit.register(self.close)
        self.bin = os.path.join(self.root, "bin")
        os.mkdir(self.bin)
        for name in BINARIES:
            source = os.path.join(binaries or default_binaries(), name)
            if os.path.exists(source):
                shutil.copy(source, os.path.join(self.bin, name))

    def program(self, name):
        """The session's own copy of a program; it stays the same when the original is built anew."""
        path = os.path.join(self.bin, name)
        assert os.path.exists(path), f"{name} is missing in {default_binaries()}; build it first"
        return path

    def folder(self, prefix="d"):
        """A new, short, traversable folder."""
        self._count += 1
        path = os.path.join(self.root, f"{prefix}{self._count}")
        os.mkdir(path)
        os.chmod(path, 0o711)
        return path

    def clear(self, path):
        """Ends every process that lives in `path`, unmounts what is mounted there, and removes it."""
        clear(path)

    def close(self):
        """Ends everything; harmless when done already."""
        if self._watcher.stdin and not self._watcher.stdin.closed:
            self._watcher.stdin.close()
            self._watcher.wait()
        atexit.unregister(self.close)


def inhabitants(path):
    """The processes that were started with `path` in their arguments or that work in it: PostgreSQL's backends hide
    their arguments, and their working directory is the data directory."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in (os.getpid(), os.getppid()):
            continue
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            cwd = os.readlink(f"/proc/{name}/cwd")
        except OSError:
            continue
        inside = path.encode() + b"/"
        if cwd == path or cwd.startswith(path + "/") or any(inside in word for word in words):
            found.append(int(name))
    return found


def clear(path):
    """Ends every process that lives in `path`, unmounts what is mounted there, and removes it."""
    for number in ("CONT", "TERM", "QUIT", "KILL"):
        victims = inhabitants(path)
        if not victims:
            break
        # PostgreSQL's own account is another one than the test's where an ordinary user runs it through sudo.
        subprocess.run(["kill", f"-{number}", *map(str, victims)], stderr=subprocess.DEVNULL, check=False)
        deadline = time.monotonic() + (0 if number == "CONT" else 5)
        while inhabitants(path) and time.monotonic() < deadline:
            time.sleep(0.05)
    with open("/proc/mounts", encoding="utf-8") as file:
        mounts = [line.split()[1] for line in file]
    for mount in sorted((m for m in mounts if m.startswith(path + "/")), reverse=True):
        subprocess.run([*sudo(), "umount", "-l", mount], check=False)
    shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    clear(sys.argv[1])
