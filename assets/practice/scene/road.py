"""The road: its bend, surface, paint, shoulders, kerbs and pavements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .chance import Chance, Conditions
from .facts import Country
from .geometry import Floats, Shape, merge, ribbon, smooth_noise
from .presets import ACROSS_LINES, KERBS, LINES, PAINTS, SHOULDERS, SURFACES, LineStyle, Look

if TYPE_CHECKING:
    from .stage import Stage  # of Blender; the road's course needs none

REACH_M = 420.0
KERB_HEIGHT_M = 0.13
SHARP_BENDS = 0.45
"""Of the roads in open country, by the sea and in villages: they wind as mountain roads do."""
CLEAR_M = 4.0
"""No pole stands nearer to the camera, which may stand on the verge: it would fill a crop."""
UNPAVED = ("gravel", "dirt_brown", "dirt_red", "sand")


@dataclass(frozen=True, slots=True)
class Branch:
    """A side road: where along the road it leaves, on which side, and half its width in metres."""

    along_m: float
    side: int
    half_m: float
    track: bool = False


@dataclass(frozen=True, slots=True)
class Pad:
    """Level ground beside the road that is kept free: metres along it, depth from its edge."""

    along_m: float
    side: int
    half_m: float
    deep_m: float


def _taken(
    places: Sequence[Branch] | Sequence[Pad], side: int, low_m: float, high_m: float
) -> bool:
    """Whether one of them is on this side between two places along the road."""
    return any(
        one.side == side and low_m - one.half_m < one.along_m < high_m + one.half_m
        for one in places
    )


class Road:
    """A gently bending road along y; offsets are metres to the right of its middle.

    Attributes:
        lanes: each way; ``lane_m`` is the middle of the outer one.
        branches: side roads and, where ``track`` is set, railways.
        pads: where something large stands beside the road.
    """

    def __init__(self, country: Country, conditions: Conditions, chance: Chance) -> None:
        scene = conditions.scene
        self.half_width_m = country.road_width_m / 2 * chance.uniform(0.88, 1.12)
        self.lanes, self.median = 1, "none"
        self.shoulder = country.shoulder
        if scene == "main":
            self._widen(chance)
        self.pavement_m = {"suburb": 1.9, "town": 3.0}.get(scene, 0.0) * chance.uniform(0.8, 1.2)
        self.shoulder_m = 0.3 if self.pavement_m else SHOULDERS[self.shoulder][0]
        self.shoulder_m *= 1.0 if self.pavement_m else chance.uniform(0.6, 1.5)
        self.built_m = self.pavement_m + self.shoulder_m
        swing_m = {"village": 7.0, "suburb": 3.0, "town": 1.0, "main": 8.0, "mountain": 26.0}
        winding = scene == "mountain"
        self._swing_m = swing_m.get(scene, 11.0) * chance.uniform(0.1, 1.0)
        if scene in ("open", "coast", "village") and chance.happens(SHARP_BENDS):
            winding, self._swing_m = True, swing_m["mountain"] * chance.uniform(0.4, 0.9)
        self._wave_m = chance.uniform(60, 110) * (0.6 if winding else 1.0)
        self._phase = chance.uniform(0, 2 * math.pi)
        self.pads: list[Pad] = []
        self.branches = self._side_roads(scene, chance)
        self.crossing_m: float | None = None
        if conditions.camera == "junction":
            here = Branch(chance.uniform(-2, 2), chance.choice((-1, 1)), chance.uniform(2.4, 3.2))
            self.branches = [here, *(b for b in self.branches if abs(b.along_m) > 14)]

    def _widen(self, chance: Chance) -> None:
        """A main road: two lanes each way, or one with a wide shoulder."""
        self.shoulder = "paved"
        if chance.happens(0.6):
            self.lanes = 2
            self.median = chance.choice(("none", "none", "rail", "concrete", "grass"))
            self.half_width_m = 2 * chance.uniform(3.25, 3.7) + (0.3, 1.3)[self.median != "none"]
        else:
            self.half_width_m = max(self.half_width_m, chance.uniform(3.4, 4.2))

    @property
    def lane_m(self) -> float:
        """Middle of the outer lane, from the middle of the road."""
        return self.half_width_m * (0.5 if self.lanes == 1 else 0.74)

    def _side_roads(self, scene: str, chance: Chance) -> list[Branch]:
        share = {"open": 0.4, "village": 0.6, "suburb": 0.7, "town": 0.65, "main": 0.3}
        found = []
        for side in (-1, 1):
            if chance.happens(share.get(scene, 0.0) * 0.6):
                along = chance.choice((-1, 1)) * chance.uniform(9, 48)
                found.append(Branch(along, side, chance.uniform(1.7, 3.4)))
        return found

    def clear_row(
        self, eye: tuple[float, float, float], offset_m: float, first_m: float, spacing_m: float
    ) -> float:
        """Where along the road a row of posts begins: moved on if one would fill a crop."""
        row = (self.beside(offset_m, first_m + n * spacing_m) for n in range(-2, 3))
        beside = any(math.dist(post, eye[:2]) < CLEAR_M for post in row)
        return first_m + spacing_m / 2 if beside else first_m

    def joins(self, side: int, low_m: float, high_m: float) -> bool:
        """Whether a side road or a pad is on this side between two places along the road."""
        return _taken(self.pads, side, low_m, high_m) or self.crossed(side, low_m, high_m)

    def crossed(self, side: int, low_m: float, high_m: float) -> bool:
        """Whether a side road or a railway is on this side between two places along the road."""
        return _taken(self.branches, side, low_m, high_m)

    def beside_joins(self, side: int, along_m: float) -> float:
        """The place nearest to ``along_m`` where a post stands in no side road and on no pad."""
        tries = (along_m + sign * shift for shift in range(40) for sign in (1, -1))
        return next((y for y in tries if not self.joins(side, y - 1, y + 1)), along_m)

    def bend(self, y: Floats | float) -> Floats:
        """X of the road's middle at ``y``, in metres; 0 at the camera."""
        phase = np.asarray(y, float) / self._wave_m + self._phase
        return self._swing_m * (np.sin(phase) - math.sin(self._phase))

    def yaw_rad(self, y: float) -> float:
        """How far the road is turned from the y axis at ``y``, counter-clockwise."""
        slope = self._swing_m / self._wave_m * math.cos(y / self._wave_m + self._phase)
        return -math.atan(slope)

    def curvature(self, y: float) -> float:
        """How sharply the road bends at ``y``, in 1/m; above 0 to the right."""
        return -self._swing_m / self._wave_m**2 * math.sin(y / self._wave_m + self._phase)

    def beside(self, offset_m: float, y: float) -> tuple[float, float]:
        """The point ``offset_m`` to the right of the road's middle at ``y``."""
        yaw = self.yaw_rad(y)
        return (
            float(self.bend(y)) + offset_m * math.cos(yaw),
            y + offset_m * math.sin(yaw),
        )

    def path(self, start_m: float, end_m: float, step_m: float = 2.0) -> Floats:
        """Stations [n, 4] for ``ribbon``: x, y and the unit vector across."""
        y = np.linspace(start_m, end_m, max(2, int((end_m - start_m) / step_m) + 1))
        slope = self._swing_m / self._wave_m * np.cos(y / self._wave_m + self._phase)
        yaw = -np.arctan(slope)
        return np.stack([self.bend(y), y, np.cos(yaw), np.sin(yaw)], axis=1)


def _line(stage: Stage, road: Road, style: LineStyle, middle_m: float) -> None:
    """Every stripe of a style, side by side round ``middle_m``."""
    gap_m = style.width_m * 2.2
    first_m = middle_m - gap_m * (len(style.pattern) - 1) / 2
    pieces = []
    for number, letter in enumerate(style.pattern):
        left = first_m + number * gap_m - style.width_m / 2
        profile = [(left, 0.018), (left + style.width_m, 0.018)]
        if letter == "s":
            pieces.append(ribbon(road.path(-REACH_M, REACH_M), profile))
            continue
        period_m = style.mark_m + style.gap_m
        starts = [k * period_m for k in range(int(-170 / period_m), int(170 / period_m))]
        pieces += [ribbon(road.path(y, y + style.mark_m, 1.5), profile) for y in starts]
    stage.add(merge(pieces), [stage.paint(PAINTS[style.paint], "road_line")])


def _lane_lines(stage: Stage, road: Road, centre: str) -> None:
    """Dashes between the lanes of one direction: white everywhere; edges of a median as painted."""
    dashes = LineStyle("white", "d", 3.0, 6.0, 0.12)
    inner_m = 0.3 if road.median == "none" else 1.3
    middle_m = (road.half_width_m - 0.28 + inner_m) / 2
    for side in (-1, 1):
        _line(stage, road, dashes, side * middle_m)
        if road.median != "none":
            colour = "yellow" if centre.startswith("yellow") else "white"
            _line(stage, road, LineStyle(colour, "s", 1.0, 0.0, 0.12), side * 1.05)


def _median(stage: Stage, road: Road) -> None:
    """What parts the directions: a strip of grass, a concrete wall or a rail."""
    path = road.path(-REACH_M, REACH_M)
    if road.median == "grass":
        look, profile = Look((0.13, 0.15, 0.05), "stone"), [(-0.8, 0.02), (0, 0.16), (0.8, 0.02)]
        stage.add(ribbon(path, profile), [stage.surface(look, "terrain")])
    elif road.median == "concrete":
        wall = [(-0.3, 0.0), (-0.12, 0.3), (-0.08, 0.85), (0.08, 0.85), (0.12, 0.3), (0.3, 0.0)]
        stage.add(ribbon(path, wall), [stage.surface(Look((0.45, 0.44, 0.41)), "guard_rail")])
    elif road.median == "rail":
        steel = stage.surface(Look((0.46, 0.47, 0.48), "noise", 0.45), "guard_rail")
        beam = [(0.0, 0.0), (0.05, 0.05), (0.0, 0.13), (0.05, 0.21), (0.0, 0.29)]
        for side in (-1, 1):
            profile = [(side * (0.12 + across), 0.45 + z) for across, z in beam]
            stage.add(ribbon(path, profile), [steel])


def _branches(stage: Stage, road: Road, look: Look) -> None:
    """The side roads: a strip that leaves at a right angle, its corners rounded."""
    for branch in road.branches:
        if branch.track:
            continue
        yaw = road.yaw_rad(branch.along_m)
        out = np.array([0.0, 0.6, 1.6, 3.2, 6, 12, 30, 60, 100])
        start = road.half_width_m - 0.1
        x0, y0 = road.beside(0.0, branch.along_m)
        across = branch.side * (start + out)
        wide = branch.half_m + 3.6 * np.exp(-out / 1.5)
        axis = np.array([math.cos(yaw), math.sin(yaw)])
        along = np.array([-math.sin(yaw), math.cos(yaw)])
        middle = np.array([x0, y0]) + across[:, None] * axis
        left, right = middle - wide[:, None] * along, middle + wide[:, None] * along
        points = np.concatenate([np.stack([left, right], 1), np.full((len(out), 2, 1), 0.012)], -1)
        first = 2 * np.arange(len(out) - 1)
        corners = np.stack([first, first + 1, first + 3, first + 2], axis=1)
        shape = Shape(points.reshape(-1, 3), corners.ravel(), np.full(len(corners), 4),
                      np.zeros(len(corners), dtype=np.int64))  # fmt: skip
        stage.add(shape, [stage.surface(look, "road_surface")])


def _paint_lines(stage: Stage, road: Road, country: Country, chance: Chance, scene: str) -> None:
    centre = chance.pick(country.centre_line)
    edge = chance.pick(country.edge_line)
    if scene in ("suburb", "town") and chance.happens(0.45):
        edge = "none"  # kerbs take the place of edge lines in most towns
    if scene == "suburb" and chance.happens(0.35):
        centre = "none"
    edge_style = LINES[edge]
    if edge_style:
        for side in (-1, 1):
            _line(stage, road, edge_style, side * (road.half_width_m - 0.28))
    if road.lanes == 2:
        if centre == "none":
            own = [name for name in country.centre_line if name != "none"]
            centre = f"{own[0].split('_')[0] if own else 'white'}_solid"
        _lane_lines(stage, road, centre)
    if road.median != "none":
        centre = "none"  # two carriageways have no line between them
    if centre_style := LINES[centre]:
        _line(stage, road, centre_style, 0.0)
    shown = [f"centre {centre}"] * (centre != "none") + [f"edge {edge}"] * (edge != "none")
    if shown:
        stage.note("road_line", ", ".join(shown))


def _kerbs(stage: Stage, road: Road, name: str) -> None:
    colours = KERBS[name]
    edge_m, top = road.half_width_m + road.shoulder_m, KERB_HEIGHT_M
    surfaces = [stage.surface(Look(colour), "kerb") for colour in colours]
    surfaces.append(stage.surface(Look((0.30, 0.29, 0.27), "asphalt")))
    pieces = []
    step_m = 1.0 if len(colours) > 1 else 3.0
    stations = np.arange(
        -120 if len(colours) > 1 else -240, 120 if len(colours) > 1 else 240, step_m
    )
    for number, start in enumerate(stations):
        path = road.path(start, start + step_m, 3.0)
        for side in (-1, 1):
            if road.joins(side, start, start + step_m):
                continue
            profile = [(side * edge_m, 0.0), (side * edge_m, top), (side * (edge_m + 0.16), top)]
            pieces.append(ribbon(path, profile, number % len(colours)))
    for side in (-1, 1):
        outer = edge_m + 0.16 + road.pavement_m
        profile = [(side * (edge_m + 0.16), top), (side * outer, top), (side * outer, -0.2)]
        ends = [-240.0, 240.0]
        for branch in road.branches:
            if branch.side == side:
                gap = branch.half_m + 1.5
                ends += [branch.along_m - gap, branch.along_m + gap]
        ends.sort()
        for low, high in zip(ends[::2], ends[1::2], strict=True):
            pieces.append(ribbon(road.path(low, high), profile, len(colours)))
    stage.add(merge(pieces), surfaces)
    stage.note("kerb", name)


def paint_across(stage: Stage, road: Road, country: Country, chance: Chance, scene: str) -> None:
    """What is painted across the road: a crossing in built-up places, bars before a bend."""
    name = chance.pick(country.across_line)
    style = ACROSS_LINES[name]
    built_up = scene in ("village", "suburb", "town")
    if not chance.happens(0.4 if built_up == style.zebra else 0.04):
        return
    start = chance.choice((-1, 1)) * chance.uniform(7, 20)
    if style.zebra:
        road.crossing_m = start
    pieces: dict[str, list[Shape]] = {paint: [] for paint in style.paints}
    half_m = road.half_width_m - 0.3
    stripes = np.arange(-half_m, half_m - 0.5, 1.0) if style.zebra else np.arange(0.0, 14.0, 2.2)
    for number, low in enumerate(stripes):
        if style.zebra:
            ends, left, right = (start, start + 3.5), low, low + 0.5
        else:
            ends, left, right = (start + low, start + low + 0.45), -half_m, half_m
        strip = ribbon(road.path(*ends, 1.0), [(left, 0.022), (0.5 * (left + right), 0.026),
                                               (right, 0.022)])  # fmt: skip
        pieces[style.paints[number % len(style.paints)]].append(strip)
    for paint, parts in pieces.items():
        stage.add(merge(parts), [stage.paint(PAINTS[paint], "road_line")])
    stage.note("road_line", f"across {name}")


def _shoulders(stage: Stage, road: Road, look: Look, chance: Chance) -> None:
    """Strips beside the surface; where no kerb holds them their outer edges are ragged."""
    half_m, ragged = road.half_width_m, not road.pavement_m
    path = road.path(-REACH_M, REACH_M, 0.6 if ragged else 2.0)
    for side in (-1, 1):
        profile = [(side * (half_m - 0.05), -0.035), (side * (half_m + road.shoulder_m), -0.06)]
        shape = ribbon(path, profile)
        if ragged:
            wave = np.linspace(0, 3 * len(path), len(path)) + chance.uniform(0, 9999)
            rough = 0.55 * smooth_noise(wave / 13, 0 * wave, 7) + 0.45 * smooth_noise(
                wave / 2.2, 0 * wave, 8
            )
            reach = (0.16 + 0.22 * road.shoulder_m) * rough
            shape.points[1::2, :2] += side * reach[:, None] * path[:, 2:4]
        stage.add(shape, [stage.surface(look, "road_surface")])


def build_road(stage: Stage, road: Road, country: Country, chance: Chance, scene: str) -> None:
    """Surface, shoulders, lines; kerbs and pavements where the scene has them."""
    paved = {name: w for name, w in country.surface.items() if name not in UNPAVED}
    built_up = scene in ("suburb", "town", "main")
    surface = chance.pick(paved if built_up and paved else country.surface)
    unpaved = surface in UNPAVED
    half_m = road.half_width_m
    path = road.path(-REACH_M, REACH_M)
    stage.add(
        ribbon(path, [(-half_m, 0.0), (0.0, 0.04), (half_m, 0.0)]).moved((0, 0, -0.03)),
        [stage.surface(SURFACES[surface], "road_surface")],
    )
    _branches(
        stage, road, SURFACES[surface] if chance.happens(0.6) else Look((0.3, 0.25, 0.19), "stone")
    )
    _median(stage, road)
    colour = SHOULDERS[road.shoulder][1]
    kind = "asphalt" if road.shoulder == "paved" or road.pavement_m else "stone"
    look = SURFACES[surface] if road.pavement_m else Look(colour, kind)
    _shoulders(stage, road, look, chance)
    stage.note("road_surface", surface)
    if not unpaved:
        _paint_lines(stage, road, country, chance, scene)
        paint_across(stage, road, country, chance, scene)
    if road.pavement_m:
        _kerbs(stage, road, chance.pick(country.kerb))
