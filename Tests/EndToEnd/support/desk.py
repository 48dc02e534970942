"""A spoke that takes everything from a configuration file, and what a service manager sees of it."""

import json
import os
import signal
import socket
import subprocess
import threading

from .arena import wait_until
from .spoke import Spoke


class Desk(Spoke):
    """A workstation whose settings are in a file; the first hub is the preferred one."""

    def __init__(self, hubs, node, peers=(), folder=None, incarnation="1", **settings):
        super().__init__(hubs[0], node, folder=folder)
        self.hubs, self.peers = list(hubs), list(peers)
        self.file = os.path.join(self.folder, "spoke.json")
        self.settings = settings
        for number, hub in enumerate([*self.hubs, *self.peers]):
            if node not in hub.tokens:
                same = ("--incarnation", incarnation) if number else ()
                hub.tokens[node] = hub.command("node", "add", node, *same).strip()
            path = os.path.join(self.folder, f"token{number}")
            with open(path, "w", encoding="ascii") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(hub.tokens[node] + "\n")
        self.configure()

    def address(self, hub, number):
        return {"url": f"http://127.0.0.1:{hub.port}", "node": self.node, "tokenFile": f"token{number}"}

    def configure(self, **settings):
        """Writes the file; `settings` are added to those there are."""
        self.settings.update(settings)
        listed = [self.address(hub, number) for number, hub in enumerate([*self.hubs, *self.peers])]
        document = {"hubs": listed[:len(self.hubs)], "state": "state", "sources": ["jsonl:source"],
                    "sinks": ["jsonl:sink"], "syncInterval": 3600, **self.settings}
        if self.peers:
            document["pullFrom"] = listed[len(self.hubs):]
        with open(self.file + ".new", "w", encoding="utf-8") as file:
            json.dump(document, file)
        os.rename(self.file + ".new", self.file)

    def words(self, command, *more):
        return [self.program, command, "--config", self.file, *more]

    def status(self):
        done = self.run("status", "--json")
        assert done.returncode == 0, done
        return json.loads(done.stdout)

    def start_managed(self, manager, *more, **environment):
        """Starts `run` under a stand-in of a service manager."""
        self.process = subprocess.Popen(
            self.words("run", *more), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True, env={**os.environ, "NOTIFY_SOCKET": manager.address, **environment})
        self.said = []
        threading.Thread(target=self._listen, args=(self.process.stderr, self.said), daemon=True).start()
        return self

    @staticmethod
    def _listen(stream, said):
        for line in stream:
            said.append(line.rstrip("\n"))

    def wait_said(self, text, seconds=30, count=1):
        """Waits until lines that contain `text` were said so many times; returns them."""
        def found():
            lines = [line for line in list(self.said) if text in line]
            return lines if len(lines) >= count else None
        return wait_until(found, seconds, f"it says '{text}': {self.said}")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)


class ServiceManager:
    """The datagram socket that NOTIFY_SOCKET names, and everything that came to it."""

    def __init__(self, folder, abstract=False):
        self.address = f"@{folder}/notify" if abstract else os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.address[1:] if abstract else self.address)
        self.all = []
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            self.all.append(data.decode())

    def wait(self, text, seconds=30, count=1):
        """Waits for so many messages that contain a line which begins with `text`; returns them."""
        def found():
            kept = [one for one in list(self.all) if any(line.startswith(text) for line in one.split("\n"))]
            return kept if len(kept) >= count else None
        return wait_until(found, seconds, f"{text} arrives: {self.all}")

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
