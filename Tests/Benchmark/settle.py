"""How long it takes to settle 1,000 touched patterns with 20 contributors each, under every strategy."""

import random
import re
import statistics
import subprocess
import time

from hub import Client, Hub
from workload import FIRST_REVISION, payload, push_bodies

CONTRIBUTORS = [f"peer-{number:02d}" for number in range(20)]
PATTERNS = 1_000
STRATEGIES = ("highest-value", "latest", "merge", "manual")


def item(rng, node, number, value, updated):
    """What a node says about a pattern, with lists and counts for merging."""
    body = payload(rng, node)
    body.update(value_score=value, last_updated=updated, usage_count=rng.randrange(50))
    body["description"] = body["description"][:-20]
    return f"{number:032x}", body


def statements(rng, node, value, updated, turn):
    """One push of a node about all patterns."""
    items = [item(rng, node, number, value, updated) for number in range(PATTERNS)]
    return push_bodies(items, PATTERNS, FIRST_REVISION + turn * 10**9)[0]


def settle(binaries, strategy, repeats):
    """Median seconds of settling, and of the whole push after which every pattern has to be decided from all its
    contributors."""
    rng = random.Random(5)
    settling, pushes = [], []
    with Hub(binaries, CONTRIBUTORS) as hub:
        subprocess.run([hub.program, "collection", "set", "settled", "--strategy", strategy, "--data-dir", hub.data],
                       check=True, capture_output=True)
        for number, node in enumerate(CONTRIBUTORS):
            body = statements(rng, node, 0.75 + number / 100, 1_760_000_000 + number, 0)
            Client(hub, node).push(body, "settled")
        best = Client(hub, CONTRIBUTORS[-1])
        for repeat in range(repeats):
            # The winner's own contribution gets weaker, so that comparing is not enough, and then stronger again.
            weaker = statements(rng, CONTRIBUTORS[-1], 0.7, 1_750_000_000, 2 * repeat + 1)
            stronger = statements(rng, CONTRIBUTORS[-1], 0.99, 1_770_000_000, 2 * repeat + 2)
            before = settling_seconds(hub, strategy)
            started = time.perf_counter()
            end = best.push(weaker, "settled")
            pushes.append(time.perf_counter() - started)
            assert end["accepted"] == PATTERNS, end
            settling.append(settling_seconds(hub, strategy) - before)
            best.push(stronger, "settled")
    return statistics.median(settling), statistics.median(pushes)


def settling_seconds(hub, strategy):
    """How long the hub has spent settling so far, by its own count."""
    pattern = rf'^tributary_settling_microseconds_total{{strategy="{strategy}"}} (\d+)$'
    return int(re.search(pattern, hub.metrics(), re.MULTILINE)[1]) / 1e6


def measure(binaries, repeats):
    """Milliseconds of settling and of the whole push, by strategy."""
    return {strategy: tuple(seconds * 1000 for seconds in settle(binaries, strategy, repeats))
            for strategy in STRATEGIES}
