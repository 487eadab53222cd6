"""A line to wait in: first come, first served, and everybody can ask for their place."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class Line:
    """So many are served at once; safe to use from many threads.

    Args:
        at_once: how many.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._line: list[tuple[object, Hashable]] = []  # those being served stand first
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, who: Hashable = None) -> Iterator[None]:
        """Wait until it is one's turn, which lasts as long as the ``with`` block.

        Args:
            who: under which name to ask for the place.
        """
        entry = (object(), who)
        with self._moved:
            self._line.append(entry)
            self._moved.wait_for(lambda: self._line.index(entry) < self._at_once)
        try:
            yield
        finally:
            with self._moved:
                self._line.remove(entry)
                self._moved.notify_all()

    def ahead(self, who: Hashable) -> int:
        """How many are to be served before this one; 0 if it is being served, or does not wait."""
        with self._moved:
            for place, (_, name) in enumerate(self._line):
                if name == who:
                    return max(0, place - self._at_once + 1)
        return 0
