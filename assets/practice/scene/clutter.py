"""Small things that are alike everywhere, so no cue: people, bins, benches, bales, rocks."""

from __future__ import annotations

import math

import numpy as np

from .chance import RURAL, Chance, Conditions
from .geometry import Floats, Shape, box, merge, ribbon, tube
from .presets import Colour, Look
from .road import KERB_HEIGHT_M, Road
from .stage import Stage
from .terrain import Land
from .trees import lump

_CLOTHES: tuple[Colour, ...] = (
    (0.02, 0.025, 0.05), (0.25, 0.03, 0.03), (0.4, 0.4, 0.38), (0.05, 0.12, 0.25),
    (0.12, 0.11, 0.09), (0.45, 0.33, 0.08), (0.05, 0.15, 0.09), (0.3, 0.12, 0.2),
)  # fmt: skip
_SKINS: tuple[Colour, ...] = ((0.45, 0.28, 0.19), (0.27, 0.15, 0.09), (0.12, 0.065, 0.04))


def person(chance: Chance) -> Shape:
    """A walking figure of about 1.7 m: slots legs, torso, skin, hair."""
    stride = chance.uniform(-0.22, 0.22)
    swing = -stride * 0.9
    parts = []
    for side, step in ((-1, stride), (1, -stride)):
        hip, foot = (side * 0.09, 0, 0.86), (side * 0.10, step, 0.04)
        parts.append(tube(foot, hip, 0.055, 0.085, 7, 0))
        parts.append(
            box((side * 0.10 - 0.05, step - 0.08, 0), (side * 0.10 + 0.05, step + 0.18, 0.08), 3)
        )
        shoulder, hand = (side * 0.20, 0, 1.40), (side * 0.26, swing * side * -1, 0.88)
        parts.append(tube(hand, shoulder, 0.035, 0.055, 6, 1))
        parts.append(tube((hand[0], hand[1], 0.80), hand, 0.03, 0.04, 5, 2))
    parts.append(tube((0, 0, 0.80), (0, 0, 1.15), 0.17, 0.16, 9, 1))
    parts.append(tube((0, 0, 1.15), (0, 0, 1.47), 0.16, 0.13, 9, 1))
    parts.append(tube((0, 0, 1.45), (0, 0, 1.55), 0.055, 0.055, 7, 2))
    parts.append(tube((0, 0, 1.52), (0, 0, 1.63), 0.08, 0.10, 9, 2))
    parts.append(tube((0, 0, 1.63), (0, 0, 1.75), 0.105, 0.06, 9, 3))
    return merge(parts)


def _people(stage: Stage, road: Road, land: Land, chance: Chance, scene: str) -> None:
    most = {"town": 7, "suburb": 3, "village": 2}.get(scene, 1)
    for _ in range(chance.randint(0, most)):
        skin = chance.choice(_SKINS)
        colours = [chance.choice(_CLOTHES), chance.choice(_CLOTHES), skin, (0.03, 0.02, 0.015)]
        surfaces = [stage.plain(colour, roughness=0.9) for colour in colours]
        along = chance.choice((-1, 1)) * chance.uniform(5, 45)
        beside = (
            road.half_width_m + road.shoulder_m + chance.uniform(0.4, 1.0 + road.pavement_m * 0.7)
        )
        x, y = road.beside(chance.choice((-1, 1)) * beside, along)
        z = 0.13 if road.pavement_m else land.level(x, y)
        stage.add(
            person(chance),
            surfaces,
            at=(x, y, z),
            yaw_rad=chance.choice((0, math.pi)) + chance.gauss(0, 0.4),
            scale=chance.uniform(0.9, 1.06),
            smooth=True,
        )


def _bin(chance: Chance) -> tuple[Shape, list[Look]]:
    parts = [
        tube((0, 0, 0.08), (0, 0, 0.95), 0.27, 0.36, 4, 0),
        box((-0.3, -0.32, 0.95), (0.3, 0.32, 1.03), 0),
        tube((-0.25, 0.25, 0.1), (0.25, 0.25, 0.1), 0.1, 0.1, 8, 1),
    ]
    colour = chance.choice(
        ((0.03, 0.09, 0.04), (0.05, 0.05, 0.05), (0.30, 0.22, 0.02), (0.03, 0.06, 0.2))
    )
    return merge(parts), [Look(colour, "plain", 0.5), Look((0.02, 0.02, 0.02), "plain")]


def _cabinet(chance: Chance) -> tuple[Shape, list[Look]]:
    wide, high = chance.uniform(0.5, 1.2), chance.uniform(0.9, 1.5)
    parts = [
        box((-wide / 2, -0.2, 0), (wide / 2, 0.2, high), 0),
        box((-wide / 2 - 0.04, -0.24, -0.2), (wide / 2 + 0.04, 0.24, 0.1), 1),
    ]
    return merge(parts), [Look((0.36, 0.37, 0.34)), Look((0.4, 0.39, 0.36))]


def _bench(_: Chance) -> tuple[Shape, list[Look]]:
    parts = [box((-0.85, y, 0.43), (0.85, y + 0.11, 0.47), 0) for y in (-0.22, -0.08, 0.06)]
    parts += [box((-0.85, 0.22, z), (0.85, 0.26, z + 0.1), 0) for z in (0.58, 0.74)]
    parts += [box((x - 0.04, -0.2, -0.1), (x + 0.04, 0.26, 0.45), 1) for x in (-0.7, 0.7)]
    return merge(parts), [Look((0.22, 0.13, 0.07), "boards"), Look((0.1, 0.1, 0.1), "plain")]


def shelter(_: Chance) -> tuple[Shape, list[Look]]:
    """A roof on four posts with a glass back and a bench, as at bus stops."""
    parts = [box((-1.9, -0.7, 2.35), (1.9, 0.75, 2.47), 0)]
    parts += [
        box((x - 0.04, y - 0.04, -0.2), (x + 0.04, y + 0.04, 2.4), 0)
        for x in (-1.8, 1.8)
        for y in (-0.6, 0.65)
    ]
    parts += [
        box((-1.8, 0.63, 0.3), (1.8, 0.66, 2.2), 1),
        box((-1.4, 0.2, 0.42), (1.4, 0.58, 0.48), 2),
    ]
    return merge(parts), [
        Look((0.2, 0.21, 0.22), "plain", 0.4), Look((0.16, 0.2, 0.2), "glass", 0.1),
        Look((0.25, 0.16, 0.09), "boards"),
    ]  # fmt: skip


def _bale(_: Chance) -> tuple[Shape, list[Look]]:
    return tube((-0.6, 0, 0.65), (0.6, 0, 0.65), 0.68, 0.68, 14, 0), [
        Look((0.33, 0.26, 0.11), "thatch")
    ]


def _roadside(stage: Stage, road: Road, land: Land, chance: Chance, scene: str) -> None:
    kinds = {
        "town": (_bin, _cabinet, _bench, _bin, shelter),
        "suburb": (_bin, _bin, _cabinet, shelter),
        "village": (_bin, _cabinet, _bench, shelter),
    }.get(scene, (_cabinet, shelter))
    most = 6 if scene not in RURAL else 1
    for _ in range(chance.randint(0, most)):
        shape, looks = chance.choice(kinds)(chance)
        side, along = chance.choice((-1, 1)), chance.choice((-1, 1)) * chance.uniform(6, 55)
        if road.joins(side, along - 3, along + 3):
            continue
        outside = road.half_width_m + road.built_m
        beside = outside - 0.6 if road.pavement_m else outside + chance.uniform(1.2, 2.2)
        x, y = road.beside(side * beside, along)
        z = 0.13 if road.pavement_m else land.level(x, y)
        yaw = road.yaw_rad(along) - side * math.pi / 2
        stage.add(shape, [stage.surface(look) for look in looks], at=(x, y, z), yaw_rad=yaw)


def _bales(stage: Stage, road: Road, land: Land, chance: Chance) -> None:
    shape, looks = _bale(chance)
    rng = chance.arrays
    count, side = chance.randint(8, 40), chance.choice((-1, 1))
    y = rng.uniform(-120, 120, count)
    x = road.bend(y) + side * (road.half_width_m + rng.uniform(16, 110, count))
    points = np.stack([x, y, land.height(x, y)], axis=1)
    mesh = stage.mesh(shape, [stage.surface(look, "terrain") for look in looks])
    stage.scatter(mesh, points, rng.uniform(0, 6.28, count), np.ones(count))


def _rocks(stage: Stage, road: Road, land: Land, chance: Chance, scene: str) -> None:
    rng = chance.arrays
    count = {"coast": 160, "mountain": 130}.get(scene, chance.randint(0, 25))
    y = rng.uniform(-110, 110, count)
    reach = rng.uniform(1.5, 55, count)
    if scene == "coast":
        shore = land.shore_m - road.half_width_m
        x = road.bend(y) + land.slope_side * (road.half_width_m + rng.normal(shore, 7, count))
    else:
        x = road.bend(y) + rng.choice((-1, 1), count) * (road.half_width_m + road.built_m + reach)
    keep = np.abs(x - road.bend(y)) > road.half_width_m + road.built_m + 1.5
    x, y = x[keep], y[keep]
    points = np.stack([x, y, land.height(x, y)], axis=1)
    colour = tuple(0.4 * float(c) + 0.12 for c in land.soil)
    surface = stage.surface(Look(colour, "stone"), "terrain")  # type: ignore[arg-type]
    for number in range(3):
        size = np.array([1.0, chance.uniform(0.6, 1.1), chance.uniform(0.45, 0.8)])
        shape = lump(np.zeros(3), size, rng)
        own = points[number::3]
        scale = 0.25 + rng.gamma(1.6, 0.28, len(own))
        stage.scatter(stage.mesh(shape, [surface]), own, rng.uniform(0, 6.28, len(own)), scale)


def driveway(
    stage: Stage, road: Road, land: Land, chance: Chance, side: int, along: float, back_m: float,
) -> None:  # fmt: skip
    """A strip from the road to a house: it lies on the land, and on a bank across the ditch."""
    start = road.half_width_m + road.shoulder_m + 0.1
    end = road.half_width_m + road.built_m + back_m + 0.5
    colour = chance.choice(((0.36, 0.34, 0.31), (0.22, 0.21, 0.20), (0.30, 0.24, 0.17)))
    half = chance.uniform(1.2, 1.9)
    yaw = road.yaw_rad(along)
    x, y = road.beside(0, along)
    path = np.array(
        [
            [x + reach * math.cos(yaw), y + reach * math.sin(yaw), -math.sin(yaw), math.cos(yaw)]
            for reach in side * np.linspace(start, end, 9)
        ]
    )
    crown, bank = KERB_HEIGHT_M + 0.015 if road.pavement_m else 0.0, 0.45
    profile = [(-half - bank, -bank), (-half, 0.0), (half, 0.0), (half + bank, -bank)]
    shape = ribbon(path, profile)
    shape.points[:, 2] += np.repeat(_driveway_levels(road, land, path, half, crown), len(profile))
    stage.add(shape, [stage.surface(Look(colour, "stone"))])


def _driveway_levels(road: Road, land: Land, path: Floats, half: float, crown: float) -> Floats:
    """Heights of a driveway's stations: the pavement's, then never below the land or the ditch."""
    x, y = path[:, 0], path[:, 1]
    across = path[:, 2:4] * half
    heights = [land.height(x + s * across[:, 0], y + s * across[:, 1]) for s in (-1, 0, 1)]
    ground = np.max(heights, axis=0) + 0.035
    away = np.abs(x - road.bend(y)) - road.half_width_m
    bridged = np.maximum(ground, crown * np.clip(1 - (away - road.built_m) / 2.5, 0, 1))
    levels = np.where(away < road.built_m + 2.6, np.maximum(bridged, crown), bridged)
    for _ in range(3):
        levels[1:-1] = (levels[:-2] + 2 * levels[1:-1] + levels[2:]) / 4
    return np.asarray(levels)


def place_clutter(
    stage: Stage, road: Road, land: Land, conditions: Conditions, chance: Chance
) -> None:
    """The small things of one panorama."""
    scene = conditions.scene
    _people(stage, road, land, chance, scene)
    _roadside(stage, road, land, chance, scene)
    if scene == "open" and land.relief.far_m < 130 and chance.happens(0.12):
        _bales(stage, road, land, chance)
    if scene in RURAL:
        _rocks(stage, road, land, chance, scene)
