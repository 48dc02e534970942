"""Fixtures: one private folder per session, one shared hub per module."""

import pytest

from support.arena import Arena
from support.hub import Hub


@pytest.fixture(scope="session")
def arena():
    """The session's folder; nothing outlives it."""
    arena = Arena()
    yield arena
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
