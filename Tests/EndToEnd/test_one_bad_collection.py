"""One collection of a link that cannot travel holds up no other."""

import pytest

from support.arena import wait_until
from support.hierarchy import agree
from support.proxy import Proxy
from support.regions import INTERVAL, SKILLS, NamedRegion, known
from support.statements import item

# It comes first where collections are taken by name.
BAD = "error-solutions"
# More requests than a test makes.
ALWAYS = 100_000


@pytest.fixture
def through(arena):
    """A region and the hub above it, with something between them that can harm what passes."""
    us, above = (NamedRegion(arena, name).start() for name in ("us", "global"))
    with Proxy(above.port) as proxy:
        us.join_through(proxy, above, *INTERVAL)
        yield us, above, proxy
        us.close()
    above.close()


def push(hub, node, *items, collection=SKILLS):
    with hub.client(node) as client:
        assert client.push(collection, list(items)).end["refused"] == 0


def failing(hub):
    """What is said to be wrong."""
    (status,) = hub.status()
    return status["state"] == "failing" and status["error"]


@pytest.mark.parametrize("harm", [
    f"cut_reply:300@GET /v1/collections/{BAD}/contributions",
    f"cut_request:100@POST /v1/collections/{BAD}/contributions",
])
def test_others_travel_at_once_while_one_collection_fails(through, harm):
    us, above, proxy = through
    push(above, "kenji", item("first", 1))
    agree((us, above), SKILLS)
    giver, taker = (above, us) if "GET" in harm else (us, above)
    proxy.plan = [harm] * ALWAYS
    push(giver, "alice", item("held-up", 1), collection=BAD)
    wait_until(lambda: BAD in (failing(us) or ""), 30, "what fails is said by its name")
    for number in range(5):
        push(giver, "alice", item(f"goes-on-{number}", 1))
        push(taker, "bruno", item(f"back-{number}", 1))
        known(taker, f"goes-on-{number}", seconds=12)
        known(giver, f"back-{number}", seconds=12)
    assert BAD in failing(us) and taker.winner(BAD, "held-up") is None
    # It is tried again by itself, although nothing happens any more.
    proxy.plan = []
    known(taker, "held-up", seconds=45, collection=BAD)
    wait_until(lambda: us.status()[0]["state"] == "answering", 20, "nothing is wrong any more")
    agree((us, above), BAD)


def test_others_are_compared_and_travel_while_one_cannot_be_compared(through):
    us, above, proxy = through
    push(above, "kenji", item("first", 1))
    push(us, "alice", item("mine", 1), collection=BAD)
    agree((us, above), SKILLS)
    agree((us, above), BAD)
    assert above.stop() == 0
    proxy.plan = [f"cut_reply:10@POST /v1/collections/{BAD}/digests"] * ALWAYS
    above.command("epoch")
    above.start()
    wait_until(lambda: f"/{BAD}/digests" in (failing(us) or ""), 60, "what fails is said by its name")
    push(us, "alice", item("since", 1), collection=BAD)
    push(us, "alice", item("since", 1))
    known(above, "since", seconds=30)
    push(above, "kenji", item("since-too", 1))
    known(us, "since-too", seconds=12)
    assert above.winner(BAD, "since") is None
    # Also a hub that begins anew knows that this one was never compared.
    assert us.stop() == 0
    us.start()
    push(us, "alice", item("later", 1))
    known(above, "later", seconds=30)
    assert above.winner(BAD, "since") is None
    proxy.plan = []
    known(above, "since", seconds=45, collection=BAD)
    agree((us, above), BAD)
    agree((us, above), SKILLS)
