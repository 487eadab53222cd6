"""Utility poles as shapes, and where their wires hang.

Slots: 0 body, 1 dark fittings, 2 light paint, 3 concrete and steel, 4 warning stripes, 5 labels.
Nothing here needs Blender.
"""

from __future__ import annotations

import math

import numpy as np

from .geometry import Shape, box, merge, polygons, tube
from .pole_presets import Pole

BODY, DARK, PAINT, CONCRETE, STRIPE, LABEL = range(6)
_RADII = {"wood": (0.14, 0.10), "wood_dark": (0.14, 0.10), "steel": (0.09, 0.06)}
_HOLED = {
    # body: (half the width m, where the holes begin m, from hole to hole m)
    "holed": (0.14, 0.15, 0.55), "holed_upper": (0.14, 2.2, 0.55), "holed_wide": (0.19, 0.15, 0.75),
    "holed_square": (0.11, 1.2, 0.8),
}  # fmt: skip


def _holed(pole: Pole) -> list[Shape]:
    """Two flanges and rungs: a concrete pole that one can see through."""
    wide, start, step = _HOLED[pole.body]
    thick = 0.12 if pole.body == "holed_square" else 0.09
    parts = [
        box((side * wide - 0.045, -thick, -0.5), (side * wide + 0.045, thick, pole.height_m))
        for side in (-1, 1)
    ]
    if start > 1:
        parts.append(box((-wide, -0.08, -0.5), (wide, 0.08, start)))
    rungs = np.arange(start, pole.height_m, step)
    rung = 0.45 if pole.body == "holed_square" else 0.2
    return parts + [box((-wide, -0.07, low), (wide, 0.07, low + rung)) for low in rungs]


def _lattice(height_m: float) -> list[Shape]:
    feet = [(-0.28, -0.28), (0.28, -0.28), (0.28, 0.28), (-0.28, 0.28)]
    parts = [tube((x, y, -0.3), (x * 0.45, y * 0.45, height_m), 0.035, 0.03, 4) for x, y in feet]
    for number in range(int(height_m / 0.7)):
        low, narrow = number * 0.7, 1 - 0.55 * number * 0.7 / height_m
        here = [(x * narrow, y * narrow, low) for x, y in feet]
        there = [(x * narrow, y * narrow, low + 0.7) for x, y in feet]
        parts += [tube(here[i], there[(i + 1) % 4], 0.018, 0.018, 4) for i in range(4)]
    return parts


def _body(pole: Pole) -> list[Shape]:
    """What stands in the ground."""
    height = pole.height_m
    if pole.body in _HOLED:
        return _holed(pole)
    if pole.body == "lattice":
        return _lattice(height)
    if pole.body == "concrete_square":
        return [tube((0, 0, -0.5), (0, 0, height), 0.22, 0.15, 4)]
    if pole.body == "concrete_octagonal":
        return [tube((0, 0, -0.5), (0, 0, height), 0.21, 0.13, 8)]
    if pole.body == "a_frame":
        return [
            *(tube((x, 0, -0.5), (0.1 * x, 0, height), 0.14, 0.10, 10) for x in (-1.1, 1.1)),
            tube((-0.62, 0, 3.6), (0.62, 0, 3.6), 0.07, 0.07, 8),
        ]
    radii = _RADII.get(pole.body, _RADII["wood"] if "wood" in pole.body else (0.18, 0.11))
    parts = [tube((0, 0, -0.5), (0, 0, height), *radii, sides=12)]
    if pole.body == "wood_on_concrete":
        parts.append(box((-0.12, 0.12, -0.4), (0.12, 0.3, 1.9), CONCRETE))
    return parts


def _sleeve(low_m: float, high_m: float) -> Shape:
    """Stripes that climb round a pole: yellow (``STRIPE``) and black by turns."""
    sides, step_m, radius = 16, 0.06, 0.19
    rows = int((high_m - low_m) / step_m)
    corners, dark = [], []
    for row in range(rows):
        for side in range(sides):
            angles = [2 * math.pi * (side + right) / sides for right in (0, 1)]
            ring = [(radius * math.cos(a), radius * math.sin(a)) for a in angles]
            z = low_m + row * step_m
            corners.append([(*ring[0], z), (*ring[1], z), (*ring[1], z + step_m),
                            (*ring[0], z + step_m)])  # fmt: skip
            dark.append((row + side) // 4 % 2 == 0)
    shape = polygons(np.array(corners))
    shape.slots[:] = np.where(dark, DARK, STRIPE)
    return shape


def _arms(pole: Pole) -> tuple[list[Shape], list[tuple[float, float]]]:
    """Cross-arms with their insulators, and where wires hang on them: (x, z)."""
    parts: list[Shape] = []
    ends: list[tuple[float, float]] = []
    for arm in range(pole.arms):
        level = pole.height_m - 0.35 - 0.95 * arm
        half = pole.arm_m / 2 * (1 - 0.12 * arm)
        parts.append(box((-half, -0.06, level - 0.06), (half, 0.06, level + 0.06)))
        share = max(2, round(pole.wires / pole.arms))
        for number in range(share):
            x = -half * 0.94 + 2 * half * 0.94 * number / (share - 1)
            tip = x + (math.copysign(0.22, x) if "birds" in pole.extras else 0.0)
            parts.append(tube((x, 0, level), (tip, 0, level + 0.26), 0.045, 0.03, 6, DARK))
            ends.append((tip, level + 0.26))
    return parts, ends


def _armless(pole: Pole) -> tuple[list[Shape], list[tuple[float, float]]]:
    """Insulators of poles without cross-arms."""
    top = pole.height_m
    if "harp" in pole.extras:
        half = pole.arm_m / 2
        bars = [(x, top - 0.9, x, top + 0.5) for x in (-half, half)]
        bars += [(-half, top - 0.9, half, top - 0.9), (-half, top - 0.2, half, top - 0.2)]
        parts = [tube((a, 0, b), (c, 0, d), 0.05, 0.05, 6, DARK) for a, b, c, d in bars]
        return parts, [(-half, top + 0.5), (0.0, top), (half, top + 0.5)]
    if "hooks" in pole.extras:
        ends = [((-1) ** i * 0.38, top - 0.25 - 0.4 * i) for i in range(pole.wires)]
        parts = [tube((0, 0, z - 0.12), (x, 0, z - 0.12), 0.02, 0.02, 6, DARK) for x, z in ends]
        parts += [tube((x, 0, z - 0.12), (x, 0, z + 0.05), 0.07, 0.05, 8, PAINT) for x, z in ends]
        return parts, ends
    return [], [(0.0, top - 0.2 - 0.35 * i) for i in range(pole.wires)]


def _extras(pole: Pole) -> list[Shape]:
    """What hangs on a pole or is painted on it."""
    height, parts = pole.height_m, []
    if "transformer" in pole.extras:
        parts.append(
            tube((0.42, 0, height - 3.0), (0.42, 0, height - 2.0), 0.26, 0.26, 12, CONCRETE)
        )
    if "sleeve" in pole.extras:
        parts.append(_sleeve(0.8, 2.3))
    if "sleeve_to_ground" in pole.extras:
        parts.append(_sleeve(0.0, 1.7))
    if "white_foot" in pole.extras:
        parts.append(tube((0, 0, 0), (0, 0, 1.2), 0.20, 0.195, 12, PAINT))
    if "steps" in pole.extras:
        for number in range(14):
            side = (-1) ** number
            z = 1.9 + 0.45 * number
            parts.append(tube((0, 0, z), (0.34 * side, 0, z), 0.016, 0.016, 6, CONCRETE))
        parts.append(box((-0.1, -0.2, 1.5), (0.1, -0.17, 1.95), PAINT))
    if "brace" in pole.extras:
        parts.append(tube((0, 2.1, -0.3), (0, 0.1, height - 2.2), 0.16, 0.13, 4, BODY))
    if "bundle" in pole.extras:
        parts.append(box((-0.2, -0.25, height - 3.6), (0.2, 0.05, height - 3.1), DARK))
    labels = {
        "blue_label": (0.13, 0.2),
        "yellow_sticker": (0.1, 0.16),
        "white_sticker": (0.12, 0.3),
    }
    for name, (wide, high) in labels.items():
        if name in pole.extras:
            for side in (-1, 1):
                y = side * 0.19
                parts.append(box((-wide, min(y, 0), 1.7), (wide, max(y, 0), 1.7 + high), LABEL))
    return parts


def pole_shape(pole: Pole) -> tuple[Shape, list[tuple[float, float]]]:
    """The shape of a pole, and where its wires hang: (x across the road, z), metres."""
    arms, ends = _arms(pole) if pole.arms else _armless(pole)
    if "bundle" in pole.extras:
        height = pole.height_m
        ends = [*ends, (0.15, height - 2.9), (-0.12, height - 3.2), (0.1, height - 3.4)]
    return merge([*_body(pole), *arms, *_extras(pole)]), ends
