"""All games: players apart, one guess a round, failures survived, the same deals again."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from game.games import Games, GameView
from game.rules.rounds import MODES, Mode
from game.ui import messages
from model.errors import DataError
from model.geography import COUNTRY_CODES
from tests.fakes import FakeOpponent
from tests.unit.game.playing import play, small_source, truth


class Clock:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize("mode", MODES)
def test_a_whole_game(games: Games, mode: Mode) -> None:
    *_, last = play(games, "a", mode)
    assert last.session.human_total == {"graded": 5000, "distance": 25000}[mode]
    assert len(last.evidence) == 5
    indices = [r.round.place_index for r in last.session.reveals]
    assert len(set(indices)) == 5
    again = games.next("a", last.ticket)
    assert again.session.mode == mode
    assert again.session.phase == "guess"
    assert again.session.current is not None
    assert again.session.current.place_index not in indices


def test_a_second_submit_changes_nothing(games: Games) -> None:
    first = games.start("a", "graded")
    revealed = games.guess("a", first.ticket, truth(first))
    repeated = games.guess("a", first.ticket, "AD")
    assert repeated.session == revealed.session
    following = games.next("a", revealed.ticket)
    late = games.guess("a", first.ticket, "AD")
    assert late.session == following.session, "a late copy must not answer the next round"
    assert games.next("a", revealed.ticket).session == following.session


def test_fifty_submits_at_once_count_once(games: Games) -> None:
    view = games.start("a", "graded")
    gate = threading.Barrier(50)

    def submit(i: int) -> GameView:
        gate.wait()
        return games.guess("a", view.ticket, COUNTRY_CODES[i])

    with ThreadPoolExecutor(50) as pool:
        views = list(pool.map(submit, range(50)))
    assert len({v.session.reveals for v in views}) == 1
    assert len(views[0].session.reveals) == 1


def test_a_double_click_on_the_last_reveal_stays_at_the_summary(games: Games) -> None:
    before_last, last = list(play(games, "a"))[-2:]
    assert games.next("a", before_last.ticket).session == last.session


def test_players_are_apart(games: Games) -> None:
    a, b = games.start("a", "graded"), games.start("b", "distance")
    games.guess("a", a.ticket, truth(a))
    seen = games.view("b")
    assert seen is not None
    assert seen.session == b.session
    assert not seen.evidence
    assert games.replay("b", 1) is None


def test_many_games_at_once(games: Games) -> None:
    def whole(i: int) -> int:
        *_, last = play(games, f"player {i}")
        return last.session.human_total

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(whole, range(50))) == {5000}


def test_the_same_seed_deals_the_same_games() -> None:
    def game(seed: int) -> list[int]:
        games = Games(small_source(), FakeOpponent(), rng_seed=seed)
        *_, last = play(games, "whatever key")
        return [r.round.place_index for r in last.session.reveals]

    assert game(3) == game(3) != game(4)


@pytest.mark.parametrize("nonsense", [None, "", "XX", "hu", 7, ["HU"], {"country": "HU"}])
def test_what_is_no_country_is_no_guess(games: Games, nonsense: object) -> None:
    view = games.start("a", "distance")
    reveal = games.guess("a", view.ticket, nonsense).session.reveals[0]
    assert (reveal.human.country, reveal.human_verdict.points) == (None, 0)


def test_an_old_game_is_cleared_and_says_so() -> None:
    clock = Clock()
    games = Games(small_source(), FakeOpponent(), clock_s=clock, player_ttl_s=60)
    view = games.start("a", "graded")
    clock.now_s = 50
    games.start("b", "graded")
    clock.now_s = 100
    fresh = games.guess("a", view.ticket, "HU")
    assert fresh.restarted
    assert not fresh.session.reveals
    assert fresh.picture is not None
    assert games.view("b") is not None


def test_the_player_idle_for_longest_makes_room() -> None:
    games = Games(small_source(), FakeOpponent(), players_max=2)
    first = games.start("a", "graded")
    games.start("b", "graded")
    games.guess("a", first.ticket, "HU")
    games.start("c", "graded")
    assert [games.view(key) is None for key in "abc"] == [False, True, False]
    games.leave("c")
    assert games.view("c") is None


def test_unreadable_panoramas_are_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    games = Games(
        small_source(countries=("HU", "SK"), per_country=5, unreadable=(0, 3, 7)), FakeOpponent()
    )
    with caplog.at_level(logging.WARNING):
        for key in "abcdefgh":
            *_, last = play(games, key)
            assert not {r.round.place_index for r in last.session.reveals} & {0, 3, 7}
    assert sorted(record.args[0] for record in caplog.records) == [0, 3, 7], "one line for each"


def test_nothing_readable_is_an_error_with_a_remedy() -> None:
    games = Games(
        small_source(countries=("HU",), per_country=5, unreadable=range(5)), FakeOpponent()
    )
    with pytest.raises(DataError, match="--panoramas"):
        games.start("a", "graded")


def test_too_few_places_for_a_game() -> None:
    with pytest.raises(DataError, match=r"at least 5 .* there are 4"):
        Games(small_source(countries=("HU",), per_country=4), FakeOpponent())


def test_a_failing_opponent_costs_only_its_own_points(caplog: pytest.LogCaptureFixture) -> None:
    games = Games(small_source(), FakeOpponent(failing=True))
    *_, last = play(games, "a")
    assert (last.session.human_total, last.session.model_total) == (5000, 0)
    message = messages.game_message(last)
    assert all(r["model"]["country"] is None and r["top"] == [] for r in message["history"])
    assert len(caplog.records) == 5


def test_a_replay_shows_the_very_same_crop(games: Games) -> None:
    dealt = games.start("a", "graded")
    assert dealt.picture is not None
    games.guess("a", dealt.ticket, "HU")
    replay = games.replay("a", 1)
    assert replay is not None
    assert np.array_equal(np.asarray(replay.picture), np.asarray(dealt.picture))
    for nonsense in (0, 2, -1, True, "1", None, 1.0):
        assert games.replay("a", nonsense) is None
