"""Running games that outlive the process: as documents, and in games that go on."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from game.games import Games
from game.players import IDLE_S, LEFT_S
from game.refusals import RefusedError
from game.rules.rounds import MODES, Mode
from game.rules.unreadable import AGAIN_S
from game.saved_game import from_json
from game.views import GameView, Visit
from model.errors import DataError
from tests.fakes import FakeOpponent, FakeScoreboard, FakeSource
from tests.unit.game.playing import play, small_source, truth


class Store(dict[str, str]):
    """Running games in memory; away when told."""

    away = False

    def save(self, key: str, state: str) -> int:
        self[key] = state
        return len(self)

    def settled(self, number: int, patience_s: float) -> bool:
        return True

    def load(self, key: str) -> str | None:
        if self.away:
            raise OSError("told to be away")
        return self.get(key)


def restarted(store: Store, before: Games, key: str, **options: Any) -> GameView:
    """The view of a page that played with one server and asks another."""
    return new_games(store, **options).open(key, Visit(server=before.server))


def new_games(store: Store | None, source: FakeSource | None = None, **options: Any) -> Games:
    return Games(source or small_source(), FakeOpponent(), store=store, **options)


@pytest.mark.parametrize("mode", MODES)
def test_every_step_of_a_game_is_gone_on_with_by_another_server(mode: Mode) -> None:
    store = Store()
    games = new_games(store)
    phases = []
    for view in play(games, "secret key", mode):
        after = restarted(store, games, "secret key")
        phases.append(view.session.phase)
        assert (after.session, after.ticket, after.lost) == (view.session, view.ticket, "")
        assert after.picture is not None
        if view.picture is not None:
            assert np.array_equal(np.asarray(after.picture), np.asarray(view.picture))
        for one, other in zip(after.evidence, view.evidence, strict=True):
            assert one.prediction is not None
            assert other.prediction is not None
            assert one.prediction.probabilities == pytest.approx(
                other.prediction.probabilities, abs=1e-5
            )
        if view.session.phase == "reveal":
            assert after.evidence[-1].maps, "the opponent looks again for the maps on show"
    assert set(phases) == {"guess", "reveal", "summary"}
    assert "secret key" not in "".join([*store, *store.values()])


def test_a_restored_game_is_played_to_its_end_and_counts_once() -> None:
    store, board = Store(), FakeScoreboard()
    view = None
    games = new_games(store, scoreboard=board)
    view = games.open("a")
    while view.session.phase != "summary":
        visit = Visit(server=games.server)
        games = new_games(store, scoreboard=board)  # a new server for every step
        if view.session.phase == "guess":
            ticket, country = view.ticket, truth(view)
            view = games.guess("a", ticket, country, visit)
            assert games.guess("a", ticket, "AD", visit).session == view.session
        else:
            view = games.next("a", view.ticket, visit)
    assert view.session.human_total == 5000
    assert sum(tally.rounds for tally in board.statistics().rendered.values()) == 5
    replay = games.replay("a", 2)
    assert replay is not None
    assert replay.evidence.maps


@pytest.mark.parametrize("restarts", [0, 1])
def test_a_new_game_first_shows_what_the_last_one_did_not(restarts: int) -> None:
    store, source = Store(), small_source(countries=("HU",), per_country=6)
    games = new_games(store, source)
    after = new_games(store, source) if restarts else games
    for key in "abcd":
        *_, last = play(games, key)
        view = after.next(key, last.ticket, Visit(server=games.server))
        assert view.session.dealt == set(range(6)) - last.session.dealt


def test_places_in_another_order_are_the_same_places() -> None:
    store = Store()
    games = new_games(store, FakeSource(2, ("HU", "SK", "CZ"), size=(610, 112)))
    view = games.open("a")
    after = new_games(store, FakeSource(2, ("CZ", "SK", "HU"), size=(610, 112)))
    back = after.open("a", Visit(server=games.server))
    assert back.ticket == view.ticket
    assert truth(back) == truth(view)


def test_what_cannot_be_gone_on_with_is_said() -> None:
    store = Store()
    games = new_games(store)
    dealt = truth(games.open("a"))
    visit = Visit(server=games.server)
    others = [code for code in ("JP", "KR", "TW", "TH") if code != dealt]
    other_places = new_games(store, FakeSource(2, others, size=(610, 112)))
    lost = other_places.open("a", visit)
    assert (lost.lost, lost.session.number) == ("server", 1)
    assert new_games(store).open("b", visit).lost == "idle", "nothing is stored of it any more"
    assert new_games(store).open("c").lost == "", "a page that never played asks for nothing"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"mode": "x"},
        {"level": "x"},
        {"level": []},
        {"rounds": None},
        {"rounds": [{}]},
        {"current": {"place": "nowhere", "crop": [0, 0, 1, 1]}},
        {"current": None},
        {"round_id": "x"},
        {"seen": 5},
    ],
)
def test_a_damaged_document_is_no_game(change: dict[str, Any]) -> None:
    store, source = Store(), small_source()
    new_games(store, source).open("a")
    (text,) = store.values()
    index_of = {place.key: i for i, place in enumerate(source.places)}
    assert from_json(text, source.places, index_of).session.current is not None
    with pytest.raises(ValueError, match=r"."):
        from_json(json.dumps({**json.loads(text), **change}), source.places, index_of)


def test_a_store_that_is_away_for_a_moment_costs_nobody_the_stored_game() -> None:
    store = Store()
    before = new_games(store)
    view = before.open("a")
    view = before.next("a", before.guess("a", view.ticket, truth(view)).ticket)
    stored, visit = dict(store), Visit(server=before.server)
    games = new_games(store)
    store.away = True
    for step in (
        lambda: games.open("a", visit),
        lambda: games.guess("a", view.ticket, "HU", visit),
        lambda: games.next("a", view.ticket, visit),
        lambda: games.start("a", "distance", view.ticket, visit),
    ):
        with pytest.raises(RefusedError) as refused:
            step()
        assert (refused.value.problem, refused.value.retry_after_s) == ("problem_store", 5)
    assert store == stored, "nothing was written over it"
    store.away = False
    back = games.open("a", visit)
    assert (back.session, back.ticket, back.lost) == (view.session, view.ticket, "")


@pytest.mark.parametrize("said", ["this server", "another server"])
@pytest.mark.parametrize("restarts", [0, 1])
def test_a_game_that_was_cleared_comes_back_with_another_picture(said: str, restarts: int) -> None:
    """Its crop was not kept from "Your photo" while nobody played it, whatever the page says."""
    store, now_s = Store(), [0.0]
    games = new_games(store, clock_s=lambda: now_s[0])
    view = games.open("a")
    view = games.next("a", games.guess("a", view.ticket, truth(view)).ticket)
    for _ in range(restarts):
        visit = Visit(server=games.server)
        games = new_games(store, clock_s=lambda: now_s[0])
        assert games.open("a", visit).session == view.session
    games.leave("a")
    now_s[0] = LEFT_S + 1
    back = games.open("a", Visit(server=games.server if said == "this server" else "0123abcd"))
    assert (back.lost, back.session.number, back.session.human_total) == ("", 2, 1000)
    assert back.session.current != view.session.current


def test_a_guess_is_not_judged_by_a_picture_that_was_dealt_meanwhile() -> None:
    store, now_s = Store(), [0.0]
    games = new_games(store, clock_s=lambda: now_s[0])
    view = games.open("a")
    now_s[0] = IDLE_S + 1
    back = games.guess("a", view.ticket, truth(view), Visit(server=games.server))
    assert (back.session.phase, back.session.number) == ("guess", 1)
    assert back.session.current != view.session.current
    assert back.ticket != view.ticket, "to the page it is another step, with another picture"
    assert back.picture is not None
    assert games.guess("a", back.ticket, truth(back)).session.human_total == 1000


def test_a_cleared_game_that_cannot_be_dealt_anew_is_not_shown_as_it_was() -> None:
    store, now_s, source = Store(), [0.0], small_source()
    games = new_games(store, source, clock_s=lambda: now_s[0])
    view = games.open("a")
    now_s[0] = IDLE_S + 1
    source.unreadable = frozenset(range(len(source.places)))
    for _ in range(2):
        with pytest.raises(DataError):
            games.open("a", Visit(server=games.server))
    source.unreadable = frozenset()
    now_s[0] += AGAIN_S + 1
    back = games.open("a", Visit(server=games.server))
    assert back.session.number == 1
    assert back.session.current != view.session.current


def test_the_latest_places_are_remembered_not_the_last_of_the_collection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("game.saved_game.SEEN_MAX", 15)
    store, source = Store(), small_source()
    games, shown = new_games(store, source), list[int]()
    for _ in range(4):
        *_, last = play(games, "a")
        shown += [one.round.place_index for one in last.session.reveals]
    games.start("a", "graded")
    (text,) = store.values()
    index_of = {place.key: i for i, place in enumerate(source.places)}
    seen = from_json(text, source.places, index_of).seen
    assert len(seen) == 15
    assert [set(seen[i : i + 5]) for i in (0, 10)] == [set(shown[5:10]), set(shown[15:])]


def test_a_game_that_was_stored_before_its_server_was_is_gone_on_with() -> None:
    store = Store()
    games = new_games(store)
    view = games.open("a")
    ((name, text),) = store.items()
    store[name] = json.dumps({k: v for k, v in json.loads(text).items() if k != "server"})
    assert restarted(store, games, "a").session == view.session


def test_an_opponent_that_cannot_look_again_costs_the_maps_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Store()
    games = new_games(store)
    view = games.open("a")
    revealed = games.guess("a", view.ticket, truth(view))
    after = Games(small_source(), FakeOpponent(failing=True), store=store)
    back = after.open("a", Visit(server=games.server))
    assert back.session == revealed.session
    assert back.picture is not None
    assert back.evidence[0].prediction is not None
    assert back.evidence[0].maps == ()
    assert "could not look again" in caplog.text


def test_a_store_that_fails_costs_nobody_the_game(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Store):
        def save(self, key: str, state: str) -> int:
            raise OSError("told to fail")

    *_, last = play(new_games(Broken()), "a")
    assert last.session.human_total == 5000
    assert "could not be stored" in caplog.text
