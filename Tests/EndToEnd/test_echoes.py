"""What was pulled is never offered again as this machine's own, whatever an agent made of it."""

import json
import shutil

from support.spoke import Spoke

SKILLS = "skills-patterns"
TEXT = "Set services.openssh.settings.PermitRootLogin to \"no\" before the first boot, or the installer overrides it."


def said(hub, node):
    return set(hub.psql("SELECT pattern_id FROM contributions"
                        f" WHERE node = '{node}' AND payload IS NOT NULL").splitlines())


def told(report):
    return next(one for one in report["collections"] if one["collection"] == SKILLS)


def learn(hub, author, reader, pattern):
    alice, bruno = Spoke(hub, author), Spoke(hub, reader)
    alice.write(SKILLS, [{"id": pattern, "payload": {"skill_name": f"ssh {pattern}", "text": TEXT, "value_score": 0.9}}])
    alice.sync()
    bruno.sync()
    return alice, bruno, bruno.learned_items(SKILLS)[pattern]


def test_a_copy_under_another_id_is_no_evidence(hub):
    _, bruno, learned = learn(hub, "echo-a", "echo-b", "echo-1")
    payload = {name: value for name, value in learned["payload"].items() if name != "federation"}
    copies = [{"id": "copied-whole", "payload": learned["payload"]},
              {"id": "copied-unmarked", "payload": payload},
              {"id": "copied-with-another-value", "payload": {**payload, "value_score": 1.0, "last_used": 1790000000}},
              {"id": "learned-here", "payload": {**payload, "text": TEXT + " It also holds for reinstalling."}}]
    bruno.write(SKILLS, copies)
    report = told(bruno.sync())
    assert said(hub, "echo-b") == {"learned-here"}
    assert report["source"]["pulled"] == 3 and report["pushed"] == 1


def test_the_author_is_not_silenced_by_a_copy(hub):
    alice, bruno, learned = learn(hub, "echo-c", "echo-d", "echo-2")
    payload = {name: value for name, value in learned["payload"].items() if name != "federation"}
    # What was shared before the other's was known is this node's own, and stays so.
    carol = Spoke(hub, "echo-e")
    carol.write(SKILLS, [{"id": "found-alone", "payload": payload}])
    carol.sync()
    assert said(hub, "echo-e") == {"found-alone"}
    for _ in range(2):
        for spoke in (alice, bruno, carol):
            spoke.sync()
    assert said(hub, "echo-e") == {"found-alone"} and said(hub, "echo-c") == {"echo-2"}
    carol.write(SKILLS, [{"id": "found-alone", "payload": {**payload, "value_score": 0.95}}])
    assert told(carol.sync())["pushed"] == 1


def test_an_agreement_under_the_same_id_is_evidence(hub):
    alice, bruno, learned = learn(hub, "echo-f", "echo-g", "echo-3")
    payload = {name: value for name, value in learned["payload"].items() if name != "federation"}
    bruno.write(SKILLS, [{"id": "echo-3", "payload": payload}])
    assert told(bruno.sync())["pushed"] == 1
    bruno.write(SKILLS, [{"id": "echo-3", "payload": learned["payload"]}])
    assert json.dumps(told(bruno.sync())["retracted"]) == "0"


def test_a_lost_state_does_not_turn_copies_into_evidence(hub):
    _, bruno, learned = learn(hub, "echo-h", "echo-i", "echo-4")
    bruno.write(SKILLS, [{"id": "copied", "payload": learned["payload"]}])
    bruno.sync()
    shutil.rmtree(bruno.state)
    bruno.sync()
    bruno.sync()
    assert said(hub, "echo-i") == set()


def test_a_copy_stays_one_when_its_original_changes(hub):
    alice, bruno, learned = learn(hub, "echo-j", "echo-k", "echo-5")
    payload = {name: value for name, value in learned["payload"].items() if name != "federation"}
    bruno.write(SKILLS, [{"id": "copied-early", "payload": payload}])
    bruno.sync()
    alice.write(SKILLS, [{"id": "echo-5", "payload": {**payload, "text": TEXT + " Since 24.05 that is the default."}}])
    for spoke in (alice, bruno, bruno):
        spoke.sync()
    bruno.write(SKILLS, [{"id": "copied-early", "payload": payload}, {"id": "copied-late", "payload": payload}])
    bruno.sync()
    assert said(hub, "echo-k") == set()
