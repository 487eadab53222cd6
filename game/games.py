"""All games that are being played: what is dealt to whom, while the opponent looks at the same.

Everything that a player must not know before the guess stays in here. Gradio-free; safe to call
from many threads at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

from PIL import Image

from game.opponent_turn import Evidence, OpponentTurns, PendingEvidence
from game.ports import Opponent, PanoramaSource, Scoreboard
from game.rules import dealer
from game.rules.rounds import MODES, Guess, Mode, Reveal
from game.rules.session import ROUNDS_PER_GAME, Session
from game.rules.unreadable import Unreadable
from game.statistics import Statistics
from model.errors import DataError, PictureError
from model.geography import is_country

log = logging.getLogger(__name__)

DEAL_PATIENCE_S = 20.0
"""How long one panorama after the other is tried before the player is told that it failed."""

OPPONENT_PATIENCE_S = 30.0
"""How long a guess waits for the opponent before the round goes on without it."""


@dataclass(frozen=True, slots=True)
class GameView:
    """A player's game as the page may see it.

    Attributes:
        session: the game so far; its current round holds the truth, so the page must not pass it
            on before the guess.
        ticket: names this very step of this very game; a submit must bring it back to count.
        picture: the crop of a round just dealt; ``None`` where nothing was dealt.
        evidence: one entry for each finished round.
        restarted: whether the game was gone (too old, too many, a new server) and a new one began.
        statistics: how everybody has done so far; only in the summary, and only if that is counted.
    """

    session: Session
    ticket: str
    picture: Image.Image | None
    evidence: tuple[Evidence, ...]
    restarted: bool = False
    statistics: Statistics | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """A finished round to look at again, with the crop read anew."""

    reveal: Reveal
    evidence: Evidence
    picture: Image.Image


@dataclass(slots=True)
class Player:
    """One player, for as long as the page is open; to be changed under ``lock`` only.

    Attributes:
        rng: deals to this player.
        last_used_s: when the page last asked for anything, by the clock of the games.
        session: the game as it stands.
        game_number: 1 for the first game.
        seen: indices of the places that earlier games showed.
        evidence: one entry for each round dealt in this game, the last one perhaps unfinished.
        round_id: of the round dealt last; by it the scoreboard counts a round once.
    """

    rng: Random
    last_used_s: float
    session: Session = field(default_factory=Session)
    game_number: int = 0
    seen: set[int] = field(default_factory=set)
    evidence: list[PendingEvidence] = field(default_factory=list)
    round_id: UUID = field(default_factory=uuid4)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def ticket(self) -> str:
        """Names this very step of this very game."""
        return f"{self.game_number}.{self.session.number}.{self.session.phase}"

    def cancel(self) -> None:
        """Spare the opponent what nobody will see any more."""
        for pending in list(self.evidence):
            pending.cancel()


class Games:
    """All games that are being played, by a key that only the player's page knows.

    Args:
        source: panoramas that may be dealt.
        opponent: the other player.
        scoreboard: counts every finished round, if there is one.
        rng_seed: makes the deals to every player repeatable, by the order in which players come.
        clock_s: a monotonic clock in seconds.
        players_max: the player who did nothing for longest is forgotten for one more.
        player_ttl_s: a player who did nothing for so long is forgotten.

    Raises:
        model.errors.DataError: the source holds too few places for a game.
    """

    def __init__(
        self,
        source: PanoramaSource,
        opponent: Opponent,
        *,
        scoreboard: Scoreboard | None = None,
        rng_seed: int | None = None,
        clock_s: Callable[[], float] = time.monotonic,
        players_max: int = 500,
        player_ttl_s: float = 2 * 3600,
    ) -> None:
        self._source, self._scoreboard = source, scoreboard
        self._places = source.places
        if len(self._places) < ROUNDS_PER_GAME:
            raise DataError(
                f"a game needs at least {ROUNDS_PER_GAME} panoramas of the test split, and there "
                f"are {len(self._places)}: choose a larger set with --panoramas"
            )
        self._seed, self._clock_s = rng_seed, clock_s
        self._players_max, self._player_ttl_s = players_max, player_ttl_s
        self._players: OrderedDict[str, Player] = OrderedDict()  # used last stands last
        self._players_met = 0
        self._unreadable = Unreadable(clock_s)
        self._lock = threading.Lock()
        self._turns = OpponentTurns(source, opponent)

    @property
    def rendered(self) -> bool:
        """Whether the panoramas are computer-rendered; the page says so."""
        return self._source.rendered

    @property
    def counts(self) -> bool:
        """Whether finished rounds are counted; the page says so."""
        return self._scoreboard is not None

    def start(self, key: str, mode: Mode) -> GameView:
        """Begin a new game for this player, known or new, and deal the first round."""
        player, _ = self._player(key)
        with player.lock:
            return self._start(player, mode)

    def guess(self, key: str, ticket: str, country: object) -> GameView:
        """Judge the round being played; a second submit of the same round changes nothing.

        Args:
            key: of the player.
            ticket: of the view that showed the round.
            country: one of the 56 codes; anything else counts as no guess.
        """
        player, is_new = self._player(key)
        with player.lock:
            if is_new:
                return self._start(player, MODES[0], restarted=True)
            if ticket == player.ticket and player.session.current is not None:
                self._judge(player, country if is_country(country) else None)
            return self._view(player)

    def next(self, key: str, ticket: str) -> GameView:
        """Go on: from a reveal to the next deal or the summary, from the summary to a new game."""
        player, is_new = self._player(key)
        with player.lock:
            if is_new:
                return self._start(player, MODES[0], restarted=True)
            if ticket != player.ticket:
                return self._view(player)
            if player.session.phase == "summary":
                return self._start(player, player.session.mode)
            player.session = player.session.next()
            return self._deal(player) if player.session.phase == "deal" else self._view(player)

    def view(self, key: str) -> GameView | None:
        """The game as it is; ``None`` if there is none."""
        with self._lock:
            player = self._players.get(key)
        if player is None:
            return None
        with player.lock:
            return self._view(player)

    def replay(self, key: str, number: object) -> Replay | None:
        """A finished round of this game by its number from 1; ``None`` if there is none such.

        Raises:
            model.errors.PictureError: the panorama can no longer be read.
        """
        view = self.view(key)
        if view is None or type(number) is not int or not 1 <= number <= len(view.evidence):
            return None
        reveal, evidence = view.session.reveals[number - 1], view.evidence[number - 1]
        panorama = self._source.picture(reveal.round.place_index)
        return Replay(reveal, evidence, panorama.crop(reveal.round.crop.box))

    def leave(self, key: str) -> None:
        """Forget a player whose page was closed."""
        with self._lock:
            player = self._players.pop(key, None)
        if player is not None:
            player.cancel()

    def _player(self, key: str) -> tuple[Player, bool]:
        """The player of this key, and whether it is a new one."""
        now_s = self._clock_s()
        with self._lock:
            for old, player in list(self._players.items()):
                if now_s - player.last_used_s <= self._player_ttl_s:
                    break
                del self._players[old]
            known = self._players.get(key)
            if known is None:
                self._players_met += 1
                seed = None if self._seed is None else f"{self._seed}:{self._players_met}"
                self._players[key] = Player(Random(seed), now_s)
                if len(self._players) > self._players_max:
                    self._players.popitem(last=False)
            player = self._players[key]
            player.last_used_s = now_s
            self._players.move_to_end(key)
            return player, known is None

    def _start(self, player: Player, mode: Mode, *, restarted: bool = False) -> GameView:
        player.cancel()
        player.seen |= player.session.dealt
        player.session, player.evidence = Session(mode), []
        player.game_number += 1
        return self._deal(player, restarted=restarted)

    def _deal(self, player: Player, *, restarted: bool = False) -> GameView:
        """Deal the next readable panorama, and let the opponent begin its turn."""
        give_up_s = self._clock_s() + DEAL_PATIENCE_S
        while True:
            dealt, unreadable = player.session.dealt, self._unreadable.now()
            index = dealer.draw(self._places, dealt, player.seen, player.rng, unreadable)
            try:
                panorama = self._source.picture(index)
            except PictureError as error:
                log.warning("panorama %d is left out: %s", index, error)
                self._unreadable.add(index)
                if self._clock_s() > give_up_s:
                    raise DataError("panoramas cannot be read: try again in a minute") from None
                continue
            crop = dealer.crop(*panorama.size, player.rng, self._source.worth(index))
            picture = panorama.crop(crop.box)
            player.session = player.session.deal(index, self._places[index], crop)
            player.round_id = uuid4()
            player.evidence.append(self._turns.begin(picture, index, crop))
            return self._view(player, picture=picture, restarted=restarted)

    def _judge(self, player: Player, country: str | None) -> None:
        opponent = self._opponent_guess(player.evidence[-1], country)
        player.session = player.session.guess(Guess(country), opponent)
        self._count(player)

    @staticmethod
    def _opponent_guess(pending: PendingEvidence, human: str | None) -> Guess:
        """The opponent's guess, with what the human's one adds to the evidence."""
        try:
            return Guess(*pending.finish(human, OPPONENT_PATIENCE_S).top(1)[0])
        except Exception:  # whatever breaks over there, the human's round goes on
            log.exception("the opponent failed; it scores nothing this round")
            return Guess(None)

    def _count(self, player: Player) -> None:
        if self._scoreboard is None:
            return
        mode, reveal = player.session.mode, player.session.reveals[-1]
        try:
            self._scoreboard.record(player.round_id, mode, reveal, rendered=self._source.rendered)
        except Exception:  # a round is won or lost whether it is counted or not
            log.exception("a round could not be counted")

    def _statistics(self) -> Statistics | None:
        if self._scoreboard is None:
            return None
        try:
            return self._scoreboard.statistics()
        except Exception:  # as above: the summary matters more
            log.exception("the statistics could not be read")
            return None

    def _view(
        self, player: Player, *, picture: Image.Image | None = None, restarted: bool = False
    ) -> GameView:
        session = player.session
        statistics = self._statistics() if session.phase == "summary" else None
        finished = player.evidence[: len(session.reveals)]
        evidence = tuple(pending.evidence() for pending in finished)
        return GameView(session, player.ticket, picture, evidence, restarted, statistics)
