"""The handlers of what a player asks the net about a picture: what if, and why not."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any

from game.games import Games
from game.limits import Allowance, RateLimit
from game.questions import ReadLooks
from game.refusals import RefusedError
from game.ui import messages
from game.ui.handlers import PHOTO, Event
from game.ui.messages import Message
from model.errors import PictureError
from model.geography import is_country
from model.types import Box

PACE = Allowance(burst=6, per_minute=240)
"""Of one player: four questions a second, and what the network delayed at once."""

ASPECTS = 0.05, 20.0
"""Of the pictures that the page may show, the least and the largest width over height."""

GONE = "question_gone"


class QuestionHandlers:
    """Questions about finished rounds of a game, and about the player's photo.

    Args:
        games: where they are played.
        clock_s: a monotonic clock in seconds.
    """

    def __init__(self, games: Games, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._games, self._pace = games, RateLimit(PACE, clock_s)

    def cover(self, event: Event) -> Message:
        """What if this part of the picture were covered?"""
        box, subject = _box(event.data.get("box")), self._subject(event)
        if box is None or subject is None:
            return messages.problem_message(GONE)
        self._in_pace(event)
        try:
            covered = self._games.questions.cover(event.key, subject[0], box, subject[1])
        except PictureError:
            covered = None
        return messages.covered_message(covered) if covered else messages.problem_message(GONE)

    def contrast(self, event: Event) -> Message:
        """Why the net's guess, and not this country?"""
        other, aspect = event.data.get("country"), _aspect(event.data.get("aspect"))
        subject = self._subject(event)
        if not is_country(other) or aspect is None or subject is None:
            return messages.problem_message(GONE)
        self._in_pace(event)
        try:
            contrast = self._games.questions.contrast(event.key, subject[0], other, subject[1])
        except PictureError:
            contrast = None
        if contrast is None:
            return messages.problem_message(GONE)
        return messages.contrast_message(contrast, other, aspect)

    def _in_pace(self, event: Event) -> None:
        """Raises RefusedError for a player who asks faster than answers are worth reading."""
        if wait_s := self._pace.wait_s(event.key):
            raise RefusedError("problem_often", wait_s)

    def _subject(self, event: Event) -> tuple[Hashable, ReadLooks | None] | None:
        """What is asked about; ``None`` if the player has no such picture to ask about."""
        number = event.data.get("round")
        return (PHOTO, None) if number == PHOTO else self._games.revealed(event.key, number)


def _aspect(value: Any) -> float | None:
    """A picture's width over height, as the page tells it; ``None`` if it cannot be one."""
    if type(value) not in (int, float) or not ASPECTS[0] <= value <= ASPECTS[1]:
        return None
    return float(value)


def _box(value: Any) -> Box | None:
    """Four numbers of the page as a box; ``None`` if they are none."""
    if not isinstance(value, list) or any(type(side) not in (int, float) for side in value):
        return None
    try:
        return Box(*map(float, value))
    except (TypeError, ValueError, OverflowError):
        return None
