"""A plausible place for every panorama: inside its country, at least 3 km from every other.

The points are random, not real camera positions: the world is rendered. They exist so that
scores by distance work and so that a split by place never joins two splits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from .chance import Chance
from .facts import Country
from .keys import PanoramaKey
from .regions import regional

APART_KM = 3.0
EARTH_RADIUS_KM = 6371.0


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two (lat, lon) points in degrees, by the haversine formula."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lon = math.radians(b[1] - a[1]) / 2
    chord = math.sin((lat_b - lat_a) / 2) ** 2 + (
        math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def places(
    keys: list[PanoramaKey],
    countries: dict[str, Country],
    taken: Iterable[tuple[float, float]] = (),
) -> dict[PanoramaKey, tuple[float, float]]:
    """(latitude, longitude) in degrees for each key, deterministic for given arguments.

    Points that are taken already keep their distance, too.

    Small countries may not hold their panoramas 3 km apart: the distance is then relaxed, but
    never below 1.2 km, so that a split by place at 1 km still keeps places apart.
    """
    taken = list(taken)
    result: dict[PanoramaKey, tuple[float, float]] = {}
    for key in sorted(keys, key=lambda k: (k.country, k.split, k.index)):
        chance = Chance(key, "place")
        boxes = regional(key, countries[key.country]).boxes
        areas = [(box[1] - box[0]) * (box[3] - box[2]) for box in boxes]
        for attempt in range(6000):
            south, north, west, east = chance.choices(boxes, areas)[0]
            point = (round(chance.uniform(south, north), 5), round(chance.uniform(west, east), 5))
            apart_km = APART_KM if attempt < 3000 else 1.2
            near = (p for p in taken if abs(p[0] - point[0]) < 0.05)
            if all(distance_km(point, other) >= apart_km for other in near):
                break
        else:
            raise ValueError(f"{key}: its boxes are too small for so many places 1.2 km apart")
        taken.append(point)
        result[key] = point
    return result
