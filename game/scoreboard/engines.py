"""Engines of SQLite and PostgreSQL, and where the scores lie unless told otherwise."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from game.scoreboard.schema import ForeignFileError, is_foreign
from model.errors import ConfigError, fault

MEMORY = ":memory:"


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


def memory_engine() -> sa.Engine:
    """An engine whose data last as long as the program."""
    return sa.create_engine(
        "sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False}
    )


def sqlite_engine(file: Path) -> sa.Engine:
    """An engine for this file, which several servers may write at once.

    A file of another program is left as it is: connecting raises ``ForeignFileError``.
    """
    url = sa.URL.create("sqlite", database=str(file))
    engine = sa.create_engine(url, pool_size=1, max_overflow=0, connect_args={"timeout": 5})

    @sa.event.listens_for(engine, "do_connect")
    def make_folder(*_: object) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)

    @sa.event.listens_for(engine, "connect")
    def concurrent(connection: sqlite3.Connection, _: object) -> None:
        if is_foreign(connection):
            raise ForeignFileError("it holds tables of another program")
        # Refused while another server does the same; then its word holds, the file keeps the mode.
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
        # What is acknowledged outlives a loss of power as well.
        connection.execute("PRAGMA synchronous = FULL")

    return engine


def refuse_foreign(file: Path) -> None:
    """See that a file, if it is there, is a scoreboard or nothing yet; it is only read.

    Raises:
        ConfigError: it is a database of something else.
    """
    if not file.is_file():
        return
    # Immutable: else SQLite would lay files of its own beside it.
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            foreign = is_foreign(connection)
    except sqlite3.Error:
        return  # no database at all: the scoreboard says so when it comes to it
    if foreign:
        remedy = "set GEODUEL_SCORES to another file"
        raise ConfigError(fault(file, "a database of another program", remedy))


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


def name_of(engine: sa.Engine) -> str:
    """What to call this database in a message: never its user, password or options."""
    url = engine.url
    return f"{url.host or 'localhost'}/{url.database}" if url.host else str(url.database or MEMORY)
