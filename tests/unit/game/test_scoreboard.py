"""The scoreboard without a server: statistics, settings, its place in games and messages."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.games import Games
from game.ports import Scoreboard
from game.rules.rounds import Guess, Mode, Reveal, Round, Verdict
from game.scoreboard import (
    SqlScoreboard,
    default_file,
    memory_engine,
    open_scoreboard,
    postgresql_engine,
    sqlite_engine,
)
from game.statistics import LEAST_ROUNDS, Statistics, Tally, differences, total
from game.ui import messages
from game.ui.texts import TEXTS
from game.views import GameView
from model.errors import ConfigError
from model.geography import COUNTRY_CODES
from model.levels import USUAL, Level
from model.types import Crop, Place
from tests.fakes import FakeOpponent, FakeScoreboard, FakeSource

tallies = st.builds(
    lambda n, a, b: Tally(n, min(n, a), min(n, b)), *[st.integers(0, 60) for _ in range(3)]
)
by_country = st.dictionaries(st.sampled_from(COUNTRY_CODES), tallies)

REVEAL = Reveal(
    Round(1, 0, Place("key", "HU", None, "test"), Crop(0, 0, 100, 43)),
    Guess("HU"),
    Guess("SK"),
    Verdict(1000, "country", 0.0, True),
    Verdict(0, "elsewhere", 200.0, True),
)


# Statistics


@given(by_country)
def test_leads_are_the_largest_and_only_where_there_is_enough(counted: Mapping[str, Tally]) -> None:
    human, model = differences(counted)
    for side, sign in ((human, 1), (model, -1)):
        assert len(side) <= 3
        leads = [sign * counted[code].human_lead for code in side]
        assert leads == sorted(leads, reverse=True)
        assert all(lead > 0 for lead in leads)
        assert all(counted[code].rounds >= LEAST_ROUNDS for code in side)
        left_out = set(counted) - set(side)
        smaller = [t for c in left_out if (t := counted[c]).rounds >= LEAST_ROUNDS]
        assert all(sign * t.human_lead <= min(leads, default=0) for t in smaller) or not leads
        if len(side) < 3:
            assert all(sign * t.human_lead <= 0 for t in smaller)


@given(st.lists(tallies))
def test_a_total_is_a_sum(some: list[Tally]) -> None:
    assert total(some).rounds == sum(tally.rounds for tally in some)
    assert -1 <= total(some).human_lead <= 1


# Settings


def test_off_is_no_scoreboard() -> None:
    assert open_scoreboard("", "off") is None
    assert open_scoreboard("postgresql://somewhere/db", "off") is None


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, "/home/a/.local/share/geoduel/scores.sqlite3"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/geoduel/scores.sqlite3"),
        ("darwin", {}, "/home/a/Library/Application Support/geoduel/scores.sqlite3"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/geoduel/scores.sqlite3"),
    ],
)
def test_the_default_file(
    platform: str, environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/a"))
    assert default_file(environ, platform) == Path(expected)


@pytest.mark.parametrize(
    "address",
    ["mysql://me:secret@host/db", "secret", "postgresql://me:secret@host:port/db", "sqlite://"],
)
def test_an_address_that_is_none_of_postgresql(address: str) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL") as caught:
        open_scoreboard(address, "")
    assert "secret" not in str(caught.value)


def test_the_engine_of_an_address() -> None:
    engine = postgresql_engine("postgres://me:p%40ss@host:5433/db?sslmode=require")
    assert engine.url.drivername == "postgresql+psycopg"
    assert engine.url.password == "p@ss"
    assert engine.url.query == {"sslmode": "require"}


def test_nothing_is_opened_before_the_first_round(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "scores.sqlite3"
    board = open_scoreboard("", str(file))
    assert board is not None
    assert not file.parent.exists()
    board.record(uuid4(), "graded", REVEAL, rendered=True)
    board.close()
    assert file.exists()


def test_no_home_directory_is_survived(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    with caplog.at_level(logging.WARNING):
        board = open_scoreboard("", "")
    assert board is not None
    assert len(caplog.records) == 1
    board.close()


@pytest.mark.parametrize("fault", ["a folder", "below a file", "no database", "read-only"])
def test_a_file_that_cannot_be_used(
    fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "scores.sqlite3"
    if fault == "a folder":
        file.mkdir()
    else:
        file.write_bytes(b"something else " * 1000)
    path = file / "scores.sqlite3" if fault == "below a file" else file
    if fault == "read-only":
        file.unlink()
        first = SqlScoreboard(sqlite_engine(file))
        first.record(uuid4(), "graded", REVEAL, rendered=True)
        first.close()
        path = Path(f"file:{file}?mode=ro&uri=true")
    engine = sqlite_engine(path)
    if fault == "read-only":
        import sqlalchemy as sa

        engine = sa.create_engine(f"sqlite:///{path}")
    board = SqlScoreboard(engine, spare=memory_engine, patience_s=20)
    with caplog.at_level(logging.WARNING):
        board.record(uuid4(), "graded", REVEAL, rendered=True)
        assert board.statistics() == Statistics(rendered={"HU": Tally(1, 1, 0)})
        board.close()
    (line,) = [entry.getMessage() for entry in caplog.records]
    assert "counting in memory" in line
    assert "scores.sqlite3" in line
    assert "GEODUEL_SCORES" in line
    assert "\n" not in line
    if fault == "no database":
        assert file.read_bytes().startswith(b"something else"), "left as it was"


# Patience


def test_statistics_are_cached_for_some_seconds() -> None:
    now_s = [0.0]
    board = SqlScoreboard(memory_engine(), cache_s=5, patience_s=20, clock_s=lambda: now_s[0])
    assert board.statistics() == Statistics()
    board.record(uuid4(), "graded", REVEAL, rendered=True)
    now_s[0] = 4.9
    assert board.statistics() == Statistics()
    now_s[0] = 5.0
    assert board.statistics() == Statistics(rendered={"HU": Tally(1, 1, 0)})
    board.close()


def test_a_database_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, waited = threading.Event(), list[bool]()
    monkeypatch.setattr("game.scoreboard.board.prepare", lambda _: waited.append(gate.wait(20)))
    board = SqlScoreboard(memory_engine(), patience_s=0.05)
    for _ in range(20_000):
        board.record(uuid4(), "graded", REVEAL, rendered=True)
    assert board.statistics() == Statistics()
    assert waited == [], "nobody waits until it hangs no longer"
    assert len(board._rounds) == 10_000, "memory stays bounded"
    assert board._executor._work_queue.qsize() <= 2
    gate.set()
    board.close()


def test_what_is_written_is_settled_though_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, insert = threading.Event(), SqlScoreboard._insert
    gate.set()

    def gated(board: SqlScoreboard, *arguments: object) -> bool:
        assert gate.wait(20)
        return insert(board, *arguments)

    monkeypatch.setattr(SqlScoreboard, "_insert", gated)
    board = SqlScoreboard(memory_engine())
    mine = board.record(uuid4(), "graded", REVEAL, rendered=True)
    assert board.settled(mine, 20)
    gate.clear()
    another = board.record(uuid4(), "graded", REVEAL, rendered=True)
    game = board.save("somebody", "state")
    assert board.settled(mine, 0)
    assert not board.settled(another, 0)
    assert not board.settled(game, 0)
    gate.set()
    assert board.settled(game, 20)
    assert board.settled(another, 0)
    board.close()


# In games


def new_games(scoreboard: Scoreboard | None) -> Games:
    source = FakeSource(size=(610, 112))
    return Games(source, FakeOpponent(), scoreboard=scoreboard, rng_seed=1)


def play(games: Games, key: str) -> GameView:
    """A whole game of right guesses, to its summary."""
    view = games.start(key, "graded")
    while view.session.phase != "summary":
        assert view.statistics is None, "only the summary shows it"
        if view.session.current is not None:
            view = games.guess(key, view.ticket, view.session.current.place.country)
        else:
            view = games.next(key, view.ticket)
    return view


def test_every_round_of_every_game_is_counted_once() -> None:
    board = FakeScoreboard()
    games = new_games(board)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: play(games, f"player {i}"), range(10)))
    counted = total(board.statistics().rendered.values())
    assert (counted.rounds, counted.human_right) == (50, 50)


def test_fifty_submits_at_once_count_once() -> None:
    recorded: list[UUID] = []

    class Listening(FakeScoreboard):
        def record(self, round_id: UUID, mode: Mode, reveal: Reveal, **details: object) -> int:
            recorded.append(round_id)
            return len(recorded)

    games = new_games(Listening())
    view = games.start("a", "graded")
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda i: games.guess("a", view.ticket, COUNTRY_CODES[i]), range(50)))
    assert len(recorded) == 1
    revealed = games.view("a")
    assert revealed is not None
    following = games.next("a", revealed.ticket)
    games.guess("a", following.ticket, "HU")
    assert len(set(recorded)) == 2


def test_the_summary_survives_a_broken_scoreboard(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeScoreboard):
        def record(self, *_: object, **__: object) -> int:
            raise OSError("told to fail")

        def statistics(self, level: Level = USUAL) -> Statistics:
            raise OSError("told to fail")

    view = play(new_games(Broken()), "a")
    assert view.session.human_total == 5000
    assert view.statistics is None
    assert [one.exc_info and one.exc_info[0] for one in caplog.records] == [OSError] * 6


def test_a_scoreboard_that_cannot_say_what_it_saved_has_saved_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(FakeScoreboard):
        def settled(self, number: int, patience_s: float) -> bool:
            raise OSError("told to fail")

    games = new_games(Broken())
    view = games.start("a", "graded")
    assert games.guess("a", view.ticket, "HU").unsaved == "unsaved"
    assert "does not say what it has saved" in caplog.text


def test_a_reveal_says_how_its_round_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    fine = SqlScoreboard(memory_engine())
    spare = SqlScoreboard(sqlite_engine(tmp_path / "a file" / "x"), spare=memory_engine)
    away = SqlScoreboard(sqlite_engine(tmp_path / "a file" / "x"))
    for board, said in ((fine, ""), (spare, "unsaved_memory"), (away, "unsaved")):
        games = Games(FakeSource(size=(610, 112)), FakeOpponent(), scoreboard=board, store=board)
        view = games.start("a", "graded")
        assert view.unsaved == "", "no round is finished"
        revealed = games.guess("a", view.ticket, "HU")
        assert revealed.unsaved == messages.game_message(revealed)["unsaved"] == said
        assert not said or all(said in texts for texts in TEXTS.values())
        board.close()


def test_without_a_scoreboard_nothing_is_shown() -> None:
    games = new_games(None)
    assert not games.counts
    assert "statistics" not in messages.game_message(play(games, "a"))


# In messages


def test_the_message_of_the_summary() -> None:
    before = Statistics(
        rendered={"JP": Tally(40, 30, 10), "IS": Tally(19, 19, 0)},
        photographed={"BR": Tally(20, 0, 20)},
    )
    view = play(new_games(FakeScoreboard(before)), "a")
    message = messages.game_message(view)
    assert json.loads(json.dumps(message)) == message
    rendered, photographed = message["statistics"]
    assert (rendered["rendered"], photographed["rendered"]) == (True, False)
    assert (rendered["rounds"], rendered["human"]) == (64, 54)
    assert rendered["leads"]["human"] == [
        {"country": "JP", "rounds": 40, "human": 30, "model": 10},
    ]
    assert rendered["leads"]["model"] == []
    assert [row["country"] for row in photographed["leads"]["model"]] == ["BR"]


def test_the_message_of_an_empty_scoreboard() -> None:
    class Late(FakeScoreboard):
        def statistics(self, level: Level = USUAL) -> Statistics:
            return Statistics()

    assert messages.game_message(play(new_games(Late()), "a"))["statistics"] == []
