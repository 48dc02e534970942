"""Commands that the hub's program shows work as they are shown."""

import pytest

from support.hub import Hub
from support.operators import copied, disagree, works, written
from support.postgres import OwnPostgres
from support.statements import SKILLS, item, put, take_back, told, winner


@pytest.fixture(scope="module", autouse=True)
def manual(hub):
    hub.set_policy(SKILLS, strategy="manual")


def test_the_commands_of_an_explanation_work_as_they_are_shown(hub):
    put(hub.client("alice"), "it's served", 1, value_score=0.9)
    (retract,) = copied(hub, hub.command("why", SKILLS, "it's served"))
    works(retract)
    assert winner(hub.client("alice"), "it's served") is None
    lifts = copied(hub, hub.command("why", SKILLS, "it's served"))
    assert len(lifts) == 2 and lifts[0] == lifts[1]
    works(lifts[0])
    assert winner(hub.client("alice"), "it's served")


def test_the_commands_about_refused_items_work_as_they_are_shown(hub):
    hub.client("alice").push(SKILLS, [item("refused one", 1, value=7)])
    show, release = copied(hub, hub.command("why", SKILLS, "refused one"))
    assert "refused one" in works(show).stdout
    works(release, expecting=3)


def test_each_way_out_of_a_conflict_is_about_what_was_shown(hub):
    disagree(hub, "shown")
    (show, _) = copied(hub, hub.command("why", SKILLS, "shown"))
    ways = copied(hub, works(show).stdout)
    assert len(ways) == 3 and all("--covers" in way for way in ways)
    path = written(hub, value_score=0.9, text="mine")
    put(hub.client("chika"), "shown", 1, value_score=0.7, by="chika")
    for way in ways:
        works([path if word == "FILE" else word for word in way], expecting=6)
    for way in copied(hub, hub.command("conflict", "show", SKILLS, "shown")):
        works([path if word == "FILE" else word for word in way])
    assert told(hub.client("alice"), "shown")["state"] == "retracted"


def test_an_error_shows_a_command_that_works(hub):
    take_back(hub.client("alice"), "said-nothing", 1)
    done = hub.run("conflict", "show", SKILLS, "said-nothing")
    assert done.returncode == 1
    (why,) = copied(hub, done.stderr)
    assert "said-nothing" in works(why).stdout
    done = hub.run("conflict", "show", "skills-pattern", "x")
    assert done.returncode == 1 and SKILLS in done.stderr
    assert SKILLS in works(copied(hub, done.stderr)[0]).stdout


def test_the_address_of_a_database_is_shown_and_a_password_is_not(arena):
    with OwnPostgres(arena.folder("pg")) as postgres:
        hub = Hub(arena, database_url=postgres.url)
        hub.start()
        try:
            put(hub.client("alice"), "elsewhere", 1, value_score=0.9)
            (retract,) = copied(hub, hub.command("why", SKILLS, "elsewhere"))
            works(retract)
            secret = postgres.url.replace("tributary@", "tributary:zanzibar@", 1)
            for url in (secret, postgres.url + "&pass%77ord=zanzibar", f"host={postgres.folder} user=tributary "
                        "dbname=tributary password=zanzibar"):
                hub.database_url = url
                text = hub.command("why", SKILLS, "elsewhere")
                assert "--database-url URL" in text and "zanzibar" not in text
        finally:
            hub.close()
