"""A team that shared patterns through git moves over, and its repository goes on being fed."""

import json
import os
import re
import shutil
import subprocess

from support.spoke import Spoke

SKILLS, ERRORS = "skills-patterns", "error-solutions"
POINT = "5c56c793-69f3-4fbf-87e6-c4bf54c28c20"


class Repository:
    """A team's repository as one machine has it."""

    def __init__(self, spoke, data="data"):
        self.folder = os.path.join(spoke.folder, "repository")
        self.data = os.path.join(self.folder, data)
        self.patterns = os.path.join(self.data, "patterns")
        self.snapshots = os.path.join(self.data, "collections", "snapshots")
        for folder in (self.patterns, self.snapshots):
            os.makedirs(folder)
        spoke.sources, spoke.sinks = [f"git:{self.folder}"], [f"git:{self.folder}"]

    def lines(self, collection=SKILLS):
        path = os.path.join(self.patterns, f"{collection}.jsonl")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()

    def write(self, lines, collection=SKILLS):
        with open(os.path.join(self.patterns, f"{collection}.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)

    def snapshot(self, points, name, collection=SKILLS, latest=True, indent=None):
        """What the predecessor's script writes: the raw answer of a scroll."""
        path = os.path.join(self.snapshots, f"{collection}-{name}.json")
        answer = {"result": {"points": points, "next_page_offset": None}, "status": "ok", "time": 0.1}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(answer, file, indent=indent)
        if latest:
            link = os.path.join(self.snapshots, f"{collection}-latest.json")
            if os.path.lexists(link):
                os.remove(link)
            os.symlink(os.path.basename(path), link)
        return path

    def dated(self, collection=SKILLS):
        return sorted(name for name in os.listdir(self.snapshots)
                      if name.startswith(collection) and "latest" not in name)

    def latest(self, collection=SKILLS):
        with open(os.path.join(self.snapshots, f"{collection}-latest.json"), encoding="utf-8") as file:
            return json.load(file)


def documented(name, value=0.9, content=None, **metadata):
    return {"pattern_id": name, "value_score": value, "content": content or f"What {name} says, at some length, for all.",
            "metadata": metadata}


def said(hub, node, collection=SKILLS):
    rows = hub.psql("SELECT pattern_id || ' ' || payload FROM contributions"
                    f" WHERE node = '{node}' AND collection = '{collection}' AND payload IS NOT NULL").splitlines()
    return {row.split(" ", 1)[0]: json.loads(row.split(" ", 1)[1]) for row in rows}


def told(report, collection=SKILLS):
    return next(one for one in report["collections"] if one["collection"] == collection)


def test_two_machines_move_over(hub):
    """Both shapes, both ways: what either had in its repository is in both, marked with where it comes from."""
    alice, bruno = Spoke(hub, "git-a"), Spoke(hub, "git-b")
    ours, theirs = Repository(alice), Repository(bruno)
    raw = {"timestamp": "2025-12-20T10:00:00Z", "query_type": "nix flakes, and how to pin them", "value_score": 0.8,
           "pattern_extracted": True}
    ours.write([documented("a-doc", tags=["nix"]), documented("a-low", 0.3), raw, {**raw, "pattern_extracted": False},
                {"id": "a-plain", "payload": {"value_score": 0.9, "content": "An ordinary line, as everywhere else."}}])
    ours.write([{"timestamp": "2025-12-20T10:00:00Z", "error_type": "ENOSPC", "solution": "nix-collect-garbage -d",
                 "confidence_score": 0.9}], ERRORS)
    theirs.snapshot([{"id": POINT, "payload": {"value_score": 0.9, "skill_name": "exporter"}},
                     {"id": 18446744073709551615, "payload": {"value_score": 0.85, "skill_name": "largest"}},
                     {"id": 7, "payload": {"value_score": 0.2, "skill_name": "low"}}], "2025-12-20", indent=2)
    for _ in range(2):
        for spoke in (alice, bruno):
            spoke.sync()
    mine = said(hub, "git-a")
    assert mine["a-doc"] == {"value_score": 0.9, "content": documented("a-doc")["content"], "metadata": {"tags": ["nix"]}}
    # That it is a pattern is no part of what it says.
    event = {name: value for name, value in raw.items() if name != "pattern_extracted"}
    assert len(mine) == 3 and event in mine.values() and "a-plain" in mine
    assert len(said(hub, "git-a", ERRORS)) == 1
    assert set(said(hub, "git-b")) == {POINT, "18446744073709551615"}
    # What was there stays byte for byte, and what the other knew is beside it in the documented shape, sorted.
    lines = ours.lines()
    assert lines == sorted(lines, key=str.encode)
    assert json.dumps(documented("a-doc", tags=["nix"])) in lines and json.dumps(documented("a-low", 0.3)) in lines
    parsed = [json.loads(line) for line in lines]
    [point] = [line for line in parsed if line.get("pattern_id") == POINT]
    federation = point["metadata"].pop("federation")
    assert point == {"pattern_id": POINT, "value_score": 0.9, "skill_name": "exporter", "metadata": {}}
    assert federation["origin"] == "git-b" and re.fullmatch("[0-9a-f]{64}", federation["checksum"])
    assert len([line for line in parsed if line.get("pattern_id") == "a-doc"]) == 1
    # The snapshot of the other's database is left alone; the latest is what won.
    assert theirs.dated()[0] == f"{SKILLS}-2025-12-20.json" and len(theirs.dated()) == 2
    points = {str(point["payload"]["federation"].get("id", point["id"])): point
              for point in theirs.latest()["result"]["points"]}
    assert {POINT, "18446744073709551615", "a-doc", "a-plain"} <= set(points)
    assert points["18446744073709551615"]["id"] == 18446744073709551615
    assert re.fullmatch("[0-9a-f-]{36}", points["a-doc"]["id"])
    assert theirs.latest()["result"]["next_page_offset"] is None and theirs.latest()["status"] == "ok"
    # And nothing goes round.
    for spoke in (alice, bruno, alice):
        report = spoke.sync()
        assert not report["changed"] and told(report)["pushed"] == 0


def test_what_was_learned_is_not_said_again_by_those_who_share_the_repository(hub):
    alice, bruno, carol = (Spoke(hub, f"git-e{number}") for number in range(3))
    ours, theirs, third = (Repository(spoke) for spoke in (alice, bruno, carol))
    ours.write([documented("e-1"), documented("e-2")])
    alice.sync()
    bruno.sync()
    # The repository of the one who learned is merged into the others', the author's too.
    for other in (third, ours):
        with open(os.path.join(other.patterns, f"{SKILLS}.jsonl"), "a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in theirs.lines() if '"e-' in line)
    for spoke in (carol, alice, bruno, carol):
        spoke.sync()
    assert not any(name.startswith("e-") for name in {**said(hub, "git-e1"), **said(hub, "git-e2")})
    # The author changes one and drops the other; what came back of them through others' files says nothing.
    ours.write([json.dumps(documented("e-1", content="Said better, at some length, for everybody.")) + "\n"]
               + [line + "\n" for line in theirs.lines() if '"e-' in line])
    report = alice.sync()
    assert told(report)["retracted"] == 1
    assert said(hub, "git-e0")["e-1"]["content"].startswith("Said better") and "e-2" not in said(hub, "git-e0")
    # What somebody makes better in his repository is his.
    bruno.sync()
    lines = [json.loads(line) for line in theirs.lines()]
    [found] = [line for line in lines if line.get("pattern_id") == "e-1"]
    found["content"] += " And mended by hand."
    theirs.write(lines)
    bruno.sync()
    assert said(hub, "git-e1")["e-1"]["content"].endswith("by hand.")
    assert [line for line in map(json.loads, theirs.lines()) if line.get("content") == found["content"]] == [found]


def test_a_snapshot_that_is_cut_off_takes_nothing_back(hub):
    spoke = Spoke(hub, "git-c")
    repository = Repository(spoke)
    points = [{"id": f"c-{number}", "payload": {"value_score": 0.9, "skill_name": f"c-{number}"}} for number in range(50)]
    path = repository.snapshot(points, "20251220-101112")
    spoke.sinks = [f"jsonl:{spoke.sink}"]
    spoke.sync()
    assert len(said(hub, "git-c")) == 50
    os.truncate(path, os.path.getsize(path) // 2)
    report = spoke.sync(expecting=3)
    assert told(report)["retracted"] == 0 and told(report)["retractions_held"] > 20
    assert "cut off behind its point" in told(report)["source"]["unreadable_lines"][0]["detail"]
    os.remove(path)
    report = spoke.sync(expecting=3)
    assert told(report)["retractions_held"] == 50 and "latest.json is missing" in told(report)["retractions_held_because"]
    # A whole one, in the other spelling, takes back what it does not have.
    repository.snapshot(points[:45], "2025-12-22", latest=False)
    assert told(spoke.sync())["retracted"] == 5
    # The newest by its date counts where there is no link.
    repository.snapshot(points[:40], "20251221-000000", latest=False)
    assert told(spoke.sync())["retracted"] == 0
    os.truncate(repository.snapshot(points, "2025-12-30"), 0)
    assert told(spoke.sync(expecting=3))["retractions_held"] == 45


def test_a_large_snapshot_is_read_in_little_memory(hub):
    spoke = Spoke(hub, "git-d")
    repository = Repository(spoke)
    spoke.sinks = [f"jsonl:{spoke.sink}"]
    repository.snapshot([{"id": number, "payload": {"value_score": 0.1, "text": "x" * 1_000}} for number in range(40_000)],
                        "2025-12-20", indent=1)
    words = spoke.words("push")
    done = subprocess.run(["/usr/bin/env", "python3", "-c", PEAK, *words], capture_output=True, text=True, timeout=300,
                          check=True)
    report, peak = done.stdout.rsplit("\n", 2)[0], int(done.stdout.split()[-1])
    assert "40000" in report
    assert peak < 40_000, f"{peak} KiB"


PEAK = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_ten_snapshots_are_kept_of_those_that_were_written_here(hub):
    author, spoke = Spoke(hub, "git-f"), Spoke(hub, "git-g")
    repository = Repository(spoke)
    author.write(SKILLS, [{"id": "f-1", "payload": {"value_score": 0.9, "content": "f"}}])
    author.sync()
    spoke.sync()
    [today] = repository.dated()
    own = os.path.join(repository.snapshots, today)
    for day in range(1, 15):
        shutil.copyfile(own, os.path.join(repository.snapshots, f"{SKILLS}-2025-11-{day:02}.json"))
    foreign = repository.snapshot([{"id": 1, "payload": {"value_score": 0.1}}], "2024-01-01", latest=False)
    author.write(SKILLS, [{"id": "f-1", "payload": {"value_score": 0.95, "content": "f"}}])
    author.sync()
    spoke.sync()
    dated = repository.dated()
    assert os.path.exists(foreign) and len(dated) == 11 and today in dated
    assert f"{SKILLS}-2025-11-05.json" not in dated and f"{SKILLS}-2025-11-06.json" in dated
    # What somebody else wrote today is not written over.
    os.remove(own)
    repository.snapshot([{"id": 1, "payload": {"value_score": 0.1}}], today.removeprefix(f"{SKILLS}-").removesuffix(".json"))
    spoke.sync()
    assert len(repository.dated()) == 12
    assert re.fullmatch(rf"{SKILLS}-\d{{8}}-\d{{6}}\.json", os.path.basename(
        os.path.realpath(os.path.join(repository.snapshots, f"{SKILLS}-latest.json"))))


def test_a_merge_that_git_could_not_make_is_left_to_people(hub):
    author, spoke = Spoke(hub, "git-h"), Spoke(hub, "git-i")
    repository = Repository(spoke)
    author.write(SKILLS, [{"id": "h-1", "payload": {"value_score": 0.9, "content": "h"}}])
    author.sync()
    repository.write(["<<<<<<< HEAD\n", documented("i-1"), "=======\n", documented("i-2"), ">>>>>>> theirs\n"])
    before = repository.lines()
    report = spoke.sync(expecting=3)
    assert "git could not merge" in told(report)["error"]
    assert repository.lines() == before
    repository.write([documented("i-1")])
    spoke.sync()
    assert len(repository.lines()) > 1


def test_payloads_that_the_documented_shape_cannot_hold_come_back_as_they_were(hub):
    author, spoke = Spoke(hub, "git-j"), Spoke(hub, "git-k")
    repository = Repository(spoke)
    author.write(SKILLS, [
        {"id": "j-1", "payload": {"value_score": 0.9, "pattern_id": "other", "text": "has a pattern_id of its own"}},
        {"id": "j-2", "payload": {"value_score": 0.9, "metadata": {}, "text": "has metadata that say nothing"}},
        {"id": "j-3", "payload": {"value_score": 0.9, "metadata": "text", "text": "has metadata that are no object"}},
        {"id": "j-4", "payload": {"value_score": 0.9, "metadata": {"a": 1}, "text": "has metadata, as documented"}},
        {"id": "j-5", "payload": {"value_score": 0.9, "metadata": {"federation": 1}, "text": "has a name that is in use"}},
        {"id": "41", "payload": {"value_score": 0.9, "text": "has a number, and \u00fcmlauts \u2028 and \U0001f600"}}])
    author.sync()
    spoke.sync()
    report = spoke.sync()
    assert told(report)["source"]["pulled"] >= 6 and said(hub, "git-k") == {}
    # Also where nothing is known any more but the files.
    shutil.rmtree(spoke.state)
    spoke.sync("--json", command="push")
    assert said(hub, "git-k") == {}


def test_the_folder_of_files_is_not_given_to_another_kind_of_sink(hub):
    spoke = Spoke(hub, "git-l")
    repository = Repository(spoke)
    spoke.sinks = [f"jsonl:{repository.patterns}"]
    done = spoke.run("sync")
    assert done.returncode == 8 and "both --source and --sink" in done.stderr
    spoke.sources, spoke.sinks = [f"jsonl:{repository.patterns}"], [f"git:{repository.folder}"]
    assert spoke.run("sync").returncode == 8
