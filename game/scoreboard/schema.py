"""The tables, and the way from those of earlier versions to today's.

Only forward: a database of a newer version is left as it is. In SQLite the version stands in
``user_version``, in PostgreSQL in a table of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from model.levels import USUAL

SCHEMA_LOCK = 4_701_356
"""An arbitrary number that all servers of one PostgreSQL take to change the tables one by one."""

METADATA = sa.MetaData()

ROUNDS = sa.Table(
    "geoduel_rounds",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True, comment="random, made for this row alone"),
    sa.Column("hour", sa.DateTime(timezone=True), nullable=False, comment="UTC, when it ended"),
    # Rows of versions before graded points say "country": 1000 points or none.
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("level", sa.String(16), nullable=False, server_default=USUAL, comment="the model's"),
    sa.Column("rendered", sa.Boolean, nullable=False, comment="whether the picture was"),
    sa.Column("country", sa.String(2), nullable=False, comment="the truth"),
    sa.Column("human", sa.String(2), comment="guess; null where there was none"),
    sa.Column("model", sa.String(2), comment="guess; null where there was none"),
    sa.Column("human_points", sa.Integer, nullable=False),
    sa.Column("model_points", sa.Integer, nullable=False),
    sa.Column(
        "bot",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="played faster than people do; kept apart",
    ),
)
# Holds all that the statistics need, so that they never read the table itself.
INDEX = sa.Index(
    "geoduel_rounds_totals",
    *(ROUNDS.c[name] for name in "bot level rendered country human model".split()),
)

GAMES = sa.Table(
    "geoduel_games",
    METADATA,
    sa.Column("key", sa.String(64), primary_key=True, comment="SHA-256 of the page's secret key"),
    sa.Column("hour", sa.DateTime(timezone=True), nullable=False, comment="UTC, of the last step"),
    sa.Column("state", sa.Text, nullable=False, comment="JSON of game.saved_game"),
)

SCHEMA = sa.Table(
    "geoduel_schema",
    METADATA,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
)


class ForeignFileError(Exception):
    """A database that is not ours to write, by another program or a newer version."""


def is_foreign(connection: sqlite3.Connection) -> bool:
    """Whether an SQLite database holds something, and nothing of ours."""
    found = connection.execute(
        "SELECT name FROM sqlite_master"
        " WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*'"
    )
    names = {name for (name,) in found}
    if not names:
        # A database whose tables are to come still is somebody's if it bears a number.
        marks = ("user_version", "application_id")
        return any(connection.execute(f"PRAGMA {mark}").fetchone()[0] for mark in marks)
    return ROUNDS.name not in names


def prepare(connection: sa.Connection) -> None:
    """See that the tables are there, are today's, and can be written; in the given transaction.

    Raises:
        ForeignFileError: they are of a newer version.
        sqlalchemy.exc.SQLAlchemyError: they cannot be written.
    """
    if connection.dialect.name == "sqlite":
        # Python's driver begins no transaction by itself before the tables are changed.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    version = _version(connection)
    if version < VERSION and connection.dialect.name != "sqlite":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))
        version = _version(connection)  # another server may have done it meanwhile
    if version > VERSION:
        raise ForeignFileError(f"it is of a newer version ({version}, not {VERSION})")
    if version == 0:
        for table in (ROUNDS, GAMES):
            connection.execute(CreateTable(table))
        connection.execute(CreateIndex(INDEX))
    for step in STEPS[max(version, 1) - 1 :] if version else ():
        step(connection)
    # Written even if nothing changes: on a read-only file that fails, which reading does not.
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    elif version < VERSION:
        connection.execute(CreateTable(SCHEMA, if_not_exists=True))
        connection.execute(sa.delete(SCHEMA))
        connection.execute(sa.insert(SCHEMA).values(version=VERSION))


def _version(connection: sa.Connection) -> int:
    """Of the tables that are there; 0 if there are none."""
    there = sa.inspect(connection)
    if not there.has_table(ROUNDS.name):
        return 0
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one()) or 1
    if not there.has_table(SCHEMA.name):
        return 1  # the first version had no such table
    return int(connection.execute(sa.select(sa.func.max(SCHEMA.c.version))).scalar_one() or 1)


def _bots_and_games(connection: sa.Connection) -> None:
    """From 1 to 2: rounds of bots are kept apart, running games are stored."""
    for statement in (
        "ALTER TABLE geoduel_rounds ADD COLUMN bot BOOLEAN DEFAULT false NOT NULL",
        "DROP INDEX IF EXISTS geoduel_rounds_totals",
        "CREATE INDEX geoduel_rounds_totals"
        " ON geoduel_rounds (bot, rendered, country, human, model)",
    ):
        connection.execute(sa.text(statement))
    connection.execute(CreateTable(GAMES, if_not_exists=True))


def _levels(connection: sa.Connection) -> None:
    """From 2 to 3: rounds against each level of the opponent are told apart."""
    for statement in (
        "ALTER TABLE geoduel_rounds ADD COLUMN level VARCHAR(16) DEFAULT 'sharp_eyed' NOT NULL",
        "DROP INDEX IF EXISTS geoduel_rounds_totals",
        "CREATE INDEX geoduel_rounds_totals"
        " ON geoduel_rounds (bot, level, rendered, country, human, model)",
    ):
        connection.execute(sa.text(statement))


STEPS: tuple[Callable[[sa.Connection], None], ...] = (_bots_and_games, _levels)
"""Each takes the tables one version further, the first from 1 to 2; they never change."""

VERSION = 1 + len(STEPS)
