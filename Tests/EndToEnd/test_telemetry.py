"""Telemetry as a source: what is a pattern is shared, and the log may be rotated as it pleases."""

import json
import os
import random
import shutil
import subprocess

import pytest

from support.spoke import Spoke

SKILLS, ERRORS = "skills-patterns", "error-solutions"


class Log:
    """A log of events as agents write it."""

    def __init__(self, spoke, name="hybrid-events.jsonl"):
        self.folder = os.path.join(spoke.folder, "telemetry")
        os.makedirs(self.folder, exist_ok=True)
        self.path = os.path.join(self.folder, name)
        spoke.sources = [f"telemetry:{self.path}"]

    def append(self, *events, path=None, end="\n"):
        with open(path or self.path, "a", encoding="utf-8") as file:
            for event in events:
                file.write(json.dumps(event) + end)

    def files(self):
        return sorted(os.listdir(self.folder))


def extracted(name, value=0.9, **more):
    return {"timestamp": "2025-12-20T10:00:00Z", "query_type": f"how to {name}", "value_score": value,
            "pattern_extracted": True, **more}


def said(hub, node, collection=SKILLS):
    rows = hub.psql("SELECT payload FROM contributions WHERE node = '%s' AND collection = '%s' AND payload IS NOT NULL"
                    % (node, collection)).splitlines()
    return [json.loads(row) for row in rows]


def types(hub, node):
    return sorted(payload["query_type"].removeprefix("how to ") for payload in said(hub, node))


def told(report, collection=SKILLS):
    return next(one for one in report["collections"] if one["collection"] == collection)


def test_documented_events_are_patterns(hub):
    spoke = Spoke(hub, "tele-a")
    log = Log(spoke)
    log.append(extracted("one"), extracted("below", 0.6), {**extracted("not-extracted"), "pattern_extracted": False},
               {"timestamp": "2025-12-20T10:00:01Z", "error_type": "ImportError", "solution": "nix develop first",
                "confidence_score": 0.8},
               {"timestamp": "2025-12-20T10:00:02Z", "event": "route_search", "event_type": "route_search"})
    spoke.sync()
    assert types(hub, "tele-a") == ["one"]
    assert said(hub, "tele-a", ERRORS) == [{"timestamp": "2025-12-20T10:00:01Z", "error_type": "ImportError",
                                           "solution": "nix develop first", "confidence_score": 0.8}]
    again = spoke.sync()
    assert told(again)["pushed"] == 0 and not again["changed"]


def test_of_a_log_without_end_the_newest_are_kept_and_the_others_counted(hub):
    spoke = Spoke(hub, "tele-long")
    log = Log(spoke)
    with open(log.path, "w", encoding="utf-8") as file:
        for number in range(100_050):
            file.write(json.dumps(extracted(f"{number}")) + "\n")
    words = [spoke.program, "preview", *spoke.words("push")[2:], "--json", "--content"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    kept = {int(one["payload"]["query_type"].removeprefix("how to ")) for one in report["items"]}
    assert kept == set(range(50, 100_050))
    assert told(report)["source"]["rules"]["event-dropped"] == 50, told(report)


def test_real_events_are_given_no_value_and_scrubbed_ones_are_left_out(hub):
    spoke = Spoke(hub, "tele-b")
    log = Log(spoke)
    task = {"prompt": "Write a NixOS module for the exporter", "output": "Here is one: { config, ... }: {}",
            "iteration": 1, "task_id": "t1", "backend": "local", "context": {}}

    def completed(more=None, **task_more):
        return {"timestamp": "2025-12-20T10:00:00Z", "event": "task_completed", "event_type": "task_completed",
                "task": {**task, **task_more}, "total_iterations": 1, "status": "success", **(more or {})}

    log.append(completed(), completed({"value_score": 0.9}), completed({"value_score": 0.9}, output="sha256:" + "ab" * 32),
               completed({"value_score": 0.9}, output="A key [REDACTED:secrets_detected:1] was there"),
               completed({"value_score": 0.9}, prompt="short"), completed({"value_score": 0.9, "total_iterations": 9}),
               {"timestamp": "2025-12-20T10:00:00Z", "event": "error_resolution", "error_id": "e1",
                "error_description": "disk full", "solution": "nix-collect-garbage -d"})
    with open(log.path, "ab") as file:
        file.write(b"{not json\n" + b'{"text":"' + b"x" * 1_200_000 + b'"}\n')
    report = spoke.sync()
    [payload] = said(hub, "tele-b")
    assert payload["skill_name"] == task["prompt"] and payload["value_score"] == 0.9
    assert told(report)["source"]["rules"] == {"event-without-value": 1, "event-scrubbed": 2, "event-unfit": 2,
                                               "event-unreadable": 1, "event-too-large": 1}
    assert told(report, ERRORS)["source"]["rules"]["event-without-value"] == 1
    assert report["status"] == "ok"
    assert "event-scrubbed 2" in spoke.run("sync").stdout


def test_rotation_takes_nothing_back_and_misses_nothing(hub):
    spoke = Spoke(hub, "tele-c")
    log = Log(spoke)
    log.append(extracted("first"))
    spoke.sync()
    # By renaming, twice between rounds, with an event that came in after the last round.
    log.append(extracted("second"))
    os.rename(log.path, log.path + ".1")
    log.append(extracted("third"))
    os.rename(log.path + ".1", log.path + ".2")
    os.rename(log.path, log.path + ".1")
    log.append(extracted("fourth"))
    spoke.sync()
    assert types(hub, "tele-c") == sorted(["first", "second", "third", "fourth"])
    # By copying and truncating.
    log.append(extracted("fifth"))
    shutil.copyfile(log.path, log.path + "-20251221")
    os.truncate(log.path, 0)
    log.append(extracted("sixth"))
    report = spoke.sync()
    assert told(report)["retracted"] == 0 and told(report)["pushed"] == 2
    # And away with all of it.
    shutil.rmtree(log.folder)
    os.makedirs(log.folder)
    report = spoke.sync()
    assert told(report)["retracted"] == 0 and told(report)["retractions_held"] == 0
    assert types(hub, "tele-c") == sorted(["first", "second", "third", "fourth", "fifth", "sixth"])


def test_half_a_line_waits_for_its_other_half(hub):
    spoke = Spoke(hub, "tele-d")
    log = Log(spoke)
    line = json.dumps(extracted("slow")) + "\n"
    for end in range(0, len(line), 40):
        with open(log.path, "a", encoding="utf-8") as file:
            file.write(line[end:end + 40])
        report = spoke.sync()
        assert told(report)["unreadable"] == 0
    assert types(hub, "tele-d") == ["slow"]
    assert told(report)["source"]["rules"] == {}


def test_a_lost_state_takes_nothing_back(hub):
    spoke = Spoke(hub, "tele-e")
    log = Log(spoke)
    log.append(extracted("gone"), extracted("kept"))
    spoke.sync()
    os.remove(log.path)
    log.append(extracted("kept"))
    shutil.rmtree(spoke.state)
    report = spoke.sync()
    assert told(report)["retracted"] == 0 and told(report)["retractions_held"] == 0
    assert types(hub, "tele-e") == ["gone", "kept"]


def test_what_a_file_takes_back_is_taken_back_beside_a_log(hub):
    spoke = Spoke(hub, "tele-f")
    files = spoke.sources
    log = Log(spoke)
    spoke.sources = files + spoke.sources
    log.append(extracted("logged"))
    spoke.write(SKILLS, [{"id": "filed", "payload": {"query_type": "how to filed", "value_score": 0.9}}])
    spoke.sync()
    assert types(hub, "tele-f") == ["filed", "logged"]
    spoke.write(SKILLS, [])
    os.remove(log.path)
    assert told(spoke.sync())["retracted"] == 1
    assert types(hub, "tele-f") == ["logged"]
    # No source any more: taken back when that is confirmed.
    spoke.sources = files
    spoke.sync(expecting=3)
    assert types(hub, "tele-f") == ["logged"]
    spoke.sync("--confirm-retractions")
    assert types(hub, "tele-f") == []


def test_a_folder_stands_for_its_log_and_a_missing_one_is_said(hub):
    spoke = Spoke(hub, "tele-g")
    log = Log(spoke)
    log.append(extracted("in-folder"))
    spoke.sources = [f"telemetry:{log.folder}"]
    spoke.sync()
    assert types(hub, "tele-g") == ["in-folder"]
    spoke.sources = [f"telemetry:{spoke.folder}/nowhere/hybrid-events.jsonl"]
    report = spoke.sync(expecting=3)
    assert any("there is no folder" in note for note in report["notes"])


@pytest.mark.parametrize("seed", range(3))
def test_a_writer_that_never_rests_and_a_log_that_is_rotated_at_random(hub, seed):
    """Appends, rotations and rounds in random order; every event arrives, once."""
    chance = random.Random(seed)
    node = f"tele-r{seed}"
    spoke = Spoke(hub, node)
    log = Log(spoke)
    written, half, generation = [], "", 0
    for step in range(60):
        what = chance.choices(["append", "half", "rename", "copy", "round", "drop"], [8, 2, 2, 2, 4, 1])[0]
        if what == "append":
            name = f"{seed}-{step}"
            with open(log.path, "a", encoding="utf-8") as file:
                file.write(half + json.dumps(extracted(name)) + "\n")
            written.append(name)
            half = ""
        elif what == "half" and not half:
            # A line that is never finished before the writer is killed and its successor ends it.
            with open(log.path, "a", encoding="utf-8") as file:
                file.write('{"event": "cut o')
            half = "\n"
        elif what in ("rename", "copy") and os.path.exists(log.path):
            generation += 1
            kept = f"{log.path}-2025{generation:04d}"
            if what == "rename":
                os.rename(log.path, kept)
            else:
                shutil.copyfile(log.path, kept)
                os.truncate(log.path, 0)
            half = ""
        elif what == "drop" and step % 3 == 0:
            spoke.sync("--collections", SKILLS)
            for name in log.files():
                if name != os.path.basename(log.path) and chance.random() < 0.5:
                    os.remove(os.path.join(log.folder, name))
        elif what == "round":
            spoke.sync("--collections", SKILLS)
    report = spoke.sync("--collections", SKILLS)
    assert types(hub, node) == sorted(written)
    assert told(report)["source"]["read"] == len(written)


def test_preview_names_what_of_the_log_would_leave(hub):
    spoke = Spoke(hub, "tele-p")
    log = Log(spoke)
    log.append(extracted("previewed"))
    words = [word for word in spoke.words("sync", "--content") if word != "sync"]
    words[1:1] = ["preview"]
    cut = words.index("--sink")
    done = subprocess.run(words[:cut] + words[cut + 2:], capture_output=True, text=True, timeout=60, check=True)
    assert "how to previewed" in done.stdout and log.path in done.stdout
    assert types(hub, "tele-p") == []
