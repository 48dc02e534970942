"""Two tiers of hubs: how soon one region knows what another learned, and what relaying costs the hub above both."""

import concurrent.futures
import hashlib
import json
import os
import queue
import statistics
import subprocess
import time

from hub import Client, Hub
from workload import uuid_text

SAMPLES = 50
RELAYED_ITEMS = 30_000
# Single pairs differ by a tenth and more, because caches and the processors' clock are shared.
RELAY_REPEATS = 9
# What a node sends at once.
PER_PUSH = 2_000
# Longer than any measurement, so that nothing is by the clock.
INTERVAL = "3600"
TICKS = os.sysconf("SC_CLK_TCK")


def join(hub, above, name):
    """Makes a hub a node of the one above it; returns when both are in contact."""
    token = subprocess.run([above.program, "node", "add", name, "--role", "hub", "--data-dir", above.data],
                           check=True, capture_output=True, text=True).stdout
    path = os.path.join(hub.directory, "upstream.token")
    with open(path, "w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(token)
    subprocess.run([hub.program, "upstream", "add", f"http://127.0.0.1:{above.port}", "--node", name, "--token-file",
                    path, "--sync-interval", INTERVAL, "--data-dir", hub.data], check=True, capture_output=True)
    deadline = time.monotonic() + 60
    while "t" != hub.psql("-A", "-t", "-c", "SELECT epoch IS NOT NULL FROM upstreams").strip():
        if time.monotonic() > deadline:
            raise RuntimeError("the hub did not get in touch with the one above it")
        time.sleep(0.05)


def freshness(binaries):
    """Milliseconds from a push in one region until a long poll in another has it: median and 95th percentile."""
    with Hub(binaries, ["alice"]) as us, Hub(binaries, []) as above, Hub(binaries, ["kenji"]) as asia:
        join(us, above, "us")
        join(asia, above, "asia")
        author, reader = Client(us, "alice"), Client(asia, "kenji")
        _, end = reader.pull()
        times = []
        for sample in range(SAMPLES + 1):
            line = {"id": f"fresh-{sample}", "payload": {"value_score": 0.9, "sample": sample}}
            started = time.perf_counter()
            author.push(json.dumps(line).encode())
            deadline = started + 30
            while True:
                _, end = reader.pull(since=end["cursor"], wait=10)
                if end["lines"]:
                    break
                if time.perf_counter() > deadline:
                    raise RuntimeError(f"sample {sample} did not arrive within 30 s")
            times.append((time.perf_counter() - started) * 1000)
            time.sleep(0.02)
        # The first sample may find connections still to be made.
        times = sorted(times[1:])
        return statistics.median(times), times[int(len(times) * 0.95)]


def cpu_seconds(hub):
    """What a hub's process and its PostgreSQL have used so far."""
    with open(os.path.join(hub.data, "postgres", "postmaster.pid"), encoding="ascii") as file:
        postmaster = int(file.readline())
    total = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        # utime and stime; of the postmaster also those of its children that ended.
        if int(name) in (hub.process.pid, postmaster) or int(fields[1]) == postmaster:
            total += int(fields[11]) + int(fields[12])
        if int(name) == postmaster:
            total += int(fields[13]) + int(fields[14])
    return total / TICKS


def wait_for_position(hub, direction, column, least):
    """Waits until a hub's position is so far; asks it, not the hub above, whose work is measured."""
    query = (f"SELECT coalesce(max({column}), 0) FROM upstream_positions WHERE direction = '{direction}' "
             "AND feed = 'contributions' AND collection = 'skills-patterns'")
    deadline = time.monotonic() + 300
    while int(hub.psql("-A", "-t", "-c", query)) < least:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{direction} did not get to {least} within 300 s")
        time.sleep(0.2)


def checksum(identifier, payload):
    """What a spoke sends with an item."""
    # Canonical JSON writes 1.0 as 1; other numbers of these payloads are written alike.
    plain = {name: int(value) if isinstance(value, float) and value.is_integer() else value
             for name, value in payload.items()}
    canonical = json.dumps(plain, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(b"\0".join((b"c1", b"skills-patterns", identifier.encode(), canonical.encode()))).hexdigest()


def bodies(items):
    """Bodies of PER_PUSH lines each, as a spoke sends them."""
    lines = [json.dumps({"id": uuid_text(identifier), "revision": number + 1,
                         "checksum": checksum(uuid_text(identifier), payload), "payload": payload},
                        separators=(",", ":")).encode()
             for number, (identifier, payload) in enumerate(items[:RELAYED_ITEMS])]
    return [b"\n".join(lines[start:start + PER_PUSH]) + b"\n" for start in range(0, len(lines), PER_PUSH)]


def push_one_behind_the_other(first, second, work):
    """Pushes bodies to two hubs at once; the second has each as soon as the first took it, as when it is relayed."""
    taken = queue.SimpleQueue()

    def follow():
        for body in iter(taken.get, None):
            assert second.push(body)["refused"] == 0

    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        follower = pool.submit(follow)
        try:
            for body in work:
                assert first.push(body)["refused"] == 0
                taken.put(body)
        finally:
            taken.put(None)
        follower.result()


def relay_cost(binaries, items):
    """CPU microseconds an item costs the hub above: pushed directly, and relayed by a hub below.

    A hub on the same machine takes in the same both times, so that caches and cores are shared alike.
    """
    work = bodies(items)
    count = sum(body.count(b"\n") for body in work)
    with Hub(binaries, ["alice"]) as above, Hub(binaries, ["alice"]) as beside:
        before = cpu_seconds(above)
        push_one_behind_the_other(Client(beside, "alice"), Client(above, "alice"), work)
        direct = cpu_seconds(above) - before
    with Hub(binaries, ["bob"]) as above, Hub(binaries, ["alice"]) as us:
        join(us, above, "us")
        client = Client(us, "alice")
        before = cpu_seconds(above)
        for body in work:
            client.push(body)
        wait_for_position(us, "push", "items", count)
        # By the next news, the hub below also reads past what it passed on itself.
        Client(above, "bob").push(json.dumps({"id": "news", "payload": {"value_score": 0.9}}).encode())
        wait_for_position(us, "pull", "number", count + 1)
        relayed = cpu_seconds(above) - before
    return direct / count * 1e6, relayed / count * 1e6


def measure(binaries, data, repeats):
    """Everything about regions, as a dictionary."""
    median, p95 = freshness(binaries)
    items = [item for node in data.values() for item in node]
    unique = list({identifier: (identifier, payload) for identifier, payload in items}.values())
    costs = [relay_cost(binaries, unique) for _ in range(max(repeats, RELAY_REPEATS))]
    return {
        "regions_median_ms": median, "regions_p95_ms": p95,
        "direct_cpu_us": statistics.median(direct for direct, _ in costs),
        "relayed_cpu_us": statistics.median(relayed for _, relayed in costs),
        "relay_cost_ratio": statistics.median(relayed / direct for direct, relayed in costs),
    }


def rows(result):
    """The rows of the table: what, measured, floor, whether it holds."""
    return [
        ("push in one region until visible in another, median ms", f"{result['regions_median_ms']:.1f}", "<= 500",
         result["regions_median_ms"] <= 500),
        ("  p95 ms", f"{result['regions_p95_ms']:.1f}", "", True),
        ("CPU of the hub above for a relayed item / pushed directly", f"{result['relay_cost_ratio']:.2f}", "<= 1.1",
         result["relay_cost_ratio"] <= 1.1),
        ("  microseconds, relayed", f"{result['relayed_cpu_us']:.0f}", "", True),
        ("  microseconds, pushed directly", f"{result['direct_cpu_us']:.0f}", "", True),
    ]
