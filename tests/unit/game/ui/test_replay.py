"""A round that is looked at again: what of it is answered, and what is not."""

from __future__ import annotations

import pytest

from game.games import Games
from game.ui import handlers, messages
from game.ui.handlers import Event, GameHandlers
from game.views import Replay
from tests.fakes import FakeSource
from tests.unit.game.playing import truth


def test_a_replay_is_the_picture_and_its_maps(games: Games) -> None:
    view = games.start("a", "graded")
    revealed = messages.game_message(games.guess("a", view.ticket, truth(view)))
    answer = GameHandlers(games).replay(Event("a", data={"round": 1}))
    assert set(answer) == {"picture", "heat"}
    assert answer["picture"].startswith("data:image/")
    assert [one["country"] for one in answer["heat"]] == [
        one["country"] for one in revealed["heat"]
    ]


def test_a_replay_whose_picture_is_gone_is_a_problem_of_its_own(
    games: Games, source: FakeSource
) -> None:
    view = games.start("a", "graded")
    games.guess("a", view.ticket, truth(view))
    source.unreadable = frozenset(range(len(source.places)))
    answer = GameHandlers(games).replay(Event("a", data={"round": 1}))
    assert answer == messages.problem_message("problem_replay")


def test_nobody_gets_another_picture_for_a_round_that_is_not_there(games: Games) -> None:
    asked = GameHandlers(games)
    problem = messages.problem_message("problem_replay")
    assert asked.replay(Event("nobody", data={"round": 1})) == problem
    assert games.view("nobody") is None, "and no game is begun"
    games.start("a", "graded")
    assert asked.replay(Event("a", data={"round": 1})) == problem


def test_no_more_replays_are_encoded_at_once_than_there_are_processors(
    games: Games, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "allowance", lambda: 1)
    asked, left = GameHandlers(games), list[int]()

    def counted(_: Replay) -> messages.Message:
        left.append(asked._encoding._value)
        return {}

    monkeypatch.setattr(messages, "replay_message", counted)
    view = games.start("a", "graded")
    games.guess("a", view.ticket, truth(view))
    asked.replay(Event("a", data={"round": 1}))
    assert left == [0]
