"""A spoke under test: its folders, its commands, its daemon."""

import json
import os
import queue
import signal
import subprocess
import threading


class Spoke:
    """One workstation: a source folder, a sink folder, a state folder and a token."""

    def __init__(self, hub, node, port=None, folder=None):
        self.hub, self.node = hub, node
        self.port = port or hub.port
        self.program = hub.arena.program("tributary-spoke")
        self.folder = folder or hub.arena.folder("s")
        self.source, self.sink, self.state = (os.path.join(self.folder, name) for name in ("source", "sink", "state"))
        self.sources, self.sinks = [f"jsonl:{self.source}"], [f"jsonl:{self.sink}"]
        os.makedirs(self.source, exist_ok=True)
        self.token_file = os.path.join(self.folder, "token")
        if node not in hub.tokens:
            hub.enrol(node)
        with open(self.token_file, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(hub.tokens[node] + "\n")
        self.process = None

    # What it has of its own.

    def write(self, collection, items):
        """Makes a source file of items, or of bytes."""
        path = os.path.join(self.source, f"{collection}.jsonl")
        data = items if isinstance(items, bytes) else b"".join(
            json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in items)
        with open(path + ".new", "wb") as file:
            file.write(data)
        os.rename(path + ".new", path)
        return path

    def learned(self):
        """The sink's files by name."""
        if not os.path.isdir(self.sink):
            return {}
        found = {}
        for name in os.listdir(self.sink):
            with open(os.path.join(self.sink, name), "rb") as file:
                found[name] = file.read()
        return found

    def learned_items(self, collection):
        """The items of one sink file by id."""
        lines = self.learned().get(f"{collection}.jsonl", b"").splitlines()
        items = [json.loads(line) for line in lines]
        assert len({str(item["id"]) for item in items}) == len(items)
        return {item["id"]: item for item in items}

    # Its commands.

    def words(self, command, *more):
        """The command line."""
        words = [self.program, command, *([] if command == "why" else ["--state", self.state])]
        if command in ("sync", "run", "push", "pull", "why"):
            words += ["--hub", f"http://127.0.0.1:{self.port}", "--node", self.node, "--token-file", self.token_file]
        if command in ("sync", "run", "push"):
            words += [word for source in self.sources for word in ("--source", source)]
        if command in ("sync", "run", "pull"):
            words += [word for sink in self.sinks for word in ("--sink", sink)]
        return [*words, *more]

    def run(self, command, *more, seconds=120, environment=None):
        """Runs a command; returns the completed process, whatever became of it."""
        return subprocess.run(self.words(command, *more), capture_output=True, text=True, timeout=seconds, check=False,
                              env={**os.environ, **(environment or {})})

    def sync(self, *more, expecting=0, command="sync", seconds=120):
        """One round; returns its report."""
        done = self.run(command, "--json", *more, seconds=seconds)
        assert done.returncode == expecting, done
        return json.loads(done.stdout) if done.stdout.strip() else None

    def start(self, command="run", *more):
        """Starts a command and leaves it running; its standard error is read into `lines`."""
        self.process = subprocess.Popen(self.words(command, *more), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, start_new_session=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, args=(self.process.stderr, self.lines), daemon=True).start()
        return self

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line)

    def stop(self, seconds=10):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()
