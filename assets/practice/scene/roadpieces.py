"""Set pieces of the road itself: works, a level crossing, an overpass, a roundabout."""

from __future__ import annotations

import math

import numpy as np

from .clutter import person
from .geometry import Floats, Shape, box, faces, merge, polygons, ribbon, tube
from .presets import Colour, Look
from .site import Site
from .trees import lump

BRIGHT: tuple[Colour, ...] = (
    (0.50, 0.05, 0.04), (0.05, 0.15, 0.42), (0.06, 0.28, 0.12), (0.55, 0.36, 0.03),
    (0.45, 0.45, 0.43), (0.05, 0.30, 0.36),
)  # fmt: skip
WHITE, ORANGE, RED = (0.62, 0.62, 0.60), (0.60, 0.17, 0.02), (0.48, 0.03, 0.02)
STEEL, DARK = Look((0.38, 0.39, 0.40), "plain", 0.4), Look((0.03, 0.03, 0.03), "plain")


def people(site: Site, count: int, reach_m: float, back: tuple[float, float]) -> None:
    """So many figures within ``reach_m`` along the road, ``back`` behind its built edge."""
    for _ in range(count):
        skin = site.chance.choice(((0.45, 0.28, 0.19), (0.27, 0.15, 0.09), (0.12, 0.065, 0.04)))
        looks = [Look(site.chance.choice(BRIGHT), "plain", 0.9) for _ in range(2)]
        looks += [Look(skin, "plain", 0.9), Look((0.03, 0.02, 0.015), "plain", 0.9)]
        turn, at = site.chance.uniform(0, 6.28), site.chance.uniform(-reach_m, reach_m)
        site.put(person(site.chance), looks, site.chance.uniform(*back), at, turn, lift_m=0.05)


def roadworks(site: Site) -> None:
    """Cones and barriers along a dug-up edge, with heaps of gravel."""
    road, chance = site.road, site.chance
    cone = merge(
        [
            box((-0.2, -0.2, 0), (0.2, 0.2, 0.03), 0),
            tube((0, 0, 0.03), (0, 0, 0.72), 0.15, 0.03, 10, 0),
            tube((0, 0, 0.30), (0, 0, 0.48), 0.108, 0.075, 10, 1),
        ]
    )
    edge = -(road.built_m + 1.3)
    looks = [Look(ORANGE, "plain"), Look(WHITE, "plain")]
    for shift in np.arange(-9, 10, 2.2):
        site.put(cone, looks, edge + max(0.0, abs(shift) - 6) * 0.4, float(shift))
    trench = ribbon(
        road.path(site.plan.along_m - 7, site.plan.along_m + 7, 1.0),
        [(-0.55, 0.024), (0.55, 0.024)],
    )
    across = site.plan.side * (road.half_width_m - 0.55)
    moved = trench.points.copy()
    moved[:, :2] += np.repeat(
        road.path(site.plan.along_m - 7, site.plan.along_m + 7, 1.0)[:, 2:4] * across, 2, axis=0
    )
    site.stage.add(
        polygons(moved[trench.loops.reshape(-1, 4)]),
        [site.stage.surface(Look((0.13, 0.10, 0.07), "stone"))],
    )
    for shift in (-7.5, 7.5):
        bars = [
            box((-0.75 + 0.25 * n, -0.02, 0.75), (-0.5 + 0.25 * n, 0.02, 1.0), n % 2)
            for n in range(6)
        ]
        bars += [box((x - 0.03, -0.25, 0), (x + 0.03, 0.25, 1.05), 1) for x in (-0.6, 0.6)]
        site.put(
            merge(bars),
            [Look(RED, "plain"), Look(WHITE, "plain")],
            edge + 0.8,
            shift,
            math.pi / 2,
        )
    for _ in range(2):
        heap = lump(
            np.zeros(3), np.array([1.6, 1.3, 0.9]) * chance.uniform(0.6, 1.0), chance.arrays
        )
        site.put(heap, [Look((0.36, 0.33, 0.28), "stone")] * 2, 0.4, chance.uniform(-5, 5))
    people(site, chance.randint(0, 2), 5, (-1.6, 0.3))


def level_crossing(site: Site) -> None:
    """Rails across the road, with open barriers, lights and crosses."""
    road, along = site.road, site.plan.along_m
    x, y = road.beside(0, along)
    yaw = road.yaw_rad(along)
    bed = [box((-130, -1.7, -0.8), (130, 1.7, 0.035), 0)]
    rails = [box((-130, s * 0.72 - 0.035, 0), (130, s * 0.72 + 0.035, 0.075), 1) for s in (-1, 1)]
    beyond = road.half_width_m + 0.4
    sleepers = [
        box((v - 0.13, -1.25, 0), (v + 0.13, 1.25, 0.055), 2)
        for u in np.arange(beyond, 90, 0.65)
        for v in (-u, u)
    ]
    looks = [
        Look((0.25, 0.23, 0.21), "stone"),
        Look((0.30, 0.22, 0.18), "plain", 0.35),
        Look((0.16, 0.13, 0.11)),
    ]
    surfaces = [site.stage.surface(look) for look in looks]
    site.stage.add(merge([*bed, *rails, *sleepers]), surfaces, at=(x, y, 0), yaw_rad=yaw)
    post = [
        tube((0, 0, -0.3), (0, 0, 3.2), 0.06, 0.06, 8, 0),
        box((-0.3, -0.06, 2.1), (0.3, 0.06, 2.5), 3),
    ]
    for sign in (-1, 1):
        blade = box((-0.6, -0.03, -0.08), (0.6, -0.01, 0.08), 2)
        cos, sin = math.cos(sign * 0.7), math.sin(sign * 0.7)
        blade.points[:, [0, 2]] = blade.points[:, [0, 2]] @ np.array([[cos, sin], [-sin, cos]])
        post.append(blade.moved((0, 0, 2.95)))
    for n in range(8):
        low, high = 1.0 + 0.55 * n, 1.55 + 0.55 * n
        post.append(
            tube(
                (0.35 + 0.08 * n, 0.1, low), (0.43 + 0.08 * n, 0.1, high), 0.05, 0.05, 6, 1 + n % 2
            )
        )
    post.append(box((0.1, -0.15, 0), (0.5, 0.35, 1.15), 0))
    paints = [
        site.stage.surface(look) for look in (STEEL, Look(RED, "plain"), Look(WHITE, "plain"), DARK)
    ]
    for side, before in ((1, -3.4), (-1, 3.4)):
        px, py = road.beside(side * (road.half_width_m + road.shoulder_m + 0.6), along + before)
        turn = yaw + (0 if before < 0 else math.pi)
        site.stage.add(merge(post), paints, at=(px, py, 0), yaw_rad=turn)


def overpass(site: Site) -> None:
    """A bridge that carries another road over this one, on piers, between banks."""
    road, along, chance = site.road, site.plan.along_m, site.chance
    x, y = road.beside(0, along)
    yaw = road.yaw_rad(along)
    half, low = 4.2, chance.uniform(5.4, 6.2)
    clear = road.half_width_m + road.shoulder_m + 1.2
    end = clear + 9
    parts = [box((-end, -half, low), (end, half, low + 0.9), 0)]
    parts += [
        box((-end, s * half - 0.12, low + 0.9), (end, s * half + 0.12, low + 1.5), 0)
        for s in (-1, 1)
    ]
    parts += [
        tube((s * clear, v, -0.5), (s * clear, v, low), 0.45, 0.45, 14, 0)
        for s in (-1, 1)
        for v in (-2.4, 2.4)
    ]
    parts += [
        box((s * clear - 0.6, -3.6, low - 0.7), (s * clear + 0.6, 3.6, low), 0) for s in (-1, 1)
    ]
    concrete = site.stage.surface(Look((0.40, 0.39, 0.36)))
    steel = site.stage.surface(Look((0.46, 0.47, 0.48), "noise", 0.45), "guard_rail")
    rails = [
        tube((-end, s * half, low + 1.9), (end, s * half, low + 1.9), 0.05, 0.05, 6, 1)
        for s in (-1, 1)
    ]
    site.stage.add(merge([*parts, *rails]), [concrete, steel], at=(x, y, 0), yaw_rad=yaw)
    earth = site.stage.surface(Look((0.12, 0.14, 0.055), "stone"), "terrain")
    for side in (-1, 1):
        site.stage.add(
            _bank(side, clear + 1.5, low + 0.6), [earth], at=(x, y, 0), yaw_rad=yaw, smooth=True
        )
        for out in range(8, 120, 9):
            bx, by = road.beside(side * (clear + out), along)
            site.planting.occupy(bx, by, 14)


def _bank(side: int, start: float, top: float) -> Shape:
    """An embankment along x from ``start`` outwards: it rises at its end, then stays level."""
    out = np.array([0.0, 3.0, 6.5, 9.0, 14, 40, 90, 160])
    rise = np.clip(out / 8.5, 0, 1) * np.clip((220 - out) / 120, 0, 1)
    wide = np.array([-1.0, -0.45, -0.38, 0.38, 0.45, 1.0])
    level = np.array([-0.12, 0.92, 1.0, 1.0, 0.92, -0.12])
    x = side * (start + np.repeat(out, len(wide)))
    points: Floats = np.stack(
        [
            x,
            np.tile(wide * 13, len(out)),
            np.repeat(rise, len(wide)) * top * np.tile(level, len(out)),
        ],
        axis=1,
    )
    points[:, 2] -= 0.4
    count = len(wide)
    corners = [
        (r * count + c, r * count + c + 1, (r + 1) * count + c + 1, (r + 1) * count + c)
        for r in range(len(out) - 1)
        for c in range(count - 1)
    ]
    return faces(points, corners)


def roundabout(site: Site) -> None:
    """A ring of road round a planted island, where two roads cross."""
    road, along, chance = site.road, site.plan.along_m, site.chance
    x, y = road.beside(0, along)
    outer = road.half_width_m + chance.uniform(10, 13)
    island = outer - chance.uniform(6.5, 8)
    site.stage.sweep(x, y, outer)
    angle = np.linspace(0, 2 * np.pi, 49)
    path = np.stack([0 * angle, 0 * angle, np.cos(angle), np.sin(angle)], axis=1)
    asphalt = site.stage.surface(Look((0.16, 0.16, 0.165), "asphalt", 0.85), "road_surface")
    kerb = site.stage.surface(Look((0.42, 0.41, 0.38)), "kerb")
    grass = site.stage.surface(Look((0.10, 0.13, 0.045), "stone"), "terrain")
    at = (x, y, 0.0)
    site.stage.add(ribbon(path, [(island, 0.032), (outer, 0.024)]), [asphalt], at=at)
    site.stage.add(
        ribbon(path, [(island + 0.2, 0.03), (island + 0.2, 0.18), (island, 0.2)]), [kerb], at=at
    )
    site.stage.add(
        ribbon(path, [(island, 0.18), (island * 0.5, 0.9), (0.01, 1.1)]),
        [grass],
        at=at,
        smooth=True,
    )
    site.planting.occupy(x, y, outer + 2)
    kind = "shrub" if chance.happens(0.5) else next(iter(site.country.tree))
    for turn in chance.arrays.uniform(0, 6.28, chance.randint(1, 5)):
        mesh = site.planting.individual(kind)
        spot = (x + island * 0.5 * math.cos(turn), y + island * 0.5 * math.sin(turn), 0.85)
        site.stage.put(mesh, spot, chance.uniform(0, 6.28), 0.7)
