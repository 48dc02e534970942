"""Refused items that are tried again, or sent again: whether anything was done is told, and one item is one."""

import json

from support.statements import SKILLS, item


def test_releasing_what_is_refused_again_is_exit_code_3(hub):
    client = hub.client("stubborn")
    client.push(SKILLS, [item("still wrong", 1, value=7)])
    hub.command("retraction", "add", SKILLS, "early", "--reason", "r")
    client.push(SKILLS, [item("early", 1)])
    done = hub.run("quarantine", "release", "--node", "stubborn")
    assert done.returncode == 3 and "0 of 2 left quarantine; 2 refused again" in done.stdout, done
    hub.psql("UPDATE resolutions SET decision = 'lifted' WHERE pattern_id = 'early'")
    done = hub.run("quarantine", "release", "--node", "stubborn")
    assert done.returncode == 3 and "1 of 2 left quarantine; 1 refused again" in done.stdout, done
    done = hub.run("quarantine", "release", "--node", "stubborn", "--json")
    assert done.returncode == 3 and json.loads(done.stdout)["released"][0]["verdict"] == "refused"


def test_what_the_predecessor_sends_anew_each_round_is_one_refused_item(hub):
    hub.command("retraction", "add", SKILLS, "again", "--reason", "r")
    for n, node in enumerate(["a", "b", "c"]):
        imported = {"imported_from": node, "import_timestamp": f"2026-11-2{n}"}
        hub.client("repeater").push(SKILLS, [
            {"id": "again", "payload": {"value_score": 0.9, **imported}, "export_timestamp": f"2026-11-0{n}"},
            {"id": "wrong", "payload": {"value_score": 7, **imported}, "export_timestamp": f"2026-11-0{n}"},
            b'{"export_timestamp":%d,"id":18446744073709551615,"payload":{"value_score":7.0}}' % n,
        ])
    hub.client("repeater").push(SKILLS, [item("wrong", value=8), item("other", value=7)])
    items = hub.command_json("quarantine", "--node", "repeater")["items"]
    assert sorted((one["id"], one["code"], one["times"]) for one in items) == [
        ("18446744073709551615", "value-out-of-range", 3), ("again", "retracted", 3), ("other", "value-out-of-range", 1),
        ("wrong", "value-out-of-range", 1), ("wrong", "value-out-of-range", 3)]
