"""Animals in a field beside the road: cattle, sheep, goats and horses, drawn coarsely."""

from __future__ import annotations

import numpy as np

from . import furniture
from .chance import Chance
from .geometry import Shape, merge, tube
from .presets import Colour, Look
from .site import Site
from .trees import lump

_COATS: dict[str, tuple[Colour, ...]] = {
    "cow": ((0.05, 0.045, 0.04), (0.28, 0.13, 0.06), (0.5, 0.47, 0.42), (0.36, 0.26, 0.15)),
    "sheep": ((0.52, 0.48, 0.40), (0.45, 0.42, 0.36)),
    "goat": ((0.35, 0.28, 0.2), (0.08, 0.06, 0.05), (0.5, 0.48, 0.44)),
    "horse": ((0.16, 0.07, 0.03), (0.06, 0.05, 0.04), (0.4, 0.38, 0.35)),
}
_SIZES: dict[str, tuple[float, float, float]] = {
    "cow": (1.5, 1.35, 0.40), "sheep": (0.85, 0.75, 0.30), "goat": (0.75, 0.75, 0.22),
    "horse": (1.5, 1.5, 0.33),
}  # fmt: skip
"""Length of the body, height of the back and half its thickness, in metres."""
_DRY = ("desert", "semi_arid", "tropical_dry", "highland")


def animal(kind: str, chance: Chance) -> Shape:
    """One animal, its head towards -y, grazing or looking up: slots coat, dark."""
    long, high, thick = _SIZES[kind]
    half, belly = long / 2, high - thick
    body = lump(np.zeros(3), np.array([thick, half * 1.1, thick * 0.95]), np.random.default_rng(1))
    parts = [body.painted(0).moved((0, 0, belly))]
    for x in (-0.5 * thick, 0.5 * thick):
        for y in (-half * 0.7, half * 0.7):
            step = chance.uniform(-0.1, 0.1)
            parts.append(tube((x, y + step, 0), (x, y, belly), 0.05 * high, 0.09 * high, 6, 0))
    grazing = chance.happens(0.6)
    neck = np.array([0, -half * 0.95, belly + 0.4 * thick])
    head = (
        neck + (np.array([0, -0.42, -0.62]) if grazing else np.array([0, -0.38, 0.42])) * high * 0.8
    )
    parts.append(tube(neck, head, thick * 0.5, thick * 0.3, 7, 0))
    nose = head + np.array([0, -0.16, -0.12]) * high
    parts.append(tube(head + np.array([0, 0.05, 0.04]), nose, thick * 0.34, thick * 0.2, 7, 1))
    tail = np.array([0, half * 1.05, belly + 0.2 * thick])
    parts.append(tube(tail, tail + np.array([0, 0.12, -0.5 * high]), 0.03, 0.02, 5, 1))
    return merge(parts)


def herd(site: Site) -> None:
    """Six to sixteen animals of one kind at 7 to 45 m, behind a fence along the road."""
    chance, road = site.chance, site.road
    kind = chance.choice(
        ("goat", "cow", "sheep", "cow")
        if site.country.climate in _DRY
        else ("cow", "cow", "sheep", "horse")
    )
    coat = chance.choice(_COATS[kind])
    looks = [Look(coat, "noise", 0.9), Look((0.06, 0.05, 0.045), "plain", 0.9)]
    surfaces = [site.stage.surface(look) for look in looks]
    meshes = [site.stage.mesh(animal(kind, chance), surfaces, smooth=True) for _ in range(3)]
    for _ in range(chance.randint(6, 16)):
        across = road.half_width_m + road.built_m + 7 + 38 * chance.random() ** 1.5
        along = site.plan.along_m + chance.gauss(0, 18)
        x, y = road.beside(site.plan.side * across, along)
        if site.planting.free(x, y):
            level = site.land.level(x, y) - 0.02
            turn, size = chance.uniform(0, 6.28), chance.uniform(0.85, 1.08)
            site.stage.put(chance.choice(meshes), (x, y, level), turn, size)
    fence = next(
        (f for f in site.country.fence if f in ("wire_posts", "wood_rail", "stone_wall")),
        "wire_posts",
    )
    furniture.place_fence(site.stage, road, site.land, fence, site.plan.side, (-80, 80), 3.5)
