"""The real program, ended by real signals: what was played is saved, and played on later."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.served import Server

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_game_goes_on_after_the_server_was_ended(number: signal.Signals, tmp_path: Path) -> None:
    scores, log = tmp_path / "scores.sqlite3", tmp_path / "log"
    server = Server(scores, log)
    try:
        dealt = server.ask("open")
        revealed = server.ask("guess", step=dealt["step"], country="HU")
        assert not revealed["unsaved"], "what is acknowledged is written"
        following = server.ask("next", step=revealed["step"])
        if number == signal.SIGKILL:  # which nobody hears: only what is acknowledged is promised
            server.ask("replay", round=1)
    finally:
        server.process.send_signal(number)
        status = server.process.wait(60)
    assert status == {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGKILL: -9}[number]
    assert "Traceback" not in log.read_text()
    with closing(sqlite3.connect(scores)) as database:
        assert database.execute("SELECT count(*) FROM geoduel_rounds").fetchone() == (1,)
    server = Server(scores, log)
    try:
        back = server.ask("open", server=dealt["server"])
        assert back["lost"] == ""
        assert (back["step"], back["history"]) == (following["step"], revealed["history"])
        assert back["picture"] == following["picture"]
        assert server.ask("guess", step=back["step"], country="HU")["number"] == 2
    finally:
        server.process.terminate()
        server.process.wait(60)
    with closing(sqlite3.connect(scores)) as database:
        assert database.execute("SELECT count(*) FROM geoduel_rounds").fetchone() == (2,)
