"""The land: its heights, the tones of its ground, fields and far hills."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .chance import RURAL, Chance, Conditions
from .geometry import Floats, grid, polygons, smooth_noise
from .materials import ground, water
from .presets import SOILS, Colour
from .road import Road
from .stage import Stage

FAR_M = 2600.0


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
        self, kind: str, soil: Colour, road: Road, conditions: Conditions, chance: Chance,
        wooded: float,
    ) -> None:  # fmt: skip
        self.relief = RELIEFS[kind]
        self.soil = np.array(soil)
        self.road = road
        self.conditions = conditions
        self.chance = chance
        self.noise_seed = chance.randrange(90000)
        rural = conditions.scene in RURAL
        self.flat_to_m = road.half_width_m + 3.5 if rural else 60.0
        self.open_side_rad = chance.uniform(0, 2 * math.pi)
        self.wooded = wooded
        self.slope_side = chance.choice((-1, 1))
        self.steep = chance.uniform(0.45, 0.95)
        self.shore_m = road.half_width_m + road.built_m + chance.uniform(5, 22)
        self.water_m = -4.0 if conditions.scene == "coast" else -9e9
        # Every place has its own soil and its own greens: a colour must not name a country.
        self.soil = self.soil * np.array([chance.uniform(0.75, 1.25) for _ in range(3)])
        self.tint = np.array([chance.uniform(0.72, 1.4) for _ in range(3)])
        if conditions.scene == "mountain":
            self.relief = RELIEFS["mountains" if kind not in ("alpine", "karst") else kind]

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
        z = z * self._level_branches(x, y)
        rise = np.clip((reach - relief.far_from_m) / 900, 0, 1.2)
        mass = fractal(x, y, 1100, 4, seed + 9) * 0.75
        if relief.ridged:
            ridge = 1 - np.abs(fractal(x, y, 800, 4, seed + 13))
            mass = 0.55 * np.clip(ridge, -0.2, 1.2) + 0.55 * mass
        # One side of the view stays lower, so that not every panorama lies in a bowl.
        side = 0.65 + 0.35 * np.cos(np.arctan2(y, x) - self.open_side_rad)
        z = z + rise**1.2 * side * relief.far_m * (0.35 + mass)
        if self.conditions.scene == "mountain":
            z = self._hillside(x, y, z)
        elif self.conditions.scene == "coast":
            z = self._shore(x, y, z)
        # Heights sink towards the edge of the land: cut off there they would be blocks.
        inside = np.clip((FAR_M - reach) / (0.35 * FAR_M), 0, 1)
        return np.asarray(np.where(z > 0, z * inside * inside * (3 - 2 * inside), z))

    def _level_branches(self, x: Floats, y: Floats) -> Floats:
        """0 on a side road, 1 some metres beside it."""
        share = np.ones(np.broadcast(x, y).shape)
        for branch in self.road.branches:
            across = (x - float(self.road.bend(branch.along_m))) * branch.side
            skew = branch.along_m + branch.side * across * math.tan(
                self.road.yaw_rad(branch.along_m)
            )
            beside = np.clip((np.abs(y - skew) - branch.half_m - 1.5) / 6, 0, 1)
            share = np.minimum(share, np.where((across > 0) & (across < 112), beside, 1))
        for pad in self.road.pads:
            deep = pad.deep_m / 2
            offset = pad.side * (self.road.half_width_m + self.road.built_m + deep)
            pad_x, pad_y = self.road.beside(offset, pad.along_m)
            outside = np.maximum(np.abs(x - pad_x) - deep, np.abs(y - pad_y) - pad.half_m)
            share = np.minimum(share, np.clip((outside - 1) / 8, 0, 1))
        return share

    def _hillside(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """The road is cut into a slope: up on one side, down on the other."""
        across = (x - self.road.bend(y)) * self.slope_side
        rough = 1 + 0.45 * fractal(x, y, 70, 3, self.noise_seed + 51)
        bank = np.clip(across - self.flat_to_m + 1.5, 0, None)
        drop = np.clip(-across - self.flat_to_m, 0, None)
        up = self.steep * 130 * (1 - np.exp(-bank / 130)) * rough
        down = self.steep * 95 * (1 - np.exp(-drop / 95)) * rough
        # Far beyond the valley the other slope rises again.
        return np.asarray(z + up - down + 0.9 * np.clip(drop - 260, 0, 900) * self.steep * 0.4)

    def _shore(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """On one side the land sinks below the water."""
        across = (x - self.road.bend(y)) * self.slope_side
        wave = 5 * fractal(x, y, 60, 3, self.noise_seed + 61) + 40 * fractal(
            x, y, 500, 2, self.noise_seed + 67
        ) * np.clip(np.hypot(x, y) / 400, 0, 1)
        past = across - self.shore_m + wave
        low = -4.3 - 5 * np.clip(past / 60, 0, 1)
        share = np.clip((past + 9) / 12, 0, 1)
        return np.asarray(z * (1 - share) + low * share)

    def _tones(self, x: Floats, y: Floats, z: Floats, slope: Floats) -> Floats:
        """Linear RGB [n, 3] of the ground: grass or dust, fields, forest, rock, snow, verge."""
        green = self.conditions.greenness
        seed = self.noise_seed
        lush = np.array([0.10, 0.138, 0.045]) * self.tint
        dry = np.array([0.27, 0.215, 0.095]) * self.tint**0.7
        cover = np.clip(green * 1.25 + 0.5 * fractal(x, y, 45, 3, seed + 21), 0, 1)[:, None]
        grass = lush * cover + dry * (1 - cover)
        bare = np.clip((0.30 - green) * 2.6 + 0.55 * fractal(x, y, 18, 3, seed + 27), 0, 1)[:, None]
        tone = grass * (1 - bare) + self.soil * bare
        tone = self._with_fields(tone, x, y, green)
        woods = self.woods(x, y)
        tone = tone * (1 - woods[:, None]) + np.array([0.035, 0.06, 0.02]) * woods[:, None]
        if self.conditions.scene == "mountain":
            cut = (x - self.road.bend(y)) * self.slope_side
            bare = np.clip((slope - 0.5) * 4 + 0.7 * fractal(x, y, 25, 3, seed + 91), 0, 1)
            bare = bare * np.clip(1.4 - np.abs(cut - 14) / 22, 0, 1)
            bare = bare[:, None]
            tone = tone * (1 - bare) + (0.6 * self.soil + np.array([0.07, 0.07, 0.065])) * bare
        if self.relief.rock:
            rock = np.clip((slope - 0.55) * 3.5, 0, 1) * self.relief.rock * 1.6
            rock = np.clip(rock, 0, 1)[:, None]
            tone = tone * (1 - rock) + (0.5 * self.soil + np.array([0.11, 0.11, 0.105])) * rock
        snow = np.clip((z - self.relief.snow_above_m) / 60 + 0.4 * fractal(x, y, 90, 2, seed), 0, 1)
        tone = tone * (1 - snow[:, None]) + np.array([0.72, 0.74, 0.78]) * snow[:, None]
        if self.conditions.scene == "coast":
            beach = np.clip((-0.4 - z) / 1.2, 0, 1)[:, None]
            sand = np.array([0.42, 0.36, 0.26]) * self.tint**0.5
            tone = tone * (1 - beach) + sand * beach
        verge = self.road.half_width_m + self.road.shoulder_m
        edge = np.abs(x - self.road.bend(y)) - verge
        worn = np.clip(1.1 - edge / 1.2, 0, 1)[:, None] * (0.85 - 0.45 * green)
        return np.asarray(tone * (1 - worn) + self.soil * worn)

    def woods(self, x: Floats, y: Floats) -> Floats:
        """How much of a forest stands at the points, 0 to 1."""
        forest = (
            self.relief.forest * min(1.25, 0.35 + 0.8 * self.wooded) if self.relief.forest else -1
        )
        woods = fractal(x, y, 320, 4, self.noise_seed + 41) + 2.0 * forest - 1.05
        near_m = 70 if self.wooded > 0.5 else 160
        share = np.clip(woods * 4, 0, 1) * np.clip((np.hypot(x, y) - near_m) / 60, 0, 1)
        return np.asarray(share * min(1, 0.45 + 1.2 * self.conditions.greenness))

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
        return np.asarray(tone * (1 - inside) + crops[pick] * inside)

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
        mesh = stage.mesh(shape, [ground("terrain", stage.place)], smooth=True)
        tone = np.ones((len(shape.points), 4), dtype=np.float32)
        tone[:, :3] = self._tones(x.ravel(), y.ravel(), z.ravel(), slope)
        layer = mesh.attributes.new("Tone", "FLOAT_COLOR", "POINT")
        layer.data.foreach_set("color", tone.ravel())
        stage.put(mesh)
        if self.conditions.scene == "coast":
            sea = np.array([[-6000, -6000, 0], [6000, -6000, 0], [6000, 6000, 0], [-6000, 6000, 0]])
            surface = polygons(sea[None].astype(float)).moved((0, 0, self.water_m))
            stage.add(surface, [water(self.chance.uniform(0.5, 1.5), stage.place)])


def land_for(
    terrain: str, soil: str, road: Road, conditions: Conditions, chance: Chance, stage: Stage,
    wooded: float,
) -> Land:  # fmt: skip
    """Draw, build and note the land; ``wooded`` is how much of a forest the climate bears."""
    land = Land(terrain, SOILS[soil], road, conditions, chance, wooded)
    land.build(stage)
    stage.note("terrain", f"{terrain}, {soil} soil")
    return land
