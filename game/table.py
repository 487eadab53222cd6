"""The table of the game: who sits where, what is dealt, and the opponent thinking meanwhile.

Everything that a player must not know before the guess stays in here. Gradio-free; safe to call
from many threads at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar
from uuid import UUID, uuid4

from PIL import Image

from game import dealer
from game.afterthoughts import Afterthoughts
from game.countries import is_country
from game.ports import Covering, Cue, Opponent, PanoramaSource, Play, Scoreboard
from game.rounds import Guess, Mode, Reveal
from game.session import ROUNDS_PER_GAME, Session
from game.totals import Totals
from model.types import Crop, DataError, Heatmap, PictureError, Prediction

log = logging.getLogger(__name__)
T = TypeVar("T")

OPPONENT_PATIENCE_S = 30.0
"""How long a guess waits for the opponent before the round goes on without it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the opponent showed in one round; nothing at all if it failed.

    ``heatmaps`` holds one map per country of interest: its guess, the truth, the human's guess.
    ``covering`` tries out the map of its guess, and ``looked_at`` is the cue that this map favours;
    both are ``None`` as long as they are not ready.
    """

    prediction: Prediction | None = None
    heatmaps: Mapping[str, Heatmap] = field(default_factory=dict)
    covering: Covering | None = None
    looked_at: Cue | None = None


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


@dataclass(frozen=True, slots=True)
class _Trials:
    """What is found out about the map of the opponent's guess, some day."""

    covering: Future[Covering | None]
    looked_at: Future[Cue | None]


@dataclass(frozen=True, slots=True)
class _Thought:
    """What the opponent has found, and what is still being found out."""

    play: Play
    evidence: Evidence
    trials: _Trials


@dataclass(slots=True)
class _Seat:
    rng: Random
    last_used_s: float
    session: Session = field(default_factory=Session)
    game: int = 0
    seen: set[int] = field(default_factory=set)
    evidence: tuple[Evidence, ...] = ()
    round_id: UUID = field(default_factory=uuid4)
    thinking: Future[_Thought] | None = None
    trials: tuple[_Trials | None, ...] = ()
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
        self._source, self._opponent, self._scoreboard = source, opponent, scoreboard
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
        # Two at a time: the net uses every core by itself, and nobody waits behind a slow one.
        self._executor = ThreadPoolExecutor(2, thread_name_prefix="opponent")
        self._afterthoughts = Afterthoughts()

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
        for trials in filter(None, seat.trials):
            trials.looked_at.cancel()
            trials.covering.cancel()

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
        seat.session, seat.evidence, seat.trials = Session(mode), (), ()
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
            self._afterthoughts.hold()
            seat.thinking = self._executor.submit(self._think, picture, index, crop)
            seat.thinking.add_done_callback(lambda _: self._afterthoughts.release())
            return self._view(seat, picture=picture, restarted=restarted)

    def _think(self, picture: Image.Image, index: int, crop: Crop) -> _Thought:
        """The opponent's move, with the maps that any reveal will show; runs in the executor."""
        play = self._opponent.play(picture)
        guess, truth = play.prediction.country, self._places[index].country
        heatmaps = {t: play.heatmap(t) for t in dict.fromkeys((guess, truth))}

        def looked_at(wait: Callable[[], None]) -> Cue | None:
            wait()
            return self._source.looked_at(index, crop, heatmaps[guess])

        trials = _Trials(
            looked_at=self._afterthoughts.submit(looked_at),
            covering=self._afterthoughts.submit(play.covering, heatmaps[guess]),
        )
        return _Thought(play, Evidence(play.prediction, heatmaps), trials)

    def _judge(self, seat: _Seat, country: str | None) -> None:
        evidence, trials = self._evidence(seat, country)
        model = Guess(None)
        if evidence.prediction is not None:
            model = Guess(*evidence.prediction.top(1)[0])
        seat.session = seat.session.guess(Guess(country), model)
        seat.evidence = (*seat.evidence, evidence)
        seat.trials = (*seat.trials, trials)
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

    @staticmethod
    def _evidence(seat: _Seat, country: str | None) -> tuple[Evidence, _Trials | None]:
        """What the opponent has found, with a map for the human's guess; empty if it failed."""
        if seat.thinking is None:
            return Evidence(), None
        try:
            thought = seat.thinking.result(OPPONENT_PATIENCE_S)
            evidence = thought.evidence
            if country is not None and country not in evidence.heatmaps:
                heatmaps = {**evidence.heatmaps, country: thought.play.heatmap(country)}
                evidence = replace(evidence, heatmaps=heatmaps)
        except Exception:  # whatever breaks over there, the human's round goes on
            log.exception("the opponent failed; it scores nothing this round")
            return Evidence(), None
        return evidence, thought.trials

    def _view(
        self, seat: _Seat, *, picture: Image.Image | None = None, restarted: bool = False
    ) -> View:
        totals = self._totals() if seat.session.phase == "summary" else None
        evidence = tuple(
            found
            if trials is None
            else replace(
                found, covering=_ready(trials.covering), looked_at=_ready(trials.looked_at)
            )
            for found, trials in zip(seat.evidence, seat.trials, strict=True)
        )
        return View(seat.session, seat.ticket, picture, evidence, restarted, totals)


def _ready(trial: Future[T | None]) -> T | None:
    """What has been found out by now, if it has."""
    if not trial.done() or trial.cancelled() or trial.exception():
        return None
    return trial.result()
