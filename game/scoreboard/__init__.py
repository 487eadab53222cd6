"""The scoreboard on a database: SQLite by default, PostgreSQL by ``DATABASE_URL``."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from game.scoreboard.board import SqlScoreboard
from game.scoreboard.engines import (
    MEMORY,
    default_file,
    memory_engine,
    postgresql_engine,
    refuse_foreign,
    sqlite_engine,
)

__all__ = [
    "SqlScoreboard",
    "default_file",
    "memory_engine",
    "open_scoreboard",
    "postgresql_engine",
    "sqlite_engine",
]

log = logging.getLogger(__name__)

OFF = "off"


def open_scoreboard(database_url: str, scores: str) -> SqlScoreboard | None:
    """The scoreboard for these settings; ``None`` if it is switched off.

    Nothing is written before the first game begins.

    Args:
        database_url: of a PostgreSQL database, or empty.
        scores: without a database, the path of an SQLite file, ``:memory:``, ``off``, or empty for
            ``scores.sqlite3`` among the user's data.

    Raises:
        ConfigError: ``database_url`` is not one of PostgreSQL, or the file is a database of another
            program.
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
    refuse_foreign(file)
    return SqlScoreboard(sqlite_engine(file), spare=memory_engine)
