"""Chance, seeded by (country, split, index), and the conditions every country draws alike."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .facts import Country
from .keys import PanoramaKey
from .strata import pick_at, quantile, stratum
from .weather import WEATHERS, Weather, weather_weights

SHARED_SCENES: Mapping[str, float] = {
    "open": 0.31, "village": 0.22, "suburb": 0.17, "town": 0.17, "main": 0.13,
}  # fmt: skip
RURAL = ("open", "main", "mountain", "coast")
"""Scenes without pavements and without a row of houses."""
MOUNTAIN_SHARE = 0.22
"""Of the panoramas of a country that is all mountains."""
LOWEST_SUN_DEG = 14.0
CAMERAS: Mapping[str, float] = {"lane": 0.70, "verge": 0.16, "junction": 0.14}
"""Where the camera stands: in its lane, beside the road, or in the mouth of a side road."""
PIECES: Mapping[str, Mapping[str, float]] = {
    "open": {
        "none": 7, "level_crossing": 2, "overpass": 1.5, "roundabout": 1.5, "orchard": 2,
        "roadworks": 1.5, "bus_stop": 1.5, "petrol_station": 1, "pasture": 2,
    },
    "village": {
        "none": 5, "worship": 3, "bus_stop": 2.5, "school": 2, "petrol_station": 1.5,
        "roadworks": 1.5, "market": 1.5, "orchard": 1,
    },
    "suburb": {"none": 6, "school": 2.5, "bus_stop": 3, "roadworks": 2, "worship": 2},
    "town": {"none": 5, "market": 3, "bus_stop": 3, "roadworks": 2, "worship": 2.5},
    "main": {"none": 5, "overpass": 3, "petrol_station": 2.5, "roadworks": 2, "bus_stop": 1},
    "mountain": {"none": 6, "roadworks": 1.5, "bus_stop": 1, "pasture": 1},
    "coast": {"none": 6, "roadworks": 1, "bus_stop": 1.5, "petrol_station": 1},
}  # fmt: skip
"""Set pieces by scene; all countries share them."""


class Chance(random.Random):
    """A seeded source of choices, with numpy's generator beside it for arrays."""

    def __init__(self, key: PanoramaKey, purpose: str) -> None:
        super().__init__(key.seed(purpose))
        self.arrays = np.random.default_rng(key.seed(purpose + ":arrays"))

    def pick(self, weights: Mapping[str, float]) -> str:
        """One name, as likely as its weight."""
        return self.choices(list(weights), list(weights.values()))[0]

    def happens(self, share: float) -> bool:
        """True in this share of cases."""
        return self.random() < share


@dataclass(frozen=True, slots=True)
class Conditions:
    """What does not depend on the country, but for latitude, climate and the table's overrides.

    Attributes:
        camera, piece: a key of ``CAMERAS`` and one of ``PIECES``.
        sun_elevation_deg, sun_azimuth_deg: where the sun stands; the road's own bearing is
            random, so the azimuth is uniform.
        greenness: 1 lush, 0 dry or autumnal.
        target_luminance: mean of the picture, in [0, 1], drawn alike for all countries so that
            brightness tells nothing.
        white_balance: gains of red and blue.
        saturation, contrast, shadow_lift: of the camera's processing.
        pitch_deg: how far the camera leans: the horizon is no straight line in the middle.
        sky_luminance: mean of the sky in the picture, in [0, 1].
        sight_m: how far one sees: there haze has all but swallowed the land.
    """

    scene: str
    weather: str
    camera: str
    piece: str
    sun_elevation_deg: float
    sun_azimuth_deg: float
    greenness: float
    yaw_deg: float
    lane_shift_m: float
    haze: float
    traffic: float
    target_luminance: float
    white_balance: tuple[float, float]
    saturation: float
    contrast: float
    shadow_lift: float
    pitch_deg: float
    blurred_bottom: bool
    sky_luminance: float
    sight_m: float

    @property
    def air(self) -> Weather:
        """What its weather does."""
        return WEATHERS[self.weather]


_LUSH = {
    "continental": 0.62, "oceanic": 0.85, "boreal": 0.68, "subarctic": 0.50,
    "mediterranean": 0.34, "semi_arid": 0.22, "desert": 0.06, "subtropical": 0.75,
    "tropical_wet": 0.92, "tropical_dry": 0.50, "highland": 0.48,
}  # fmt: skip


def _sun_elevation_deg(latitude_deg: float, chance: Chance) -> float:
    """Height of the sun at a random daylight hour of a random day, never below 14 degrees."""
    for _ in range(20):
        declination = math.radians(23.44 * math.sin(chance.uniform(0, 2 * math.pi)))
        hour_angle = math.radians(chance.triangular(-60, 60, 0))
        latitude = math.radians(latitude_deg)
        sine = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(
            declination
        ) * math.cos(hour_angle)
        elevation_deg = math.degrees(math.asin(sine))
        if elevation_deg >= LOWEST_SUN_DEG:
            return elevation_deg
    return 20.0


def scene_weights(country: Country) -> dict[str, float]:
    """A coast or mountain road as often as the country has them; else the shared kinds."""
    heights = sum(country.terrain.get(name, 0) for name in ("mountains", "alpine"))
    mountain = (1 - country.coast) * MOUNTAIN_SHARE * heights / sum(country.terrain.values())
    others = country.scenes or SHARED_SCENES
    rest = (1 - country.coast - mountain) / sum(others.values())
    weights = {"coast": country.coast, "mountain": mountain}
    weights.update({name: weight * rest for name, weight in others.items()})
    return {name: weight for name, weight in weights.items() if weight > 0}


def _greenness(country: Country, weather: Weather, key: PanoramaKey, chance: Chance) -> float:
    """Season and drought: stratified over what the climate allows."""
    lush = 0.12 + 0.76 * _LUSH[country.climate]
    draws = [chance.betavariate(3.2 * lush, 3.2 * (1 - lush)) for _ in range(48)]
    greenness = quantile(draws, stratum(key, "season"))
    return greenness * (0.45 if weather.snow else 1.0)


def _sun(country: Country, weather: Weather, key: PanoramaKey, chance: Chance) -> float:
    draws = [_sun_elevation_deg(country.latitude_deg, chance) for _ in range(32)]
    elevation_deg = quantile(draws, stratum(key, "sun"))
    if weather.warm:
        return LOWEST_SUN_DEG + 4 * (elevation_deg - LOWEST_SUN_DEG) / 76
    return elevation_deg


def draw_conditions(key: PanoramaKey, country: Country) -> Conditions:
    """The conditions of one panorama; scene, weather, sun, season, camera are stratified."""
    chance = Chance(key, "conditions")
    scene = pick_at(scene_weights(country), stratum(key, "scene"))
    name = pick_at(weather_weights(country.climate), stratum(key, "weather"))
    weather = WEATHERS[name]
    warm = chance.gauss(1, 0.03) + 0.05 * weather.warm
    haze = chance.uniform(0.25, 1.0)
    near, far = weather.sight_m
    camera = pick_at(CAMERAS, stratum(key, "camera"))
    if scene == "mountain" and camera == "junction":
        camera = "lane"  # no side road climbs out of a cutting
    return Conditions(
        scene=scene,
        weather=name,
        camera=camera,
        piece=pick_at(PIECES[scene], stratum(key, "piece")),
        sun_elevation_deg=_sun(country, weather, key, chance),
        sun_azimuth_deg=chance.uniform(0, 360),
        greenness=_greenness(country, weather, key, chance),
        yaw_deg=chance.uniform(0, 360),
        lane_shift_m=chance.gauss(0, 0.25),
        haze=haze,
        traffic=stratum(key, "traffic"),
        target_luminance=chance.uniform(0.41, 0.58),
        white_balance=(warm + chance.gauss(0, 0.012), 2 - warm + chance.gauss(0, 0.012)),
        saturation=chance.uniform(0.85, 1.12),
        contrast=chance.uniform(0.15, 0.6),
        shadow_lift=chance.uniform(0.3, 0.55),
        pitch_deg=chance.gauss(0, 1.0),
        blurred_bottom=country.blurred_bottom,
        sky_luminance=chance.uniform(*weather.sky_luminance),
        sight_m=far - (far - near) * (haze - 0.25) / 0.75,
    )
