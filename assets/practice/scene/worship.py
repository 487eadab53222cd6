"""Buildings of worship: churches, mosques, temples and shrines, drawn coarsely."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .chance import Chance
from .facades import ACCENT, BASE, GLASS, ROOF, WALL, Opening, pierced
from .geometry import Shape, box, faces, merge, tube
from .presets import Look

_KINDS: dict[str, tuple[str, ...]] = {
    "mosque": ("AE", "BD", "ID", "MY"),
    "temple": ("BT", "KH", "TH"),
    "shrine": ("JP",),
    "hall": ("HK", "KR", "SG", "TW"),
    "domed": ("BG", "GR", "RO", "RU", "UA"),
}
"""The commonest kind of a country; a church elsewhere."""


def worship_kind(code: str) -> str:
    """What stands in a village of this country."""
    return next((kind for kind, codes in _KINDS.items() if code in codes), "church")


def turned_body(profile: list[tuple[float, float]], x: float, y: float, slot: int) -> Shape:
    """A body of revolution about the upright axis through (x, y): (radius, height) upwards."""
    rings = pairwise(profile)
    return merge([tube((x, y, a[1]), (x, y, b[1]), a[0], b[0], 16, slot) for a, b in rings])


def _dome(x: float, y: float, z: float, radius: float, pointed: float, slot: int) -> Shape:
    share = np.linspace(0, 1, 9)
    swell = np.cos(share * np.pi / 2) * (1 + 0.25 * pointed * np.sin(share * np.pi))
    height = radius * (1 + 0.6 * pointed) * np.sin(share * np.pi / 2)
    profile = [(max(0.02, radius * s), z + h) for s, h in zip(swell, height, strict=True)]
    return turned_body(profile, x, y, slot)


def _gable(w: float, d: float, z: float, rise: float, slot: int = ROOF) -> list[Shape]:
    """A roof with its ridge along y, and its gables."""
    x, y = w / 2 + 0.4, d / 2 + 0.4
    points = [(-x, -y, z - 0.3), (x, -y, z - 0.3), (x, y, z - 0.3), (-x, y, z - 0.3),
              (0, -y, z + rise), (0, y, z + rise)]  # fmt: skip
    gables = [(-w / 2, -d / 2, z), (w / 2, -d / 2, z), (0, -d / 2, z + rise * 0.93)]
    back = [(a, -b, c) for a, b, c in gables]
    return [
        faces(points, [(0, 4, 5, 3), (1, 2, 5, 4)], slot),
        faces(gables, [(0, 1, 2)], WALL),
        faces(back, [(0, 2, 1)], WALL),
    ]


def _nave(w: float, d: float, high: float) -> list[Shape]:
    """Four walls with tall windows and a door."""
    parts = []
    for turn, length, half in (
        (0, w, d / 2),
        (np.pi, w, d / 2),
        (np.pi / 2, d, w / 2),
        (-np.pi / 2, d, w / 2),
    ):
        holes, panes = [], []
        if length == d:
            for at in np.arange(-d / 2 + 2, d / 2 - 1, 3.2):
                holes.append(Opening(at - 0.45, at + 0.45, 1.8, high - 0.9))
                panes.append(box((at - 0.45, 0.12, 1.8), (at + 0.45, 0.15, high - 0.9), GLASS))
        wall = merge([pierced(length, -0.6, high, holes), *panes])
        parts.append(wall.moved((0, -half, 0)).turned(float(turn)))
    return parts


def _church(chance: Chance, domed: bool) -> Shape:
    w, d, high = chance.uniform(7.5, 10), chance.uniform(14, 20), chance.uniform(5, 7)
    parts = [*_nave(w, d, high), *_gable(w, d, high, w * chance.uniform(0.45, 0.7))]
    half, tall = chance.uniform(1.9, 2.5), high + chance.uniform(6, 12)
    y = -d / 2 - half + 0.3
    parts.append(box((-half, y - half, -0.6), (half, y + half, tall), WALL))
    parts.append(box((-0.8, y - half - 0.05, 0), (0.8, y - half, 2.6), ACCENT))
    parts.append(
        box((-half - 0.1, y - half - 0.1, tall - 0.3), (half + 0.1, y + half + 0.1, tall), BASE)
    )
    for sx, sy in ((0, -1), (1, 0), (-1, 0)):
        mid = (sx * half, y + sy * half)
        reach = (0.5 if sy else 0.04, 0.5 if sx else 0.04)
        parts.append(box((mid[0] - reach[0], mid[1] - reach[1], tall - 2.6),
                         (mid[0] + reach[0], mid[1] + reach[1], tall - 0.9), GLASS))  # fmt: skip
    if domed:
        parts.append(tube((0, y, tall), (0, y, tall + 1.2), half * 0.6, half * 0.6, 12, WALL))
        parts.append(_dome(0, y, tall + 1.2, half * 0.75, 1.0, ROOF))
        top = tall + 1.2 + half * 1.2
    else:
        rise = chance.choice((half * 1.2, half * 3.2))
        parts.append(tube((0, y, tall), (0, y, tall + rise), half * 1.45, 0.05, 4, ROOF))
        top = tall + rise
    parts.append(box((-0.05, y - 0.05, top - 0.2), (0.05, y + 0.05, top + 1.2), BASE))
    parts.append(box((-0.35, y - 0.05, top + 0.6), (0.35, y + 0.05, top + 0.72), BASE))
    return merge(parts)


def _mosque(chance: Chance) -> Shape:
    w, high = chance.uniform(10, 14), chance.uniform(5, 6.5)
    parts = _nave(w, w, high)
    parts.append(
        box((-w / 2 - 0.2, -w / 2 - 0.2, high), (w / 2 + 0.2, w / 2 + 0.2, high + 0.7), WALL)
    )
    parts.append(_dome(0, 0, high + 0.7, w * 0.27, 0.5, ROOF))
    parts.append(box((-1.0, -w / 2 - 0.06, 0), (1.0, -w / 2, 3.0), ACCENT))
    for x in (-w / 2 - 1, w / 2 + 1) if chance.happens(0.5) else (w / 2 + 1,):
        tall = high + chance.uniform(8, 12)
        parts.append(
            turned_body(
                [
                    (0.95, -0.6),
                    (0.85, tall * 0.7),
                    (1.3, tall * 0.72),
                    (1.3, tall * 0.76),
                    (0.7, tall * 0.77),
                    (0.65, tall),
                ],
                x,
                -w / 2,
                WALL,
            )
        )
        parts.append(_dome(x, -w / 2, tall, 0.75, 1.0, ROOF))
    return merge(parts)


def _temple(chance: Chance) -> Shape:
    w, d = chance.uniform(8, 10), chance.uniform(12, 16)
    parts = [box((-w / 2 - 1.4, -d / 2 - 1.4, -0.6), (w / 2 + 1.4, d / 2 + 1.4, 0.9), BASE)]
    parts += [s.moved((0, 0, 0.9)) for s in _nave(w - 1, d - 2, 4.6)]
    for tier in range(3):
        shrink = 1 - 0.16 * tier
        roof = _gable(
            (w + 1.6) * shrink, (d + 1.0) * (1 - 0.2 * tier), 5.2 + 1.1 * tier, 4.6 * shrink, ROOF
        )
        parts.append(roof[0])
    posts = [(x, y) for x in (-w / 2, w / 2) for y in np.linspace(-d / 2, d / 2, 5)]
    parts += [tube((x, y, 0.9), (x, y, 5.3), 0.22, 0.2, 8, ACCENT) for x, y in posts]
    side = chance.choice((-1, 1)) * (w / 2 + 5)
    parts.append(
        turned_body(
            [
                (2.4, -0.5),
                (2.2, 0.8),
                (1.7, 1.2),
                (1.6, 2.2),
                (0.9, 3.2),
                (0.45, 4.0),
                (0.3, 6.0),
                (0.03, 8.5),
            ],
            side,
            0,
            ACCENT,
        )
    )
    return merge(parts)


def _hall(chance: Chance, w: float, d: float) -> list[Shape]:
    """A wooden hall under a wide roof with raised corners."""
    parts = [box((-w / 2 - 0.8, -d / 2 - 0.8, -0.6), (w / 2 + 0.8, d / 2 + 0.8, 0.6), BASE)]
    parts.append(box((-w / 2 + 0.5, -d / 2 + 0.8, 0.6), (w / 2 - 0.5, d / 2 - 0.3, 3.6), WALL))
    parts.append(box((-1.2, -d / 2 + 0.74, 0.6), (1.2, -d / 2 + 0.8, 3.0), GLASS))
    parts += [
        tube((x, -d / 2 + 0.2, 0.6), (x, -d / 2 + 0.2, 3.7), 0.16, 0.16, 8, ACCENT)
        for x in np.linspace(-w / 2 + 0.4, w / 2 - 0.4, 5)
    ]
    x, y, low, top = w / 2 + 1.3, d / 2 + 1.3, 3.5, 3.6 + d * 0.42
    eave = [
        (-x, -y, low + 0.5),
        (0, -y, low),
        (x, -y, low + 0.5),
        (x, y, low + 0.5),
        (0, y, low),
        (-x, y, low + 0.5),
    ]
    ridge = [(-w * 0.32, 0, top + 0.25), (0, 0, top), (w * 0.32, 0, top + 0.25)]
    roof = [(0, 1, 7, 6), (1, 2, 8, 7), (3, 4, 7, 8), (4, 5, 6, 7), (2, 3, 8), (5, 0, 6)]
    parts.append(faces([*eave, *ridge], roof, ROOF))
    parts.append(box((-w * 0.33, -0.15, top), (w * 0.33, 0.15, top + 0.4), BASE))
    if chance.happens(0.5):
        parts += [
            box((s * w * 0.3 - 0.1, -0.9, top), (s * w * 0.3 + 0.1, 0.9, top + 0.7), BASE)
            for s in (-1, 1)
        ]
    return parts


def _shrine(chance: Chance) -> Shape:
    """A small hall behind a gate of two posts and two beams."""
    parts = _hall(chance, 7, 6)
    y, wide, high = -9.0, 2.0, 4.4
    parts += [
        tube((s * wide, y, -0.5), (s * wide * 0.93, y, high), 0.2, 0.17, 10, ACCENT)
        for s in (-1, 1)
    ]
    parts.append(box((-wide - 1.0, y - 0.2, high), (wide + 1.0, y + 0.2, high + 0.35), ACCENT))
    parts.append(
        box((-wide - 0.4, y - 0.1, high - 1.0), (wide + 0.4, y + 0.1, high - 0.75), ACCENT)
    )
    parts.append(box((-1.2, y - 1, -0.4), (1.2, -3.5, 0.04), BASE))
    return merge(parts)


def worship(code: str, chance: Chance) -> tuple[Shape, list[Look]]:
    """A building of worship as it is common in a country, with its looks by slot."""
    kind = worship_kind(code)
    wall = chance.choice(
        ((0.62, 0.60, 0.55), (0.55, 0.46, 0.30), (0.42, 0.40, 0.37), (0.60, 0.55, 0.45))
    )
    roof = chance.choice(((0.30, 0.10, 0.06), (0.14, 0.14, 0.15), (0.22, 0.14, 0.09)))
    accent, kind_of_roof = (0.16, 0.09, 0.05), "tiles"
    if kind == "mosque":
        shape, roof = (
            _mosque(chance),
            chance.choice(((0.10, 0.28, 0.20), (0.5, 0.38, 0.12), (0.55, 0.55, 0.52))),
        )
        kind_of_roof = "plain"
    elif kind == "temple":
        shape, roof, accent = _temple(chance), (0.42, 0.13, 0.04), (0.55, 0.36, 0.08)
    elif kind == "shrine":
        shape, roof, accent, wall = (
            _shrine(chance),
            (0.10, 0.11, 0.11),
            (0.45, 0.06, 0.03),
            (0.30, 0.20, 0.12),
        )
    elif kind == "hall":
        shape, roof, accent = merge(_hall(chance, 11, 8)), (0.16, 0.17, 0.17), (0.36, 0.05, 0.04)
        wall = (0.40, 0.16, 0.10)
    else:
        shape = _church(chance, domed=kind == "domed")
    looks = [
        Look(wall), Look(roof, kind_of_roof), Look((0.03, 0.035, 0.05), "glass", 0.1), Look(wall),
        Look((0.40, 0.38, 0.35)), Look(accent, "plain", 0.6), Look(wall),
    ]  # fmt: skip
    return shape, looks
