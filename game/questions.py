"""What players ask the opponent about a picture: what if this were covered, why not that country.

Safe to call from several threads at once.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import CancelledError, Future, TimeoutError  # not the built-in in 3.10
from dataclasses import dataclass
from typing import Any, TypeVar

from PIL import Image

from game.low_priority import LowPriorityExecutor
from game.ports import Analysis, Opponent
from game.refusals import RefusedError
from model.types import Box, Heatmap, Prediction

T = TypeVar("T")
ReadLooks = Callable[[], Sequence[Image.Image]]
"""Reads what the opponent saw of a place: the picture that is asked about, then any others."""

KEPT_S = 600.0
"""An analysis that nobody asked about for so long is forgotten."""

KEPT_MAX = 32
"""Analyses kept at once, about a megabyte each; one more, and the one asked least recently goes."""

PATIENCE_S = 20.0
"""How long a question waits for its answer."""


@dataclass(frozen=True, slots=True)
class Covered:
    """The opponent's prediction before and after a part of the picture was covered."""

    before: Prediction
    after: Prediction


@dataclass(frozen=True, slots=True)
class Contrast:
    """Why the opponent's guess and not another country.

    Attributes:
        prediction: its own.
        guess: the map of its guess, for the common scale.
        heatmap: what speaks for its guess rather than for the other country; or, if the other is
            its guess, the same as ``guess``.
    """

    prediction: Prediction
    guess: Heatmap
    heatmap: Heatmap


@dataclass(slots=True)
class _Kept:
    analysis: Analysis
    used_s: float


class Questions:
    """Answers to players.

    Analyses are kept for a while, so that most answers cost a forward pass at most. While a
    question waits, a newer one of the same player takes its place.

    Args:
        opponent: is asked.
        executor: does the work, behind everything more urgent.
        clock_s: a monotonic clock in seconds.
    """

    def __init__(
        self,
        opponent: Opponent,
        executor: LowPriorityExecutor,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._opponent, self._executor, self._clock_s = opponent, executor, clock_s
        # By player and picture; what was used last stands last.
        self._kept: OrderedDict[tuple[str, Hashable], _Kept] = OrderedDict()
        self._waiting: dict[str, Future[Any]] = {}
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def keep(self, key: str, subject: Hashable, analysis: Analysis) -> None:
        """Be ready for questions about a picture.

        Args:
            key: of the player.
            subject: names the picture among all of this player's.
            analysis: of the picture.
        """
        with self._lock:
            self._kept[key, subject] = _Kept(analysis, self._clock_s())
            self._kept.move_to_end((key, subject))
            if len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
            if self._timer is None:
                self._watch()

    def forget(self, key: str) -> None:
        """Drop all that is kept for a player."""
        with self._lock:
            for kept in [kept for kept in self._kept if kept[0] == key]:
                del self._kept[kept]

    def cover(
        self, key: str, subject: Hashable, box: Box, read: ReadLooks | None = None
    ) -> Covered | None:
        """What if this part of the picture were covered?

        Args:
            key: of the player.
            subject: names the picture.
            box: the part.
            read: reads it anew; without it only a kept analysis can answer.

        Returns:
            ``None`` if the picture is gone.

        Raises:
            model.errors.PictureError: the picture can no longer be read.
            RefusedError: a newer question took the place of this one, or the server is too busy.
        """

        def work(wait: Callable[[], None]) -> Covered | None:
            analysis = self._analysis(key, subject, read, wait)
            if analysis is None:
                return None
            wait()
            return Covered(analysis.prediction, analysis.cover(box))

        return self._ask(key, work)

    def contrast(
        self, key: str, subject: Hashable, other: str, read: ReadLooks | None = None
    ) -> Contrast | None:
        """Why the opponent's guess, and not this country? Arguments as in :meth:`cover`."""

        def work(wait: Callable[[], None]) -> Contrast | None:
            analysis = self._analysis(key, subject, read, wait)
            if analysis is None:
                return None
            guess = analysis.prediction.country
            own = analysis.heatmap(guess)
            contrast = own if other == guess else analysis.contrast(guess, other)
            return Contrast(analysis.prediction, own, contrast)

        return self._ask(key, work)

    def _ask(self, key: str, work: Callable[[Callable[[], None]], T | None]) -> T | None:
        with self._lock:
            older = self._waiting.get(key)
            if older is not None:
                older.cancel()  # no use if it has begun; then its answer comes all the same
            future = self._executor.submit(work)
            self._waiting[key] = future
        try:
            return future.result(PATIENCE_S)
        except (CancelledError, TimeoutError):
            raise RefusedError("problem_busy") from None
        finally:
            future.cancel()
            with self._lock:
                if self._waiting.get(key) is future:
                    del self._waiting[key]

    def _analysis(
        self, key: str, subject: Hashable, read: ReadLooks | None, wait: Callable[[], None]
    ) -> Analysis | None:
        with self._lock:
            kept = self._kept.get((key, subject))
            if kept is not None:
                kept.used_s = self._clock_s()
                self._kept.move_to_end((key, subject))
                return kept.analysis
        if read is None:
            return None
        wait()
        analysis = self._opponent.analyse(*read())
        self.keep(key, subject, analysis)
        return analysis

    def expire(self) -> None:
        """Forget what nobody asked about for too long; called when it is time for the oldest."""
        with self._lock:
            now_s = self._clock_s()
            for name, kept in list(self._kept.items()):
                if now_s - kept.used_s < KEPT_S:
                    break
                del self._kept[name]
            self._timer = None
            if self._kept:
                self._watch()

    def _watch(self) -> None:
        oldest = next(iter(self._kept.values()))
        left_s = oldest.used_s + KEPT_S - self._clock_s()
        self._timer = threading.Timer(max(left_s, 0.0), self.expire)
        self._timer.daemon = True
        self._timer.start()
