"""The 56 countries: codes, regions, neighbours, points on the globe and on the map. Torch-free.

What lies where is read from ``assets/map/countries.json``, which ``assets/map/build_map.py``
computes from Natural Earth 1:50m.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeGuard, get_args

_MAP_TABLE = Path(__file__).resolve().parents[1] / "assets" / "map" / "countries.json"

COUNTRY_CODES: tuple[str, ...] = tuple(
    (
        "AD AE AR AU BD BE BG BR BT BW CA CH CL CO CZ DE DK EE ES FI FR GB GR HK HR HU ID IE IL "
        "IS IT JP KH KR LT LV MX MY NL NO NZ PE PL PT RO RU SE SG SI SK SZ TH TW UA US ZA"
    ).split()
)
"""The 56 ISO 3166-1 alpha-2 codes of ``stochastic/random_streetview_images_pano_v0.0.2``, sorted.

The position of a code is the index of its class in every checkpoint.
"""

COUNTRY_INDEX: dict[str, int] = {code: i for i, code in enumerate(COUNTRY_CODES)}

Region = Literal["europe", "asia", "africa", "north_america", "south_america", "oceania"]
REGIONS: tuple[Region, ...] = get_args(Region)


class Subregion(NamedTuple):
    """A subregion of the UN's M49 standard, its continent, and which of the 56 lie in it."""

    name: str
    region: Region
    countries: tuple[str, ...]


SUBREGIONS: tuple[Subregion, ...] = (
    Subregion("Northern Europe", "europe", tuple("DK EE FI GB IE IS LT LV NO SE".split())),
    Subregion("Western Europe", "europe", tuple("BE CH DE FR NL".split())),
    Subregion("Southern Europe", "europe", tuple("AD ES GR HR IT PT SI".split())),
    Subregion("Eastern Europe", "europe", tuple("BG CZ HU PL RO RU SK UA".split())),
    Subregion("Western Asia", "asia", ("AE", "IL")),
    Subregion("Southern Asia", "asia", ("BD", "BT")),
    Subregion("South-eastern Asia", "asia", tuple("ID KH MY SG TH".split())),
    Subregion("Eastern Asia", "asia", tuple("HK JP KR TW".split())),
    Subregion("Southern Africa", "africa", ("BW", "SZ", "ZA")),
    Subregion("Northern America", "north_america", ("CA", "US")),
    Subregion("Central America", "north_america", ("MX",)),
    Subregion("South America", "south_america", tuple("AR BR CL CO PE".split())),
    Subregion("Australia and New Zealand", "oceania", ("AU", "NZ")),
)
"""All of them, in the order of figures. M49 names no Taiwan apart; it stands with Eastern Asia."""

REGION_OF: dict[str, Region] = {
    country: subregion.region for subregion in SUBREGIONS for country in subregion.countries
}
"""The continent of each of the 56 countries; Russia's is Europe."""

SUBREGION_OF: dict[str, Subregion] = {
    country: subregion for subregion in SUBREGIONS for country in subregion.countries
}
"""The subregion of each of the 56 countries."""

EARTH_RADIUS_KM = 6371.0

MAP_WIDTH = 10_000
"""Map units from the left edge of the drawn map to the right one, 360 degrees."""

CUT_LON_DEG = -168.4
"""The map's left edge, in the Bering strait, which no mainland crosses: Russia stays whole."""

NORTH_DEG = 79.5
"""The map's upper edge."""


@dataclass(frozen=True, slots=True)
class LatLon:
    """A point on the globe: latitude in [-90, 90] degrees, longitude in [-180, 180] degrees.

    Raises:
        ValueError: a coordinate is not finite or out of range.
    """

    lat_deg: float
    lon_deg: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat_deg <= 90 and -180 <= self.lon_deg <= 180):
            raise ValueError(f"({self.lat_deg}, {self.lon_deg}) is no latitude and longitude")

    def distance_km(self, other: LatLon) -> float:
        """Great-circle distance by the haversine formula on a sphere of 6371 km radius."""
        lat_a, lat_b = math.radians(self.lat_deg), math.radians(other.lat_deg)
        d_lon = math.radians(other.lon_deg - self.lon_deg)
        h = (
            math.sin((lat_b - lat_a) / 2) ** 2
            + math.cos(lat_a) * math.cos(lat_b) * math.sin(d_lon / 2) ** 2
        )
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))

    @property
    def map_point(self) -> tuple[int, int]:
        """(x, y) on the drawn map, in map units."""
        x, y = project((self.lon_deg - CUT_LON_DEG) % 360 + CUT_LON_DEG, self.lat_deg)
        return round(x), round(y)


def project(lon_deg: float, lat_deg: float) -> tuple[float, float]:
    """Miller cylindrical (O. M. Miller, 1942) to map units; longitudes run on from the cut."""
    unit = MAP_WIDTH / (2 * math.pi)
    x = math.radians(lon_deg - CUT_LON_DEG) * unit
    return x, (_miller(NORTH_DEG) - _miller(lat_deg)) * unit


def _miller(lat_deg: float) -> float:
    return 1.25 * math.log(math.tan(math.pi / 4 + 0.4 * math.radians(lat_deg)))


@dataclass(frozen=True, slots=True)
class Country:
    """One of the 56 countries.

    Attributes:
        code: ISO 3166-1 alpha-2.
        region: its part of the world, by custom rather than by plate: Russia is European.
        centroid: the middle of its area on the sphere without far overseas parts.
        neighbours: codes within the 56 that share a land border or a bridge, sorted.
        map_point: (x, y) of the middle of its largest part on the drawn map, in map units.
    """

    code: str
    region: Region
    centroid: LatLon
    neighbours: tuple[str, ...]
    map_point: tuple[int, int]


@cache
def countries() -> dict[str, Country]:
    """All 56 countries by code, in the order of ``COUNTRY_CODES``."""
    rows = _map_table()["countries"]
    return {
        code: Country(
            code,
            REGION_OF[code],
            LatLon(rows[code]["lat"], rows[code]["lon"]),
            tuple(rows[code]["neighbours"]),
            tuple(rows[code]["map"]),
        )
        for code in COUNTRY_CODES
    }


@cache
def neighbours() -> dict[str, frozenset[str]]:
    """For each of the 56 codes those that share a land border or a bridge with it."""
    return {code: frozenset(country.neighbours) for code, country in countries().items()}


@cache
def map_boxes() -> dict[str, tuple[int, int, int, int]]:
    """(x, y, width, height) to zoom to, in map units: one for "world" and one for each region."""
    return {name: tuple(box) for name, box in _map_table()["boxes"].items()}


@cache
def _map_table() -> dict[str, Any]:
    return dict(json.loads(_MAP_TABLE.read_text(encoding="utf-8")))


def is_country(code: object) -> TypeGuard[str]:
    """Whether this value, from wherever it came, is one of the 56 codes."""
    return isinstance(code, str) and code in COUNTRY_INDEX
