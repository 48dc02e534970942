"""What an owner does not want to share stays on his machine, and is taken back where it was shared."""

import json
import os

from support.spoke import Spoke

SKILLS = "skills-patterns"


def pattern(name, value=0.9, **payload):
    return {"id": name, "payload": {"skill_name": name, "value_score": value, **payload}}


def said(hub, node):
    return sorted(hub.psql("SELECT pattern_id FROM contributions"
                           f" WHERE node = '{node}' AND payload IS NOT NULL").splitlines())


def told(report):
    return next(one for one in report["collections"] if one["collection"] == SKILLS)


def test_what_is_local_never_leaves(hub):
    spoke = Spoke(hub, "share-a")
    spoke.write(SKILLS, [pattern("mine", scope="local"), pattern("shouted", scope="LOCAL"),
                         pattern("deep", metadata={"scope": "local"}), pattern("unknown", scope="department"),
                         pattern("odd", scope=7), pattern("both", scope=["team", "local"]),
                         pattern("team", scope="team"), pattern("global", scope="global"), pattern("none"),
                         pattern("null", scope=None)])
    report = spoke.sync()
    assert said(hub, "share-a") == ["global", "none", "null", "team"]
    assert told(report)["source"]["not_shared"] == 6
    assert told(report)["source"]["rules"] == {"scope-local": 4, "scope-not-listed": 2}
    assert "6 not shared, by your rules: scope-local 4, scope-not-listed 2" in spoke.run("sync").stdout


def test_what_becomes_local_is_taken_back(hub):
    spoke = Spoke(hub, "share-b")
    spoke.write(SKILLS, [pattern("first"), pattern("second")])
    spoke.sync()
    assert said(hub, "share-b") == ["first", "second"]
    spoke.write(SKILLS, [pattern("first", scope="local"), pattern("second")])
    assert told(spoke.sync())["retracted"] == 1
    assert said(hub, "share-b") == ["second"]
    spoke.write(SKILLS, [pattern("first", scope="team"), pattern("second")])
    spoke.sync()
    assert said(hub, "share-b") == ["first", "second"]


def test_a_least_value_can_only_raise_what_the_collection_asks_for(hub):
    spoke = Spoke(hub, "share-c")
    spoke.write(SKILLS, [pattern("low", 0.5), pattern("middle", 0.75), pattern("high", 0.95)])
    spoke.sync("--min-value", "0.1")
    assert said(hub, "share-c") == ["high", "middle"]
    report = spoke.sync("--min-value", "0.8")
    assert said(hub, "share-c") == ["high"] and told(report)["source"]["rules"] == {"below-min-value": 1}
    assert not spoke.sync("--min-value", "0.8")["changed"]
    spoke.sync()
    assert said(hub, "share-c") == ["high", "middle"]
    assert spoke.run("sync", "--min-value", "1.2").returncode == 2


def test_much_is_not_taken_back_by_a_slip_of_the_hand(hub):
    spoke = Spoke(hub, "share-d")
    spoke.write(SKILLS, [pattern(f"p{number}", 0.8) for number in range(300)])
    spoke.sync()
    report = spoke.sync("--min-value", "0.9", expecting=3)
    assert told(report)["retractions_held"] == 300 and len(said(hub, "share-d")) == 300
    spoke.sync("--min-value", "0.9", "--confirm-retractions")
    assert said(hub, "share-d") == []


def test_rules_of_the_settings_hold_and_a_slip_is_named(hub):
    spoke = Spoke(hub, "share-e")
    spoke.write(SKILLS, [pattern("plain"), pattern("tagged", tags=["nix", "Private"]), pattern("hr", category="hr"),
                         pattern("client", file_path="/home/e/clients/acme/main.py"), pattern("low", 0.75),
                         pattern("department", scope="department"), pattern("local", scope="local")])
    config = os.path.join(spoke.folder, "spoke.json")

    def share(rules, **more):
        with open(config, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump({"share": rules, **more}, file)

    share({"minValue": 0.8, "tags": {"except": ["private"]}, "categories": {"except": ["HR"]},
           "projects": {"except": ["/home/e/clients"]}, "scopes": ["department"]})
    report = spoke.sync("--config", config)
    assert said(hub, "share-e") == ["department", "plain"]
    assert told(report)["source"]["rules"] == {"tag-excluded": 1, "category-excluded": 1, "project-excluded": 1,
                                               "below-min-value": 1, "scope-local": 1}
    share({"collections": ["best-practices"]})
    assert told(spoke.sync("--config", config))["retracted"] == 2
    assert said(hub, "share-e") == []
    for rules, words in [({"tgas": {}}, "'tags'"), ({"scopes": ["local"]}, "never leaves"), ([], "'share'")]:
        share(rules)
        done = spoke.run("sync", "--config", config)
        assert done.returncode == 8 and words in done.stderr and config in done.stderr


def test_rules_for_telemetry_come_from_the_settings(hub):
    spoke = Spoke(hub, "share-f")
    log = os.path.join(spoke.folder, "events.jsonl")
    with open(log, "w", encoding="utf-8") as file:
        file.write(json.dumps({"event": "review_done", "status": "approved", "text": "long enough to be of use"}) + "\n")
    spoke.sources = [f"telemetry:{log}"]
    config = os.path.join(spoke.folder, "spoke.json")
    with open(config, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump({"telemetry": [{"name": "review", "collection": SKILLS, "events": ["review_done"],
                                  "where": {"status": "approved"}, "payload": ["text"], "value": 0.8}]}, file)
    assert told(spoke.sync())["pushed"] == 0
    status = json.loads(spoke.run("status", "--json", "--config", config).stdout)
    assert status["collections"]
    assert told(spoke.sync("--config", config))["pushed"] == 1
    assert len(said(hub, "share-f")) == 1


def test_a_broken_line_keeps_nothing_shared_that_is_not_to_be(hub):
    spoke = Spoke(hub, "share-broken")
    spoke.write(SKILLS, [pattern("private"), pattern("weak"), pattern("other"), pattern("gone")])
    spoke.sync()
    lines = [pattern("private", scope="local"), pattern("weak", 0.2), pattern("other")]
    spoke.write(SKILLS, b"".join(json.dumps(line).encode() + b"\n" for line in lines) + b'{"id":\n')
    report = told(spoke.sync(expecting=3))
    # Only what is missing may be the line that nobody can read.
    assert said(hub, "share-broken") == ["gone", "other"]
    assert report["retractions_held"] == 1 and report["retracted"] == 2
    spoke.write(SKILLS, lines)
    spoke.sync()
    assert said(hub, "share-broken") == ["other"]
