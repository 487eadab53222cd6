"""Where a set piece goes: planned before the road is built, so that nothing stands in its way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .chance import Chance, Conditions
from .facts import Country
from .geometry import Shape
from .presets import Look
from .road import Branch, Pad, Road
from .stage import Stage
from .terrain import Land
from .vegetation import Planting

_PLACES: dict[str, tuple[float, float, float, float]] = {
    "petrol_station": (20, 32, 17, 20), "worship": (16, 32, 13, 14), "school": (20, 32, 18, 12),
    "market": (2, 14, 15, 0), "bus_stop": (6, 13, 4, 0), "roadworks": (8, 15, 0, 0),
    "level_crossing": (13, 26, 0, 0), "overpass": (28, 55, 0, 0), "roundabout": (32, 46, 0, 0),
    "orchard": (0, 10, 0, 0), "pasture": (0, 10, 0, 0),
}  # fmt: skip
"""Nearest and farthest place along the road, half the length kept free, and the depth of a pad."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A set piece's name, side of the road and place along it, in metres."""

    name: str
    side: int
    along_m: float


def plan_piece(road: Road, conditions: Conditions, chance: Chance) -> Plan | None:
    """Draw the place of this panorama's set piece and keep houses and kerbs out of it."""
    name = conditions.piece
    if name == "none":
        return None
    nearest, farthest, half_m, deep_m = _PLACES[name]
    along = chance.choice((-1, 1)) * chance.uniform(nearest, farthest)
    side = chance.choice((-1, 1))
    if half_m > 5:
        road.branches[:] = [b for b in road.branches if abs(b.along_m - along) > half_m + 6]
        road.pads.append(Pad(along, side, half_m, deep_m))
    if name in ("level_crossing", "roundabout"):
        half = 2.2 if name == "level_crossing" else road.half_width_m
        road.branches[:] = [b for b in road.branches if abs(b.along_m - along) > 20]
        for where in (-1, 1):
            road.branches.append(Branch(along, where, half, track=name == "level_crossing"))
    return Plan(name, side, along)


@dataclass(frozen=True, slots=True)
class Site:
    """What a set piece is built with."""

    stage: Stage
    road: Road
    land: Land
    country: Country
    planting: Planting
    chance: Chance
    plan: Plan

    def at(self, back_m: float, shift_m: float = 0.0) -> tuple[float, float, float]:
        """A point behind the built edge of the road, ``shift_m`` farther along it."""
        offset = self.road.half_width_m + self.road.built_m + back_m
        x, y = self.road.beside(self.plan.side * offset, self.plan.along_m + shift_m)
        return x, y, self.land.level(x, y)

    @property
    def yaw_rad(self) -> float:
        """The turn of what faces the road with its -y side."""
        return self.road.yaw_rad(self.plan.along_m) - self.plan.side * math.pi / 2

    def put(
        self, shape: Shape, looks: Sequence[Look], back_m: float, shift_m: float = 0.0,
        turn_rad: float = 0.0, cue: str = "", lift_m: float = 0.0,
    ) -> None:  # fmt: skip
        """Stand a shape ``back_m`` behind the built edge, facing the road."""
        x, y, z = self.at(back_m, shift_m)
        surfaces = [self.stage.surface(look, cue) for look in looks]
        yaw = self.yaw_rad + turn_rad
        self.stage.add(shape, surfaces, at=(x, y, z + lift_m), yaw_rad=yaw)

    def clear(self, back_m: float, radius_m: float, shift_m: float = 0.0) -> None:
        """Keep plants off a disc."""
        x, y, _ = self.at(back_m, shift_m)
        self.planting.occupy(x, y, radius_m)
