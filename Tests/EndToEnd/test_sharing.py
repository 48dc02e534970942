"""What an owner does not want to share stays on his machine, and is taken back where it was shared."""

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
