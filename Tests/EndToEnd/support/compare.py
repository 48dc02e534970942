"""Holds a hub against the oracle."""

import base64

from .canonical import canonical
from .model import NO_VECTOR, read_iso8601


def check_winners(client, collection):
    """The winners that a hub serves are those of the oracle, to the last byte."""
    feed = client.winners(collection.name, vectors=1)
    expected = collection.winners()
    served = {line["id"]: line for line in feed.lines}
    assert len(served) == len(feed.lines), "a pattern twice in one answer"
    assert set(served) == set(expected)
    for pattern, winner in expected.items():
        check_line(served[pattern], winner)
    assert feed.end["total"] == collection.winners_total()
    assert feed.end["more"] is False
    entry = client.manifest(collection.name)["winners"]
    assert (entry["count"], entry["digest"], entry["cursor"]) == (*collection.winners_total().values(), feed.cursor)
    return feed


def check_contributions(relay, collection):
    """The contributions that a hub holds are those of the oracle; `relay` is a client of role hub."""
    feed = relay.contributions(collection.name, vectors=1)
    served = {(line["id"], line["origin"]): line for line in feed.lines}
    assert len(served) == len(feed.lines), "a contribution twice in one answer"
    assert set(served) == set(collection.contributions)
    for key, statement in collection.contributions.items():
        check_line(served[key], statement)
    assert feed.end["total"] == collection.contributions_total()
    entry = relay.manifest(collection.name)["contributions"]
    assert (entry["count"], entry["digest"], entry["cursor"]) == \
        (*collection.contributions_total().values(), feed.cursor)
    return feed


def check_line(line, statement):
    """One line of a feed, asked for with vectors, is one contribution of the oracle."""
    assert (line["id"], line["origin"], line["incarnation"], line["revision"], line["checksum"]) == \
        (statement.pattern, statement.origin, *statement.version[:3])
    assert line.get("vector_digest", NO_VECTOR) == statement.vector_digest
    assert line["state"] == ("retracted" if statement.value is None else "live")
    if statement.value is None:
        assert not {"payload", "value", "updated_at", "vector"} & set(line)
        return
    assert canonical(line["payload"]) == statement.payload
    assert line["value"] == statement.value
    assert read_iso8601(line["updated_at"]) == statement.updated_at
    assert line.get("parents", []) == list(statement.parents)
    if statement.vector is None:
        assert not {"vector", "vector_dimension"} & set(line)
    else:
        assert base64.b64decode(line["vector"]) == statement.vector
        assert line["vector_dimension"] == len(statement.vector) // 4
