"""What is acknowledged is kept: rounds and running games, through failures and versions."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from game.scoreboard import SqlScoreboard, open_scoreboard, sqlite_engine
from game.scoreboard.board import GAME_KEPT
from game.scoreboard.schema import GAMES, VERSION
from game.statistics import Statistics, Tally
from model.errors import ConfigError
from tests.integration.test_scoreboard import Database, cluster, database, record, reveal

__all__ = ["cluster", "database"]  # fixtures


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def settled(board: SqlScoreboard, patience_s: float) -> bool:
    """Whether all that was handed in is written."""
    return board.settled(board._handed_in, patience_s)


def test_what_is_settled_is_there(database: Database) -> None:
    board = database.open()
    record(board, reveal())
    assert board.settled(board.save("name", "state"), 60)
    assert len(database.rows()) == 1
    assert database.open().load("name") == "state"


def test_what_cannot_be_written_is_not_settled_and_is_tried_again_by_itself(
    database: Database,
) -> None:
    board = database.open()
    record(board, reveal())
    assert settled(board, 60)
    with database.away():
        record(board, reveal("SK"))
        board.save("name", "state")
        assert not settled(board, 0.5)
        assert board.load("name") == "state", "what waits is known all the same"
        with pytest.raises(OSError, match="does not answer"):
            board.load("another")
    # Nobody plays any more, and nobody asks.
    assert until(lambda: len(database.rows()) == 2)
    assert until(lambda: settled(board, 1))


def test_the_last_chance_is_taken_though_the_database_failed_just_now(database: Database) -> None:
    board = database.open(retry_s=3600)
    record(board, reveal())
    assert settled(board, 60)
    with database.away():
        record(board, reveal("SK"))
        settled(board, 20)
    board.close()
    board.close()
    assert len(database.rows()) == 2
    record(board, reveal("CZ"))
    assert not settled(board, 0), "after the end nothing is promised"


def test_what_could_not_be_saved_is_said_at_the_end(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    board = database.open()
    record(board, reveal())
    assert settled(board, 60)
    with database.away(), caplog.at_level(logging.WARNING):
        for _ in range(3):
            record(board, reveal())
        board.close()
    assert "3 rounds could not be saved" in caplog.text


def test_a_running_game_is_overwritten_by_its_next_step_and_expires(database: Database) -> None:
    now = [datetime(2026, 1, 1, 12, 30, tzinfo=timezone.utc)]
    engine = database.engine()
    board = SqlScoreboard(engine, patience_s=20, now=lambda: now[0], clock_s=lambda: 0.0)
    database.opened.append(board)
    for i in range(20):
        board.save("name", f"step {i}")
    board.save("other", "Ω ' \" %s :x")
    assert settled(board, 60)
    fresh = SqlScoreboard(database.engine(), patience_s=20, now=lambda: now[0])
    database.opened.append(fresh)
    assert (fresh.load("name"), fresh.load("nobody")) == ("step 19", None)
    assert fresh.load("other") == "Ω ' \" %s :x"
    now[0] += GAME_KEPT + timedelta(hours=1)
    assert fresh.load("name") is None
    fresh.save("third", "new")
    assert settled(fresh, 60)
    with engine.connect() as connection:
        assert list(connection.execute(sa.select(GAMES.c.key)).scalars()) == ["third"]


def test_the_rounds_of_bots_are_kept_apart(database: Database) -> None:
    board = database.open()
    record(board, reveal())
    board.record(uuid4(), "graded", reveal(), rendered=True, bot=True)
    assert board.statistics() == Statistics(rendered={"HU": Tally(1, 1, 0)})
    assert sorted(row.bot for row in database.rows()) == [False, True]


def test_each_level_of_the_opponent_has_statistics_of_its_own(database: Database) -> None:
    board = database.open()
    record(board, reveal())
    board.record(uuid4(), "graded", reveal("JP", "HU", "JP"), level="squinting", rendered=True)
    assert settled(board, 60)
    assert board.statistics("squinting") == Statistics(rendered={"JP": Tally(1, 0, 1)})
    assert board.statistics("sharp_eyed") == Statistics(rendered={"HU": Tally(1, 1, 0)})
    assert board.statistics("looks_around") == Statistics()


FIRST_VERSION = """
CREATE TABLE geoduel_rounds (
  id {uuid} NOT NULL PRIMARY KEY, hour {time} NOT NULL, mode VARCHAR(16) NOT NULL,
  rendered BOOLEAN NOT NULL, country VARCHAR(2) NOT NULL, human VARCHAR(2), model VARCHAR(2),
  human_points INTEGER NOT NULL, model_points INTEGER NOT NULL);
CREATE INDEX geoduel_rounds_totals ON geoduel_rounds (rendered, country, human, model);
INSERT INTO geoduel_rounds VALUES
  ('{id}', '2026-01-01 12:00:00', 'country', true, 'HU', 'HU', 'SK', 1000, 0)
"""
"""As the first version wrote it."""


def first_version(database: Database) -> None:
    engine = database.engine()
    sqlite = engine.dialect.name == "sqlite"
    types = ("CHAR(32)", "DATETIME") if sqlite else ("UUID", "TIMESTAMP WITH TIME ZONE")
    text = FIRST_VERSION.format(uuid=types[0], time=types[1], id=uuid4().hex)
    with engine.begin() as connection:
        for statement in text.split(";"):
            connection.exec_driver_sql(statement)
        if sqlite:
            connection.exec_driver_sql("PRAGMA user_version = 1")
    engine.dispose()


def test_a_database_of_the_first_version_is_brought_forward(database: Database) -> None:
    first_version(database)
    boards = [database.open() for _ in range(5)]
    for board in boards:  # all at once: one of them changes the tables
        record(board, reveal())
    assert all(settled(board, 60) for board in boards)
    assert database.open().statistics() == Statistics(rendered={"HU": Tally(6, 6, 0)})
    boards[0].save("name", "state")
    assert settled(boards[0], 60)
    assert [row.bot for row in database.rows()] == [False] * 6
    assert [row.level for row in database.rows()] == ["sharp_eyed"] * 6


def test_a_database_of_a_newer_version_is_left_alone(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    board = database.open()
    record(board, reveal())
    board.close()
    engine = database.engine()
    with engine.begin() as connection:
        change = "UPDATE geoduel_schema SET version = 99"
        if engine.dialect.name == "sqlite":
            change = "PRAGMA user_version = 99"
        connection.exec_driver_sql(change)
    engine.dispose()
    later = database.open()
    with caplog.at_level(logging.WARNING):
        record(later, reveal())
        assert not settled(later, 60)
    assert f"newer version (99, not {VERSION})" in caplog.text
    assert len(database.rows()) == 1


@pytest.mark.parametrize("kind", ["tables", "views", "a number", "an application"])
def test_a_file_of_another_program_is_refused_in_one_line_and_left_as_it_is(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "bookmarks.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as foreign:
        foreign.execute(
            {
                "tables": "CREATE TABLE bookmarks (url TEXT)",
                "views": "CREATE VIEW one AS SELECT 1",
                "a number": "PRAGMA user_version = 7",
                "an application": "PRAGMA application_id = 252006673",
            }[kind]
        )
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="another program; set GEODUEL_SCORES") as caught:
        open_scoreboard("", str(file))
    assert "\n" not in str(caught.value)
    # It may come to lie there later as well.
    board = SqlScoreboard(sqlite_engine(file), patience_s=20)
    with caplog.at_level(logging.WARNING):
        record(board, reveal())
        assert not settled(board, 60)
        board.close()
    assert "another program" in caplog.text
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_our_own_file_is_opened_whatever_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "scores.sqlite3"
    for expected in (1, 2, 3):
        board = open_scoreboard("", str(file))
        assert board is not None
        record(board, reveal())
        assert settled(board, 60)
        board.close()
        with contextlib.closing(sqlite3.connect(file)) as database:
            assert database.execute("SELECT count(*) FROM geoduel_rounds").fetchone() == (expected,)
    file.write_bytes(b"")
    assert open_scoreboard("", str(file)) is not None
