"""Since when, by whom, and what is known still: what operators are told about decisions."""

import pytest

from support.operators import disagree, now, resolve, row, written
from support.statements import SKILLS, put, told

BEST = "best-practices"


@pytest.fixture(scope="module", autouse=True)
def manual(hub):
    hub.set_policy(SKILLS, strategy="manual")


def since(hub, pattern):
    (one,) = [one for one in hub.command_json("conflict", "list")["conflicts"] if one["id"] == pattern]
    return one["since"]


def test_a_conflict_is_listed_since_it_opened(hub):
    put(hub.client("alice"), "aged", 1, value_score=0.8, by="alice")
    before = now()
    put(hub.client("bruno"), "aged", 1, value_score=0.9, by="bruno")
    opened = since(hub, "aged")
    assert before < opened < now()
    put(hub.client("chika"), "aged", 1, value_score=0.9, by="chika")
    assert since(hub, "aged") == opened, "a third opinion opens nothing"
    resolve(hub, "aged", "--choose", "1")
    before = now()
    put(hub.client("chika"), "aged", 2, value_score=0.9, by="chika", text="new")
    opened = since(hub, "aged")
    assert before < opened < now(), "what is served stayed the same, the conflict is new"
    put(hub.client("chika"), "aged", 3, value_score=0.9, by="chika", text="newer")
    assert since(hub, "aged") == opened


def test_what_a_person_wrote_is_shown_as_theirs(hub):
    identity = hub.psql("SELECT hub_id FROM hub")
    disagree(hub, "essay")
    resolve(hub, "essay", "--content", written(hub, value_score=0.9, text="hers"))
    story = told(hub.client("alice"), "essay")
    assert story["winner"]["written_by"] == "olga" and "olga" in story["summary"]
    text = hub.command("why", SKILLS, "essay")
    assert text.startswith(f"{SKILLS}/essay: what olga wrote is served")
    assert "olga wrote content" in text and "chose" not in text and identity not in text
    decided = hub.command("decisions", "--collection", SKILLS)
    assert "olga" in row(decided, SKILLS, "essay") and identity not in decided
    assert "now what olga wrote is" in hub.command("retraction", "add", SKILLS, "essay", "--dry-run", "--reason", "r")
    put(hub.client("chika"), "essay", 1, value_score=0.9, by="chika")
    assert "what olga wrote" in row(hub.command("conflict", "list"), SKILLS, "essay")
    (one,) = [one for one in hub.command_json("conflict", "list")["conflicts"] if one["id"] == "essay"]
    assert one["serving"]["written_by"] == "olga"
    checksum = told(hub.client("alice"), "essay")["contributions"][0]["checksum"]
    resolve(hub, "essay", "--choose", checksum[:16])
    story = told(hub.client("alice"), "essay")
    assert "written_by" not in story["winner"] and "olga chose content" in hub.command("why", SKILLS, "essay")


def test_decisions_name_what_decided_and_who_disagrees(fresh_hub):
    fresh_hub.start()
    for strategy, ground in (("highest-value", "value"), ("merge", "merge")):
        for collection in (SKILLS, BEST):
            fresh_hub.set_policy(collection, strategy=strategy)
        pattern = f"agreed-{strategy}"
        for node, text, value in (("alice", "x", 0.9), ("bruno", "x", 0.9), ("chika", "y", 0.8)):
            put(fresh_hub.client(node), pattern, 1, value_score=value, text=text, last_updated=1_700_000_000,
                success_examples=[text])
            put(fresh_hub.client(node), pattern, 1, BEST, value_score=0.9, last_updated=1_700_000_000, usage_count=2)
        found = {one["id"]: one for one in fresh_hub.command_json("decisions")["decisions"]
                 if one["collection"] == SKILLS}
        assert found[pattern]["runner_up"]["origin"] == "chika", "bruno says what alice says"
        assert found[pattern]["decided_by"] == ground and found[pattern]["contents"] == 2
        assert fresh_hub.command_json("decisions", "--collection", BEST)["decisions"] == [], "all say the same"
    assert "merging all" in row(fresh_hub.command("decisions"), SKILLS, "agreed-merge")
    fresh_hub.set_policy(SKILLS, strategy="manual")
    resolve(fresh_hub, "agreed-merge", "--choose", "2")
    found = {one["id"]: one for one in fresh_hub.command_json("decisions")["decisions"]}
    assert (found["agreed-merge"]["decided_by"], found["agreed-merge"]["by"]) == ("person", "olga")
    assert row(fresh_hub.command("decisions"), SKILLS, "agreed-merge").endswith("olga")


def test_the_past_before_a_purge_is_told_as_far_as_it_is_known(hub):
    put(hub.client("alice"), "cleaned", 1, BEST, value_score=0.9, text="a secret")
    put(hub.client("bruno"), "cleaned", 1, BEST, value_score=0.7, text="no secret")
    before = now()
    text = hub.command("why", BEST, "cleaned", "--at", before)
    assert "alice's version was served" in text and "Next" not in text and "What would change" not in text
    hub.command("retraction", "add", BEST, "cleaned", "--purge", "--reason", "a password", "--by", "olga")
    text = hub.command("why", BEST, "cleaned", "--at", before)
    first = text.splitlines()[0]
    assert "was not served" not in text and "Next" not in text and "tributary-hub" not in text
    assert "cannot be told" in first and "erased on 20" in first and "by olga" in first and "a password" in first
    assert "erased" in row(text, "alice") and told(hub.client("alice"), "cleaned", BEST)["erasure"]["by"] == "olga"
    story = hub.command_json("why", BEST, "cleaned", "--at", before)
    assert story["erasure"]["reason"] == "a password" and "cannot be told" in story["summary"]
    assert "erasure" not in hub.command_json("why", SKILLS, "essay")


def test_a_past_of_which_some_text_was_erased_says_so(hub):
    put(hub.client("alice"), "half-known", 1, BEST, value_score=0.95, text="erased later")
    put(hub.client("alice"), "half-copy", 1, BEST, value_score=0.95, text="erased later")
    put(hub.client("bruno"), "half-known", 1, BEST, value_score=0.8, text="stays")
    before = now()
    hub.command("retraction", "add", BEST, "half-copy", "--content", "--purge", "--reason", "r", "--by", "olga")
    text = hub.command("why", BEST, "half-known", "--at", before)
    assert "bruno's version was served" in text and "alice said was erased on" in text
