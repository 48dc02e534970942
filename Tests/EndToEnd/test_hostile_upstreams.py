"""Many upstreams that send without end at once: what one hub takes of them is bounded."""

import itertools
import json
import os
import time

import pytest

from support.arena import wait_until
from support.hierarchy import Region
from support.hostile import HostileHub
from support.regions import SKILLS
from support.statements import item

UPSTREAMS = 8
SECONDS = 20
GREATEST_MIB = 200
MIB = 1024 * 1024
COUNT = itertools.count(1)


def statement(line, payload):
    """A line like a real one, about another pattern, with this payload as text; its checksum matches nothing."""
    fixed = {key: value for key, value in line.items() if key not in ("payload", "id")}
    head = json.dumps({**fixed, "id": f"p-{next(COUNT)}"}).encode()[:-1]
    return head + b',"payload":' + payload + b"}\n"


NUMBERS = b'{"value_score":0.9,"list":[' + b"0," * (MIB - 200_000) + b"0]}"
# As many values as one line may have, each of which takes the most memory.
OBJECTS = b'{"value_score":0.9,"list":[' + b"{}," * 130_000 + b"{}]}"
TEXT = b'{"value_score":0.9,"text":"' + b"x" * (2 * MIB) + b'"}'
SHORT = b'{"value_score":0.9,"text":"' + b"x" * 60_000 + b'"}'
NO_END = b'"' + b"x" * MIB


@pytest.fixture
def us(arena):
    hub = Region(arena).start()
    yield hub
    hub.close()


@pytest.mark.parametrize("kind", ["numbers", "objects", "text", "short", "no-end"])
def test_memory_does_not_grow_with_the_number_of_hostile_upstreams(us, kind):
    with us.client("alice") as alice:
        alice.push(SKILLS, [item("mine", 1)])
    with us.watcher() as watcher:
        manifest = watcher.get("/v1/manifest").body
        (line,) = watcher.contributions(SKILLS, echo=1).lines
    make = {"numbers": lambda _: statement(line, NUMBERS), "text": lambda _: statement(line, TEXT),
            "objects": lambda _: statement(line, OBJECTS), "short": lambda _: statement(line, SHORT), "no-end": lambda _: NO_END}[kind]
    hostile = [HostileHub(manifest, make) for _ in range(UPSTREAMS)]
    try:
        path = os.path.join(us.folder, "any.token")
        with open(path, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("tributary_0123456789ab_0123456789012345678901234567890123456789012\n")
        us.forget_peak()
        for one in hostile:
            us.command("upstream", "add", one.url, "--node", "us", "--token-file", path)
        wait_until(lambda: all(one.sent > 4 * MIB for one in hostile), 60, "all send")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            started = time.monotonic()
            with us.client("alice") as alice:
                assert alice.push(SKILLS, [item("mine", int(time.monotonic() * 1000))]).end["refused"] == 0
            assert time.monotonic() - started < 5, "its own nodes are served meanwhile"
            time.sleep(0.5)
        assert us.peak_mib() < GREATEST_MIB, us.peak_mib()
    finally:
        for one in hostile:
            one.close()
