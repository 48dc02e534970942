"""What a source is known by, what is taken back with it, and what a sink leaves alone."""

import json
import os
import subprocess

import pytest

from support.spoke import Spoke

SKILLS, ERRORS = "skills-patterns", "error-solutions"


def item(pattern, value=0.9, **more):
    return {"id": pattern, "payload": {"value_score": value, **more}}


def said(hub, node, collection=SKILLS):
    rows = hub.psql(f"SELECT pattern_id FROM contributions WHERE node = '{node}' AND collection = '{collection}'"
                    " AND payload IS NOT NULL")
    return set(rows.split())


def sync(spoke, *words, cwd, command="sync"):
    """A round with other sources than the spoke's own, from another folder."""
    spoke.sources, kept = [], spoke.sources
    line = spoke.words(command, *words)
    spoke.sources = kept
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)


@pytest.fixture
def spoke(hub, request):
    return Spoke(hub, "src-" + str(abs(hash(request.node.name)) % 10**6))


def test_one_folder_is_one_source_however_it_is_spelled(hub, spoke):
    link = os.path.join(spoke.folder, "link")
    os.symlink(spoke.source, link)
    spellings = ["jsonl:source", "jsonl:./source/", f"jsonl:{spoke.source}", f"jsonl:{spoke.folder}/../{os.path.basename(spoke.folder)}/source",
                 f"jsonl:{link}"]
    for number, spelling in enumerate(spellings):
        spoke.write(SKILLS, [item("stays"), item(f"p{number}")])
        done = sync(spoke, "--source", spelling, cwd=spoke.folder)
        assert done.returncode == 0, (spelling, done)
        assert said(hub, spoke.node) == {"stays", f"p{number}"}, spelling
        status = spoke.run("status", "--json")
        assert json.loads(status.stdout)["in_sync"], status


def test_another_folder_of_the_same_spelling_takes_nothing_back(hub, spoke):
    for name, patterns in (("one", ["a", "b"]), ("two", ["a"])):
        os.makedirs(os.path.join(spoke.folder, name, "patterns"))
        with open(os.path.join(spoke.folder, name, "patterns", f"{SKILLS}.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(item(pattern)) + "\n" for pattern in patterns)
    assert sync(spoke, "--source", "jsonl:patterns", cwd=os.path.join(spoke.folder, "one")).returncode == 0
    done = sync(spoke, "--source", "jsonl:patterns", cwd=os.path.join(spoke.folder, "two"))
    assert done.returncode == 3 and "is no source now" in done.stdout, done
    assert said(hub, spoke.node) == {"a", "b"}


def test_what_no_source_has_any_more_is_taken_back_where_that_is_confirmed(hub, spoke):
    spoke.write(SKILLS, [item("a")])
    spoke.write(ERRORS, [{"id": "e", "payload": {"confidence_score": 0.9}}])
    assert spoke.run("sync").returncode == 0
    other = os.path.join(spoke.folder, "other")
    os.makedirs(other)
    with open(os.path.join(other, f"{SKILLS}.jsonl"), "w", encoding="utf-8") as file:
        file.write(json.dumps(item("a")) + "\n")
    held = sync(spoke, "--source", f"jsonl:{other}", cwd=spoke.folder)
    assert held.returncode == 3 and "--confirm-retractions" in held.stdout, held
    assert said(hub, spoke.node, ERRORS) == {"e"}
    words = [spoke.program, "preview", *spoke.words("push")[2:6]]
    ahead = subprocess.run([spoke.program, "preview", "--state", spoke.state, "--hub", f"http://127.0.0.1:{spoke.port}",
                            "--node", spoke.node, "--token-file", spoke.token_file, "--source", f"jsonl:{other}",
                            "--confirm-retractions", "--json"], capture_output=True, text=True, timeout=60, check=False)
    assert [(one["id"], one["what"]) for one in json.loads(ahead.stdout)["items"]] == [("e", "retracted")], (words, ahead)
    done = sync(spoke, "--source", f"jsonl:{other}", "--confirm-retractions", cwd=spoke.folder)
    assert done.returncode == 0, done
    assert said(hub, spoke.node, ERRORS) == set() and said(hub, spoke.node) == {"a"}
    assert sync(spoke, "--source", f"jsonl:{other}", cwd=spoke.folder).returncode == 0


def test_what_earlier_rules_made_of_a_log_stays_said_and_is_no_error(hub, spoke):
    log = os.path.join(spoke.folder, "hybrid-events.jsonl")
    event = {"timestamp": "2025-12-20T10:00:01Z", "error_type": "ImportError", "solution": "nix develop", "confidence_score": 0.8}
    with open(log, "w", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")
    settings = {"hub": f"http://127.0.0.1:{spoke.port}", "node": spoke.node, "tokenFile": spoke.token_file,
                "state": spoke.state, "sources": [f"telemetry:{log}"]}
    path = os.path.join(spoke.folder, "spoke.json")

    def round_of(**more):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**settings, **more}, file)
        return subprocess.run([spoke.program, "sync", "--config", path], capture_output=True, text=True, timeout=60, check=False)

    assert round_of().returncode == 0
    assert len(said(hub, spoke.node, ERRORS)) == 1
    rules = {"telemetry": [{"name": "review", "collection": SKILLS, "events": ["review_done"], "value": 0.8}]}
    changed = round_of(**rules)
    assert changed.returncode == 0, changed
    assert len(said(hub, spoke.node, ERRORS)) == 1
    assert round_of(**rules).returncode == 0


def test_copies_stay_here_also_where_the_state_was_lost(hub, spoke):
    text = "a long way to say how it is done, twice and thrice"
    with hub.client("origin-" + spoke.node) as client:
        client.push(SKILLS, [item("theirs-" + spoke.node, text=text + spoke.node)])
    spoke.write(SKILLS, [item("mine-" + spoke.node)])
    assert spoke.run("sync").returncode == 0
    spoke.write(SKILLS, [item("copy-" + spoke.node, 0.8, text=text + spoke.node), item("mine-" + spoke.node)])
    for _ in range(2):
        done = spoke.run("sync")
        assert done.returncode == 0, done
        assert said(hub, spoke.node) == {"mine-" + spoke.node}
        for name in os.listdir(spoke.state):
            if os.path.isfile(os.path.join(spoke.state, name)):
                os.remove(os.path.join(spoke.state, name))
    pushed = spoke.run("push")
    assert pushed.returncode == 0 and said(hub, spoke.node) == {"mine-" + spoke.node}, pushed


def test_a_file_that_somebody_put_in_the_place_of_a_sinks_is_left_and_told(hub, spoke):
    with hub.client("giver-" + spoke.node) as client:
        client.push(SKILLS, [item("given-" + spoke.node), {"id": 18446744073709551615, "payload": {"value_score": 0.9}}])
    assert spoke.run("sync").returncode == 0
    path = os.path.join(spoke.sink, f"{SKILLS}.jsonl")
    with open(path, "rb") as file:
        written = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"a":1}\n')
    done = spoke.run("sync")
    assert done.returncode == 3 and "not written by a spoke" in done.stdout, done
    with open(path, encoding="utf-8") as file:
        assert file.read() == '{"a":1}\n'
    os.remove(path)
    assert spoke.run("sync").returncode == 0
    # One that lost its memory knows its own file again, whatever ids are in it.
    for name in os.listdir(spoke.state):
        if os.path.isfile(os.path.join(spoke.state, name)):
            os.remove(os.path.join(spoke.state, name))
    assert spoke.run("sync").returncode == 0
    with open(path, "rb") as file:
        assert file.read() == written


def test_a_file_in_the_place_of_the_link_to_the_latest_snapshot_is_left(hub, spoke):
    with hub.client("linker-" + spoke.node) as client:
        client.push(SKILLS, [item("linked-" + spoke.node)])
    team = os.path.join(spoke.folder, "team")
    snapshots = os.path.join(team, "data", "collections", "snapshots")
    os.makedirs(snapshots)
    path = os.path.join(snapshots, f"{SKILLS}-latest.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"result":{"points":[]}}')
    done = sync(spoke, "--sink", f"git:{team}", cwd=spoke.folder, command="pull")
    assert done.returncode == 3 and "left as it is" in done.stdout, done
    with open(path, encoding="utf-8") as file:
        assert file.read() == '{"result":{"points":[]}}'


def test_what_the_hub_withdrew_no_file_brings_back(hub, spoke):
    pattern = "withdrawn-" + spoke.node
    with hub.client("keeper-" + spoke.node) as client:
        client.push(SKILLS, [item(pattern)])
    assert spoke.run("sync").returncode == 0
    kept = os.path.join(spoke.folder, "kept.json")
    assert spoke.run("export", kept, "--learned").returncode == 0
    hub.command("retraction", "add", SKILLS, pattern, "--reason", "wrong")
    assert spoke.run("sync").returncode == 0
    assert pattern not in spoke.learned_items(SKILLS)
    done = spoke.run("import", kept)
    assert done.returncode == 3 and "retracted" in done.stdout + done.stderr, done
    assert spoke.run("sync").returncode == 0
    assert pattern not in spoke.learned_items(SKILLS) and spoke.run("get", SKILLS, pattern).returncode != 0


def test_why_says_what_became_of_a_pattern_and_asks_no_hub_about_a_secret(hub, spoke):
    text = "what somebody else found out and wrote down at length " + spoke.node
    with hub.client("writer-" + spoke.node) as client:
        client.push(SKILLS, [item("written-" + spoke.node, text=text)])
    assert spoke.run("sync").returncode == 0
    spoke.write(SKILLS, [item("shared-" + spoke.node), item("copied-" + spoke.node, 0.8, text=text)])
    assert spoke.run("sync").returncode == 0
    words = ["--state", spoke.state, "--source", f"jsonl:{spoke.source}"]
    assert "the hub has just that of this node" in spoke.run("why", SKILLS, "shared-" + spoke.node, *words).stdout
    copied = spoke.run("why", SKILLS, "copied-" + spoke.node, *words)
    assert "what another node said" in copied.stdout + copied.stderr, copied
    secret = "AKIA" + "QWERTZUIOPLKJHGF"
    done = spoke.run("why", SKILLS, f"key {secret}", *words)
    assert done.returncode == 1 and secret not in done.stdout + done.stderr and "redacted:aws" in done.stderr, done


def test_an_export_of_a_misspelt_collection_is_refused(hub, spoke):
    spoke.write(SKILLS, [item("a")])
    assert spoke.run("sync").returncode == 0
    path = os.path.join(spoke.folder, "none.json")
    done = spoke.run("export", path, "--collections", "skills-pattern", "--learned")
    assert done.returncode == 2 and "did you mean 'skills-patterns'" in done.stderr and not os.path.exists(path), done
