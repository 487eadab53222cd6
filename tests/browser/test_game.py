"""The game as a player meets it, in headless Chromium, with fakes behind the page."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from tests.browser.conftest import Player

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]


def test_five_rounds_add_up(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    human = model = 0
    truths: list[str] = []
    for number in range(1, 6):
        assert f"Round {number} of 5" in player.text(".gd-round")
        player.guess("Hungary")
        truths.append(player.truth)
        points = player.points
        assert points["human"] == (1000 if player.truth == "Hungary" else 400), (
            "they are neighbours"
        )
        human += points["human"]
        top = player.page.locator("#model-guess li")
        assert top.count() == 5
        shares = [float(data.get_attribute("value")) for data in top.locator("data").all()]
        assert shares == sorted(shares, reverse=True)
        right = top.first.locator("span").inner_text() == player.truth
        assert (points["model"] == 1000) == right
        model += points["model"]
        assert (player.score("human"), player.score("model")) == (human, model)
        assert player.page.locator("#heatmap img").first.is_visible()
        player.next()
    assert set(truths) == {"Hungary", "Slovakia"}
    assert 0 < human < 5000
    rows = player.page.locator("#history tbody tr")
    player.page.wait_for_selector("#history tbody tr")
    assert [row.locator("td").nth(1).inner_text() for row in rows.all()] == truths
    assert f"Total\t{human:,}\t{model:,}" in re.sub(r"[\s]+", "\t", player.text("#history tfoot"))

    # Look at the second round again: its picture and heat map come over the page, and the focus
    # goes back to where it was.
    again = player.page.locator("#round-again")
    rows.nth(1).locator("button").click()
    assert f"Round 2, again: {truths[1]}" in again.inner_text()
    assert again.locator(".heat-layer").count() == 1
    player.page.keyboard.press("Escape")
    assert not again.is_visible()
    assert player.page.evaluate("document.activeElement.dataset.round") == "2"
    assert (player.score("human"), player.score("model")) == (human, model)

    assert player.text("#next-button") == "Rematch"
    player.next()
    player.wait_for_deal()
    assert (player.score("human"), player.score("model")) == (0, 0)
    assert player.context.cookies() == []
    assert all(
        url.startswith((f"http://127.0.0.1:{fakes_port}/", "data:")) for url in player.requested
    )


def test_distance_mode_starts_a_new_game_and_adds_up(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    player.guess("Hungary")
    points = player.score("human")
    player.page.click("#mode label:has([value=distance])")
    assert player.focused == "leave-stay"
    assert "1 of 5 rounds" in player.text("#leave-text")
    player.page.keyboard.press("Escape")
    player.page.wait_for_selector("#mode input[value=graded]:checked", state="attached")
    assert player.score("human") == points, "nothing is lost yet"
    player.page.click("#mode label:has([value=distance])")
    player.page.click("#leave-go")
    player.wait_for_deal()
    assert player.score("human") == 0
    assert "New game" in player.text("#status")
    total = 0
    for _ in range(2):
        player.guess("Slovakia")
        shown = re.search(r"\+([\d,]+)", player.text("#verdicts .is-human"))
        assert shown is not None
        points = int(shown[1].replace(",", ""))
        assert points == 5000 if player.truth == "Slovakia" else 4000 < points < 5000
        total += points
        assert player.score("human") == total
        player.next()
        player.wait_for_deal()


def test_two_browsers_are_apart_and_a_double_click_scores_once(
    fakes_port: int, visit: Visit
) -> None:
    first, second = visit(fakes_port), visit(fakes_port)
    first.choose("Slovakia")
    first.page.dblclick("#guess-button", delay=5)
    first.page.wait_for_selector("#truth strong")
    time.sleep(0.5)
    assert first.score("human") == (1000 if first.truth == "Slovakia" else 400)
    assert first.page.locator("#score-human .gd-pips i[class]:not([class=''])").count() == 1
    assert second.page.locator("#truth strong").count() == 0
    assert "Round 1" in second.text(".gd-round")
    second.guess("Hungary")
    assert second.score("human") == (1000 if second.truth == "Hungary" else 400)


def test_map_list_and_keyboard(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    page = player.page
    page.click("#guess-button")
    assert "Choose a country" in player.text("#status")

    page.hover("#world-map")
    page.click("#world-map [data-box=south_america]")
    page.wait_for_timeout(500)
    shape = page.locator("#world-map path[data-code=BR]").bounding_box()
    assert shape is not None
    page.mouse.click(shape["x"] + shape["width"] * 0.6, shape["y"] + shape["height"] * 0.5)
    assert page.input_value("#country-search input") == "Brazil"
    assert "picked" in (page.get_attribute("#world-map path[data-code=BR]", "class") or "")
    page.click("#world-map [data-box=europe]")
    page.wait_for_timeout(500)
    page.click("#world-map circle[data-code=AD]")
    assert page.input_value("#country-search input") == "Andorra"

    for typed, name in {"Magyar": "Hungary", "uk": "United Kingdom", "Germny": "Germany"}.items():
        player.choose(typed)
        assert page.input_value("#country-search input") == name
        assert page.locator("#world-map .picked").count() == 1
    assert player.text("#guess-button") == "Guess Germany"

    page.focus("#country-search input")
    page.keyboard.type("slova")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_selector("#truth strong")
    page.keyboard.press("Enter")
    player.wait_for_deal()
    assert "Round 2" in player.text(".gd-round")
    assert page.input_value("#country-search input") == ""
    page.click("#pass-button")
    page.wait_for_selector("#truth strong")
    assert "no guess" in player.text("#verdicts")


def test_heat_maps_are_switched_and_faded_in_the_browser(seeded_port: int, visit: Visit) -> None:
    player = visit(seeded_port)
    player.guess("Iceland")
    page = player.page
    page.click(".heat-why")
    choices = page.locator("#heatmap .heat-pick button, #why .why-contrasts button")
    assert choices.count() >= 3, "two countries at least, and a contrast"
    # The map of the human's guess is tested after it, and the page asks until that is done.
    page.wait_for_function("window.GeoDuel.evidence.settled()")
    before = len(player.requested)
    pictures = set()
    outlines = set()
    for choice in choices.all():
        choice.click()
        name = choice.locator("b").inner_text()
        layer = page.locator("#heatmap .heat-layer")
        said = page.locator("#heatmap .heat-note span").inner_text()
        facts = page.locator("#why .why-facts p:not(.heat-doubt)").all_inner_texts()
        outline = page.locator("#heatmap .heat-outline path").last.get_attribute("d")
        assert name in said or said == "The net went by the road lines."
        if not layer.is_visible():
            assert "Blank" in said
            assert (facts, outline) == ([], ""), "nothing can be said of a blank map"
            continue
        pictures.add(layer.get_attribute("src"))
        outlines.add(outline)
        assert layer.get_attribute("alt") == said
        assert said.endswith(("The net went by the road lines.", f"{name}: the road lines."))
        cue, covered = facts
        assert re.fullmatch(
            r"It looked most at: road lines \([2-9] times its share of the picture\)\.", cue
        )
        name = "(the )?" + name.split(" rather")[0]
        lowers = rf"lowers {name} from [\d.]+% to [\d.]+%; a random region of the same size, to"
        # A share that is hardly there at all is not lowered.
        faint = rf"does not lower {name}: 0(\.0)?% before, 0(\.0)?% after; a random region"
        assert re.match(rf"Covering the outlined region ({lowers}|{faint})", covered)
    assert len(pictures) == len(outlines) >= 2
    assert "rather than" in choices.last.inner_text()
    page.locator("#why input[type=range]").fill("20")
    assert page.locator("#heatmap .heat-layer").evaluate("e => e.style.opacity") == "0.2"
    page.click("#heatmap .gd-closer")
    page.click("#heatmap .gd-closer")
    zoomed = page.locator("#heatmap .gd-zoomable")
    frame = page.locator("#heatmap .gd-frame")
    assert zoomed.bounding_box()["width"] > 1.5 * frame.bounding_box()["width"]
    fresh = [url for url in player.requested[before:] if not url.startswith("data:")]
    assert fresh == [], "nothing is asked of the server"


def test_heat_maps_are_chosen_by_their_number(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    page = player.page
    page.focus("#country-search input")
    page.keyboard.type("2")
    assert page.input_value("#country-search input") == "2", "while typing, a digit is a digit"
    player.guess("Iceland")
    choices = page.locator("#heatmap .heat-pick button, #why .why-contrasts button")
    for number in range(choices.count(), 0, -1):
        page.keyboard.press(f"{number}")
        chosen = page.locator(":is(.heat-pick, .why-contrasts) button[aria-pressed=true]")
        assert chosen.get_attribute("title") == f"{number}"
    page.keyboard.press("9")
    assert chosen.get_attribute("title") == "1"
    page.keyboard.press("Enter")
    player.wait_for_deal()


def test_language_changes_at_once_and_keeps_the_round(fakes_port: int, visit: Visit) -> None:
    player = visit(fakes_port)
    picture = player.page.get_attribute("#round-image img", "src")
    player.choose("Hungary")
    before = len(player.requested)
    player.page.get_by_text("Magyar", exact=True).click()
    assert player.text("#guess-button") == "Tippem: Magyarország"
    assert player.page.input_value("#country-search input") == "Magyarország"
    assert player.page.get_attribute("#round-image img", "src") == picture
    assert [url for url in player.requested[before:] if not url.startswith("data:")] == []
    player.page.click("#guess-button")
    player.page.wait_for_selector("#truth strong")
    assert player.truth in {"Magyarország", "Szlovákia"}
    assert "Következő kör" in player.text("#next-button")
    player.page.check("#language input[value=en]")
    assert player.truth in {"Hungary", "Slovakia"}
    english = re.compile(r"\b(guess|round|country|the net|your)\b", re.IGNORECASE)
    hungarian = visit(fakes_port, locale="hu-HU")
    hungarian.page.click("#rules-button")
    assert not english.search(hungarian.text(".gd"))


SIZES = {"desk": (1280, 800), "wide": (1920, 1080), "phone": (390, 844), "small": (360, 640)}
LEAST_SHARE = {"desk": 0.62, "wide": 0.70, "phone": 0.45, "small": 0.45}
"""Of the window's area, covered by the picture."""


@pytest.mark.parametrize("language", ["en-GB", "hu-HU"])
@pytest.mark.parametrize("name", SIZES)
def test_all_that_a_step_needs_is_on_the_first_screen(
    fakes_port: int, visit: Visit, name: str, language: str
) -> None:
    width, height = SIZES[name]
    hands = {"is_mobile": True, "has_touch": True} if width < 800 else {}
    scheme = "dark" if language == "hu-HU" else "light"
    viewport = {"width": width, "height": height}
    player = visit(fakes_port, viewport=viewport, locale=language, color_scheme=scheme, **hands)
    page = player.page
    page.emulate_media(reduced_motion="reduce")

    def fits(*selectors: str) -> None:
        page.wait_for_timeout(300)
        assert page.evaluate("[document.scrollingElement.scrollWidth, scrollY]") == [width, 0]
        for selector in selectors:
            box = page.locator(selector).bounding_box()
            assert box is not None, selector
            assert box["x"] >= 0, selector
            assert box["y"] >= 0, selector
            assert box["x"] + box["width"] <= width, selector
            assert box["y"] + box["height"] <= height + 0.5, selector
            seen = page.locator(selector).evaluate(
                "e => { const b = e.getBoundingClientRect(), hit = document.elementFromPoint("
                "b.x + b.width / 2, b.y + b.height / 2); return e.contains(hit); }"
            )
            assert seen, f"{selector} is covered"

    fits("#round-image", "#world-map", "#country-search", "#guess-button", "#pass-button")
    assert page.locator("#score-model").is_visible()
    picture = page.locator(".gd-stage").bounding_box()
    assert picture is not None
    assert picture["width"] * picture["height"] >= LEAST_SHARE[name] * width * height
    player.screenshot(f"{name}-{scheme}-guess")
    player.guess("HU")
    fits("#heatmap", "#truth", "#verdicts", "#world-map", "#next-button")
    player.screenshot(f"{name}-{scheme}-reveal")
    for _ in range(4):
        player.next()
        player.wait_for_deal()
        player.guess("SK")
    player.next()
    page.wait_for_selector("#history table")
    fits()
    player.screenshot(f"{name}-{scheme}-summary")
