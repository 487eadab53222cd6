"""axe-core finds nothing in any state of the page; what fingers press is large enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]

VISITORS = {
    "desk-light-en": {"viewport": {"width": 1280, "height": 800}},
    "phone-dark-hu": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "color_scheme": "dark",
        "locale": "hu-HU",
    },
}
FINGER_PX = 44


def violations(page: Page, state: str) -> list[str]:
    page.wait_for_timeout(500)
    found = Axe().run(page).response["violations"]
    return [f"{state}: {one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def too_small(page: Page, state: str) -> list[str]:
    """Buttons, fields and labels that a finger would miss."""
    small = page.evaluate(
        """least => [...document.querySelectorAll(
             ".gd button, .gd select, .gd-choice label, " +
             ".gd input:not([type=radio], [type=file], [type=range])")]
          .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 1)
          .filter((e) => { const box = e.getBoundingClientRect();
                           return box.height < least - 0.5 || box.width < least - 0.5; })
          .map((e) => e.outerHTML.slice(0, 120))""",
        FINGER_PX,
    )
    return [f"{state}: {html}" for html in small]


@pytest.mark.parametrize("name", VISITORS)
def test_no_state_of_the_page_keeps_anybody_out(fakes_port: int, visit: Visit, name: str) -> None:
    player = visit(fakes_port, **VISITORS[name])
    page, phone = player.page, name.startswith("phone")
    found: list[str] = []

    def check(state: str) -> None:
        found.extend(violations(page, state))
        if phone:
            found.extend(too_small(page, state))

    check("guess")
    if phone:
        page.click("#menu-button")
        check("menu")
        page.click("#rules-button")
    else:
        page.hover("#world-map")
        check("map")
        page.mouse.move(9, 300)
        page.click("#rules-button")
    check("rules")
    page.keyboard.press("Escape")
    assert player.focused == ("menu-button" if phone else "rules-button")
    page.fill("#country-input", "slo")
    check("list")
    player.guess("HU")
    check("reveal")
    for _ in range(4):
        player.next()
        player.guess("SK")
    player.next()
    page.wait_for_selector("#history table")
    check("summary")
    for tab, shown in (("guide", ".guide-facts"), ("photo", ".gd-drop")):
        player.tab(tab)
        page.wait_for_selector(shown)
        check(tab)
    assert "\n".join(found) == ""
