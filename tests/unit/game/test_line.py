"""Who waits is served in order, and knows the place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from PIL import Image

from game import opponent_turn
from game.games import Games
from game.line import Line
from tests.fakes import FakeAnalysis, FakeOpponent
from tests.unit.game.playing import small_source


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_served_in_the_order_of_arrival_so_many_at_once() -> None:
    line, go, served = Line(2), threading.Semaphore(0), []
    at_work, most, lock = 0, 0, threading.Lock()

    def visit(name: str) -> None:
        nonlocal at_work, most
        with line.turn(name):
            with lock:
                at_work += 1
                most = max(most, at_work)
                served.append(name)
            go.acquire()
            with lock:
                at_work -= 1

    threads = []
    for name in "abcdef":
        threads.append(threading.Thread(target=visit, args=name))
        threads[-1].start()
        until(lambda: line._line[-1][1] == name)  # noqa: B023
    assert [line.ahead(name) for name in "abcdef"] == [0, 0, 1, 2, 3, 4]
    go.release()
    until(lambda: line.ahead("c") == 0)
    assert line.ahead("f") == 3
    for _ in range(5):
        go.release()
    for thread in threads:
        thread.join(20)
    assert sorted(served[:2]) + served[2:3] == ["a", "b", "c"]
    assert (most, sorted(served), line.ahead("a")) == (2, list("abcdef"), 0)


def test_a_turn_that_fails_holds_up_nobody() -> None:
    line = Line(1)
    with pytest.raises(RuntimeError), line.turn("a"):
        raise RuntimeError("told to fail")
    with line.turn("b"):
        assert line.ahead("b") == 0


def test_players_know_how_many_turns_of_the_opponent_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opponent_turn, "allowance", lambda: 1)
    go = threading.Event()

    class Waiting(FakeOpponent):
        def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
            go.wait(20)
            return super().analyse(picture)

    games = Games(small_source(), Waiting())
    dealt = [games.start(key, "graded") for key in "abc"]
    assert [games.ahead(key) for key in "abcd"] == [0, 1, 2, 0]
    guess = threading.Thread(target=games.guess, args=("c", dealt[2].ticket, "HU"))
    guess.start()  # holds c's lock while it waits
    assert games.ahead("c") == 2
    go.set()
    guess.join(20)
    assert [games.ahead(key) for key in "abc"] == [0, 0, 0]
