"""How everybody has done so far, as the summary shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Player, serving

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]


def to_the_summary(player: Player) -> None:
    for _ in range(5):
        player.wait_for_deal()
        assert player.text("#everybody") == ""
        player.page.click("#pass-button")
        player.page.wait_for_selector("#truth strong")
        player.next()
    player.page.wait_for_selector("#history table")


def test_statistics_in_both_languages(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port, viewport={"width": 1280, "height": 800})
    to_the_summary(player)
    text = player.text("#everybody")
    seen = re.search(r"People got (\d+) of (\d+) right, the net (\d+) of \2\.", text)
    assert seen is not None
    right, rounds, _ = map(int, seen.groups())
    assert rounds >= 89, "84 of the fakes, and these five at least"
    assert right >= 54
    assert "People got 12 of 32 right, the net 13 of 32." in text, "photographs are apart"
    rows = player.page.locator("#everybody .gd-leads li")
    assert [
        row.inner_text().split("\n")[0]
        for row in rows.all()
        if re.search("Japan|Brazil", row.inner_text())
    ] == ["Japan", "Brazil"]
    assert "Iceland" not in text, "19 rounds say too little"
    assert "people 75%, the net 25%" in rows.filter(has_text="Japan").inner_text()
    assert (
        rows.filter(has_text="Japan").get_attribute("title")
        == "People got 30 of 40 right, the net 10 of 40"
    )
    player.screenshot("statistics", full_page=True)

    # It stays while a round is looked at again, and while the language changes.
    player.page.locator("#history tbody tr").first.locator("button").click()
    player.page.wait_for_selector("#round-again[open] .heat-stage")
    player.page.keyboard.press("Escape")
    assert "Japan" in player.text("#everybody")
    player.page.get_by_text("Magyar", exact=True).click()
    assert "Japán" in player.text("#everybody")
    assert not re.search(r"\b(people|net|rounds)\b", player.text("#everybody"), re.IGNORECASE)
    player.page.click("#rules-button")
    assert "a két tipp" in player.text(".gd-kept")


def test_without_a_scoreboard_the_page_says_that_nothing_is_kept(
    visit: Visit, tmp_path: Path
) -> None:
    with serving("-m", "tests.browser.serve_fakes", "--uncounted", log=tmp_path / "log") as port:
        player = visit(port)
        to_the_summary(player)
        assert player.text("#everybody") == ""
        player.page.click("#rules-button")
        assert player.text(".gd-kept").startswith("Nothing")
