"""What is on the walls of a building: windows, doors, balconies, shop fronts.

Axes as in :mod:`.buildings`: the front faces -y, the middle of the ground plan is the origin.
"""

from __future__ import annotations

from .chance import Chance
from .forms import Form
from .geometry import Shape, box, faces

WALL, ROOF, GLASS, FRAME, BASE, ACCENT, CURTAIN = range(7)
"""Which of a building's surfaces a face has."""


def _opening(
    sx: int, sy: int, at: float, half_wall: float, z: float, wide: float, high: float,
    shutters: bool, curtain: bool,
) -> list[Shape]:  # fmt: skip
    """A window on one side: sx or sy says which wall (the other is 0); ``at`` along it."""

    def on_wall(u0: float, u1: float, z0: float, z1: float, proud: float, slot: int) -> Shape:
        if sy:
            edge = sy * half_wall
            return box(
                (u0, min(edge, edge + sy * proud), z0), (u1, max(edge, edge + sy * proud), z1), slot
            )
        edge = sx * half_wall
        return box(
            (min(edge, edge + sx * proud), u0, z0), (max(edge, edge + sx * proud), u1, z1), slot
        )

    half = wide / 2
    pane = CURTAIN if curtain else GLASS
    parts = [
        on_wall(at - half - 0.09, at + half + 0.09, z - 0.09, z + high + 0.09, 0.03, FRAME),
        on_wall(at - half, at - 0.03, z, z + high, 0.045, pane),
        on_wall(at + 0.03, at + half, z, z + high, 0.045, pane),
        on_wall(at - half - 0.14, at + half + 0.14, z - 0.16, z - 0.09, 0.13, BASE),
    ]
    if shutters:
        parts += [
            on_wall(u, u + half * 0.9, z - 0.05, z + high + 0.05, 0.06, ACCENT)
            for u in (at - half - 0.10 - half * 0.9, at + half + 0.10)
        ]
    return parts


def windows(
    form: Form, w: float, d: float, storeys: int, lift: float, chance: Chance
) -> list[Shape]:
    """Windows of one size on all four walls, and the door; none where a shop's front is."""
    parts: list[Shape] = []
    shutters = chance.happens(form.shutters)
    wide, high = chance.uniform(0.95, 1.6), chance.uniform(1.1, 1.5)
    pitch_m = chance.uniform(2.4, 3.4)
    for sx, sy, length, half in (
        (0, -1, w, d / 2),
        (-1, 0, d, w / 2),
        (1, 0, d, w / 2),
        (0, 1, w, d / 2),
    ):
        columns = max(1, int(length / pitch_m))
        for storey in range(storeys):
            if storey == 0 and sy == -1 and "shop" in form.extras:
                continue
            for column in range(columns):
                at = -length / 2 + length * (column + 0.5) / columns
                z = lift + 0.95 + storey * form.storey_m
                door = storey == 0 and sy == -1 and column == columns // 2
                if door:
                    parts.append(
                        box((at - 0.5, -half - 0.04, lift), (at + 0.5, -half, lift + 2.1), ACCENT)
                    )
                elif chance.happens(0.88):
                    parts += _opening(
                        sx, sy, at, half, z, wide, high, shutters, chance.happens(0.3)
                    )
    return parts


def balconies(form: Form, w: float, d: float, storeys: int, chance: Chance) -> list[Shape]:
    """Balconies on the front, from the first floor up."""
    parts = []
    columns = max(1, int(w / 4.5))
    for storey in range(1, storeys):
        z = storey * form.storey_m
        for column in range(columns):
            at = -w / 2 + w * (column + 0.5) / columns
            if columns > 1 and column % 2 and storeys > 3:
                continue
            parts.append(box((at - 1.5, -d / 2 - 1.1, z - 0.05), (at + 1.5, -d / 2, z + 0.1), BASE))
            front = box(
                (at - 1.5, -d / 2 - 1.1, z + 0.1), (at + 1.5, -d / 2 - 1.05, z + 0.95), FRAME
            )
            parts.append(front)
    return parts


def shop_front(w: float, d: float, chance: Chance) -> list[Shape]:
    """Panes and a door at street level, often under an awning."""
    half, y = w / 2 - 0.35, -d / 2
    parts = [
        box((-half - 0.1, y - 0.03, 0.1), (half + 0.1, y, 2.75), FRAME),
        box((-half, y - 0.06, 0.55), (half * 0.3, y, 2.6), GLASS),
        box(
            (half * 0.42, y - 0.06, 0.1), (half, y, 2.5), CURTAIN if chance.happens(0.35) else GLASS
        ),
    ]
    if chance.happens(0.55):
        corners = [(-half, y, 2.72), (half, y, 2.72), (half, y - 1.4, 2.25), (-half, y - 1.4, 2.25)]
        parts.append(faces(corners, [(0, 1, 2, 3)], ACCENT))
        valance = [
            (-half, y - 1.4, 2.25),
            (half, y - 1.4, 2.25),
            (half, y - 1.4, 2.02),
            (-half, y - 1.4, 2.02),
        ]
        parts.append(faces(valance, [(0, 1, 2, 3)], ACCENT))
    return parts
