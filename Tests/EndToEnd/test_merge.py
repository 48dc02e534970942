"""Merging: one content made of what several nodes said, the same everywhere, whatever order it came in."""

import os
import random
import time
import uuid

import pytest

from support import histories
from support.canonical import canonical
from support.compare import check_contributions, check_winners
from support.hub import Hub
from support.oracle import Judged
from support.predecessor import PredecessorClient, Qdrant
from support.spoke import Spoke
from support.statements import SKILLS, item, put, served, take_back, winner

SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))
EXAMPLES = [f"example{n}" for n in range(1, 6)]
OURS = {"skill_name": "NixOS module creation"}


@pytest.fixture(scope="module", autouse=True)
def merging(hub):
    hub.set_policy(SKILLS, strategy="merge")


def set_rules(hub, *rules, collection=SKILLS):
    hub.command("collection", "set", collection, "--strategy", "merge",
                *(word for rule in rules for word in ("--merge", rule)))


def shown_rules(hub, collection=SKILLS):
    shown = hub.command_json("collection", "show", collection)
    return shown.get("policy", shown)["merge_rules"]


def test_the_guides_example_becomes_five_examples_at_the_higher_value(hub):
    alice, bruno = hub.client("alice"), hub.client("bruno")
    put(alice, "skill-123", 5, **OURS, value_score=0.85, success_examples=EXAMPLES[:2])
    put(bruno, "skill-123", 6, **OURS, value_score=0.92, success_examples=EXAMPLES[2:])
    for client in (alice, bruno):
        line = winner(client, "skill-123")
        assert (line["origin"], line["revision"], line["value"]) == ("bruno", 6, 0.92)
        assert line["payload"] == {**OURS, "value_score": 0.92, "success_examples": EXAMPLES[2:] + EXAMPLES[:2]}
        assert [(one["origin"], one["revision"]) for one in line["parents"]] == [("alice", 5), ("bruno", 6)]
        assert line["checksum"] not in {one["checksum"] for one in line["parents"]}


def test_two_workstations_learn_what_both_together_know(fresh_hub):
    fresh_hub.start()
    fresh_hub.set_policy(SKILLS, strategy="merge")
    alice, bruno = Spoke(fresh_hub, "alice"), Spoke(fresh_hub, "bruno")
    alice.write(SKILLS, [item("skill-123", value=0.85, **OURS, success_examples=EXAMPLES[:2])])
    bruno.write(SKILLS, [item("skill-123", value=0.92, **OURS, success_examples=EXAMPLES[2:])])
    for spoke in (alice, bruno, alice):
        spoke.sync()
    assert alice.learned() == bruno.learned()
    learned = alice.learned_items(SKILLS)["skill-123"]["payload"]
    assert sorted(learned["success_examples"]) == EXAMPLES and learned["value_score"] == 0.92
    assert learned["federation"]["checksum"] == winner(fresh_hub.client("alice"), "skill-123")["checksum"]
    assert [spoke.sync()["changed"] for spoke in (alice, bruno)] == [False, False]


def test_what_was_merged_and_pulled_is_not_sent_back_as_ones_own(hub):
    alice, carla = Spoke(hub, "alice"), Spoke(hub, "carla")
    for node, examples in (("alice", ["a"]), ("bruno", ["b"])):
        put(hub.client(node), "homing", 1, value_score=0.9, success_examples=examples)
    carla.sync()
    carla.write(SKILLS, list(carla.learned_items(SKILLS).values()))
    before = winner(hub.client("alice"), "homing")
    carla.sync()
    assert hub.psql("SELECT count(*) FROM contributions WHERE node = 'carla'") == "0"
    assert winner(hub.client("alice"), "homing") == before
    alice.sync()


def test_a_fourth_node_that_says_the_merged_result_again_changes_nothing(hub):
    for node, uses, examples in (("alice", 1, ["a"]), ("bruno", 2, ["b"]), ("chika", 4, ["c", "a"])):
        put(hub.client(node), "echoed", 1, value_score=0.8, usage_count=uses, success_examples=examples)
    client = hub.client("alice")
    before = client.winners(SKILLS)
    line = winner(client, "echoed")
    assert line["payload"]["usage_count"] == 7 and line["payload"]["success_examples"][0] == "a"
    for node in ("daria", "emil"):
        put(hub.client(node), "echoed", 1, **line["payload"])
        assert client.winners(SKILLS, since=before.cursor).lines == [], f"{node} only repeats what all said together"
    assert winner(client, "echoed") == line
    assert client.winners(SKILLS).end["total"] == before.end["total"]


def test_a_copy_of_one_contribution_that_is_the_result_already_is_not_counted_either(hub):
    for node, uses in (("alice", 5), ("bruno", 0)):
        put(hub.client(node), "dominated", 1, value_score=0.8, usage_count=uses, last_updated=uses)
    before = winner(hub.client("alice"), "dominated")
    assert (before["origin"], before["payload"]["usage_count"], "parents" in before) == ("alice", 5, False)
    put(hub.client("chika"), "dominated", 1, **before["payload"])
    assert winner(hub.client("alice"), "dominated") == before


def test_counts_do_not_grow_by_going_round_the_predecessors_client(fresh_hub):
    fresh_hub.start()
    fresh_hub.set_policy(SKILLS, strategy="merge")
    pattern, known = str(uuid.UUID(int=77, version=4)), Qdrant(3)
    for number in (1, 2):
        known.upsert(str(uuid.UUID(int=number, version=4)), [1.0, 0, 0], {"value_score": 0.9})
    ancient = PredecessorClient(fresh_hub.port, f"/n/ancient/{fresh_hub.client('ancient').token}", "ancient",
                                {SKILLS: known})
    vector = {"vector": [1.0, 0, 0]}
    fresh_hub.client("bruno").push(SKILLS, [{**item(pattern, 1, usage_count=1), **vector}])
    for turn in range(1, 5):
        fresh_hub.client("alice").push(SKILLS, [{**item(pattern, turn, value=0.8, usage_count=turn), **vector}])
        for _ in range(2):
            ancient.sync()
        assert pattern in known.points, "it imports what was merged, and sends it back"
        assert winner(fresh_hub.client("alice"), pattern)["payload"]["usage_count"] == turn + 1


def test_when_a_contributor_withdraws_the_result_shrinks(hub):
    nodes = {name: hub.client(name) for name in ("alice", "bruno", "chika")}
    for name, examples in (("alice", ["a", "shared"]), ("bruno", ["b", "shared"]), ("chika", ["c"])):
        put(nodes[name], "shrinking", 1, value_score=0.8, last_updated=1, by=name, success_examples=examples,
            usage_count=1)
    seen = []
    for leaver in (None, "bruno", "chika", "alice"):
        if leaver:
            assert take_back(nodes[leaver], "shrinking", 2).counts == (1, 0, 0, 0)
        line = winner(nodes["alice"], "shrinking")
        seen.append(line and (set(line["payload"]["success_examples"]), line["payload"]["usage_count"],
                              [one["origin"] for one in line.get("parents", [])]))
    assert seen == [({"shared", "a", "b", "c"}, 3, ["alice", "bruno", "chika"]),
                    ({"shared", "a", "c"}, 2, ["alice", "chika"]), ({"shared", "a"}, 1, []), None]


def test_the_rules_that_are_set_are_shown_and_followed(fresh_hub):
    fresh_hub.start()
    standard = shown_rules(fresh_hub)
    assert standard["success_examples"] == "union:20" and standard["usage_count"] == "sum"
    set_rules(fresh_hub, "tags=union:2", "hits=sum", "usage_count=best")
    rules = shown_rules(fresh_hub)
    assert {name: rules[name] for name in ("tags", "hits", "success_examples")} == \
        {"tags": "union:2", "hits": "sum", "success_examples": "union:20"}
    assert rules.get("usage_count", "best") == "best"
    for node, value, tags in (("alice", 0.9, ["x", "y"]), ("bruno", 0.8, ["z", "y"]), ("chika", 0.7, ["w"])):
        put(fresh_hub.client(node), "ruled", 1, value_score=value, tags=tags, hits=2, usage_count=10)
    line = winner(fresh_hub.client("alice"), "ruled")
    assert line["payload"] == {"value_score": 0.9, "tags": ["y", "x"], "hits": 6, "usage_count": 10}
    cursor = fresh_hub.client("alice").winners(SKILLS).cursor
    fresh_hub.command("collection", "set", SKILLS, "--merge-defaults")
    assert shown_rules(fresh_hub) == standard
    news = fresh_hub.client("alice").winners(SKILLS, since=cursor).lines
    assert [(line["payload"]["usage_count"], line["payload"]["tags"]) for line in news] == [(30, ["x", "y"])]


@pytest.mark.parametrize("rule", ["tags", "tags=", "=sum", "tags=most", "tags=union:0", "tags=union:x", "tags=union:-1"])
def test_a_rule_that_is_none_is_a_usage_error_and_changes_nothing(hub, rule):
    before = shown_rules(hub)
    done = hub.run("collection", "set", SKILLS, "--merge", rule)
    assert done.returncode == 2 and done.stderr.strip(), done
    assert shown_rules(hub) == before


def test_sums_stay_numbers_that_everybody_can_read(hub):
    """Integers stop at 2^53 - 1, and so does what fractions come to: another node has to be able to say it again."""
    for node, fraction in (("alice", 0.1), ("bruno", 0.2), ("chika", 0.3)):
        put(hub.client(node), "summed", 1, value_score=0.8, usage_count=2**53 - 1, success_count=fraction,
            failure_count=2**52 - 0.5)
        put(hub.client(node), "negative", 1, value_score=0.8, usage_count=-(2**53 - 1))
    line = winner(hub.client("alice"), "summed")
    assert line["payload"]["usage_count"] == 2**53 - 1
    assert line["payload"]["success_count"] == 0.1 + 0.2 + 0.3, "added in the order of the origins"
    canonical(line["payload"])
    assert winner(hub.client("alice"), "negative")["payload"]["usage_count"] == -(2**53 - 1)


def test_what_cannot_be_united_or_summed_is_passed_over(hub):
    put(hub.client("alice"), "odd", 1, value_score=0.9, success_examples="all of them", usage_count=True, note="a")
    put(hub.client("bruno"), "odd", 1, value_score=0.8, success_examples=["b"], usage_count="5", extra=1)
    put(hub.client("chika"), "odd", 1, value_score=0.7, success_examples={"c": 1}, failure_count=3)
    assert winner(hub.client("alice"), "odd")["payload"] == \
        {"value_score": 0.9, "success_examples": ["b"], "usage_count": True, "note": "a", "failure_count": 3}


def test_a_merged_list_has_a_length_that_every_sink_takes(fresh_hub):
    fresh_hub.start()
    fresh_hub.set_policy(SKILLS, strategy="merge")
    nodes = [f"node{n:02}" for n in range(20)]
    for node in nodes:
        put(fresh_hub.client(node), "great", 1, value_score=0.9, success_examples=[node * 30_000])
    put(fresh_hub.client("brief"), "great", 1, value_score=0.8, success_examples=["short"])
    spoke = Spoke(fresh_hub, "taker")
    spoke.sync()
    (learned,) = spoke.learned_items(SKILLS)["great"]["payload"]["success_examples"]
    assert learned[:6] in nodes, "what the best one has stays, and what does not fit beside it is left out"


@pytest.fixture(scope="module")
def pair(arena):
    """Two hubs that are told the same in different orders, and what both have to come to."""
    with Hub(arena) as first, Hub(arena) as second:
        for hub in (first, second):
            hub.enrol("relay", role="hub")
            set_rules(hub, *(f"{name}={rule}" for name, rule in histories.RULES.items()))
        judged = Judged(SKILLS, rules={**shown_rules(first), **histories.RULES})
        yield first, second, judged


@pytest.mark.parametrize("number", range(6))
def test_random_histories_come_to_the_same_in_any_order(pair, number):
    print(f"TRIBUTARY_SEED={SEED}")
    first, second, judged = pair
    rng = random.Random(SEED + number)
    cursor = first.client("alice").winners(SKILLS).cursor
    held = served(first.client("alice"))
    said = histories.history(rng, judged, [f"{number}-{n}" for n in range(40)], time.time_ns() // 1000)
    histories.tell(first, SKILLS, said)
    histories.tell(second, SKILLS, said, rng)
    for hub in (first, second):
        check_contributions(hub.client("relay"), judged)
        check_winners(hub.client("alice"), judged)
    whole = served(first.client("alice"))
    assert whole == served(second.client("bruno"))
    assert sum("parents" in line for line in whole.values()) > 10 * (number + 1)
    # Who follows the feed comes to hold what is served to who begins anew, parents included.
    for line in first.client("alice").winners(SKILLS, since=cursor, vectors=1).lines:
        held.pop(line["id"], None)
        if line["state"] == "live":
            held[line["id"]] = {name: member for name, member in line.items() if name != "received_at"}
    assert held == whole


def test_what_is_merged_is_not_read_all_at_once(fresh_hub):
    """A push of a few bytes for each of 240 patterns has 480 MB of contents read in one transaction, eight lists of 250 KB
    for each. The hub stays within the 150 MiB that it is held to; all contents together would take more than ten times
    as much."""
    patterns, nodes, length = 240, [f"node{n}" for n in range(8)], 250_000
    fresh_hub.start()
    for number, node in enumerate(nodes):
        client = fresh_hub.client(node)
        examples = [f"{number} {n} " + "x" * 1000 for n in range(length // 1010)]
        for start in range(0, patterns, 24):
            lines = [item(f"long{n}", 1, success_examples=examples) for n in range(start, start + 24)]
            assert client.push(SKILLS, lines).counts == (24, 0, 0, 0)
    set_rules(fresh_hub, "success_examples=union:20")
    before = winner(fresh_hub.client("late"), "long0")["checksum"]
    fresh_hub.forget_peak()
    lines = [item(f"long{n}", 1, value=0.95, success_examples=["short"]) for n in range(patterns)]
    assert fresh_hub.client("late").push(SKILLS, lines).counts == (patterns, 0, 0, 0)
    assert fresh_hub.peak_mib() <= 150
    line = winner(fresh_hub.client("late"), "long0")
    assert line["checksum"] != before and len(line["parents"]) == 9
    assert line["payload"]["success_examples"][0] == "short" and len(line["payload"]["success_examples"]) == 20
