"""The table: seats apart, one guess a round, failures survived, no truth let out."""

from __future__ import annotations

import base64
import gc
import io
import json
import logging
import re
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from game import country_names
from game.games import Table, View
from game.low_priority import LowPriorityExecutor
from game.opponent_turn import BACKLOG_MAX
from game.rules.rounds import MODES, Mode
from game.ui import messages
from game.ui.pictures import heat_layers, outline, overlay
from game.ui.texts import TEXTS
from model.cue_table import CUES
from model.errors import DataError
from model.geography import COUNTRY_CODES
from model.types import Heatmap, Prediction
from tests.fakes import FakeAnalysis, FakeOpponent, FakeSource
from tests.unit.game.hints import hints


class Clock:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def small_source(**options: object) -> FakeSource:
    return FakeSource(size=(610, 112), **options)


@pytest.fixture
def table() -> Table:
    return Table(small_source(), FakeOpponent(), rng_seed=1)


def truth(view: View) -> str:
    assert view.session.current is not None
    return view.session.current.place.country


def play(table: Table, key: str, mode: Mode = "country") -> Iterator[View]:
    """A whole game of right guesses, step by step."""
    view = table.start(key, mode)
    while view.session.phase != "summary":
        yield view
        if view.session.phase == "guess":
            view = table.guess(key, view.ticket, truth(view))
        else:
            view = table.next(key, view.ticket)
    yield view


@pytest.mark.parametrize("mode", MODES)
def test_a_whole_game(table: Table, mode: Mode) -> None:
    *_, last = play(table, "a", mode)
    assert last.session.human_total == {"country": 5000, "distance": 25000}[mode]
    assert len(last.evidence) == 5
    indices = [r.round.place_index for r in last.session.reveals]
    assert len(set(indices)) == 5
    again = table.next("a", last.ticket)
    assert again.session.mode == mode
    assert again.session.phase == "guess"
    assert again.session.current is not None
    assert again.session.current.place_index not in indices


def test_a_second_submit_changes_nothing(table: Table) -> None:
    first = table.start("a", "country")
    revealed = table.guess("a", first.ticket, truth(first))
    repeated = table.guess("a", first.ticket, "AD")
    assert repeated.session == revealed.session
    following = table.next("a", revealed.ticket)
    late = table.guess("a", first.ticket, "AD")
    assert late.session == following.session, "a late copy must not answer the next round"
    assert table.next("a", revealed.ticket).session == following.session


def test_fifty_submits_at_once_count_once(table: Table) -> None:
    view = table.start("a", "country")
    gate = threading.Barrier(50)

    def submit(i: int) -> View:
        gate.wait()
        return table.guess("a", view.ticket, COUNTRY_CODES[i])

    with ThreadPoolExecutor(50) as pool:
        views = list(pool.map(submit, range(50)))
    assert len({v.session.reveals for v in views}) == 1
    assert len(views[0].session.reveals) == 1


def test_a_double_click_on_the_last_reveal_stays_at_the_summary(table: Table) -> None:
    before_last, last = list(play(table, "a"))[-2:]
    assert table.next("a", before_last.ticket).session == last.session


def test_seats_are_apart(table: Table) -> None:
    a, b = table.start("a", "country"), table.start("b", "distance")
    table.guess("a", a.ticket, truth(a))
    seen = table.view("b")
    assert seen is not None
    assert seen.session == b.session
    assert not seen.evidence
    assert table.replay("b", 1) is None


def test_many_games_at_once(table: Table) -> None:
    def whole(i: int) -> int:
        *_, last = play(table, f"seat {i}")
        return last.session.human_total

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(whole, range(50))) == {5000}


def test_the_same_seed_deals_the_same_games() -> None:
    def game(seed: int) -> list[int]:
        table = Table(small_source(), FakeOpponent(), rng_seed=seed)
        *_, last = play(table, "whatever key")
        return [r.round.place_index for r in last.session.reveals]

    assert game(3) == game(3) != game(4)


@pytest.mark.parametrize("nonsense", [None, "", "XX", "hu", 7, ["HU"], {"country": "HU"}])
def test_what_is_no_country_is_no_guess(table: Table, nonsense: object) -> None:
    view = table.start("a", "distance")
    reveal = table.guess("a", view.ticket, nonsense).session.reveals[0]
    assert (reveal.human.country, reveal.human_verdict.points) == (None, 0)


def test_an_old_seat_is_cleared_and_says_so() -> None:
    clock = Clock()
    table = Table(small_source(), FakeOpponent(), clock_s=clock, seat_ttl_s=60)
    view = table.start("a", "country")
    clock.now_s = 50
    table.start("b", "country")
    clock.now_s = 100
    fresh = table.guess("a", view.ticket, "HU")
    assert fresh.restarted
    assert not fresh.session.reveals
    assert fresh.picture is not None
    assert table.view("b") is not None


def test_the_seat_unused_for_longest_makes_room() -> None:
    table = Table(small_source(), FakeOpponent(), seats_max=2)
    first = table.start("a", "country")
    table.start("b", "country")
    table.guess("a", first.ticket, "HU")
    table.start("c", "country")
    assert [table.view(key) is None for key in "abc"] == [False, True, False]
    table.leave("c")
    assert table.view("c") is None


def test_unreadable_panoramas_are_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    table = Table(
        small_source(countries=("HU", "SK"), per_country=5, unreadable=(0, 3, 7)), FakeOpponent()
    )
    with caplog.at_level(logging.WARNING):
        for key in "abcdefgh":
            *_, last = play(table, key)
            assert not {r.round.place_index for r in last.session.reveals} & {0, 3, 7}
    assert sorted(record.args[0] for record in caplog.records) == [0, 3, 7], "one line for each"


def test_nothing_readable_is_an_error_with_a_remedy() -> None:
    table = Table(
        small_source(countries=("HU",), per_country=5, unreadable=range(5)), FakeOpponent()
    )
    with pytest.raises(DataError, match="--panoramas"):
        table.start("a", "country")


def test_too_few_places_for_a_game() -> None:
    with pytest.raises(DataError, match=r"at least 5 .* there are 4"):
        Table(small_source(countries=("HU",), per_country=4), FakeOpponent())


def test_a_failing_opponent_costs_only_its_own_points(caplog: pytest.LogCaptureFixture) -> None:
    table = Table(small_source(), FakeOpponent(failing=True))
    *_, last = play(table, "a")
    assert (last.session.human_total, last.session.model_total) == (5000, 0)
    message = messages.game_message(last)
    assert all(r["model"]["country"] is None and r["top"] == [] for r in message["history"])
    assert len(caplog.records) == 5


def test_an_opponent_that_fails_on_a_heat_map_only() -> None:
    class HalfBroken(FakeOpponent):
        def analyse(self, picture: Image.Image) -> FakeAnalysis:
            play = super().analyse(picture)
            play.heatmap = None  # type: ignore[assignment,method-assign]
            return play

    table = Table(small_source(), HalfBroken())
    view = table.start("a", "country")
    assert table.guess("a", view.ticket, truth(view)).session.human_total == 1000


def test_the_opponent_thinks_while_the_human_does() -> None:
    table = Table(small_source(), FakeOpponent(delay_s=0.4))
    view = table.start("a", "country")
    time.sleep(0.8)
    start_s = time.perf_counter()
    table.guess("a", view.ticket, "HU")
    assert time.perf_counter() - start_s < 0.3


def test_heat_maps_for_its_guess_the_truth_and_the_humans_guess(table: Table) -> None:
    view = table.start("a", "country")
    right = truth(view)
    human = next(c for c in COUNTRY_CODES if c != right)
    revealed = table.guess("a", view.ticket, human)
    model = revealed.session.reveals[0].model.country
    maps = revealed.evidence[0].maps
    assert [one.heatmap.target for one in maps if one.against is None] == list(
        dict.fromkeys((model, right, human))
    )


def certain(country: str) -> type[FakeOpponent]:
    """An opponent that is sure of one country; Iceland comes second."""

    class Certain(FakeOpponent):
        def analyse(self, picture: Image.Image) -> FakeAnalysis:
            play = super().analyse(picture)
            shares = {country: 0.8, "IS": 0.2}
            play._prediction = Prediction(tuple(shares.get(c, 0.0) for c in COUNTRY_CODES))
            return play

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
    table = Table(source, certain(net)())
    view = table.guess("a", table.start("a", "country").ticket, human)
    *_, last = maps = view.evidence[0].maps
    assert (last.heatmap.target, last.against) == contrast
    assert [one.against for one in maps[:-1]] == [None] * (len(maps) - 1)
    *_, layer = messages.game_message(view)["heat"]
    assert (layer["country"], layer["against"], layer["roles"]) == (*contrast, ["contrast"])


def finished(table: Table, *, wait_s: float = 5.0) -> View:
    """A round played to its reveal, with the afterthoughts done."""
    view = table.start("a", "country")
    table.guess("a", view.ticket, truth(view))
    deadline_s = time.monotonic() + wait_s
    while time.monotonic() < deadline_s:
        seen = table.view("a")
        assert seen is not None
        if not any(one.pending for one in seen.evidence[0].maps):
            break
        time.sleep(0.01)
    return seen


class Blockable(FakeOpponent):
    """An opponent whose trials wait for a gate, and that says what it did."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.done = threading.Event(), []

    def analyse(self, picture: Image.Image) -> FakeAnalysis:
        play = super().analyse(picture)
        self.done.append("play")
        covering = play.occlude

        def blocked(heatmap: Heatmap, wait: Callable[[], object]) -> object:
            assert self.gate.wait(20)
            self.done.append("covering")
            return covering(replace_blank(heatmap), wait)

        play.occlude = blocked  # type: ignore[method-assign,assignment]
        return play


def replace_blank(heatmap: Heatmap) -> Heatmap:
    return Heatmap(heatmap.target, np.ones_like(heatmap.grid), heatmap.content)


def test_a_map_is_tried_out_without_delaying_the_reveal() -> None:
    opponent = Blockable()
    table = Table(small_source(), opponent, rng_seed=1)
    first = table.start("a", "country")
    revealed = table.guess("a", first.ticket, truth(first))
    assert all(one.covering is None and one.pending for one in revealed.evidence[0].maps)
    assert all("covering" not in layer for layer in messages.game_message(revealed)["heat"])
    assert all("covering" not in one for one in messages.tried_message(revealed, 1)["tried"])
    # Others are served while it is stuck.
    other = table.start("b", "country")
    assert table.guess("b", other.ticket, truth(other)).evidence[0].prediction is not None
    opponent.gate.set()
    later = finished(table)
    replay = table.replay("a", 1)
    assert replay is not None
    layers = messages.replay_message(later, replay)["heat"]
    tried = messages.tried_message(later, 1)
    assert (tried["step"], tried["number"]) == (later.ticket, 1)
    assert len(layers) == len(tried["tried"]) == len(revealed.evidence[0].maps) >= 3
    for layer, one in zip(layers, tried["tried"], strict=True):
        assert one.items() <= layer.items(), "late facts are what a replay shows"
        found = layer["covering"]
        assert found["after"] <= found["random"] <= found["before"], "rounded"
        assert not layer["pending"]


@pytest.mark.parametrize("nonsense", [0, 2, -1, True, "1", None, 1.0])
def test_only_finished_rounds_have_trials_to_tell(table: Table, nonsense: object) -> None:
    dealt = table.start("a", "country")
    assert messages.tried_message(dealt, 1)["tried"] == []
    view = table.guess("a", dealt.ticket, "HU")
    assert len(messages.tried_message(view, 1)["tried"]) >= 3
    assert messages.tried_message(view, nonsense)["tried"] == []


def test_with_many_trials_waiting_only_its_guess_is_tried_out() -> None:
    opponent = Blockable()
    table = Table(small_source(), opponent, rng_seed=1)
    views = []
    for i in range(BACKLOG_MAX):
        first = table.start(f"seat {i}", "country")
        views.append(table.guess(f"seat {i}", first.ticket, truth(first)))
    assert all(one.pending for one in views[0].evidence[0].maps)
    guess, *others = views[-1].evidence[0].maps
    assert guess.pending
    assert others
    assert not any(one.pending for one in others)
    opponent.gate.set()


def test_a_finished_round_keeps_its_maps_and_lets_the_play_go() -> None:
    plays: list[weakref.ref[FakeAnalysis]] = []

    class Watched(FakeOpponent):
        def analyse(self, picture: Image.Image) -> FakeAnalysis:
            play = super().analyse(picture)
            plays.append(weakref.ref(play))
            return play

    table = Table(small_source(), Watched(), rng_seed=1)
    finished(table)
    deadline_s = time.monotonic() + 5
    while plays[0]() is not None and time.monotonic() < deadline_s:
        gc.collect()
        time.sleep(0.02)
    assert plays[0]() is None, "the activations of a play weigh megabytes, and seats are many"
    seen = table.view("a")
    assert seen is not None
    assert seen.evidence[0].maps


def test_trials_of_a_game_that_is_over_are_given_up() -> None:
    opponent = Blockable()
    table = Table(small_source(), opponent, rng_seed=1)
    first = table.start("a", "country")
    table.guess("a", first.ticket, truth(first))
    time.sleep(0.2)  # the first trial is under way
    table.leave("a")
    opponent.gate.set()
    time.sleep(0.3)
    assert opponent.done.count("covering") <= 1


def test_the_favoured_cue_is_named_after_the_guess_only() -> None:
    class Clear(FakeOpponent):
        def analyse(self, picture: Image.Image) -> FakeAnalysis:
            play = super().analyse(picture)
            bump = play.heatmap
            play.heatmap = lambda target: replace_blank(bump(target))  # type: ignore[method-assign]
            return play

    table = Table(small_source(), Clear(), rng_seed=1)
    dealt = table.start("a", "country")
    time.sleep(0.2)  # long enough for everything to be found out
    waiting = table.view("a")
    assert waiting is not None
    for view in (dealt, waiting):
        message = json.dumps(messages.game_message(view))
        assert "cue" not in message
        assert "road_line" not in message
    view = finished(table)
    (layer, *_) = messages.game_message(view)["heat"]
    assert layer["cue"]["name"] == "road_line"
    assert layer["cue"]["ratio"] >= 2
    photographs = Table(small_source(rendered=False), Clear())
    (layer, *_) = messages.game_message(finished(photographs, wait_s=0.3))["heat"]
    assert "cue" not in layer


def test_every_cue_of_the_practice_world_has_a_name_in_both_languages() -> None:
    for language in country_names.LANGUAGES:
        names = [TEXTS[language][f"cue_{cue}"] for cue in CUES]
        assert len(set(names)) == len(CUES)


def test_a_trial_waits_for_predictions_and_not_for_ever() -> None:
    afterthoughts = LowPriorityExecutor()
    order: list[str] = []

    def work(wait: Callable[[], None]) -> None:
        wait()
        order.append("afterthought")

    afterthoughts.hold()
    future = afterthoughts.submit(work)
    time.sleep(0.1)
    order.append("prediction")
    afterthoughts.release()
    future.result(5)
    assert order == ["prediction", "afterthought"]
    afterthoughts.hold()
    afterthoughts.submit(work).result(10)


def test_a_failing_trial_costs_the_sentence_only(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeOpponent):
        def analyse(self, picture: Image.Image) -> FakeAnalysis:
            play = super().analyse(picture)
            play.occlude = None  # type: ignore[assignment,method-assign]
            return play

    table = Table(small_source(), Broken())
    view = finished(table, wait_s=0.3)
    maps = view.evidence[0].maps
    assert maps
    assert "heat" in messages.game_message(view)
    assert [record.message for record in caplog.records] == ["an afterthought failed"] * len(maps)
    assert not any(one.pending for one in maps)


def test_a_replay_shows_the_very_same_crop(table: Table) -> None:
    dealt = table.start("a", "country")
    assert dealt.picture is not None
    table.guess("a", dealt.ticket, "HU")
    replay = table.replay("a", 1)
    assert replay is not None
    assert np.array_equal(np.asarray(replay.picture), np.asarray(dealt.picture))
    for nonsense in (0, 2, -1, True, "1", None, 1.0):
        assert table.replay("a", nonsense) is None


# What leaves the server


def test_nothing_of_the_truth_leaves_before_the_guess(table: Table) -> None:
    for view in play(table, "a"):
        if view.session.phase != "guess":
            continue
        message = messages.game_message(view)
        earlier = message.pop("history")
        picture = message.pop("picture")
        assert hints(json.dumps(message, ensure_ascii=False), truth(view)) == []
        assert "heat" not in message
        assert len(earlier) == view.session.number - 1
        raw = base64.b64decode(picture.split(",")[1])
        with Image.open(io.BytesIO(raw)) as opened:
            assert not opened.getexif()
            assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert view.session.current is not None
        assert view.session.current.place.key.encode() not in raw


def test_a_revealed_message_is_json(table: Table) -> None:
    view = table.start("a", "distance")
    message = messages.game_message(table.guess("a", view.ticket, "HU"))
    assert json.loads(json.dumps(message)) == message
    assert message["history"][0]["top"][0][0] == message["history"][0]["model"]["country"]
    assert message["scores"]["human"] == message["history"][0]["human"]["points"]


# Heat maps


def heatmap(target: str, *cells: tuple[int, int, float]) -> Heatmap:
    grid = np.zeros((9, 9), dtype=np.float32)
    for row, column, value in cells:
        grid[row, column] = value
    return Heatmap(target, grid, (0.0, 0.0, 9.0, 9.0))


def test_maps_share_one_scale_and_a_blank_map_is_called_blank() -> None:
    maps = [heatmap("HU", (8, 0, 4.0)), heatmap("SK", (0, 4, 1.0)), heatmap("AD")]
    strong, weak, blank = heat_layers(maps, 1.0)
    assert (strong["country"], strong["strength"], strong["where"]) == ("HU", 1.0, [2, 0])
    assert weak["strength"] == pytest.approx(0.25, abs=0.02)
    assert weak["where"] == [0, 1]
    assert (blank["strength"], blank["uri"], blank["where"]) == (0.0, None, None)
    assert blank["outline"] is None


def test_only_what_lies_on_the_picture_sets_the_scale() -> None:
    grid = np.zeros((9, 9), dtype=np.float32)
    grid[0, 0], grid[4, 4] = 100.0, 2.0
    letterboxed = Heatmap("HU", grid, (0.0, 3.0, 9.0, 6.0))
    (layer,) = heat_layers([letterboxed], 3.0)
    assert (layer["strength"], layer["where"]) == (1.0, [1, 1])


def test_the_outline_goes_round_the_region_that_is_covered() -> None:
    # Two cells of four columns and two rows, on a grid with a row of padding above and below.
    grid = np.zeros((4, 4), dtype=np.float32)
    grid[1, 1], grid[1, 2], grid[2, 2] = 3.0, 2.0, 1.0
    picture = Heatmap("HU", grid, (0.0, 1.0, 4.0, 3.0))
    assert picture.strongest().sum() == 2, "a fifth of eight cells"
    path = outline(picture)
    assert sorted(re.findall(r"M[^M]+", path)) == [
        "M250 0H750",
        "M250 0V500",
        "M250 500H750",
        "M750 0V500",
    ]


@given(st.integers(1, 9), st.integers(1, 21), st.integers(0, 1000))
def test_outlines_are_closed_and_as_long_as_the_edge_of_their_region(
    rows: int, columns: int, seed: int
) -> None:
    grid = np.random.default_rng(seed).random((rows, columns), dtype=np.float32)
    picture = Heatmap("HU", grid, (0.0, 0.0, float(columns), float(rows)))
    region = np.pad(picture.strongest(), 1).astype(int)
    ends: Counter[tuple[int, int]] = Counter()
    across = down = 0
    for x, y, kind, end in re.findall(r"M(\d+) (\d+)([HV])(\d+)", outline(picture)):
        far = (int(end), int(y)) if kind == "H" else (int(x), int(end))
        ends.update([(int(x), int(y)), far])
        across += far[0] - int(x)
        down += far[1] - int(y)
    assert all(n % 2 == 0 for n in ends.values()), "where an edge ends another begins"
    assert across == pytest.approx(1000 / columns * np.abs(np.diff(region, axis=0)).sum(), abs=90)
    assert down == pytest.approx(1000 / rows * np.abs(np.diff(region, axis=1)).sum(), abs=90)


def test_colour_and_opacity_grow_with_the_value() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None]
    rgba = np.asarray(overlay(ramp).convert("RGBA")).astype(int)[0]
    assert rgba[0, 3] == 0
    assert (np.diff(rgba[:, 3]) >= 0).all()
    luminance = rgba[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance[::8]) > 0).all()


# A visitor's photo


def test_photo_handler_answers_everything_with_one_message() -> None:
    import gradio as gr

    from game.ui.page import PHOTO_BYTES_MAX, _photo_handler
    from tests.browser.serve_fakes import read_photo

    def ask(data: object, *, failing: bool = False) -> messages.Message:
        look = _photo_handler(FakeOpponent(failing=failing), read_photo)
        return look(gr.EventData(None, data))

    stream = io.BytesIO()
    Image.new("RGB", (64, 40), (10, 200, 90)).save(stream, "PNG")
    good = base64.b64encode(stream.getvalue()).decode()
    answer = ask({"data": good})
    assert len(answer["top"]) == 5
    *maps, contrast = answer["heat"]
    first, second = (country for country, _ in answer["top"][:2])
    assert [layer["roles"] for layer in maps] == [["model"], ["other"], ["other"]]
    assert (contrast["country"], contrast["against"]) == (first, second)
    for nonsense in (None, {}, {"data": 5}, {"data": ""}, {"data": "ß"}, {"data": "aGVsbG8="}, [1]):
        assert ask(nonsense)["problem"] == "photo_unreadable"
    assert ask({"data": "A" * (PHOTO_BYTES_MAX * 2)})["problem"] == "photo_too_big"
    assert ask({"data": good}, failing=True)["problem"] == "photo_failed"
