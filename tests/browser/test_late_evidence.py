"""What comes late is still shown, and what never comes is not promised for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from game.ui.events import OURS
from game.ui.texts import TEXTS
from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
QUICK = """
const soon = window.setTimeout;
const pauses = Array.from({ length: 10 }, (_, times) => 600 * 1.4 ** times);
window.setTimeout = (act, ms, ...rest) => soon(act, pauses.includes(ms) ? 10 : ms, ...rest);
"""
"""The pauses between questions for evidence, without the waiting."""


def answer(route: Route, change: Callable[[dict[str, Any]], None]) -> None:
    """What the server answers, changed."""
    message = route.fetch().json()
    change(message)
    route.fulfill(json=message, headers=OURS)


def untested(message: dict[str, Any]) -> None:
    """As if no map had been tested by the reveal, and none were blank."""
    for layer in message.get("heat") or ():
        layer.update(pending=True, occlusion=None, cue=None, uri=layer["uri"] or PIXEL)


def by_the_roof(message: dict[str, Any]) -> None:
    for known in message["evidence"]:
        known.update(pending=False, cue={"name": "roof", "ratio": 2})


def hold_tests_back(page: Page) -> None:
    page.route("**/geoduel/guess", lambda route: answer(route, untested))
    page.route("**/geoduel/evidence", lambda route: route.fulfill(body="{}", headers=OURS))


def test_a_test_that_takes_too_long_is_not_said_to_go_on(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    page = player.page
    page.add_init_script(QUICK)
    page.reload()
    player.wait_for_deal()
    hold_tests_back(page)
    player.guess("Iceland")
    page.click(".heat-why")
    page.wait_for_function(
        "text => document.querySelector('.why-facts').textContent === text",
        arg=TEXTS["en"]["heat_untried"],
    )


def test_late_evidence_leaves_the_focus_and_counts_at_the_end(
    fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port)
    page = player.page
    for _ in range(5):
        hold_tests_back(page)
        player.guess("Iceland")
        page.focus(".heat-why")
        assert not page.evaluate("GeoDuel.evidence.settled()")
        page.unroute("**/geoduel/evidence")
        page.route("**/geoduel/evidence", lambda route: answer(route, by_the_roof))
        page.wait_for_function("GeoDuel.evidence.settled()")
        assert player.focused == "heat-why"
        assert player.text(".heat-note span").endswith("the roof.")
        player.next()
        page.unroute_all()
    assert "When the net goes by the roof:" in player.text("#strengths")


def test_the_end_counts_what_was_played_before_a_reload(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    page = player.page
    for _ in range(5):
        player.guess("Hungary")
        page.wait_for_function("GeoDuel.evidence.settled()")
        player.next()
    said = player.text("#strengths")
    assert "(5 rounds so far)" in said
    assert "Europe" in said
    page.reload()
    page.wait_for_function(
        "text => document.querySelector('#strengths')?.innerText === text", arg=said
    )
    player.next()
    player.guess("Hungary")
    for _ in range(4):
        player.next()
        player.guess("Hungary")
    player.next()
    assert "(10 rounds so far)" in player.text("#strengths")


def test_another_language_leaves_nothing_of_the_old_one(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, viewport={"width": 1280, "height": 800})
    page = player.page

    def speak(language: str) -> None:
        page.check(f"#language input[value={language}]")

    def named(name: str) -> None:
        page.wait_for_function(
            "name => [...document.querySelectorAll('.gd-names span')]"
            ".some((shown) => shown.textContent === name)",
            arg=name,
        )

    page.hover("#world-map")
    page.wait_for_selector("#world-map.large")
    page.click("#map-pin")
    named("Brazil")
    player.choose("Austria")
    page.locator("#country-input").blur()
    assert player.text("#status") == "Austria is not among the 56"
    speak("hu")
    named("Brazília")
    assert player.text("#status") == "Nincs az 56 ország között: Ausztria"
    speak("en")
    player.choose("Iceland")
    page.keyboard.press("Enter")  # the map lies over the button
    page.wait_for_selector("#lesson:visible")
    named("Iceland")
    assert "," in player.text(".gd-line-names .is-human"), "thousands of kilometres"
    speak("hu")
    named("Izland")
    assert "," not in player.text(".gd-line-names .is-human")
    page.wait_for_function(
        "start => document.querySelector('#lesson h2').textContent.startsWith(start)",
        arg=TEXTS["hu"]["lesson_title"].partition("{")[0],
    )
