"""Finished rounds and running games on a database, by a thread of its own.

One row for each finished round, and nothing in it tells players apart: no name, no address, only
the hour. One row for each running game, under a hash of its key, for as long as it may be gone on
with. One thread does all the work, in the order in which it comes, so that nobody waits for the
disk or the network longer than told; what cannot be written waits for better times.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from game.rules.rounds import MODES, Mode, Reveal
from game.scoreboard.engines import name_of
from game.scoreboard.schema import GAMES, ROUNDS, prepare
from game.statistics import Statistics, Tally
from model.errors import first_line
from model.geography import is_country
from model.levels import LEVELS, USUAL, Level

log = logging.getLogger(__name__)

WAITING_MAX = 10_000
"""Rounds kept while the database is away, and games; beyond it the oldest are given up."""

GAME_KEPT = timedelta(hours=24)
"""A running game is kept for so long after its last step."""

PURGE_S = 600.0
"""How often those that are older are deleted."""

T = TypeVar("T")


class SqlScoreboard:
    """A :class:`game.ports.Scoreboard` and :class:`game.ports.GameStore` on an SQLAlchemy engine.

    Args:
        engine: of SQLite or PostgreSQL.
        spare: makes the engine to go on with if the first one cannot be used at all.
        cache_s: statistics younger than this are not read anew.
        patience_s: how long :meth:`statistics` and :meth:`load` wait.
        retry_s: how long the database is left alone after a failure; then it is tried again,
            whether anybody plays or not.
        clock_s: a monotonic clock in seconds.
        now: the time of day, in UTC.
    """

    def __init__(
        self,
        engine: sa.Engine,
        *,
        spare: Callable[[], sa.Engine] | None = None,
        cache_s: float = 5.0,
        patience_s: float = 0.25,
        retry_s: float = 10.0,
        clock_s: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._engine, self._spare, self._clock_s, self._now = engine, spare, clock_s, now
        self._cache_s, self._patience_s, self._retry_s = cache_s, patience_s, retry_s
        self._rounds: deque[dict[str, Any]] = deque(maxlen=WAITING_MAX)
        self._games: dict[str, dict[str, Any]] = {}  # by key, the last state of each
        self._statistics: Mapping[Level, Statistics] = {}
        self._read_at_s = float("-inf")
        self._retry_at_s, self._failing, self._ready = float("-inf"), False, False
        self._in_spare, self._purge_at_s = False, float("-inf")
        self._reading: Future[None] | None = None
        self._queued = False  # whether a write is still to begin
        # What is handed in is numbered; up to which number it was tried to write it, and written.
        self._handed_in = self._tried = self._written = 0
        self._lock = threading.Lock()
        self._done = threading.Condition(self._lock)  # a write was, well or not
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="scoreboard")
        self._closed = threading.Event()
        threading.Thread(target=self._retry, daemon=True, name="scoreboard-retry").start()

    def record(
        self,
        round_id: UUID,
        mode: Mode,
        reveal: Reveal,
        *,
        level: Level = USUAL,
        rendered: bool,
        bot: bool = False,
    ) -> int:
        """Count a finished round, once for each ``round_id``; returns its number at once."""
        if mode not in MODES or not is_country(reveal.round.place.country):
            raise ValueError(f"no round of this game: {mode!r}, {reveal.round.place.country!r}")
        human, model = reveal.human.country, reveal.model.country
        row = {
            "id": round_id,
            "hour": self._hour(),
            "mode": mode,
            "level": level,
            "rendered": rendered,
            "country": reveal.round.place.country,
            "human": human if is_country(human) else None,
            "model": model if is_country(model) else None,
            "human_points": reveal.human_verdict.points,
            "model_points": reveal.model_verdict.points,
            "bot": bot,
        }
        with self._lock:
            self._rounds.append(row)
            return self._hand_in()

    def save(self, key: str, state: str) -> int:
        """Keep a running game as it stands now; returns the number of this state at once."""
        with self._lock:
            self._games.pop(key, None)  # the newest stands last
            self._games[key] = {"key": key, "hour": self._hour(), "state": state}
            if len(self._games) > WAITING_MAX:
                del self._games[next(iter(self._games))]
            return self._hand_in()

    def load(self, key: str) -> str | None:
        """A running game as it was saved last; ``None`` if there is none, or an old one.

        Raises:
            OSError: the database cannot be asked now.
        """
        with self._lock:
            if key in self._games:
                return str(self._games[key]["state"])
            if self._closed.is_set():
                raise OSError("the scoreboard is closed")
        reading = self._executor.submit(self._attempt, lambda c: (self._select(c, key),))
        wait([reading], max(self._patience_s, 2.0))
        found = reading.result() if reading.done() else None
        if found is None:
            raise OSError("the database of running games does not answer")
        return found[0]

    def settled(self, number: int, patience_s: float) -> bool:
        """Whether what was handed in under this number is written; waits no longer than told."""
        with self._done:
            self._done.wait_for(lambda: self._tried >= number, patience_s)
            return self._written >= number

    @property
    def lasting(self) -> bool:
        """Whether what is written outlives the program; not on the spare engine."""
        return not self._in_spare

    def statistics(self, level: Level = USUAL) -> Statistics:
        """The newest statistics of a level that are to be had without a wait worth noticing."""
        now_s = self._clock_s()
        if now_s - self._read_at_s >= self._cache_s and now_s >= self._retry_at_s:
            with self._lock:
                if self._reading is None or self._reading.done():
                    self._reading = self._executor.submit(self._read)
                reading = self._reading
            wait([reading], self._patience_s)
        return self._statistics.get(level, Statistics())

    def close(self) -> None:
        """Write what waits, if the database is there, and let go of it."""
        with self._lock:
            if self._closed.is_set():
                return
            self._retry_at_s = float("-inf")  # the last chance
            self._queue_write()
            self._closed.set()
        self._executor.shutdown()
        if self._rounds:
            log.warning("scores: %d rounds could not be saved", len(self._rounds))
        self._engine.dispose()

    def _hour(self) -> datetime:
        return self._now().replace(minute=0, second=0, microsecond=0)

    def _hand_in(self) -> int:
        """See that what was just added is written, and number it; to be called under the lock."""
        self._handed_in += 1
        self._queue_write()
        return self._handed_in

    def _queue_write(self) -> None:
        """See that what waits is written; to be called under the lock."""
        if not self._queued and not self._closed.is_set():
            self._executor.submit(self._write)
            self._queued = True

    def _retry(self) -> None:
        """Try again what could not be written, whether anybody plays or not."""
        while not self._closed.wait(self._retry_s):
            with self._lock:
                if self._rounds or self._games:
                    self._queue_write()

    # All below runs in the scoreboard's own thread.

    def _write(self) -> None:
        with self._lock:
            self._queued, number = False, self._handed_in
            rounds, games = list(self._rounds), list(self._games.values())
        if not rounds and not games:
            return
        done = self._attempt(lambda connection: self._insert(connection, rounds, games))
        with self._done:
            self._tried = number
            self._done.notify_all()
            if not done:
                return
            self._written = number
            for row in rounds:
                # With too many rows waiting, new ones have pushed out some of these meanwhile.
                if self._rounds and self._rounds[0] is row:
                    self._rounds.popleft()
            for game in games:
                if self._games.get(game["key"]) is game:  # else it has gone on meanwhile
                    del self._games[game["key"]]

    def _read(self) -> None:
        self._write()
        statistics = self._attempt(_statistics)
        if statistics is not None:
            self._statistics, self._read_at_s = statistics, self._clock_s()

    def _attempt(self, work: Callable[[sa.Connection], T]) -> T | None:
        """Do this in one transaction; ``None`` if the database fails or has failed just now."""
        if self._clock_s() < self._retry_at_s:
            return None
        try:
            if not self._ready:
                with self._engine.begin() as connection:
                    prepare(connection)
                self._ready = True
            with self._engine.begin() as connection:
                done = work(connection)
        except Exception as error:  # whatever breaks over there, no player shall notice
            return self._failed(error, work)
        if self._failing:
            log.warning("scores: %s is back", name_of(self._engine))
        self._failing = False
        return done

    def _failed(self, error: Exception, work: Callable[[sa.Connection], T]) -> T | None:
        """Say so once, and try again later; with the spare engine at once."""
        cause = getattr(error, "orig", None) or error
        reason, name = first_line(cause), name_of(self._engine)
        if self._spare and not self._ready and "locked" not in reason:
            log.warning(
                "scores: %s cannot be used (%s); counting in memory until the game stops. "
                "Set GEODUEL_SCORES to a file that can be written",
                name,
                reason,
            )
            self._engine, self._spare, self._in_spare = self._spare(), None, True
            return self._attempt(work)
        if not self._failing:
            log.warning("scores: %s fails (%s); the game goes on without it", name, reason)
        self._failing, self._retry_at_s = True, self._clock_s() + self._retry_s
        return None

    def _insert(
        self, connection: sa.Connection, rounds: list[dict[str, Any]], games: list[dict[str, Any]]
    ) -> bool:
        """Write rounds, passing over those that are there already, and games over older states."""
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        if rounds:
            connection.execute(insert(ROUNDS).on_conflict_do_nothing(), rounds)
        if games:
            newer = insert(GAMES)
            columns = {name: newer.excluded[name] for name in ("hour", "state")}
            newer = newer.on_conflict_do_update(index_elements=["key"], set_=columns)
            connection.execute(newer, games)
        if self._clock_s() >= self._purge_at_s:
            self._purge_at_s = self._clock_s() + PURGE_S
            connection.execute(sa.delete(GAMES).where(GAMES.c.hour < self._now() - GAME_KEPT))
        return True

    def _select(self, connection: sa.Connection, key: str) -> str | None:
        query = sa.select(GAMES.c.state).where(
            GAMES.c.key == key, GAMES.c.hour >= self._hour() - GAME_KEPT
        )
        state = connection.execute(query).scalar_one_or_none()
        return None if state is None else str(state)


def _statistics(connection: sa.Connection) -> dict[Level, Statistics]:
    """What is counted against each level."""

    def right(who: str) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((ROUNDS.c[who] == ROUNDS.c.country, 1), else_=0))

    groups = ROUNDS.c.level, ROUNDS.c.rendered, ROUNDS.c.country
    found = connection.execute(
        sa.select(*groups, sa.func.count(), right("human"), right("model"))
        .where(sa.not_(ROUNDS.c.bot))
        .group_by(*groups)
    )
    by_kind: dict[tuple[str, bool], dict[str, Tally]] = defaultdict(dict)
    for level, rendered, country, *counts in found:
        if is_country(country):  # a database can be written by others
            by_kind[level, rendered][country] = Tally(*(int(count) for count in counts))
    return {level: Statistics(by_kind[level, True], by_kind[level, False]) for level in LEVELS}
