"""Upstreams whose certificate is by an authority that only their operators know."""

import json
import os

import pytest

from support.arena import wait_until
from support.hub import HubFailed
from support.regions import INTERVAL, NamedRegion, known
from support.statements import SKILLS, item
from support.tls import SecureEntrance, authority


class Secured:
    """A hub as it is seen through an entrance that speaks TLS."""

    def __init__(self, entrance, hub):
        self.url, self.tokens, self.enrol = f"https://127.0.0.1:{entrance.port}", hub.tokens, hub.enrol


class Trusting(NamedRegion):
    """A hub that trusts its upstreams by a file."""
    words = ()

    def arguments(self, *positional, **settings):
        return [*super().arguments(*positional, **settings), *self.words]


@pytest.fixture
def secured(arena):
    folder = arena.folder("tls")
    certificates, certificate, key = authority(folder)
    us, above = Trusting(arena, "us"), NamedRegion(arena, "global").start()
    with SecureEntrance(above.port, certificate, key) as entrance:
        yield us, Secured(entrance, above), above, certificates
    us.close()
    above.close()


def push(hub, node, *items):
    with hub.client(node) as client:
        assert client.push(SKILLS, list(items)).end["refused"] == 0


@pytest.mark.parametrize("by_file", [False, True])
def test_a_private_authority_is_trusted_where_it_is_named(secured, by_file):
    us, entrance, above, certificates = secured
    us.start()
    us.join(entrance, "us", *INTERVAL)
    error = wait_until(lambda: us.psql("SELECT error FROM upstreams WHERE failures > 0"), 30, "it is not trusted")
    assert "certificate" in error.lower() and "--ca-file" in error, error
    assert us.stop() == 0
    if by_file:
        path = os.path.join(us.folder, "hub.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"ca_file": certificates, "upstreams": [
                {"url": entrance.url, "node": "us", "token_file": os.path.join(us.folder, "token-us")}]}, file)
        us.words = ("--config", path)
    else:
        us.words = ("--ca-file", certificates)
    us.start()
    push(us, "alice", item("mine", 1))
    push(above, "kenji", item("theirs", 1))
    known(above, "mine", seconds=30)
    known(us, "theirs", seconds=30)
    assert us.run("verify", "--against", "upstream", "--ca-file", certificates).returncode == 0
    assert us.run("verify", "--against", "upstream").returncode not in (0, 9)


def test_a_file_that_cannot_serve_is_refused_at_the_start(secured):
    us, _, _, _ = secured
    empty = os.path.join(us.folder, "empty.pem")
    with open(empty, "w", encoding="ascii"):
        pass
    for path, what in ((os.path.join(us.folder, "nothing.pem"), "cannot be read"), (us.folder, "is no file"),
                       (empty, "holds no certificate")):
        us.words = ("--ca-file", path)
        with pytest.raises(HubFailed) as failure:
            us.start()
        assert failure.value.code == 8 and path in failure.value.talk and what in failure.value.talk, failure.value
    done = us.run("verify", "--against", "upstream", "--ca-file", empty)
    assert done.returncode == 8 and "holds no certificate" in done.stderr, done
