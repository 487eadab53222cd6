"""The tools of a round: a closer look, a map that grows, taps, keys, and what is said aloud."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
TINY = ("BE", "NL", "SK", "LV", "AD")


def seen(page: Page) -> list[float]:
    """The part of the picture in its frame: left, top, width, height, as fractions."""
    return list(
        page.locator(".gd-frame:visible").evaluate(
            "({viewer}) => GeoDuel.view.seen(viewer.view, viewer.size, viewer.shape)"
        )
    )


def test_the_picture_is_looked_at_closely_and_put_back(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, **DESK)
    page = player.page
    whole = seen(page)
    assert whole == pytest.approx([0, 0, 1, 1], abs=0.01)
    page.mouse.move(960, 186)
    for _ in range(30):
        page.mouse.wheel(0, -200)
    left, top, width, _ = seen(page)
    assert width == pytest.approx(0.25, abs=0.01), "four times as close, and no closer"
    assert (left, top) == (pytest.approx(0.75 * 0.75, abs=0.02), pytest.approx(0.1875, abs=0.02))
    page.mouse.down()
    page.mouse.move(1200, 400, steps=4)
    page.mouse.up()
    assert seen(page)[0] == pytest.approx(left - 240 / 1280 / 4, abs=0.01)
    page.keyboard.press("Escape")
    assert seen(page) == pytest.approx(whole, abs=0.01)
    page.mouse.dblclick(400, 300)
    assert seen(page)[2] < 0.5
    page.mouse.dblclick(400, 300)
    assert seen(page) == pytest.approx(whole, abs=0.01)
    page.focus(".gd-frame:visible")
    for key in ("+", "+", "ArrowRight"):
        page.keyboard.press(key)
    assert seen(page)[2] == pytest.approx(1 / 1.5**2, abs=0.01)
    player.guess("HU")
    assert seen(page) == pytest.approx(whole, abs=0.01), "nothing of the reveal is out of sight"


def test_a_phone_pans_over_the_whole_crop(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, **PHONE)
    page = player.page
    _, top, width, height = seen(page)
    assert (top, height) == pytest.approx((0, 1), abs=0.01)
    assert 0.3 < width < 0.6
    assert page.locator(".gd-thumb").is_visible()
    reached = []
    for start, end in ((350, 20), (20, 350)):
        for _ in range(3):
            page.mouse.move(start, 200)
            page.mouse.down()
            page.mouse.move(end, 200, steps=3)
            page.mouse.up()
        reached.append(seen(page)[0])
    assert reached == pytest.approx([1 - width, 0], abs=0.01)
    page.tap(".gd-stage .gd-enlarge")
    assert seen(page) == pytest.approx([0, 0, 1, 1], abs=0.01)
    assert not page.locator(".gd-thumb").is_visible()


def test_the_map_grows_over_the_picture_shrinks_and_is_pinned(
    fakes_port: int, visit: Visit
) -> None:
    page = visit(fakes_port, **DESK).page

    def size() -> tuple[float, float]:
        page.wait_for_timeout(800)
        box = page.locator("#world-map").bounding_box()
        assert box is not None
        return box["width"] / 1280, box["height"] / 800

    small = size()
    assert small == pytest.approx((0.33, 0.22), abs=0.03)
    assert page.locator(".gd-names span").count() == 0
    page.hover("#world-map")
    assert size() == pytest.approx((0.55, 0.65), abs=0.02)
    assert "Brazil" in page.locator(".gd-names span").all_inner_texts()
    page.mouse.move(200, 200)
    assert size() == pytest.approx(small)
    page.hover("#world-map")
    page.wait_for_timeout(500)
    page.click("#map-pin")
    page.mouse.move(200, 200)
    assert size()[0] > 0.5
    page.click("#map-shrink")
    page.mouse.move(200, 200)
    assert size() == pytest.approx(small)

    page.focus("#guess-button")
    for _ in range(9):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "gd-map-view":
            break
    assert size()[0] > 0.5, "focus opens it as well"
    before = page.get_attribute(".gd-map-view > svg", "viewBox")
    for key in ("+", "+", "+", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.get_attribute(".gd-map-view > svg", "viewBox") != before
    page.keyboard.press("Escape")
    assert size() == pytest.approx(small)


def test_a_finger_hits_the_smallest_countries(
    fakes_port: int, visit: Visit, record_property: Callable[[str, object], None]
) -> None:
    page = visit(fakes_port, reduced_motion="reduce", **PHONE).page  # the map moves at once
    hits = {}
    for code in TINY:
        rng = Random(code)
        hits[code] = 0
        for _ in range(8):
            x, y = page.evaluate(
                "code => { const { countries } = GeoDuel.data; GeoDuel.map.world();"
                " const v = document.querySelector('.gd-map-view').getBoundingClientRect();"
                " const [x, y] = GeoDuel.map.toView(countries[code].map);"
                " return [v.left + x, v.top + y]; }",
                code,
            )
            angle, far = rng.uniform(0, 2 * math.pi), rng.uniform(0, 4)
            page.touchscreen.tap(x + far * math.cos(angle), y + far * math.sin(angle))
            offered = page.locator(f".gd-offer [data-code={code}]")
            if offered.is_visible():
                box = offered.bounding_box()
                assert box is not None
                assert box["height"] >= 44
                offered.tap()
            hits[code] += page.evaluate("GeoDuel.state.picked") == code
    record_property("hits_of_eight", str(hits))
    assert min(hits.values()) == 8, hits


def test_a_country_that_is_not_in_the_game_is_called_so(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, **DESK)
    page = player.page
    player.choose("Austria")
    assert page.input_value("#country-input") == "Austria"
    assert player.text("#country-list") == "Austria is not among the 56"
    assert page.text_content("#announcer") == "Austria is not among the 56", "said, not only shown"
    page.click("#guess-button")
    assert player.text("#status") == "Austria is not among the 56"
    assert page.get_attribute(".gd", "data-phase") == "guess"
    page.hover("#world-map")
    page.wait_for_timeout(600)
    x, y = page.evaluate(
        "(() => { const v = document.querySelector('.gd-map-view').getBoundingClientRect();"
        " const [x, y] = GeoDuel.map.toView([7000, 1600]); return [v.left + x, v.top + y]; })()"
    )
    page.mouse.click(x, y)
    assert player.text("#status") == "China is not among the 56"
    assert player.text(".gd-tip") == "China is not among the 56"
    absent = page.locator(".gd-names .absent").all_inner_texts()
    assert "China" in absent
    assert "Brazil" not in absent


def test_the_map_takes_the_focus_before_its_tools_go(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, **DESK)
    page = player.page
    for tool, *keys in (
        ("#map-shrink", "Enter"),
        ("[data-zoom=in]", "Escape"),
        ("#map-pin", "Enter", "Enter"),
    ):
        page.mouse.move(200, 200)
        page.hover("#world-map")
        page.wait_for_selector("#world-map.large")
        page.focus(tool)
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_selector("#world-map:not(.large)")
        assert player.focused == "gd-map-view", tool


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_guess_without_a_country_shakes_nobody_who_wants_less_motion(
    fakes_port: int, visit: Visit, motion: str
) -> None:
    player = visit(fakes_port, reduced_motion=motion, **DESK)
    player.page.evaluate(
        "() => { window.moved = 0; Element.prototype.animate = () => void (moved += 1); }"
    )
    player.page.click("#guess-button")
    assert "Choose a country first" in player.text("#status")
    assert player.page.evaluate("moved") == (0 if motion == "reduce" else 1)


TAKEN = """([selector, keys, held]) => keys.filter((key) => {
  const init = { key, [held]: true, bubbles: true, cancelable: true };
  return !document.querySelector(selector).dispatchEvent(new KeyboardEvent("keydown", init));
})"""
"""Which of these keys the page keeps from the browser."""


def test_keys_that_zoom_or_leave_the_page_stay_the_browsers(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, **DESK)
    page = player.page
    player.guess("Iceland")
    page.click(".heat-why")
    page.click(".why-cover")
    page.keyboard.press("+")

    def state() -> tuple[object, ...]:
        world = page.get_attribute(".gd-map-view > svg", "viewBox")
        patch = page.get_attribute(".heat-patch", "style")
        return seen(page), world, patch, page.get_attribute(".gd", "data-tab")

    before = state()
    keys = ["+", "=", "-", "0", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]
    places = "#heatmap .gd-frame", ".gd-map-view", ".heat-patch", "#tab-play", "#guide-filter"
    for held in ("ctrlKey", "metaKey", "altKey"):
        for place in (*places, "body"):
            assert page.evaluate(TAKEN, [place, keys, held]) == [], (held, place)
    assert state() == before
    assert page.evaluate(TAKEN, ["#heatmap .gd-frame", keys, "shiftKey"]) == keys


BESIDE = """() => [...document.querySelectorAll(".gd-verdict")].map((row) => {
  const [a, b] = ["b", ".gd-points"].map((part) => row.querySelector(part).getBoundingClientRect());
  return a.right <= b.left && a.top < b.bottom && b.top < a.bottom;
})"""


def test_the_narrowest_reveal(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, **{**PHONE, "viewport": {"width": 360, "height": 640}})
    page = player.page
    player.guess("AE")
    assert page.evaluate(BESIDE) == [True, True], "points beside the United Arab Emirates"
    box = page.locator("#world-map").bounding_box()
    assert box is not None
    assert box["height"] > 140
    page.tap(".gd-map-view")
    page.wait_for_selector("#world-map.large")


def test_keys_act_once_focus_stays_and_each_step_is_said_once(
    fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port, **DESK)
    page = player.page
    page.evaluate(
        "window.said = []; new MutationObserver(() => said.push("
        "document.querySelector('#announcer').textContent)).observe("
        "document.querySelector('#announcer'), {childList: true})"
    )
    page.keyboard.type("Hungary")
    for _ in range(4):
        page.keyboard.down("Enter")  # held down: all but the first are repeats
    assert page.get_attribute(".gd", "data-phase") == "guess"
    page.keyboard.up("Enter")
    page.keyboard.down("Enter")
    page.wait_for_selector("#truth strong")
    for _ in range(4):
        page.keyboard.down("Enter")
    page.wait_for_timeout(500)
    page.keyboard.up("Enter")
    assert page.get_attribute(".gd", "data-phase") == "reveal"
    assert player.focused == "next-button"
    truth, points = player.truth, player.points
    page.keyboard.press("Enter")
    player.wait_for_deal()
    assert player.focused == "country-input"
    assert page.evaluate("said") == [
        f"It was {truth}. Points: you {points['human']:,}, the net {points['model']:,}.",
        f"Round 2 of 5. You {points['human']:,}, the net {points['model']:,}.",
    ]
