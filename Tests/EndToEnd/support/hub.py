"""A hub under test: its process, its commands, its database."""

import json
import os
import queue
import re
import signal
import subprocess
import threading

from .arena import inhabitants, wait_until
from .client import Client

START_SECONDS = 60
STOP_SECONDS = 45


class HubFailed(AssertionError):
    """A hub that ended instead of serving; has its exit code and what it said."""

    def __init__(self, code, talk):
        super().__init__(f"the hub ended with {code}: {talk}")
        self.code, self.talk = code, talk


class Hub:
    """A hub on a data directory of its own."""

    def __init__(self, arena, data=None, database_url=None):
        self.arena = arena
        self.program = arena.program("tributary-hub")
        self.folder = arena.folder("h")
        self.data = data or os.path.join(self.folder, "d")
        self.database_url = database_url
        self.log = os.path.join(self.folder, "hub.log")
        self.tokens = {}
        self.process = None
        self.port = self.metrics_port = None
        self.ready = None

    # The process.

    def arguments(self, listen="127.0.0.1:0", metrics="none", level="info", history_days=None, history_rows=None,
                  config=None, name=None):
        """The command line that serves."""
        words = [self.program, "serve", "--data-dir", self.data, "--listen", listen, "--metrics-listen", metrics,
                 "--log-level", level]
        words += [] if history_days is None else ["--history-days", str(history_days)]
        words += [] if history_rows is None else ["--history-rows", str(history_rows)]
        words += [] if config is None else ["--config", config]
        words += [] if name is None else ["--name", name]
        return words + (["--database-url", self.database_url] if self.database_url else [])

    def start(self, seconds=START_SECONDS, environment=None, **settings):
        """Starts and waits for the ready line; raises HubFailed when the hub ends instead."""
        with open(self.log, "ab") as log:
            before = log.tell()
            self.process = subprocess.Popen(
                self.arguments(**settings), stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
                cwd=self.folder, env={**os.environ, **(environment or {})})
        lines = queue.Queue()
        threading.Thread(target=_forward, args=(self.process.stdout, lines), daemon=True).start()
        try:
            self.ready = lines.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"no ready line within {seconds} s; log: {self.read_log(before)}") from None
        if self.ready is None:
            raise HubFailed(self.process.wait(STOP_SECONDS), self.read_log(before))
        self.port = int(re.search(r"serving on (\d+)", self.ready)[1])
        metrics = re.search(r"metrics on (\d+)", self.ready)
        self.metrics_port = int(metrics[1]) if metrics else None
        return self

    def stop(self, seconds=STOP_SECONDS):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        """SIGKILL of the hub alone; its database is left running."""
        self.process.kill()
        self.process.wait()

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def peak_mib(self):
        """The greatest resident memory of the process so far, since it was last forgotten."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmHWM"))

    def forget_peak(self):
        """Lets the greatest resident memory be that of the present."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")

    def close(self):
        """Ends everything in the hub's folder and removes it."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.arena.clear(self.folder)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def read_log(self, start=0):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            file.seek(start)
            return file.read()

    # Commands.

    def run(self, *words, seconds=60):
        """Runs a command of the hub's program on its data; returns the completed process."""
        where = ["--database-url", self.database_url] if self.database_url else ["--data-dir", self.data]
        return subprocess.run([self.program, *words, *where], capture_output=True, text=True, timeout=seconds,
                              check=False)

    def command(self, *words):
        """Runs a command that has to succeed; returns its standard output."""
        done = self.run(*words)
        assert done.returncode == 0, (words, done)
        return done.stdout

    def command_json(self, *words):
        return json.loads(self.command(*words, "--json"))

    def enrol(self, name, role="spoke", scopes=()):
        """Enrols a node; returns its token."""
        permits = [word for scope in scopes for word in ("--scope", scope)]
        self.tokens[name] = self.command("node", "add", name, "--role", role, *permits).strip()
        return self.tokens[name]

    def client(self, name=None, **settings):
        """A client of a node, enrolled where it is not yet."""
        if name and name not in self.tokens:
            self.enrol(name)
        return Client(self.port, self.tokens.get(name), name, **settings)

    def set_policy(self, collection, **policy):
        options = [word for key, value in policy.items() for word in (f"--{key.replace('_', '-')}", str(value))]
        self.command("collection", "set", collection, *options)

    # The database.

    @property
    def postgres(self):
        return os.path.join(self.data, "postgres")

    def postmaster(self):
        """The pid of the embedded PostgreSQL, or None where there is none."""
        try:
            with open(os.path.join(self.postgres, "postmaster.pid"), encoding="utf-8") as file:
                return int(file.readline())
        except (FileNotFoundError, ValueError):
            return None

    def database_processes(self):
        """Every process of the embedded PostgreSQL."""
        return [pid for pid in inhabitants(self.postgres) if self.process is None or pid != self.process.pid]

    def kill_database(self, children=True):
        """SIGKILL of the postmaster and, where asked, of every process of it."""
        victims = self.database_processes() if children else [self.postmaster()]
        for pid in victims:
            kill(pid, signal.SIGKILL)
        return victims

    def psql(self, sql, *options, check=True, stdin=None):
        """Runs SQL on the hub's own PostgreSQL; returns the unaligned rows."""
        done = subprocess.run([*self.psql_words(), *options, "-c", sql] if stdin is None
                              else [*self.psql_words(), *options],
                              input=stdin, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0 or not check, done
        return done.stdout.strip()

    def dump(self):
        """Everything in the database, as text."""
        place = ["-h", os.path.join(self.data, "run"), "-U", "tributary", "tributary"]
        return subprocess.run(["pg_dump", *place], capture_output=True, text=True, timeout=120, check=True).stdout

    def psql_words(self):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", os.path.join(self.data, "run"),
                "-U", "tributary", "-d", "tributary"]

    def is_ready(self):
        """Whether /readyz says so."""
        try:
            with Client(self.port, timeout=5) as client:
                return client.get("/readyz").status == 200
        except OSError:
            return False

    def wait_ready(self, seconds=30):
        wait_until(self.is_ready, seconds, "the hub is ready")


def _forward(stream, lines):
    for line in stream:
        lines.put(line.rstrip("\n"))
    lines.put(None)


def kill(pid, number):
    """Sends a signal; a process that is gone is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
