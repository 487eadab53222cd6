"""The real program, ended by real signals: what was played is saved, and played on later."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import free_port, wait_for_server
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
KEY = "ab" * 16


class Server:
    """``python app.py`` with an SQLite file."""

    def __init__(self, scores: Path, log: Path) -> None:
        self._port = free_port()
        env = {**os.environ, "GEODUEL_SCORES": str(scores), "DATABASE_URL": ""}
        with log.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", "--port", str(self._port)],
                cwd=ROOT,
                env=env,
                stdout=stream,
                stderr=stream,
            )
        try:
            wait_for_server(self._port, self.process, log)
        except BaseException:
            self.process.kill()
            raise

    def ask(self, name: str, **data: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/geoduel/{name}",
            json.dumps({"key": KEY, **data}).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return dict(json.load(answer))


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
