"""The same statements, in whatever order and spelling, end in the same state: that of the oracle."""

import os
import random
import threading
import time

import pytest

from support import generate
from support.compare import check_contributions, check_winners
from support.hub import Hub
from support.model import pattern_id, standard_collections

NODES = ["alice", "bruno", "chika", "daria"]
SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))
NOISE = [b"{", b"null", b"[]", b'"text"', b"{}", b'{"id":1}', b"\xff\xfe",
         b'{"id":"x","payload":{"value_score":2},"revision":1}',
         b'{"id":"x","payload":{"value_score":NaN},"revision":1}', b'{"id":"x","payload":[],"revision":1}',
         b'{"id":"x","id":"y","payload":{"value_score":1},"revision":1}', b'{"id":"x","revision":1,"surprise":1}',
         b'{"id":"x","payload":{"value_score":1,"n":9007199254740992},"revision":1}',
         b'{"id":"x","payload":{"value_score":1,"n":1e400},"revision":1}',
         b'{"id":"x","payload":{"value_score":1,"t":"\\u0000"},"revision":1}',
         b'{"id":"x","payload":{"value_score":1},"revision":1,"origin":"somebody"}']


@pytest.fixture(autouse=True)
def shown_seed():
    """The seed stands in the output of a failed test; TRIBUTARY_SEED repeats it."""
    print(f"TRIBUTARY_SEED={SEED}")


def now_micros():
    return time.time_ns() // 1000


def statements(rng, collection, node_number, count):
    """Items of one node, each with a revision of its own, so that none is a fork of another."""
    now = now_micros()
    revisions = [now - 10**9 + n * len(NODES) + node_number for n in range(count)]
    return [generate.statement(rng, collection, revision, now) for revision in revisions]


def in_order(items, said=()):
    """The items without retractions of what was not said before; those are for the tests of every order."""
    said = set(said)
    for item in items:
        pattern = pattern_id(item["id"])
        if pattern in said or "retracted" not in item:
            said.add(pattern)
            yield item


def random_batches(rng, lines):
    """Cuts a list into batches of very different sizes."""
    rest = list(lines)
    while rest:
        size = rng.choice([1, 2, 7, 40, 300])
        yield rest[:size]
        rest = rest[size:]


def test_every_verdict_and_every_state_on_the_way_is_the_oracles(hub):
    rng = random.Random(SEED)
    oracle = standard_collections()
    clients = {name: hub.client(name) for name in NODES}
    hub.enrol("relay", role="hub")
    relay = hub.client("relay")
    for step in range(60):
        name = rng.choice(list(oracle))
        number = rng.randrange(len(NODES))
        node = NODES[number]
        said = {pattern for pattern, origin in oracle[name].contributions if origin == node}
        items = [item for item in statements(rng, name, number, rng.choice([1, 5, 60]))
                 if "retracted" not in item or pattern_id(item["id"]) in said]
        lines = [generate.spell(rng, item) for item in items]
        rng.shuffle(lines)
        lines += rng.choices(lines or NOISE, k=2) + rng.sample(NOISE, 2)
        rng.shuffle(lines)
        with_blanks = [line for one in lines for line in rng.choice([[one], [one], [b"", one], [b" \t\r", one]])]
        answer = clients[node].push(name, with_blanks)
        told = [oracle[name].push(line, node, now_micros()) for line in lines]
        assert answer.by_line() == told, [pair for pair in zip(lines, answer.by_line(), told) if pair[1] != pair[2]]
        if step % 10 == 9:
            for collection in oracle.values():
                check_winners(clients["alice"], collection)
                check_contributions(relay, collection)
    for collection in oracle.values():
        check_winners(clients["bruno"], collection)
        check_contributions(relay, collection)
        assert len(collection.contributions) > 30


def test_two_hubs_that_hear_everything_in_other_orders_hold_the_same(arena):
    rng = random.Random(SEED + 1)
    oracle = standard_collections()
    said = {(name, node): statements(rng, name, number, 150)
            for name in oracle for number, node in enumerate(NODES)}
    for (name, node), items in said.items():
        for item in items:
            assert oracle[name].push(generate.spell(rng, item), node, now_micros())[0] != "refused"
    with Hub(arena) as first, Hub(arena) as second:
        for hub, seed in ((first, 1), (second, 2)):
            send_all(hub, said, random.Random(SEED + 10 * seed))
        totals = []
        for hub in (first, second):
            hub.enrol("relay", role="hub")
            relay = hub.client("relay")
            for collection in oracle.values():
                check_contributions(relay, collection)
                check_winners(relay, collection)
            manifest = relay.manifest()
            totals.append([{k: entry[f][k] for k in ("count", "digest")} for entry in manifest["collections"]
                           for f in ("winners", "contributions")])
        assert totals[0] == totals[1]


def send_all(hub, said, rng):
    """All nodes at once, each sending its statements in an order of its own, some of them several times."""
    failures = []

    def speak(node, seed):
        own = random.Random(seed)
        try:
            client = hub.client(node)
            work = []
            for (name, who), items in said.items():
                if who == node:
                    lines = [generate.spell(own, item) for item in items]
                    lines += [generate.spell(own, item) for item in own.choices(items, k=len(items) // 2)]
                    own.shuffle(lines)
                    work += [(name, batch) for batch in random_batches(own, lines)]
            own.shuffle(work)
            for name, batch in work:
                assert client.push(name, batch).end["refused"] == 0
        except BaseException as failure:
            failures.append(failure)
            raise

    for name in NODES:
        hub.client(name)
    threads = [threading.Thread(target=speak, args=(node, rng.randrange(10**9))) for node in NODES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize("strategy", ["latest", "highest-value"])
def test_a_change_of_policy_decides_every_pattern_anew(fresh_hub, strategy):
    fresh_hub.start()
    rng = random.Random(SEED + 2)
    collection = standard_collections()["skills-patterns"]
    for number, node in enumerate(NODES):
        lines = [generate.spell(rng, item) for item in in_order(statements(rng, collection.name, number, 200))]
        client = fresh_hub.client(node)
        client.push(collection.name, lines)
        for line in lines:
            collection.push(line, node, now_micros())
    feed = check_winners(client, collection)
    for threshold in (0.7, 0.9, 0.0, 1.0, 0.7):
        fresh_hub.set_policy(collection.name, strategy=strategy, threshold=threshold)
        collection.strategy, collection.threshold = strategy, threshold
        held = {line["id"]: line for line in feed.lines}
        news = client.winners(collection.name, since=feed.cursor)
        for line in news.lines:
            if line["state"] == "retracted":
                assert held.pop(line["id"])
            else:
                held[line["id"]] = line
        feed = check_winners(client, collection)
        assert {line["id"]: line["checksum"] for line in held.values()} == \
            {line["id"]: line["checksum"] for line in feed.lines}, "the changes lead to another state than the whole"


def test_the_same_push_a_hundred_times_at_once_counts_once(hub):
    rng = random.Random(SEED + 3)
    items = [{"id": f"many-{n}", "revision": 1 + n, "payload": {"value_score": 0.9}} for n in range(20)]
    lines = [generate.spell(rng, item) for item in items]
    hub.client("alice")
    accepted = []

    def send():
        with hub.client("alice") as client:
            for _ in range(10):
                accepted.append(client.push("best-practices", lines).counts[0])

    before = hub.client("alice").contributions("best-practices", origin="alice", payload=0).end["lines"]
    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(accepted) == 20 and len(accepted) == 100
    after = hub.client("alice").contributions("best-practices", origin="alice", payload=0).end["lines"]
    assert after == before + 20
