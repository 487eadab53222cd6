"""Tree and shrub builds: each species is a few numbers, each mesh of it an individual."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from .chance import Chance
from .geometry import Floats, Shape, cards, faces, merge, polygons, tube
from .presets import Colour

WOOD, LEAVES = 0, 1


@dataclass(frozen=True, slots=True)
class Species:
    """A tree build.

    Attributes:
        crown: round, tall, cone, flat, top (leaves at the head of a bare trunk), palm, weeping,
            stalk or cactus.
        height_m: of a grown tree.
        trunk_share: of the height that is bare trunk.
        spread: crown radius as a share of the height.
        leaf_m: half length of a leaf card; a card stands for a spray of leaves.
        density: leaf cards, in thousands.
        evergreen: it does not yellow in a dry or late season.
    """

    crown: str
    height_m: float
    trunk_share: float
    spread: float
    leaf_m: float
    density: float
    leaf: Colour
    bark: Colour = (0.12, 0.09, 0.065)
    evergreen: bool = False


SPECIES: dict[str, Species] = {
    "broadleaf": Species("round", 9, 0.25, 0.36, 0.16, 6.5, (0.085, 0.135, 0.03)),
    "oak": Species("round", 12, 0.22, 0.44, 0.17, 8.0, (0.065, 0.11, 0.028)),
    "poplar": Species("tall", 17, 0.10, 0.10, 0.17, 6.0, (0.085, 0.13, 0.035)),
    "birch": Species("tall", 12, 0.24, 0.19, 0.13, 5.0, (0.11, 0.16, 0.035), (0.55, 0.54, 0.50)),
    "spruce": Species("cone", 15, 0.06, 0.20, 0.17, 6.5, (0.032, 0.06, 0.024), evergreen=True),
    "cedar": Species(
        "cone", 16, 0.18, 0.15, 0.17, 6.5, (0.038, 0.065, 0.02), (0.17, 0.08, 0.05), True
    ),
    "pine": Species(
        "top", 14, 0.52, 0.20, 0.18, 4.6, (0.045, 0.08, 0.028), (0.24, 0.11, 0.06), True
    ),
    "umbrella_pine": Species(
        "flat", 11, 0.6, 0.42, 0.16, 5.5, (0.055, 0.095, 0.025), (0.20, 0.11, 0.07), True
    ),
    "cypress": Species("tall", 11, 0.03, 0.085, 0.12, 6.0, (0.028, 0.055, 0.018), evergreen=True),
    "olive": Species(
        "round", 4.6, 0.28, 0.46, 0.11, 4.5, (0.16, 0.19, 0.11), (0.16, 0.14, 0.11), True
    ),
    "palm": Species("palm", 9, 0.8, 0.33, 0.5, 0.9, (0.07, 0.12, 0.03), (0.20, 0.16, 0.11), True),
    "coconut": Species(
        "palm", 12, 0.85, 0.36, 0.55, 0.9, (0.09, 0.15, 0.03), (0.26, 0.23, 0.19), True
    ),
    "acacia": Species("flat", 6.2, 0.5, 0.62, 0.10, 5.0, (0.10, 0.125, 0.045)),
    "eucalyptus": Species(
        "top", 15, 0.42, 0.28, 0.19, 4.0, (0.11, 0.14, 0.07), (0.42, 0.37, 0.31), True
    ),
    "banana": Species(
        "palm", 3.6, 0.4, 0.62, 0.5, 0.5, (0.12, 0.21, 0.04), (0.16, 0.18, 0.07), True
    ),
    "jungle": Species("round", 13, 0.35, 0.40, 0.24, 7.5, (0.05, 0.10, 0.022), evergreen=True),
    "bamboo": Species(
        "weeping", 8, 0.05, 0.32, 0.16, 5.0, (0.13, 0.19, 0.05), (0.25, 0.27, 0.09), True
    ),
    "cactus": Species(
        "cactus", 4.0, 0.0, 0.2, 0.1, 0.1, (0.08, 0.13, 0.05), (0.08, 0.13, 0.05), True
    ),
    "shrub": Species("round", 1.9, 0.02, 0.62, 0.10, 2.4, (0.10, 0.13, 0.045)),
    "willow": Species("weeping", 9, 0.22, 0.44, 0.17, 6.5, (0.13, 0.18, 0.05)),
    "fruit": Species("round", 4.2, 0.30, 0.42, 0.12, 4.2, (0.08, 0.14, 0.032)),
    "baobab_scrub": Species("round", 3.0, 0.08, 0.62, 0.10, 3.4, (0.13, 0.135, 0.06)),
}


def _ball(count: int, rng: np.random.Generator, hollow: float = 0.6) -> Floats:
    points = rng.normal(size=(count, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points * rng.uniform(hollow, 1.0, (count, 1))


def lump(centre: Floats, size: Floats, rng: np.random.Generator) -> Shape:
    """A rough round body, as inside a clump: from afar leaves must close up before the sky."""
    rings, sides = 5, 8
    lift = np.linspace(-0.95, 0.95, rings)[:, None]
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[None, :]
    out = np.sqrt(1 - lift**2) * rng.uniform(0.8, 1.15, (rings, sides))
    points = np.stack([out * np.cos(angle), out * np.sin(angle), lift + 0 * out], axis=-1)
    corners = [
        (
            r * sides + i,
            r * sides + (i + 1) % sides,
            (r + 1) * sides + (i + 1) % sides,
            (r + 1) * sides + i,
        )
        for r in range(rings - 1)
        for i in range(sides)
    ]
    top = range((rings - 1) * sides, rings * sides)
    closed = [*corners, tuple(reversed(range(sides))), tuple(top)]
    return faces(centre + points.reshape(-1, 3) * size, closed, LEAVES)


def _limbs(species: Species, chance: Chance, heads: Floats) -> list[Shape]:
    """Branches from the trunk to the clumps of leaves: every clump hangs on one."""
    height = species.height_m
    parts = []
    thick = 0.009 if species.crown == "flat" else 0.006
    for head in heads:
        share = chance.uniform(species.trunk_share * 0.55, species.trunk_share + 0.2)
        root = np.array([0, 0, height * min(0.8, share)])
        elbow = root + (head - root) * np.array([0.6, 0.6, 0.45])
        radius = thick * height * chance.uniform(0.6, 1.0)
        parts.append(tube(root, elbow, radius, radius * 0.6, 4, WOOD))
        parts.append(tube(elbow, head, radius * 0.6, radius * 0.25, 4, WOOD))
    return parts


def _heads(species: Species, clumps: int, chance: Chance) -> tuple[Floats, Floats]:
    """Middles [n, 3] and sizes [n] of the clumps: a few big lobes, each with its own clumps."""
    rng, height = chance.arrays, species.height_m
    radius = species.spread * height
    low = height * (species.trunk_share * 0.85 + 0.06)
    around = rng.uniform(0, 2 * np.pi, clumps)
    away = np.sqrt(rng.uniform(0.0, 1, clumps)) * radius * 0.86
    if species.crown == "flat":
        level = height * (0.80 + 0.15 * rng.uniform(0, 1, clumps)) - 0.06 * away
    else:
        level = low + (height * 0.93 - low) * rng.beta(1.35, 1.25, clumps)
        share = (level - low) / max(0.1, height - low)
        away *= 0.40 + 0.85 * np.sqrt(np.clip(1 - np.abs(2 * share - 0.75) ** 1.7, 0.06, 1))
    lobes = int(rng.integers(3, 6))
    lobe = 1 + 0.34 * np.sin(lobes * around + rng.uniform(0, 6.28)) * rng.uniform(0.5, 1)
    away *= lobe
    heads = np.stack([away * np.cos(around), away * np.sin(around), level], axis=1)
    heads[:, :2] += rng.normal(0, radius * 0.10, 2)
    # Clumps near the middle are the larger: a crown is one body, not many balls.
    depth = 1.15 - 0.55 * np.clip(np.hypot(heads[:, 0], heads[:, 1]) / radius, 0, 1)
    sizes = radius * rng.uniform(0.20, 0.40, clumps) * depth
    sizes *= {"top": 1.05, "flat": 0.85}.get(species.crown, 1.0)
    return heads, sizes


def _clumped(species: Species, chance: Chance) -> Shape:
    """Round, flat and top-heavy crowns: clumps of leaves at the ends of branches."""
    rng, height = chance.arrays, species.height_m
    clumps = {"flat": 36, "top": 36}.get(species.crown, 64)
    clumps = int(clumps * min(1.0, 0.35 + height / 10))
    heads, sizes = _heads(species, clumps, chance)
    low = height * (species.trunk_share + 0.08)
    thick = 0.034 if species.crown == "flat" else 0.019
    parts = [
        tube(
            (0, 0, -0.4),
            (heads[0, 0] * 0.12, 0, low),
            thick * height,
            0.55 * thick * height,
            8,
            WOOD,
        )
    ]
    parts += _limbs(species, chance, heads)
    share = sizes**2 / (sizes**2).sum()
    middle = np.average(heads, axis=0, weights=sizes**3) - np.array([0, 0, 0.12 * height])
    for head, size, part in zip(heads, sizes, share, strict=True):
        squash = np.array([1.15, 1.15, 0.42]) if species.crown == "flat" else np.array([1, 1, 0.75])
        count = int(species.density * 1500 * part) + 4
        body = lump(head, size * squash * 0.56, rng)
        parts.append(body.bent(_outward(body.points, head, middle)))
        spread = _ball(count, rng, 0.4) * size * squash * rng.gamma(9, 1 / 8.5, (count, 1))
        leaves = head + spread
        outward = _outward(leaves, head, middle)
        parts.append(cards(leaves, species.leaf_m * 0.95, rng, LEAVES, outward=outward))
    return merge(parts)


def _outward(points: Floats, head: Floats, middle: Floats) -> Floats:
    """Which way a crown looks at points [n, 3]: away from its clump and from its own middle."""
    own, whole = points - head, points - middle
    own = own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-6)
    whole = whole / np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), 1e-6)
    normals = 0.55 * own + 0.75 * whole + np.array([0, 0, 0.25])
    return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True))


def _columnar(species: Species, chance: Chance) -> Shape:
    """Tall narrow crowns and cones, denser at the rim, ragged."""
    rng, height = chance.arrays, species.height_m
    count = int(species.density * 1500)
    low = species.trunk_share * height
    level = low + (height - low) * rng.power(1.3, count)[:, None]
    share = (level - low) / (height - low)
    if species.crown == "cone":
        level = low + (height - low) * (1 - rng.power(1.7, count)[:, None])
        share = (level - low) / (height - low)
        rim = (1 - share) ** 0.85 + 0.015
        whorl = 0.78 + 0.22 * np.cos(share * 60)
    else:
        rim = np.sin(np.clip(share * 0.93 + 0.07, 0, 1) * np.pi) ** 0.6
        whorl = 0.9 + 0.1 * np.cos(share * 25)
    angle = rng.uniform(0, 2 * np.pi, (count, 1))
    lobes = 1 + 0.22 * np.sin(3 * angle + 9 * share) + 0.14 * np.sin(7 * angle - 15 * share)
    away = species.spread * height * rim * whorl * lobes * rng.uniform(0.35, 1, (count, 1)) ** 0.5
    drop = away * (0.30 if species.crown == "cone" else 0.0)
    points = np.concatenate([away * np.cos(angle), away * np.sin(angle), level - drop], axis=1)
    trunk = tube((0, 0, -0.4), (0, 0, height * 0.95), 0.014 * height, 0.003 * height, 8, WOOD)
    # A dark body inside: without it a crown is confetti against the sky.
    inner, middle = species.spread * height * 0.5, low + 0.35 * (height - low)
    body = [
        tube((0, 0, low + 0.06 * height), (0, 0, middle), inner * 0.7, inner, 7, LEAVES),
        tube((0, 0, middle), (0, 0, height * 0.9), inner, inner * 0.12, 7, LEAVES),
    ]
    if species.crown == "cone":
        body = [tube((0, 0, low + 0.05 * height), (0, 0, height * 0.9), inner, 0.02, 7, LEAVES)]
    axis = np.stack([0 * level[:, 0], 0 * level[:, 0], (level - drop)[:, 0] - 0.3 * away[:, 0]], 1)
    outward = points - axis
    outward = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    leaves = cards(points, species.leaf_m * 0.88, rng, LEAVES, 0.25, outward)
    return merge([trunk, *body, leaves])


def _frond(direction: float, length_m: float, lift: float, leaf_m: float, head: Floats) -> Shape:
    """A palm leaf: pairs of blades along an arching rib."""
    share = np.linspace(0.06, 1, 17)
    out = length_m * share
    arch = head[2] + lift * out - 0.62 * length_m * share**2.1
    x, y = head[0] + out * math.cos(direction), head[1] + out * math.sin(direction)
    rib = np.stack([x, y, arch], axis=1)
    side = np.array([-math.sin(direction), math.cos(direction), -0.45])
    reach = leaf_m * np.sin(np.pi * (0.12 + 0.86 * share))[:, None]
    forward = np.array([math.cos(direction), math.sin(direction), -0.2]) * 0.16 * length_m
    width = np.array([math.cos(direction), math.sin(direction), 0]) * 0.035 * length_m
    blades = []
    for sign in (-1, 1):
        across = side * (sign, sign, 1)
        tip = rib + across * reach * 1.5 + forward * 0.5
        blades.append(np.stack([rib - width, rib + width, tip], axis=1))
    return polygons(np.concatenate(blades), LEAVES)


def _palm(species: Species, chance: Chance) -> Shape:
    height = species.height_m
    lean = chance.uniform(-0.12, 0.12) * height
    head = np.array([lean, 0, height * species.trunk_share])
    middle = (lean * 0.35, 0, head[2] * 0.55)
    thick = 0.02 * height if height > 5 else 0.04 * height
    parts = [
        tube((0, 0, -0.3), middle, thick, thick * 0.8, 8, WOOD),
        tube(middle, head, thick * 0.8, thick * 0.7, 8, WOOD),
    ]
    fronds = 20 if height > 5 else 9
    for number in range(fronds):
        direction = number * 2.4 + chance.uniform(-0.3, 0.3)
        lift = chance.uniform(-0.35, 0.95)
        length = species.spread * height * chance.uniform(0.8, 1.1)
        parts.append(_frond(direction, length, lift, species.leaf_m, head))
    return merge(parts)


def _weeping(species: Species, chance: Chance) -> Shape:
    rng, height = chance.arrays, species.height_m
    stems = 26
    angle = rng.uniform(0, 2 * np.pi, stems)
    reach = species.spread * height * rng.uniform(0.3, 1, stems)
    top = height * rng.uniform(0.72, 1, stems)
    parts = [tube((0, 0, -0.3), (0, 0, height * 0.7), 0.02 * height, 0.01 * height, 8, WOOD)]
    per_stem = int(species.density * 1500 / stems)
    for number in range(stems):
        share = rng.uniform(0.1, 1, per_stem)
        level = top[number] * np.sin(0.5 * np.pi * np.minimum(1, share * 1.6))
        level -= np.clip(share - 0.6, 0, 1) * height * 0.9
        out = reach[number] * share
        points = np.stack([out * math.cos(angle[number]), out * math.sin(angle[number]), level], 1)
        points += rng.normal(0, 0.05 * height, points.shape)
        outward = points - np.array([0, 0, height * 0.45])
        outward = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
        parts.append(cards(points, species.leaf_m * 0.88, rng, LEAVES, 0.8, outward))
    return merge(parts)


def _cactus(species: Species, chance: Chance) -> Shape:
    height = species.height_m
    parts = [tube((0, 0, -0.2), (0, 0, height), 0.24, 0.18, 10, LEAVES)]
    for _ in range(chance.randint(1, 4)):
        angle, level = chance.uniform(0, 6.28), chance.uniform(0.3, 0.6) * height
        elbow = (0.75 * math.cos(angle), 0.75 * math.sin(angle), level + 0.15)
        parts.append(tube((0, 0, level), elbow, 0.15, 0.15, 8, LEAVES))
        tip = (elbow[0], elbow[1], level + chance.uniform(0.8, 1.7))
        parts.append(tube(elbow, tip, 0.16, 0.12, 8, LEAVES))
    return merge(parts)


_BUILDERS = {
    "round": _clumped, "flat": _clumped, "top": _clumped, "tall": _columnar, "cone": _columnar,
    "palm": _palm, "weeping": _weeping, "cactus": _cactus,
}  # fmt: skip


def grow(name: str, chance: Chance, coarse: bool = False) -> Shape:
    """One individual of a species: slot 0 is wood, slot 1 leaves; it stands at the origin.

    ``coarse`` builds one for the distance: few big leaves instead of many small ones.
    """
    species = SPECIES[name]
    if coarse and species.crown not in ("palm", "cactus"):
        species = replace(species, density=species.density * 0.22, leaf_m=species.leaf_m * 2.1)
    return _BUILDERS[species.crown](species, chance)
