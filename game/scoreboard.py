"""The scoreboard on a database: SQLite by default, PostgreSQL by ``DATABASE_URL``.

One row for each finished round, and nothing in it tells players apart: no name, no address, only
the hour. One thread of its own does all the work, in the order in which it comes, so that no player
ever waits for the disk or the network; rows that cannot be written wait for better times.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from game.rules.rounds import MODES, Mode, Reveal
from game.statistics import Statistics, Tally
from model.errors import ConfigError
from model.geography import is_country

log = logging.getLogger(__name__)

OFF = "off"
MEMORY = ":memory:"
WAITING_MAX = 10_000
"""Rows kept while the database is away; beyond it the oldest are given up."""

SCHEMA_LOCK = 4_701_356
"""An arbitrary number that all servers of one PostgreSQL take to create the table one by one."""

ROUNDS = sa.Table(
    "geoduel_rounds",
    sa.MetaData(),
    sa.Column("id", sa.Uuid, primary_key=True, comment="random, made for this row alone"),
    sa.Column("hour", sa.DateTime(timezone=True), nullable=False, comment="UTC, when it ended"),
    # Rows of versions before graded points say "country": 1000 points or none.
    sa.Column("mode", sa.String(16), nullable=False, comment="the rule behind the points"),
    sa.Column("rendered", sa.Boolean, nullable=False, comment="whether the picture was"),
    sa.Column("country", sa.String(2), nullable=False, comment="the truth"),
    sa.Column("human", sa.String(2), comment="guess; null where there was none"),
    sa.Column("model", sa.String(2), comment="guess; null where there was none"),
    sa.Column("human_points", sa.Integer, nullable=False),
    sa.Column("model_points", sa.Integer, nullable=False),
)
# Holds all that the statistics need, so that they never read the table itself.
INDEX = sa.Index(
    "geoduel_rounds_totals", *(ROUNDS.c[name] for name in "rendered country human model".split())
)

T = TypeVar("T")


def open_scoreboard(database_url: str, scores: str) -> SqlScoreboard | None:
    """The scoreboard for these settings; ``None`` if it is switched off.

    Nothing is opened before the first round ends.

    Args:
        database_url: of a PostgreSQL database, or empty.
        scores: without a database, the path of an SQLite file, ``:memory:``, ``off``, or empty for
            ``scores.sqlite3`` among the user's data.

    Raises:
        ConfigError: ``database_url`` is not one of PostgreSQL.
    """
    if scores == OFF:
        return None
    if database_url:
        return SqlScoreboard(postgresql_engine(database_url))
    if scores == MEMORY:
        return SqlScoreboard(memory_engine())
    try:
        file = Path(scores).expanduser() if scores else default_file(os.environ, sys.platform)
    except RuntimeError:  # there is no home directory
        log.warning("scores: no home directory, counting in memory; set GEODUEL_SCORES to a file")
        return SqlScoreboard(memory_engine())
    return SqlScoreboard(sqlite_engine(file), spare=memory_engine)


def default_file(environ: Mapping[str, str], platform: str) -> Path:
    """Where the scores lie unless told otherwise: among the user's data, as the system has it.

    Raises:
        RuntimeError: there is no home directory.
    """
    if platform == "win32":
        base = Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "geoduel" / "scores.sqlite3"


class SqlScoreboard:
    """A :class:`game.ports.Scoreboard` on an SQLAlchemy engine.

    Args:
        engine: of SQLite or PostgreSQL.
        spare: makes the engine to go on with if the first one cannot be opened at all.
        cache_s: statistics younger than this are not read anew.
        patience_s: how long :meth:`statistics` waits for newer ones.
        retry_s: how long the database is left alone after a failure.
        clock_s: a monotonic clock in seconds.
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
    ) -> None:
        self._engine, self._spare, self._clock_s = engine, spare, clock_s
        self._cache_s, self._patience_s, self._retry_s = cache_s, patience_s, retry_s
        self._waiting: deque[dict[str, Any]] = deque(maxlen=WAITING_MAX)
        self._statistics, self._read_at_s = Statistics(), float("-inf")
        self._retry_at_s, self._failing, self._ready = float("-inf"), False, False
        self._reading: Future[None] | None = None
        self._queued = False  # whether a write is still to begin
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="scoreboard")

    def record(self, round_id: UUID, mode: Mode, reveal: Reveal, *, rendered: bool) -> None:
        """Count a finished round, once for each ``round_id``; returns at once."""
        if mode not in MODES or not is_country(reveal.round.place.country):
            raise ValueError(f"no round of this game: {mode!r}, {reveal.round.place.country!r}")
        human, model = reveal.human.country, reveal.model.country
        now = datetime.now(timezone.utc)
        row = {
            "id": round_id,
            "hour": now.replace(minute=0, second=0, microsecond=0),
            "mode": mode,
            "rendered": rendered,
            "country": reveal.round.place.country,
            "human": human if is_country(human) else None,
            "model": model if is_country(model) else None,
            "human_points": reveal.human_verdict.points,
            "model_points": reveal.model_verdict.points,
        }
        with self._lock:
            self._waiting.append(row)
            if not self._queued:
                self._executor.submit(self._write)
                self._queued = True

    def statistics(self) -> Statistics:
        """The newest statistics that are to be had without a wait worth noticing."""
        now_s = self._clock_s()
        if now_s - self._read_at_s >= self._cache_s and now_s >= self._retry_at_s:
            with self._lock:
                if self._reading is None or self._reading.done():
                    self._reading = self._executor.submit(self._read)
                reading = self._reading
            wait([reading], self._patience_s)
        return self._statistics

    def close(self) -> None:
        """Write what waits, if the database is there, and let go of it."""
        self._executor.shutdown()
        self._engine.dispose()

    # All below runs in the scoreboard's own thread.

    def _write(self) -> None:
        with self._lock:
            self._queued, rows = False, list(self._waiting)
        if not rows or not self._attempt(lambda connection: _insert(connection, rows)):
            return
        with self._lock:
            for row in rows:
                # With too many rows waiting, new ones have pushed out some of these meanwhile.
                if self._waiting and self._waiting[0] is row:
                    self._waiting.popleft()

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
            with self._engine.begin() as connection:
                if not self._ready:
                    _prepare(connection)
                done = work(connection)
        except Exception as error:  # whatever breaks over there, no player shall notice
            return self._failed(error, work)
        if self._failing:
            log.warning("scores: %s is back", _name(self._engine))
        self._ready, self._failing = True, False
        return done

    def _failed(self, error: Exception, work: Callable[[sa.Connection], T]) -> T | None:
        """Say so once, and try again later; with the spare engine at once."""
        said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        reason, name = said.splitlines()[0], _name(self._engine)
        if self._spare and not self._ready and "locked" not in reason:
            log.warning(
                "scores: %s cannot be used (%s); counting in memory until the game stops. "
                "Set GEODUEL_SCORES to a file that can be written",
                name,
                reason,
            )
            self._engine, self._spare = self._spare(), None
            return self._attempt(work)
        if not self._failing:
            log.warning("scores: %s fails (%s); the game goes on without it", name, reason)
        self._failing, self._retry_at_s = True, self._clock_s() + self._retry_s
        return None


def _insert(connection: sa.Connection, rows: list[dict[str, Any]]) -> bool:
    """Write these rows, passing over those that are there already."""
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(ROUNDS).on_conflict_do_nothing(), rows)
    else:
        connection.execute(sqlite.insert(ROUNDS).on_conflict_do_nothing(), rows)
    return True


def _statistics(connection: sa.Connection) -> Statistics:
    def right(who: str) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((ROUNDS.c[who] == ROUNDS.c.country, 1), else_=0))

    found = connection.execute(
        sa.select(
            ROUNDS.c.rendered, ROUNDS.c.country, sa.func.count(), right("human"), right("model")
        ).group_by(ROUNDS.c.rendered, ROUNDS.c.country)
    )
    by_kind: dict[bool, dict[str, Tally]] = {True: {}, False: {}}
    for rendered, country, *counts in found:
        if is_country(country):  # a database can be written by others
            by_kind[rendered][country] = Tally(*(int(count) for count in counts))
    return Statistics(rendered=by_kind[True], photographed=by_kind[False])


def _prepare(connection: sa.Connection) -> None:
    """See that the table is there and can be written."""
    if connection.dialect.name == "sqlite":
        # Fails on a read-only file, which creating what exists would not.
        connection.exec_driver_sql("PRAGMA user_version = 1")
    elif sa.inspect(connection).has_table(ROUNDS.name):
        return  # a role may have the right to write rows, and none to create tables
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))
    connection.execute(CreateTable(ROUNDS, if_not_exists=True))
    connection.execute(CreateIndex(INDEX, if_not_exists=True))


def memory_engine() -> sa.Engine:
    """An engine whose data last as long as the program."""
    return sa.create_engine(
        "sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False}
    )


def sqlite_engine(file: Path) -> sa.Engine:
    """An engine for this file, which several servers may write at once."""
    url = sa.URL.create("sqlite", database=str(file))
    engine = sa.create_engine(url, pool_size=1, max_overflow=0, connect_args={"timeout": 5})

    @sa.event.listens_for(engine, "do_connect")
    def make_folder(*_: object) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)

    @sa.event.listens_for(engine, "connect")
    def concurrent(connection: sqlite3.Connection, _: object) -> None:
        # Refused while another server does the same; then its word holds, the file keeps the mode.
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine


def postgresql_engine(address: str) -> sa.Engine:
    """An engine for this address that gives up in seconds, and works behind a pooler too.

    Raises:
        ConfigError: it is no address of PostgreSQL; the message does not repeat it, for it may
            hold a password.
    """
    remedy = "DATABASE_URL must read postgresql://user:password@host:port/database"
    try:
        url = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        raise ConfigError(remedy) from None
    if url.drivername not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ConfigError(f"{remedy}, not {url.drivername}; for SQLite set GEODUEL_SCORES")
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
            pool_recycle=300,
            connect_args={
                "connect_timeout": 5,
                "keepalives_idle": 30,
                "tcp_user_timeout": 10_000,  # ms
                "prepare_threshold": None,  # poolers hand each transaction another connection
            },
        )
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"DATABASE_URL needs the package {error.name}: pip install 'psycopg[binary]'"
        ) from None

    @sa.event.listens_for(engine, "begin")
    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET LOCAL statement_timeout = '10s'")

    return engine


def _name(engine: sa.Engine) -> str:
    """What to call this database in a message: never its user, password or options."""
    url = engine.url
    return f"{url.host or 'localhost'}/{url.database}" if url.host else str(url.database or MEMORY)
