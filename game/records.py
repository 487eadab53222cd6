"""What is written down of the games: finished rounds on the scoreboard, running games in a store.

Whatever breaks over there is logged and costs no player the round.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from game.limits import Allowance, RateLimit
from game.players import Player
from game.ports import GameStore, Scoreboard
from game.saved_game import SavedGame, from_json, to_json
from game.statistics import Statistics
from game.views import Lost
from model.levels import Level
from model.types import Place

log = logging.getLogger(__name__)

SAVE_PATIENCE_S = 0.5
"""How long a reveal waits for its round to be saved before it says that it is not."""

ROUNDS_OF_PLAYER = Allowance(burst=12, per_minute=10)
"""Faster than people play; rounds beyond it are counted as those of bots."""

ROUNDS_OF_ADDRESS = Allowance(burst=60, per_minute=30)
"""The same for all players of one address."""


class Records:
    """Scoreboard and store, of which either may be missing.

    Args:
        scoreboard: counts every finished round.
        store: keeps running games beyond the process.
        places: of the source that games are dealt from.
        rendered: whether its pictures are.
        clock_s: a monotonic clock in seconds.
    """

    def __init__(
        self,
        scoreboard: Scoreboard | None,
        store: GameStore | None,
        places: Sequence[Place],
        *,
        rendered: bool,
        clock_s: Callable[[], float],
    ) -> None:
        self._scoreboard, self._store = scoreboard, store
        self._places, self._rendered = places, rendered
        self._index_of = {place.key: index for index, place in enumerate(places)}
        self._rounds_of_player = RateLimit(ROUNDS_OF_PLAYER, clock_s)
        self._rounds_of_address = RateLimit(ROUNDS_OF_ADDRESS, clock_s)

    @property
    def counts(self) -> bool:
        """Whether finished rounds are counted."""
        return self._scoreboard is not None

    @property
    def stores(self) -> bool:
        """Whether running games outlive the process."""
        return self._store is not None

    def count(self, player: Player) -> None:
        """Count the round that this player has just finished."""
        if self._scoreboard is None:
            return
        session = player.session
        try:
            self._scoreboard.record(
                player.round_id,
                session.mode,
                session.reveals[-1],
                level=session.level,
                rendered=self._rendered,
                bot=self._bot(player),
            )
        except Exception:
            log.exception("a round could not be counted")

    def _bot(self, player: Player) -> bool:
        """Whether rounds come faster than people play them; each call counts one more."""
        waits_s = (
            self._rounds_of_player.wait_s(player.name),
            self._rounds_of_address.wait_s(player.address),
        )
        return max(waits_s) > 0

    def unsaved(self, patience_s: float) -> bool:
        """Whether something that was counted or saved is not written for good yet."""
        if self._scoreboard is None:
            return False
        try:
            return not self._scoreboard.settled(patience_s)
        except Exception:  # then nobody can promise anything
            log.exception("the scoreboard does not say what it has saved")
            return True

    def statistics(self, level: Level) -> Statistics | None:
        """How everybody has done so far against a level, if that is counted and can be read."""
        if self._scoreboard is None:
            return None
        try:
            return self._scoreboard.statistics(level)
        except Exception:
            log.exception("the statistics could not be read")
            return None

    def save(self, player: Player) -> None:
        """Store the game as it stands."""
        if self._store is None:
            return
        finished = player.evidence[: len(player.session.reveals)]
        predictions = [one.evidence().prediction for one in finished]
        seen = sorted(player.seen)
        saved = SavedGame(player.session, player.game, player.round_id, seen, predictions)
        try:
            self._store.save(player.name, to_json(saved, self._places))
        except Exception:
            log.exception("a running game could not be stored")

    def stored(self, player: Player) -> SavedGame | Lost:
        """The game of a player who is not known, or why there is none to go on with."""
        if self._store is None:
            return "server"
        try:
            stored = self._store.load(player.name)
        except Exception:
            log.exception("a running game could not be fetched")
            return "store"
        if stored is None:
            return "idle"
        try:
            return from_json(stored, self._places, self._index_of)
        except ValueError as error:
            log.warning("a running game cannot be gone on with: %s", error)
            return "server"
