"""What this machine knows itself is written over by nothing, and taken back by no accident."""

import json
import os
import shutil
import subprocess

from support.spoke import Spoke

SKILLS = "skills-patterns"


def item(pattern, value=0.9):
    return {"id": pattern, "payload": {"value_score": value, "text": f"what {pattern} is about"}}


def told_pair(hub, author, reader):
    """Two spokes, of which the second has something to learn from the first, and something of its own."""
    alice, bruno = Spoke(hub, author), Spoke(hub, reader)
    alice.write(SKILLS, [item(f"{author}-knows")])
    alice.sync()
    path = bruno.write(SKILLS, [item(f"{reader}-knows")])
    with open(path, "rb") as file:
        own = file.read()
    return bruno, path, own


def configured(spoke):
    """The spoke's settings in a file."""
    path = os.path.join(spoke.folder, "spoke.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"hub": f"http://127.0.0.1:{spoke.port}", "node": spoke.node, "tokenFile": spoke.token_file,
                   "state": spoke.state, "sources": spoke.sources}, file)
    return path


def test_no_command_writes_over_a_source_that_is_set(hub):
    bruno, path, own = told_pair(hub, "own-a", "own-b")
    settings = configured(bruno)
    alias = os.path.join(bruno.folder, "alias")
    os.symlink(bruno.source, alias)
    exported = os.path.join(bruno.folder, "export.json")
    subprocess.run([bruno.program, "export", exported, "--config", settings], check=True, capture_output=True)
    for sink in (bruno.source, alias, f"{bruno.folder}/./source"):
        for command in (["pull"], ["sync"], ["import", exported]):
            done = subprocess.run([bruno.program, *command, "--config", settings, "--sink", f"jsonl:{sink}"],
                                  capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 8 and "both --source and --sink" in done.stderr, (command, done)
    with open(path, "rb") as file:
        assert file.read() == own


def test_a_file_that_no_spoke_wrote_is_left_as_it_is(hub):
    bruno, path, own = told_pair(hub, "own-c", "own-d")
    bruno.sources, bruno.sinks = [], [f"jsonl:{bruno.source}"]
    done = bruno.run("sync")
    assert done.returncode == 3 and "was not written by a spoke" in done.stdout, done
    with open(path, "rb") as file:
        assert file.read() == own
    # What a spoke wrote is brought up to date again, also where its state was lost.
    os.remove(path)
    bruno.sync()
    shutil.rmtree(bruno.state)
    bruno.sync()
    with open(path, encoding="utf-8") as file:
        assert all("federation" in json.loads(line)["payload"] for line in file)


def test_a_file_that_was_emptied_waits_for_a_confirmation(hub):
    spoke = Spoke(hub, "own-e")
    spoke.write(SKILLS, [item(f"own-e-{number}") for number in range(30)])
    spoke.sync()
    for left in (0, 15):
        spoke.write(SKILLS, [item(f"own-e-{number}") for number in range(left)])
        done = spoke.run("sync")
        assert done.returncode == 3 and f"{30 - left} patterns were not taken back" in done.stdout, done
    spoke.write(SKILLS, [item(f"own-e-{number}") for number in range(25)])
    told = next(one for one in spoke.sync()["collections"] if one["collection"] == SKILLS)
    assert told["retracted"] == 5


def test_a_pulled_pattern_in_a_log_of_events_is_no_evidence(hub, tmp_path):
    bruno, _, _ = told_pair(hub, "own-f", "own-g")
    bruno.sync()
    learned = bruno.learned_items(SKILLS)["own-f-knows"]["payload"]
    log = tmp_path / "hybrid-events.jsonl"
    events = [{**learned, "pattern_extracted": True},
              {**learned, "pattern_extracted": True, "timestamp": "2026-11-21T10:00:00Z", "event": "used"},
              {"value_score": 0.9, "pattern_extracted": True, "text": "learned here"}]
    log.write_text("".join(json.dumps(event) + "\n" for event in events))
    bruno.sources = [f"telemetry:{log}"]
    bruno.run("sync", "--confirm-retractions")
    said = hub.psql("SELECT payload::json->>'text' FROM contributions WHERE node = 'own-g' AND payload IS NOT NULL")
    assert said.splitlines() == [events[2]["text"]]


def test_a_repository_is_fed_where_its_patterns_are(hub):
    bruno, _, _ = told_pair(hub, "own-h", "own-i")
    repository = os.path.join(bruno.folder, "repository")
    os.makedirs(os.path.join(repository, "patterns"))
    os.makedirs(os.path.join(repository, ".git"))
    bruno.sources, bruno.sinks = [f"git:{repository}"], [f"git:{repository}"]
    bruno.sync()
    assert sorted(os.listdir(repository)) == [".git", "collections", "patterns"]
    with open(os.path.join(repository, "patterns", f"{SKILLS}.jsonl"), encoding="utf-8") as file:
        assert "own-h" in file.read()


def test_a_machine_that_was_restored_from_a_backup_says_what_it_knows_now(hub):
    spoke = Spoke(hub, "own-j")
    first = [item(f"own-j-{number}") for number in range(5)]
    spoke.write(SKILLS, first)
    spoke.sync()
    backup = os.path.join(spoke.folder, "backup")
    shutil.copytree(spoke.state, backup)
    spoke.write(SKILLS, [item(f"own-j-{number}", 0.95) for number in range(4)] + [item("own-j-late")])
    spoke.sync()
    shutil.rmtree(spoke.state)
    shutil.copytree(backup, spoke.state)
    spoke.write(SKILLS, first)
    # The first round hears of what was said since, the second one says what holds now.
    for _ in range(2):
        assert spoke.run("sync").returncode == 0
    said = hub.psql("SELECT pattern_id, payload::json->>'value_score' FROM contributions WHERE node = 'own-j'"
                    " AND payload IS NOT NULL ORDER BY 1").splitlines()
    assert said == [f"own-j-{number}|0.9" for number in range(5)]
