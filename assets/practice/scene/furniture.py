"""Roadside furniture: bollards, utility poles with their wires, guard rails, fences."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from . import hedges
from .bollard_presets import BOLLARDS
from .bollards import bollard_shape
from .chance import RURAL, Chance
from .facts import Country
from .geometry import WIRE_RADIUS_M, Point, Shape, box, merge, ribbon, tube, wire_radius_m
from .pole_presets import POLES, Pole
from .poles import pole_shape
from .presets import AMBER, BLACK, BLUE, GREY, WALLS, WHITE, YELLOW, Colour, Look
from .road import Road
from .stage import Stage
from .terrain import Land

_OPACITIES = (1.0, 0.8, 0.62, 0.46)
"""Of wires drawn thicker than they are: the thicker, the paler."""
LABELS: dict[str, Colour] = {
    "blue_label": BLUE, "yellow_sticker": YELLOW, "white_sticker": WHITE,
}  # fmt: skip
"""Of the small boards on poles."""


def place_bollards(stage: Stage, road: Road, country: Country, chance: Chance) -> None:
    """Delineators along both edges, nearer to each other in the bends."""
    name = chance.pick(country.bollard)
    bollard = BOLLARDS[name]
    if bollard is None:
        return
    shape, colours = bollard_shape(bollard)
    surfaces = [stage.plain(colour, "bollard", 0.5) for colour in colours]
    mesh = stage.mesh(shape, surfaces)
    keep = 1 if country.driving == "right" else -1
    offset = road.half_width_m + road.shoulder_m + 0.45
    spacing = bollard.every_m * chance.uniform(0.26, 0.6)
    first = chance.uniform(-spacing, 0)
    for side in (-1, 1):
        for number in range(-9, 10):
            along = first + number * spacing + side * 1.3
            if road.joins(side, along - 1, along + 1):
                continue
            x, y = road.beside(side * offset, along)
            # The front is for the traffic beside the post: one sees the backs across the road.
            yaw = road.yaw_rad(along) + (0.0 if side == keep else math.pi)
            stage.put(mesh, (x, y, -0.05), yaw, tilt_rad=chance.gauss(0, 0.02))
    stage.note("bollard", name)


def _pole_surfaces(stage: Stage, pole: Pole) -> list[Any]:
    """The materials of a pole, in the order of the slots of ``poles``."""
    body = Look((0.42, 0.41, 0.38))
    if pole.body == "wood_dark":
        body = Look((0.06, 0.045, 0.035), "boards")
    elif pole.body.startswith("wood") or pole.body == "a_frame":
        body = Look((0.15, 0.105, 0.07), "boards")
    elif pole.body in ("lattice", "steel"):
        body = Look((0.33, 0.34, 0.35), "plain", 0.5)
    stripe = AMBER if "sleeve_to_ground" in pole.extras else YELLOW
    label = next((LABELS[name] for name in pole.extras if name in LABELS), WHITE)
    return [
        stage.surface(body, "pole"), stage.plain((0.05, 0.05, 0.05), "pole"),
        stage.plain(WHITE, "pole"), stage.surface(Look(GREY), "pole"),
        stage.plain(stripe, "pole"), stage.plain(label, "pole"),
    ]  # fmt: skip


def _wire(stage: Stage, start: Point, end: Point, sag_m: float) -> Shape:
    """A hanging wire, thicker where it is farther from the camera."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    stations = []
    for share in np.linspace(0, 1, 11):
        point = a + (b - a) * share
        point[2] -= 4 * sag_m * share * (1 - share)
        stations.append(point)
    parts = []
    for here, there in pairwise(stations):
        radii = [wire_radius_m(at, stage.eye, stage.pixel_rad) for at in (here, there)]
        paler = round(math.log2(max(radii) / WIRE_RADIUS_M) * 0.8)
        parts.append(tube(here, there, radii[0], radii[1], 4, min(paler, len(_OPACITIES) - 1)))
    return merge(parts)


def place_poles(
    stage: Stage, road: Road, land: Land, country: Country, chance: Chance, scene: str
) -> None:
    """A line of poles on one side, with wires from pole to pole."""
    name = chance.pick(country.pole)
    pole = POLES[name]
    if pole is None or chance.happens(0.12):
        return
    shape, ends = pole_shape(pole)
    mesh = stage.mesh(shape, _pole_surfaces(stage, pole))
    side = chance.choice((-1, 1))
    away = chance.uniform(1.5, 7.0) if scene in RURAL else 1.3 if scene == "village" else 0.0
    offset = side * (road.half_width_m + road.shoulder_m + away + (0.6 if road.pavement_m else 0))
    first = chance.uniform(-0.35, 0.35) * pole.spacing_m
    first = road.clear_row(stage.eye, offset, first, pole.spacing_m)
    wires, before = [], None
    for number in range(-6, 7):
        along = road.beside_joins(side, first + number * pole.spacing_m)
        x, y = road.beside(offset, along)
        z = land.level(x, y)
        yaw = road.yaw_rad(along)
        stage.put(mesh, (x, y, z), yaw, tilt_rad=chance.gauss(0, 0.012))
        tips = [(x + dx * math.cos(yaw), y + dx * math.sin(yaw), z + dz) for dx, dz in ends]
        # Beyond, all wires run into one blot at the vanishing point.
        if before and abs(along - pole.spacing_m / 2) < 125:
            sag = pole.spacing_m * chance.uniform(0.012, 0.024)
            wires += [_wire(stage, a, b, sag) for a, b in zip(before, tips, strict=True)]
        before = tips
    hung = stage.add(merge(wires), [stage.wire(opacity, "pole") for opacity in _OPACITIES])
    hung.visible_shadow = False  # they are drawn too thick for their shadows
    stage.note("pole", name)


_W_BEAM = [(0.0, 0.45), (0.05, 0.50), (0.0, 0.58), (0.05, 0.66), (0.0, 0.74)]
_RAIL_PROFILES: dict[str, list[tuple[float, float]]] = {
    "w_beam": _W_BEAM,
    "w_beam_striped": _W_BEAM,
    "thin_b_beam": [(0, 0.52), (0.06, 0.53), (0.06, 0.59), (0.02, 0.62), (0.06, 0.65), (0, 0.72)],
    "box_beam": [(0, 0.55), (0.10, 0.55), (0.10, 0.72), (0, 0.72)],
    "concrete": [(0.2, 0.0), (0.08, 0.3), (0.06, 0.85), (-0.1, 0.85)],
    "striped_wall": [(0.0, 0.0), (0.0, 0.75), (-0.3, 0.75)],
    "cable": [(0, 0.55), (0.0, 0.58)],
}


def place_rail(
    stage: Stage, road: Road, country: Country, chance: Chance, sides: list[int], long: bool
) -> None:
    """A guard rail along these sides of the road or, unless ``long``, of a part of it."""
    name = chance.pick(country.rail)
    if name == "none":
        return
    start = -130.0 if long else chance.uniform(-70, 10)
    end = 130.0 if long else start + chance.uniform(40, 110)
    for side in sides:
        _rail(stage, road, name, side, start, end)
    stage.note("guard_rail", name)


def _rail(stage: Stage, road: Road, name: str, side: int, start: float, end: float) -> None:
    offset = side * (road.half_width_m + road.shoulder_m + 0.75)
    profile = [(offset - side * across, z) for across, z in _RAIL_PROFILES[name]]
    steel = Look((0.46, 0.47, 0.48), "noise", 0.45)
    solid = name in ("concrete", "striped_wall")
    looks = [Look((0.45, 0.44, 0.41))] if solid else [steel]
    if name == "striped_wall":
        looks = [Look((0.62, 0.62, 0.58)), Look(BLACK)]
    elif name == "w_beam_striped":
        looks = [Look(YELLOW), Look(BLACK)]
    parts = []
    for number, low in enumerate(np.arange(start, end, 2.0)):
        if road.joins(side, low - 2, low + 2):
            continue
        parts.append(ribbon(road.path(low, low + 2.0), profile, number % len(looks)))
        if not solid:
            x, y = road.beside(offset + side * 0.06, low)
            parts.append(box((x - 0.06, y - 0.05, -0.3), (x + 0.06, y + 0.05, 0.72)))
    if parts:
        stage.add(merge(parts), [stage.surface(look, "guard_rail") for look in looks])


def fence_panel(kind: str, length_m: float = 2.5, variant: int = 0) -> tuple[Shape, list[Look]]:
    """One panel of a fence along x from 0, with its looks by slot; hedges have variants."""
    if kind == "hedge":
        return hedges.hedge_panel(length_m, variant), list(hedges.LOOKS)
    post = box((0, -0.05, -0.3), (0.09, 0.05, 1.35), 0)
    grey = Look((0.42, 0.41, 0.38))
    if kind == "wire_posts":
        wires = [tube((0, 0, z), (length_m, 0, z), 0.008, 0.008, 4, 1) for z in (0.35, 0.7, 1.05)]
        return merge([post, *wires]), [Look((0.24, 0.19, 0.14)), Look((0.2, 0.2, 0.2), "plain")]
    if kind in ("wood_planks", "picket_white", "wood_rail", "bamboo"):
        if kind == "wood_rail":
            parts = [box((0, -0.03, z), (length_m, 0.03, z + 0.14)) for z in (0.45, 0.95)]
        else:
            step, high = (0.16, 1.6) if kind != "picket_white" else (0.15, 1.0)
            parts = [
                box((x, -0.015, 0.08), (x + step * 0.78, 0.015, high))
                for x in np.arange(0, length_m, step)
            ]
        colour = {"picket_white": (0.7, 0.7, 0.67), "bamboo": (0.36, 0.29, 0.14)}
        return merge([post, *parts]), [Look(colour.get(kind, (0.24, 0.18, 0.12)), "boards")]
    if kind == "iron_bars":
        bars = [
            box((x, -0.012, 0.5), (x + 0.03, 0.012, 1.5), 1) for x in np.arange(0.1, length_m, 0.16)
        ]
        low = box((0, -0.12, -0.3), (length_m, 0.12, 0.5), 0)
        rail = box((0, -0.02, 1.35), (length_m, 0.02, 1.4), 1)
        return merge([low, rail, *bars]), [grey, Look((0.05, 0.07, 0.06), "plain", 0.5)]
    if kind == "chain_link":
        lines = [tube((0, 0, z), (length_m, 0, z), 0.006, 0.006, 4, 1) for z in (0.1, 0.75, 1.4)]
        mesh_x = np.arange(0, length_m, 0.22)
        lines += [tube((x, 0, 0.1), (x + 0.6, 0, 1.4), 0.005, 0.005, 3, 1) for x in mesh_x]
        lines += [tube((x + 0.6, 0, 0.1), (x, 0, 1.4), 0.005, 0.005, 3, 1) for x in mesh_x]
        return merge([post, *lines]), [grey, Look((0.32, 0.33, 0.33), "plain", 0.5)]
    walls = {
        "wall_plaster": (WALLS["plaster_white"], 1.9, 0.1),
        "wall_block": (WALLS["concrete"], 1.9, 0.1),
        "wall_brick": (WALLS["brick_red"], 1.5, 0.12),
        "wall_concrete_panel": (Look((0.44, 0.42, 0.38), "boards"), 1.8, 0.05),
        "stone_wall": (Look((0.30, 0.29, 0.27), "stone"), 1.05, 0.22),
    }  # fmt: skip
    look, high, half = walls[kind]
    return box((0, -half, -0.4), (length_m, half, high)), [look]


def place_fence(
    stage: Stage,
    road: Road,
    land: Land,
    kind: str,
    side: int,
    span: tuple[float, float],
    back_m: float,
) -> None:
    """A fence along the road from ``span[0]`` to ``span[1]``, ``back_m`` from the built edge.

    It is open where side roads and railways cross it.
    """
    if kind == "none":
        return
    variants = hedges.VARIANTS if kind == "hedge" else 1
    meshes = stage.panels.setdefault(kind, [])
    for variant in range(len(meshes), variants):
        shape, looks = fence_panel(kind, variant=variant)
        meshes.append(stage.mesh(shape, [stage.surface(look, "fence") for look in looks]))
    offset = side * (road.half_width_m + road.built_m + back_m)
    for number, along in enumerate(np.arange(span[0], span[1], 2.5)):
        if road.crossed(side, float(along), float(along) + 2.5):
            continue
        x, y = road.beside(offset, float(along))
        z = land.level(x, y)
        # Nobody trims a hedge to one height.
        high = 1 + 0.07 * math.sin(1.3 * along + side) if kind == "hedge" else 1.0
        mesh = meshes[number % variants]
        stage.put(mesh, (x, y, z), road.yaw_rad(float(along)) + math.pi / 2, (1.0, 1.0, high))
    stage.note("fence", kind)


def place_lamps(stage: Stage, road: Road, chance: Chance) -> None:
    """Street lamps in built-up places: alike everywhere, so no cue."""
    parts = [
        tube((0, 0, -0.3), (0, 0, 7.6), 0.08, 0.05, 8),
        tube((0, 0, 7.55), (-1.5, 0, 7.9), 0.04, 0.035, 6),
        box((-2.1, -0.1, 7.82), (-1.4, 0.1, 7.95)),
    ]
    mesh = stage.mesh(merge(parts), [stage.plain((0.30, 0.31, 0.32))])
    side, spacing = chance.choice((-1, 1)), chance.uniform(26, 36)
    first = chance.uniform(0, spacing)
    offset = side * (road.half_width_m + road.shoulder_m + 0.5)
    first = road.clear_row(stage.eye, offset, first, spacing)
    for number in range(-5, 6):
        along = road.beside_joins(side, first + number * spacing)
        x, y = road.beside(offset, along)
        stage.put(mesh, (x, y, 0), road.yaw_rad(along) + (0 if side > 0 else math.pi))
