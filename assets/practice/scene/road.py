"""The road: its bend, surface, paint, shoulders, kerbs and pavements."""

from __future__ import annotations

import math

import numpy as np

from .chance import Chance, Conditions
from .facts import Country
from .geometry import Floats, merge, ribbon
from .presets import LINES, PAINTS, SURFACES, LineStyle, Look
from .stage import Stage

REACH_M = 420.0
KERB_HEIGHT_M = 0.13
UNPAVED = ("gravel", "dirt_brown", "dirt_red", "sand")
_KERBS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "grey": ((0.38, 0.37, 0.35),),
    "granite": ((0.27, 0.27, 0.28),),
    "white": ((0.62, 0.62, 0.59),),
    "yellow": ((0.70, 0.42, 0.04),),
    "black_white": ((0.62, 0.62, 0.59), (0.03, 0.03, 0.03)),
    "red_white": ((0.62, 0.62, 0.59), (0.5, 0.04, 0.03)),
}
_SHOULDERS = {
    "grass": (0.5, (0.20, 0.19, 0.11)),
    "gravel": (1.1, (0.34, 0.31, 0.27)),
    "soil": (1.2, (0.33, 0.23, 0.14)),
    "paved": (1.4, (0.13, 0.13, 0.13)),
}


class Road:
    """A gently bending road along y; offsets are metres to the right of its middle."""

    def __init__(self, country: Country, conditions: Conditions, chance: Chance) -> None:
        scene = conditions.scene
        self.half_width_m = country.road_width_m / 2 * chance.uniform(0.92, 1.08)
        self.pavement_m = {"suburb": 1.9, "town": 3.0}.get(scene, 0.0) * chance.uniform(0.8, 1.2)
        self.shoulder_m = 0.3 if self.pavement_m else _SHOULDERS[country.shoulder][0]
        self.built_m = self.pavement_m + self.shoulder_m
        self._swing_m = {"open": 11.0, "village": 7.0, "suburb": 3.0, "town": 1.0}[scene]
        self._swing_m *= chance.uniform(0.1, 1.0)
        self._wave_m = chance.uniform(60, 110)
        self._phase = chance.uniform(0, 2 * math.pi)

    def bend(self, y: Floats | float) -> Floats:
        """X of the road's middle at ``y``, in metres; 0 at the camera."""
        phase = np.asarray(y, float) / self._wave_m + self._phase
        return self._swing_m * (np.sin(phase) - math.sin(self._phase))

    def yaw_rad(self, y: float) -> float:
        """How far the road is turned from the y axis at ``y``, counter-clockwise."""
        slope = self._swing_m / self._wave_m * math.cos(y / self._wave_m + self._phase)
        return -math.atan(slope)

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


def _paint_lines(stage: Stage, road: Road, country: Country, chance: Chance, scene: str) -> None:
    centre = chance.pick(country.centre_line)
    edge = chance.pick(country.edge_line)
    if scene in ("suburb", "town") and chance.happens(0.45):
        edge = "none"  # kerbs take the place of edge lines in most towns
    if scene == "suburb" and chance.happens(0.35):
        centre = "none"
    shown = []
    for side in (-1, 1):
        if LINES[edge]:
            _line(stage, road, LINES[edge], side * (road.half_width_m - 0.28))
    if LINES[centre]:
        _line(stage, road, LINES[centre], 0.0)
    shown += [f"centre {centre}"] * (centre != "none") + [f"edge {edge}"] * (edge != "none")
    if shown:
        stage.note("road_line", ", ".join(shown))


def _kerbs(stage: Stage, road: Road, country: Country) -> None:
    colours = _KERBS[country.kerb]
    edge_m, top = road.half_width_m + road.shoulder_m, KERB_HEIGHT_M
    surfaces = [stage.surface(Look(colour), "kerb") for colour in colours]
    surfaces.append(stage.surface(Look((0.30, 0.29, 0.27), "asphalt")))
    pieces = []
    step_m = 1.0 if len(colours) > 1 else 30.0
    stations = np.arange(
        -120 if len(colours) > 1 else -240, 120 if len(colours) > 1 else 240, step_m
    )
    for number, start in enumerate(stations):
        path = road.path(start, start + step_m, 3.0)
        for side in (-1, 1):
            profile = [(side * edge_m, 0.0), (side * edge_m, top), (side * (edge_m + 0.16), top)]
            pieces.append(ribbon(path, profile, number % len(colours)))
    whole = road.path(-240, 240)
    for side in (-1, 1):
        outer = edge_m + 0.16 + road.pavement_m
        profile = [(side * (edge_m + 0.16), top), (side * outer, top), (side * outer, -0.2)]
        pieces.append(ribbon(whole, profile, len(colours)))
    stage.add(merge(pieces), surfaces)
    stage.note("kerb", country.kerb)


def build_road(stage: Stage, road: Road, country: Country, chance: Chance, scene: str) -> None:
    """Surface, shoulders, lines; kerbs and pavements where the scene has them."""
    paved = {name: w for name, w in country.surface.items() if name not in UNPAVED}
    built_up = scene in ("suburb", "town")
    surface = chance.pick(paved if built_up and paved else country.surface)
    unpaved = surface in UNPAVED
    half_m = road.half_width_m
    path = road.path(-REACH_M, REACH_M)
    stage.add(
        ribbon(path, [(-half_m, 0.0), (0.0, 0.04), (half_m, 0.0)]).moved((0, 0, -0.03)),
        [stage.surface(SURFACES[surface], "road_surface")],
    )
    width_m, colour = _SHOULDERS[country.shoulder]
    kind = "asphalt" if country.shoulder == "paved" or road.pavement_m else "stone"
    look = SURFACES[surface] if road.pavement_m else Look(colour, kind)
    outer = half_m + (road.shoulder_m if road.pavement_m else width_m)
    for side in (-1, 1):
        profile = [(side * (half_m - 0.05), -0.035), (side * outer, -0.06)]
        stage.add(ribbon(path, profile), [stage.surface(look, "road_surface")])
    stage.note("road_surface", surface)
    if not unpaved:
        _paint_lines(stage, road, country, chance, scene)
    if road.pavement_m:
        _kerbs(stage, road, country)
