"""The game is there before Gradio's frontend, which takes it in without a player seeing it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Literal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Route

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
SIZES: list[tuple[int, int, Scheme]] = [(1280, 800, "light"), (390, 844, "dark")]
BYTES_MAX = 100_000
"""Before the first picture: the page itself, a style, two small scripts."""


WATCH = """
window.places = new Set();
(function look() {
  const picture = document.querySelector("#round-image img")?.closest("#round-image");
  if (picture) places.add(JSON.stringify(picture.getBoundingClientRect()));
  requestAnimationFrame(look);
})();
"""
"""Notes in each frame where the picture stands."""


class Visitor:
    """One whose browser gets Gradio's frontend only when :meth:`let_in` is called."""

    def __init__(
        self, browser: Browser, port: int, *, width: int, height: int, scheme: Scheme
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=width < 500,
            is_mobile=width < 500,
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-GB",
        )
        self.page: Page = self.context.new_page()
        self.page.add_init_script(WATCH)
        self._bytes = self.before_picture = 0
        self._held: list[Route] = []
        self.page.on("requestfinished", self._count)
        self.page.route("**/assets/index-*.js", self._hold)
        self.page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
        self.page.wait_for_selector("#round-image img")
        self.page.wait_for_selector("#world-map path[data-code]", state="attached")
        self.page.wait_for_function("document.querySelector('script[src*=\"assets/index-\"]')")

    def _hold(self, route: Route) -> None:
        self._held.append(route)

    def _count(self, request: Request) -> None:
        if request.url.endswith("/geoduel/open"):  # brings the picture
            self.before_picture = self._bytes
        sizes = request.sizes()
        self._bytes += sizes["responseBodySize"] + sizes["responseHeadersSize"]

    def let_in(self) -> None:
        for route in self._held:
            route.continue_()

    def cut_off(self) -> None:
        """The frontend never comes."""
        for route in self._held:
            route.abort()

    def looks(self) -> Image.Image:
        """What is on the screen."""
        png = self.page.screenshot(animations="disabled", caret="hide")
        return Image.open(io.BytesIO(png)).convert("RGB")

    def at_home(self) -> bool:
        return bool(self.page.evaluate("Boolean(document.querySelector('gradio-app .gd'))"))


def differing_pixels(one: Image.Image, other: Image.Image) -> int:
    """How many differ by more than rounding does."""
    apart = np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max(axis=2)
    return int((apart > 10).sum())


@pytest.fixture
def visitor(
    chromium: Browser, fakes_port: int, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    width, height, scheme = request.param
    one = Visitor(chromium, fakes_port, width=width, height=height, scheme=scheme)
    yield one
    one.context.close()


@pytest.mark.parametrize("visitor", SIZES, indirect=True)
def test_the_game_moves_into_its_component_while_it_is_played(visitor: Visitor) -> None:
    page = visitor.page
    assert 50_000 < visitor.before_picture < BYTES_MAX
    assert not visitor.at_home()
    page.fill("#country-input", "Hung")
    looks = visitor.looks()
    page.evaluate("places.clear()")
    visitor.let_in()
    page.wait_for_function("document.querySelector('gradio-app .gd')")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("places.size") == 1, "no frame in another layout"
    assert page.input_value("#country-input") == "Hung"
    assert page.evaluate("document.activeElement.id") == "country-input"
    assert differing_pixels(visitor.looks(), looks) == 0
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_selector("#truth strong")


@pytest.mark.parametrize("visitor", SIZES[:1], indirect=True)
def test_an_open_dialog_stays_open(visitor: Visitor) -> None:
    page = visitor.page
    page.click("#rules-button")
    visitor.let_in()
    page.wait_for_function("document.querySelector('gradio-app .gd')")
    assert page.evaluate("document.querySelector('#rules').matches(':modal')")
    page.keyboard.press("Escape")
    assert not page.is_visible("#rules")


@pytest.mark.parametrize("visitor", SIZES, indirect=True)
def test_a_browser_that_cannot_move_it_leaves_it_where_it_is(visitor: Visitor) -> None:
    page = visitor.page
    page.evaluate("delete Element.prototype.moveBefore")
    looks = visitor.looks()
    visitor.let_in()
    page.wait_for_function("document.querySelector('gradio-app #geoduel')")
    page.wait_for_load_state("networkidle")
    assert not visitor.at_home()
    assert differing_pixels(visitor.looks(), looks) == 0
    page.click("#pass-button")
    page.wait_for_selector("#truth strong")


@pytest.mark.parametrize("visitor", SIZES[:1], indirect=True)
def test_a_frontend_that_never_comes_is_not_missed(visitor: Visitor) -> None:
    page = visitor.page
    visitor.cut_off()
    for _ in range(2):
        page.click("#pass-button")
        page.wait_for_selector("#truth strong")
        page.click("#next-button")
        page.wait_for_selector(".gd[data-phase=guess]")
    assert page.inner_text(".gd-round") == "Round 3 of 5"
