"""The fixture that tests of games share."""

from __future__ import annotations

import pytest

from game.games import Games
from tests.fakes import FakeOpponent
from tests.unit.game.playing import small_source


@pytest.fixture
def games() -> Games:
    return Games(small_source(), FakeOpponent(), rng_seed=1)
