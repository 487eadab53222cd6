"""A running game as those outside may see it, and what is known of who looks. Values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image

from game.opponent_turn import Evidence
from game.rules.rounds import Reveal
from game.rules.session import Session
from game.statistics import Statistics

Lost = Literal["", "idle", "server"]
"""Why a running game is gone: nothing was played for too long, or the server is another one and had
none stored that it can go on with."""

Unsaved = Literal["", "unsaved", "unsaved_memory"]
"""What is wrong with what was written down, as the key of a text: it waits for a scoreboard that
cannot be reached, or it lasts no longer than the server."""


@dataclass(frozen=True, slots=True)
class GameView:
    """A player's game as the page may see it.

    Attributes:
        session: the game so far; its current round holds the truth, so the page must not pass it
            on before the guess.
        ticket: names this very step of this very game; a submit must bring it back to count.
        picture: the crop of the round on show; ``None`` where the page has it already.
        evidence: one entry for each finished round.
        lost: why the game that the page had is gone and a new one began; empty if none is.
        unsaved: why a finished round is not written for good; empty if it is.
        statistics: how everybody has done so far; only in the summary, and only if that is counted.
    """

    session: Session
    ticket: str
    picture: Image.Image | None
    evidence: tuple[Evidence, ...]
    lost: Lost = ""
    unsaved: Unsaved = ""
    statistics: Statistics | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the page that asks for a step.

    Attributes:
        address: where it is; empty where addresses do not matter.
        server: the ``Games.server`` that it last heard of; empty if it never played.
    """

    address: str = ""
    server: str = ""


NOWHERE = Visit()


@dataclass(frozen=True, slots=True)
class Replay:
    """A finished round to look at again, with the crop read anew."""

    reveal: Reveal
    evidence: Evidence
    picture: Image.Image
