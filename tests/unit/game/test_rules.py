"""Scoring, the course of a session, and dealing: the pure core, by properties."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.rules import dealer, scoring
from game.rules.rounds import MODES, Guess, Mode, Verdict
from game.rules.session import ROUNDS_PER_GAME, Session
from model.errors import DataError
from model.geography import COUNTRY_CODES, LatLon, countries
from model.types import Crop, Place

BUDAPEST = LatLon(47.5, 19.05)
CROP = Crop(0, 0, 100, 43)

codes = st.sampled_from(COUNTRY_CODES)
guesses = st.none() | codes
modes = st.sampled_from(MODES)
locations = st.none() | st.builds(LatLon, st.floats(-90, 90), st.floats(-180, 180))


def place(country: str = "HU", location: LatLon | None = BUDAPEST) -> Place:
    return Place("key", country, location, "test")


# Scoring


@pytest.mark.parametrize(
    ("truth", "guess", "close", "points"),
    [
        ("HU", "HU", "country", 1000),
        ("HU", "SK", "neighbour", 400),  # of the same subregion, but no more than a neighbour
        ("HU", "HR", "neighbour", 400),  # of another subregion, but a neighbour all the same
        ("HU", "BG", "subregion", 200),
        ("JP", "KR", "subregion", 200),
        ("HU", "CH", "elsewhere", 0),  # Austria between them
        ("MX", "CL", "elsewhere", 0),
    ],
)
def test_graded_points_fall_with_closeness(truth: str, guess: str, close: str, points: int) -> None:
    verdict = scoring.judge(place(truth), Guess(guess), "graded")
    assert (verdict.closeness, verdict.points) == (close, points)


@given(codes, codes)
def test_closeness_is_mutual(one: str, other: str) -> None:
    assert scoring.closeness(one, other) == scoring.closeness(other, one)


def test_distance_runs_from_the_place_to_the_centroid_of_the_guess() -> None:
    verdict = scoring.judge(place(), Guess("SK"), "distance")
    expected_km = BUDAPEST.distance_km(countries()["SK"].centroid)
    assert verdict.distance_km == pytest.approx(expected_km)
    assert 100 < expected_km < 200
    assert verdict.points == round(5000 * math.exp(-expected_km / 1492.7))
    assert not verdict.from_centroid


def test_without_coordinates_the_distance_starts_at_the_true_centroid() -> None:
    verdict = scoring.judge(place(location=None), Guess("SK"), "distance")
    expected_km = countries()["HU"].centroid.distance_km(countries()["SK"].centroid)
    assert verdict.from_centroid
    assert verdict.distance_km == pytest.approx(expected_km)


@given(codes, guesses, modes, locations)
def test_verdicts_are_within_bounds(
    truth: str, guess: str | None, mode: Mode, location: LatLon | None
) -> None:
    verdict = scoring.judge(place(truth, location), Guess(guess), mode)
    most = scoring.MOST_POINTS[mode]
    assert 0 <= verdict.points <= most
    assert verdict.correct == (guess == truth)
    if guess is None:
        assert (verdict.points, verdict.closeness, verdict.distance_km) == (0, None, None)
    elif guess == truth:
        assert (verdict.points, verdict.distance_km) == (most, 0.0)


@given(st.floats(0, 20_100), st.floats(0, 20_100))
def test_farther_is_never_better(a_km: float, b_km: float) -> None:
    near, far = sorted((a_km, b_km))
    assert scoring.distance_points(near) >= scoring.distance_points(far)
    assert scoring.distance_points(0) == 5000


def verdicts(*guesses: str | None) -> list[Verdict]:
    return [scoring.judge(place(), Guess(guess), "graded") for guess in guesses]


def test_a_streak_ends_on_a_miss() -> None:
    def run(pattern: str) -> int:
        return scoring.streak(verdicts(*("HU" if mark == "x" else "SK" for mark in pattern)))

    assert [run(p) for p in ("", "x", "xx", "xx.", "xx.x", "...")] == [0, 1, 2, 0, 1, 0]


def test_share_squares_tell_how_close_each_guess_was() -> None:
    assert scoring.share_squares(verdicts("HU", "SK", "BG", "BR", None)) == "🟩🟨🟧🟥⬜"


# The session

steps = st.one_of(
    st.tuples(st.just("deal"), codes),
    st.tuples(st.just("guess"), guesses, guesses),
    st.tuples(st.just("next")),
)


@settings(max_examples=300)
@given(modes, st.lists(steps, max_size=40))
def test_any_sequence_of_steps_keeps_the_invariants(mode: Mode, sequence: list[tuple]) -> None:
    session, dealt = Session(mode), 0
    for step in sequence:
        before = session
        match step:
            case ("deal", code):
                session = session.deal(dealt, place(code), CROP)
                dealt += session is not before
                assert (session is not before) == (before.phase == "deal")
            case ("guess", human, model):
                session = session.guess(Guess(human), Guess(model))
                assert (session is not before) == (before.phase == "guess")
            case _:
                session = session.next()
                assert (session is not before) == (before.phase == "reveal")
        assert session.mode == mode
        assert session.reveals[: len(before.reveals)] == before.reveals
        assert len(session.reveals) <= ROUNDS_PER_GAME
        assert 1 <= session.number <= ROUNDS_PER_GAME
        assert [r.round.number for r in session.reveals] == list(range(1, len(session.reveals) + 1))
        assert session.human_total == sum(v.points for v in session.human_verdicts)
        assert session.model_total == sum(v.points for v in session.model_verdicts)
        assert len(session.human_verdicts) == len(session.model_verdicts)
        assert len(session.dealt) == dealt


def test_a_whole_game() -> None:
    session = Session("graded")
    for i in range(ROUNDS_PER_GAME):
        assert (session.phase, session.number) == ("deal", i + 1)
        session = session.deal(i, place(), CROP)
        session = session.guess(Guess("HU"), Guess("HU" if i % 2 else "SK"))
        assert session.guess(Guess("SK"), Guess("HU")) is session
        assert session.phase == "reveal"
        session = session.next()
    assert session.phase == "summary"
    assert (session.human_total, session.model_total) == (5000, 3200)
    assert session.deal(9, place(), CROP) is session


# The dealer


def skewed() -> list[Place]:
    """A hundred places in the United States, ten in Hungary, one in Andorra."""
    return [place("US")] * 100 + [place("HU")] * 10 + [place("AD")]


def test_countries_are_drawn_fairly_from_a_skewed_collection() -> None:
    places, rng = skewed(), Random(1)
    drawn = Counter(places[dealer.draw(places, (), (), rng)].country for _ in range(3000))
    assert set(drawn) == {"US", "HU", "AD"}
    assert all(900 < n < 1100 for n in drawn.values())


@given(st.integers(0, 2**32), st.lists(codes, min_size=5, max_size=40))
def test_nothing_is_dealt_twice_and_countries_take_turns(seed: int, countries: list[str]) -> None:
    places, rng = [place(c) for c in countries], Random(seed)
    dealt: list[int] = []
    for _ in places:
        dealt.append(dealer.draw(places, dealt, (), rng))
    assert sorted(dealt) == list(range(len(places)))
    first = [places[i].country for i in dealt[: len(set(countries))]]
    assert len(set(first)) == len(first)
    with pytest.raises(DataError, match="--panoramas"):
        dealer.draw(places, dealt, (), rng)


def test_places_of_earlier_games_wait_until_the_others_are_used_up() -> None:
    places = [place("HU")] * 4
    assert {dealer.draw(places, (), (0, 1, 2), Random(i)) for i in range(20)} == {3}
    assert dealer.draw(places, (), range(4), Random(1)) in range(4)


def test_the_same_seed_deals_the_same() -> None:
    def game(seed: int) -> list[tuple[int, Crop]]:
        rng, dealt = Random(seed), []
        for _ in range(5):
            index = dealer.draw(skewed(), [i for i, _ in dealt], (), rng)
            dealt.append((index, dealer.crop(3050, 561, rng, lambda crop: 0.0)))
        return dealt

    assert game(7) == game(7) != game(8)


@given(st.integers(1, 5000), st.integers(1, 2000), st.integers())
def test_a_crop_lies_within_the_panorama(width: int, height: int, seed: int) -> None:
    crop = dealer.crop(width, height, Random(seed), lambda crop: crop.left_px)
    left, top, right, bottom = crop.box
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


def test_the_crop_with_the_most_to_go_by_is_dealt_and_any_where_all_are_worth_the_same() -> None:
    def left_px(seed: int, worth: Callable[[Crop], float]) -> int:
        return dealer.crop(3050, 561, Random(seed), worth).left_px

    rng = Random(3)
    tried = [Crop.at(3050, 561, rng.random()).left_px for _ in range(dealer.CROPS_TRIED)]
    assert left_px(3, lambda crop: crop.left_px) == max(tried)
    assert left_px(3, lambda crop: -crop.left_px) == min(tried)
    assert left_px(3, lambda crop: 0.0) == tried[0]
    assert len({left_px(seed, lambda crop: 0.0) for seed in range(50)}) > 40
