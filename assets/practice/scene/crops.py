"""Fields beside the road: wheat, maize, low rows, stubble, orchards, vines and paddies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .chance import Chance
from .geometry import Floats, Shape, box, cards, merge, polygons
from .materials import water
from .presets import Colour, Look
from .vegetation import Planting

TILE_M = 4.8


def _blades(foot: Floats, lean: Floats, wide_m: float, rng: np.random.Generator) -> Shape:
    """Narrow leaves from ``foot`` [n, 3] to ``foot + lean``, bent over at two thirds of it."""
    count = len(foot)
    turn = rng.uniform(0, 2 * np.pi, count)
    across = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    wide = across * wide_m * rng.uniform(0.6, 1.2, (count, 1))
    knee = foot + lean * np.array([0.45, 0.45, 0.75])
    tip = foot + lean
    low = np.stack([foot - 0.6 * wide, foot + 0.6 * wide, knee + wide, knee - wide], axis=1)
    top = np.stack([knee - wide, knee + wide, tip], axis=1)
    return merge([polygons(low), polygons(top)])


def _rows(count: int, row_m: float, spread_m: float, rng: np.random.Generator) -> Floats:
    """Feet [n, 3] of plants in rows along y, within one tile."""
    row = (np.floor(rng.uniform(-TILE_M / 2, TILE_M / 2, count) / row_m) + 0.5) * row_m
    forth = rng.uniform(-TILE_M / 2, TILE_M / 2, count)
    return np.stack([row + rng.normal(0, spread_m, count), forth, 0 * forth], axis=1)


def _wheat(chance: Chance) -> Shape:
    """Close stalks of one height, their ears nodding one way."""
    rng, count = chance.arrays, 2600
    foot = _rows(count, 0.2, 0.05, rng)
    high = chance.uniform(0.6, 0.85) * rng.normal(1, 0.05, (count, 1))
    wind = np.array([chance.gauss(0, 0.1), chance.gauss(0, 0.1)])
    lean = np.concatenate([rng.normal(0, 0.06, (count, 2)) + wind, high], axis=1)
    stalks = _blades(foot, lean, 0.011, rng)
    head = foot + lean
    ears = _blades(
        head, np.array([*(wind * 0.6), -0.02]) + rng.normal(0, 0.05, (count, 3)), 0.018, rng
    )
    return merge([stalks, ears])


def _maize(chance: Chance) -> Shape:
    """Stems with long leaves that arch to all sides, a tassel on top."""
    rng, count = chance.arrays, 150
    foot = _rows(count, 0.75, 0.04, rng)
    high = chance.uniform(1.5, 2.3) * rng.normal(1, 0.06, (count, 1))
    stem = np.concatenate([rng.normal(0, 0.03, (count, 2)), high], axis=1)
    parts = [_blades(foot, stem, 0.02, rng)]
    for level in np.linspace(0.12, 0.95, 9):
        out = rng.normal(0, 1, (count, 2))
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        reach = 0.62 * (1 - 0.45 * abs(level - 0.5)) * rng.uniform(0.8, 1.1, (count, 1))
        lean = np.concatenate([out * reach, rng.uniform(-0.05, 0.32, (count, 1))], axis=1)
        parts.append(_blades(foot + stem * level, lean, 0.045, rng))
    return merge(parts)


def _low(chance: Chance) -> Shape:
    """Rows of low leafy plants: beet, potatoes, beans."""
    rng, plants = chance.arrays, 140
    middle = _rows(plants, chance.choice((0.5, 0.7)), 0.03, rng)
    foot = np.repeat(middle, 14, axis=0)
    count = len(foot)
    out = rng.normal(0, 1, (count, 2))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    lean = np.concatenate(
        [out * rng.uniform(0.08, 0.26, (count, 1)), rng.uniform(0.08, 0.34, (count, 1))], axis=1
    )
    return _blades(foot, lean, 0.05, rng)


def _stubble(chance: Chance) -> Shape:
    """What a harvest leaves: short straw in rows."""
    rng, count = chance.arrays, 1500
    foot = _rows(count, 0.25, 0.02, rng)
    lean = np.concatenate([rng.normal(0, 0.03, (count, 2)), rng.uniform(0.06, 0.16, (count, 1))], 1)
    return _blades(foot, lean, 0.012, rng)


def _rice(chance: Chance) -> Shape:
    """Clumps of thin leaves in straight rows, standing in water."""
    rng, clumps = chance.arrays, 330
    middle = _rows(clumps, 0.27, 0.015, rng)
    foot = np.repeat(middle, 9, axis=0)
    count = len(foot)
    lean = np.concatenate(
        [
            rng.normal(0, 0.10, (count, 2)),
            chance.uniform(0.3, 0.7) * rng.normal(1, 0.1, (count, 1)),
        ],
        1,
    )
    return _blades(foot, lean, 0.010, rng)


def _vines(chance: Chance) -> Shape:
    """Two rows of vines on their posts in a tile."""
    rng, count = chance.arrays, 900
    row = rng.choice((-TILE_M / 4, TILE_M / 4), count)
    level = 0.55 + 1.05 * rng.beta(1.6, 1.3, count)
    middle = np.stack(
        [row + rng.normal(0, 0.16, count), rng.uniform(-TILE_M / 2, TILE_M / 2, count), level], 1
    )
    outward = np.stack([np.sign(middle[:, 0] - row), 0 * row, 0 * row + 0.6], axis=1)
    leaves = cards(middle, 0.10, rng, outward=outward)
    posts = [
        box((x - 0.04, y - 0.04, -0.2), (x + 0.04, y + 0.04, 1.7), 0)
        for x in (-TILE_M / 4, TILE_M / 4)
        for y in (-TILE_M / 2, 0.0)
    ]
    return merge([leaves, *posts])


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop: its mesh for one tile, its colour, and whether it stands in water."""

    build: Callable[[Chance], Shape]
    colour: Colour
    flooded: bool = False


CROPS: dict[str, Crop] = {
    "wheat": Crop(_wheat, (0.34, 0.25, 0.09)),
    "green_wheat": Crop(_wheat, (0.11, 0.17, 0.04)),
    "maize": Crop(_maize, (0.085, 0.14, 0.03)),
    "low": Crop(_low, (0.075, 0.13, 0.03)),
    "stubble": Crop(_stubble, (0.36, 0.28, 0.13)),
    "vines": Crop(_vines, (0.085, 0.14, 0.035)),
    "rice": Crop(_rice, (0.13, 0.21, 0.05), flooded=True),
}
_WARM = ("subtropical", "tropical_wet", "tropical_dry")


def _tiles(
    planting: Planting, side: int, first_m: float, span: tuple[float, float], depth_m: float
) -> tuple[Floats, Floats]:
    """Middles of the tiles of a field: x [n], y [n]."""
    across, along = np.meshgrid(
        np.arange(first_m, first_m + depth_m, TILE_M), np.arange(*span, TILE_M)
    )
    y = along.ravel()
    x = planting.road.bend(y) + side * across.ravel()
    keep = planting.open_ground(x, y, first_m - 1)
    return x[keep], y[keep]


def sow(
    planting: Planting, name: str, side: int, span: tuple[float, float], depth_m: float
) -> None:
    """One field of a crop along the road, from ``span[0]`` to ``span[1]``."""
    chance, stage, land, road = planting.chance, planting.stage, planting.land, planting.road
    crop = CROPS[name]
    first = road.half_width_m + road.built_m + chance.uniform(3.5, 9)
    x, y = _tiles(planting, side, first, span, depth_m)
    if not len(x):
        return
    mesh = stage.mesh(crop.build(chance), [stage.surface(Look(crop.colour, "leaf"), "terrain")])
    points = np.stack([x, y, land.height(x, y) - 0.03], axis=1)
    if crop.flooded:
        points[:, 2] = np.median(points[:, 2])
        corner = TILE_M / 2 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
        sheet = points[:, None, :] + corner[None] + np.array([0, 0, 0.12])
        stage.add(polygons(sheet), [water(0.6, stage.place)])
    yaw = np.array([road.yaw_rad(float(at)) for at in y])
    stage.scatter(mesh, points, yaw, np.ones(len(x)))


def place_crops(planting: Planting) -> None:
    """A field beside the road, on some open stretches."""
    chance, climate = planting.chance, planting.country.climate
    barren = climate in ("desert", "subarctic") or planting.land.relief.far_m > 300
    if planting.conditions.scene not in ("open", "main", "village") or barren:
        return
    if not chance.happens(0.42):
        return
    names = ["wheat", "green_wheat", "maize", "low", "stubble"]
    if climate in _WARM:
        names = ["rice", "rice", "maize", "low"]
    span = chance.uniform(-110, -20), chance.uniform(20, 110)
    sow(planting, chance.choice(names), chance.choice((-1, 1)), span, chance.uniform(35, 90))
