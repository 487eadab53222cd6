"""What a round is made of: the deal, the guesses, the reveal. Frozen values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from model.types import Crop, Place

Mode = Literal["graded", "distance"]
"""How guesses are judged; the first is the default. A new rule gets a new name: counted rounds keep
the name of theirs."""

MODES: tuple[Mode, ...] = get_args(Mode)

Closeness = Literal["country", "neighbour", "subregion", "elsewhere"]
"""How close a guessed country is to the true one, closest first."""


@dataclass(frozen=True, slots=True)
class Round:
    """One panorama dealt, the same crop for both players.

    Attributes:
        number: 1 for the first round of a game.
        place_index: the place's position in ``PanoramaSource.places``.
        place: where it is; stays on the server until the guess.
        crop: the part of the picture that both players see.
    """

    number: int
    place_index: int
    place: Place
    crop: Crop


@dataclass(frozen=True, slots=True)
class Guess:
    """One player's answer; ``country`` is ``None`` where the player gave none.

    ``probability`` is the player's own confidence in [0, 1], if it states one.
    """

    country: str | None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a guess is worth.

    Attributes:
        points: 0 to 1000 graded, 0 to 5000 by distance.
        closeness: of the guessed country to the true one; ``None`` without a guess.
        distance_km: 0 for the right country; ``None`` without a guess.
        from_centroid: whether the distance starts at the true country's centroid, because the
            place has no coordinates.
    """

    points: int
    closeness: Closeness | None
    distance_km: float | None
    from_centroid: bool

    @property
    def correct(self) -> bool:
        """Whether it is the right country."""
        return self.closeness == "country"


@dataclass(frozen=True, slots=True)
class Reveal:
    """A finished round: both guesses, both judged by the same rule."""

    round: Round
    human: Guess
    model: Guess
    human_verdict: Verdict
    model_verdict: Verdict
