"""Planting: trees, bushes and grass of the country's mix, thinned or thickened by climate."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chance import Chance, Conditions
from .facts import Country
from .geometry import Floats, Shape, polygons
from .presets import Colour, Look
from .road import Road
from .stage import Stage
from .terrain import Land, fractal
from .trees import SPECIES, grow

WOODED = {
    "continental": 0.8, "oceanic": 0.85, "boreal": 1.35, "subarctic": 0.12, "mediterranean": 0.6,
    "semi_arid": 0.30, "desert": 0.07, "subtropical": 1.0, "tropical_wet": 1.35,
    "tropical_dry": 0.65, "highland": 0.35,
}  # fmt: skip
_INDIVIDUALS = 4


def _leaf_colour(leaf: Colour, evergreen: bool, greenness: float) -> Colour:
    """Leaves turn yellow and brown where it is dry or late in the year."""
    if evergreen or greenness > 0.5:
        return leaf
    share = (0.5 - greenness) * 0.75
    return tuple(a * (1 - share) + b * share for a, b in zip(leaf, (0.26, 0.18, 0.05), strict=True))  # type: ignore[return-value]


def _tuft(chance: Chance, spread_m: float, blades: int, tall: float) -> Shape:
    """A patch of grass blades round the origin, taller in its middle."""
    rng = chance.arrays
    foot = np.concatenate([rng.normal(0, spread_m * 0.5, (blades, 2)), np.zeros((blades, 1))], 1)
    away = np.linalg.norm(foot, axis=1, keepdims=True) / spread_m
    height = rng.gamma(4, 0.045 * tall, (blades, 1)) * np.exp(-0.35 * away)
    lean = np.concatenate([rng.normal(0, 0.12 * tall, (blades, 2)), height], 1)
    width = np.concatenate([rng.uniform(-0.032, 0.032, (blades, 2)), np.zeros((blades, 1))], 1)
    return polygons(np.stack([foot - width, foot + width, foot + lean], axis=1))


def _crown_m(name: str) -> float:
    """Radius of a species' crown, in metres."""
    species = SPECIES[name]
    return species.height_m * (species.spread if species.crown != "palm" else 0.25)


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
        self.wooded = WOODED[country.climate]

    def occupy(self, x: float, y: float, radius_m: float) -> None:
        """Keep plants off this disc: a house stands there."""
        self.occupied.append((x, y, radius_m))

    def free(self, x: float, y: float) -> bool:
        """Whether no house stands here."""
        return all((x - ox) ** 2 + (y - oy) ** 2 > r * r for ox, oy, r in self.occupied)

    def _individuals(self, name: str, coarse: bool = False) -> list[Any]:
        """The shared meshes of a species."""
        key = f"{name}, coarse" if coarse else name
        if key not in self._meshes:
            species = SPECIES[name]
            colour = _leaf_colour(species.leaf, species.evergreen, self.conditions.greenness)
            surfaces = [
                self.stage.surface(Look(species.bark, "stone"), "vegetation"),
                self.stage.surface(Look(colour, "leaf", 0.8), "vegetation"),
            ]
            count = _INDIVIDUALS if name == next(iter(self.country.tree)) else 2
            self._meshes[key] = [
                self.stage.mesh(grow(name, self.chance, coarse), surfaces) for _ in range(count)
            ]
        return self._meshes[key]

    def individual(self, name: str) -> Any:
        """The mesh of one plant of a species, to be put anywhere."""
        self.stage.note("vegetation", name)
        return self.chance.choice(self._individuals(name))

    def plant(self, name: str, x: float, y: float, size: float = 1.0) -> None:
        """One tree or bush; none so near the camera that its leaves would show as cards."""
        if math.hypot(x, y) < 7.0 + size * _crown_m(name):
            return
        chance = self.chance
        scale = size * chance.uniform(0.65, 1.25)
        stretch = scale * chance.uniform(0.85, 1.2)
        z = self.land.level(x, y) - 0.1
        self.stage.put(
            chance.choice(self._individuals(name)), (x, y, z), chance.uniform(0, 6.28),
            (scale, scale, stretch),
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

    def open_ground(self, x: Floats, y: Floats, clear_m: float) -> NDArray[np.bool_]:
        """Which of the points [n] are off the road, off the side roads and off the houses."""
        room = (np.abs(x - self.road.bend(y)) > clear_m) & (np.hypot(x, y) > 5)
        for ox, oy, radius_m in self.occupied:
            room &= (x - ox) ** 2 + (y - oy) ** 2 > radius_m**2
        return np.asarray(room & (self.land.height(x, y) > self.land.water_m + 0.5))

    def scatter(
        self, name: str, x: Floats, y: Floats, size: float = 1.0, coarse: bool = False
    ) -> None:
        """Many plants of a species at once, at the points [n]."""
        if not len(x):
            return
        rng = self.chance.arrays
        far_enough = np.hypot(x, y) > 5.5 + 1.1 * size * _crown_m(name)
        x, y = x[far_enough], y[far_enough]
        meshes = self._individuals(name, coarse)
        which = rng.integers(0, len(meshes), len(x))
        z = self.land.height(x, y) - 0.1
        points = np.stack([x, y, z], axis=1)
        for number, mesh in enumerate(meshes):
            own = points[which == number]
            scale = size * rng.uniform(0.55, 1.3, len(own))
            self.stage.scatter(mesh, own, rng.uniform(0, 6.28, len(own)), scale)
        self.stage.note("vegetation", name)

    def _mixed(
        self, mix: dict[str, float], x: Floats, y: Floats, size: float = 1.0, coarse: bool = False
    ) -> None:
        names = list(mix)
        weight = np.array([mix[name] for name in names])
        which = self.chance.arrays.choice(len(names), len(x), p=weight / weight.sum())
        for number, name in enumerate(names):
            self.scatter(name, x[which == number], y[which == number], size, coarse)

    def woods(self) -> None:
        """Groves near the road, belts along the fields, forest to the horizon."""
        scene = self.conditions.scene
        mix = self._chosen()
        density = self.wooded * self.chance.uniform(0.35, 1.5)
        self._groves(mix, density, scene)
        if scene not in ("suburb", "town"):
            for _ in range(round(self.chance.uniform(2, 9) * min(1.0, density))):
                self._belt(mix)
        self._forest(mix)

    def _groves(self, mix: dict[str, float], density: float, scene: str) -> None:
        rng = self.chance.arrays
        base = {"village": 300, "suburb": 240, "town": 120, "main": 260}.get(scene, 330)
        tries = int(base * density * 3)
        edge = self.road.half_width_m + self.road.built_m
        nearest = edge + (7.0 if scene in ("village", "suburb", "town") else 4.5)
        along = 330 * rng.uniform(-1, 1, tries) ** 3 + rng.uniform(-60, 60, tries)
        across = rng.choice((-1, 1), tries) * (nearest + 300 * rng.random(tries) ** 1.9)
        x, y = self.road.bend(along) + across, along
        grove = fractal(x, y, 80, 2, self.land.noise_seed + 3)
        # Most stand in groves with an edge, few alone between them.
        alone = rng.random(tries) < 0.06
        keep = ((grove > rng.uniform(0.18, 0.5, tries)) | alone) & self.open_ground(x, y, nearest)
        x, y, alone = x[keep], y[keep], alone[keep]
        self._undergrowth(x[~alone], y[~alone], nearest)
        near = np.hypot(x, y) < 90
        self._mixed(mix, x[near], y[near])
        self._mixed(mix, x[~near], y[~near], 1.05, True)

    def _undergrowth(self, x: Floats, y: Floats, clear_m: float) -> None:
        """Bushes under the trees [n] of a grove: one does not look through its edge."""
        if self.wooded < 0.3:
            return
        rng = self.chance.arrays
        near = np.hypot(x, y) < 120
        x, y = np.repeat(x[near], 2), np.repeat(y[near], 2)
        x, y = x + rng.normal(0, 2.6, len(x)), y + rng.normal(0, 2.6, len(x))
        keep = self.open_ground(x, y, clear_m - 1.5) & (rng.random(len(x)) < 0.75)
        self.scatter("shrub", x[keep], y[keep], 1.1, True)

    def _belt(self, mix: dict[str, float]) -> None:
        """A row of trees and bushes: along a field, a ditch or a track."""
        chance, rng = self.chance, self.chance.arrays
        side = chance.choice((-1, 1))
        away = self.road.half_width_m + chance.choice(
            (chance.uniform(28, 70), chance.uniform(70, 240))
        )
        turn = chance.choice((0.0, 0.0, math.pi / 2)) + chance.gauss(0, 0.12)
        length, step = chance.uniform(70, 340), chance.uniform(2.2, 6.5)
        reach = np.arange(-length / 2, length / 2, step)
        reach = reach + rng.normal(0, step * 0.3, len(reach))
        start_y = chance.uniform(-150, 150)
        x = side * away + reach * math.sin(turn) + rng.normal(0, 1.4, len(reach))
        y = start_y + reach * math.cos(turn) + rng.normal(0, 1.4, len(reach))
        x = x + self.road.bend(y)
        clear = self.road.half_width_m + self.road.built_m + 5
        keep = self.open_ground(x, y, clear) & (rng.random(len(x)) < chance.uniform(0.55, 1.0))
        x, y = x[keep], y[keep]
        trees = rng.random(len(x)) < chance.uniform(0.15, 0.95)
        few = {chance.pick(mix): 1.0, chance.pick(mix): 0.6}
        self._mixed(few, x[trees], y[trees], chance.uniform(0.75, 1.1), True)
        self.scatter("shrub", x, y, chance.uniform(0.8, 1.9), True)

    def _forest(self, mix: dict[str, float]) -> None:
        """Trees wherever the land says wood, thinner with the distance."""
        rng = self.chance.arrays
        tries = 6500
        reach = 60 * np.exp(rng.random(tries) ** 0.8 * math.log(1500 / 60))
        angle = rng.uniform(0, 2 * np.pi, tries)
        x, y = reach * np.cos(angle), reach * np.sin(angle)
        share = self.land.woods(x, y)
        clear = self.road.half_width_m + self.road.built_m + 9
        keep = (share > rng.uniform(0.25, 0.9, tries)) & self.open_ground(x, y, clear)
        x, y = x[keep], y[keep]
        far = np.hypot(x, y) > 380
        self._mixed(mix, x[~far], y[~far], 1.05, True)
        self._mixed(mix, x[far], y[far], 1.35, True)

    def bushes(self) -> None:
        """Undergrowth beside the road, in thickets rather than one by one."""
        chance, rng = self.chance, self.chance.arrays
        count = int(420 * min(1.2, 0.3 + self.wooded) * chance.uniform(0.15, 1.2))
        if self.conditions.scene in ("suburb", "town"):
            count //= 4
        dry = self.country.climate in ("tropical_dry", "semi_arid")
        nearest = self.road.half_width_m + self.road.built_m + 2.2
        along = rng.uniform(-150, 150, count)
        across = rng.choice((-1, 1), count) * (nearest + 46 * rng.random(count) ** 1.3)
        x, y = self.road.bend(along) + across, along
        thicket = fractal(x, y, 22, 2, self.land.noise_seed + 71)
        keep = (thicket > rng.uniform(0.0, 0.8, count)) & self.open_ground(x, y, nearest)
        x, y = x[keep], y[keep]
        half = rng.random(len(x)) < (0.6 if dry else 0.0)
        self.scatter("shrub", x[~half], y[~half], 0.7)
        self.scatter("baobab_scrub", x[half], y[half], 0.6)

    def grass(self) -> None:
        """Tufts near the camera, never on the road; patchy, fewer where it is dry or paved."""
        chance, green = self.chance, self.conditions.greenness
        rng = chance.arrays
        built = self.conditions.scene in ("suburb", "town")
        count = int(
            (3400 if not built else 2600) * (0.35 + 0.65 * green) * chance.uniform(0.6, 1.2)
        )
        shares = (0.075, 0.115, 0.026), (0.21, 0.17, 0.07)
        tall = chance.uniform(0.5, 1.3) if not built else chance.uniform(0.16, 0.4)
        start = self.road.half_width_m + self.road.built_m + (0.35 if not built else 0.6)
        along = 70 * rng.choice((-1, 1), count) * rng.random(count) ** 1.9
        across = rng.choice((-1, 1), count) * (start + 38 * rng.random(count) ** 1.6)
        x, y = self.road.bend(along) + across, along
        patch = fractal(x, y, 14, 3, self.land.noise_seed + 83)
        keep = (patch > rng.uniform(-1.1, 0.6, count)) & self.open_ground(x, y, start)
        x, y, patch = x[keep], y[keep], patch[keep]
        z = self.land.height(x, y) - 0.03
        points = np.stack([x, y, z], axis=1)
        kinds = [(1.6, 430, tall * 1.3), (0.7, 130, tall * 2.0), (2.0, 420, tall), (2.2, 520, 0.3)]
        which = rng.integers(0, len(kinds), len(points))
        for number, kind in enumerate(kinds):
            ripe = float(np.clip(green + chance.gauss(0, 0.15), 0, 1))
            colour = tuple(a * ripe + b * (1 - ripe) for a, b in zip(*shares, strict=True))
            surface = self.stage.surface(Look(colour, "leaf"), "terrain")  # type: ignore[arg-type]
            own = points[which == number]
            scale = rng.uniform(0.5, 1.25, len(own)) * (0.7 + 0.4 * green)
            mesh = self.stage.mesh(_tuft(chance, *kind), [surface])
            self.stage.scatter(mesh, own, rng.uniform(0, 6.28, len(own)), scale)
        if not built:
            self._fringe(surface, tall, start)

    def _fringe(self, surface: Any, tall: float, start: float) -> None:
        """Low tufts along the edge of the shoulder: grass grows into it."""
        rng = self.chance.arrays
        count = int(900 * (0.25 + 0.75 * self.conditions.greenness))
        along = 55 * rng.choice((-1, 1), count) * rng.random(count) ** 1.5
        across = rng.choice((-1, 1), count) * (start + rng.normal(-0.25, 0.28, count))
        x, y = self.road.bend(along) + across, along
        keep = self.open_ground(x, y, self.road.half_width_m + 0.25)
        x, y = x[keep], y[keep]
        points = np.stack([x, y, np.maximum(self.land.height(x, y), -0.06) - 0.02], axis=1)
        mesh = self.stage.mesh(_tuft(self.chance, 0.45, 90, 0.35 + 0.5 * tall), [surface])
        scale = rng.uniform(0.45, 1.2, len(x))
        self.stage.scatter(mesh, points, rng.uniform(0, 6.28, len(x)), scale)

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
