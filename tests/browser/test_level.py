"""The opponent is chosen in the bar, lasts through a game, and the end offers the next one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]


@pytest.mark.parametrize(
    ("language", "width", "height"),
    [("en-GB", 1280, 800), ("hu-HU", 1240, 720), ("hu-HU", 1430, 800), ("hu-HU", 360, 640)],
)
def test_another_opponent_plays(
    seeded_port: int, visit: Visit, language: str, width: int, height: int
) -> None:
    viewport = {"width": width, "height": height}
    hands = {"is_mobile": True, "has_touch": True} if width < 800 else {}
    player = visit(seeded_port, locale=language, viewport=viewport, **hands)
    page = player.page
    names = {
        "en-GB": ["Short-sighted, 11%", "Squinting, 22%", "Sharp-eyed, 33%", "Looks around"],
        "hu-HU": ["Rövidlátó, 11%", "Hunyorgó, 22%", "Éles szemű, 33%", "Körülnéző"],
    }[language]
    assert page.locator("#level option").all_inner_texts() == names
    assert page.input_value("#level") == "sharp_eyed"
    menu = page.locator("#menu-button")
    player.screenshot(f"level-{width}-bar")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if menu.is_visible():
        menu.click()
        player.screenshot(f"level-{width}-menu")
    parts = page.locator(".gd-menu :is(select, .gd-tabs, .gd-choice, button):visible")
    boxes = [one.bounding_box() for one in parts.all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    fits = "(e => e.scrollWidth <= e.clientWidth)(document.querySelector('.gd-menu'))"
    assert page.evaluate(fits)

    # A game with a finished round is left only on purpose.
    if menu.is_visible():
        menu.click()
    player.choose("Hungary")
    page.click("#guess-button")
    page.wait_for_selector("#truth strong")
    if menu.is_visible():
        menu.click()
    page.select_option("#level", "squinting")
    page.wait_for_selector("#leave[open]")
    assert names[1].partition(",")[0] in player.text("#leave-rule")
    player.screenshot(f"level-{width}-leave")
    page.click("#leave-stay")
    assert page.input_value("#level") == "sharp_eyed"
    if menu.is_visible() and not page.locator("#level").is_visible():
        menu.click()
    page.select_option("#level", "squinting")
    page.click("#leave-go")
    player.wait_for_deal()
    assert page.input_value("#level") == "squinting"
    page.reload()
    player.wait_for_deal()
    assert page.input_value("#level") == "squinting"

    for _ in range(5):
        page.click("#pass-button")
        page.wait_for_selector("#truth strong")
        player.next()
    assert names[1].partition(",")[0] in player.text("#result")
    player.screenshot(f"level-{width}-end")
    page.locator("#result button", has_text=names[0].partition(",")[0]).click()
    player.wait_for_deal()
    assert page.input_value("#level") == "short_sighted"


def test_the_rules_say_what_each_opponent_sees_and_how_often_it_is_right(
    fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port, viewport={"width": 1280, "height": 800})
    player.page.click("#rules-button")
    lines = player.page.locator("#levels li").all_inner_texts()
    assert len(lines) == 4
    assert "Right in 22% of 200 places" in lines[1]
    assert "%" not in lines[3], "it was not measured"
    player.screenshot("level-rules")
