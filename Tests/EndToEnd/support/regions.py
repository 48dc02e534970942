"""Three regions and a global hub above them, each with a database of its own."""

from .arena import wait_until
from .hierarchy import Region, agree
from .together import at_once

SKILLS = "skills-patterns"
# So long that nothing of what is tested happens by the clock.
INTERVAL = ("--sync-interval", "3600")


class NamedRegion(Region):
    """A hub that calls itself by a name in the paths of what it passes on."""

    def __init__(self, arena, name, **settings):
        super().__init__(arena, **settings)
        self.name = name

    def arguments(self, *positional, **settings):
        return [*super().arguments(*positional, **settings), "--name", self.name]

    def join_through(self, border, above, *options):
        """Makes this hub a node of another one, which it reaches through a border."""
        self.join(Beyond(border, above), self.name, *options)

    def status(self):
        """How it stands with its upstreams."""
        return self.command_json("upstream", "status")["upstreams"]


class Beyond:
    """A hub as it is seen through a border."""

    def __init__(self, border, hub):
        self.url, self.tokens, self.enrol = f"http://127.0.0.1:{border.port}", hub.tokens, hub.enrol


class Hierarchy:
    """Regions below a global hub."""

    def __init__(self, arena, names=("us", "eu", "asia"), options=INTERVAL):
        self.arena, self.options = arena, options
        self.above = NamedRegion(arena, "global")
        self.regions = [NamedRegion(arena, name) for name in names]
        self.hubs = [self.above, *self.regions]

    def start(self):
        at_once(*(hub.start for hub in self.hubs))
        for region in self.regions:
            region.join(self.above, region.name, *self.options)
        return self

    def __getitem__(self, name):
        return next(hub for hub in self.hubs if hub.name == name)

    def agree(self, *collections, seconds=60):
        """Waits until all hubs hold the same and name the same winners."""
        for collection in collections or (SKILLS,):
            agree(self.hubs, collection, seconds)

    def close(self):
        at_once(*(hub.close for hub in self.hubs))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()


def known(hub, pattern, seconds=20, collection=SKILLS, **members):
    """Waits until a hub serves a pattern, with these members in its payload; returns the line."""
    def served():
        line = hub.winner(collection, pattern)
        return line if line and members.items() <= line["payload"].items() else None
    return wait_until(served, seconds, f"{pattern} is known", pause=0.05)


def gone(hub, pattern, seconds=20, collection=SKILLS):
    """Waits until a hub serves a pattern no more."""
    wait_until(lambda: hub.winner(collection, pattern) is None, seconds, f"{pattern} is gone", pause=0.05)
