"""How people and the opponent have done so far, counted over everybody. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LEAST_ROUNDS = 20
"""Fewer rounds of a country say too little about who is better there."""

MOST_COUNTRIES = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """Rounds, and how many of them each side got right; 0 <= right <= rounds."""

    rounds: int = 0
    human_right: int = 0
    model_right: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.rounds + other.rounds,
            self.human_right + other.human_right,
            self.model_right + other.model_right,
        )

    @property
    def human_lead(self) -> float:
        """The human share of right guesses less the opponent's, in [-1, 1]; 0 without rounds."""
        return (self.human_right - self.model_right) / self.rounds if self.rounds else 0.0


@dataclass(frozen=True, slots=True)
class Statistics:
    """Tallies by true country, apart for both kinds of pictures."""

    rendered: Mapping[str, Tally] = field(default_factory=dict)
    photographed: Mapping[str, Tally] = field(default_factory=dict)


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    return sum(tallies, Tally())


def differences(by_country: Mapping[str, Tally]) -> tuple[list[str], list[str]]:
    """The countries where people lead most, and those where the opponent does.

    At most three each, the largest lead first; only countries with at least 20 rounds.
    """
    enough = {code: tally for code, tally in by_country.items() if tally.rounds >= LEAST_ROUNDS}
    ranked = sorted(enough, key=lambda code: (-abs(enough[code].human_lead), code))
    human = [code for code in ranked if enough[code].human_lead > 0]
    model = [code for code in ranked if enough[code].human_lead < 0]
    return human[:MOST_COUNTRIES], model[:MOST_COUNTRIES]
