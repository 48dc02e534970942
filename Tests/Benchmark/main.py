"""Runs the measurements and prints them: ratios first, then absolute figures, medians of the repeats."""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time

import raw
import regions
import settle
from hub import Client, Hub
from spoke import Spoke, stop, write_source
from workload import FIRST_REVISION, NEWCOMERS, NODES, contributions, push_bodies

PER_PUSH = 10_000
# What a spoke sends at once.
SPOKE_BATCH = 2_000
CHANGES = 1_000
LATENCY_SAMPLES = 60
COLLECTION = "skills-patterns"


def note(text):
    """Says on standard error what is being measured."""
    print(text, file=sys.stderr, flush=True)


def ingest(hub, bodies, groups):
    """Seconds to push everything, the nodes of each group one after the other, the groups at once."""
    failures = []

    def push(nodes):
        try:
            for node in nodes:
                client = Client(hub, node)
                for body in bodies[node]:
                    end = client.push(body)
                    if end["accepted"] != end["received"]:
                        raise RuntimeError(f"not everything was accepted: {end}")
        except Exception as error:  # pylint: disable=broad-except
            failures.append(error)

    threads = [threading.Thread(target=push, args=(nodes,)) for nodes in groups]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - started


def no_change(hub):
    """Bytes on the wire and milliseconds of a synchronisation without changes."""
    client = Client(hub, NODES[0])
    _, tag, _ = client.manifest()
    times = []
    for _ in range(50):
        started = time.perf_counter()
        status, _, body = client.manifest(tag)
        times.append((time.perf_counter() - started) * 1000)
        assert status == 304 and not body
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{size_header} %{size_request} %{size_download}",
               "-H", f"Authorization: Bearer {hub.tokens[NODES[0]]}", "-H", f"If-None-Match: {tag}",
               f"http://127.0.0.1:{hub.port}/v1/manifest"]
    sizes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return sum(map(int, sizes)), statistics.median(times)


def increments(hub, data, repeats):
    """Seconds to pull CHANGES changed winners, and how many came."""
    node = NODES[0]
    client = Client(hub, node)
    times = []
    for repeat in range(repeats):
        _, end = client.pull()
        changed = [(identifier, dict(body, value_score=1.0, description=f"changed {repeat}"))
                   for identifier, body in data[node][2_000:2_000 + CHANGES]]
        for body in push_bodies(changed, PER_PUSH, FIRST_REVISION + (repeat + 1) * 10**9):
            client.push(body)
        started = time.perf_counter()
        _, answer = client.pull(since=end["cursor"])
        times.append(time.perf_counter() - started)
        assert answer["lines"] == CHANGES, answer
    return statistics.median(times)


def latency(hub, binaries):
    """Milliseconds from sending a push until another spoke's store holds the winner: median and 95th percentile."""
    spoke = Spoke(binaries, hub, NODES[9], hub.directory)
    spoke.sync()
    daemon = spoke.run()
    try:
        client = Client(hub, NODES[0])
        times = []
        for sample in range(LATENCY_SAMPLES + 1):
            identifier = f"latency-{sample}"
            line = {"id": identifier, "payload": {"value_score": 0.9, "sample": sample}}
            started = time.perf_counter()
            client.push(json.dumps(line).encode())
            times.append((spoke.wait_for(identifier, started + 30) - started) * 1000)
            time.sleep(0.02)
        # The first sample may find the daemon still starting.
        times = sorted(times[1:])
        return statistics.median(times), times[int(len(times) * 0.95)]
    finally:
        stop(daemon)


def stripped_size(program, directory):
    """Bytes of a program without symbols."""
    copy = os.path.join(directory, "stripped")
    shutil.copy(program, copy)
    subprocess.run(["strip", copy], check=True)
    size = os.path.getsize(copy)
    os.unlink(copy)
    return size


def measure(options):
    """All measurements as a dictionary."""
    total = options.patterns
    data = contributions(total)
    count = sum(len(items) for items in data.values())
    bodies = {node: push_bodies(items, PER_PUSH) for node, items in data.items()}
    rates = {name: [] for name in ("raw_ingest", "ingest_serial", "ingest_4", "raw_pull", "pull")}
    result = {}
    for repeat in range(options.repeats):
        note(f"ingest and pull, {repeat + 1} of {options.repeats}")
        with Hub(options.bin, NODES + NEWCOMERS) as hub:
            path = os.path.join(hub.directory, "raw.sql")
            raw.script(path, data)
            rates["raw_ingest"].append(count / raw.ingest(hub, path))
            rates["raw_pull"].append(count / raw.pull(hub, hub.directory))
            rates["ingest_serial"].append(count / ingest(hub, bodies, [NODES]))
            client = Client(hub, NODES[0])
            started = time.perf_counter()
            _, end = client.pull()
            rates["pull"].append(end["lines"] / (time.perf_counter() - started))
            if repeat == options.repeats - 1:
                result.update(detailed(hub, options, data))
        with Hub(options.bin, NODES + NEWCOMERS) as hub:
            rates["ingest_4"].append(count / ingest(hub, bodies, [NODES[start::4] for start in range(4)]))
            result["hub_rss_4_nodes"] = hub.resident_bytes()[0]
    for name, values in rates.items():
        result[f"{name}_per_s"] = statistics.median(values)
    result["ingest_serial_ratio"] = result["ingest_serial_per_s"] / result["raw_ingest_per_s"]
    result["ingest_4_ratio"] = result["ingest_4_per_s"] / result["raw_ingest_per_s"]
    result["pull_ratio"] = result["pull_per_s"] / result["raw_pull_per_s"]
    with Hub(options.bin, NODES + NEWCOMERS) as hub:
        note("no change at 1,000 patterns")
        client = Client(hub, NODES[0])
        client.push(push_bodies(data[NODES[0]][:1_000], PER_PUSH)[0])
        result["no_change_bytes_1000"], result["no_change_ms_1000"] = no_change(hub)
    note("settling patterns with twenty contributors")
    for strategy, (settling, push) in settle.measure(options.bin, max(3, options.repeats)).items():
        result[f"settle_{strategy}_ms"], result[f"settle_{strategy}_push_ms"] = settling, push
    note("two regions and the hub above them")
    result.update(regions.measure(options.bin, data, options.repeats))
    result["patterns"] = count
    result["repeats"] = options.repeats
    return result


def push_and_pull(hub, node, items):
    """Seconds that a client takes that only sends, batch by batch as a spoke does, and reads the winners."""
    bodies = push_bodies(items, SPOKE_BATCH)
    client = Client(hub, node)
    started = time.perf_counter()
    for body in bodies:
        client.push(body)
    client.pull()
    return time.perf_counter() - started


def detailed(hub, options, data):
    """What is measured once, on the full collection."""
    found = {}
    note("no change, increments, latency, spoke")
    found["no_change_bytes"], found["no_change_ms"] = no_change(hub)
    found["increment_s"] = increments(hub, data, options.repeats)
    found["latency_median_ms"], found["latency_p95_ms"] = latency(hub, options.bin)
    spoke = Spoke(options.bin, hub, NODES[1], hub.directory)
    report, seconds, resident, _ = spoke.sync()
    found["spoke_first_pull_s"], found["spoke_rss"] = seconds, resident
    _, _, _, cpu = spoke.sync()
    found["spoke_no_change_cpu_ms"] = cpu * 1000
    found["spoke_idle"] = spoke.idle()
    source = os.path.join(hub.directory, "source")
    everything = [item for items in data.values() for item in items]
    write_source(source, everything)
    found["client_push_and_pull_s"] = push_and_pull(hub, NEWCOMERS[0], everything)
    pusher = Spoke(options.bin, hub, NEWCOMERS[1], hub.directory)
    _, seconds, resident, _ = pusher.sync("--source", f"jsonl:{source}")
    found["spoke_push_100000_s"], found["spoke_push_rss"] = seconds, resident
    found["hub_rss"] = hub.resident_bytes()[0]
    found["spoke_stripped"] = stripped_size(os.path.join(options.bin, "tributary-spoke"), hub.directory)
    found["hub_stripped"] = stripped_size(os.path.join(options.bin, "tributary-hub"), hub.directory)
    return found


def table(result):
    """The rows of the table: what, measured, floor, whether it holds."""
    mib = 1 << 20
    rows = [
        ("ingest, one node at a time / raw ingest", f"{result['ingest_serial_ratio']:.2f}", ">= 0.25",
         result["ingest_serial_ratio"] >= 0.25),
        ("ingest, 4 nodes at once / raw ingest", f"{result['ingest_4_ratio']:.2f}", ">= 0.4",
         result["ingest_4_ratio"] >= 0.4),
        ("full pull / raw pull", f"{result['pull_ratio']:.2f}", ">= 0.12", result["pull_ratio"] >= 0.12),
        ("no-change sync, bytes both ways", f"{result['no_change_bytes']}", "<= 1024",
         result["no_change_bytes"] <= 1024),
        ("  the same at 1,000 patterns", f"{result['no_change_bytes_1000']}", "the same",
         abs(result["no_change_bytes_1000"] - result["no_change_bytes"]) < 16),
        ("no-change sync, ms", f"{result['no_change_ms']:.2f}", "", True),
        (f"pull of {CHANGES} changes, s", f"{result['increment_s']:.3f}", "<= 0.3", result["increment_s"] <= 0.3),
        ("push until visible at another spoke, p95 ms", f"{result['latency_p95_ms']:.1f}", "<= 60",
         result["latency_p95_ms"] <= 60),
        ("  median ms", f"{result['latency_median_ms']:.1f}", "", True),
        *((f"settling {settle.PATTERNS:,} patterns, each among 20, {strategy}, ms",
           f"{result[f'settle_{strategy}_ms']:.0f}", "<= 150", result[f"settle_{strategy}_ms"] <= 150)
          for strategy in settle.STRATEGIES),
        *((f"  the whole push, {strategy}, ms", f"{result[f'settle_{strategy}_push_ms']:.0f}", "", True)
          for strategy in settle.STRATEGIES),
        *regions.rows(result),
        ("hub RSS, MiB (peak)", f"{max(result['hub_rss'], result['hub_rss_4_nodes']) / mib:.0f}", "<= 150",
         max(result["hub_rss"], result["hub_rss_4_nodes"]) <= 150 * mib),
        ("spoke RSS pulling everything, MiB (peak)", f"{result['spoke_rss'] / mib:.0f}", "<= 40",
         result["spoke_rss"] <= 40 * mib),
        ("spoke RSS pushing and pulling everything, MiB (peak)", f"{result['spoke_push_rss'] / mib:.0f}", "<= 40",
         result["spoke_push_rss"] <= 40 * mib),
        ("spoke binary stripped, MiB", f"{result['spoke_stripped'] / mib:.1f}", "<= 20",
         result["spoke_stripped"] <= 20 * mib),
        ("hub binary stripped, MiB", f"{result['hub_stripped'] / mib:.1f}", "", True),
        ("raw ingest, rows/s", f"{result['raw_ingest_per_s']:,.0f}", "", True),
        ("ingest, one node at a time, rows/s", f"{result['ingest_serial_per_s']:,.0f}", "", True),
        ("ingest, 4 nodes at once, rows/s", f"{result['ingest_4_per_s']:,.0f}", "", True),
        ("raw pull, rows/s", f"{result['raw_pull_per_s']:,.0f}", "", True),
        ("full pull, rows/s", f"{result['pull_per_s']:,.0f}", "", True),
        ("spoke, first pull of everything, s", f"{result['spoke_first_pull_s']:.2f}", "", True),
        ("spoke, first push of everything and pull, s", f"{result['spoke_push_100000_s']:.2f}", "", True),
        ("  / a client that only sends and reads as much",
         f"{result['spoke_push_100000_s'] / result['client_push_and_pull_s']:.2f}", "<= 1.5",
         result["spoke_push_100000_s"] <= 1.5 * result["client_push_and_pull_s"]),
        ("spoke, round without changes, CPU ms", f"{result['spoke_no_change_cpu_ms']:.0f}", "<= 50",
         result["spoke_no_change_cpu_ms"] <= 50),
        ("spoke idle, RSS, MiB", f"{result['spoke_idle']['rss'] / mib:.0f}", "<= 25",
         result["spoke_idle"]["rss"] <= 25 * mib),
        ("  wake-ups per minute", f"{result['spoke_idle']['wakes_per_minute']:.0f}", "", True),
        ("  CPU seconds per hour", f"{result['spoke_idle']['cpu_s_per_hour']:.1f}", "", True),
    ]
    return rows


def machine():
    """The machine in one line."""
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    server = subprocess.run(["psql", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}, {server}"


def main():
    """Measures, prints the table and the JSON; fails where a floor does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="where the programs are")
    parser.add_argument("--patterns", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", help="also write the JSON to this file")
    options = parser.parse_args()
    result = measure(options)
    result["machine"] = machine()
    rows = table(result)
    width = max(len(row[0]) for row in rows)
    print(f"{result['patterns']:,} contributions of 600-byte payloads from {len(NODES)} nodes, one id in five contested; "
          f"medians of {options.repeats}")
    print(result["machine"])
    print()
    for what, value, floor, holds in rows:
        print(f"{what:<{width}}  {value:>10}  {floor:<10}{'' if holds else '  MISSED'}".rstrip())
    print()
    text = json.dumps(result)
    print(text)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as output:
            output.write(text + "\n")
    sys.exit(0 if all(row[3] for row in rows) else 1)


if __name__ == "__main__":
    main()
