"""Bollards as shapes: a post of its form, bands round it, reflectors on its two faces.

Nothing here needs Blender, so that tests can look at what is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .bollard_presets import Bollard, Reflector
from .geometry import Shape, box, faces, merge, tube
from .presets import Colour

PROUD_M = 0.004
"""How far paint stands before what it covers."""
GROUND_M = -0.2

Outline = list[tuple[float, float]]


def outline(form: str, half_width_m: float, half_depth_m: float) -> Outline:
    """A post seen from above: (x, y) corners, counter-clockwise; its front faces -y."""
    if form == "round":
        angles = [2 * math.pi * i / 12 for i in range(12)]
        return [(half_width_m * math.cos(a), half_depth_m * math.sin(a)) for a in angles]
    if form == "curved":
        front = [math.pi + math.pi * i / 6 for i in range(7)]
        outer = [(half_width_m * math.cos(a), half_depth_m * (1 + 2 * math.sin(a))) for a in front]
        return [*outer, (0.0, 0.2 * half_depth_m)]
    if form == "wedge":
        thin = 0.3 * half_depth_m
        return [(-half_width_m, -thin), (half_width_m, -half_depth_m),
                (half_width_m, half_depth_m), (-half_width_m, thin)]  # fmt: skip
    return [(-half_width_m, -half_depth_m), (half_width_m, -half_depth_m),
            (half_width_m, half_depth_m), (-half_width_m, half_depth_m)]  # fmt: skip


def _prism(corners: Outline, low_m: float, high_m: float, slot: int) -> Shape:
    """An outline drawn out upwards."""
    count = len(corners)
    points = [(x, y, z) for z in (low_m, high_m) for x, y in corners]
    sides = [(i, (i + 1) % count, count + (i + 1) % count, count + i) for i in range(count)]
    lids = [tuple(range(count, 2 * count)), tuple(range(count - 1, -1, -1))]
    return faces(points, [*sides, *lids], slot)


def _reflector(reflector: Reflector, bollard: Bollard, side: int, slot: int) -> Shape:
    """A reflector on the front (side -1) or the back (side 1)."""
    low, high = reflector.low * bollard.height_m, reflector.high * bollard.height_m
    face = side * bollard.depth_m / 2
    if bollard.form == "curved" and side > 0:
        face = 0.1 * bollard.depth_m
    if bollard.form == "wedge":
        face *= 0.8
    proud = face + side * 3 * PROUD_M
    if reflector.dots:
        radius = min(0.028, 0.25 * bollard.width_m)
        levels = np.linspace(low + radius, high - radius, reflector.dots)
        if reflector.dots == 1:
            levels = np.array([(low + high) / 2])
        return merge(
            tube((0, 0, level), (0, proud, level), radius, radius, 12, slot) for level in levels
        )
    reach = reflector.width * bollard.width_m / 2
    return box((-reach, min(0.0, proud), low), (reach, max(0.0, proud), high), slot)


def bollard_shape(bollard: Bollard) -> tuple[Shape, Sequence[Colour]]:
    """The shape of a bollard, its front towards -y, and the colour of each slot."""
    half_width, half_depth = bollard.width_m / 2, bollard.depth_m / 2
    body = outline(bollard.form, half_width, half_depth)
    parts, colours = [_prism(body, GROUND_M, bollard.height_m, 0)], [bollard.body]
    grown = outline(bollard.form, half_width + PROUD_M, half_depth + PROUD_M)
    for band in bollard.bands:
        high = band.high * bollard.height_m + (PROUD_M if band.high == 1.0 else 0.0)
        ring = _prism(grown, band.low * bollard.height_m, high, len(colours))
        ring.points[:, 2] += band.slant * bollard.height_m * ring.points[:, 0] / bollard.width_m
        parts.append(ring)
        colours.append(band.colour)
    for side, reflectors in ((-1, bollard.front), (1, bollard.back)):
        for reflector in reflectors:
            parts.append(_reflector(reflector, bollard, side, len(colours)))
            colours.append(reflector.colour)
    return merge(parts), colours
