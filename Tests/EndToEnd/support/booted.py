"""A machine of its own with a real systemd: this machine's files under an overlay that is gone afterwards, booted in a
container that shares the network."""

import os
import subprocess
import time

from .arena import sudo, wait_until

BOOT_SECONDS = 120


class Booted:
    """A container that was booted; what is written in it is kept in memory alone."""

    def __init__(self, arena):
        self.arena = arena
        self.folder = arena.folder("boot")
        # The layers have to be on another file system than the one below.
        self._root(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", self.folder])
        upper, work, self.root = (os.path.join(self.folder, name) for name in ("upper", "work", "root"))
        self._root(["mkdir", upper, work, self.root])
        self._root(["mount", "-t", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}", "overlay", self.root])
        self.log = open(os.path.join(arena.folder("log"), "boot"), "w+b")
        self.name = f"trib{os.getpid()}"
        self.process = None

    @staticmethod
    def _root(words):
        subprocess.run([*sudo(), *words], check=True)

    def put(self, path, data, mode=0o644):
        """Writes a file before or after the machine is booted."""
        inside = self.root + path
        self._root(["mkdir", "-p", os.path.dirname(inside)])
        subprocess.run([*sudo(), "tee", inside], input=data, stdout=subprocess.DEVNULL, check=True)
        self._root(["chmod", f"{mode:o}", inside])

    def boot(self):
        words = ["systemd-nspawn", "--quiet", f"--directory={self.root}", f"--machine={self.name}", "--register=no",
                 "--keep-unit", "--link-journal=no", "--console=pipe", "--boot", "systemd.unit=multi-user.target"]
        self.process = subprocess.Popen([*sudo(), *words], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.init = wait_until(self._init, BOOT_SECONDS, f"it begins to boot: {self.said()}")
        wait_until(lambda: self.run("systemctl", "is-active", "multi-user.target").stdout == "active\n", BOOT_SECONDS,
                   f"it is booted: {self.said()}", 0.2)
        return self

    def reboot(self):
        """Shuts the machine down in order, and boots it again; what was written stays."""
        self.run("systemctl", "poweroff")
        self.process.wait(BOOT_SECONDS)
        self.boot()

    def _init(self):
        """The number, out here, of the machine's first process."""
        assert self.process.poll() is None, self.said()
        for name in os.listdir("/proc"):
            try:
                with open(f"/proc/{name}/status", encoding="utf-8") as file:
                    status = dict(line.split(":\t", 1) for line in file if ":\t" in line)
            except (OSError, ValueError):
                continue
            # The first process of the namespace below ours, whose parent is the container's manager.
            inner = status.get("NSpid", "").split()
            if len(inner) == 2 and inner[1] == "1" and self._descends(int(status["PPid"])):
                return int(name)
        return None

    def _descends(self, number):
        while number > 1:
            if number == self.process.pid:
                return True
            with open(f"/proc/{number}/stat", encoding="utf-8") as file:
                number = int(file.read().rpartition(")")[2].split()[1])
        return False

    def run(self, *words, seconds=60):
        """Runs a command in the machine, as its root; returns the completed process."""
        inside = ["nsenter", f"--target={self.init}", "--all", "--wd=/", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                  *words]
        return subprocess.run([*sudo(), *inside], capture_output=True, text=True, timeout=seconds, check=False)

    def said(self):
        """The end of what it said while booting."""
        self.log.flush()
        with open(self.log.name, "rb") as file:
            return file.read()[-2000:]

    def close(self):
        if self.process and self.process.poll() is None:
            self._root(["kill", str(self.process.pid)])
            self.process.wait(BOOT_SECONDS)
        self.log.close()
        for path in (self.root, self.folder):
            deadline = time.monotonic() + 10
            while subprocess.run([*sudo(), "umount", path], check=False, stderr=subprocess.DEVNULL).returncode != 0:
                assert time.monotonic() < deadline, f"{path} stays mounted"
                time.sleep(0.1)

    def __enter__(self):
        return self.boot()

    def __exit__(self, *_):
        self.close()
