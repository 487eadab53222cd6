"""All games: players apart, one guess a round, failures survived, the same deals again."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from game.games import Games
from game.players import IDLE_S, LEFT_S, Players
from game.refusals import RefusedError
from game.rules.rounds import MODES, Mode
from game.rules.unreadable import AGAIN_S
from game.ui import messages
from game.views import GameView, Visit
from model.errors import DataError
from model.geography import COUNTRY_CODES
from tests.fakes import FakeAnalysis, FakeOpponent
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
    games = Games(small_source(), FakeOpponent(), clock_s=clock)
    view = games.start("a", "graded")
    clock.now_s = IDLE_S - 1
    games.start("b", "graded")
    clock.now_s = IDLE_S + 1
    fresh = games.guess("a", view.ticket, "HU", Visit(server=games.server))
    assert fresh.lost == "idle"
    assert not fresh.session.reveals
    assert fresh.picture is not None
    assert games.view("b") is not None


def test_another_server_says_that_it_is_another() -> None:
    before, after = (Games(small_source(), FakeOpponent()) for _ in range(2))
    view = before.open("a")
    assert view.lost == "", "a page that never played has lost nothing"
    for step in (
        after.open,
        lambda key, visit: after.guess(key, view.ticket, "HU", visit),
        lambda key, visit: after.next(key, view.ticket, visit),
    ):
        fresh = step(f"{step}", Visit(server=before.server))
        assert (fresh.lost, fresh.session.number, len(fresh.session.reveals)) == ("server", 1, 0)
        assert fresh.picture is not None


def test_leaving_is_no_end(games: Games) -> None:
    view = games.start("a", "graded")
    games.leave("a")
    games.leave("nobody")
    revealed = games.guess("a", view.ticket, truth(view))
    assert revealed.session.human_total == 1000


def test_who_left_and_does_not_come_back_is_cleared_sooner() -> None:
    clock = Clock()
    games = Games(small_source(), FakeOpponent(), clock_s=clock)
    for key in "abc":
        games.start(key, "graded")
    games.leave("a")
    games.leave("b")
    clock.now_s = LEFT_S
    assert games.view("b") is not None, "it was a reload"
    clock.now_s = LEFT_S + 1
    assert [games.view(key) is None for key in "abc"] == [True, False, False]


def test_newcomers_end_nobodys_game() -> None:
    clock = Clock()
    players = Players(clock, players_max=2)
    games = Games(small_source(), FakeOpponent(), clock_s=clock, players=players)
    for key in "ab":
        games.start(key, "graded")
    clock.now_s = IDLE_S
    for key in (f"newcomer {i}" for i in range(600)):
        with pytest.raises(RefusedError) as refused:
            games.open(key)
        assert refused.value.problem == "problem_full"
    assert [games.view(key) is None for key in "ab"] == [False, False]
    games.leave("b")
    clock.now_s += LEFT_S + 1
    assert games.open("c").session.number == 1


def test_one_address_cannot_take_every_place() -> None:
    clock = Clock()
    games = Games(small_source(), FakeOpponent(), players=Players(clock, per_address_max=3))
    one, other = Visit("203.0.113.5"), Visit("203.0.113.6")
    for key in "abc":
        games.open(key, one)
    with pytest.raises(RefusedError) as refused:
        games.open("d", one)
    assert refused.value.problem == "problem_address"
    games.open("a", one)
    games.open("d", other)
    for key in "efghi":
        games.open(key)  # of the machine itself, which is not counted


class Cancellable(FakeOpponent):
    """Holds up every turn until told, and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.asked = threading.Event(), 0

    def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
        self.asked += 1
        self.gate.wait(20)
        return super().analyse(picture)


def test_nothing_is_done_any_more_for_who_was_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("game.opponent_turn.allowance", lambda: 2)
    clock, opponent = Clock(), Cancellable()
    games = Games(small_source(), opponent, clock_s=clock)
    for i in range(30):
        games.open(f"player {i}")
    clock.now_s = IDLE_S + 1
    games.view("anybody")
    opponent.gate.set()
    last = games.open("last")
    games.guess("last", last.ticket, "HU")
    assert opponent.asked <= 3, "the two turns that ran already, and the one of the last"


def test_a_round_goes_on_without_an_opponent_that_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("game.games.OPPONENT_PATIENCE_S", 0.05)
    opponent = Cancellable()
    games = Games(small_source(), opponent)
    view = games.open("a")
    revealed = games.guess("a", view.ticket, truth(view))
    opponent.gate.set()
    assert (revealed.session.human_total, revealed.session.model_total) == (1000, 0)
    assert revealed.session.reveals[0].model.country is None
    assert revealed.evidence[0].prediction is None


def test_nothing_is_dealt_while_too_many_turns_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("game.opponent_turn.WAITING_MAX", 2)
    opponent = Cancellable()
    games = Games(small_source(), opponent)
    dealt = [games.open(key) for key in "ab"]
    with pytest.raises(RefusedError) as refused:
        games.open("c")
    opponent.gate.set()
    assert (refused.value.problem, refused.value.retry_after_s) == ("problem_busy", 5)
    assert games.view("c") is None
    for key, view in zip("ab", dealt, strict=True):
        assert games.guess(key, view.ticket, "HU").evidence[0].prediction is not None


def test_a_lost_answer_is_asked_for_again_and_counts_once(games: Games) -> None:
    dealt = games.open("a")
    opened = games.open("a")
    assert opened.ticket == dealt.ticket
    assert same(opened.picture, dealt.picture), "the page that asks again has no picture"
    revealed = games.guess("a", dealt.ticket, truth(dealt))
    again = games.guess("a", dealt.ticket, truth(dealt))
    assert again.session == revealed.session
    assert again.ticket == revealed.ticket
    assert again.evidence[0].prediction == revealed.evidence[0].prediction
    assert same(again.picture, dealt.picture)
    following = games.next("a", revealed.ticket)
    lost = games.next("a", revealed.ticket)
    assert lost.session == following.session
    assert same(lost.picture, following.picture)
    assert same(games.open("a").picture, following.picture)
    begun = games.start("a", "distance", following.ticket)
    assert games.start("a", "distance", following.ticket).session == begun.session


def same(one: Image.Image | None, other: Image.Image | None) -> bool:
    assert one is not None
    assert other is not None
    return np.array_equal(np.asarray(one), np.asarray(other))


def test_a_page_comes_back_to_its_summary(games: Games) -> None:
    *_, last = play(games, "a", "distance")
    back = games.open("a")
    assert (back.session, back.ticket) == (last.session, last.ticket)
    assert back.picture is not None


def test_a_running_round_whose_picture_is_gone_is_dealt_anew() -> None:
    source = small_source()
    games = Games(source, FakeOpponent())
    view = games.open("a")
    assert view.session.current is not None
    source.unreadable |= {view.session.current.place_index}
    back = games.open("a")
    assert back.session.current != view.session.current
    assert back.session.number == 1
    assert back.picture is not None
    late = games.guess("a", view.ticket, truth(back))
    assert late.session == back.session, "what was guessed of another picture is not judged"
    assert same(late.picture, back.picture)
    revealed = games.guess("a", back.ticket, truth(back))
    source.unreadable |= {back.session.current.place_index}
    assert games.open("a").session == revealed.session, "a finished round stays, without a picture"


def test_a_deal_that_fails_can_be_tried_again() -> None:
    source, now_s = small_source(countries=("HU",), per_country=5), [0.0]
    games = Games(source, FakeOpponent(), clock_s=lambda: now_s[0])
    view = games.open("a")
    view = games.guess("a", view.ticket, "HU")
    source.unreadable = frozenset(range(5))
    with pytest.raises(DataError):
        games.next("a", view.ticket)
    back = games.open("a")
    assert (back.session, back.ticket) == (view.session, view.ticket)
    source.unreadable = frozenset()
    now_s[0] += AGAIN_S + 1
    assert games.next("a", view.ticket).session.number == 2


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


def test_no_more_panoramas_are_decoded_at_once_than_there_are_processors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("game.games.allowance", lambda: 2)
    source, at_once, most, lock = small_source(), [0], [0], threading.Lock()
    read = source.picture

    def counted(index: int) -> Image.Image:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.05)
        try:
            return read(index)
        finally:
            with lock:
                at_once[0] -= 1

    source.picture = counted  # type: ignore[method-assign]
    games = Games(source, FakeOpponent(), rng_seed=1)
    with ThreadPoolExecutor(8) as pool:
        dealt = list(pool.map(lambda key: games.start(key, "graded"), "abcdefgh"))
    assert all(view.picture is not None for view in dealt)
    assert most == [2], "each takes megabytes while it is decoded"
