"""The one rule by which both players are judged. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable

from game.rules.rounds import Closeness, Guess, Mode, Verdict
from model.geography import SUBREGION_OF, countries, neighbours
from model.types import Place

GRADED_POINTS: dict[Closeness, int] = {
    "country": 1000,
    "neighbour": 400,
    "subregion": 200,
    "elsewhere": 0,
}

DISTANCE_POINTS = 5000
DISTANCE_SCALE_KM = 1492.7
"""points = 5000 * exp(-distance / 1492.7 km), GeoGuessr's curve for the whole world."""

MOST_POINTS: dict[Mode, int] = {"graded": GRADED_POINTS["country"], "distance": DISTANCE_POINTS}

SQUARES: dict[Closeness | None, str] = {
    "country": "🟩",
    "neighbour": "🟨",
    "subregion": "🟧",
    "elsewhere": "🟥",
    None: "⬜",
}
"""How a shared result shows a guess, or that there was none."""


def judge(place: Place, guess: Guess, mode: Mode) -> Verdict:
    """What a guess at this place is worth; a missing guess is worth nothing in either mode.

    The distance is 0 for the right country, else the great-circle distance from the place to the
    guessed country's centroid; a place without coordinates counts as its own country's centroid.
    """
    from_centroid = place.location is None
    if guess.country is None:
        return Verdict(0, None, None, from_centroid)
    close = closeness(place.country, guess.country)
    distance_km = 0.0
    if close != "country":
        start = place.location or countries()[place.country].centroid
        distance_km = start.distance_km(countries()[guess.country].centroid)
    points = GRADED_POINTS[close] if mode == "graded" else distance_points(distance_km)
    return Verdict(points, close, distance_km, from_centroid)


def closeness(truth: str, guess: str) -> Closeness:
    """How close one of the 56 countries is to another; a neighbour may lie in another subregion."""
    if guess == truth:
        return "country"
    if guess in neighbours()[truth]:
        return "neighbour"
    return "subregion" if guess in SUBREGION_OF[truth].countries else "elsewhere"


def distance_points(distance_km: float) -> int:
    """Points for a distance >= 0 km, from 5000 down to 0."""
    return round(DISTANCE_POINTS * math.exp(-distance_km / DISTANCE_SCALE_KM))


def streak(verdicts: Iterable[Verdict]) -> int:
    """How many right countries in a row stand at the end; a miss ends it."""
    length = 0
    for verdict in verdicts:
        length = length + 1 if verdict.correct else 0
    return length


def share_squares(verdicts: Iterable[Verdict]) -> str:
    """One square a round: what a player may share without giving the countries away."""
    return "".join(SQUARES[verdict.closeness] for verdict in verdicts)
