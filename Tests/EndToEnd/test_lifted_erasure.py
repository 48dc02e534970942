"""What was erased at one hub is erased at all, also where they hear of it only once it was lifted."""

import pytest

from support.hierarchy import agree
from support.regions import INTERVAL, SKILLS, NamedRegion, known
from support.statements import item, winner

WORD = "zanzibarquokka"


@pytest.fixture
def pair(arena):
    """A region and the hub above it; the interval is long, so that nothing is by the clock."""
    us, above = (NamedRegion(arena, name).start() for name in ("us", "global"))
    us.join(above, "us", *INTERVAL)
    yield us, above
    us.close()
    above.close()


def push(hub, node, *items):
    with hub.client(node) as client:
        assert client.push(SKILLS, list(items)).end["refused"] == 0


def decide(hub, *words):
    hub.command("retraction", *words, "--reason", "a customer's name", "--by", "olga")


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("how", [(), ("--content",)])
def test_a_lift_in_the_same_batch_leaves_nobody_the_text(pair, below, how):
    us, above = pair
    decider, follower = (us, above) if below else (above, us)
    push(us, "alice", item("leak", 1, text=WORD), item("copy", 1, text=WORD), item("other", 1))
    agree(pair, SKILLS)
    assert follower.stop() == 0
    decide(decider, "add", SKILLS, "leak", "--purge", *how)
    decide(decider, "lift", SKILLS, "leak")
    # Said since, before anybody else hears of either.
    push(decider, "bruno", item("since", 1))
    follower.start()
    known(follower, "since", seconds=30)
    agree(pair, SKILLS)
    kept = ["other", "since"] if how else ["copy", "other", "since"]
    for hub in pair:
        assert hub.winner(SKILLS, "leak") is None, hub.name
        with hub.watcher() as client:
            assert sorted(line["id"] for line in client.winners(SKILLS).lines if line["state"] == "live") == kept
        assert hub.command_json("why", SKILLS, "leak")["absent"]["code"] == "erased"
        assert hub.run("verify").returncode == 0
        if how:
            assert WORD not in hub.dump()


@pytest.mark.parametrize("below", [True, False])
def test_what_is_said_again_after_the_lift_is_known_everywhere(pair, below):
    us, above = pair
    decider, follower = (us, above) if below else (above, us)
    push(decider, "alice", item("leak", 1, text=WORD))
    agree(pair, SKILLS)
    assert follower.stop() == 0
    decide(decider, "add", SKILLS, "leak", "--purge")
    decide(decider, "lift", SKILLS, "leak")
    # The very same statement, as a spoke offers it again.
    push(decider, "alice", item("leak", 1, text=WORD))
    assert winner(decider.client("alice"), "leak")["payload"]["text"] == WORD
    follower.start()
    push(decider, "bruno", item("since", 1))
    known(follower, "since", seconds=30)
    known(follower, "leak", seconds=10, text=WORD)
    agree(pair, SKILLS)
