"""The scoreboard on real databases: the same contract on an SQLite file and on PostgreSQL."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa

from game.games import Games
from game.rules.rounds import MODES, Guess, Mode, Reveal, Round
from game.rules.scoring import judge
from game.scoreboard import SqlScoreboard, postgresql_engine, sqlite_engine
from game.scoreboard.schema import GAMES, ROUNDS
from game.statistics import Statistics, Tally, total
from model.geography import COUNTRY_CODES
from model.types import Crop, Place
from tests.fakes import FakeOpponent, FakeSource

PASSWORD = "p@ss/w:rd %41"
"""With everything that an address must escape."""


class Cluster:
    """A PostgreSQL server of our own on a free port of 127.0.0.1."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="geoduel-postgres-"))
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run(
            "initdb", "--username=geoduel", "--auth=scram-sha-256", f"--pwfile={secret}",
            "--encoding=UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self.folder / "data"), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # Into a file: a server that starts would keep a pipe open.
        with (self.folder / "output").open("a+") as output:
            done = subprocess.run(command, cwd="/", stdout=output, stderr=output, check=False)
            output.seek(0)
            assert done.returncode == 0, output.read()

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        )
        log = str(self.folder / "data" / "log")
        self._run("pg_ctl", "start", "--wait", "-l", log, "-o", options)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--wait", "-m", "immediate")

    def address(self, database: str, scheme: str = "postgresql") -> str:
        return f"{scheme}://geoduel:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        name = f"db_{uuid4().hex}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    initdb = shutil.which("initdb")
    found = [Path(initdb).parent] if initdb else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    programs = [folder for folder in found if (folder / "initdb").exists()]
    if not programs:
        pytest.fail("needs PostgreSQL: make setup")
    server = Cluster(programs[-1])
    try:
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


@dataclass
class Database:
    """An empty database, what opens scoreboards on it, and what takes it away for a while."""

    engine: Callable[[], sa.Engine]
    away: Callable[[], AbstractContextManager[None]]
    opened: list[SqlScoreboard]

    def open(self, *, patience_s: float = 20, retry_s: float = 0.2) -> SqlScoreboard:
        board = SqlScoreboard(self.engine(), cache_s=0, patience_s=patience_s, retry_s=retry_s)
        self.opened.append(board)
        return board

    def rows(self) -> list[sa.Row[tuple[object, ...]]]:
        engine = self.engine()
        with engine.connect() as connection:
            rows = list(connection.execute(sa.select(ROUNDS)).all())
        engine.dispose()
        return rows


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    file = tmp_path / "new" / "folder" / "scores.sqlite3"

    @contextmanager
    def locked() -> Iterator[None]:
        with closing(sqlite3.connect(file)) as greedy:
            greedy.execute("BEGIN EXCLUSIVE")
            yield

    if request.param == "sqlite":
        made = Database(lambda: sqlite_engine(file), locked, [])
    else:
        server: Cluster = request.getfixturevalue("cluster")
        address = server.address(server.new_database())

        @contextmanager
        def stopped() -> Iterator[None]:
            server.stop()
            try:
                yield
            finally:
                server.start()

        made = Database(lambda: postgresql_engine(address), stopped, [])
    yield made
    for board in made.opened:
        board.close()


def reveal(
    truth: str = "HU", human: str | None = "HU", model: str | None = "SK", mode: Mode = "graded"
) -> Reveal:
    place = Place("key", truth, None, "test")
    guesses = Guess(human), Guess(model)
    verdicts = [judge(place, guess, mode) for guess in guesses]
    return Reveal(Round(1, 0, place, Crop(0, 0, 100, 43)), *guesses, *verdicts)


def record(board: SqlScoreboard, finished: Reveal, *, rendered: bool = True) -> UUID:
    round_id = uuid4()
    board.record(round_id, "graded", finished, rendered=rendered)
    return round_id


def everything(statistics: Statistics) -> Tally:
    return total((*statistics.rendered.values(), *statistics.photographed.values()))


def test_an_empty_database_gives_empty_statistics(database: Database) -> None:
    assert database.open().statistics() == Statistics()


def test_what_is_recorded_is_there_for_the_next_server(database: Database) -> None:
    first = database.open()
    round_id = uuid4()
    first.record(round_id, "distance", reveal(mode="distance", model=None), rendered=False)
    first.close()
    (row,) = database.rows()
    assert row.id == round_id
    assert (row.mode, row.rendered, row.country) == ("distance", False, "HU")
    assert (row.human, row.human_points, row.model, row.model_points) == ("HU", 5000, None, 0)
    assert (row.hour.minute, row.hour.second, row.hour.microsecond) == (0, 0, 0)
    assert database.open().statistics() == Statistics(photographed={"HU": Tally(1, 1, 0)})


def test_no_column_could_tell_players_apart() -> None:
    assert set(ROUNDS.c.keys()) == {
        "id", "hour", "mode", "level", "rendered", "country", "human", "model", "human_points",
        "model_points", "bot",
    }  # fmt: skip
    assert set(GAMES.c.keys()) == {"key", "hour", "state"}, "and the key is a hash"


def test_statistics_by_kind_and_country(database: Database) -> None:
    board = database.open()
    for human, model in (("HU", "HU"), ("SK", "HU"), (None, "HU"), ("HU", None)):
        record(board, reveal("HU", human, model))
    record(board, reveal("SK", "HU", "AD"))
    record(board, reveal("HU", "HU", "AD"), rendered=False)
    expected = Statistics(
        rendered={"HU": Tally(4, 2, 3), "SK": Tally(1, 0, 0)},
        photographed={"HU": Tally(1, 1, 0)},
    )
    assert board.statistics() == expected
    assert database.open().statistics() == expected


def test_the_same_round_counts_once(database: Database) -> None:
    board, other = database.open(), database.open()
    round_id = record(board, reveal())
    board.statistics()
    for again in (board, other, board):
        again.record(round_id, "graded", reveal("SK"), rendered=False)
    other.statistics()
    assert board.statistics() == Statistics(rendered={"HU": Tally(1, 1, 0)})


def test_twenty_threads_at_once(database: Database) -> None:
    board = database.open()

    def play(i: int) -> None:
        for code in COUNTRY_CODES[:10]:
            record(board, reveal(code, code if i % 2 else None, code))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(play, range(20)))
    assert board.statistics().rendered == {code: Tally(20, 10, 20) for code in COUNTRY_CODES[:10]}


def test_twenty_servers_at_once(database: Database) -> None:
    """All open a database that is not there yet, and write at the same time."""
    boards = [database.open() for _ in range(20)]

    def play(board: SqlScoreboard) -> None:
        for _ in range(10):
            record(board, reveal())
            time.sleep(0.01)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(play, boards))
    for board in boards:
        board.close()
    assert database.open().statistics() == Statistics(rendered={"HU": Tally(200, 200, 0)})


def test_the_game_goes_on_while_the_database_is_away(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, waited, fail = threading.Event(), list[bool](), SqlScoreboard._failed

    def failed(*arguments: Any) -> object:
        waited.append(gate.wait(20))
        return fail(*arguments)

    monkeypatch.setattr(SqlScoreboard, "_failed", failed)
    board = database.open(patience_s=0.1)
    games = Games(FakeSource(size=(610, 112)), FakeOpponent(), scoreboard=board)
    view = games.start("a", "graded")
    view = games.next("a", games.guess("a", view.ticket, "HU").ticket)
    deadline = time.monotonic() + 20
    while everything(board.statistics()).rounds < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    with caplog.at_level(logging.WARNING), database.away():
        while view.session.phase != "summary":
            view = games.guess("a", view.ticket, "HU")
            view = games.next("a", view.ticket)
        assert len(view.session.reveals) == 5
        assert view.statistics is not None
        assert everything(view.statistics).rounds == 1, "the last that was known"
        assert waited == [], "nobody waits until the database is given up"
        gate.set()
        while not caplog.records and time.monotonic() < deadline:
            time.sleep(0.05)
        (line,) = [entry.getMessage() for entry in caplog.records]
        assert "the game goes on without it" in line
        assert "\n" not in line
        assert "geoduel:" not in line
    while everything(board.statistics()).rounds < 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert everything(board.statistics()).rounds == 5, "what waited is counted in the end"
    assert len(database.rows()) == 5


HOSTILE = ["'; DROP TABLE geoduel_rounds; --", "\x00", "hu", "HU\n", "Ω" * 10_000, "\ud800", "%s"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_are_no_guesses(database: Database, text: str) -> None:
    board = database.open()
    record(board, replace(reveal("HU", None, "HU"), human=Guess(text)))
    with pytest.raises(ValueError, match="no round"):
        board.record(uuid4(), text, reveal(), rendered=True)  # type: ignore[arg-type]
    assert board.statistics() == Statistics(rendered={"HU": Tally(1, 0, 1)})
    assert [row.human for row in database.rows()] == [None]


def test_what_others_write_into_the_table_stays_out_of_the_page(database: Database) -> None:
    board = database.open()
    record(board, reveal())
    board.statistics()
    engine = database.engine()
    with engine.begin() as connection:
        foreign = {"id": uuid4(), "hour": datetime.now(timezone.utc), "mode": "", "country": "<b"}
        points = {"human_points": 0, "model_points": 0}
        connection.execute(sa.insert(ROUNDS).values(rendered=True, **foreign, **points))
    engine.dispose()
    assert board.statistics() == Statistics(rendered={"HU": Tally(1, 1, 0)})


def test_both_schemes_of_a_database_url(cluster: Cluster) -> None:
    name = cluster.new_database()
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        board = SqlScoreboard(postgresql_engine(cluster.address(name, scheme)), patience_s=20)
        record(board, reveal())
        board.statistics()
        board.close()
    board = SqlScoreboard(postgresql_engine(cluster.address(name)), patience_s=20)
    assert everything(board.statistics()).rounds == 3
    board.close()


def test_a_role_that_may_write_but_create_nothing(cluster: Cluster) -> None:
    name = cluster.new_database()
    owner = SqlScoreboard(postgresql_engine(cluster.address(name)), patience_s=20)
    assert owner.statistics() == Statistics()
    owner.close()
    role = f"player_{uuid4().hex}"
    with psycopg.connect(cluster.address(name), autocommit=True) as connection:
        for statement in (
            f"CREATE ROLE {role} LOGIN PASSWORD 'x'",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON geoduel_rounds, geoduel_games TO {role}",
            f"GRANT SELECT ON geoduel_schema TO {role}",
        ):
            connection.execute(statement.encode())
    address = f"postgresql://{role}:x@127.0.0.1:{cluster.port}/{name}"
    board = SqlScoreboard(postgresql_engine(address), patience_s=20)
    record(board, reveal(mode=MODES[0]))
    assert everything(board.statistics()).rounds == 1
    board.close()


def test_a_wrong_password_is_one_line_that_does_not_repeat_it(
    cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"postgresql://geoduel:sesame@127.0.0.1:{cluster.port}/postgres"
    board = SqlScoreboard(postgresql_engine(address), patience_s=20)
    with caplog.at_level(logging.WARNING):
        record(board, reveal())
        assert board.statistics() == Statistics()
        board.close()
    line, lost = [entry.getMessage() for entry in caplog.records]
    assert "password authentication failed" in line
    assert "1 rounds could not be saved" in lost
    assert "sesame" not in caplog.text
