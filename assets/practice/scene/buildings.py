"""Buildings: one parametric body with roof, windows and extras; a form is a row of numbers.

Local axes: the front faces -y, the middle of the ground plan is the origin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from .chance import Chance
from .facades import (
    ACCENT,
    BASE,
    CURTAIN,
    FRAME,
    GLASS,
    GOODS,
    ROOF,
    WALL,
    Body,
    Facades,
    balconies,
    garage_door,
    window_type,
)  # fmt: skip
from .facts import Country
from .forms import FORMS, Form
from .geometry import Shape, box, faces, merge, tube
from .presets import ROOFS, WALLS, Look

FASCIA_LOW_M = 2.9
"""Where a shop's board begins, over its window and awning."""
FLAT_ROOFS = ("flat_concrete", "flat_bitumen")


@dataclass(frozen=True, slots=True)
class Building:
    """A built body.

    Attributes:
        shape: slots WALL .. GOODS.
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
        parts += garage_door(w / 2 - 5.4, w / 2 - 0.6, -d / 2)
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
        parts += balconies(form, w, d, storeys, chance)
    return parts


_INSIDES = ((0.30, 0.26, 0.20), (0.20, 0.21, 0.20), (0.26, 0.20, 0.13), (0.16, 0.19, 0.22))
_GOODS = ((0.50, 0.06, 0.05), (0.07, 0.14, 0.42), (0.60, 0.42, 0.05), (0.08, 0.28, 0.10),
          (0.55, 0.22, 0.05), (0.30, 0.09, 0.28), (0.62, 0.60, 0.55),
          (0.10, 0.32, 0.38))  # fmt: skip


def shop_looks(chance: Chance) -> list[Look]:
    """The looks of the slots POSTER, INSIDE and GOODS: dim enough never to burn out to white."""
    goods = chance.sample(_GOODS, len(GOODS))
    return [
        Look((0.58, 0.57, 0.52), "plain", 0.8),
        Look(chance.choice(_INSIDES), "lit", 0.9),
        *(Look(colour, "lit", 0.8) for colour in goods),
    ]


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
        (Look((0.42, 0.40, 0.35), "plain", 0.8), "wall"),
        *((look, "wall") for look in shop_looks(chance)),
    )  # fmt: skip
    return wall, roof, slots


def _fittings(body: Body, top: float, ridge: float, flat: bool, chance: Chance) -> list[Shape]:
    """Downpipes, gutters, aerials and dishes: what every roof has somewhere."""
    w, d = body.width, body.depth
    parts: list[Shape] = []
    side = chance.choice((-1, 1))
    if not flat and body.near:
        x = side * (w / 2 - 0.2)
        parts.append(tube((x, -d / 2 - 0.07, 0.1), (x, -d / 2 - 0.07, top), 0.045, 0.045, 6, FRAME))
    if body.near and chance.happens(0.45):
        x, y, foot = chance.uniform(-w / 3, w / 3), chance.uniform(-0.3, 0.3), ridge - 0.4
        high = chance.uniform(1.4, 2.4)
        parts.append(tube((x, y, foot), (x, y, foot + high), 0.025, 0.02, 5, FRAME))
        for number in range(5):
            level, half = foot + high - 0.12 * number, 0.25 + 0.07 * number
            parts.append(tube((x - half, y, level), (x + half, y, level), 0.014, 0.014, 4, FRAME))
    if body.near and chance.happens(0.4):
        x, z = side * w / 2, top - chance.uniform(0.3, 1.2)
        hub = (x + side * 0.25, -d / 4, z)
        parts.append(tube((x, -d / 4, z - 0.1), hub, 0.02, 0.02, 5, FRAME))
        rim = (hub[0] + side * 0.07, hub[1] - 0.09, hub[2] + 0.07)
        parts.append(tube(hub, rim, 0.12, 0.38, 14, CURTAIN))
    return parts


def build(
    name: str, country: Country, chance: Chance, shop: bool = False, near: bool = True
) -> Building:
    """One building of a form.

    Args:
        name: of the form.
        country: whose walls, roofs and windows it has.
        chance: draws its sizes and colours.
        shop: the ground floor has a shop window and a fascia.
        near: it is seen from close by, so it gets pipes and aerials.
    """
    form = FORMS[name]
    if shop and "shop" not in form.extras:
        extras = (*(e for e in form.extras if e not in ("porch", "bay", "garage")), "shop")
        form = replace(form, extras=extras)
    w, d = chance.uniform(*form.width_m), chance.uniform(*form.depth_m)
    storeys = chance.randint(*form.storeys)
    if shop and storeys == 1:
        form = replace(form, storey_m=max(form.storey_m, 4.2))  # room for the fascia
    lift = 2.2 if "stilts" in form.extras else 0.35
    top = lift + storeys * form.storey_m
    if form.roof == "cone":
        parts = [tube((0, 0, -0.4), (0, 0, top), w / 2, w / 2, 24, WALL)]
        parts.append(box((-0.45, -w / 2 - 0.03, 0), (0.45, -w / 2 + 0.3, 2.0), ACCENT))
    else:
        body = Body(w, d, lift, storeys, near)
        parts = Facades(form, body, window_type(country.code), chance).walls(top)
        if "stilts" in form.extras:
            for x in np.linspace(-w / 2 + 0.2, w / 2 - 0.2, 4):
                for y in (-d / 2 + 0.2, 0, d / 2 - 0.2):
                    parts.append(box((x - 0.1, y - 0.1, -0.5), (x + 0.1, y + 0.1, lift), BASE))
        else:
            plinth = (-w / 2 - 0.05, -d / 2 - 0.05, -0.8), (w / 2 + 0.05, d / 2 + 0.05, 0.3)
            if "shop" not in form.extras:
                parts.append(box(*plinth, BASE))
    roof_parts, ridge = _roof(form, w, d, top, chance)
    parts += roof_parts + _extras(form, w, d, top, ridge, storeys, chance)
    if form.roof != "cone":
        parts += _fittings(Body(w, d, lift, storeys, near), top, ridge, form.roof == "flat", chance)
    fascia = None
    if "shop" in form.extras and form.roof != "cone":
        # A board is a fifth as high as it is wide, and ends below the eaves of a low roof.
        eaves = 0.0 if form.roof == "flat" else form.pitch[1] * form.eave_m + 0.3
        free = max(0.45, lift + form.storey_m * max(1, storeys) - eaves - FASCIA_LOW_M)
        fascia = (0.0, -d / 2 - 0.12, FASCIA_LOW_M + 0.15, min(w - 0.5, 6.0, 5 * free))
    wall, roof, looks = _looks(country, form, chance)
    return Building(merge(parts), looks, w, d, fascia, wall, roof)
