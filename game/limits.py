"""How often one may, so that nobody keeps the others from playing, or fills the tally."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

NAMES_MAX = 10_000
"""As many are remembered; beyond it the one that asked least recently is forgotten."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often one may: ``burst`` times at once, and ``per_minute`` on and on."""

    burst: int
    per_minute: float


class RateLimit:
    """A token bucket for each name, such as an address; safe to call from many threads at once.

    Args:
        allowance: of each name.
        clock_s: a monotonic clock in seconds.
    """

    def __init__(self, allowance: Allowance, clock_s: Callable[[], float]) -> None:
        self._allowance, self._clock_s = allowance, clock_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # used last stands last
        self._lock = threading.Lock()

    def wait_s(self, name: str) -> float:
        """Take one, if there is one; returns in how many seconds there will be, 0 if it was taken.

        An empty name may take as many as it likes.
        """
        if not name:
            return 0.0
        per_s = self._allowance.per_minute / 60
        now_s = self._clock_s()
        with self._lock:
            left, then_s = self._left.pop(name, (float(self._allowance.burst), now_s))
            left = min(float(self._allowance.burst), left + (now_s - then_s) * per_s)
            taken = left >= 1
            self._left[name] = (left - 1 if taken else left, now_s)
            if len(self._left) > NAMES_MAX:
                self._left.popitem(last=False)
        return 0.0 if taken else (1 - left) / per_s
