"""The handlers behind the page's events: what comes in is checked, what goes out is a message.

A player is a browser tab, by a key that the tab made itself and sends along. Nothing of a game is
in the page before its time.
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from game.games import Games
from game.guide import GuidePictures
from game.ports import Opponent
from game.questions import Questions
from game.rules.rounds import MODES
from game.ui import messages
from game.ui.guide_messages import GuideMessages
from game.ui.messages import Message
from game.views import GameView, Visit
from model.cpus import allowance
from model.errors import PictureError
from model.geography import is_country
from model.levels import LEVELS, USUAL
from model.photo_limits import BYTES_MAX

log = logging.getLogger(__name__)

ReadPhoto = Callable[[bytes, str], Image.Image]
"""Turns the bytes of a file (and a name for messages) into an RGB picture of bare pixels, or raises
:class:`model.errors.PictureError`."""


@dataclass(frozen=True)
class Event:
    """What the page asks; it comes from outside, and may hold anything.

    Attributes:
        key: of the player.
        visit: the page that asks.
        data: what the event carries, a JSON object.
    """

    key: str
    visit: Visit = field(default_factory=Visit)
    data: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What it carries under this name, if that is a text."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""


Handler = Callable[[Event], Message | None]
"""Answers an event; may raise RefusedError and GeoDuelError, and takes as long as it takes."""


class GameHandlers:
    """The events of a game.

    Args:
        games: where they are played.
    """

    def __init__(self, games: Games) -> None:
        self._games = games
        # Pictures weigh megabytes while they are encoded; see also Games.
        self._encoding = threading.Semaphore(allowance())

    def open(self, event: Event) -> Message:
        """A page was opened: the game that it had, or a new one."""
        return self._game(self._games.open(event.key, event.visit))

    def begin(self, event: Event) -> Message:
        """A new game, with the scoring and the opponent that the player chose."""
        mode, level = event.data.get("mode"), event.data.get("level")
        return self._game(
            self._games.start(
                event.key,
                mode if mode in MODES else MODES[0],
                event.text("step"),
                event.visit,
                level=level if level in LEVELS else USUAL,
            )
        )

    def guess(self, event: Event) -> Message:
        """The player's answer, or none."""
        ticket, country = event.text("step"), event.data.get("country")
        return self._game(self._games.guess(event.key, ticket, country, event.visit))

    def next(self, event: Event) -> Message:
        """On from a reveal or a summary."""
        return self._game(self._games.next(event.key, event.text("step"), event.visit))

    def replay(self, event: Event) -> Message:
        """The picture of a finished round once more, and its maps."""
        try:
            replay = self._games.replay(event.key, event.data.get("round"))
        except PictureError as error:
            log.warning("no replay: %s", error)
            replay = None
        if replay is None:
            return messages.problem_message("problem_replay")
        with self._encoding:
            return messages.replay_message(replay)

    def evidence(self, event: Event) -> Message | None:
        """What has become known about the maps of a round since its reveal."""
        view = self._games.view(event.key)
        return None if view is None else messages.evidence_message(view, event.data.get("round"))

    def queue(self, event: Event) -> Message:
        """How many are before a player who waits for an answer."""
        return {"ahead": self._games.ahead(event.key)}

    def leave(self, event: Event) -> None:
        """A page closes, perhaps to be opened again."""
        self._games.leave(event.key)

    def _game(self, view: GameView) -> Message:
        with self._encoding:
            return {**messages.game_message(view), "server": self._games.server}


PHOTO = "photo"
"""What questions call a visitor's photo, of which each player has one at a time."""


def photo_handler(
    opponent: Opponent,
    read_photo: ReadPhoto,
    in_play: Callable[[Image.Image], bool],
    questions: Questions,
) -> Handler:
    """The handler of a visitor's photo, which never touches a disk.

    Args:
        opponent: looks at it.
        read_photo: reads the file.
        in_play: whether somebody is still to guess what a picture shows; it is not answered then.
        questions: what the visitor may ask about it for a while; only the net's small copy is kept.
    """

    def look(event: Event) -> Message:
        try:
            picture = _photo(event.text("data"), read_photo)
        except PictureError as error:
            return messages.problem_message(f"photo_{error.reason}")
        try:
            if in_play(picture):
                return messages.problem_message("photo_in_play")
            analysis = opponent.analyse(picture)
            message = messages.photo_message(picture, analysis)
        except Exception:  # one visitor's picture must not look like a broken page
            log.exception("the opponent failed on a photo")
            return messages.problem_message("photo_failed")
        questions.keep(event.key, PHOTO, analysis)
        return message

    return look


def _photo(text: str, read_photo: ReadPhoto) -> Image.Image:
    """The picture in a text of base64; raises PictureError whatever is wrong with it."""
    if len(text) > BYTES_MAX * 4 / 3 + 4:
        raise PictureError("your photo: too large", "bytes")
    try:
        return read_photo(base64.b64decode(text, validate=True), "your photo")
    except PictureError:
        raise
    except Exception as error:  # no base64, or what a reader had not foreseen
        if not isinstance(error, ValueError):
            log.exception("a photo could not be read")
        raise PictureError("your photo: damaged") from error


def guide_handler(guide_pictures: GuidePictures | None) -> Handler:
    """The handler that answers with one country of the field guide."""
    guide_messages = GuideMessages(guide_pictures)

    def study(event: Event) -> Message:
        country = event.data.get("country")
        return guide_messages.message(country) if is_country(country) else {}

    return study
