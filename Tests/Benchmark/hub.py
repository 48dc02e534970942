"""A hub of its own for one measurement, and a client that does the least possible."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request


class Hub:
    """A hub on its embedded PostgreSQL in a fresh directory, stopped and removed in the end."""

    def __init__(self, binaries, nodes):
        self.program = os.path.join(binaries, "tributary-hub")
        self.directory = tempfile.mkdtemp(prefix="trib-bench-", dir="/tmp")
        os.chmod(self.directory, 0o711)
        self.data = os.path.join(self.directory, "d")
        self.tokens = {}
        self.process = None
        try:
            self._start(nodes)
        except BaseException:
            self.stop()
            raise

    def _start(self, nodes):
        command = [self.program, "serve", "--data-dir", self.data, "--listen", "127.0.0.1:0",
                   "--metrics-listen", "127.0.0.1:0", "--log-level", "warning"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        ready = self.process.stdout.readline()
        if "ready" not in ready:
            raise RuntimeError(f"the hub did not start: {ready!r}")
        self.port = int(re.search(r"serving on (\d+)", ready)[1])
        self.metrics_port = int(re.search(r"metrics on (\d+)", ready)[1])
        for node in nodes:
            self.tokens[node] = subprocess.run(
                [self.program, "node", "add", node, "--data-dir", self.data],
                check=True, capture_output=True, text=True).stdout.strip()

    def psql(self, *arguments, database="tributary", stdin=None):
        """Runs psql on the hub's own PostgreSQL."""
        environment = dict(os.environ, PGHOST=os.path.join(self.data, "run"), PGUSER="tributary", PGDATABASE=database)
        return subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments], check=True, env=environment,
                              stdin=stdin, stdout=subprocess.PIPE, text=True).stdout

    def metrics(self):
        """What the hub counted, as text."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as answer:
            return answer.read().decode()

    def resident_bytes(self):
        """Peak and present resident memory of the hub's process."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return int(fields["VmHWM"].split()[0]) * 1024, int(fields["VmRSS"].split()[0]) * 1024

    def stop(self):
        """Stops the hub and removes everything it left."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Client:
    """One kept-alive connection of one node."""

    def __init__(self, hub, node):
        self.connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=120)
        self.headers = {"Authorization": f"Bearer {hub.tokens[node]}"}

    def push(self, body, collection="skills-patterns"):
        """Pushes one body; returns the end marker."""
        self.connection.request("POST", f"/v1/collections/{collection}/contributions", body, self.headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status} {answer[:300]!r}")
        return json.loads(answer.rstrip().rsplit(b"\n", 1)[-1])["end"]

    def pull(self, since=None, wait=None, collection="skills-patterns"):
        """Pulls and throws the lines away; returns bytes and the end marker."""
        query = "&".join(f"{name}={value}" for name, value in (("since", since), ("wait", wait)) if value is not None)
        self.connection.request("GET", f"/v1/collections/{collection}/winners?{query}", headers=self.headers)
        response = self.connection.getresponse()
        size, tail = 0, b""
        while chunk := response.read(1 << 20):
            size += len(chunk)
            tail = (tail + chunk)[-4096:]
        if response.status != 200:
            raise RuntimeError(f"{response.status} {tail!r}")
        return size, json.loads(tail.rstrip().rsplit(b"\n", 1)[-1])["end"]

    def manifest(self, tag=None):
        """Asks for the manifest; returns status, tag and body."""
        headers = dict(self.headers, **({"If-None-Match": tag} if tag else {}))
        self.connection.request("GET", "/v1/manifest", headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        return response.status, response.headers["ETag"], body
