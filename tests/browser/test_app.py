"""The real program, from its command line to the fifth reveal: the net, the panoramas, the page."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Player, serving
from tests.browser.test_privacy import code_of, leaks
from tests.browser.wiretap import Exchange, Wiretap

pytestmark = pytest.mark.browser
Visit = Callable[..., Player]


@pytest.mark.parametrize("name", ["practice", "streetview"])
def test_five_rounds_against_the_net(
    name: str,
    visit: Visit,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    world = name if name == "practice" else str(request.getfixturevalue(name) / "parquet")
    start_s = time.monotonic()
    with serving("app.py", "--panoramas", world, log=tmp_path / "log") as port:
        tap = Wiretap(port)
        player = visit(tap.url, viewport={"width": 1280, "height": 800})
        record_property("first_round_s", round(time.monotonic() - start_s, 1))
        label = "Computer-rendered" if name == "practice" else "Photograph (Street View: © Google)"
        human = model = since = 0
        right = {"human": 0, "model": 0}
        reveals_ms = []
        for number in range(1, 6):
            assert label in player.text(".gd-chips")
            player.choose("Hungary")
            player.page.wait_for_timeout(700)  # a player thinks longer than the net
            seen = [Exchange(e.request, e.response) for e in tap.exchanges[since:]]
            start_s = time.perf_counter()
            player.page.click("#guess-button")
            player.page.wait_for_selector("#truth strong")
            reveals_ms.append(1000 * (time.perf_counter() - start_s))
            assert leaks(seen, code_of(player.truth)) == []
            top = player.page.locator("#model-guess li span").first.inner_text()
            for who, guessed in (("human", "Hungary"), ("model", top)):
                assert (player.points[who] == 1000) == (guessed == player.truth)
                right[who] += guessed == player.truth
            human += player.points["human"]
            model += player.points["model"]
            assert (player.score("human"), player.score("model")) == (human, model)
            assert player.page.locator("#heatmap .heat-pick button").count() >= 1
            if number == 1:
                player.screenshot(f"app-{name}-reveal")
            since = len(tap.exchanges)
            player.next()
        assert player.page.locator("#history tbody tr").count() == 5
        kind = "Computer-rendered panoramas" if name == "practice" else "Photographs"
        statistics_shown = player.text("#everybody")
        assert kind in statistics_shown
        assert (
            f"People got {right['human']} of 5 right, the net {right['model']} of 5."
            in statistics_shown
        )
        record_property("reveal_ms_median", round(statistics.median(reveals_ms)))
        print(f"\n{name}: reveals {[round(ms) for ms in reveals_ms]} ms")
        assert not re.search("Traceback|Error", (tmp_path / "log").read_text())
        tap.close()
