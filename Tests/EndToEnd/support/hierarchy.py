"""Hubs below a hub: regions and what stands above them, with real programs and databases."""

import os
import urllib.request

from .arena import wait_until
from .hub import Hub


class Region(Hub):
    """A hub that keeps its port over restarts, so that others find it again."""

    def start(self, **settings):
        listen = f"127.0.0.1:{self.port}" if self.port else "127.0.0.1:0"
        return super().start(listen=listen, metrics="127.0.0.1:0", **settings)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def join(self, above, name, *options):
        """Makes this hub a node of another one, under a name."""
        if name not in above.tokens:
            above.enrol(name, role="hub")
        path = os.path.join(self.folder, f"token-{name}")
        with open(path, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(above.tokens[name] + "\n")
        self.command("upstream", "add", above.url, "--node", name, "--token-file", path, *options)

    def watcher(self):
        """A client of role hub, which may read everything."""
        if "watcher" not in self.tokens:
            self.enrol("watcher", role="hub")
        return self.client("watcher")

    def statements(self, collection):
        """Everything held: (id, origin) to what identifies the version."""
        with self.watcher() as client:
            feed = client.contributions(collection, echo=1)
        return {(line["id"], line["origin"]): (line["incarnation"], line["revision"], line["checksum"],
                                               line.get("vector_digest")) for line in feed.lines}

    def digests(self, collection):
        """What two hubs have to agree about."""
        with self.watcher() as client:
            entry = client.manifest(collection)
        return [(entry[feed]["count"], entry[feed]["digest"]) for feed in ("contributions", "winners", "resolutions")]

    def winner(self, collection, pattern):
        """The line of one live winner, or None."""
        with self.watcher() as client:
            lines = [line for line in client.winners(collection).lines if line["id"] == pattern]
        return lines[0] if lines and lines[0]["state"] == "live" else None

    def counter(self, name, **labels):
        """The sum of a counter's series with these labels."""

        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as reply:
            text = reply.read().decode()
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith(name + "{") and all(label in line for label in wanted))


def agree(hubs, collection, seconds=60):
    """Waits until all hold the same and name the same winners."""
    def same():
        try:
            digests = [hub.digests(collection) for hub in hubs]
        except (OSError, StopIteration):
            return False
        return all(other == digests[0] for other in digests)
    wait_until(same, seconds, f"all hubs agree about {collection}", pause=0.1)
