"""One player's game as a frozen value: deal -> guess -> reveal -> next -> summary.

Every step returns a new session and is harmless when it comes twice or too early: then the very
same session comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeGuard

from game.rules import scoring
from game.rules.rounds import MODES, Guess, Mode, Reveal, Round, Verdict
from model.levels import USUAL, Level
from model.types import Crop, Place

ROUNDS_PER_GAME = 5

Phase = Literal["deal", "guess", "reveal", "summary"]


@dataclass(frozen=True, slots=True)
class Session:
    """A game of five rounds.

    Attributes:
        mode: how guesses are judged, fixed for the whole game.
        level: of the opponent, fixed for the whole game.
        reveals: the finished rounds, in order.
        current: the round being played, as long as nobody has guessed.
        resting: whether the last reveal is still on show.
    """

    mode: Mode = MODES[0]
    level: Level = USUAL
    reveals: tuple[Reveal, ...] = ()
    current: Round | None = None
    resting: bool = False

    @property
    def phase(self) -> Phase:
        """What happens next: a deal, a guess, a look at the reveal, or nothing more."""
        if self.current is not None:
            return "guess"
        if self.resting:
            return "reveal"
        return "summary" if len(self.reveals) == ROUNDS_PER_GAME else "deal"

    def has_finished(self, number: object) -> TypeGuard[int]:
        """Whether this is the number of a finished round, from 1."""
        return type(number) is int and 1 <= number <= len(self.reveals)

    @property
    def number(self) -> int:
        """The number of the round being played or on show, from 1; 5 in the summary."""
        finished = len(self.reveals)
        return finished + 1 if self.phase in ("deal", "guess") else finished

    @property
    def human_total(self) -> int:
        """The human's points over the finished rounds, the same as the model's total covers."""
        return sum(reveal.human_verdict.points for reveal in self.reveals)

    @property
    def model_total(self) -> int:
        """The model's points over the finished rounds, the same as the human's total covers."""
        return sum(reveal.model_verdict.points for reveal in self.reveals)

    @property
    def human_verdicts(self) -> tuple[Verdict, ...]:
        """The human's verdicts, in order."""
        return tuple(reveal.human_verdict for reveal in self.reveals)

    @property
    def model_verdicts(self) -> tuple[Verdict, ...]:
        """The model's verdicts, in order."""
        return tuple(reveal.model_verdict for reveal in self.reveals)

    @property
    def dealt(self) -> frozenset[int]:
        """Indices of the places that this game has shown."""
        shown = {reveal.round.place_index for reveal in self.reveals}
        return frozenset(shown | ({self.current.place_index} if self.current else set()))

    def deal(self, place_index: int, place: Place, crop: Crop) -> Session:
        """Show the next panorama."""
        if self.phase != "deal":
            return self
        return replace(self, current=Round(self.number, place_index, place, crop))

    def guess(self, human: Guess, model: Guess) -> Session:
        """Take both answers and judge them; the first submit counts."""
        if self.current is None:
            return self
        judged = [scoring.judge(self.current.place, g, self.mode) for g in (human, model)]
        reveal = Reveal(self.current, human, model, *judged)
        return replace(self, reveals=(*self.reveals, reveal), current=None, resting=True)

    def next(self) -> Session:
        """Leave the reveal, for the next deal or the summary."""
        return replace(self, resting=False) if self.resting else self
