"""Hubs below a hub: what is said in one region is known in the other, whatever is interrupted in between."""

import os
import shutil

import pytest

from support.arena import wait_until
from support.hierarchy import Region, agree
from support.regions import NamedRegion
from support.spoke import Spoke

SKILLS = "skills-patterns"
INTERVAL = ("--sync-interval", "3600")


def item(pattern, value=0.9, revision=None, **payload):
    statement = {"id": pattern, "payload": {"value_score": value, **payload}}
    return statement if revision is None else {**statement, "revision": revision}


@pytest.fixture
def regions(arena):
    """Two regions and the hub above them, which replicate; the interval is long, so that nothing is by the clock."""
    us, above, asia = (Region(arena).start() for _ in range(3))
    us.join(above, "us", *INTERVAL)
    asia.join(above, "asia", *INTERVAL)
    yield us, above, asia
    for hub in (us, above, asia):
        hub.close()


def push(hub, node, *items):
    with hub.client(node) as client:
        assert client.push(SKILLS, list(items)).end["refused"] == 0


def known(hub, pattern, seconds=20):
    wait_until(lambda: hub.winner(SKILLS, pattern), seconds, f"{pattern} is known", pause=0.05)
    return hub.winner(SKILLS, pattern)


def test_a_pattern_travels_with_its_author_from_spoke_to_spoke(regions):
    us, above, asia = regions
    alice, kenji = Spoke(us, "alice"), Spoke(asia, "kenji")
    alice.write(SKILLS, [item("tea", note="with milk"), item("coffee")])
    kenji.write(SKILLS, [item("sushi")])
    alice.start("run", "--sync-interval", "3600")
    kenji.start("run", "--sync-interval", "3600")
    try:
        wait_until(lambda: {"tea", "coffee"} <= set(kenji.learned_items(SKILLS)), 30, "kenji learns")
        wait_until(lambda: "sushi" in alice.learned_items(SKILLS), 30, "alice learns")
    finally:
        alice.stop()
        kenji.stop()
    line = asia.winner(SKILLS, "tea")
    with above.watcher() as client:
        name = client.manifest()["name"]
    assert (line["origin"], line["path"]) == ("alice", ["us", name])
    assert kenji.learned_items(SKILLS)["tea"]["payload"]["federation"]["origin"] == "alice"
    agree(regions, SKILLS)
    assert us.statements(SKILLS) == above.statements(SKILLS) == asia.statements(SKILLS)


def test_nothing_is_sent_back_where_it_came_from(regions):
    us, above, asia = regions
    push(us, "alice", *(item(f"p-{n}", revision=n + 1) for n in range(50)))
    agree(regions, SKILLS)
    assert above.counter("tributary_push_items_total") == 50
    assert asia.counter("tributary_pulled_items_total", novelty="new") == 50
    assert us.counter("tributary_pulled_items_total") == 0
    push(asia, "kenji", item("q", revision=1))
    agree(regions, SKILLS)
    assert above.counter("tributary_push_items_total") == 51


def test_hubs_that_list_each_other_agree_and_come_to_rest(arena):
    left, right = Region(arena).start(), Region(arena).start()
    try:
        left.join(right, "left", *INTERVAL)
        right.join(left, "right", *INTERVAL)
        push(left, "alice", *(item(f"l-{n}", revision=1) for n in range(30)))
        push(right, "bruno", *(item(f"r-{n}", revision=1) for n in range(30)), item("l-3", 0.8, revision=1))
        agree((left, right), SKILLS)
        assert len(left.statements(SKILLS)) == 61
        push(left, "alice", item("l-0", 0.95, revision=2))
        wait_until(lambda: right.winner(SKILLS, "l-0")["value"] == 0.95, 20, "the change arrives")
        agree((left, right), SKILLS)
        # What came from the other one is never offered to it.
        for hub in (left, right):
            assert hub.counter("tributary_push_items_total") <= 31 + 31
    finally:
        left.close()
        right.close()


def test_what_is_taken_back_is_taken_back_everywhere(regions):
    us, _, asia = regions
    push(us, "alice", item("wrong", revision=1))
    known(asia, "wrong")
    push(us, "alice", {"id": "wrong", "revision": 2, "retracted": True})
    wait_until(lambda: asia.winner(SKILLS, "wrong") is None, 20, "the retraction arrives")
    agree(regions, SKILLS)


def test_what_an_operator_decides_holds_everywhere(regions):
    us, above, asia = regions
    push(us, "alice", item("risky", revision=1), item("fine", revision=1))
    known(asia, "risky")
    known(asia, "fine")
    us.command("retraction", "add", SKILLS, "risky", "--reason", "it deletes files", "--by", "olga")
    for hub in (above, asia):
        wait_until(lambda hub=hub: hub.winner(SKILLS, "risky") is None, 20, "the decision arrives")
    # And from above to below.
    above.command("retraction", "add", SKILLS, "fine", "--reason", "not so fine", "--by", "otto")
    for hub in (us, asia):
        wait_until(lambda hub=hub: hub.winner(SKILLS, "fine") is None, 20, "the decision arrives")
    agree(regions, SKILLS)


@pytest.mark.parametrize("victim", [0, 1, 2])
def test_a_hub_that_is_killed_misses_nothing(regions, victim):
    us, _, asia = regions
    push(us, "alice", item("before", revision=1))
    known(asia, "before")
    hub = regions[victim]
    hub.kill()
    for other, node in ((us, "alice"), (asia, "kenji")):
        if other is not hub:
            push(other, node, *(item(f"{node}-{n}", revision=10 + n) for n in range(20)))
    hub.start()
    if victim != 1:
        push(hub, "late", item("late", revision=1))
    agree(regions, SKILLS)
    expected = {"before", *(f"{node}-{n}" for other, node in ((us, "alice"), (asia, "kenji")) if other is not hub
                            for n in range(20)), *(() if victim == 1 else ("late",))}
    assert {pattern for pattern, _ in regions[1].statements(SKILLS)} == expected


@pytest.mark.parametrize("victim", [0, 1])
def test_a_hub_restored_from_an_older_copy_gets_back_what_others_still_have(regions, victim):
    us, above, asia = regions
    hub = regions[victim]
    push(us, "alice", *(item(f"old-{n}", revision=1) for n in range(300)))
    agree(regions, SKILLS)
    assert hub.stop() == 0
    copy = hub.data + ".copy"
    shutil.copytree(hub.data, copy, symlinks=True)
    _own(hub.data, copy)
    hub.start()
    push(us, "alice", *(item(f"new-{n}", revision=1) for n in range(40)), item("old-7", 0.8, revision=2))
    push(asia, "kenji", item("kenji", revision=1))
    agree(regions, SKILLS)
    expected = above.statements(SKILLS)
    assert hub.stop() == 0
    shutil.rmtree(hub.data)
    os.rename(copy, hub.data)
    hub.command("epoch")
    hub.start()
    agree(regions, SKILLS)
    for each in regions:
        assert each.statements(SKILLS) == expected
    # And it goes on.
    push(us, "bob", item("after", revision=1))
    known(asia, "after")


@pytest.mark.parametrize("victim", [0, 1])
def test_a_hub_restored_without_saying_so_gets_back_what_the_other_one_has(arena, victim):
    us, above = hubs = [Region(arena).start() for _ in range(2)]
    hub, other = hubs[victim], hubs[1 - victim]
    try:
        us.join(above, "us", "--sync-interval", "1")
        push(us, "alice", *(item(f"old-{n}", revision=1) for n in range(50)))
        push(us, "carol", item("kept", revision=1))
        push(above, "bruno", item("theirs", revision=1))
        agree(hubs, SKILLS)
        assert other.stop() == 0 and hub.stop() == 0
        copy = hub.data + ".copy"
        shutil.copytree(hub.data, copy, symlinks=True)
        _own(hub.data, copy)
        for each in hubs:
            each.start()
        push(us, "alice", *(item(f"new-{n}", revision=1) for n in range(20)), {"id": "old-7", "retracted": True,
                                                                                "revision": 2})
        push(above, "bruno", item("theirs-too", revision=1))
        agree(hubs, SKILLS)
        expected = other.statements(SKILLS)
        assert len(expected) == 73
        # The feeds of the restored copy come further, while nobody looks, than they were before: no cursor is ahead.
        assert other.stop() == 0 and hub.stop() == 0
        shutil.rmtree(hub.data)
        os.rename(copy, hub.data)
        hub.start()
        push(hub, "dana", *(item(f"since-{n}", revision=1) for n in range(60)))
        other.start()
        agree(hubs, SKILLS)
        held = hub.statements(SKILLS)
        assert expected.items() <= held.items() and len(held) == len(expected) + 60
    finally:
        for each in hubs:
            each.close()


def test_what_is_forwarded_can_be_narrowed_and_widened_again(arena):
    below, above = Region(arena).start(), Region(arena).start()
    try:
        below.join(above, "below", *INTERVAL, "--min-value", "0.8")
        push(below, "alice", item("low", 0.7, revision=1), item("high", 0.9, revision=1))
        push(above, "bruno", item("theirs", 0.3, revision=1))
        known(above, "high")
        assert set(above.statements(SKILLS)) == {("high", "alice"), ("theirs", "bruno")}
        # What was forwarded once is followed when it falls, and what is pulled is not narrowed.
        push(below, "alice", item("high", 0.75, revision=2))
        wait_until(lambda: above.winner(SKILLS, "high")["value"] == 0.75, 20, "the fall arrives")
        wait_until(lambda: ("theirs", "bruno") in below.statements(SKILLS), 20, "what is said above arrives")
        below.join(above, "below", *INTERVAL)
        known(above, "low")
        agree((below, above), SKILLS)
    finally:
        below.close()
        above.close()


def test_no_more_collections_are_made_for_an_upstream_than_a_hub_can_show(arena):
    below, above = Region(arena).start(), Region(arena).start()
    try:
        above.psql("""
            INSERT INTO collections (collection, strategy, threshold, value_rule, policy_revision, settled_revision,
                created_at, updated_at)
            SELECT 'a-' || n, strategy, threshold, value_rule, 1, 1, created_at, updated_at
            FROM collections, generate_series(1, 400) AS n WHERE collection = 'skills-patterns';
            INSERT INTO feed_heads (collection, feed)
            SELECT 'a-' || n, feed FROM generate_series(1, 400) AS n,
                unnest(ARRAY['contributions', 'winners', 'resolutions']) AS f (feed)""")
        below.join(above, "below", "--sync-interval", "3600")
        error = wait_until(lambda: below.psql("SELECT error FROM upstreams WHERE failures > 0"), 60, "it is said")
        assert "256" in error and "collection set" in error and "--collections" in error
        count = "SELECT count(*) FROM collections"
        assert below.psql(count) == "256"
        # What is there goes on, as soon as there is news.
        push(above, "bruno", item("from above", revision=1))
        push(below, "alice", item("from below", revision=1))
        known(below, "from above")
        known(above, "from below")
        assert below.psql(count) == "256"
        # Without those that nobody wants nothing is left to be said.
        below.join(above, "below", "--sync-interval", "3600", "--collections", SKILLS)
        wait_until(lambda: below.psql("SELECT failures FROM upstreams") == "0", 60, "all is well")
    finally:
        below.close()
        above.close()


def test_one_damaged_statement_is_kept_aside_and_holds_up_nothing(regions):
    us, above, asia = regions
    assert asia.stop() == 0
    push(us, "alice", *(item(f"p-{n}", revision=1) for n in range(5)))
    known(above, "p-4")
    above.psql("""UPDATE contributions SET payload = '{"value_score":0.9,"x":1}' WHERE pattern_id = 'p-2'""")
    asia.start()
    known(asia, "p-4")
    assert {pattern for pattern, _ in asia.statements(SKILLS)} == {"p-0", "p-1", "p-3", "p-4"}
    with above.watcher() as client:
        name = client.manifest()["name"]
    assert asia.psql("SELECT node, pattern_id, code FROM quarantine") == f"{name}|p-2|checksum-mismatch"


def test_an_address_or_token_that_cannot_work_is_said_with_what_to_do(arena, regions):
    us, above, _ = regions
    above.enrol("mere-spoke", role="spoke")
    lonely = Region(arena).start()
    try:
        lonely.join(above, "mere-spoke", *INTERVAL)

        def error():
            return lonely.psql("SELECT error FROM upstreams WHERE failures > 0")
        assert "--role hub" in wait_until(error, 30, "the failure is noted")
        path = os.path.join(lonely.folder, "token-mere-spoke")
        with open(path, "w", encoding="ascii") as file:
            file.write("tributary_0123456789abcdef_nonsense\n")
        message = wait_until(lambda: "401" in error() and error(), 60, "the wrong token is noted")
        assert "nonsense" not in message and "nonsense" not in lonely.read_log()
    finally:
        lonely.close()
    assert us.is_running


def test_an_upstream_called_as_another_hub_below_is_told_apart_and_the_same_hub_is_not(arena):
    us, above, lower = NamedRegion(arena, "us").start(), NamedRegion(arena, "global").start(), Region(arena).start()
    try:
        # Of lower, which is the node 'global' here, nothing would reach the hub that calls itself so.
        lower.join(us, "global", *INTERVAL)
        push(lower, "alice", item("low", revision=1))
        known(us, "low")
        us.join(above, "us", *INTERVAL)
        error = wait_until(lambda: us.psql("SELECT error FROM upstreams WHERE failures > 0"), 30, "it is said")
        assert "calls itself global" in error and "is the node global here" in error, error
        assert "low" not in {pattern for pattern, _ in above.statements(SKILLS)}
        done = us.run("upstream", "add", above.url, "--node", "us", "--token-file",
                      os.path.join(us.folder, "token-us"), *INTERVAL)
        assert done.returncode == 8 and "is the node global here" in done.stderr, done
        us.command("node", "revoke", "global")
        wait_until(lambda: us.status()[0]["state"] == "answering", 60, "the link goes on")
        assert "calls itself global" in us.run("node", "add", "global", "--role", "hub").stderr
        # Where both are one hub there is nothing to be said.
        us.command("node", "revoke", "global")
        us.tokens.pop("global", None)
        above.join(us, "global", *INTERVAL)
        push(us, "bruno", item("mine", revision=1))
        known(above, "mine")
        us.stop()
        us.start()
        push(us, "bruno", item("more", revision=1))
        known(above, "more")
        assert us.psql("SELECT failures FROM upstreams") == "0"
    finally:
        for hub in (us, above, lower):
            hub.close()


def _own(original, copy):
    """Gives the copy of a data directory to the same accounts."""
    for folder, names, files in os.walk(original):
        for name in [".", *names, *files]:
            path = os.path.join(folder, name)
            facts = os.lstat(path)
            target = os.path.join(copy, os.path.relpath(path, original))
            if os.path.lexists(target):
                os.lchown(target, facts.st_uid, facts.st_gid)
