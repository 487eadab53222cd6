"""Odd windows, pointers and keys: what a player did with them was lost or not to be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]

DESK = {"viewport": {"width": 1280, "height": 800}}


def map_width(page: Page) -> float:
    """How much of the world's 10,000 units the map shows from left to right."""
    page.wait_for_timeout(600)
    return float((page.get_attribute("#world-map .gd-map-view > svg", "viewBox") or "").split()[2])


def test_a_tall_window_with_a_mouse_keeps_map_and_buttons_while_one_types(
    fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port, viewport={"width": 900, "height": 1100})
    assert player.focused == "country-input"
    player.choose("HU")
    for seen in ("#guess-button", "#world-map", "#score-human", "#menu-button"):
        assert player.page.locator(seen).is_visible(), seen


@pytest.mark.parametrize(("width", "height"), [(844, 390), (640, 400)])
def test_what_a_low_window_shows_of_the_lesson_lies_within_it(
    width: int, height: int, fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port, viewport={"width": width, "height": height})
    player.guess("HU")
    player.page.wait_for_selector("#lesson:not([hidden])")
    buttons = player.page.locator("#lesson button:visible").all()
    assert buttons
    for button in buttons:
        box = button.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height


def test_the_map_keeps_its_part_of_the_world_whatever_its_size(
    fakes_port: int, visit: Visit
) -> None:
    page = visit(fakes_port, **DESK).page
    page.hover("#world-map")
    page.wait_for_timeout(600)
    page.mouse.wheel(0, -600)
    large = map_width(page)
    assert large < 2000
    for _ in range(3):
        page.mouse.move(200, 200)
        page.wait_for_timeout(800)
        page.hover("#world-map")
    assert map_width(page) == pytest.approx(large, rel=0.01)


def test_a_right_click_does_not_drag_the_map(fakes_port: int, visit: Visit) -> None:
    page = visit(fakes_port, **DESK).page
    page.hover("#world-map")
    page.wait_for_timeout(800)
    page.mouse.wheel(0, -600)
    view, svg = page.locator(".gd-map-view"), page.locator(".gd-map-view > svg").first
    before = svg.get_attribute("viewBox")
    spot = {"bubbles": True, "pointerId": 1, "pointerType": "mouse", "button": 2, "buttons": 2}
    view.dispatch_event("pointerdown", {**spot, "clientX": 900, "clientY": 500})
    page.mouse.move(950, 450)
    page.mouse.move(1000, 500, steps=4)
    assert svg.get_attribute("viewBox") == before


def test_arrow_keys_choose_among_all_opponents_and_enter_begins(
    fakes_port: int, visit: Visit
) -> None:
    page = visit(fakes_port, **DESK).page
    page.focus("#level")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(300)
    assert page.input_value("#level") == "short_sighted"
    assert page.evaluate("document.activeElement.id") == "level"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'country-input'")
    page.reload()
    page.wait_for_selector("#guess-button:visible:enabled")
    assert page.input_value("#level") == "short_sighted"


def test_escape_closes_the_questions_and_leaves_the_round_open(
    fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port, **DESK)
    for _ in range(5):
        player.page.click("#pass-button")
        player.page.wait_for_selector("#truth strong")
        player.next()
    player.page.click(".card-picture[data-round='2']")
    player.page.click("#round-again .heat-why")
    player.page.keyboard.press("Escape")
    assert player.page.locator("#round-again").is_visible()
    assert not player.page.locator("#round-again-why").is_visible()
    player.page.keyboard.press("Escape")
    assert not player.page.locator("#round-again").is_visible()


def test_a_dialog_closes_by_a_press_beside_it_alone(fakes_port: int, visit: Visit) -> None:
    page = visit(fakes_port, **DESK).page
    page.click("#rules-button")
    page.mouse.move(640, 400)
    page.mouse.down()
    page.mouse.move(5, 5, steps=3)
    page.mouse.up()
    assert page.locator("#rules").is_visible(), "the press began inside"
    page.mouse.click(5, 5)
    assert not page.locator("#rules").is_visible()


def test_a_photo_dropped_beside_its_box_is_taken(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, **DESK)
    player.tab("photo")
    drop = """(panel) => {
        const data = new DataTransfer();
        data.items.add(new File(["no picture"], "street.jpg", { type: "image/jpeg" }));
        const way = { dataTransfer: data, bubbles: true, cancelable: true };
        const event = new DragEvent("drop", way);
        panel.dispatchEvent(event);
        return event.defaultPrevented;
    }"""
    assert player.page.locator("#panel-photo").evaluate(drop)
    player.page.wait_for_selector("#upload-result .gd-problem")
    assert player.page.locator(".gd-top").evaluate(drop), "nor does a file replace the page"
