"""The one rule by which both players are judged. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable

from game.rules.rounds import Guess, Mode, Reveal, Verdict
from model.geography import countries, neighbours
from model.types import Place

COUNTRY_POINTS = 1000
"""For the right country in country mode, as WorldGuessr gives."""

DISTANCE_POINTS = 5000
DISTANCE_SCALE_KM = 1492.7
"""points = 5000 * exp(-distance / 1492.7 km), GeoGuessr's curve for the whole world."""

MOST_POINTS: dict[Mode, int] = {"country": COUNTRY_POINTS, "distance": DISTANCE_POINTS}


def judge(place: Place, guess: Guess, mode: Mode) -> Verdict:
    """What a guess at this place is worth; a missing guess is worth nothing in either mode.

    The distance is 0 for the right country, else the great-circle distance from the place to the
    guessed country's centroid; a place without coordinates counts as its own country's centroid.
    """
    from_centroid = place.location is None
    if guess.country is None:
        return Verdict(0, False, None, from_centroid)
    if guess.country == place.country:
        return Verdict(MOST_POINTS[mode], True, 0.0, from_centroid)
    start = place.location or countries()[place.country].centroid
    distance_km = start.distance_km(countries()[guess.country].centroid)
    points = 0 if mode == "country" else distance_points(distance_km)
    return Verdict(points, False, distance_km, from_centroid)


def distance_points(distance_km: float) -> int:
    """Points for a distance >= 0 km, from 5000 down to 0."""
    return round(DISTANCE_POINTS * math.exp(-distance_km / DISTANCE_SCALE_KM))


def streak(verdicts: Iterable[Verdict]) -> int:
    """How many right countries in a row stand at the end; a miss ends it."""
    length = 0
    for verdict in verdicts:
        length = length + 1 if verdict.correct else 0
    return length


def share_squares(reveals: Iterable[Reveal], *, human: bool) -> str:
    """One square a round: green right, yellow a neighbouring country, red wrong, white no guess."""
    squares = []
    for reveal in reveals:
        guess = reveal.human if human else reveal.model
        truth = reveal.round.place.country
        if guess.country is None:
            squares.append("⬜")
        elif guess.country == truth:
            squares.append("🟩")
        else:
            squares.append("🟨" if guess.country in neighbours()[truth] else "🟥")
    return "".join(squares)
