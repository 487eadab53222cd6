"""Who is playing: players by a key that only their page knows, and who may come in.

Nobody is ever cleared by somebody else's arrival: only by a time without play. A full house says so
to newcomers.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

from PIL import Image

from game.in_play import Edges, edges_of
from game.opponent_turn import PendingEvidence, RememberedEvidence
from game.refusals import RefusedError
from game.rules.session import Session

IDLE_S = 2 * 3600.0
"""A player who did nothing for so long is cleared."""

LEFT_S = 15 * 60.0
"""The same for one whose page said that it closes: it may be a reload, or a phone put away."""

PLAYERS_MAX = 500

PER_ADDRESS_MAX = 60
"""Players of one address at once: a school class and more, and far from a full house."""

AGAIN_S = 15.0
"""Who is turned away may ask again after so long: the page does so by itself."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A round that can begin: the session with it, its crop, and the opponent at work."""

    session: Session
    picture: Image.Image
    evidence: PendingEvidence


@dataclass(slots=True)
class Player:
    """One player, for as long as the page is open; to be changed under ``lock`` only.

    Attributes:
        rng: deals to this player.
        address: where the player's page is; empty where addresses do not matter.
        name: a hash of the key, by which the running game is stored.
        last_used_s: when the page last asked for anything, by the clock of the players.
        left: whether the page has said since that it closes.
        session: the game as it stands.
        game: names this game, unlike any other; empty before the first.
        seen: indices of the places that earlier games showed, in the order of their games.
        evidence: one entry for each round dealt in this game, the last one perhaps unfinished.
        round_id: of the round dealt last; by it the scoreboard counts a round once.
        counted, saved: the numbers under which scoreboard and store took what was last handed in.
        edges: of its crop, by which a photo of it is known.
        ahead: the next panorama is being fetched.
    """

    rng: Random
    address: str = ""
    name: str = ""
    last_used_s: float = 0.0
    left: bool = False
    session: Session = field(default_factory=Session)
    game: str = ""
    seen: dict[int, None] = field(default_factory=dict)
    evidence: list[PendingEvidence | RememberedEvidence] = field(default_factory=list)
    round_id: UUID = field(default_factory=uuid4)
    counted: int = 0
    saved: int = 0
    edges: Edges | None = None
    ahead: Future[None] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def ticket(self) -> str:
        """Names this very step of this very game, and the very deal that is on show."""
        session = self.session
        return f"{self.game}.{session.number}.{session.phase}.{self.round_id.hex[:8]}"

    def begin(self, session: Session) -> None:
        """Leave one game for the next."""
        self.cancel()
        self.note_seen()
        self.session, self.evidence, self.game = session, [], secrets.token_hex(4)

    def take(self, deal: Deal) -> None:
        """Go on with a round that was dealt."""
        self.session = deal.session
        self.round_id, self.edges = uuid4(), edges_of(deal.picture)
        self.evidence.append(deal.evidence)

    def note_seen(self) -> None:
        """Remember what this game has shown as the latest."""
        for index in self.session.dealt:
            self.seen.pop(index, None)
            self.seen[index] = None

    def cancel(self) -> None:
        """Spare everybody what nobody will see any more."""
        if self.ahead is not None:
            self.ahead.cancel()
        for pending in list(self.evidence):
            pending.cancel()


class Players:
    """All players; safe to call from many threads at once.

    Args:
        clock_s: a monotonic clock in seconds.
        rng_seed: makes the deals to every player repeatable, by the order in which players come.
        players_max: newcomers are turned away while there are so many.
        per_address_max: the same, for players of one address.
        idle_s: a player who did nothing for so long is cleared.
        left_s: the same for a player whose page said that it closes.
    """

    def __init__(
        self,
        clock_s: Callable[[], float],
        *,
        rng_seed: int | None = None,
        players_max: int = PLAYERS_MAX,
        per_address_max: int = PER_ADDRESS_MAX,
        idle_s: float = IDLE_S,
        left_s: float = LEFT_S,
    ) -> None:
        self._clock_s, self._seed = clock_s, rng_seed
        self._players_max, self._per_address_max = players_max, per_address_max
        self._idle_s, self._left_s = idle_s, left_s
        self._players: dict[str, Player] = {}
        self._met = 0
        self._lock = threading.Lock()

    def find(self, key: str) -> Player | None:
        """The player of this key, who is marked as playing; ``None`` if there is none."""
        with self._lock:
            self._clear()
            player = self._players.get(key)
            if player is not None:
                player.last_used_s, player.left = self._clock_s(), False
            return player

    def admit(self, key: str, address: str = "") -> Player:
        """The player of this key, known or new.

        Args:
            key: of the player.
            address: where a new player comes from; an empty one is not counted.

        Raises:
            RefusedError: the house is full, or this address has sent enough.
        """
        if (known := self.find(key)) is not None:
            return known
        with self._lock:
            if key in self._players:  # the same page asked twice at once
                return self._players[key]
            if len(self._players) >= self._players_max:
                raise RefusedError("problem_full", AGAIN_S)
            if address:
                neighbours = [one for one in self._players.values() if one.address == address]
                if len(neighbours) >= self._per_address_max:
                    raise RefusedError("problem_address", AGAIN_S)
            self._met += 1
            seed = None if self._seed is None else f"{self._seed}:{self._met}"
            name = hashlib.sha256(key.encode()).hexdigest()
            self._players[key] = Player(Random(seed), address, name, self._clock_s())
            return self._players[key]

    def leave(self, key: str) -> None:
        """Note that a player's page closes: the player may come back to it for a while."""
        with self._lock:
            if (player := self._players.get(key)) is not None:
                player.left = True

    def everybody(self) -> list[Player]:
        """All that are there now."""
        with self._lock:
            return list(self._players.values())

    def _clear(self) -> None:
        """Forget who did nothing for too long, and all that is still being done for them."""
        now_s = self._clock_s()
        for key, player in list(self._players.items()):
            if now_s - player.last_used_s > (self._left_s if player.left else self._idle_s):
                del self._players[key]
                player.cancel()
