"""The opponent's turn: which maps there are, and tests of them that delay nobody."""

from __future__ import annotations

import gc
import json
import threading
import time
import weakref
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from game.games import Games
from game.opponent_turn import BACKLOG_FULL, BACKLOG_MAX
from game.players import IDLE_S
from game.ui import messages
from game.views import GameView
from model.geography import COUNTRY_CODES
from model.types import Heatmap, Prediction
from tests.fakes import FakeAnalysis, FakeOpponent
from tests.unit.game.playing import small_source, truth


def test_an_opponent_that_fails_on_a_heat_map_only() -> None:
    class HalfBroken(FakeOpponent):
        def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
            analysis = super().analyse(picture)
            analysis.heatmap = None  # type: ignore[assignment,method-assign]
            return analysis

    games = Games(small_source(), HalfBroken())
    view = games.start("a", "graded")
    assert games.guess("a", view.ticket, truth(view)).session.human_total == 1000


def test_the_opponent_thinks_while_the_human_does() -> None:
    thought = threading.Event()

    class Thinking(FakeOpponent):
        def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
            assert not thought.is_set(), "it thinks once"
            thought.set()
            return super().analyse(picture)

    games = Games(small_source(), Thinking())
    view = games.start("a", "graded")
    assert thought.wait(20), "nobody has guessed yet"
    assert games.guess("a", view.ticket, "HU").evidence[0].prediction is not None


def test_heat_maps_for_its_guess_the_truth_and_the_humans_guess(games: Games) -> None:
    view = games.start("a", "graded")
    right = truth(view)
    human = next(c for c in COUNTRY_CODES if c != right)
    revealed = games.guess("a", view.ticket, human)
    model = revealed.session.reveals[0].model.country
    maps = revealed.evidence[0].maps
    assert [one.heatmap.target for one in maps if one.against is None] == list(
        dict.fromkeys((model, right, human))
    )


def certain(country: str) -> type[FakeOpponent]:
    """An opponent that is sure of one country; Iceland comes second."""

    class Certain(FakeOpponent):
        def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
            analysis = super().analyse(picture)
            shares = {country: 0.8, "IS": 0.2}
            analysis._prediction = Prediction(tuple(shares.get(c, 0.0) for c in COUNTRY_CODES))
            return analysis

    return Certain


@pytest.mark.parametrize(
    ("net", "human", "contrast"),
    [
        ("SK", "HU", ("SK", "HU")),
        ("SK", "PL", ("SK", "HU")),
        ("SK", None, ("SK", "HU")),
        ("HU", "PL", ("HU", "PL")),
        ("HU", "HU", ("HU", "IS")),
        ("HU", None, ("HU", "IS")),
    ],
    ids=["net wrong", "both wrong", "net wrong, pass", "human wrong", "both right", "pass"],
)
def test_a_contrast_says_what_told_two_countries_apart(
    net: str, human: str | None, contrast: tuple[str, str]
) -> None:
    source = small_source(countries=("HU",), per_country=5)
    games = Games(source, certain(net)())
    view = games.guess("a", games.start("a", "graded").ticket, human)
    *_, last = maps = view.evidence[0].maps
    assert (last.heatmap.target, last.against) == contrast
    assert [one.against for one in maps[:-1]] == [None] * (len(maps) - 1)
    *_, layer = messages.game_message(view)["heat"]
    assert (layer["country"], layer["against"], layer["roles"]) == (*contrast, ["contrast"])


def finished(games: Games) -> GameView:
    """A round played to its reveal, with all tests of maps done."""
    view = games.start("a", "graded")
    games.guess("a", view.ticket, truth(view))
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s:
        seen = games.view("a")
        assert seen is not None
        if not any(one.pending for one in seen.evidence[0].maps):
            break
        time.sleep(0.01)
    return seen


class Blockable(FakeOpponent):
    """An opponent whose occlusion tests wait for a gate, and that says what it did."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.done = threading.Event(), []

    def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
        analysis = super().analyse(picture)
        self.done.append("analysis")
        occlude = analysis.occlude

        def blocked(heatmap: Heatmap, wait: Callable[[], object]) -> object:
            assert self.gate.wait(20)
            self.done.append("occlusion")
            return occlude(replace_blank(heatmap), wait)

        analysis.occlude = blocked  # type: ignore[method-assign,assignment]
        return analysis


def replace_blank(heatmap: Heatmap) -> Heatmap:
    return Heatmap(heatmap.target, np.ones_like(heatmap.grid), heatmap.content)


def test_a_map_is_tested_without_delaying_the_reveal() -> None:
    opponent = Blockable()
    games = Games(small_source(), opponent, rng_seed=1)
    first = games.start("a", "graded")
    revealed = games.guess("a", first.ticket, truth(first))
    assert all(one.occlusion is None and one.pending for one in revealed.evidence[0].maps)
    assert all("occlusion" not in layer for layer in messages.game_message(revealed)["heat"])
    assert all("occlusion" not in one for one in messages.evidence_message(revealed, 1)["evidence"])
    # Others are served while it is stuck.
    other = games.start("b", "graded")
    assert games.guess("b", other.ticket, truth(other)).evidence[0].prediction is not None
    opponent.gate.set()
    later = finished(games)
    replay = games.replay("a", 1)
    assert replay is not None
    layers = messages.replay_message(replay)["heat"]
    told = messages.evidence_message(later, 1)
    assert (told["step"], told["number"]) == (later.ticket, 1)
    assert len(layers) == len(told["evidence"]) == len(revealed.evidence[0].maps) >= 3
    for layer, one in zip(layers, told["evidence"], strict=True):
        assert one.items() <= layer.items(), "late facts are what a replay shows"
        found = layer["occlusion"]
        assert found["after"] <= found["random"] <= found["before"], "rounded"
        assert not layer["pending"]


@pytest.mark.parametrize("nonsense", [0, 2, -1, True, "1", None, 1.0])
def test_only_finished_rounds_have_evidence_to_tell(games: Games, nonsense: object) -> None:
    dealt = games.start("a", "graded")
    assert messages.evidence_message(dealt, 1)["evidence"] == []
    view = games.guess("a", dealt.ticket, "HU")
    assert len(messages.evidence_message(view, 1)["evidence"]) >= 3
    assert messages.evidence_message(view, nonsense)["evidence"] == []


def test_with_many_tests_waiting_only_its_guess_is_tested() -> None:
    opponent = Blockable()
    games = Games(small_source(), opponent, rng_seed=1)
    views = []
    for i in range(BACKLOG_MAX):
        first = games.start(f"player {i}", "graded")
        views.append(games.guess(f"player {i}", first.ticket, truth(first)))
    assert all(one.pending for one in views[0].evidence[0].maps)
    guess, *others = views[-1].evidence[0].maps
    assert guess.pending
    assert others
    assert not any(one.pending for one in others)
    opponent.gate.set()


def test_with_too_many_tests_waiting_none_is_begun() -> None:
    opponent = Blockable()
    games = Games(small_source(), opponent, rng_seed=1)
    views = []
    for i in range(BACKLOG_FULL):
        first = games.start(f"player {i}", "graded")
        views.append(games.guess(f"player {i}", first.ticket, truth(first)))
    maps = views[-1].evidence[0].maps
    assert len(maps) >= 2, "the maps are there"
    assert not any(one.pending for one in maps)
    opponent.gate.set()


def test_as_many_turns_are_played_at_once_as_there_are_processors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together = threading.Barrier(3)

    class Together(FakeOpponent):
        def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
            together.wait(20)
            return super().analyse(picture)

    monkeypatch.setattr("game.opponent_turn.allowance", lambda: 3)
    games = Games(small_source(), Together(), rng_seed=1)
    dealt = [games.start(key, "graded") for key in "abc"]
    for key, view in zip("abc", dealt, strict=True):
        assert games.guess(key, view.ticket, "HU").evidence[0].prediction is not None


def test_a_finished_round_keeps_its_maps_and_lets_the_analysis_go() -> None:
    analyses: list[weakref.ref[FakeAnalysis]] = []

    class Watched(FakeOpponent):
        def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
            analysis = super().analyse(picture)
            analyses.append(weakref.ref(analysis))
            return analysis

    games = Games(small_source(), Watched(), rng_seed=1)
    finished(games)
    deadline_s = time.monotonic() + 5
    while analyses[0]() is not None and time.monotonic() < deadline_s:
        gc.collect()
        time.sleep(0.02)
    assert analyses[0]() is None, "the activations weigh megabytes, and players are many"
    seen = games.view("a")
    assert seen is not None
    assert seen.evidence[0].maps


def test_tests_of_a_game_that_is_over_are_given_up() -> None:
    opponent = Blockable()
    now_s = [0.0]
    games = Games(small_source(), opponent, rng_seed=1, clock_s=lambda: now_s[0])
    first = games.start("a", "graded")
    games.guess("a", first.ticket, truth(first))
    time.sleep(0.2)  # the first test is under way
    now_s[0] = IDLE_S + 1
    assert games.view("b") is None, "with this the first player is cleared"
    opponent.gate.set()
    time.sleep(0.3)
    assert opponent.done.count("occlusion") <= 1


def test_the_favoured_cue_is_named_after_the_guess_only() -> None:
    class Clear(FakeOpponent):
        def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
            analysis = super().analyse(picture)
            bump = analysis.heatmap
            analysis.heatmap = lambda target: replace_blank(bump(target))  # type: ignore[method-assign]
            return analysis

    games = Games(small_source(), Clear(), rng_seed=1)
    dealt = games.start("a", "graded")
    time.sleep(0.2)  # long enough for everything to be found out
    waiting = games.view("a")
    assert waiting is not None
    for view in (dealt, waiting):
        message = json.dumps(messages.game_message(view))
        assert "cue" not in message
        assert "road_line" not in message
    view = finished(games)
    (layer, *_) = messages.game_message(view)["heat"]
    assert layer["cue"]["name"] == "road_line"
    assert layer["cue"]["ratio"] >= 2
    photographs = Games(small_source(rendered=False), Clear())
    (layer, *_) = messages.game_message(finished(photographs))["heat"]
    assert "cue" not in layer


def test_a_failing_occlusion_test_costs_the_sentence_only(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeOpponent):
        def analyse(self, picture: Image.Image, *others: Image.Image) -> FakeAnalysis:
            analysis = super().analyse(picture)
            analysis.occlude = None  # type: ignore[assignment,method-assign]
            return analysis

    games = Games(small_source(), Broken())
    view = finished(games)
    maps = view.evidence[0].maps
    assert maps
    assert "heat" in messages.game_message(view)
    assert [record.message for record in caplog.records] == ["work of low priority failed"] * len(
        maps
    )
    assert not any(one.pending for one in maps)
