"""Questions from the page: only about what is revealed, whatever comes in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from game.games import Games
from game.refusals import RefusedError
from game.ui.handlers import PHOTO, Event
from game.ui.question_handlers import PACE, QuestionHandlers
from tests.fakes import FakeAnalysis, FakeSource

BOX = [0.1, 0.2, 0.5, 0.9]
GONE = {"phase": "problem", "problem": "question_gone"}


def event(**data: Any) -> Event:
    return Event("a", data={"round": 1, "box": BOX, "country": "IS", "aspect": 2.32, **data})


@pytest.fixture
def asked(games: Games) -> QuestionHandlers:
    view = games.start("a", "graded")
    games.guess("a", view.ticket, "HU")
    return QuestionHandlers(games, clock_s=lambda: 0.0)


def test_a_revealed_round_is_answered(asked: QuestionHandlers) -> None:
    covered = asked.cover(event())
    assert len(covered["top"]) == 5
    (first, before, after), *_ = covered["top"]
    assert after < before
    contrast = asked.contrast(event())
    assert contrast["layer"]["country"] == first
    assert contrast["layer"]["against"] == "IS"
    assert 1 <= contrast["rank"] <= 56
    assert json.loads(json.dumps([covered, contrast])) == [covered, contrast]


def test_nothing_is_answered_before_the_guess(games: Games) -> None:
    games.start("a", "graded")
    asked = QuestionHandlers(games)
    assert asked.cover(event()) == asked.contrast(event()) == GONE


@pytest.mark.parametrize(
    "data",
    [
        {"round": 2},
        {"round": None},
        {"round": True},
        {"round": PHOTO},
        {"box": None, "country": None},
        {"box": [0, 0, 1], "country": "XX"},
        {"box": [0.5, 0, 0.5, 1], "country": ["IS"]},
        {"box": [0, 0, "1", 1], "country": 7},
        {"box": [0, 0, 1.5, 1], "aspect": 0},
        {"box": [float("nan"), 0, 1, 1], "aspect": float("nan")},
        {"box": [False, 0, 1, 1], "aspect": "2"},
        {"box": [0, 0, 10**400, 1], "aspect": 10**400},
    ],
)
def test_nonsense_is_turned_away(asked: QuestionHandlers, data: dict[str, Any]) -> None:
    assert asked.cover(event(**data)) == GONE
    assert asked.contrast(event(**data)) == GONE


def test_of_a_picture_that_is_gone_nothing_is_said(
    asked: QuestionHandlers, source: FakeSource
) -> None:
    source.unreadable = frozenset(range(len(source.places)))
    assert asked.cover(event()) == asked.contrast(event()) == GONE


def test_of_another_player_nothing_is_said(asked: QuestionHandlers) -> None:
    assert asked.cover(Event("b", data=event().data)) == GONE


def test_a_photo_is_answered_while_it_is_kept(asked: QuestionHandlers, games: Games) -> None:
    games.questions.keep("a", PHOTO, FakeAnalysis(3))
    assert len(asked.cover(event(round=PHOTO))["top"]) == 5
    assert asked.contrast(event(round=PHOTO))["layer"]["against"] == "IS"
    games.leave("a")
    assert asked.cover(event(round=PHOTO)) == GONE


def test_a_player_has_a_pace(asked: QuestionHandlers) -> None:
    for _ in range(PACE.burst):
        asked.cover(event())
    with pytest.raises(RefusedError):
        asked.cover(event())
