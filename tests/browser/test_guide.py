"""The field guide in headless Chromium: found, read, outlined, in two languages, by keyboard."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Request

from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]


def study(player: Player, name: str) -> None:
    """Find a country by its name, with the keyboard alone, and wait for its facts."""
    player.page.fill("#guide-filter", name)
    player.page.press("#guide-filter", "Enter")
    player.page.wait_for_selector("#guide-country dl")


def rings(player: Player) -> list[str]:
    """The details that are outlined now, once for each picture."""
    shown = player.page.locator(".guide-ring:visible").all()
    return [str(ring.get_attribute("data-cue")) for ring in shown]


def test_a_player_studies_before_a_game(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    page = player.page
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/guide"):
            asked.append(json.loads(request.post_data or "{}")["country"])

    page.on("request", lambda request: request.method == "POST" and note(request))
    page.wait_for_timeout(500)
    assert asked == [], "nothing is fetched before the truth is known"
    player.guess("Slovakia")
    page.click("#tab-guide")
    page.wait_for_selector("#guide-country dl")
    truth = page.inner_text("#guide-country h2")
    assert set(asked) == {{"Hungary": "HU", "Slovakia": "SK"}[truth]}
    assert page.locator("#guide-countries button").count() == 56
    assert truth in ("Hungary", "Slovakia"), "it opens at the country of the last round"

    study(player, "magyar")
    assert page.inner_text("#guide-country h2") == "Hungary"
    assert page.evaluate("document.activeElement.textContent") == "Hungary"
    assert page.inner_text("#guide-countries [aria-current]") == "Hungary"
    assert "Traffic keeps to the right." in player.text(".guide-facts")
    assert "flat concrete with holes down to the ground (only here)" in player.text(
        ".guide-telling"
    )
    words = page.locator(".guide-words").first
    assert words.get_attribute("lang") == "hu"
    assert "Gyógyszertár" in words.inner_text()
    pictures = page.locator(".guide-pictures figure")
    assert pictures.count() == 2
    alt = pictures.first.locator("img").first.get_attribute("alt") or ""
    assert "Hungary" in alt
    assert "bollard and road sign" in alt
    assert sorted(rings(player)) == ["bollard", "bollard", "sign"]
    page.click(".guide-cues [data-cue=sign]")
    assert rings(player) == ["sign"]
    assert page.get_attribute(".guide-cues [data-cue=sign]", "aria-pressed") == "true"
    page.click(".guide-cues [data-cue=none]")
    assert rings(player) == []

    page.click("#language [value=hu]")
    assert page.inner_text("#guide-country h2") == "Magyarország"
    assert "A forgalom jobb oldalon halad." in player.text(".guide-facts")
    assert rings(player) == [], "another language keeps what was picked"
    page.click("#language [value=en]")

    look_alike = page.locator(".guide-alike button").first
    name = look_alike.inner_text()
    look_alike.click()
    page.wait_for_selector(".guide-to-come")
    assert page.inner_text("#guide-country h2") == name
    study(player, "Hungary")
    assert asked.count("HU") == 1, "a country that was seen is not fetched again"

    page.fill("#guide-filter", "land")
    names = page.locator("#guide-countries button").all_inner_texts()
    assert {"Finland", "Iceland", "Ireland", "Poland", "Thailand"} <= set(names)
    page.press("#guide-filter", "ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.inner_text("#guide-country h2") == names[1]
    page.fill("#guide-filter", "atlantis")
    assert page.locator("#guide-countries button").count() == 0
    assert "No such country" in player.text(".guide-none")

    page.focus("#tab-guide")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#panel-play:visible")
    assert player.truth == truth, "the game is as it was left"
    player.next()
    player.wait_for_deal()


def test_the_guide_on_a_phone(fakes_port: int, visit: Visit) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    player = visit(fakes_port, **phone)
    player.tab("guide")
    study(player, "Hungary")  # at once: the country that it opens at is still on its way
    player.page.wait_for_selector(".guide-pictures figure")
    assert player.page.evaluate("document.documentElement.scrollWidth") <= 390
    player.page.wait_for_function(
        "(() => { const box = document.querySelector('#guide-country h2').getBoundingClientRect();"
        " return box.top >= 0 && box.top < 200; })()"
    )
    figure = player.page.locator(".guide-pictures figure").first.bounding_box()
    assert figure is not None
    assert figure["width"] > 300
    for button in player.page.locator(".guide-cues button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 36
