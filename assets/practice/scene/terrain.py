"""The land: its heights, the tones of its ground, fields and far hills."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .chance import Chance, Conditions
from .geometry import Floats, grid
from .materials import ground
from .presets import SOILS, Colour
from .road import Road
from .stage import Stage

FAR_M = 2600.0


def smooth_noise(x: Floats, y: Floats, seed: int) -> Floats:
    """Value noise on the unit lattice, about -1 to 1, smooth, repeatable."""
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    cell_x, cell_y = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    u, v = x - cell_x, y - cell_y
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)

    def corner(i: int, j: int) -> Floats:
        mixed = (cell_x + i) * 374761393 + (cell_y + j) * 668265263 + (seed % 100003) * 144269
        mixed = (mixed ^ (mixed >> 13)) * 1274126177
        return ((mixed ^ (mixed >> 16)) & 0xFFFF) / 32767.5 - 1.0

    low = corner(0, 0) * (1 - u) + corner(1, 0) * u
    high = corner(0, 1) * (1 - u) + corner(1, 1) * u
    return low * (1 - v) + high * v


def fractal(x: Floats, y: Floats, wave_m: float, octaves: int, seed: int) -> Floats:
    """Several octaves of ``smooth_noise``; ``wave_m`` is the longest wave."""
    total, gain = np.zeros(np.broadcast(x, y).shape), 1.0
    for octave in range(octaves):
        step = wave_m / 2.03**octave
        total += gain * smooth_noise(x / step, y / step, seed + 31 * octave)
        gain *= 0.48
    return total


@dataclass(frozen=True, slots=True)
class Relief:
    """How high the land rises: metres near (30-250 m) and far (beyond), and where far begins."""

    near_m: float
    far_m: float
    far_from_m: float
    ridged: bool = False
    forest: float = 0.4
    rock: float = 0.0
    snow_above_m: float = 9e9


RELIEFS: dict[str, Relief] = {
    "flat": Relief(0.7, 7, 500, forest=0.3),
    "rolling": Relief(4.5, 42, 220, forest=0.35),
    "hills": Relief(8, 120, 200, forest=0.55),
    "mountains": Relief(10, 380, 260, True, 0.55, 0.35),
    "alpine": Relief(10, 700, 330, True, 0.55, 0.5, 430),
    "karst": Relief(4, 210, 200, True, 0.85, 0.15),
    "dunes": Relief(3.5, 26, 150, forest=0.0),
    "lava": Relief(3, 150, 420, True, 0.0, 0.5, 330),
}


class Land:
    """The land of one panorama: ``height`` anywhere, and the mesh of it."""

    def __init__(
        self, kind: str, soil: Colour, road: Road, conditions: Conditions, chance: Chance
    ) -> None:
        self.relief = RELIEFS[kind]
        self.soil = np.array(soil)
        self.road = road
        self.conditions = conditions
        self.chance = chance
        self.noise_seed = chance.randrange(90000)
        self.flat_to_m = 60.0 if conditions.scene != "open" else road.half_width_m + 3.5
        self.open_side_rad = chance.uniform(0, 2 * math.pi)

    def level(self, x: float, y: float) -> float:
        """Height in metres at one point."""
        return float(self.height(np.array([x]), np.array([y]))[0])

    def height(self, x: Floats, y: Floats) -> Floats:
        """Height in metres; the road lies at 0."""
        seed, relief = self.noise_seed, self.relief
        from_road = np.abs(x - self.road.bend(y))
        reach = np.hypot(x, y)
        near = np.clip((from_road - self.flat_to_m) / 60, 0, 1)
        z = near * relief.near_m * (fractal(x, y, 150, 3, seed) + 0.2)
        verge = self.road.half_width_m + self.road.shoulder_m
        bumps = np.clip((from_road - verge - 0.5) / 3, 0, 1)
        z = z + 0.10 * bumps * smooth_noise(x / 1.7, y / 1.7, seed + 5)
        if not self.road.pavement_m:
            z = z - 0.28 * np.clip(1 - np.abs(from_road - verge - 1.3) / 1.2, 0, 1)
        rise = np.clip((reach - relief.far_from_m) / 900, 0, 1.2)
        mass = fractal(x, y, 1100, 4, seed + 9) * 0.75
        if relief.ridged:
            ridge = 1 - np.abs(fractal(x, y, 800, 4, seed + 13))
            mass = 0.55 * np.clip(ridge, -0.2, 1.2) + 0.55 * mass
        # One side of the view stays lower, so that not every panorama lies in a bowl.
        side = 0.65 + 0.35 * np.cos(np.arctan2(y, x) - self.open_side_rad)
        return z + rise**1.2 * side * relief.far_m * (0.35 + mass)

    def _tones(self, x: Floats, y: Floats, z: Floats, slope: Floats) -> Floats:
        """Linear RGB [n, 3] of the ground: grass or dust, fields, forest, rock, snow, verge."""
        green = self.conditions.greenness
        seed = self.noise_seed
        lush, dry = np.array([0.095, 0.15, 0.035]), np.array([0.27, 0.215, 0.095])
        cover = np.clip(green * 1.25 + 0.5 * fractal(x, y, 45, 3, seed + 21), 0, 1)[:, None]
        grass = lush * cover + dry * (1 - cover)
        bare = np.clip((0.30 - green) * 2.6 + 0.55 * fractal(x, y, 18, 3, seed + 27), 0, 1)[:, None]
        tone = grass * (1 - bare) + self.soil * bare
        tone = self._with_fields(tone, x, y, green)
        woods = fractal(x, y, 320, 4, seed + 41) + 2.0 * self.relief.forest - 1.05
        reach = np.hypot(x, y)
        woods = np.clip(woods * 4, 0, 1) * np.clip((reach - 230) / 120, 0, 1) * min(1, 2.2 * green)
        tone = tone * (1 - woods[:, None]) + np.array([0.035, 0.06, 0.02]) * woods[:, None]
        if self.relief.rock:
            rock = np.clip((slope - 0.55) * 3.5, 0, 1) * self.relief.rock * 1.6
            rock = np.clip(rock, 0, 1)[:, None]
            tone = tone * (1 - rock) + (0.5 * self.soil + np.array([0.11, 0.11, 0.105])) * rock
        snow = np.clip((z - self.relief.snow_above_m) / 60 + 0.4 * fractal(x, y, 90, 2, seed), 0, 1)
        tone = tone * (1 - snow[:, None]) + np.array([0.72, 0.74, 0.78]) * snow[:, None]
        verge = self.road.half_width_m + self.road.shoulder_m
        edge = np.abs(x - self.road.bend(y)) - verge
        worn = np.clip(1.1 - edge / 1.2, 0, 1)[:, None] * (0.85 - 0.45 * green)
        return tone * (1 - worn) + self.soil * worn

    def _with_fields(self, tone: Floats, x: Floats, y: Floats, green: float) -> Floats:
        if self.conditions.scene == "town" or self.relief.far_m > 130 or green < 0.16:
            return tone
        turn = self.open_side_rad
        along = x * math.cos(turn) + y * math.sin(turn)
        across = y * math.cos(turn) - x * math.sin(turn)
        column, row = np.floor(along / 150).astype(int), np.floor(across / 85).astype(int)
        pick = ((column * 7919 + row * 104729 + self.noise_seed) >> 2) % 6
        crops = np.array(
            [[0.46, 0.36, 0.13], [0.11, 0.19, 0.04], [0.14, 0.17, 0.045], [0.30, 0.26, 0.10],
             [0.2, 0.22, 0.06], [0.0, 0.0, 0.0]]
        )  # fmt: skip
        crops[5] = self.soil
        ripe = np.clip(1.2 * green, 0.35, 0.8)
        inside = ((pick < 6) & (np.abs(x - self.road.bend(y)) > 22))[:, None] * ripe
        return tone * (1 - inside) + crops[pick] * inside

    def build(self, stage: Stage) -> None:
        """Put the land on the stage; cells grow with the distance from the camera."""
        steps = np.linspace(-1, 1, 181)
        lattice = FAR_M * np.sign(steps) * np.abs(steps) ** 2.8
        x, y = np.meshgrid(lattice, lattice, indexing="ij")
        z = self.height(x, y)
        slope_x, slope_y = np.gradient(z, lattice, lattice)
        slope = np.hypot(slope_x, slope_y).ravel()
        under_road = np.abs(x - self.road.bend(y)) < self.road.half_width_m + self.road.built_m
        shape = grid(lattice, lattice, z - 0.02 - 0.25 * under_road)
        mesh = stage.mesh(shape, [ground("terrain")], smooth=True)
        tone = np.ones((len(shape.points), 4), dtype=np.float32)
        tone[:, :3] = self._tones(x.ravel(), y.ravel(), z.ravel(), slope)
        layer = mesh.attributes.new("Tone", "FLOAT_COLOR", "POINT")
        layer.data.foreach_set("color", tone.ravel())
        stage.put(mesh)


def land_for(
    terrain: str, soil: str, road: Road, conditions: Conditions, chance: Chance, stage: Stage
) -> Land:
    """Draw, build and note the land."""
    land = Land(terrain, SOILS[soil], road, conditions, chance)
    land.build(stage)
    stage.note("terrain", f"{terrain}, {soil} soil")
    return land
