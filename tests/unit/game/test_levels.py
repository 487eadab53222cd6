"""The opponent that a player chose plays, from the first round to the rematch, and nobody else."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from game.games import Games
from game.rules.session import Session
from game.saved_game import SavedGame, from_json
from game.views import Visit
from model.errors import PictureError
from model.levels import LEVELS, USUAL, Level, blurred
from model.types import Box
from tests.fakes import FakeAnalysis, FakeOpponent, FakeScoreboard, FakeSource
from tests.unit.game.playing import small_source, truth
from tests.unit.game.test_saved_game import Store


class Recording(FakeOpponent):
    """Keeps what it was shown, one entry for each analysis."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[Image.Image, ...]] = []

    def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
        self.shown.append((picture, *others))
        return super().analyse(picture)


def same(one: Image.Image, other: Image.Image) -> bool:
    return np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("level", LEVELS)
def test_the_chosen_opponent_sees_what_its_level_says(level: Level) -> None:
    opponent = Recording()
    games = Games(small_source(), opponent, rng_seed=1)
    dealt = games.start("a", "graded", level=level)
    games.guess("a", dealt.ticket, truth(dealt))
    ((first, *others),) = opponent.shown
    assert dealt.picture is not None
    expected = {"short_sighted": 72, "squinting": 144}.get(level)
    assert same(first, blurred(dealt.picture, expected) if expected else dealt.picture)
    assert len(others) == (2 if level == "looks_around" else 0)
    assert all(one.size == dealt.picture.size for one in others)


@pytest.mark.parametrize("level", ["short_sighted", "looks_around"])
def test_every_later_look_is_that_of_the_same_level(level: Level) -> None:
    opponent, store, source = Recording(), Store(), small_source()
    games = Games(source, opponent, store=store, rng_seed=1)
    dealt = games.start("a", "graded", level=level)
    revealed = games.guess("a", dealt.ticket, "HU")
    seen = opponent.shown.pop()

    subject = games.revealed("a", 1)
    assert subject is not None
    games.questions.cover("a", subject[0], Box(0, 0, 0.5, 1), subject[1])
    asked = opponent.shown.pop()

    again = Games(source, opponent, store=store)  # another process
    back = again.open("a", Visit(server=games.server))
    assert back.session == revealed.session
    restored = opponent.shown.pop()
    for looks in (asked, restored):
        assert all(same(one, other) for one, other in zip(looks, seen, strict=True))


def test_the_level_lasts_through_a_game_and_its_rematch_and_counts() -> None:
    class Levels(FakeScoreboard):
        def __init__(self) -> None:
            super().__init__()
            self.levels: list[object] = []

        def record(self, *round_: object, level: Level = USUAL, **details: object) -> None:
            self.levels.append(level)

    board = Levels()
    games = Games(small_source(), FakeOpponent(), scoreboard=board)
    view = games.start("a", "distance", level="squinting")
    for _ in range(11):
        assert (view.session.mode, view.session.level) == ("distance", "squinting")
        guessing = view.session.phase == "guess"
        view = games.guess("a", view.ticket, "HU") if guessing else games.next("a", view.ticket)
    assert view.session.number == 1, "the rematch"
    assert view.session.level == "squinting"
    assert games.start("a", "distance").session.level == USUAL
    assert board.levels == ["squinting"] * 5


def test_a_game_saved_before_there_were_levels_goes_on() -> None:
    store, source = Store(), small_source()
    Games(source, FakeOpponent(), store=store).open("a")
    (text,) = store.values()
    document = json.loads(text)
    assert document.pop("level") == USUAL
    index_of = {place.key: i for i, place in enumerate(source.places)}
    saved = from_json(json.dumps(document), source.places, index_of)
    assert isinstance(saved, SavedGame)
    assert saved.session.level == Session().level == USUAL


def test_a_game_that_goes_on_reads_its_panorama_once_for_both_players() -> None:
    reads: Counter[int] = Counter()

    class Fading(FakeSource):
        """Each panorama can be read once."""

        def picture(self, index: int) -> Image.Image:
            reads[index] += 1
            if reads[index] > 1:
                raise PictureError("gone")
            return super().picture(index)

    store, source = Store(), FakeSource(size=(610, 112))
    games = Games(source, FakeOpponent(), store=store)
    dealt = games.open("a")
    after = Games(Fading(size=(610, 112)), FakeOpponent(), store=store)
    back = after.open("a", Visit(server=games.server))
    assert back.session.number == dealt.session.number == 1
    # The page has no picture yet: the second reading is for it, and another one is dealt instead.
    assert sorted(reads.values()) == [1, 2]
