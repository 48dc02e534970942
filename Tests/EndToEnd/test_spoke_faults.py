"""Spokes through everything that breaks: replies, state, disks, processes, and a hub that forgot."""

import glob
import os
import random
import shutil
import time

import pytest

from support.arena import wait_until
from support.disk import SmallDisk
from support.hub import Hub
from support.proxy import Proxy
from support.spoke import Spoke

SKILLS = "skills-patterns"
SEED = int(os.environ.get("TRIBUTARY_SEED", random.SystemRandom().randrange(10**9)))


@pytest.fixture(autouse=True)
def shown_seed():
    print(f"TRIBUTARY_SEED={SEED}")


# Cut so late that there was a checkpoint to go on from. A reset may take with it what was not read yet.
BEYOND_A_CHECKPOINT = "cut_reply:2500000"


def items(prefix, count, value=0.9, text="x"):
    return [{"id": f"{prefix}-{n}", "payload": {"value_score": value, "n": n, "text": text * 50}} for n in range(count)]


def position(hub, collection=SKILLS):
    """Grows with every statement that is new to the hub."""
    return int(hub.psql(f"SELECT number FROM feed_heads WHERE collection = '{collection}' AND feed = 'contributions'"))


def said(hub, node):
    """What a node said, with its revisions."""
    rows = hub.psql(f"SELECT pattern_id, revision, encode(checksum, 'hex') FROM contributions WHERE node = '{node}'")
    return set(rows.splitlines())


def check_in_step(hub, *spokes):
    """All sinks hold the hub's winners, and each other's bytes."""
    with hub.client(spokes[0].node) as client:
        winners = {line["id"]: line["checksum"] for line in client.winners(SKILLS).lines}
    for spoke in spokes:
        learned = {str(p): one["payload"]["federation"]["checksum"] for p, one in spoke.learned_items(SKILLS).items()}
        assert learned == winners
        assert spoke.learned() == spokes[0].learned()


@pytest.fixture(scope="module")
def stocked(hub):
    """A hub with more winners than fit between two checkpoints."""
    spoke = Spoke(hub, "stock")
    spoke.write(SKILLS, items("stock", 12_000))
    spoke.sync()
    return hub


def test_lost_replies_are_made_good_without_saying_anything_twice(hub):
    plans = (["drop_reply@manifest"], ["drop_reply@POST"], ["drop_reply@POST", "cut_reply:40@POST"],
             ["cut_request:400@POST", "reset_reply:1@POST"], ["cut_request:2500@POST"],
             ["drop_reply@POST"] * 9, ["cut_reply:250@POST", "drop_reply@winners"])
    for number, plan in enumerate(plans):
        with Proxy(hub.port, plan) as proxy:
            spoke = Spoke(hub, f"lossy{number}", port=proxy.port)
            spoke.write(SKILLS, items(f"lossy{number}", 30))
            before = position(hub)
            while (done := spoke.run("sync")).returncode != 0:
                assert done.returncode in (1, 5) and done.stdout + done.stderr, done
                assert len(plan) > 3 or "cut_request" in plan[0], "it gives up too early"
            assert not proxy.plan
            assert position(hub) == before + 30
            spoke.sync()
            assert position(hub) == before + 30


@pytest.mark.parametrize("mode", ["cut_reply:100", "cut_reply:5000", "cut_reply:900000", "cut_reply:2500000",
                                  "reset_reply:2500000", "slow:1000"])
def test_a_pull_that_was_cut_goes_on_where_it_was_and_ends_whole(stocked, mode):
    with Proxy(stocked.port, [mode + "@winners"]) as proxy:
        spoke = Spoke(stocked, "reader", port=proxy.port)
        for _ in range(5):
            if spoke.run("sync").returncode == 0:
                break
        else:
            raise AssertionError("it never ends whole")
        assert not proxy.plan, "nothing was cut"
        asked = [line for line in proxy.requests if f"{SKILLS}/winners" in line]
        assert any("since=" in line for line in asked) or mode != BEYOND_A_CHECKPOINT, asked
        check_in_step(stocked, spoke)


def test_a_reply_that_was_changed_on_the_way_is_not_believed(hub):
    teller = Spoke(hub, "teller")
    teller.write(SKILLS, items("told", 3, value=0.91))
    teller.sync()
    with Proxy(hub.port, ["swap"] * 50) as proxy:
        spoke = Spoke(hub, "doubter", port=proxy.port)
        done = spoke.run("sync")
        assert done.returncode == 9, done
        assert not any(b"told-" in data for data in spoke.learned().values())
        proxy.plan.clear()
        spoke.sync()
    assert "told-1" in spoke.learned_items(SKILLS)


@pytest.mark.parametrize("harm", ["deleted", "emptied", "cut in half", "rubbish", "rubbish in the middle",
                                  "another file"])
def test_a_lost_state_repeats_nothing(hub, harm):
    node = "state-" + harm.replace(" ", "-")
    spoke = Spoke(hub, node)
    spoke.write(SKILLS, items(node, 300))
    spoke.sync()
    before, statements = position(hub), said(hub, node)
    learned = spoke.learned()
    spoil(spoke.state, harm)
    spoke.sync()
    assert position(hub) == before, "a statement was repeated under another number"
    assert said(hub, node) == statements
    assert spoke.learned() == learned
    if harm not in ("deleted", "emptied"):
        assert glob.glob(os.path.join(spoke.state, "*damaged*")), "what was damaged is kept aside"
    report = spoke.sync()
    assert report["changed"] is False


def spoil(state, harm):
    path = os.path.join(state, "state.sqlite")
    if harm == "deleted":
        shutil.rmtree(state)
        return
    for name in glob.glob(path + "-*"):
        os.remove(name)
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        if harm == "emptied":
            file.truncate(0)
        elif harm == "cut in half":
            file.truncate(size // 2)
        elif harm == "rubbish":
            file.write(os.urandom(size))
        elif harm == "rubbish in the middle":
            for at in range(8192, size - 4096, 4096):
                file.seek(at)
                file.write(os.urandom(2000))
        else:
            file.truncate(0)
            file.write(b"A letter to a friend.\n" * 1000)


def test_a_state_of_another_node_or_hub_is_not_used(hub, arena):
    spoke = Spoke(hub, "mover")
    spoke.write(SKILLS, items("mover", 10))
    spoke.sync()
    renamed = Spoke(hub, "renamed", folder=spoke.folder)
    renamed.sync()
    assert len(said(hub, "renamed")) == 10
    with Hub(arena) as other:
        moved = Spoke(other, "mover", folder=spoke.folder)
        moved.sync()
        assert len(said(other, "mover")) == 10
        check_in_step(other, moved)


def test_a_full_disk_under_the_state_loses_nothing(stocked, arena):
    spoke = Spoke(stocked, "cramped")
    spoke.write(SKILLS, items("cramped", 2000))
    os.mkdir(spoke.state)
    with SmallDisk(spoke.state, 30) as disk:
        disk.fill(leaving=200_000)
        done = spoke.run("sync")
        assert done.returncode == 1 and "disk is full" in done.stdout + done.stderr, done
        disk.make_room()
        disk.fill(leaving=6 << 20)
        assert spoke.run("sync").returncode in (0, 1)
        disk.make_room()
        spoke.sync()
        assert len(said(stocked, "cramped")) == 2000
        check_in_step(stocked, spoke)
        before = position(stocked)
        spoke.sync()
        assert position(stocked) == before


def test_a_full_disk_under_the_sink_leaves_the_old_files_whole(stocked):
    spoke = Spoke(stocked, "sinking")
    os.mkdir(spoke.sink)
    with SmallDisk(spoke.sink, 30) as disk:
        spoke.sync()
        old = spoke.learned()[f"{SKILLS}.jsonl"]
        other = Spoke(stocked, "adder")
        other.write(SKILLS, items("added", 5))
        other.sync()
        disk.fill(leaving=20_000)
        done = spoke.run("sync")
        assert done.returncode == 1 and "No space left" in done.stdout + done.stderr, done
        assert spoke.learned()[f"{SKILLS}.jsonl"] == old
        disk.make_room()
        spoke.sync()
        check_in_step(stocked, spoke)
        names = (SKILLS, "error-solutions", "best-practices")
        assert set(os.listdir(spoke.sink)) == {f"{name}.jsonl" for name in names}, "nothing unfinished is left"


def test_kills_in_the_middle_of_rounds_lose_and_repeat_nothing(stocked):
    rng = random.Random(SEED)
    spoke = Spoke(stocked, "killed")
    before, killed = position(stocked), 0
    own = items("killed", 9000)
    spoke.write(SKILLS, own)
    for _ in range(20):
        spoke.start("sync")
        time.sleep(rng.random() * 0.25)
        killed += spoke.process.poll() is None
        spoke.kill()
    assert killed > 3, "nothing was killed in the middle"
    spoke.sync()
    assert len(said(stocked, "killed")) == 9000
    assert position(stocked) == before + 9000, "something was said twice"
    check_in_step(stocked, spoke)


def test_one_state_is_for_one_spoke_at_a_time(hub):
    spoke = Spoke(hub, "single")
    spoke.start("run", "--sync-interval", "60")
    try:
        wait_until(lambda: os.path.exists(os.path.join(spoke.state, "state.sqlite")), 10, "it runs")
        done = spoke.run("sync")
        assert done.returncode == 1 and spoke.state in done.stderr, done
        assert spoke.run("status").returncode == 0
    finally:
        assert spoke.stop() == 0


def test_a_hub_that_forgot_is_told_again(arena):
    """The hub's folder is replaced by an older copy; what spokes said since then is offered again."""
    with Hub(arena) as hub:
        alice, bruno = Spoke(hub, "alice"), Spoke(hub, "bruno")
        alice.write(SKILLS, items("old", 50) + items("fading", 5))
        bruno.write(SKILLS, items("shared", 20, value=0.8))
        for spoke in (alice, bruno, alice):
            spoke.sync()
        hub.stop()
        backup = os.path.join(hub.folder, "backup")
        os.system(f"cp -a {hub.data} {backup}")
        hub.start()
        for spoke in (alice, bruno):
            spoke.port = hub.port
        alice.write(SKILLS, items("old", 50, text="newer") + items("young", 30))
        bruno.write(SKILLS, items("shared", 20, value=0.95) + items("more", 10, text="more"))
        for spoke in (alice, bruno, alice):
            spoke.sync()
        expected, said_before = alice.learned(), said(hub, "alice")
        assert not any(key.startswith("fading") for key in alice.learned_items(SKILLS))
        hub.stop()
        shutil.rmtree(hub.data)
        os.rename(backup, hub.data)
        hub.start()
        hub.command("epoch")
        assert said(hub, "alice") != said_before
        for spoke in (alice, bruno):
            spoke.port = hub.port
        for _ in range(2):
            for spoke in (alice, bruno):
                spoke.sync()
        assert said(hub, "alice") >= {row for row in said_before if not row.startswith("fading")}
        assert alice.learned() == bruno.learned() == expected, "the retraction, too, is said again"
