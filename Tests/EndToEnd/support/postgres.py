"""A PostgreSQL that a test starts by hand, as an operator would have one."""

import glob
import os
import pwd
import subprocess

from .arena import wait_until


def binaries():
    """The folder of the newest PostgreSQL's programs."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    newest = max(found, key=lambda path: int(path.split("/")[4]))
    return os.path.dirname(newest)


class OwnPostgres:
    """A cluster with a role and a database `tributary`, on a socket in its folder."""

    def __init__(self, folder):
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.process = None

    @property
    def url(self):
        return f"postgresql://tributary@/tributary?host={self.folder}"

    def __enter__(self):
        account = "postgres" if os.geteuid() == 0 else None
        if account:
            owner = pwd.getpwnam(account)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        run = {"user": account, "group": "postgres", "extra_groups": []} if account else {}
        subprocess.run([f"{binaries()}/initdb", "-D", self.data, "-U", "tributary", "-A", "trust", "-E", "UTF8",
                        "--locale=C.UTF-8", "-N"], check=True, capture_output=True, cwd="/", **run)
        self.process = subprocess.Popen(
            [f"{binaries()}/postgres", "-D", self.data, "-k", self.folder, "-c", "listen_addresses="],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True, **run)
        wait_until(lambda: self.psql("SELECT 1", database="postgres", check=False) == "1", 20, "PostgreSQL answers")
        self.psql("CREATE DATABASE tributary", database="postgres")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.send_signal(2)
        self.process.wait(20)

    def psql(self, sql, database="tributary", check=True):
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-h", self.folder, "-U", "tributary", "-d", database, "-c", sql],
            capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done
        return done.stdout.strip()

    def set(self, name, value):
        """Sets a setting for the whole server."""
        self.psql(f"ALTER SYSTEM SET {name} = {value}")
        self.psql("SELECT pg_reload_conf()")
        wait_until(lambda: self.psql(f"SHOW {name}") == value, 10, f"{name} = {value}")
