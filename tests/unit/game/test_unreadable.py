"""Panoramas that cannot be read: they cost their country nothing, and are tried again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from game.games import DEAL_PATIENCE_S, Games
from game.rules import dealer
from game.rules.unreadable import AGAIN_S, Unreadable
from model.data.collection import Collection
from model.data.trained import Trained
from model.errors import DataError, PictureError
from model.geography import COUNTRY_CODES
from model.held_out import HeldOut
from model.types import Place
from tests.conftest import shard
from tests.fakes import FakeOpponent, FakeSource
from tests.unit.game.playing import play


class Clock:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class FailingSource(FakeSource):
    """Reads nothing of ``broken``; each try takes ``seconds`` of the clock."""

    def __init__(self, clock: Clock, seconds: float = 0.0) -> None:
        super().__init__(5, COUNTRY_CODES[:20], size=(305, 56))
        self.broken: set[int] = set()
        self.tried: list[int] = []
        self._clock, self._seconds = clock, seconds

    def picture(self, index: int) -> Image.Image:
        self.tried.append(index)
        self._clock.now_s += self._seconds
        if index in self.broken:
            raise PictureError("/srv/data/train-0.parquet, row 3: gone")
        return super().picture(index)


def test_one_is_left_out_for_a_while() -> None:
    clock = Clock()
    unreadable = Unreadable(clock)
    unreadable.add(3)
    clock.now_s = AGAIN_S / 2
    unreadable.add(5)
    assert unreadable.now() == {3, 5}
    clock.now_s = AGAIN_S
    assert unreadable.now() == {5}
    unreadable.add(3)
    clock.now_s = AGAIN_S * 1.5
    assert unreadable.now() == {3}


def test_an_unreadable_place_does_not_count_as_dealt() -> None:
    places = [
        Place(f"{code}{i}", code, None, "parquet") for code in ("HU", "SK", "AT") for i in range(3)
    ]
    drawn = Counter(
        places[dealer.draw(places, (), (), Random(seed), {0})].country for seed in range(600)
    )
    assert all(150 < n < 250 for n in drawn.values())
    assert {dealer.draw(places, (), (), Random(seed), range(8)) for seed in range(9)} == {8}
    with pytest.raises(DataError, match="try again in a minute"):
        dealer.draw(places, (), (), Random(1), range(9))


def test_one_bad_picture_leaves_its_country_in_the_game() -> None:
    clock = Clock()
    source = FailingSource(clock)
    source.broken = {0}
    games, dealt = Games(source, FakeOpponent(), rng_seed=1, clock_s=clock), Counter[str]()
    for game in range(60):
        *_, last = play(games, f"player {game}")
        dealt.update(r.round.place.country for r in last.session.reveals)
    assert dealt[COUNTRY_CODES[0]] > 300 / 20 / 2
    assert source.tried.count(0) == 1, "left out while the clock stands still"


def test_what_was_unreadable_is_tried_again() -> None:
    clock = Clock()
    source = FailingSource(clock)
    source.broken = set(range(len(source.places)))
    games = Games(source, FakeOpponent(), rng_seed=1, clock_s=clock)
    with pytest.raises(DataError, match="try again in a minute") as error:
        games.start("a", "graded")
    assert "/" not in str(error.value)
    source.broken = set()
    with pytest.raises(DataError, match="try again in a minute"):
        games.start("a", "graded")
    assert len(source.tried) == len(source.places), "none is tried twice within the minute"
    clock.now_s = AGAIN_S
    assert games.start("a", "graded").picture is not None


def test_nobody_waits_until_every_panorama_was_tried_in_vain() -> None:
    clock = Clock()
    source = FailingSource(clock, seconds=7.0)
    source.broken = set(range(len(source.places)))
    games = Games(source, FakeOpponent(), rng_seed=1, clock_s=clock)
    with pytest.raises(DataError, match="try again in a minute") as error:
        games.start("a", "graded")
    assert len(source.tried) == DEAL_PATIENCE_S // 7 + 1
    assert "/" not in str(error.value)


def test_a_shard_that_goes_and_comes_back_is_dealt_again(tmp_path: Path) -> None:
    rows = [{"latitude": str(10 + i), "split": "test"} for i in range(6)]
    file = shard(tmp_path / "data" / "a.parquet", rows)
    source = HeldOut(Collection.open_for_play(str(tmp_path / "data")), Trained())
    clock = Clock()
    games = Games(source, FakeOpponent(), rng_seed=1, clock_s=clock)
    assert games.start("a", "graded").picture is not None
    whole = file.rename(tmp_path / "away.parquet")
    for cut in (None, whole.read_bytes()[: whole.stat().st_size // 2]):
        if cut is not None:
            file.write_bytes(cut)
        with pytest.raises(DataError) as error:
            games.start("a", "graded")
        assert str(tmp_path) not in str(error.value)
        clock.now_s += AGAIN_S
    whole.rename(file)
    assert games.start("a", "graded").picture is not None
