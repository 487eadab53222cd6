"""What a player is dealt next is fetched while the present round is played."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from random import Random
from threading import Event

import pytest

from game.games import Games
from game.players import Player
from game.prefetch import Prefetch
from model.data.collection import Collection
from model.data.trained import Trained
from model.geography import COUNTRY_CODES
from model.held_out import HeldOut
from tests.conftest import shard
from tests.fakes import FakeOpponent
from tests.unit.game.playing import play, small_source
from tests.unit.model.data.hub_server import ADDRESS, point_to, serving


def ahead(games: Games, key: str) -> Future[None]:
    player = games._players.find(key)
    assert isinstance(player, Player)
    assert player.ahead is not None
    return player.ahead


def test_what_is_fetched_is_what_is_dealt_next_also_in_the_next_game() -> None:
    source = small_source(remote=True)
    games = Games(source, FakeOpponent(), rng_seed=1)
    dealt = []
    for _ in range(2):
        for view in play(games, "a"):
            if view.session.current is not None:
                dealt.append(view.session.current.place_index)
                ahead(games, "a").result(10)
    assert len(dealt) == 10
    assert source.prefetched[:-1] == dealt[1:]


def test_sources_without_a_network_are_left_alone() -> None:
    source = small_source()
    games = Games(source, FakeOpponent())
    games.open("a")
    games.close()
    assert source.prefetched == []


def test_only_one_is_fetched_ahead_for_a_player() -> None:
    games = Games(small_source(remote=True), FakeOpponent())
    release = Event()
    games._prefetch._executor.submit(lambda wait: release.wait(10))
    games.start("a", "graded")
    first = ahead(games, "a")
    games.start("a", "graded")
    release.set()
    ahead(games, "a").result(10)
    assert first.cancelled()


def test_where_nothing_can_be_read_nothing_is_fetched() -> None:
    source = small_source(remote=True)
    prefetch, player = Prefetch(source), Player(Random(1))
    prefetch.begin(player, range(len(source.places)))
    assert player.ahead is not None
    assert player.ahead.result(10) is None
    assert source.prefetched == []


@pytest.mark.slow
def test_the_next_deal_from_the_hub_causes_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each panorama has a row group of its own: nothing is there by luck.
    rows = [{"country_iso_alpha2": code, "split": "test"} for code in COUNTRY_CODES[:12]]
    shard(tmp_path / "files" / "data" / "all.parquet", rows, group=1)
    with serving(tmp_path / "files") as hub:
        point_to(hub.url, tmp_path, monkeypatch)
        source = HeldOut(Collection.open_for_play(ADDRESS), Trained())
        games = Games(source, FakeOpponent(), rng_seed=3)
        view = games.start("a", "graded")
        for _ in range(4):
            ahead(games, "a").result(30)
            played = Event()
            games._prefetch._executor.submit(lambda wait, played=played: played.wait(30))
            asked = list(hub.requests)
            view = games.guess("a", view.ticket, "HU")
            view = games.next("a", view.ticket)
            assert view.picture is not None
            assert hub.requests == asked
            played.set()
        games.close()
    assert len([one for one in hub.requests if one.startswith("GET /datasets")]) >= 5
