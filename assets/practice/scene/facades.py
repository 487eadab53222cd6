"""What is on the walls of a building: recessed windows and doors, balconies, shop fronts.

Axes as in :mod:`.buildings`: the front faces -y, the middle of the ground plan is the origin. Every
wall is made as a front and then turned to its side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .chance import Chance
from .forms import Form
from .geometry import Shape, box, faces, merge, polygons

WALL, ROOF, GLASS, FRAME, BASE, ACCENT, CURTAIN, POSTER, INSIDE, *GOODS = range(12)
"""Which of a building's surfaces a face has."""
REVEAL_M = 0.15
"""How deep panes lie in the wall."""
_WINDOWS: dict[str, tuple[str, ...]] = {
    "sash": ("AU", "CA", "GB", "IE", "NZ", "US", "ZA"),
    "sliding": ("HK", "JP", "KR", "MY", "SG", "TW"),
    "grille": ("AR", "BD", "BR", "BW", "CL", "CO", "ID", "KH", "MX", "PE", "SZ", "TH"),
}  # fmt: skip
"""Where windows are not two leaves that open inwards, as far as a passer-by would notice."""
_TURNS = {"front": 0.0, "right": math.pi / 2, "back": math.pi, "left": -math.pi / 2}


def window_type(code: str) -> str:
    """How windows open in a country: sash, sliding, grille (leaves behind bars) or casement."""
    return next((name for name, codes in _WINDOWS.items() if code in codes), "casement")


@dataclass(frozen=True, slots=True)
class Opening:
    """A hole in a wall: metres along it from its middle, and above the ground."""

    left: float
    right: float
    low: float
    high: float


def pierced(length: float, low: float, high: float, holes: list[Opening]) -> Shape:
    """A wall along x in the plane y = 0 with holes, and the reveals of those, inwards (+y)."""
    across = sorted({-length / 2, length / 2, *(x for h in holes for x in (h.left, h.right))})
    levels = sorted({low, high, *(z for h in holes for z in (h.low, h.high))})
    quads: list[list[tuple[float, float, float]]] = []
    for x0, x1 in pairwise(across):
        for z0, z1 in pairwise(levels):
            x, z = (x0 + x1) / 2, (z0 + z1) / 2
            if not any(h.left < x < h.right and h.low < z < h.high for h in holes):
                quads.append([(x0, 0, z0), (x1, 0, z0), (x1, 0, z1), (x0, 0, z1)])
    for h in holes:
        ring = [(h.left, h.low), (h.right, h.low), (h.right, h.high), (h.left, h.high)]
        for (x0, z0), (x1, z1) in zip(ring, [*ring[1:], ring[0]], strict=True):
            quads.append([(x0, 0, z0), (x1, 0, z1), (x1, REVEAL_M, z1), (x0, REVEAL_M, z0)])
    return polygons(np.array(quads, dtype=float), WALL)


def _bars(kind: str, half: float, high: float) -> list[Shape]:
    """What divides a window: round (0, 0) at its sill's middle, in the plane y = 0."""
    frame = 0.035 if kind == "sliding" else 0.055
    y0, y1 = REVEAL_M - 0.05, REVEAL_M - 0.005
    parts = [
        box((-half, y0, 0), (-half + frame, y1, high), FRAME),
        box((half - frame, y0, 0), (half, y1, high), FRAME),
        box((-half, y0, 0), (half, y1, frame), FRAME),
        box((-half, y0, high - frame), (half, y1, high), FRAME),
    ]
    if kind == "sash":
        parts.append(box((-half, y0 - 0.03, high / 2 - 0.03), (half, y1, high / 2 + 0.03), FRAME))
        parts.append(box((-0.012, y0, 0), (0.012, y1, high), FRAME))
    else:
        parts.append(box((-frame, y0 - 0.01, 0), (frame, y1, high), FRAME))
    if kind == "casement" and high > 1.3:
        level = high * 0.7
        parts.append(box((-half, y0, level - 0.025), (half, y1, level + 0.025), FRAME))
    if kind == "grille":
        count = max(4, int(2 * half / 0.13))
        parts += [
            box((x - 0.009, 0.0, 0), (x + 0.009, 0.02, high), ACCENT)
            for x in np.linspace(-half, half, count)
        ]
        parts += [box((-half, 0.0, z), (half, 0.02, z + 0.025), ACCENT) for z in (0.25, high - 0.3)]
    return parts


def _window(kind: str, wide: float, high: float, shutters: bool, veil: str) -> Shape:
    """A window round the middle of its sill; ``veil`` is none, blind or curtains."""
    half = wide / 2
    parts = _bars(kind, half, high)
    parts.append(box((-half, REVEAL_M - 0.01, 0), (half, REVEAL_M, high), GLASS))
    y0, y1 = REVEAL_M - 0.02, REVEAL_M - 0.01
    if veil == "blind":
        parts.append(box((-half, y0, high * 0.45), (half, y1, high), CURTAIN))
    elif veil == "curtains":
        for side in (-1, 1):
            ends = sorted((side * half, side * half * 0.45))
            parts.append(box((ends[0], y0, 0), (ends[1], y1, high), CURTAIN))
    parts.append(box((-half - 0.06, -0.07, -0.06), (half + 0.06, REVEAL_M - 0.04, 0.0), BASE))
    if shutters:
        for edge in (-half - 0.04 - half * 0.95, half + 0.04):
            leaf = (edge, -0.045, -0.03), (edge + half * 0.95, -0.005, high + 0.03)
            parts.append(box(*leaf, ACCENT))
            slats = np.arange(0.08, high - 0.05, 0.16)
            parts += [
                box((edge + 0.06, -0.055, z), (edge + half * 0.95 - 0.06, -0.04, z + 0.09), ACCENT)
                for z in slats
            ]
    return merge(parts)


def _door(high: float, chance: Chance) -> Shape:
    """A door in its frame, with a step and sometimes a little roof."""
    parts = [
        box((-0.5, REVEAL_M - 0.03, 0), (0.5, REVEAL_M, high), ACCENT),
        box((-0.5, 0.04, 0), (-0.43, REVEAL_M, high), FRAME),
        box((0.43, 0.04, 0), (0.5, REVEAL_M, high), FRAME),
        box((-0.5, 0.04, high - 0.07), (0.5, REVEAL_M, high), FRAME),
        box((0.30, REVEAL_M - 0.07, 0.95), (0.38, REVEAL_M - 0.03, 1.05), FRAME),
        box((-0.8, -0.45, -0.5), (0.8, 0.0, -0.02), BASE),
    ]
    if chance.happens(0.5):
        parts.append(box((-0.32, REVEAL_M - 0.035, 1.25), (0.32, REVEAL_M - 0.029, 1.9), GLASS))
    if chance.happens(0.4):
        roof = [(-0.95, 0, high + 0.45), (0.95, 0, high + 0.45), (0.95, -0.8, high + 0.2),
                (-0.95, -0.8, high + 0.2)]  # fmt: skip
        parts.append(faces(roof, [(0, 1, 2, 3)], ROOF))
    return merge(parts)


@dataclass(frozen=True, slots=True)
class Body:
    """The walls of a building before anything is cut into them; metres.

    Attributes:
        width, depth: of the ground plan.
        lift: height of the ground floor above the ground.
        storeys: their number.
        near: it will be seen from close by.
    """

    width: float
    depth: float
    lift: float
    storeys: int
    near: bool


class Facades:
    """The four walls of one building, with one size and kind of window all round."""

    def __init__(self, form: Form, body: Body, kind: str, chance: Chance) -> None:
        self.form, self.body, self.chance = form, body, chance
        wide = chance.uniform(0.9, 1.5) if kind != "sliding" else chance.uniform(1.5, 2.0)
        self.wide, self.high = wide, chance.uniform(1.15, 1.5)
        self.pitch_m = max(chance.uniform(2.3, 3.4), wide + 0.9)
        shutters = chance.happens(form.shutters) and kind == "casement"
        if shutters:
            self.pitch_m = max(self.pitch_m, 2 * wide + 0.5)
        self.windows = [
            _window(kind, self.wide, self.high, shutters, veil)
            for veil in ("none", "none", "curtains", "blind")
        ]
        self.conditioned = chance.happens(0.4)

    def _openings(self, length: float, front: bool) -> tuple[list[Opening], list[Shape]]:
        """Holes of one wall and what fills them."""
        form, body, chance = self.form, self.body, self.chance
        holes: list[Opening] = []
        filling: list[Shape] = []
        columns = max(1, int(length / self.pitch_m))
        for storey in range(body.storeys):
            if storey == 0 and front and "shop" in form.extras:
                continue
            for column in range(columns):
                at = -length / 2 + length * (column + 0.5) / columns
                z = body.lift + 0.95 + storey * form.storey_m
                if storey == 0 and front and column == columns // 2:
                    holes.append(Opening(at - 0.5, at + 0.5, body.lift, body.lift + 2.1))
                    filling.append(_door(2.1, chance).moved((at, 0, body.lift)))
                elif chance.happens(0.9 if front else 0.62):
                    half = self.wide / 2
                    holes.append(Opening(at - half, at + half, z, z + self.high))
                    filling.append(chance.choice(self.windows).moved((at, 0, z)))
                    over_board = storey == 1 and front and "shop" in form.extras
                    if self.conditioned and body.near and chance.happens(0.2) and not over_board:
                        unit = (at + half - 0.8, -0.34, z - 0.75), (at + half, 0.0, z - 0.2)
                        filling.append(box(*unit, FRAME))
        return holes, filling

    def walls(self, top: float) -> list[Shape]:
        """All four walls up to ``top``; a shop's front is left out of the first storey."""
        body = self.body
        parts: list[Shape] = []
        for name, turn in _TURNS.items():
            length, half = body.width, body.depth / 2
            if name in ("left", "right"):
                length, half = body.depth, body.width / 2
            front = name == "front"
            holes, filling = self._openings(length, front)
            if front and "shop" in self.form.extras:
                holes.append(_shop_hole(length))
                filling.append(shop_front(length, self.chance))
            wall = merge([pierced(length, body.lift - 0.35, top, holes), *filling])
            parts.append(wall.moved((0, -half, 0)).turned(turn))
        return parts


def balconies(form: Form, w: float, d: float, storeys: int, chance: Chance) -> list[Shape]:
    """Balconies on the front, from the first floor up, some with laundry or pots."""
    parts = []
    columns = max(1, int(w / 4.5))
    railed = chance.happens(0.5)
    for storey in range(1, storeys):
        z = storey * form.storey_m
        for column in range(columns):
            at = -w / 2 + w * (column + 0.5) / columns
            if columns > 1 and column % 2 and storeys > 3:
                continue
            y = -d / 2 - 1.1
            parts.append(box((at - 1.5, y, z - 0.05), (at + 1.5, -d / 2, z + 0.1), BASE))
            if railed:
                parts += [
                    box((x - 0.012, y, z + 0.1), (x + 0.012, y + 0.03, z + 1.0), FRAME)
                    for x in np.linspace(at - 1.48, at + 1.48, 16)
                ]
                parts.append(box((at - 1.5, y, z + 0.98), (at + 1.5, y + 0.04, z + 1.03), FRAME))
            else:
                parts.append(box((at - 1.5, y, z + 0.1), (at + 1.5, y + 0.06, z + 0.95), FRAME))
            if chance.happens(0.25):
                parts += _laundry(at, y + 0.25, z + 1.75, chance)
    return parts


def _laundry(at: float, y: float, z: float, chance: Chance) -> list[Shape]:
    """Washing on a line."""
    line = [box((at - 1.3, y, z), (at + 1.3, y + 0.01, z + 0.01), FRAME)]
    x = at - 1.2
    while x < at + 0.9:
        wide, long = chance.uniform(0.25, 0.6), chance.uniform(0.4, 0.9)
        slot = chance.choice((CURTAIN, ACCENT, INSIDE))
        line.append(box((x, y, z - long), (x + wide, y + 0.02, z), slot))
        x += wide + chance.uniform(0.02, 0.2)
    return line


def _shop_hole(width: float) -> Opening:
    half = width / 2 - 0.35
    return Opening(-half, half, 0.12, 2.65)


def shop_front(width: float, chance: Chance) -> Shape:
    """A room behind a window at street level, with goods, often under an awning; wall at y = 0.

    There is no pane: glass that one looks through is all noise at a few samples a pixel. What
    tells a window are its bars, a sill of blind panels and the posters stuck to it.
    """
    hole = _shop_hole(width)
    left, right, deep = hole.left, hole.right, 1.7
    door = left + (right - left) * chance.uniform(0.62, 0.74)
    parts = [
        box((left, deep, 0.1), (right, deep + 0.05, 2.65), INSIDE),
        box((left - 0.05, 0.1, 0.1), (left, deep, 2.65), INSIDE),
        box((right, 0.1, 0.1), (right + 0.05, deep, 2.65), INSIDE),
        box((left, 0.1, 0.0), (right, deep, 0.12), BASE),
        box((left, 0.1, 2.65), (right, deep, 2.7), INSIDE),
        box((left, 0.02, 0.12), (door, 0.2, 0.55), ACCENT),
        box((left, 0.06, 2.02), (right, 0.14, 2.10), FRAME),
    ]
    bars = max(1, round((door - left) / 1.4))
    posts = (*np.linspace(left, door, bars + 1), right - 0.08)
    parts += [box((x, 0.04, 0.12), (x + 0.08, 0.18, 2.65), FRAME) for x in posts]
    parts.append(box((left, 0.04, 2.52), (right, 0.18, 2.65), FRAME))
    parts += _door_leaf(door + 0.08, right - 0.08)
    parts += _posters(left, door, chance)
    for level in (0.65, 1.15, 1.65, 2.15):
        parts.append(box((left + 0.2, deep - 0.5, level), (right - 0.2, deep, level + 0.04), BASE))
        parts += _goods(left + 0.2, right - 0.3, deep - 0.45, level + 0.04, chance)
    parts += _goods(left + 0.15, door - 0.4, 0.25, 0.55, chance)
    if chance.happens(0.55):
        eave = [(left, 0, 2.72), (right, 0, 2.72), (right, -1.4, 2.25), (left, -1.4, 2.25)]
        hem = [(left, -1.4, 2.25), (right, -1.4, 2.25), (right, -1.4, 2.02), (left, -1.4, 2.02)]
        parts += [faces(eave, [(0, 1, 2, 3)], ACCENT), faces(hem, [(0, 1, 2, 3)], ACCENT)]
    return merge(parts)


def _door_leaf(left: float, right: float) -> list[Shape]:
    """A glazed shop door: stiles, a kick plate, dark glass above it and a handle."""
    return [
        box((left, 0.13, 0.12), (left + 0.1, 0.18, 2.02), ACCENT),
        box((right - 0.1, 0.13, 0.12), (right, 0.18, 2.02), ACCENT),
        box((left, 0.13, 0.12), (right, 0.18, 0.5), ACCENT),
        box((left, 0.15, 0.5), (right, 0.16, 2.02), GLASS),
        box((right - 0.18, 0.08, 0.9), (right - 0.14, 0.12, 1.3), FRAME),
    ]


def _posters(left: float, right: float, chance: Chance) -> list[Shape]:
    """Advertisements stuck to the lower part of a window."""
    parts, x = [], left + chance.uniform(0.1, 0.8)
    while x < right - 0.6:
        wide, high, z = chance.uniform(0.3, 0.55), chance.uniform(0.35, 0.7), 0.6
        if chance.happens(0.5):
            z = chance.uniform(0.6, 1.2)
            parts.append(box((x, 0.11, z), (x + wide, 0.12, z + high), POSTER))
            band = z + high * chance.uniform(0.45, 0.7)
            ink = chance.choice(GOODS)
            parts.append(box((x + 0.04, 0.10, band), (x + wide - 0.04, 0.11, band + 0.1), ink))
        x += wide + chance.uniform(0.5, 1.6)
    return parts


def _goods(left: float, right: float, y: float, z: float, chance: Chance) -> list[Shape]:
    """Things on a shelf, of many colours: some alike side by side, as in a shop."""
    parts, x = [], left
    while x < right:
        wide, high = chance.uniform(0.10, 0.34), chance.uniform(0.16, 0.40)
        slot = chance.choice((*GOODS, *GOODS, ACCENT, CURTAIN, POSTER))
        for _ in range(chance.choice((1, 1, 2, 3))):
            if x < right:
                parts.append(box((x, y, z), (x + wide * 0.94, y + 0.25, z + high), slot))
            x += wide
        x += chance.uniform(0.01, 0.12)
    return parts


def garage_door(left: float, right: float, y: float) -> list[Shape]:
    """A garage door of boards in a frame; its front is a little before ``y``."""
    parts = [box((left - 0.1, y - 0.03, 0.05), (right + 0.1, y, 2.36), FRAME)]
    courses = np.linspace(0.08, 2.25, 7)
    parts += [
        box((left, y - 0.07, low + 0.02), (right, y - 0.02, high - 0.02), ACCENT)
        for low, high in pairwise(courses)
    ]
    return parts
