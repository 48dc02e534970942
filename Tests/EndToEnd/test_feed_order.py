"""A cursor never passes a change that is still to commit.

The same checker runs over a plain table with a sequence, where it must find what such cursors lose: a checker that
finds nothing there would prove nothing here.
"""

import os
import random
import subprocess
import threading
import time

import pytest

from support.hub import Hub

COLLECTION = "skills-patterns"
WRITERS = 4
PUSHES = 40
SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))


@pytest.fixture(autouse=True)
def shown_seed():
    print(f"TRIBUTARY_SEED={SEED}")


class Poller(threading.Thread):
    """Follows a feed by its cursors, as fast as it can, and remembers every key it was shown."""

    def __init__(self, poll):
        super().__init__(daemon=True)
        self.poll, self.cursor = poll, None
        self.seen, self.polls = {}, 0
        self.stopping = threading.Event()
        self.failure = None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.step()
        except BaseException as failure:
            self.failure = failure

    def step(self):
        changes, self.cursor = self.poll(self.cursor)
        self.seen.update(changes)
        self.polls += 1

    def finish(self):
        """Stops, and looks a last time: what is missing now is missing for ever."""
        self.stopping.set()
        self.join(30)
        assert self.failure is None, self.failure
        self.step()
        return self.seen


def slowly(rng, lines):
    """A body that arrives in pieces with pauses, so that pushes overlap."""
    for line in lines:
        if rng.random() < 0.2:
            time.sleep(rng.random() * 0.01)
        yield line + b"\n"


def write(hub, number, failures):
    rng = random.Random(SEED + number)
    try:
        client = hub.client(f"writer{number}")
        for push in range(PUSHES):
            lines = [b'{"id":"w%d-%d-%d","revision":%d,"payload":{"value_score":0.9}}' % (number, push, n, push + 1)
                     for n in range(rng.choice([1, 3, 30]))]
            lines += [b'{"id":"own%d-%d","revision":%d,"payload":{"value_score":0.%d,"p":%d}}'
                      % (number, rng.randrange(10**9), push + 1, rng.randrange(70, 99), push)]
            lines += [b'{"id":"shared-%d","revision":%d,"payload":{"value_score":0.%d}}'
                      % (push, 1, rng.randrange(60, 99))]
            body = slowly(rng, lines) if rng.random() < 0.5 else b"\n".join(lines)
            assert client.push(COLLECTION, body).end["refused"] == 0
            time.sleep(rng.random() * 0.01)
    except BaseException as failure:
        failures.append(failure)


def follow(client, name, **parameters):
    """A poll of a hub's feed: what is said of each pattern, by pattern and, where it has one, origin."""
    def poll(cursor):
        since = {"since": cursor} if cursor else {}
        feed = client.feed(COLLECTION, name, **since, **parameters)
        changes = {(line["id"], line.get("origin") if name == "contributions" else None):
                   (line["state"], line.get("checksum")) for line in feed.lines}
        return changes, feed.cursor
    return poll


def test_nobody_who_follows_a_feed_misses_a_change(arena):
    with Hub(arena) as hub:
        for number in range(WRITERS):
            hub.client(f"writer{number}")
        hub.enrol("region", role="hub")
        pollers = {
            "winners": Poller(follow(hub.client("reader"), "winners")),
            "contributions": Poller(follow(hub.client("region"), "contributions")),
            "pages of winners": Poller(follow(hub.client("reader"), "winners", limit=3)),
            "waiting": Poller(follow(hub.client("reader"), "winners", wait=1)),
        }
        for poller in pollers.values():
            poller.start()
        failures = []
        writers = [threading.Thread(target=write, args=(hub, number, failures)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert not failures, failures
        whole = {name: follow(hub.client("region"), name)(None)[0] for name in ("winners", "contributions")}
        page = pollers["pages of winners"]
        for name, poller in pollers.items():
            seen = poller.finish()
            while poller is page and page.poll(page.cursor)[0]:
                page.step()
            # A cursor between pages has begun a feed that later moved on: what moved is at its end.
            expected = whole["contributions" if name == "contributions" else "winners"]
            missed = {key: value for key, value in expected.items() if seen.get(key) != value}
            assert not missed, f"{name} missed {len(missed)} of {len(expected)}, such as {list(missed.items())[:3]}"
            assert poller.polls > 10, f"{name} polled {poller.polls} times: nothing was raced"
        assert len(whole["contributions"]) > WRITERS * PUSHES


class Table:
    """A plain table with a sequence, and a poll by its greatest number seen: how it is usually done."""

    def __init__(self, hub):
        self.hub = hub
        hub.psql("CREATE TABLE control (seq bigserial PRIMARY KEY, key text NOT NULL)")

    def write(self, number):
        rng = random.Random(SEED + number)
        script = "".join(
            f"BEGIN; INSERT INTO control (key) VALUES ('{number}-{n}'); "
            f"SELECT pg_sleep({rng.random() * 0.02}); COMMIT;\n"
            for n in range(PUSHES))
        subprocess.run(self.hub.psql_words(), input=script, text=True, check=True, capture_output=True)

    def reader(self):
        """A psql that is kept open, to poll as fast as the hub's followers do."""
        process = subprocess.Popen(self.hub.psql_words(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def poll(cursor):
            process.stdin.write(f"SELECT seq, key FROM control WHERE seq > {cursor or 0} ORDER BY seq;\n\\echo end\n")
            process.stdin.flush()
            rows = {}
            while (line := process.stdout.readline().strip()) != "end":
                seq, key = line.split("|")
                rows[key] = int(seq)
            return rows, max([cursor or 0, *rows.values()])
        return process, poll


def test_the_same_checker_finds_what_a_sequence_loses(hub):
    table = Table(hub)
    process, poll = table.reader()
    poller = Poller(poll)
    try:
        poller.start()
        writers = [threading.Thread(target=table.write, args=(number,)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        seen = poller.finish()
    finally:
        process.kill()
        process.wait()
    whole = int(hub.psql("SELECT count(*) FROM control"))
    assert whole == WRITERS * PUSHES
    assert len(seen) < whole, "the checker finds nothing where there must be something to find"
