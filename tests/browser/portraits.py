"""Take the pictures of the README and the card of shared links, from real rounds.

usage::

    python -m tests.browser.portraits

Chromium plays the practice world until the net is right. Then it writes the reveal on a desk, on a
phone in Hungarian and as the card, and a whole round that moves; all with rendered panoramas.
"""

from __future__ import annotations

import base64
import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser

from game.ui.server import CARD
from tests.browser.conftest import Player, launched, serving
from tests.conftest import ROOT

FIGURES = ROOT / "assets" / "figures"
TRIES = 40
FRAMES_PER_S = 8
TYPED = "Ukr"
"""What is typed in every round; it leaves one country to choose."""


class Film:
    """What Chromium shows, frame by frame, while it is on.

    Args:
        player: whose page.
    """

    def __init__(self, player: Player) -> None:
        self._session = player.context.new_cdp_session(player.page)
        self._frames: list[tuple[float, bytes]] = []
        self._session.on("Page.screencastFrame", self._keep)
        size = {"maxWidth": 960, "maxHeight": 600}
        self._session.send("Page.startScreencast", {"format": "jpeg", "quality": 90, **size})

    def _keep(self, frame: dict[str, Any]) -> None:
        self._frames.append((frame["metadata"]["timestamp"], base64.b64decode(frame["data"])))
        self._session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    def stop(self) -> None:
        """No more frames."""
        self._session.send("Page.stopScreencast")

    def save(self, file: Path) -> None:
        """An animated WebP that runs for ever, at most ``FRAMES_PER_S``; the last frame stays."""
        kept: list[tuple[float, Image.Image]] = []
        for at_s, data in self._frames:
            picture = Image.open(io.BytesIO(data)).convert("RGB")
            if kept and at_s - kept[-1][0] < 1 / FRAMES_PER_S:
                kept[-1] = (kept[-1][0], picture)
            else:
                kept.append((at_s, picture))
        ends = [at_s for at_s, _ in kept[1:]] + [kept[-1][0] + 3]
        lasts_ms = [round(1000 * (end - at)) for (at, _), end in zip(kept, ends, strict=True)]
        first, *others = (picture for _, picture in kept)
        first.save(
            file,
            save_all=True,
            append_images=others,
            duration=lasts_ms,
            loop=0,
            quality=60,
            method=6,
        )


def until_the_net_is_right(player: Player, *, film: bool = False) -> Film | None:
    """Play rounds until the net knows a country; leaves the page at that reveal."""
    page = player.page
    for _ in range(TRIES):
        player.wait_for_deal()
        page.wait_for_function("document.querySelector('#round-image img').complete")
        shot = Film(player) if film else None
        page.wait_for_timeout(1500 if film else 0)
        page.locator("#country-input").press_sequentially(TYPED, delay=250 if film else 0)
        page.press("#country-input", "Enter")
        page.wait_for_timeout(800 if film else 0)
        page.click("#guess-button")
        page.wait_for_selector("#truth strong")
        page.wait_for_selector("#verdicts .is-model")
        page.wait_for_timeout(7000 if film else 1500)  # the scene, and the tests of its map
        if shot:
            shot.stop()
        if page.locator("#verdicts .is-model.won").count():
            return shot
        player.next()
        if page.get_attribute(".gd", "data-phase") == "summary":
            player.next()
    raise SystemExit(f"the net was wrong in {TRIES} rounds")


def save(player: Player, file: Path) -> None:
    """What the page shows, as a JPEG."""
    shown = Image.open(io.BytesIO(player.page.screenshot())).convert("RGB")
    shown.save(file, quality=82, optimize=True)


def take(chromium: Browser, port: int) -> None:
    """All of them."""
    url = f"http://127.0.0.1:{port}/"
    desk = Player(chromium, url, viewport={"width": 1280, "height": 800})
    until_the_net_is_right(desk)
    save(desk, FIGURES / "game-desktop.jpg")
    desk.page.set_viewport_size({"width": 1200, "height": 630})
    desk.page.mouse.move(600, 10)
    desk.page.wait_for_timeout(1000)
    save(desk, CARD)
    desk.context.close()

    hands = {"is_mobile": True, "has_touch": True, "device_scale_factor": 1}
    look = {"locale": "hu-HU", "color_scheme": "dark"}
    phone = Player(chromium, url, viewport={"width": 390, "height": 844}, **look, **hands)
    until_the_net_is_right(phone)
    save(phone, FIGURES / "game-phone.jpg")
    phone.context.close()

    actor = Player(
        chromium, url, viewport={"width": 1280, "height": 800}, reduced_motion="no-preference"
    )
    film = until_the_net_is_right(actor, film=True)
    assert film is not None
    film.save(FIGURES / "game-round.webp")
    actor.context.close()


def main() -> None:
    """Serve the game, and take the pictures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving("app.py", log=Path(folder) / "log") as port,
        launched() as chromium,
    ):
        take(chromium, port)


if __name__ == "__main__":
    main()
