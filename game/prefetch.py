"""The panorama that a player is dealt next is fetched while this one is played."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from random import Random

from game.low_priority import LowPriorityExecutor
from game.players import Player
from game.ports import PanoramaSource
from game.rules import dealer
from game.rules.session import ROUNDS_PER_GAME
from model.errors import DataError


class Prefetch:
    """A thread that fetches what will be dealt, at most one panorama for a player.

    Sources that need no network are left alone.

    Args:
        source: where panoramas are dealt from.
    """

    def __init__(self, source: PanoramaSource) -> None:
        self._source, self._executor = source, LowPriorityExecutor()

    def begin(self, player: Player, unreadable: Collection[int]) -> None:
        """Fetch what this player is dealt after the present round, if all stays readable.

        Args:
            player: to whom a round was just dealt; its lock is held.
            unreadable: indices that cannot be shown at the moment.
        """
        if not self._source.remote:
            return
        if player.ahead is not None:
            player.ahead.cancel()
        session, rng = player.session, Random()
        rng.setstate(player.rng.getstate())
        is_last = session.number == ROUNDS_PER_GAME
        dealt = frozenset[int]() if is_last else session.dealt
        seen = player.seen.keys() | session.dealt
        player.ahead = self._executor.submit(self._fetch, dealt, seen, rng, unreadable)

    def close(self) -> None:
        """Drop what has not begun, so that the process can end."""
        self._executor.close()

    def _fetch(
        self,
        dealt: Collection[int],
        seen: Collection[int],
        rng: Random,
        unreadable: Collection[int],
        wait: Callable[[], None],
    ) -> None:
        wait()
        with suppress(DataError):  # nothing is left to deal; the deal says so, if it comes
            self._source.prefetch(dealer.draw(self._source.places, dealt, seen, rng, unreadable))
