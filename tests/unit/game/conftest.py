"""The fixtures that tests of games share."""

from __future__ import annotations

import pytest

from game.games import Games
from tests.fakes import FakeOpponent, FakeSource
from tests.unit.game.playing import small_source


@pytest.fixture
def source() -> FakeSource:
    return small_source()


@pytest.fixture
def games(source: FakeSource) -> Games:
    return Games(source, FakeOpponent(), rng_seed=1)
