"""Set pieces: one thing in a panorama that is more than road, houses and trees."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from . import furniture
from .animals import herd
from .buildings import shop_looks
from .chance import Chance
from .clutter import shelter
from .crops import sow
from .facades import ACCENT, BASE, FRAME, Body, Facades, shop_front, window_type
from .forms import Form
from .geometry import Shape, box, faces, merge, tube
from .presets import Look
from .roadpieces import (
    BRIGHT,
    DARK,
    STEEL,
    WHITE,
    level_crossing,
    overpass,
    people,
    roadworks,
    roundabout,
)  # fmt: skip
from .site import Site
from .trees import lump
from .worship import worship


def _slab(wide: float, deep: float, top: float = 0.03) -> Shape:
    """Paved ground, its front edge at y = 0, with sides that go down to the land."""
    return box((-wide / 2, 0, top - 0.9), (wide / 2, deep, top))


def petrol_station(site: Site) -> None:
    """A forecourt with a canopy, pumps, a shop and a price board."""
    colour = Look(site.chance.choice(BRIGHT), "plain", 0.4)
    site.put(_slab(32, 20), [Look((0.20, 0.20, 0.20), "asphalt")], -0.5)
    canopy = [box((-7, -4, 4.7), (7, 4, 5.3), 0), box((-7.05, -4.05, 4.85), (7.05, 4.05, 5.25), 1)]
    canopy += [
        box((x - 0.2, y - 0.2, 0), (x + 0.2, y + 0.2, 4.7), 0)
        for x in (-4.5, 4.5)
        for y in (-1.5, 1.5)
    ]
    for x in (-4.5, 0.0, 4.5):
        canopy.append(box((x - 0.9, -0.6, 0), (x + 0.9, 0.6, 0.18), 2))
        canopy.append(box((x - 0.35, -0.25, 0.18), (x + 0.35, 0.25, 1.75), 1))
        canopy.append(box((x - 0.28, -0.27, 1.15), (x + 0.28, 0.27, 1.6), 3))
    looks = [Look(WHITE, "plain"), colour, Look((0.4, 0.4, 0.38)), DARK]
    site.put(merge(canopy), looks, 7.5, lift_m=0.03)
    body = merge([shop_front(11.0, site.chance).moved((0, -3, 0)), *_shell(11, 6.5, 3.6)])
    site.put(body, _shop_looks(site.chance, colour), 16.5, lift_m=0.03)
    pylon = [
        box((-0.75, -0.15, 0), (0.75, 0.15, 5.6), 0),
        box((-0.76, -0.16, 4.3), (0.76, 0.16, 5.6), 1),
    ]
    for row in range(3):
        z = 1.6 + 0.85 * row
        pylon += [box((x, -0.17, z), (x + 0.22, 0.17, z + 0.5), 3) for x in (-0.45, -0.12, 0.21)]
    site.put(merge(pylon), looks, 0.8, site.chance.choice((-14, 14)))
    for back in (4, 12, 19):
        for shift in (-11, 0, 11):
            site.clear(back, 9, shift)


def _shell(wide: float, deep: float, high: float) -> list[Shape]:
    """Three blank walls, a flat roof and a lintel over a shop front at y = -deep / 2."""
    x, y = wide / 2, deep / 2
    walls = [
        box((-x, y - 0.2, 0), (x, y, high), 0), box((-x, -y, 0), (-x + 0.35, y, high), 0),
        box((x - 0.35, -y, 0), (x, y, high), 0), box((-x, -y, 2.66), (x, -y + 0.3, high), 0),
        box((-x - 0.3, -y - 0.3, high), (x + 0.3, y, high + 0.3), ACCENT),
    ]  # fmt: skip
    return [wall.moved((0, y - 3, 0)) for wall in walls]


def _shop_looks(chance: Chance, accent: Look) -> list[Look]:
    return [
        Look((0.52, 0.51, 0.48)), Look((0.25, 0.1, 0.05)), Look((0.03, 0.03, 0.04), "glass", 0.1),
        Look((0.55, 0.55, 0.53), "plain"), Look((0.36, 0.35, 0.33)), accent,
        Look(chance.choice(BRIGHT), "plain"), *shop_looks(chance),
    ]  # fmt: skip


def house_of_worship(site: Site) -> None:
    """A church, mosque or temple in its yard."""
    shape, looks = worship(site.country.code, site.chance)
    deep = float(-shape.points[:, 1].min())
    back = deep + site.chance.uniform(2.5, 6)
    site.put(shape, looks, back, cue="")
    site.put(_slab(3.0, back - deep + 2, 0.04), [Look((0.34, 0.32, 0.29), "stone")], -0.2)
    for shift in (-7, 0, 7):
        site.clear(back - 4, 8, shift)
        site.clear(back + 6, 8, shift)
    for shift in (-11, 11):
        x, y, _ = site.at(back, shift)
        site.planting.plant(next(iter(site.country.tree)), x, y, 0.8)


def school(site: Site) -> None:
    """A long block behind a yard and a fence."""
    chance, form = site.chance, Form((2, 2), (28, 28), (9, 9), "flat", shutters=0.0)
    wide, deep, top = chance.uniform(26, 32), 9.0, 0.35 + 2 * 3.4
    facades = Facades(
        form, Body(wide, deep, 0.35, 2, near=True), window_type(site.country.code), chance
    )
    parts = facades.walls(top)
    parts.append(
        box(
            (-wide / 2 - 0.4, -deep / 2 - 0.4, top),
            (wide / 2 + 0.4, deep / 2 + 0.4, top + 0.5),
            BASE,
        )
    )
    parts.append(box((-2.6, -deep / 2 - 2.4, 2.8), (2.6, -deep / 2, 3.05), ACCENT))
    parts += [
        box((x, -deep / 2 - 2.3, 0), (x + 0.18, -deep / 2 - 2.1, 2.8), FRAME) for x in (-2.4, 2.2)
    ]
    colour = chance.choice(
        ((0.58, 0.50, 0.36), (0.55, 0.30, 0.20), (0.55, 0.55, 0.52), (0.45, 0.52, 0.55))
    )
    looks = _shop_looks(chance, Look(chance.choice(BRIGHT), "plain"))
    site.put(merge(parts), [Look(colour), *looks[1:]], 15.5)
    site.put(_slab(30, 11, 0.02), [Look((0.24, 0.24, 0.24), "asphalt")], 0.8)
    lines = [box((-7, z, 0), (7, z + 0.08, 0.028)) for z in (2.0, 9.0)]
    lines += [box((x, 2.0, 0), (x + 0.08, 9.0, 0.028)) for x in (-7.0, 0.0, 6.92)]
    site.put(merge(lines), [Look(WHITE, "plain")], 0.8)
    site.put(tube((0, 0, -0.2), (0, 0, 8), 0.05, 0.03, 8), [STEEL], 1.8, 10)
    fence = chance.choice(("iron_bars", "chain_link"))
    for low, high in ((-17, -2.5), (2.5, 17)):
        span = site.plan.along_m + low, site.plan.along_m + high
        furniture.place_fence(site.stage, site.road, site.land, fence, site.plan.side, span, 0.5)
    people(site, chance.randint(2, 7), 9, (2, 10))
    for shift in (-12, 0, 12):
        site.clear(6, 9, shift)
        site.clear(16, 9, shift)


def market(site: Site) -> None:
    """Stalls along the road with crates of produce."""
    chance = site.chance
    colours = [Look(c, "plain", 0.8) for c in BRIGHT]
    for shift in np.arange(-13, 14, 3.0):
        if chance.happens(0.15):
            continue
        parts = [box((-1.2, -0.5, 0.72), (1.2, 0.6, 0.8), 0)]
        parts += [
            tube((x, y, -0.2), (x, y, z), 0.03, 0.03, 5, 0)
            for x in (-1.25, 1.25)
            for y, z in ((-0.8, 2.1), (0.8, 2.5))
        ]
        roof = [(-1.4, -1.0, 2.05), (1.4, -1.0, 2.05), (1.4, 1.0, 2.55), (-1.4, 1.0, 2.55)]
        hem = [(-1.4, -1.0, 1.8), (1.4, -1.0, 1.8), (1.4, -1.0, 2.05), (-1.4, -1.0, 2.05)]
        parts += [faces(roof, [(0, 1, 2, 3)], 1), faces(hem, [(0, 1, 2, 3)], 1)]
        parts.append(box((-1.2, -0.52, 0.1), (1.2, -0.5, 0.74), 1))
        for row, x in enumerate(np.arange(-1.15, 1.0, 0.45)):
            slot = 2 + (row + int(shift)) % 3
            parts.append(box((x, -0.48, 0.8), (x + 0.4, 0.1, 0.92), 0))
            spread = chance.arrays.uniform(0, 1, (12, 3)) * [0.36, 0.5, 0.1] + [
                x + 0.02,
                -0.45,
                0.9,
            ]
            parts += [lump(at, np.full(3, 0.055), chance.arrays).painted(slot) for at in spread]
        looks = [Look((0.22, 0.15, 0.09), "boards"), chance.choice(colours),
                 Look((0.50, 0.10, 0.03), "plain"), Look((0.16, 0.30, 0.05), "plain"),
                 Look((0.55, 0.38, 0.04), "plain")]  # fmt: skip
        x, y, _ = site.at(0.9, float(shift))
        level = 0.13 if site.road.pavement_m else 0.0
        site.put(
            merge(parts),
            looks,
            0.9 if not site.road.pavement_m else -1.2,
            float(shift),
            lift_m=level,
        )
        site.planting.occupy(x, y, 2.6)
    people(site, chance.randint(4, 9), 13, (-1.8, -0.8) if site.road.pavement_m else (-0.9, 0.0))


def bus_stop(site: Site) -> None:
    """A shelter with people, and a post with a plate and a timetable."""
    shape, looks = shelter(site.chance)
    back = -0.9 if site.road.pavement_m > 2 else 1.0
    lift = 0.13 if site.road.pavement_m > 2 else 0.02
    if back > 0:
        site.put(_slab(6.5, 2.6, 0.02), [Look((0.30, 0.29, 0.27), "asphalt")], -0.2)
    site.put(shape, looks, back, lift_m=lift)
    colour = Look(site.chance.choice(BRIGHT), "plain")
    post = [
        tube((0, 0, -0.3), (0, 0, 2.7), 0.035, 0.035, 8, 0),
        box((-0.25, -0.02, 2.2), (0.25, 0.02, 2.7), 1),
        box((-0.2, -0.03, 1.2), (0.2, 0.03, 1.8), 2),
    ]
    site.put(
        merge(post),
        [STEEL, colour, Look(WHITE, "plain")],
        back - 0.8,
        2.9,
        math.pi / 2,
        lift_m=lift,
    )
    people(site, site.chance.randint(1, 4), 1.7, (back - 0.5, back + 0.1))
    site.clear(1.0, 4.0)


def orchard(site: Site) -> None:
    """Trees in rows, vines, or a paddy, as the climate has it."""
    chance, climate, side = site.chance, site.country.climate, site.plan.side
    span = chance.uniform(-90, -35), chance.uniform(35, 90)
    if climate in ("tropical_wet", "subtropical") and chance.happens(0.6):
        sow(site.planting, "rice", side, span, chance.uniform(50, 90))
        return
    vines = climate in ("mediterranean", "continental", "semi_arid", "oceanic") and chance.happens(
        0.4
    )
    if vines:
        sow(site.planting, "vines", side, span, chance.uniform(40, 70))
        return
    kinds = {
        "mediterranean": "olive",
        "tropical_wet": "palm",
        "tropical_dry": "banana",
        "desert": "palm",
    }
    kind = kinds.get(climate, "fruit")
    step = 6.5 if kind in ("palm", "olive") else 4.2
    first = site.road.half_width_m + site.road.built_m + chance.uniform(4, 8)
    across, along = np.meshgrid(np.arange(first, first + 60, step), np.arange(*span, step))
    y = along.ravel()
    x = site.road.bend(y) + side * across.ravel()
    keep = site.planting.open_ground(x, y, first - 1)
    site.planting.scatter(kind, x[keep], y[keep], 0.9)


def pasture(site: Site) -> None:
    """Animals behind a fence."""
    herd(site)


PIECES: dict[str, Callable[[Site], None]] = {
    "petrol_station": petrol_station, "worship": house_of_worship, "school": school,
    "market": market, "bus_stop": bus_stop, "roadworks": roadworks,
    "level_crossing": level_crossing, "overpass": overpass, "roundabout": roundabout,
    "orchard": orchard, "pasture": pasture,
}  # fmt: skip
LATE_PIECES = ("roundabout", "overpass")
"""What is built last: it clears cars and signs away, or stands over them."""
