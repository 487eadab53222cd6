"""A real server process and a real browser; what a player does, in a few words."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
CHROMIUM_OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PATIENCE_S = 300


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(*command: str, log: Path, **environ: str) -> Iterator[int]:
    """Run a server that takes ``--port``; yields the port once it answers.

    Its scores stay in memory: tests leave nothing among the user's data.
    """
    port = free_port()
    env = {**os.environ, "GEODUEL_SCORES": ":memory:", "DATABASE_URL": "", **environ}
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, *command, "--port", str(port)],
            cwd=ROOT,
            env=env,
            stdout=stream,
            stderr=stream,
        )
        try:
            wait_for_server(port, process, log)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def wait_for_server(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended at once:\n{log.read_text()}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"no server after {PATIENCE_S} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def fakes_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server with fakes that deals Hungary and Slovakia only, so that some guesses are right."""
    log = tmp_path_factory.mktemp("fakes") / "log"
    command = ("-m", "tests.browser.serve_fakes", "--countries", "HU,SK")
    with serving(*command, log=log) as port:
        yield port
        assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def fakes_all_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server with fakes that deals all 56 countries."""
    log = tmp_path_factory.mktemp("fakes-all") / "log"
    with serving("-m", "tests.browser.serve_fakes", log=log) as port:
        yield port


@pytest.fixture
def seeded_port(tmp_path: Path) -> Iterator[int]:
    """A server whose first visitor is always dealt the same.

    Of the first panorama the outlines of all maps differ, and who passes is beaten by the net.
    """
    command = ("-m", "tests.browser.serve_fakes", "--countries", "HU,SK", "--seed", "2")
    with serving(*command, log=tmp_path / "log") as port:
        yield port


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        pytest.fail("needs Chromium: make setup")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


class Player:
    """One visitor in a browser of their own, at the page's element ids."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.context = browser.new_context(
            # The last frame of every scene at once, unless a test is about the scene.
            **{"locale": "en-GB", "reduced_motion": "reduce", **options}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.requested: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(url)
        self.wait_for_deal()
        # Whole: a connection cut now is not one that Gradio's frontend misses.
        self.page.wait_for_selector("gradio-app .gd")

    def wait_for_deal(self) -> None:
        self.page.wait_for_selector("#round-image img[src]")
        self.page.wait_for_selector("#guess-button:visible:enabled")
        self.page.wait_for_selector("#world-map path[data-code]", state="attached")

    def choose(self, text: str) -> None:
        self.page.fill("#country-search input", text)
        self.page.press("#country-search input", "Enter")

    def guess(self, text: str) -> None:
        self.choose(text)
        self.page.click("#guess-button")
        self.page.wait_for_selector("#truth strong")

    @property
    def points(self) -> dict[str, int]:
        """What the round that is revealed brought each side."""
        shown = {who: self.text(f"#verdicts .is-{who} .gd-points") for who in ("human", "model")}
        return {who: int(re.sub(r"\D", "", text)) for who, text in shown.items()}

    @property
    def focused(self) -> str:
        """The id of what has the focus, or its class; empty where that is the page's body."""
        return str(
            self.page.evaluate(
                "(e => e === document.body ? '' : e.id || e.className)(document.activeElement)"
            )
        )

    def tab(self, name: str) -> None:
        """Open another part of the page, through the menu where the bar has no room for tabs."""
        if not self.page.locator(f"#tab-{name}").is_visible():
            self.page.click("#menu-button")
        self.page.click(f"#tab-{name}")

    def next(self) -> None:
        phase = self.page.get_attribute(".gd", "data-phase")
        self.page.click("#next-button:enabled")
        self.page.wait_for_selector(f".gd:not([data-phase={phase}])")

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)

    def score(self, who: str) -> int:
        """The total in a player's card."""
        return int(re.sub(r"\D", "", self.text(f"#score-{who} .gd-total")))

    @property
    def truth(self) -> str:
        return self.text("#truth strong")

    def screenshot(self, name: str, **options: Any) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", **options)


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Player]]:
    """Open the page as a new visitor: ``visit(port)``; no script may have failed at the end."""
    players: list[Player] = []

    def open_page(port_or_url: int | str, **options: Any) -> Player:
        url = f"http://127.0.0.1:{port_or_url}/" if isinstance(port_or_url, int) else port_or_url
        players.append(Player(chromium, url, **options))
        return players[-1]

    yield open_page
    for player in players:
        player.context.close()
        assert player.errors == []
