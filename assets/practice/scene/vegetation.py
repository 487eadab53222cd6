"""Planting: trees, bushes and grass of the country's mix, thinned or thickened by climate."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .chance import Chance, Conditions
from .facts import Country
from .geometry import Shape, polygons
from .presets import Colour, Look
from .road import Road
from .stage import Stage
from .terrain import Land, fractal
from .trees import SPECIES, grow

_WOODED = {
    "continental": 0.8, "oceanic": 0.85, "boreal": 1.35, "subarctic": 0.12, "mediterranean": 0.6,
    "semi_arid": 0.30, "desert": 0.07, "subtropical": 1.0, "tropical_wet": 1.35,
    "tropical_dry": 0.65, "highland": 0.35,
}  # fmt: skip
_INDIVIDUALS = 5


def _leaf_colour(leaf: Colour, evergreen: bool, greenness: float) -> Colour:
    """Leaves turn yellow and brown where it is dry or late in the year."""
    if evergreen or greenness > 0.5:
        return leaf
    share = (0.5 - greenness) * 0.75
    return tuple(a * (1 - share) + b * share for a, b in zip(leaf, (0.26, 0.18, 0.05), strict=True))  # type: ignore[return-value]


def _tuft(chance: Chance, spread_m: float = 1.5, blades: int = 240) -> Shape:
    """A patch of grass blades round the origin."""
    rng = chance.arrays
    foot = np.concatenate([rng.normal(0, spread_m * 0.45, (blades, 2)), np.zeros((blades, 1))], 1)
    height = rng.gamma(4, 0.045, (blades, 1))
    lean = np.concatenate([rng.normal(0, 0.10, (blades, 2)), height], 1)
    width = np.concatenate([rng.uniform(-0.028, 0.028, (blades, 2)), np.zeros((blades, 1))], 1)
    return polygons(np.stack([foot - width, foot + width, foot + lean], axis=1))


class Planting:
    """Puts the vegetation of one panorama on the stage."""

    def __init__(
        self,
        stage: Stage,
        land: Land,
        road: Road,
        country: Country,
        conditions: Conditions,
        chance: Chance,
    ) -> None:
        self.stage, self.land, self.road = stage, land, road
        self.country, self.conditions, self.chance = country, conditions, chance
        self.occupied: list[tuple[float, float, float]] = []
        self._meshes: dict[str, list[Any]] = {}

    def occupy(self, x: float, y: float, radius_m: float) -> None:
        """Keep plants off this disc: a house stands there."""
        self.occupied.append((x, y, radius_m))

    def free(self, x: float, y: float) -> bool:
        """Whether no house stands here."""
        return all((x - ox) ** 2 + (y - oy) ** 2 > r * r for ox, oy, r in self.occupied)

    def tree(self, name: str) -> Any:
        """The shared mesh of one individual of a species."""
        if name not in self._meshes:
            species = SPECIES[name]
            colour = _leaf_colour(species.leaf, species.evergreen, self.conditions.greenness)
            surfaces = [
                self.stage.surface(Look(species.bark, "stone"), "vegetation"),
                self.stage.surface(Look(colour, "leaf", 0.8), "vegetation"),
            ]
            count = _INDIVIDUALS if name == next(iter(self.country.tree)) else 3
            self._meshes[name] = [
                self.stage.mesh(grow(name, self.chance), surfaces) for _ in range(count)
            ]
        return self.chance.choice(self._meshes[name])

    def plant(self, name: str, x: float, y: float, size: float = 1.0) -> None:
        """One tree or bush."""
        chance = self.chance
        scale = size * chance.uniform(0.65, 1.25)
        stretch = scale * chance.uniform(0.85, 1.2)
        z = self.land.level(x, y) - 0.1
        self.stage.put(
            self.tree(name), (x, y, z), chance.uniform(0, 6.28), (scale, scale, stretch),
            tilt_rad=chance.gauss(0, 0.03),
        )  # fmt: skip
        self.stage.note("vegetation", name)

    def _chosen(self) -> dict[str, float]:
        """This place's own few species: two or three of the country's mix."""
        names = list(self.country.tree)
        kept: dict[str, float] = {}
        for _ in range(6):
            name = self.chance.pick(self.country.tree)
            kept[name] = kept.get(name, 0) + 1
            if len(kept) == min(3, len(names)):
                break
        return kept

    def woods(self) -> None:
        """Groves and single trees from the roadside to the horizon."""
        chance, scene = self.chance, self.conditions.scene
        mix = self._chosen()
        base = {"open": 560, "village": 330, "suburb": 260, "town": 130}[scene]
        density = _WOODED[self.country.climate] * chance.uniform(0.35, 1.5)
        nearest = self.road.half_width_m + self.road.built_m + {"open": 4.5}.get(scene, 7.0)
        planted = 0
        goal = int(base * density)
        for _ in range(goal * 5):
            if planted >= goal:
                break
            y = 380 * chance.uniform(-1, 1) ** 3 * 1.0 + chance.uniform(-60, 60)
            offset = chance.choice((-1, 1)) * (nearest + 330 * chance.random() ** 1.9)
            x, y = self.road.beside(offset, y)
            grove = float(
                fractal(np.array([x]), np.array([y]), 130, 2, self.land.noise_seed + 3)[0]
            )
            if grove < chance.uniform(-0.9, 0.75) or not self.free(x, y):
                continue
            self.plant(chance.pick(mix), x, y)
            planted += 1

    def bushes(self) -> None:
        """Undergrowth beside the road."""
        chance = self.chance
        count = int(130 * min(1.2, 0.35 + _WOODED[self.country.climate]) * chance.uniform(0.3, 1.4))
        if self.conditions.scene in ("suburb", "town"):
            count //= 3
        kind = "baobab_scrub" if self.country.climate in ("tropical_dry", "semi_arid") else "shrub"
        nearest = self.road.half_width_m + self.road.built_m + 2.2
        for _ in range(count):
            offset = chance.choice((-1, 1)) * (nearest + 40 * chance.random() ** 1.5)
            x, y = self.road.beside(offset, chance.uniform(-150, 150))
            if self.free(x, y):
                self.plant(kind, x, y, 0.8)

    def grass(self) -> None:
        """Tufts near the camera, never on the road; fewer where it is dry or paved."""
        chance, green = self.chance, self.conditions.greenness
        built = self.conditions.scene in ("suburb", "town")
        count = int((1500 if not built else 250) * (0.25 + 0.75 * green))
        shares = (0.105, 0.16, 0.04), (0.34, 0.28, 0.11)
        colour = tuple(a * green + b * (1 - green) for a, b in zip(*shares, strict=True))
        surface = self.stage.surface(Look(colour, "leaf"), "terrain")  # type: ignore[arg-type]
        tufts = [self.stage.mesh(_tuft(chance), [surface]) for _ in range(4)]
        start = self.road.half_width_m + self.road.built_m + (1.5 if not built else 2.5)
        for _ in range(count):
            along = 62 * chance.uniform(-1, 1) ** 3
            offset = chance.choice((-1, 1)) * (start + 24 * chance.random() ** 2)
            x, y = self.road.beside(offset, along)
            if not self.free(x, y):
                continue
            z = self.land.level(x, y) - 0.03
            scale = (1, 1, chance.uniform(0.4, 1.5) * (0.5 + 0.6 * green))
            self.stage.put(chance.choice(tufts), (x, y, z), chance.uniform(0, 6.28), scale)

    def garden(self, x: float, y: float, radius_m: float) -> None:
        """A few plants round a house."""
        chance = self.chance
        garden_kinds = [n for n in self.country.tree if SPECIES[n].height_m < 11] or ["shrub"]
        for _ in range(chance.randint(1, 4)):
            angle = chance.uniform(0, 2 * math.pi)
            reach = radius_m * chance.uniform(0.95, 1.4)
            px, py = x + reach * math.cos(angle), y + reach * math.sin(angle)
            clear = self.road.half_width_m + self.road.built_m + 1.8
            if self.free(px, py) and abs(px - float(self.road.bend(py))) > clear:
                small = chance.happens(0.5)
                self.plant("shrub" if small else chance.choice(garden_kinds), px, py, 0.75)

    def street_trees(self) -> None:
        """A row of small trees along the pavement, in some streets."""
        chance = self.chance
        if not chance.happens(0.4):
            return
        kind = chance.pick(self.country.tree)
        offset = self.road.half_width_m + self.road.shoulder_m + self.road.pavement_m * 0.55
        for side in (-1, 1):
            for number in range(-8, 9):
                if chance.happens(0.6):
                    x, y = self.road.beside(side * offset, number * 14 + chance.uniform(-2, 2))
                    self.plant(kind, x, y, 0.62)
