"""Buildings: one parametric body with roof, windows and extras; a form is a row of numbers.

Local axes: the front faces -y, the middle of the ground plan is the origin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .chance import Chance
from .facts import Country
from .geometry import Shape, box, faces, merge, tube
from .presets import ROOFS, WALLS, Look

WALL, ROOF, GLASS, FRAME, BASE, ACCENT, CURTAIN = range(7)
FLAT_ROOFS = ("flat_concrete", "flat_bitumen")


@dataclass(frozen=True, slots=True)
class Form:
    """A building form: ranges in metres, storeys, roof.

    Attributes:
        roof: gable, hip, half_hip, pyramid, flat, skillion or cone.
        pitch: rise over run of the roof.
        ridge: x (along the street), y (gable to the street) or any.
        extras: chimney, porch, balcony, tank, shop, garage, stilts, awning, dormer, bay.
    """

    storeys: tuple[int, int]
    width_m: tuple[float, float]
    depth_m: tuple[float, float]
    roof: str
    pitch: tuple[float, float] = (0.6, 0.8)
    ridge: str = "any"
    eave_m: float = 0.5
    shutters: float = 0.2
    extras: tuple[str, ...] = ()
    storey_m: float = 2.9


FORMS: dict[str, Form] = {
    "gable_house": Form((1, 2), (8, 12), (8, 10), "gable", (0.7, 1.0), extras=("chimney",)),
    "hip_house": Form((1, 2), (9, 13), (8, 10), "hip", (0.5, 0.75), extras=("chimney", "porch")),
    "half_hip_house": Form((1, 2), (9, 12), (8, 10), "half_hip", (0.8, 1.0), extras=("chimney",)),
    "pyramid_cottage": Form(
        (1, 1), (9, 10.5), (9, 10.5), "pyramid", (0.6, 0.75), extras=("chimney",)
    ),
    "bungalow": Form((1, 1), (9, 14), (7, 9), "hip", (0.3, 0.5), "x", 0.7, extras=("porch",)),
    "ranch": Form((1, 1), (13, 18), (8, 10), "gable", (0.35, 0.5), "x", extras=("garage", "porch")),
    "villa_flat_roof": Form((1, 3), (9, 14), (9, 12), "flat", extras=("balcony", "tank")),
    "row_house": Form(
        (2, 3), (5.2, 6.5), (9, 10), "gable", (0.6, 0.9), "x", 0.2, 0.0, ("chimney",)
    ),
    "semi_detached": Form(
        (2, 2), (11, 13), (8, 9), "hip", (0.7, 0.9), "x", 0.4, 0.0, ("chimney", "bay")
    ),
    "apartment_block": Form((3, 5), (16, 26), (11, 13), "flat", shutters=0.0, extras=("balcony",)),
    "tower_block": Form((8, 16), (16, 24), (14, 18), "flat", shutters=0.0, extras=("balcony",)),
    "shop_house": Form((2, 4), (4.5, 6.5), (11, 14), "flat", shutters=0.0, extras=("shop", "tank")),
    "wooden_house": Form(
        (1, 1), (7, 10), (7, 9), "gable", (0.7, 0.95), "y", 0.5, 0.5, ("chimney",)
    ),
    "farmhouse_long": Form(
        (1, 1), (6, 7.5), (14, 19), "gable", (0.8, 1.0), "y", 0.45, 0.2, ("chimney",)
    ),
    "chalet": Form((2, 3), (10, 14), (9, 11), "gable", (0.4, 0.55), "y", 1.3, 0.7, ("balcony",)),
    "jp_house": Form((1, 2), (8, 11), (7, 9), "hip", (0.4, 0.55), "x", 0.8, 0.0, ("porch",)),
    "hanok": Form((1, 1), (9, 13), (6, 7), "hip", (0.5, 0.65), "x", 1.2, 0.0, ()),
    "stilt_house": Form((1, 1), (6, 9), (6, 8), "gable", (0.5, 0.75), "any", 0.7, 0.6, ("stilts",)),
    "block_house": Form((1, 2), (6, 9), (7, 9), "flat", shutters=0.0, extras=("tank",)),
    "walled_compound": Form((2, 2), (12, 17), (11, 14), "flat", shutters=0.0, extras=("balcony",)),
    "town_house": Form(
        (2, 4), (7, 12), (10, 12), "gable", (0.6, 0.9), "x", 0.3, 0.3, ("shop", "dormer")
    ),
    "bhutan_house": Form((2, 3), (9, 13), (9, 11), "gable", (0.3, 0.42), "x", 1.3, 0.0, ("attic",)),
    "rondavel": Form((1, 1), (5, 6.5), (5, 6.5), "cone", (0.9, 1.1), eave_m=0.5, shutters=0.0),
}


@dataclass(frozen=True, slots=True)
class Building:
    """A built body.

    Attributes:
        shape: slots WALL .. CURTAIN.
        looks: look and cue of each slot.
        fascia: (x, y, z, width) in metres of a shop sign's place on the front, if any.
        wall, roof: the country's names used.
    """

    shape: Shape
    looks: tuple[tuple[Look, str], ...]
    width_m: float
    depth_m: float
    fascia: tuple[float, float, float, float] | None
    wall: str
    roof: str


def _gable_roof(w: float, d: float, z: float, pitch: float, eave: float, hip: float) -> list[Shape]:
    """Ridge along x. ``hip`` is how far the ridge ends stand back, as a share of the depth."""
    rise = pitch * d / 2
    low, back = z - pitch * eave, hip * d
    x, y, ridge = w / 2 + eave, d / 2 + eave, w / 2 + eave - back - (eave if hip else 0)
    ridge = max(ridge, 0.01)
    top = z + rise
    corners = [
        (-x, -y, low), (x, -y, low), (x, y, low), (-x, y, low), (-ridge, 0, top), (ridge, 0, top)
    ]  # fmt: skip
    slopes = [(0, 1, 5, 4), (2, 3, 4, 5)]
    parts = [faces(corners, slopes, ROOF)]
    thick = [(a, b, c - 0.14) for a, b, c in corners[:4]]
    rim = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    if hip:
        parts.append(faces(corners, [(1, 2, 5), (3, 0, 4)], ROOF))
        parts.append(faces([*corners[:4], *thick], rim, FRAME))
        parts.append(faces(thick, [(0, 1, 2, 3)], FRAME))
    else:
        under = [(a, b, c - 0.14) for a, b, c in corners]
        edge = [
            (0, 4, 10, 6),
            (4, 3, 9, 10),
            (1, 5, 11, 7),
            (5, 2, 8, 11),
            (0, 1, 7, 6),
            (3, 2, 8, 9),
        ]
        parts.append(faces([*corners, *under], edge, FRAME))
        w2, d2 = w / 2, d / 2
        for sx in (-1, 1):
            gable = [(sx * w2, -d2, z), (sx * w2, d2, z), (sx * w2, 0, top - 0.05)]
            parts.append(faces(gable, [(0, 1, 2)], WALL))
    return parts


def _roof(form: Form, w: float, d: float, z: float, chance: Chance) -> tuple[list[Shape], float]:
    """Roof parts and the height of the ridge."""
    pitch = chance.uniform(*form.pitch)
    if form.roof == "flat":
        rim = [
            box((-w / 2, -d / 2, z), (w / 2, -d / 2 + 0.2, z + 0.6), WALL),
            box((-w / 2, d / 2 - 0.2, z), (w / 2, d / 2, z + 0.6), WALL),
            box((-w / 2, -d / 2, z), (-w / 2 + 0.2, d / 2, z + 0.6), WALL),
            box((w / 2 - 0.2, -d / 2, z), (w / 2, d / 2, z + 0.6), WALL),
            box(
                (-w / 2 - 0.04, -d / 2 - 0.04, z + 0.6),
                (w / 2 + 0.04, -d / 2 + 0.22, z + 0.68),
                ROOF,
            ),
        ]
        return [*rim, box((-w / 2, -d / 2, z - 0.05), (w / 2, d / 2, z + 0.05), ROOF)], z
    if form.roof == "cone":
        radius = w / 2 + form.eave_m
        parts = [tube((0, 0, z - 0.2), (0, 0, z + pitch * w / 2), radius, 0.05, 24, ROOF)]
        return parts, z + pitch * w / 2
    hip = {"hip": 0.5, "half_hip": 0.18, "pyramid": 9.0}.get(form.roof, 0.0)
    along_y = form.ridge == "y" or (form.ridge == "any" and chance.happens(0.5))
    if along_y:
        parts = [s.turned(math.pi / 2) for s in _gable_roof(d, w, z, pitch, form.eave_m, hip)]
        return parts, z + pitch * w / 2
    return _gable_roof(w, d, z, pitch, form.eave_m, hip), z + pitch * d / 2


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


def _windows(
    form: Form, w: float, d: float, storeys: int, lift: float, chance: Chance
) -> list[Shape]:
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


def _balconies(form: Form, w: float, d: float, storeys: int, chance: Chance) -> list[Shape]:
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


def _shop_front(w: float, d: float, chance: Chance) -> list[Shape]:
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


def _extras(
    form: Form, w: float, d: float, top: float, ridge: float, storeys: int, chance: Chance
) -> list[Shape]:
    parts: list[Shape] = []
    if "chimney" in form.extras and chance.happens(0.8):
        x, y = chance.uniform(-w / 4, w / 4), chance.uniform(-0.8, 0.8)
        parts.append(box((x - 0.3, y - 0.3, top), (x + 0.3, y + 0.3, ridge + 0.7), BASE))
    if "porch" in form.extras and chance.happens(0.6):
        x = chance.uniform(-w / 5, w / 5)
        roof = [(x - 1.8, -d / 2, 2.75), (x + 1.8, -d / 2, 2.75), (x + 1.8, -d / 2 - 1.9, 2.4),
                (x - 1.8, -d / 2 - 1.9, 2.4)]  # fmt: skip
        parts.append(faces(roof, [(0, 1, 2, 3)], ROOF))
        parts += [
            box((x + dx - 0.07, -d / 2 - 1.8, 0), (x + dx + 0.07, -d / 2 - 1.66, 2.45), FRAME)
            for dx in (-1.65, 1.65)
        ]
    if "garage" in form.extras:
        parts.append(box((w / 2 - 5.4, -d / 2 - 0.05, 0.05), (w / 2 - 0.6, -d / 2, 2.25), FRAME))
    if "bay" in form.extras:
        for x in (-w / 3, w / 3):
            parts.append(box((x - 1.2, -d / 2 - 0.7, 0), (x + 1.2, -d / 2, 2.6), WALL))
            parts.append(box((x - 1.0, -d / 2 - 0.75, 0.9), (x + 1.0, -d / 2 - 0.7, 2.2), GLASS))
    if "tank" in form.extras and chance.happens(0.6):
        x, y = chance.uniform(-w / 3, w / 3), chance.uniform(-d / 3, d / 3)
        parts.append(tube((x, y, top + 0.3), (x, y, top + 1.7), 0.6, 0.6, 12, BASE))
    if "attic" in form.extras:
        band = (-w / 2 - 0.06, -d / 2 - 0.08, top - 2.2), (w / 2 + 0.06, -d / 2, top - 1.9)
        parts += [
            box(*band, ACCENT),
            box((-w / 2, -d / 2 - 0.25, top - 0.45), (w / 2, -d / 2, top), ACCENT),
        ]
    if "balcony" in form.extras and storeys > 1:
        parts += _balconies(form, w, d, storeys, chance)
    return parts


_ACCENTS = ((0.10, 0.16, 0.10), (0.22, 0.10, 0.06), (0.10, 0.14, 0.24), (0.32, 0.30, 0.26),
            (0.30, 0.05, 0.05), (0.05, 0.05, 0.06))  # fmt: skip


def _looks(
    country: Country, form: Form, chance: Chance
) -> tuple[str, str, tuple[tuple[Look, str], ...]]:
    wall = chance.pick(country.wall)
    flat = form.roof == "flat"
    pitched = {name: weight for name, weight in country.roof.items() if name not in FLAT_ROOFS}
    if flat:
        roof = "flat_bitumen" if "flat_bitumen" in country.roof else "flat_concrete"
    else:
        roof = "thatch" if form.roof == "cone" else chance.pick(pitched or {"sheet_grey": 1})
    look = WALLS[wall]
    if look.kind == "noise":
        jitter = [chance.uniform(0.88, 1.1) for _ in range(3)]
        colour = tuple(min(0.9, c * j) for c, j in zip(look.colour, jitter, strict=True))
        look = Look(colour, look.kind, look.roughness)  # type: ignore[arg-type]
    accent = Look(chance.choice(_ACCENTS), "plain", 0.6)
    frame = Look(
        chance.choice(((0.65, 0.64, 0.60), (0.62, 0.62, 0.60), (0.16, 0.11, 0.07))), "plain"
    )
    slots = (
        (look, "wall"), (ROOFS[roof], "roof"), (Look((0.025, 0.03, 0.036), "glass", 0.08), "wall"),
        (frame, "wall"), (Look((0.36, 0.35, 0.33)), "wall"), (accent, "wall"),
        (Look((0.30, 0.29, 0.26), "plain", 0.3), "wall"),
    )  # fmt: skip
    return wall, roof, slots


def build(name: str, country: Country, chance: Chance, shop: bool = False) -> Building:
    """One building of a form; ``shop`` gives the ground floor a shop window and a fascia."""
    form = FORMS[name]
    if shop and "shop" not in form.extras:
        extras = (*(e for e in form.extras if e not in ("porch", "bay", "garage")), "shop")
        form = Form(
            form.storeys, form.width_m, form.depth_m, form.roof, form.pitch, form.ridge,
            form.eave_m, form.shutters, extras, form.storey_m,
        )  # fmt: skip
    w, d = chance.uniform(*form.width_m), chance.uniform(*form.depth_m)
    storeys = chance.randint(*form.storeys)
    lift = 2.2 if "stilts" in form.extras else 0.35
    top = lift + storeys * form.storey_m
    if form.roof == "cone":
        parts = [tube((0, 0, -0.4), (0, 0, top), w / 2, w / 2, 24, WALL)]
        parts.append(box((-0.45, -w / 2 - 0.03, 0), (0.45, -w / 2 + 0.3, 2.0), ACCENT))
    else:
        parts = [box((-w / 2, -d / 2, lift - 0.35), (w / 2, d / 2, top), WALL)]
        parts += _windows(form, w, d, storeys, lift, chance)
        if "stilts" in form.extras:
            for x in np.linspace(-w / 2 + 0.2, w / 2 - 0.2, 4):
                for y in (-d / 2 + 0.2, 0, d / 2 - 0.2):
                    parts.append(box((x - 0.1, y - 0.1, -0.5), (x + 0.1, y + 0.1, lift), BASE))
        else:
            parts.append(
                box((-w / 2 - 0.05, -d / 2 - 0.05, -0.8), (w / 2 + 0.05, d / 2 + 0.05, 0.4), BASE)
            )
    roof_parts, ridge = _roof(form, w, d, top, chance)
    parts += roof_parts + _extras(form, w, d, top, ridge, storeys, chance)
    fascia = None
    if "shop" in form.extras and form.roof != "cone":
        parts += _shop_front(w, d, chance)
        fascia = (0.0, -d / 2 - 0.12, 3.05, min(w - 0.5, 6.0))
    wall, roof, looks = _looks(country, form, chance)
    return Building(merge(parts), looks, w, d, fascia, wall, roof)
