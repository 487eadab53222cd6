"""A running game as a small JSON document, so that it outlives the process. Pure.

It names places by their keys, for their order is that of one start of the server; guesses, never
points, for those follow from the rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from game.rules.rounds import MODES, Guess, Reveal, Round
from game.rules.session import ROUNDS_PER_GAME, Session
from model.levels import LEVELS, USUAL
from model.types import Crop, Place, Prediction

VERSION = 1

SEEN_MAX = 200
"""Of the places that earlier games showed, so many are remembered."""


@dataclass(frozen=True, slots=True)
class SavedGame:
    """What of a player is worth keeping.

    Attributes:
        session: the game as it stands.
        game: its name.
        round_id: of the round dealt last.
        seen: indices of the places that earlier games showed, the latest last.
        predictions: the opponent's, for each finished round; ``None`` where it failed.
        server: names the server that played it last; empty if that is not known.
    """

    session: Session
    game: str
    round_id: UUID
    seen: Sequence[int]
    predictions: Sequence[Prediction | None]
    server: str = ""


def to_json(saved: SavedGame, places: Sequence[Place]) -> str:
    """A document that :func:`from_json` reads, of at most some kilobytes.

    Args:
        saved: the game.
        places: of the source that the game is dealt from.
    """
    session = saved.session
    finished = zip(session.reveals, saved.predictions, strict=True)
    return json.dumps(
        {
            "version": VERSION,
            "game": saved.game,
            "server": saved.server,
            "round_id": str(saved.round_id),
            "mode": session.mode,
            "level": session.level,
            "resting": session.resting,
            "seen": [places[index].key for index in saved.seen[-SEEN_MAX:]],
            "rounds": [{**_dealt(one.round), **_played(one, net)} for one, net in finished],
            "current": None if session.current is None else _dealt(session.current),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_json(text: str, places: Sequence[Place], index_of: Mapping[str, int]) -> SavedGame:
    """The game that :func:`to_json` wrote.

    Args:
        text: the document.
        places: of the source that the game goes on with.
        index_of: their positions, by their keys.

    Raises:
        ValueError: it is no such document, or one of its places is not among these.
    """
    try:
        return _read(json.loads(text), places, index_of)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"no saved game: {error!r}") from error


def _read(data: Any, places: Sequence[Place], index_of: Mapping[str, int]) -> SavedGame:
    if data["version"] != VERSION or data["mode"] not in MODES:
        raise ValueError("a saved game of another version")
    level = data.get("level", USUAL)  # games saved before there were levels have none
    if level not in LEVELS:
        raise ValueError("a saved game against an opponent that is not known")
    session = Session(data["mode"], level)

    def deal(at: Any) -> Session:
        index = index_of[at["place"]]
        return session.next().deal(index, places[index], Crop(*(int(n) for n in at["crop"])))

    predictions: list[Prediction | None] = []
    for one in data["rounds"]:
        session = deal(one).guess(Guess(one["human"]), Guess(one["model"], one["sure"]))
        net = one["net"]
        predictions.append(None if net is None else Prediction(tuple(float(p) for p in net)))
    if data["current"] is not None:
        session = deal(data["current"])
    elif not data["resting"]:
        session = session.next()
    if session.phase == "deal" or len(session.reveals) > ROUNDS_PER_GAME:
        raise ValueError("a saved game that nobody can go on with")
    seen = [index_of[key] for key in data["seen"] if key in index_of]
    server = str(data.get("server", ""))  # not in games saved before it was written down
    return SavedGame(session, str(data["game"]), UUID(data["round_id"]), seen, predictions, server)


def _dealt(shown: Round) -> dict[str, Any]:
    crop = shown.crop
    box = [crop.left_px, crop.top_px, crop.width_px, crop.height_px]
    return {"place": shown.place.key, "crop": box}


def _played(reveal: Reveal, prediction: Prediction | None) -> dict[str, Any]:
    net = None if prediction is None else list(prediction.probabilities)
    return {
        "human": reveal.human.country,
        "model": reveal.model.country,
        "sure": reveal.model.probability,
        "net": net,
    }
