"""What a spoke's status tells: in step, behind, refused, held back, and when it goes on."""

import json
import os

from support.arena import wait_until
from support.spoke import Spoke

SKILLS = "skills-patterns"


def item(name, **payload):
    return {"id": name, "payload": {"value_score": 0.9, "text": name, **payload}}


def status(spoke, *more):
    done = spoke.run("status", "--json", *more)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def skills(document):
    return next(one for one in document["collections"] if one["collection"] == SKILLS)




def configured(spoke):
    """A file that says what the command line would, so that status knows the sources."""
    path = os.path.join(spoke.folder, "spoke.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"hub": f"http://127.0.0.1:{spoke.port}", "node": spoke.node, "tokenFile": "token",
                   "sources": ["jsonl:source"], "sinks": ["jsonl:sink"]}, file)
    return ["--config", path]


def test_a_spoke_in_step_says_so_and_sees_that_its_sources_changed(hub):
    spoke = Spoke(hub, "stepper")
    where = configured(spoke)
    assert "has not met a hub" in spoke.run("status").stdout or spoke.run("status").returncode == 8
    spoke.write(SKILLS, [item("one")])
    # A file that was changed this second could change again unseen, so its scan counts later.
    wait_until(lambda: spoke.sync() and skills(status(spoke, *where))["source_changed"] is False, 20,
               "the sources are read and settled")
    document = status(spoke, *where)
    assert document["in_sync"] and skills(document)["behind"] == 0 and skills(document)["in_sync"]
    assert "in step" in spoke.run("status", *where).stdout
    spoke.write(SKILLS, [item("one"), item("two")])
    document = status(spoke, *where)
    assert skills(document)["source_changed"] is True and not document["in_sync"]
    assert "behind" in spoke.run("status", *where).stdout and SKILLS in spoke.run("status", *where).stdout


def test_refusals_unreadable_lines_and_retractions_held_are_listed_with_what_to_do(hub):
    spoke = Spoke(hub, "troubled")
    spoke.write(SKILLS, [item(f"keep-{n}") for n in range(300)])
    spoke.sync()
    spoke.write(SKILLS, [item("keep-1"), item("ahead", last_updated=4_000_000_000)])
    spoke.sync(expecting=3)
    document = skills(status(spoke))
    assert document["retractions_held"] == 299 and "--confirm-retractions" in document["retractions_held_because"]
    assert [one["code"] for one in document["refusals"]] == ["clock-ahead"]
    shown = spoke.run("status").stdout
    assert "--confirm-retractions" in shown and "clock-ahead" in shown and "ahead" in shown
    assert len(shown.splitlines()) < 40, shown
    spoke.write(SKILLS, [item("keep-1")])
    spoke.sync("--confirm-retractions")
    document = skills(status(spoke))
    assert document["retractions_held"] == 0 and document["refusals"] == []


def test_the_last_error_is_told_until_a_round_succeeds(hub):
    spoke = Spoke(hub, "unlucky")
    spoke.sync()
    port, spoke.port = spoke.port, 9
    spoke.sync(expecting=5)
    document = status(spoke)
    assert "127.0.0.1:9" in document["last_error"] and not document["in_sync"]
    assert "last error" in spoke.run("status").stdout
    spoke.port = port
    spoke.sync()
    assert status(spoke)["last_error"] is None


def test_a_running_spoke_tells_its_process_and_its_next_round_until_it_ends(hub):
    spoke = Spoke(hub, "runner")
    spoke.start("run")
    running = wait_until(lambda: os.path.exists(os.path.join(spoke.state, "state.sqlite")) and status(spoke)["running"],
                         20, "the running spoke is seen")
    assert running["pid"] == spoke.process.pid and running["due_at"] > running["started_at"]
    assert f"by process {spoke.process.pid}" in spoke.run("status").stdout
    assert spoke.stop() == 0
    assert status(spoke)["running"] is None and "no spoke runs here" in spoke.run("status").stdout
    spoke.start("run")
    wait_until(lambda: status(spoke)["running"], 20, "the running spoke is seen")
    spoke.kill()
    assert status(spoke)["running"] is None
