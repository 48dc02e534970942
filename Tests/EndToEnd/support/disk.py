"""Small disks that can be filled."""

import os
import subprocess

import pytest

from .arena import sudo


class SmallDisk:
    """A tmpfs of some megabytes in a folder; clearing the folder unmounts it too."""

    def __init__(self, folder, megabytes):
        self.folder = folder
        self.filler = os.path.join(folder, "filler")
        self.options = f"size={megabytes}m,mode=0711,uid={os.geteuid()},gid={os.getegid()}"

    def __enter__(self):
        words = [*sudo(), "mount", "-t", "tmpfs", "-o", self.options, "tmpfs", self.folder]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        except OSError as failure:
            pytest.skip(f"making a small disk needs root or sudo: {failure}")
        if done.returncode != 0:
            pytest.skip(f"this machine makes no small disks: {done.stderr.strip()}")
        return self

    def __exit__(self, *_):
        subprocess.run([*sudo(), "umount", "-l", self.folder], check=True)

    def free(self):
        """Bytes that are left."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, leaving=0):
        """Takes all space but `leaving` bytes."""
        with open(self.filler, "wb", buffering=0) as file:
            while (left := self.free() - leaving) > 0:
                try:
                    if file.write(b"\0" * min(left, 1 << 20)) == 0:
                        break
                except OSError:
                    break

    def make_room(self):
        """Gives back what filling took."""
        os.remove(self.filler)
