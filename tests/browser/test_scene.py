"""The reveal as a scene, the questions to the net, and what the end of a game shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]

SLOW = """
const soon = window.setTimeout;
window.setTimeout = (act, ms, ...rest) =>
  soon(act, [350, 1250, 1550, 1800, 2550].includes(ms) ? ms * 20 : ms, ...rest);
"""
"""Beats of the scene so far apart that a test can look at each."""


def moving(visit: Visit, port: int, **options: Any) -> Player:
    """A player who sees the whole scene, slowly."""
    player = visit(port, reduced_motion="no-preference", **options)
    player.context.add_init_script(SLOW)
    player.page.reload()
    player.wait_for_deal()
    player.choose("Slovakia")
    player.page.click("#guess-button")
    player.page.wait_for_selector('.gd[data-scene="guesses"]')
    return player


def test_nothing_is_told_before_its_beat_and_a_key_shows_the_last_frame(
    fakes_port: int, visit: Visit
) -> None:
    player = moving(visit, fakes_port)
    page = player.page
    assert page.locator(".scene-guess").count() == 2
    assert not page.locator("#truth").is_visible()
    assert page.locator("#world-map path.is-truth").count() == 0
    assert not page.locator(".gd-legend").is_visible()
    assert not page.locator(".heat-note").is_visible()
    page.keyboard.press("Enter")
    assert page.get_attribute(".gd", "data-scene") == "done"
    assert page.get_attribute(".gd", "data-phase") == "reveal", "the key only skipped"
    assert page.locator("#truth strong").is_visible()
    assert page.locator("#world-map path.is-truth").count() >= 1
    assert "The net went by the road lines." in player.text(".heat-note")
    assert page.locator("[data-count]").count() == 0
    said = player.text("#announcer")
    assert player.truth in said
    page.keyboard.press("Enter")
    player.wait_for_deal()


def test_a_click_skips_too_and_less_motion_sees_the_last_frame_only(
    fakes_port: int, visit: Visit
) -> None:
    player = moving(visit, fakes_port)
    player.page.mouse.click(300, 200)
    assert player.page.get_attribute(".gd", "data-scene") == "done"
    still = visit(fakes_port)
    still.guess("Slovakia")
    assert still.page.get_attribute(".gd", "data-scene") == "done"


def test_lines_go_from_each_wrong_guess_to_the_truth(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    player.guess("Iceland")
    human = player.page.locator(".gd-lines .line.is-human")
    assert human.count() == 1
    away = re.search(r"([\d,]+) km away", player.text("#verdicts .is-human"))
    assert away is not None
    assert player.text(".gd-line-names .is-human") == f"{away[1]} km"
    player.next()
    player.wait_for_deal()
    assert player.page.locator(".gd-lines .line").count() == 0


def test_the_bars_answer_a_patch_that_is_dragged_or_moved_by_keys(
    fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port)
    page = player.page
    player.guess("Iceland")
    before = page.locator("#model-guess data").first.get_attribute("value")
    page.click(".heat-why")
    page.click(".why-cover")
    bars = page.locator("#why .why-bars data")
    page.wait_for_function("v => document.querySelector('#why data').value !== v", arg=before)
    assert re.match("The net still says|Now the net says", player.text(".why-answer"))
    patch = page.locator(".heat-patch")
    assert player.focused == "heat-patch"
    covered = bars.first.get_attribute("value")
    page.keyboard.press("+")
    page.wait_for_function("v => document.querySelector('#why data').value !== v", arg=covered)
    box = patch.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] - 80, box["y"] - 10, steps=4)
    page.mouse.up()
    assert patch.bounding_box()["x"] == pytest.approx(box["x"] - 100, abs=2)
    page.keyboard.press("ArrowRight")
    assert patch.bounding_box()["x"] > box["x"] - 100
    page.click(".why-close")
    assert not patch.is_visible()
    assert player.focused == "heat-why"


def test_why_not_any_other_country(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    page = player.page
    player.guess("Iceland")
    page.click(".heat-why")
    guess = page.locator(".heat-pick .heat-model b").inner_text()
    assert page.locator("#why select option").count() == 56, "all but its guess, and the title"
    page.select_option("#why select", "JP" if guess != "Japan" else "KR")
    page.wait_for_function("document.querySelector('.why-not-said').textContent.includes('of 56')")
    assert f"{guess} rather than" in player.text(".heat-note span")


def test_the_end_says_who_won_by_how_much_and_shares_no_country(
    fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port, permissions=["clipboard-read", "clipboard-write"])
    page = player.page
    for _ in range(5):
        player.guess("Hungary")
        player.next()
    human, model = player.score("human"), player.score("model")
    title = player.text("#result h2")
    assert f"{abs(human - model):,}" in title or title == "A draw."
    for row in page.locator("#result .gd-square-row").all():
        words = (row.get_attribute("aria-label") or "").split(", ")
        assert len(words) == 5
        assert set(words) <= {"right", "a neighbour", "same subregion", "wrong", "no guess"}
    assert page.locator(".gd-end-map .gd-lines .spot").count() == 5
    assert page.locator("#history .card-picture img").count() >= 5
    assert "Europe" in player.text("#strengths")
    page.get_by_text("Share", exact=True).click()
    page.wait_for_selector(".gd-share-said:not(:empty)")
    shared = page.evaluate("navigator.clipboard.readText()")
    assert shared.splitlines()[0] == f"GeoDuel {human} : {model} (Sharp-eyed)"
    assert shared.splitlines()[-1] == f"http://127.0.0.1:{fakes_port}/"
    assert not re.search("Hungary|Slovakia", shared)
    page.get_by_text("New game: By distance").click()
    player.wait_for_deal()
    assert page.is_checked("#mode input[value=distance]")
