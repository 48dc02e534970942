"""Fixtures: one private folder per session, one shared hub per module."""

import os

import pytest

from support.arena import Arena
from support.hub import Hub


@pytest.fixture(scope="session")
def arena():
    """The session's folder; nothing outlives it."""
    arena = Arena()
    # Spokes do not read what whoever runs the tests has set for their own.
    path = os.path.join(arena.folder("settings"), "spoke.json")
    with open(path, "w", encoding="ascii") as file:
        file.write("{}")
    os.environ["TRIBUTARY_CONFIG"] = path
    yield arena
    del os.environ["TRIBUTARY_CONFIG"]
    arena.close()


@pytest.fixture(scope="module")
def hub(arena):
    """A serving hub that the tests of a module share."""
    with Hub(arena) as hub:
        yield hub


@pytest.fixture
def fresh_hub(arena):
    """A hub for one test, not yet started."""
    hub = Hub(arena)
    yield hub
    hub.close()
