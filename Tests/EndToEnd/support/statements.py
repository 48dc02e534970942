"""What tests say to a hub about single patterns, and what they ask of it."""

import urllib.parse

SKILLS = "skills-patterns"


def item(pattern, revision=None, value=0.9, **payload):
    """One item for a push; unnumbered without a revision."""
    numbered = {} if revision is None else {"revision": revision}
    return {"id": pattern, **numbered, "payload": {"value_score": value, **payload}}


def put(client, pattern, revision, collection=SKILLS, **payload):
    """Says something that has to be new."""
    answer = client.push(collection, [{"id": pattern, "revision": revision, "payload": payload}])
    assert answer.counts == (1, 0, 0, 0), answer
    return answer


def take_back(client, pattern, revision, collection=SKILLS):
    return client.push(collection, [{"id": pattern, "revision": revision, "retracted": True}])


def pattern_path(pattern, *more, collection=SKILLS):
    """The path of a pattern, or of what is done to it."""
    return "/".join([f"/v1/collections/{collection}/patterns/{urllib.parse.quote(pattern, safe='')}", *more])


def told(client, pattern, collection=SKILLS, **parameters):
    """Everything the hub tells about a pattern."""
    query = urllib.parse.urlencode(parameters)
    reply = client.get(pattern_path(pattern, collection=collection) + (f"?{query}" if query else ""))
    assert reply.status == 200, reply
    return reply.json()


def winner(client, pattern, collection=SKILLS):
    """The line that is served for a pattern, or None."""
    return next((line for line in client.winners(collection).lines if line["id"] == pattern), None)


def served(client, collection=SKILLS):
    """Every winner's line by id, without what differs between hubs."""
    lines = client.winners(collection, vectors=1).lines
    return {line["id"]: {name: member for name, member in line.items() if name != "received_at"} for line in lines}
