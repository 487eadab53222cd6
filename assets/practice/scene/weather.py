"""Kinds of weather: what each does to light, sight, ground and sky. All countries share them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weather:
    """One kind of weather.

    Attributes:
        weight: share of all panoramas.
        grey: no sun casts shadows.
        sight_m: range of how far one sees.
        cover: range of where the noise of the clouds begins to show: lower is cloudier.
        sky_luminance: range of the sky's mean brightness in the picture, in [0, 1].
        wet: how wet roads are, in [0, 1].
        snow: how much of the ground lies under snow, in [0, 1].
        warm: how golden the light is, in [0, 1].
    """

    weight: float
    grey: bool = False
    sight_m: tuple[float, float] = (1600, 4300)
    cover: tuple[float, float] = (0.20, 0.20)
    sky_luminance: tuple[float, float] = (0.70, 0.82)
    wet: float = 0.0
    snow: float = 0.0
    warm: float = 0.0


WEATHERS: Mapping[str, Weather] = {
    "clear": Weather(0.24, cover=(0.58, 0.62), sky_luminance=(0.62, 0.72)),
    "partly": Weather(0.29, cover=(0.42, 0.52), sky_luminance=(0.64, 0.76)),
    "overcast": Weather(0.16, grey=True),
    "golden": Weather(0.10, cover=(0.48, 0.60), sky_luminance=(0.62, 0.74), warm=1.0),
    "wet": Weather(0.10, grey=True, sight_m=(700, 2000), sky_luminance=(0.62, 0.76), wet=1.0),
    "fog": Weather(0.05, grey=True, sight_m=(100, 280), sky_luminance=(0.70, 0.80), wet=0.35),
    "snow": Weather(0.06, grey=True, sight_m=(700, 2200), wet=0.5, snow=0.7),
}
SNOWY_CLIMATES = ("boreal", "continental", "subarctic")
"""Where light snow is no wonder; elsewhere its share is broken cloud."""


def weather_weights(climate: str) -> dict[str, float]:
    """The share of every kind of weather in a climate."""
    weights = {name: weather.weight for name, weather in WEATHERS.items()}
    if climate not in SNOWY_CLIMATES:
        weights["partly"] += weights.pop("snow")
    return weights
