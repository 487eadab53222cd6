"""A running game outlives what networks, browsers and servers do: sockets are really cut here."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Route

from game.ui.events import OURS
from game.ui.texts import TEXTS
from tests.browser.conftest import Player, serving
from tests.browser.relay import Relay

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]


@pytest.fixture
def relay(fakes_port: int) -> Iterator[Relay]:
    made = Relay(fakes_port)
    yield made
    made.close()


def screen(player: Player) -> tuple[str | None, ...]:
    """What a player has before the eyes: where in the game, both scores, the picture."""
    page = player.page
    phase = page.get_attribute(".gd", "data-phase")
    image = "#round-image img" if phase == "guess" else "#heatmap img"
    scores = [str(player.score(who)) for who in ("human", "model")]
    return (phase, player.text(".gd-round"), *scores, page.get_attribute(image, "src"))


def wait_for(player: Player, phase: str) -> None:
    player.page.wait_for_selector(f".gd[data-phase={phase}]", timeout=40_000)


def test_a_reload_and_the_back_button_come_back_to_the_same_screen(
    relay: Relay, visit: Visit
) -> None:
    player = visit(relay.url)
    page = player.page

    def comes_back() -> None:
        before = screen(player)
        for leave in (page.reload, lambda: (page.goto("about:blank"), page.go_back())):
            leave()
            wait_for(player, str(before[0]))
            assert screen(player) == before

    page.click("#mode label:has([value=distance])")
    page.wait_for_function("document.querySelector('#status').textContent.includes('New game')")
    comes_back()
    player.guess("Hungary")
    comes_back()
    assert page.is_checked("#mode input[value=distance]")
    player.next()
    player.guess("Slovakia")
    player.next()
    comes_back()
    for _ in range(3):
        player.guess("Hungary")
        player.next()
    wait_for(player, "summary")

    def rows() -> list[str]:  # a picture that is still to come stands as three dots
        texts = page.locator("#history tbody tr").all_text_contents()
        return [text.removeprefix("…") for text in texts]

    before = rows()
    page.reload()
    page.wait_for_selector("#history tbody tr")
    assert rows() == before


@pytest.mark.parametrize("locale", ["en-GB", "hu-HU"])
def test_a_connection_lost_before_the_guess_costs_nothing(
    locale: str, relay: Relay, visit: Visit
) -> None:
    player = visit(relay.url, locale=locale)
    relay.cut()
    player.choose("Hungary")
    player.page.click("#guess-button")
    banner = player.page.wait_for_selector(".gd-connection")
    assert {"en-GB": "Connection lost", "hu-HU": "Megszakadt"}[locale] in banner.inner_text()
    player.page.wait_for_timeout(3000)
    assert player.page.locator(".gradio-container .toast-body").count() == 0
    assert player.page.get_attribute(".gd", "data-phase") == "guess"
    relay.mend()
    wait_for(player, "reveal")
    assert player.page.locator(".gd-connection").count() == 0
    assert len(player.page.evaluate("GeoDuel.state.game.history")) == 1
    player.next()
    assert "2" in player.text(".gd-round")


def test_answers_that_are_lost_are_asked_for_again_and_count_once(
    relay: Relay, visit: Visit
) -> None:
    player = visit(relay.url)
    for number in (1, 2, 3):
        relay.swallow_answer("guess")
        player.guess("Hungary")
        assert relay.lost == 2 * number - 1
        assert len(player.page.evaluate("GeoDuel.state.game.history")) == number
        assert player.score("human") == player.page.evaluate("GeoDuel.state.game.scores.human")
        picture = player.page.get_attribute("#heatmap img", "src")
        relay.swallow_answer("next")
        player.next()
        player.wait_for_deal()
        assert relay.lost == 2 * number
        assert f"Round {number + 1}" in player.text(".gd-round")
        assert player.page.get_attribute("#round-image img", "src") != picture


def test_the_button_of_the_banner_tries_at_once(relay: Relay, visit: Visit) -> None:
    player = visit(relay.url)
    player.guess("Hungary")
    relay.cut()
    player.page.click("#next-button")
    player.page.wait_for_selector(".gd-connection")
    player.page.wait_for_timeout(4000)
    relay.mend()
    player.page.click(".gd-connection button")
    player.wait_for_deal()
    assert "Round 2" in player.text(".gd-round")


def test_a_page_whose_connections_are_cut_while_the_player_thinks_plays_on(
    relay: Relay, visit: Visit
) -> None:
    player = visit(relay.url)
    for number in range(1, 6):
        for _ in range(3):
            relay.cut_once()
            player.page.wait_for_timeout(150)
        assert f"Round {number}" in player.text(".gd-round")
        player.guess("Hungary")
        player.next()
    assert player.page.locator("#history tbody tr").count() == 5


def test_offline_and_back(relay: Relay, visit: Visit) -> None:
    player = visit(relay.url)
    player.context.set_offline(True)
    player.choose("Hungary")
    player.page.click("#guess-button")
    player.page.wait_for_selector(".gd-connection")
    player.context.set_offline(False)
    wait_for(player, "reveal")


@pytest.mark.parametrize(("locale", "said"), [("en-GB", "restarted"), ("hu-HU", "újraindult")])
def test_without_a_scoreboard_a_restarted_server_says_so(
    locale: str, said: str, visit: Visit, tmp_path: Path
) -> None:
    command = ("-m", "tests.browser.serve_fakes", "--uncounted")
    with serving(*command, log=tmp_path / "first") as port:
        relay = Relay(port)
        player = visit(relay.url, locale=locale)
        player.page.click("#pass-button")
        wait_for(player, "reveal")
    player.page.click("#next-button")
    player.page.wait_for_selector(".gd-connection")
    with serving(*command, log=tmp_path / "second") as port:
        relay.target = port
        wait_for(player, "guess")
        assert "1" in player.text(".gd-round")
        assert said in player.text("#status")
        player.page.click("#pass-button")
        wait_for(player, "reveal")
        relay.close()


def photo(side: int) -> dict[str, object]:
    stream = io.BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(stream, "PNG")
    return {"name": f"{side}.png", "mimeType": "image/png", "buffer": stream.getvalue()}


def test_a_photo_whose_answer_never_comes_locks_nothing(relay: Relay, visit: Visit) -> None:
    player = visit(relay.url)
    page = player.page
    page.click("#tab-photo")

    def hand_in(file: dict[str, object]) -> None:
        page.set_input_files("#upload-photo input[type=file]", file)

    def answered() -> None:
        hand_in(photo(64))
        page.wait_for_selector("#upload-result li")

    relay.bytes_max = 1_000_000
    hand_in(photo(1400))
    said = page.wait_for_selector("#upload-result [role=alert]").inner_text()
    assert "too large" in said or "lost" in said, "the browser may see the refusal as a reset"
    answered()
    relay.swallow_answer("photo")
    hand_in(photo(65))
    # Either is well: some browsers ask once more by themselves where a kept connection broke.
    page.wait_for_selector("#upload-result [role=alert], #upload-result li")
    assert relay.lost == 1
    answered()
    relay.cut()
    hand_in(photo(66))
    assert "lost" in page.wait_for_selector("#upload-result [role=alert]").inner_text()
    relay.mend()
    answered()
    page.click("#tab-play")
    player.guess("Hungary")


def test_who_waits_long_is_told_how_many_are_before(visit: Visit, tmp_path: Path) -> None:
    fakes = ("-m", "tests.browser.serve_fakes", "--delay", "5", "--countries", "HU,SK")
    with serving(*fakes, log=tmp_path / "log") as port:
        player = visit(port)  # first, for its page takes a while
        player.guess("Hungary")
        for i in range(5):
            body = json.dumps({"key": f"{i:032x}"}).encode()
            request = urllib.request.Request(f"http://127.0.0.1:{port}/geoduel/open", body)
            urllib.request.urlopen(request, timeout=60).close()
        player.next()
        player.wait_for_deal()
        player.choose("Hungary")
        player.page.click("#guess-button")
        pattern = TEXTS["en"]["queue_ahead"].replace("{ahead}", "[0-9]+")
        player.page.wait_for_function(
            "p => new RegExp(`^${p}$`).test(document.querySelector('#status').textContent)",
            arg=pattern,
        )
        player.screenshot("queue")
        player.page.wait_for_selector("#truth strong", timeout=90_000)


def test_a_page_that_is_opened_while_the_house_is_full_gets_in_later(
    visit: Visit, relay: Relay
) -> None:
    """What the server says is faked: that it says so is tested without a browser."""
    full = '{"phase": "problem", "problem": "problem_full"}'
    player = visit(relay.url)
    page = player.page
    page.route("**/geoduel/open", lambda route: route.fulfill(status=429, body=full, headers=OURS))
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.wait_for_function(
        "text => document.querySelector('.gd-wait')?.textContent === text",
        arg=TEXTS["en"]["problem_full"],
    )
    page.unroute("**/geoduel/open")
    player.wait_for_deal()


def later(problem: str) -> dict[str, object]:
    """What the server answers who is to ask again in a moment."""
    body = {"phase": "problem", "problem": problem, "retry_after_s": 0.5}
    return {"status": 429, "body": json.dumps(body), "headers": OURS}


def test_a_step_that_is_to_come_later_is_asked_for_again_by_itself(
    fakes_port: int, visit: Visit
) -> None:
    """What the server says is faked, as above."""
    player = visit(fakes_port)
    page = player.page
    refused = [later("problem_often")] * 2
    page.route(
        "**/geoduel/guess",
        lambda route: route.fulfill(**refused.pop()) if refused else route.continue_(),
    )
    page.click("#pass-button")
    page.wait_for_function(
        "text => document.querySelector('#status').textContent === text",
        arg=TEXTS["en"]["problem_often"],
    )
    assert page.locator(".gd-connection").count() == 0, "the connection is not lost"
    wait_for(player, "reveal")
    assert len(page.evaluate("GeoDuel.state.game.history")) == 1


def test_a_page_whose_stored_game_is_out_of_reach_says_so_and_gets_it_later(
    fakes_port: int, visit: Visit
) -> None:
    """What the server says is faked, as above."""
    player = visit(fakes_port)
    page = player.page
    before = screen(player)
    page.route("**/geoduel/open", lambda route: route.fulfill(**later("problem_store")))
    page.reload()
    page.wait_for_function(
        "text => document.querySelector('.gd-wait')?.textContent === text",
        arg=TEXTS["en"]["problem_store"],
    )
    page.unroute("**/geoduel/open")
    player.wait_for_deal()
    assert screen(player) == before


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, '{"error": "not found"}'), (500, "{}"), (200, "[]"), (200, "null"), (200, '"log in"')],
)
def test_an_answer_of_something_in_between_is_none(
    status: int, body: str, fakes_port: int, visit: Visit
) -> None:
    player = visit(fakes_port)
    page = player.page

    def in_between(route: Route) -> None:
        route.fulfill(status=status, body=body, content_type="application/json")

    page.route("**/geoduel/*", in_between)
    page.click("#pass-button")
    page.wait_for_selector(".gd-connection")
    page.unroute("**/geoduel/*")
    wait_for(player, "reveal")
    assert len(page.evaluate("GeoDuel.state.game.history")) == 1
    page.click("#tab-photo")
    page.route("**/geoduel/photo", in_between)
    page.set_input_files("#upload-photo input[type=file]", photo(64))
    assert "lost" in page.wait_for_selector("#upload-result [role=alert]").inner_text()


def test_a_game_that_did_not_begin_is_not_shown_as_chosen(fakes_port: int, visit: Visit) -> None:
    """What the server says is faked, as above."""
    busy = '{"phase": "problem", "problem": "problem_busy"}'
    page = visit(fakes_port).page
    page.route("**/geoduel/begin", lambda route: route.fulfill(body=busy, headers=OURS))
    page.click("#mode label:has([value=distance])")
    page.wait_for_function(
        "text => document.querySelector('#status').textContent === text",
        arg=TEXTS["en"]["problem_busy"],
    )
    assert page.is_checked("#mode input[value=graded]")
    with page.expect_response("**/geoduel/begin"):
        page.select_option("#level", "squinting")
    page.wait_for_function("document.querySelector('#level').value === 'sharp_eyed'")
