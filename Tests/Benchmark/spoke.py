"""The real spoke, measured from outside."""

import json
import os
import signal
import sqlite3
import subprocess
import time

from workload import uuid_text


class Spoke:
    """A spoke of one node with its own state folder."""

    def __init__(self, binaries, hub, node, directory):
        self.program = os.path.join(binaries, "tributary-spoke")
        self.state = os.path.join(directory, f"state-{node}")
        token_file = os.path.join(directory, f"{node}.token")
        with open(os.open(token_file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as output:
            output.write(hub.tokens[node] + "\n")
        self.options = ["--hub", f"http://127.0.0.1:{hub.port}", "--node", node, "--token-file", token_file,
                        "--state", self.state]

    def sync(self, *arguments):
        """One round; returns its report, seconds, peak resident bytes and CPU seconds."""
        report = os.path.join(self.state + ".report")
        started = time.perf_counter()
        with open(report, "w", encoding="utf-8") as output:
            process = subprocess.Popen([self.program, "sync", *self.options, *arguments, "--json"], stdout=output)
        peak = 0
        # The kernel's own maximum for a child still counts what the parent had before exec, so the child is watched.
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            peak = max(peak, resident_peak(process.pid))
            time.sleep(0.002)
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        seconds = time.perf_counter() - started
        if process.returncode != 0:
            raise RuntimeError(f"the spoke ended with {process.returncode}")
        with open(report, encoding="utf-8") as text:
            return json.load(text), seconds, peak, ended[2].ru_utime + ended[2].ru_stime

    def run(self):
        """The spoke as a daemon, woken by its long poll."""
        return subprocess.Popen([self.program, "run", *self.options], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def idle(self, seconds=10):
        """What a spoke that has nothing to do takes: resident bytes, CPU seconds per hour and wake-ups per minute."""
        process = subprocess.Popen([self.program, "run", *self.options], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        try:
            for line in process.stderr:
                if "sync ok" in line:
                    break
            time.sleep(2)
            before = activity(process.pid)
            time.sleep(seconds)
            after = activity(process.pid)
        finally:
            stop(process)
        return {"rss": after["rss"], "cpu_s_per_hour": (after["cpu"] - before["cpu"]) * 3600 / seconds,
                "wakes_per_minute": (after["wakes"] - before["wakes"]) * 60 / seconds}

    def wait_for(self, identifier, deadline):
        """Waits until the spoke's store holds a winner; returns when that was."""
        query = ("SELECT 1 FROM winners WHERE id = ? AND collection = "
                 "(SELECT number FROM collections WHERE name = 'skills-patterns')")
        store = sqlite3.connect(f"file:{self.state}/state.sqlite?mode=ro", uri=True, timeout=5)
        try:
            while time.perf_counter() < deadline:
                if store.execute(query, (identifier,)).fetchone():
                    return time.perf_counter()
                time.sleep(0.0005)
        finally:
            store.close()
        raise RuntimeError(f"{identifier} did not arrive")


def resident_peak(pid):
    """The most memory a process has had, in bytes; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def activity(pid):
    """Resident bytes, CPU seconds and voluntary wake-ups of a process until now."""
    found = {"wakes": 0}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        found["wakes"] += int(lines["voluntary_ctxt_switches"])
        found["rss"] = int(lines["VmRSS"].split()[0]) * 1024
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    found["cpu"] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def write_source(directory, items):
    """A JSONL source folder with these patterns."""
    os.makedirs(directory)
    with open(os.path.join(directory, "skills-patterns.jsonl"), "w", encoding="utf-8") as output:
        for identifier, body in items:
            output.write(json.dumps({"id": uuid_text(identifier), "payload": body}, separators=(",", ":")) + "\n")


def stop(process):
    """Ends a daemon."""
    process.send_signal(signal.SIGTERM)
    process.wait(20)


__all__ = ["Spoke", "stop", "write_source"]
