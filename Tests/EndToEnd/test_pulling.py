"""Reading the feeds: pages, checkpoints, cursors, waiting, epochs, compression."""

import gzip
import json
import threading
import time

import pytest

from support.client import CHECKPOINT_INTERVAL

COLLECTION = "error-solutions"
MANY = 2 * CHECKPOINT_INTERVAL + 1234


def items(count, revision=1, prefix="p", value=0.9):
    return [{"id": f"{prefix}{n:06}", "revision": revision, "payload": {"value_score": value, "n": n}}
            for n in range(count)]


def push_all(client, collection, wanted, size=4000):
    for start in range(0, len(wanted), size):
        assert client.push(collection, wanted[start:start + size]).counts[0] == len(wanted[start:start + size])


@pytest.fixture(scope="module")
def loaded(hub):
    """A collection with more winners than fit between two checkpoints."""
    push_all(hub.client("alice"), COLLECTION, items(MANY))
    return hub.client("bruno")


def changed(hub, pattern, revision, collection=COLLECTION):
    answer = hub.client("alice").push(
        collection, [{"id": pattern, "revision": revision, "payload": {"value_score": 0.9, "r": revision}}])
    assert answer.counts == (1, 0, 0, 0)


def test_a_long_answer_has_checkpoints_and_an_end(loaded):
    feed = loaded.winners(COLLECTION)
    assert len(feed.lines) == feed.end["total"]["count"] == MANY
    assert [one["lines"] for one in feed.checkpoints] == [5000, 10000]
    assert feed.end["more"] is False


def test_every_checkpoint_can_be_continued_from(loaded):
    whole = loaded.winners(COLLECTION)
    for checkpoint in whole.checkpoints:
        rest = loaded.winners(COLLECTION, since=checkpoint["cursor"])
        assert rest.lines == whole.lines[checkpoint["lines"]:]
        assert rest.end["total"] == whole.end["total"]


@pytest.mark.parametrize("limit", [1000, 4999, 5000, 5001, 10000, MANY - 1, MANY, MANY + 1])
def test_pages_make_the_whole_whatever_their_size(loaded, limit):
    whole = loaded.winners(COLLECTION)
    lines, cursor, pages = [], {}, 0
    while True:
        page = loaded.winners(COLLECTION, limit=limit, **cursor)
        assert len(page.lines) <= limit
        lines += page.lines
        pages += 1
        cursor = {"since": page.cursor}
        assert pages < 20
        if not page.end["more"]:
            break
        assert "total" not in page.end, "only the last page knows the whole"
        assert len(page.lines) == limit
    assert lines == whole.lines
    assert page.cursor == whole.cursor and page.end["total"] == whole.end["total"]


def test_single_lines_make_the_whole_of_a_small_collection(hub):
    push_all(hub.client("alice"), "best-practices", items(7))
    client, lines, cursor = hub.client("bruno"), [], {}
    for _ in range(7):
        page = client.winners("best-practices", limit=1, **cursor)
        lines += page.lines
        cursor = {"since": page.cursor}
    assert [line["id"] for line in lines] == [f"p{n:06}" for n in range(7)]
    assert client.winners("best-practices", limit=1, **cursor).lines == []


def test_nothing_new_is_an_empty_answer_with_the_same_cursor(loaded):
    cursor = loaded.winners(COLLECTION).cursor
    again = loaded.winners(COLLECTION, since=cursor)
    assert (again.lines, again.cursor) == ([], cursor)


def test_changes_come_once_at_their_latest_position(hub, loaded):
    cursor = loaded.winners(COLLECTION).cursor
    revision = time.time_ns() // 1000
    for pattern in ("p000005", "p000003", "p000005", "new-one", "p000005"):
        revision += 1
        changed(hub, pattern, revision)
    feed = loaded.winners(COLLECTION, since=cursor)
    assert [line["id"] for line in feed.lines] == ["p000003", "new-one", "p000005"]
    assert feed.lines[-1]["payload"]["r"] == revision
    # An older cursor gives the same again, and more.
    assert loaded.winners(COLLECTION, since=cursor).lines == feed.lines


def test_a_winner_that_stays_the_same_is_not_sent_again(hub, loaded):
    cursor = loaded.winners(COLLECTION).cursor
    weaker = items(50, revision=7, value=0.8)
    assert hub.client("chika").push(COLLECTION, weaker).counts == (50, 0, 0, 0)
    assert loaded.winners(COLLECTION, since=cursor).lines == []


def test_waiting_is_ended_by_a_change(hub, loaded):
    cursor = loaded.winners(COLLECTION).cursor
    outcome = {}

    def wait():
        started = time.monotonic()
        outcome["feed"] = loaded.winners(COLLECTION, since=cursor, wait=30)
        outcome["took"] = time.monotonic() - started

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    assert waiting.is_alive(), "it did not wait"
    changed(hub, "awaited", time.time_ns() // 1000)
    waiting.join(5)
    assert [line["id"] for line in outcome["feed"].lines] == ["awaited"]
    assert 0.4 < outcome["took"] < 5


def test_waiting_ends_by_itself_without_a_change(loaded):
    cursor = loaded.winners(COLLECTION).cursor
    started = time.monotonic()
    assert loaded.winners(COLLECTION, since=cursor, wait=1).lines == []
    assert 0.9 < time.monotonic() - started < 5


def test_the_manifest_waits_for_changes_too(hub, loaded):
    tag = loaded.get("/v1/manifest").headers["etag"]
    unchanged = loaded.get("/v1/manifest", {"If-None-Match": tag})
    assert (unchanged.status, unchanged.body) == (304, b"")
    threading.Timer(0.5, changed, (hub, "noticed", time.time_ns() // 1000)).start()
    started = time.monotonic()
    reply = loaded.get("/v1/manifest?wait=30", {"If-None-Match": tag})
    assert reply.status == 200 and reply.headers["etag"] != tag
    assert 0.4 < time.monotonic() - started < 5


def test_a_change_in_another_collection_does_not_end_the_wait_of_a_feed(hub, loaded):
    cursor = loaded.winners(COLLECTION).cursor
    threading.Timer(0.2, changed, (hub, "elsewhere", time.time_ns() // 1000, "skills-patterns")).start()
    started = time.monotonic()
    assert loaded.winners(COLLECTION, since=cursor, wait=2).lines == []
    assert time.monotonic() - started > 1.8


def test_a_cursor_that_is_none_is_400(hub, loaded):
    good = loaded.winners(COLLECTION).cursor
    push_all(hub.client("alice"), "skills-patterns", items(1, prefix="c"))
    foreign = loaded.winners("skills-patterns").cursor
    own = hub.client("alice").contributions(COLLECTION, origin="alice", payload=0, limit=1).cursor
    bad = ["x", "0", "-1", good[:-1], good + "A", good[:5] + ("B" if good[5] != "B" else "C") + good[6:], "A" * 300,
           "%00", "AVc%3D", foreign, own, "1%27%20OR%201=1", "%F0%9F%98%80"]
    for cursor in bad:
        reply = loaded.get(f"/v1/collections/{COLLECTION}/winners?since={cursor}")
        assert (reply.status, reply.problem()) == (400, "cursor-malformed"), cursor


@pytest.mark.parametrize("query", [
    "limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=99999999999999999999", "wait=56", "wait=-1", "wait=x",
    "vectors=2", "vectors=yes", "unknown=1", "limit=1&limit=2", "Since=x", "payload=1", "origin=alice"])
def test_a_parameter_that_is_none_is_400(loaded, query):
    cursor = loaded.winners(COLLECTION, limit=1).cursor
    joined = query if query.startswith("Since") else f"since={cursor}&{query}"
    reply = loaded.get(f"/v1/collections/{COLLECTION}/winners?{joined}")
    assert (reply.status, reply.problem()) == (400, "parameter-invalid"), query


def test_contributions_are_for_their_origin_and_for_hubs(hub):
    hub.client("alice").push("best-practices", items(3, prefix="mine"))
    hub.enrol("region", role="hub")
    for path in ("", "?origin=alice", "?origin=nobody"):
        reply = hub.client("bruno").get(f"/v1/collections/best-practices/contributions{path}")
        assert (reply.status, reply.problem()) == (403, "forbidden")
    assert hub.client("bruno").contributions("best-practices", origin="bruno").lines == []
    relay = hub.client("region")
    assert {line["origin"] for line in relay.contributions("best-practices").lines} == {"alice"}
    assert relay.contributions("best-practices", origin="bruno").lines == []
    bare = hub.client("alice").contributions("best-practices", origin="alice", payload=0)
    assert bare.lines and all("payload" not in line for line in bare.lines)
    names = {entry["name"]: entry for entry in hub.client("bruno").manifest()["collections"]}
    assert all("contributions" not in entry for entry in names.values())


def test_a_page_of_ones_own_contributions_goes_past_what_others_said(hub):
    for n in range(6):
        hub.client("alice" if n % 2 else "bruno").push("best-practices", items(1, prefix=f"mixed{n}"))
    client, seen, cursor = hub.client("alice"), [], {}
    for _ in range(50):
        page = client.contributions("best-practices", origin="alice", limit=1, **cursor)
        seen += [line["id"] for line in page.lines]
        cursor = {"since": page.cursor}
        if not page.end["more"]:
            break
    assert [name for name in seen if name.startswith("mixed")] == ["mixed1000000", "mixed3000000", "mixed5000000"]


def test_answers_are_compressed_when_asked_for(loaded):
    plain = loaded.winners(COLLECTION)
    packed = loaded.winners(COLLECTION, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.lines == plain.lines and packed.end == plain.end


@pytest.mark.parametrize("accepted", ["gzip;q=0", "identity", "identity, gzip;q=0", "deflate, br", "xgzipx", ""])
def test_answers_are_not_compressed_for_who_takes_no_gzip(loaded, accepted):
    feed = loaded.winners(COLLECTION, limit=1, headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in feed.headers


def test_a_compressed_push_is_understood(hub):
    body = b"".join(json.dumps(item).encode() + b"\n" for item in items(3000, prefix="z"))
    client = hub.client("alice")
    two_members = gzip.compress(body[:1000]) + gzip.compress(body[1000:])
    assert client.push("skills-patterns", gzip.compress(body), {"Content-Encoding": "gzip"}).counts == (3000, 0, 0, 0)
    assert client.push("skills-patterns", two_members, {"Content-Encoding": "GZIP"}).counts == (0, 3000, 0, 0)


def test_a_new_epoch_resets_every_cursor(fresh_hub):
    fresh_hub.start()
    client = fresh_hub.client("alice")
    push_all(client, COLLECTION, items(10))
    winners, own = client.winners(COLLECTION), client.contributions(COLLECTION, origin="alice", payload=0)
    before, tag = client.manifest(), client.get("/v1/manifest").headers["etag"]
    fresh_hub.command("epoch")
    after = client.manifest()
    assert (after["hub"], after["epoch"] != before["epoch"]) == (before["hub"], True)
    assert client.get("/v1/manifest", {"If-None-Match": tag}).status == 200
    for path in (f"winners?since={winners.cursor}", f"contributions?origin=alice&since={own.cursor}"):
        reply = client.get(f"/v1/collections/{COLLECTION}/{path}")
        assert (reply.status, reply.problem()) == (409, "cursor-reset")
    again = client.winners(COLLECTION)
    assert [line["id"] for line in again.lines] == [line["id"] for line in winners.lines]
    assert again.end["total"] == winners.end["total"]
