"""The table of the game: who sits where, what is dealt, and the opponent thinking meanwhile.

Everything that a player must not know before the guess stays in here. Gradio-free; safe to call
from many threads at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

from PIL import Image

from game.opponent_turn import Evidence, Findings, Thinking, Thought
from game.ports import Opponent, PanoramaSource, Scoreboard
from game.rules import dealer
from game.rules.rounds import Guess, Mode, Reveal
from game.rules.session import ROUNDS_PER_GAME, Session
from game.statistics import Totals
from model.errors import DataError, PictureError
from model.geography import is_country

log = logging.getLogger(__name__)

OPPONENT_PATIENCE_S = 30.0
"""How long a guess waits for the opponent before the round goes on without it."""


@dataclass(frozen=True, slots=True)
class View:
    """A seat as the page may see it.

    Attributes:
        session: the game so far; its current round holds the truth, so the page must not pass it
            on before the guess.
        ticket: names this very step of this very game; a submit must bring it back to count.
        picture: the crop of a round just dealt; ``None`` where nothing was dealt.
        evidence: one entry for each finished round.
        restarted: whether the seat was gone (too old, too many, a new server) and a new game began.
        totals: how everybody has done so far; only in the summary, and only if that is counted.
    """

    session: Session
    ticket: str
    picture: Image.Image | None
    evidence: tuple[Evidence, ...]
    restarted: bool = False
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """A finished round to look at again, with the crop read anew."""

    reveal: Reveal
    evidence: Evidence
    picture: Image.Image


@dataclass(slots=True)
class _Seat:
    rng: Random
    last_used_s: float
    session: Session = field(default_factory=Session)
    game: int = 0
    seen: set[int] = field(default_factory=set)
    findings: tuple[Findings | None, ...] = ()
    round_id: UUID = field(default_factory=uuid4)
    thinking: Future[Thought] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def ticket(self) -> str:
        return f"{self.game}.{self.session.number}.{self.session.phase}"


class Table:
    """All games that are being played.

    Args:
        source: panoramas that may be dealt.
        opponent: the other player.
        scoreboard: counts every finished round, if there is one.
        rng_seed: makes the deals of every seat repeatable, by the order in which seats are taken.
        clock_s: a monotonic clock in seconds.
        seats_max: the seat unused for longest is cleared for one more.
        seat_ttl_s: a seat unused for so long is cleared.

    Raises:
        model.types.DataError: the source holds too few places for a game.
    """

    def __init__(
        self,
        source: PanoramaSource,
        opponent: Opponent,
        *,
        scoreboard: Scoreboard | None = None,
        rng_seed: int | None = None,
        clock_s: Callable[[], float] = time.monotonic,
        seats_max: int = 500,
        seat_ttl_s: float = 2 * 3600,
    ) -> None:
        self._source, self._scoreboard = source, scoreboard
        self._places = source.places
        if len(self._places) < ROUNDS_PER_GAME:
            raise DataError(
                f"a game needs at least {ROUNDS_PER_GAME} panoramas of the test split, and there "
                f"are {len(self._places)}: choose a larger set with --panoramas"
            )
        self._seed, self._clock_s = rng_seed, clock_s
        self._seats_max, self._seat_ttl_s = seats_max, seat_ttl_s
        self._seats: OrderedDict[str, _Seat] = OrderedDict()
        self._seats_taken = 0
        self._unreadable: set[int] = set()
        self._lock = threading.Lock()
        self._thinking = Thinking(source, opponent)

    @property
    def rendered(self) -> bool:
        """Whether the panoramas are computer-rendered; the page says so."""
        return self._source.rendered

    @property
    def counts(self) -> bool:
        """Whether finished rounds are counted; the page says so."""
        return self._scoreboard is not None

    @property
    def places_count(self) -> int:
        """How many panoramas may be dealt."""
        return len(self._places)

    def start(self, key: str, mode: Mode) -> View:
        """Begin a new game at this seat, taking it if it is free, and deal the first round."""
        seat, _ = self._seat(key)
        with seat.lock:
            return self._start(seat, mode)

    def guess(self, key: str, ticket: str, country: object) -> View:
        """Judge the round on the table; a second submit of the same round changes nothing.

        Args:
            key: the seat.
            ticket: of the view that showed the round.
            country: one of the 56 codes; anything else counts as no guess.
        """
        seat, free = self._seat(key)
        with seat.lock:
            if free:
                return self._start(seat, "country", restarted=True)
            if ticket == seat.ticket and seat.session.current is not None:
                self._judge(seat, country if is_country(country) else None)
            return self._view(seat)

    def next(self, key: str, ticket: str) -> View:
        """Go on: from a reveal to the next deal or the summary, from the summary to a new game."""
        seat, free = self._seat(key)
        with seat.lock:
            if free:
                return self._start(seat, "country", restarted=True)
            if ticket != seat.ticket:
                return self._view(seat)
            if seat.session.phase == "summary":
                return self._start(seat, seat.session.mode)
            seat.session = seat.session.next()
            return self._deal(seat) if seat.session.phase == "deal" else self._view(seat)

    def view(self, key: str) -> View | None:
        """The seat as it is, for showing it in another language; ``None`` if it is free."""
        with self._lock:
            seat = self._seats.get(key)
        if seat is None:
            return None
        with seat.lock:
            return self._view(seat)

    def replay(self, key: str, number: object) -> Replay | None:
        """A finished round of this game by its number from 1; ``None`` if there is none such.

        Raises:
            model.types.PictureError: the panorama can no longer be read.
        """
        view = self.view(key)
        if view is None or type(number) is not int or not 1 <= number <= len(view.evidence):
            return None
        reveal, evidence = view.session.reveals[number - 1], view.evidence[number - 1]
        panorama = self._source.picture(reveal.round.place_index)
        return Replay(reveal, evidence, panorama.crop(reveal.round.crop.box))

    def leave(self, key: str) -> None:
        """Clear a seat whose page was closed."""
        with self._lock:
            seat = self._seats.pop(key, None)
        if seat is not None:
            self._forget(seat)

    @staticmethod
    def _forget(seat: _Seat) -> None:
        """Spare the opponent what nobody will see any more."""
        if seat.thinking is not None:
            seat.thinking.cancel()
        for found in filter(None, seat.findings):
            found.forget()

    def _seat(self, key: str) -> tuple[_Seat, bool]:
        """The seat of this key, and whether it had to be set up."""
        now_s = self._clock_s()
        with self._lock:
            for old, seat in list(self._seats.items()):
                if now_s - seat.last_used_s <= self._seat_ttl_s:
                    break
                del self._seats[old]
            known = self._seats.get(key)
            if known is None:
                self._seats_taken += 1
                seed = None if self._seed is None else f"{self._seed}:{self._seats_taken}"
                self._seats[key] = _Seat(Random(seed), now_s)
                if len(self._seats) > self._seats_max:
                    self._seats.popitem(last=False)
            seat = self._seats[key]
            seat.last_used_s = now_s
            self._seats.move_to_end(key)
            return seat, known is None

    def _start(self, seat: _Seat, mode: Mode, *, restarted: bool = False) -> View:
        seat.seen |= seat.session.dealt
        self._forget(seat)
        seat.session, seat.findings = Session(mode), ()
        seat.game += 1
        return self._deal(seat, restarted=restarted)

    def _deal(self, seat: _Seat, *, restarted: bool = False) -> View:
        """Deal the next readable panorama and set the opponent thinking about it."""
        while True:
            dealt = seat.session.dealt | self._unreadable
            index = dealer.draw(self._places, dealt, seat.seen, seat.rng)
            try:
                panorama = self._source.picture(index)
            except PictureError as error:
                log.warning("panorama %d is left out: %s", index, error)
                self._unreadable.add(index)
                continue
            crop = dealer.crop(*panorama.size, seat.rng)
            picture = panorama.crop(crop.box)
            place = self._places[index]
            seat.session = seat.session.deal(index, place, crop)
            seat.round_id = uuid4()
            if seat.thinking is not None:
                seat.thinking.cancel()
            seat.thinking = self._thinking.begin(picture, index, crop)
            return self._view(seat, picture=picture, restarted=restarted)

    def _judge(self, seat: _Seat, country: str | None) -> None:
        found = self._findings(seat, country)
        model = Guess(None) if found is None else Guess(*found.prediction.top(1)[0])
        seat.session = seat.session.guess(Guess(country), model)
        seat.findings = (*seat.findings, found)
        seat.thinking = None
        self._count(seat)

    def _count(self, seat: _Seat) -> None:
        if self._scoreboard is None:
            return
        mode, reveal = seat.session.mode, seat.session.reveals[-1]
        try:
            self._scoreboard.record(seat.round_id, mode, reveal, rendered=self._source.rendered)
        except Exception:  # a round is won or lost whether it is counted or not
            log.exception("a round could not be counted")

    def _totals(self) -> Totals | None:
        if self._scoreboard is None:
            return None
        try:
            return self._scoreboard.totals()
        except Exception:  # as above: the summary matters more
            log.exception("the totals could not be read")
            return None

    def _findings(self, seat: _Seat, country: str | None) -> Findings | None:
        """What the opponent has found, with what the human's guess adds; ``None`` if it failed."""
        if seat.thinking is None:
            return None
        try:
            return self._thinking.finish(seat.thinking.result(OPPONENT_PATIENCE_S), country)
        except Exception:  # whatever breaks over there, the human's round goes on
            log.exception("the opponent failed; it scores nothing this round")
            return None

    def _view(
        self, seat: _Seat, *, picture: Image.Image | None = None, restarted: bool = False
    ) -> View:
        totals = self._totals() if seat.session.phase == "summary" else None
        evidence = tuple(found.evidence() if found else Evidence() for found in seat.findings)
        return View(seat.session, seat.ticket, picture, evidence, restarted, totals)
