"""Regions below a global hub are one flat hub to who pushes and pulls, whatever is interrupted in between."""

import http.client
import os
import random
import threading
import time

import pytest

from support import generate
from support.arena import wait_until
from support.compare import check_contributions, check_winners
from support.hub import Hub
from support.hierarchy import agree
from support.model import standard_collections
from support.regions import INTERVAL, SKILLS, Hierarchy, NamedRegion, gone, known
from support.spoke import Spoke
from support.statements import item, take_back
from support.together import at_once

SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))
NODES = {"us": ["alice", "bruno"], "eu": ["chika", "daria"], "asia": ["kenji", "emeka"]}


@pytest.fixture(autouse=True)
def shown_seed():
    """The seed stands in the output of a failed test; TRIBUTARY_SEED repeats it."""
    print(f"TRIBUTARY_SEED={SEED}")


@pytest.fixture(scope="module")
def regions(arena):
    """Three regions and the hub above them, which the tests of the module share."""
    with Hierarchy(arena) as hierarchy:
        yield hierarchy


def push(hub, node, *items, collection=SKILLS):
    with hub.client(node) as client:
        answer = client.push(collection, list(items))
        assert answer.end["refused"] == 0, answer


def persistently(attempt, seconds=120):
    """Does something until the hub answers: one that was killed comes back."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (OSError, http.client.HTTPException, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def said(rng, oracle, node, number, count):
    """What one node says, in every spelling: (collection, lines) in batches; the oracle hears it."""
    work = []
    now = time.time_ns() // 1000
    for name, collection in oracle.items():
        lines = []
        for position in range(count):
            revision = now - 10**9 + position * 16 + number
            lines.append(generate.spell(rng, generate.statement(rng, name, revision, now)))
            assert collection.push(lines[-1], node, now)[0] in ("accepted", "stale")
        lines += rng.choices(lines, k=count // 4)
        rng.shuffle(lines)
        while lines:
            size = rng.choice([1, 7, 40])
            work.append((name, lines[:size]))
            lines = lines[size:]
    rng.shuffle(work)
    return work


def test_three_regions_that_are_killed_meanwhile_are_one_flat_hub(arena):
    rng = random.Random(SEED)
    oracle = standard_collections()
    nodes = [(region, node) for region, names in NODES.items() for node in names]
    work = {node: said(rng, oracle, node, number, 60) for number, (_, node) in enumerate(nodes)}
    with Hierarchy(arena) as hierarchy, Hub(arena) as flat:
        for region, node in nodes:
            hierarchy[region].enrol(node)
            flat.enrol(node)
        done = threading.Event()

        def speak(region, node):
            hub = hierarchy[region]
            for name, batch in work[node]:
                persistently(lambda name=name, batch=batch: push(hub, node, *batch, collection=name))
                push(flat, node, *batch, collection=name)

        def kill():
            for hub in rng.sample(hierarchy.hubs, 4):
                if done.wait(0.3):
                    return
                hub.kill()
                hub.start()

        def speak_all():
            try:
                at_once(*(lambda region=region, node=node: speak(region, node) for region, node in nodes))
            finally:
                done.set()

        at_once(speak_all, kill)
        hierarchy.agree(*oracle)
        flat.enrol("watcher", role="hub")
        for hub in (*hierarchy.hubs, flat):
            watcher = hub.client("watcher")
            for collection in oracle.values():
                check_contributions(watcher, collection)
                check_winners(watcher, collection)
        assert sum(len(collection.contributions) for collection in oracle.values()) > 200


def test_what_alice_learned_reaches_kenji_with_her_name_on_it(regions):
    alice, kenji = Spoke(regions["us"], "alice"), Spoke(regions["asia"], "kenji")
    alice.write(SKILLS, [item("retry-with-jitter", note="spread retries")])
    kenji.start("run", "--sync-interval", "3600")
    alice.start("run", "--sync-interval", "3600")
    try:
        wait_until(lambda: "retry-with-jitter" in kenji.learned_items(SKILLS), 30, "kenji learns")
    finally:
        alice.stop()
        kenji.stop()
    assert kenji.learned_items(SKILLS)["retry-with-jitter"]["payload"]["federation"]["origin"] == "alice"
    line = known(regions["asia"], "retry-with-jitter")
    assert (line["origin"], line["path"]) == ("alice", ["us", "global"])
    regions.agree()


def test_what_is_decided_in_one_region_holds_in_all(regions):
    us, eu, asia = regions.regions
    for hub in regions.hubs:
        hub.set_policy("best-practices", strategy="manual")
    for hub, node, text in ((us, "alice", "tabs"), (asia, "kenji", "spaces")):
        push(hub, node, {"id": "indent", "revision": 1, "payload": {"endorsement_count": 9, "text": text}},
             collection="best-practices")
    regions.agree("best-practices")
    for hub in regions.hubs:
        assert {one["id"] for one in hub.command_json("conflict", "list")["conflicts"]} == {"indent"}
    checksums = {claim[1]: version[2] for claim, version in eu.statements("best-practices").items()}
    eu.command("conflict", "resolve", "best-practices", "indent", "--choose", checksums["kenji"][:16],
               "--reason", "the guide says so", "--by", "olga")
    for hub in regions.hubs:
        known(hub, "indent", collection="best-practices", text="spaces")
        assert not hub.command_json("conflict", "list")["conflicts"]
    # An operator's retraction, too; and whoever says it again is told why it is refused, in every region.
    push(us, "alice", item("danger", 1))
    for hub in regions.hubs:
        known(hub, "danger")
    asia.command("retraction", "add", SKILLS, "danger", "--reason", "it deletes files", "--by", "otto")
    for hub in regions.hubs:
        gone(hub, "danger")
    answer = us.client("alice").push(SKILLS, [item("danger", 2, note="again")])
    assert [verdict["code"] for verdict in answer.verdicts] == ["retracted"]
    regions.agree(SKILLS, "best-practices")


def test_a_content_that_is_resolved_by_writing_it_travels_with_its_text(regions):
    us, eu, asia = regions.regions
    for hub in regions.hubs:
        hub.set_policy("error-solutions", strategy="manual")
    for hub, node in ((us, "alice"), (eu, "chika")):
        push(hub, node, {"id": "enoent", "revision": 1, "payload": {"confidence_score": 0.9, "text": f"{node}'s"}},
             collection="error-solutions")
    regions.agree("error-solutions")
    path = os.path.join(asia.folder, "written.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"confidence_score": 0.95, "text": "both together"}')
    asia.command("conflict", "resolve", "error-solutions", "enoent", "--content", path, "--reason", "both are right",
                 "--by", "olga")
    for hub in regions.hubs:
        known(hub, "enoent", collection="error-solutions", text="both together")
    regions.agree("error-solutions")


def test_a_spoke_on_two_hubs_is_one_origin(regions):
    us, _, asia = regions.regions
    for hub in (us, asia):
        push(hub, "nomad", item("tent", 5, note="first"), item("stove", 5))
    regions.agree()
    # Each of both hears something first that the other hears later, and something that it hears alone.
    push(us, "nomad", item("tent", 7, note="third"))
    push(asia, "nomad", item("tent", 6, note="second"), item("stove", 6, note="new"))
    regions.agree()
    for hub in regions.hubs:
        assert [key for key in hub.statements(SKILLS) if key[1] == "nomad"] in \
            ([("tent", "nomad"), ("stove", "nomad")], [("stove", "nomad"), ("tent", "nomad")])
        known(hub, "stove", note="new")


def test_a_node_that_moves_speaks_after_what_it_said_elsewhere(regions):
    us, eu, asia = regions.regions
    push(eu, "mover", item("box", 10**15, note="from europe"), item("left", 10**15))
    known(asia, "box")
    # Its new machine counts from the beginning.
    push(asia, "mover", item("box", 3, note="from asia"))
    for hub in regions.hubs:
        line = known(hub, "box", note="from asia")
        assert line["incarnation"] > hub.statements(SKILLS)["left", "mover"][0]
    # What its old machine says after that comes too late everywhere.
    push(eu, "mover", item("box", 10**15 + 1, note="the old machine"))
    known(us, "box", note="from asia")
    regions.agree()
    assert {hub.winner(SKILLS, "box")["payload"]["note"] for hub in regions.hubs} == {"from asia"}


def test_hubs_that_list_each_other_come_to_rest_in_agreement(arena):
    hubs = [NamedRegion(arena, name) for name in ("left", "right", "third")]
    try:
        at_once(*(hub.start for hub in hubs))
        for hub in hubs:
            for other in hubs:
                if other is not hub:
                    hub.join(other, f"{hub.name}-at-{other.name}", *INTERVAL)

        def speak(hub):
            for number in range(20):
                push(hub, f"node-{hub.name}", *(item(f"p-{number}-{n}", number + 1, by=hub.name) for n in range(5)))

        at_once(*(lambda hub=hub: speak(hub) for hub in hubs))
        agree(hubs, SKILLS)
        take_back(hubs[0].client("node-left"), "p-0-0", 100)
        push(hubs[1], "node-right", item("last", 1))
        for hub in hubs:
            known(hub, "last")
        agree(hubs, SKILLS)
        heads = [hub.watcher().manifest(SKILLS)["contributions"]["cursor"] for hub in hubs]
        for hub in hubs:
            wait_until(lambda hub=hub: not behind(hub), 20, "nothing is left to do")
            assert max(len(line["path"]) for line in hub.watcher().contributions(SKILLS, echo=1).lines) <= 2
        assert [hub.watcher().manifest(SKILLS)["contributions"]["cursor"] for hub in hubs] == heads
    finally:
        at_once(*(hub.close for hub in hubs))


def behind(hub):
    """What a hub has still to exchange with its upstreams."""
    return [flow for upstream in hub.status() for flow in upstream["flows"] if flow["items_behind"]]


def test_a_link_can_be_narrowed(arena):
    with Hierarchy(arena, ("asia",)) as hierarchy:
        asia, above = hierarchy.regions[0], hierarchy.above
        # Narrow from the beginning: a link that runs takes other settings up within seconds.
        us = NamedRegion(arena, "us")
        hierarchy.hubs.append(us)
        us.start()
        us.join(above, "us", *INTERVAL, "--collections", SKILLS, "--min-value", "0.8")
        push(us, "alice", item("great", 1, 0.9), item("good", 1, 0.75), item("falling", 1, 0.9))
        push(us, "alice", {"id": "elsewhere", "revision": 1, "payload": {"confidence_score": 0.95}},
             collection="error-solutions")
        push(asia, "kenji", item("from-asia", 1, 0.72))
        push(asia, "kenji", {"id": "asian", "revision": 1, "payload": {"confidence_score": 0.95}},
             collection="error-solutions")
        known(asia, "great")
        known(us, "from-asia")
        known(asia, "falling")
        # What was passed on once is followed when its value falls, and when it is taken back.
        push(us, "alice", item("falling", 2, 0.3))
        gone(asia, "falling")
        take_back(us.client("alice"), "great", 2)
        gone(asia, "great")
        agree((above, asia), SKILLS)
        assert set(above.statements(SKILLS)) == {("great", "alice"), ("falling", "alice"), ("from-asia", "kenji")}
        assert set(above.statements("error-solutions")) == {("asian", "kenji")}
        assert set(us.statements("error-solutions")) == {("elsewhere", "alice")}


def test_a_hub_that_lost_everything_gets_back_what_others_have(arena):
    with Hierarchy(arena, ("us", "asia")) as hierarchy:
        us, asia = hierarchy.regions
        push(us, "alice", *(item(f"p-{n}", 1) for n in range(30)))
        push(asia, "kenji", item("q", 1))
        hierarchy.agree()
        expected = us.statements(SKILLS)
        us.close()
        # Another machine takes its place, under the same name.
        heir = NamedRegion(arena, "us").start()
        hierarchy.regions[0] = hierarchy.hubs[1] = heir
        push(heir, "alice", item("new", 1))
        heir.join(hierarchy.above, "us", *INTERVAL)
        hierarchy.agree()
        for hub in hierarchy.hubs:
            held = hub.statements(SKILLS)
            assert held.pop(("new", "alice"))
            assert held == expected


def test_one_hub_between_two_that_do_not_know_each_other_passes_on_both_ways(arena):
    hubs = [NamedRegion(arena, name) for name in ("east", "bridge", "west")]
    try:
        at_once(*(hub.start for hub in hubs))
        east, bridge, west = hubs
        bridge.join(east, "bridge", *INTERVAL)
        bridge.join(west, "bridge-too", *INTERVAL)
        push(east, "eve", item("from-east", 1))
        push(west, "wu", item("from-west", 1))
        assert known(west, "from-east")["path"] == ["east", "bridge-too"]
        assert known(east, "from-west")["path"] == ["west", "bridge"]
        agree(hubs, SKILLS)
    finally:
        at_once(*(hub.close for hub in hubs))


def test_two_hubs_with_one_name_are_told_apart_before_anything_is_kept_from_one_of_them(arena):
    hubs = [NamedRegion(arena, name) for name in ("same", "same", "bridge")]
    try:
        at_once(*(hub.start for hub in hubs))
        *namesakes, bridge = hubs
        for number, hub in enumerate(namesakes):
            bridge.join(hub, f"bridge-{number}", "--sync-interval", "2")
        failure = wait_until(lambda: [one["error"] for one in bridge.status() if one.get("error")], 30, "it is noted")
        assert "call themselves same" in failure[0] and "serve --name" in failure[0]
        namesakes[1].stop()
        namesakes[1].name = "another"
        namesakes[1].start()
        push(namesakes[0], "eve", item("from-the-first", 1))
        assert known(namesakes[1], "from-the-first", 60)["path"] == ["same", "bridge-1"]
    finally:
        at_once(*(hub.close for hub in hubs))
