"""What tests of the game share: a small source, and whole games of right guesses."""

from __future__ import annotations

from collections.abc import Iterator

from game.games import Games
from game.low_priority import LowPriorityExecutor
from game.ports import Opponent
from game.questions import Questions
from game.rules.rounds import Mode
from game.views import GameView
from tests.fakes import FakeSource


def small_source(**options: object) -> FakeSource:
    return FakeSource(size=(610, 112), **options)


def questions(opponent: Opponent) -> Questions:
    return Questions(opponent, LowPriorityExecutor())


def truth(view: GameView) -> str:
    assert view.session.current is not None
    return view.session.current.place.country


def play(games: Games, key: str, mode: Mode = "graded") -> Iterator[GameView]:
    """A whole game of right guesses, step by step."""
    view = games.start(key, mode)
    while view.session.phase != "summary":
        yield view
        if view.session.phase == "guess":
            view = games.guess(key, view.ticket, truth(view))
        else:
            view = games.next(key, view.ticket)
    yield view
