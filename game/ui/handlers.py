"""The handlers behind the page's events: what comes in is checked, what goes out is a message.

A player is a browser tab (``request.session_hash``): nothing of a game is in ``gr.State``, which
would be copied, nor in the page before its time.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any

import gradio as gr
from PIL import Image

from game.games import Games
from game.guide import GuidePictures
from game.ports import Opponent
from game.rules.rounds import MODES, Mode
from game.ui import messages
from game.ui.guide_messages import GuideMessages
from game.ui.messages import Message
from model.errors import DataError, PictureError
from model.geography import is_country

log = logging.getLogger(__name__)

PHOTO_BYTES_MAX = 20 * 1024 * 1024

ReadPhoto = Callable[[bytes, str], Image.Image]
"""Turns the bytes of a file (and a name for messages) into an RGB picture of bare pixels, or raises
:class:`model.errors.PictureError`."""


class GameHandlers:
    """The events of a game.

    Args:
        games: where they are played.
    """

    def __init__(self, games: Games) -> None:
        self._games = games

    def load(self, request: gr.Request) -> Message:
        """A page was opened: a new game."""
        return self._start(request, MODES[0])

    def begin(self, event: gr.EventData, request: gr.Request) -> Message:
        """A new game, with the scoring that the player chose."""
        mode = _field(event, "mode")
        return self._start(request, mode if mode in MODES else MODES[0])

    def guess(self, event: gr.EventData, request: gr.Request) -> Message:
        """The player's answer, or none."""
        ticket, country = _text(event, "step"), _field(event, "country")
        return messages.game_message(self._games.guess(_key(request), ticket, country))

    def next(self, event: gr.EventData, request: gr.Request) -> Message:
        """On from a reveal or a summary."""
        try:
            view = self._games.next(_key(request), _text(event, "step"))
        except DataError as error:
            return messages.problem_message("problem_data", str(error))
        return messages.game_message(view)

    def replay(self, event: gr.EventData, request: gr.Request) -> Message:
        """A finished round once more."""
        view = self._games.view(_key(request))
        try:
            replay = self._games.replay(_key(request), _field(event, "round"))
        except PictureError as error:
            log.warning("no replay: %s", error)
            return messages.problem_message("problem_replay")
        if view is None or replay is None:
            return self._start(request, MODES[0])
        return messages.replay_message(view, replay)

    def evidence(self, event: gr.EventData, request: gr.Request) -> Message | None:
        """What has become known about the maps of a round since its reveal."""
        view = self._games.view(_key(request))
        return None if view is None else messages.evidence_message(view, _field(event, "round"))

    def leave(self, request: gr.Request) -> None:
        """A page was closed."""
        self._games.leave(_key(request))

    def _start(self, request: gr.Request, mode: Mode) -> Message:
        try:
            return messages.game_message(self._games.start(_key(request), mode))
        except DataError as error:
            return messages.problem_message("problem_data", str(error))


def photo_handler(opponent: Opponent, read_photo: ReadPhoto) -> Callable[[gr.EventData], Message]:
    """The handler of a visitor's photo, which never touches a disk."""

    def look(event: gr.EventData) -> Message:
        text = _text(event, "data")
        if len(text) > PHOTO_BYTES_MAX * 4 / 3 + 4:
            return messages.problem_message("photo_too_big")
        try:
            picture = read_photo(base64.b64decode(text, validate=True), "your photo")
        except (PictureError, ValueError):  # ValueError: no base64
            return messages.problem_message("photo_unreadable")
        try:
            return messages.photo_message(picture, opponent.analyse(picture))
        except Exception:  # one visitor's picture must not look like a broken page
            log.exception("the opponent failed on a photo")
            return messages.problem_message("photo_failed")

    return look


def guide_handler(guide_pictures: GuidePictures | None) -> Callable[[gr.EventData], Message]:
    """The handler that answers with one country of the field guide."""
    guide_messages = GuideMessages(guide_pictures)

    def study(event: gr.EventData) -> Message:
        country = _field(event, "country")
        return guide_messages.message(country) if is_country(country) else {}

    return study


def _key(request: gr.Request) -> str:
    """The key of the caller's game: random, made by the browser's tab, known to it alone."""
    if not request.session_hash:
        raise gr.Error("no session")
    return str(request.session_hash)


def _field(event: gr.EventData, name: str) -> Any:
    """What an event carries under this name; events come from outside and may hold anything."""
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _text(event: gr.EventData, name: str) -> str:
    value = _field(event, name)
    return value if isinstance(value, str) else ""
