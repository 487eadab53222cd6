"""What is written down of the games: finished rounds on the scoreboard, running games in a store.

Whatever breaks over there is logged and costs no player the round.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from game.limits import Allowance, RateLimit
from game.players import PER_ADDRESS_MAX, Player
from game.ports import GameStore, Scoreboard
from game.refusals import RefusedError
from game.saved_game import SavedGame, from_json, to_json
from game.statistics import Statistics
from game.views import Lost, Unsaved
from model.levels import Level
from model.types import Place

log = logging.getLogger(__name__)

SAVE_PATIENCE_S = 0.5
"""How long a reveal waits for its round to be saved before it says that it is not."""

ROUNDS_OF_PLAYER = Allowance(burst=12, per_minute=10)
"""Faster than people play; rounds beyond it are counted as those of bots."""

ROUNDS_OF_ADDRESS = Allowance(burst=2 * PER_ADDRESS_MAX, per_minute=2 * PER_ADDRESS_MAX)
"""The same for all players of one address: as many as may play, each with two rounds a minute."""

STORE_AGAIN_S = 5.0
"""When it is worth asking again for a stored game that cannot be reached."""


class Records:
    """Scoreboard and store, of which either may be missing.

    Args:
        scoreboard: counts every finished round.
        store: keeps running games beyond the process.
        places: of the source that games are dealt from.
        rendered: whether its pictures are.
        server: names this server, in what is stored.
        clock_s: a monotonic clock in seconds.
    """

    def __init__(
        self,
        scoreboard: Scoreboard | None,
        store: GameStore | None,
        places: Sequence[Place],
        *,
        rendered: bool,
        server: str,
        clock_s: Callable[[], float],
    ) -> None:
        self._scoreboard, self._store, self._server = scoreboard, store, server
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
            player.counted = self._scoreboard.record(
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

    def unsaved(self, player: Player, patience_s: float) -> Unsaved:
        """Why what was last counted and saved of a player is not written for good, if it is not."""
        board, store = self._scoreboard, self._store
        if board is None:
            return ""
        try:
            settled = board.settled(player.counted, patience_s) and (
                store is None or store.settled(player.saved, patience_s)
            )
            lasting = board.lasting
        except Exception:  # then nobody can promise anything
            log.exception("the scoreboard does not say what it has saved")
            return "unsaved"
        if not settled:
            return "unsaved"
        return "" if lasting else "unsaved_memory"

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
        seen = tuple(player.seen)
        saved = SavedGame(
            player.session, player.game, player.round_id, seen, predictions, self._server
        )
        try:
            player.saved = self._store.save(player.name, to_json(saved, self._places))
        except Exception:
            log.exception("a running game could not be stored")

    def stored(self, player: Player) -> SavedGame | Lost:
        """The game of a player who is not known, or why there is none to go on with.

        Raises:
            RefusedError: that cannot be known now; a new game would be written over the stored one.
        """
        if self._store is None:
            return "server"
        try:
            stored = self._store.load(player.name)
        except Exception:
            log.exception("a running game could not be fetched")
            raise RefusedError("problem_store", STORE_AGAIN_S) from None
        if stored is None:
            return "idle"
        try:
            return from_json(stored, self._places, self._index_of)
        except ValueError as error:
            log.warning("a running game cannot be gone on with: %s", error)
            return "server"
