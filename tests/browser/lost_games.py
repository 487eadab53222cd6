"""How many running games get lost: ``python -m tests.browser.lost_games [--tries 20]``.

The real program with an SQLite file and a real browser; between them a relay that cuts. In every
try two rounds are played, something happens in the second, and the game must go on: the same round,
the same score, nothing counted twice. Prints a line for each kind of trouble as it is done, and
exits with 1 if a game was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.conftest import CHROMIUM_OPTIONS, free_port, wait_for_server
from tests.browser.relay import Relay
from tests.conftest import ROOT

PATIENCE_MS = 120_000


class Server:
    """``app.py`` with an SQLite file, ended and started again on another port when told."""

    def __init__(self, folder: Path) -> None:
        self.scores, self._log = folder / "scores.sqlite3", folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        self.port = free_port()
        env = {**os.environ, "GEODUEL_SCORES": str(self.scores), "DATABASE_URL": ""}
        with self._log.open("a") as log:
            command = [sys.executable, "app.py", "--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        wait_for_server(self.port, self.process, self._log)

    def stop(self, *, kill: bool = False) -> None:
        assert self.process is not None
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(60)

    def rounds(self) -> int:
        with contextlib.closing(sqlite3.connect(self.scores)) as database:
            return int(database.execute("SELECT count(*) FROM geoduel_rounds").fetchone()[0])


class Try:
    """One game in a tab of its own."""

    def __init__(self, browser: Browser, relay: Relay, server: Server) -> None:
        self.relay, self.server = relay, server
        self.context = browser.new_context(locale="en-GB")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.goto(relay.url)
        self.phase("guess")

    def state(self) -> dict[str, Any]:
        script = "({...GeoDuel.state.game, picture: null, heat: null})"
        return dict(json.loads(json.dumps(self.page.evaluate(script))))

    def phase(self, wanted: str) -> None:
        self.page.wait_for_selector(f".gd[data-phase={wanted}]", state="attached")

    def guess(self) -> None:
        self.page.click("#pass-button")

    def next(self) -> None:
        self.page.click("#next-button")

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_function("window.GeoDuel?.state?.game")


def reload_at_the_guess(game: Try) -> None:
    game.reload()
    game.guess()


def reload_at_the_reveal(game: Try) -> None:
    game.guess()
    game.phase("reveal")
    game.reload()


def cut_before_the_guess(game: Try) -> None:
    game.relay.cut()
    game.guess()
    game.page.wait_for_selector(".gd-connection")
    game.relay.mend()


def cut_during_the_guess(game: Try) -> None:
    game.relay.swallow_answer("guess")
    game.guess()


def cut_after_the_guess(game: Try) -> None:
    game.guess()
    game.phase("reveal")
    game.relay.cut_once()


def server_ended(game: Try, *, kill: bool = False) -> None:
    game.server.stop(kill=kill)
    game.guess()
    game.page.wait_for_selector(".gd-connection")
    game.server.start()
    game.relay.target = game.server.port


def server_killed(game: Try) -> None:
    server_ended(game, kill=True)


TROUBLES: tuple[Callable[[Try], None], ...] = (
    reload_at_the_guess,
    reload_at_the_reveal,
    cut_before_the_guess,
    cut_during_the_guess,
    cut_after_the_guess,
    server_ended,
    server_killed,
)


def survives(trouble: Callable[[Try], None], game: Try) -> bool:
    """Whether a game goes on through this: the second round is judged, once, and a third comes."""
    before = game.server.rounds()
    game.guess()
    game.phase("reveal")
    first = game.state()["history"]
    game.next()
    game.phase("guess")
    trouble(game)
    game.phase("reveal")
    now = game.state()
    kept = now["number"] == 2 and now["history"][:1] == first and not now["lost"]
    game.next()
    game.phase("guess")
    third = game.state()
    went_on = third["number"] == 3 and len(third["history"]) == 2
    return kept and went_on and _counted(game.server, before + 2)


def _counted(server: Server, rounds: int) -> bool:
    """Whether there are so many rounds in the end, and no more."""
    deadline = time.monotonic() + 30
    while server.rounds() < rounds and time.monotonic() < deadline:
        time.sleep(0.1)
    return server.rounds() == rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=20)
    parser.add_argument("--only", choices=[one.__name__ for one in TROUBLES])
    chosen = parser.parse_args()
    lost_in_all = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        relay = Relay(server.port)
        urllib.request.urlopen(relay.url, timeout=60).close()
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        try:
            # The first guess makes the tables that are counted from then on.
            warm = Try(browser, relay, server)
            warm.guess()
            warm.phase("reveal")
            for trouble in TROUBLES:
                if chosen.only in (None, trouble.__name__):
                    name, tries = trouble.__name__.replace("_", " "), range(1, chosen.tries + 1)
                    lost = 0
                    for number in tries:
                        if fault := _fault(trouble, browser, relay, server):
                            lost += 1
                            print(f"{name}, try {number}: {fault}", file=sys.stderr)
                    lost_in_all += lost
                    print(f"{name}: {lost} of {chosen.tries} games lost", flush=True)
        finally:
            browser.close()
            server.stop()
    sys.exit(1 if lost_in_all else 0)


def _fault(trouble: Callable[[Try], None], browser: Browser, relay: Relay, server: Server) -> str:
    """How a game was lost; empty if it goes on."""
    game = Try(browser, relay, server)
    try:
        return "" if survives(trouble, game) else "another game, or other counts"
    except PlaywrightError as error:
        return str(error).splitlines()[0]
    finally:
        relay.mend()
        game.context.close()


if __name__ == "__main__":
    main()
