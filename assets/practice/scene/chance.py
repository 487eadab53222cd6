"""Chance, seeded by (country, split, index), and the conditions every country draws alike."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .facts import Country

SHARED_SCENES: Mapping[str, float] = {
    "open": 0.31, "village": 0.22, "suburb": 0.17, "town": 0.17, "main": 0.13,
}  # fmt: skip
RURAL = ("open", "main", "mountain", "coast")
"""Scenes without pavements and without a row of houses."""
MOUNTAIN_SHARE = 0.22
"""Of the panoramas of a country that is all mountains."""
SHARED_WEATHER: Mapping[str, float] = {"clear": 0.30, "partly": 0.45, "overcast": 0.25}


@dataclass(frozen=True, slots=True)
class PanoramaKey:
    """Which panorama: the same key always gives the same picture."""

    country: str
    split: str
    index: int

    def __str__(self) -> str:
        return f"{self.country}/{self.split}/{self.index}"

    @classmethod
    def parse(cls, text: str) -> PanoramaKey:
        """From ``HU/test/3``.

        Raises:
            ValueError: the text has another form.
        """
        parts = text.split("/")
        if len(parts) != 3 or not parts[2].isdigit():
            raise ValueError(f"{text!r} is not COUNTRY/SPLIT/INDEX, such as HU/test/3")
        return cls(parts[0], parts[1], int(parts[2]))

    def seed(self, purpose: str = "") -> int:
        """A 48-bit seed; other purposes of the same panorama give other seeds."""
        return int.from_bytes(hashlib.sha256(f"{self}:{purpose}".encode()).digest()[:6], "big")


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


GREY = ("overcast",)
"""Weather without a sun that casts shadows."""
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
        if elevation_deg >= 14:
            return elevation_deg
    return 20.0


def _scene(country: Country, chance: Chance) -> str:
    """A coast or mountain road as often as the country has them; else the shared kinds."""
    heights = sum(country.terrain.get(name, 0) for name in ("mountains", "alpine"))
    mountain = MOUNTAIN_SHARE * heights / sum(country.terrain.values())
    where = chance.random()
    if where < country.coast:
        return "coast"
    if where < country.coast + mountain:
        return "mountain"
    return chance.pick(country.scenes or SHARED_SCENES)


def draw_conditions(key: PanoramaKey, country: Country) -> Conditions:
    """The conditions of one panorama."""
    chance = Chance(key, "conditions")
    lush = 0.12 + 0.76 * _LUSH[country.climate]
    greenness = chance.betavariate(3.2 * lush, 3.2 * (1 - lush))
    warm = chance.gauss(1, 0.03)
    scene, weather = _scene(country, chance), chance.pick(SHARED_WEATHER)
    return Conditions(
        scene=scene,
        weather=weather,
        sun_elevation_deg=_sun_elevation_deg(country.latitude_deg, chance),
        sun_azimuth_deg=chance.uniform(0, 360),
        greenness=greenness,
        yaw_deg=chance.uniform(0, 360),
        lane_shift_m=chance.gauss(0, 0.25),
        haze=(haze := chance.uniform(0.25, 1.0)),
        traffic=chance.random(),
        target_luminance=chance.uniform(0.41, 0.58),
        white_balance=(warm + chance.gauss(0, 0.012), 2 - warm + chance.gauss(0, 0.012)),
        saturation=chance.uniform(0.85, 1.12),
        contrast=chance.uniform(0.15, 0.6),
        shadow_lift=chance.uniform(0.3, 0.55),
        pitch_deg=chance.gauss(0, 1.0),
        blurred_bottom=country.blurred_bottom,
        sky_luminance=chance.uniform(0.64, 0.76) + 0.06 * (weather in GREY),
        sight_m=5200 - 3600 * haze,
    )
