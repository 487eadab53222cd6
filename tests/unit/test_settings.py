"""What the program reads from its environment, and what it makes of it."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import app
from game.games import Games
from game.ui.page import PHOTOS, build_page
from model.errors import ConfigError
from tests.browser.serve_fakes import read_photo
from tests.fakes import FakeOpponent
from tests.unit.game.playing import small_source


@pytest.mark.parametrize(
    ("environ", "behind_proxy"),
    [
        ({}, False),
        ({"GEODUEL_BEHIND_PROXY": "1"}, True),
        ({"GEODUEL_BEHIND_PROXY": "0"}, False),
        ({"SPACE_ID": "somebody/geoduel"}, True),
    ],
)
def test_who_stands_in_front(
    environ: dict[str, str], behind_proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GEODUEL_BEHIND_PROXY", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert app.read_settings([]).behind_proxy == behind_proxy


def test_what_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEODUEL_BEHIND_PROXY", "maybe")
    with pytest.raises(ConfigError, match="GEODUEL_BEHIND_PROXY=maybe: must be 1"):
        app.read_settings([])


@pytest.mark.parametrize("behind_proxy", [True, False])
def test_behind_a_proxy_visitors_are_told_apart(behind_proxy: bool) -> None:
    games, opponent = Games(small_source(), FakeOpponent()), FakeOpponent()
    page = build_page(games, opponent, read_photo=read_photo, behind_proxy=behind_proxy)
    asking = TestClient(Starlette(routes=[page.game_events.route]))

    def refused(address: str) -> bool:
        headers = {"x-forwarded-for": address}
        answer = asking.post("/geoduel/photo", json={"key": "ab" * 16}, headers=headers)
        return answer.status_code == 429

    assert [refused("1.1.1.1") for _ in range(PHOTOS.burst)] == [False] * PHOTOS.burst
    assert refused("1.1.1.1") == behind_proxy
    assert not refused("8.8.8.8")
