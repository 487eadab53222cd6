"""Panoramas that could not be read: left out for a while, and then tried again."""

from __future__ import annotations

from collections.abc import Callable

AGAIN_S = 60.0
"""After so long one is tried again: a disk comes back, a line is mended, a file is restored."""


class Unreadable:
    """Which panoramas are not to be dealt at the moment. Safe to call from several threads.

    Args:
        clock_s: a monotonic clock in seconds.
        again_s: how long one is left out.
    """

    def __init__(self, clock_s: Callable[[], float], again_s: float = AGAIN_S) -> None:
        self._clock_s, self._again_s = clock_s, again_s
        self._until_s: dict[int, float] = {}

    def add(self, index: int) -> None:
        """Leave a panorama out from now on."""
        self._until_s[index] = self._clock_s() + self._again_s

    def now(self) -> frozenset[int]:
        """The indices of those that are left out."""
        now_s = self._clock_s()
        return frozenset(i for i, until_s in list(self._until_s.items()) if now_s < until_s)
