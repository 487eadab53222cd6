"""Cars, vans and pickups: a body drawn out of its side view, wheels, windows, two plates."""

from __future__ import annotations

import math

from .chance import Chance
from .facts import Country
from .geometry import Shape, box, extruded, faces, merge, tube
from .plate_presets import PLATES
from .plates import plate_board, plate_number
from .presets import Look
from .road import Road
from .stage import Stage, rectangle

BODY, GLASS, TYRE, LIGHT, TAIL = range(5)
# Side views: lower body and cabin as (y, z), front towards +y; metres.
_BODIES: dict[str, tuple[list[tuple[float, float]], list[tuple[float, float]]]] = {
    "hatch": (
        [(-1.95, 0.32), (1.95, 0.32), (1.98, 0.62), (1.15, 0.92), (-1.95, 0.98), (-2.0, 0.6)],
        [(1.1, 0.92), (0.45, 1.44), (-1.45, 1.46), (-1.9, 0.97)],
    ),
    "saloon": (
        [(-2.25, 0.32), (2.2, 0.32), (2.22, 0.62), (1.2, 0.90), (-2.2, 0.96), (-2.28, 0.6)],
        [(1.05, 0.90), (0.35, 1.40), (-0.95, 1.41), (-1.6, 0.96)],
    ),
    "suv": (
        [(-2.2, 0.42), (2.2, 0.42), (2.22, 0.9), (1.3, 1.08), (-2.2, 1.1), (-2.25, 0.7)],
        [(1.15, 1.08), (0.6, 1.66), (-1.9, 1.70), (-2.15, 1.1)],
    ),
    "van": (
        [(-2.4, 0.4), (2.4, 0.4), (2.42, 0.85), (1.9, 1.15), (-2.4, 1.2), (-2.42, 0.6)],
        [(1.85, 1.15), (1.2, 2.0), (-2.35, 2.05), (-2.4, 1.2)],
    ),
    "pickup": (
        [(-2.6, 0.45), (2.4, 0.45), (2.42, 0.9), (1.5, 1.06), (-2.6, 1.08), (-2.6, 0.6)],
        [(1.35, 1.06), (0.75, 1.66), (-0.5, 1.68), (-0.75, 1.08)],
    ),
}
_COLOURS = {
    (0.70, 0.70, 0.70): 5, (0.36, 0.37, 0.38): 5, (0.03, 0.03, 0.035): 4, (0.13, 0.14, 0.15): 3,
    (0.30, 0.03, 0.03): 2, (0.04, 0.09, 0.26): 2, (0.10, 0.16, 0.20): 1, (0.34, 0.29, 0.20): 1,
    (0.05, 0.14, 0.08): 1,
}  # fmt: skip


def _car_shape(kind: str) -> tuple[Shape, float, float]:
    """The shape and where its front and rear ends are (y, metres)."""
    lower, cabin = _BODIES[kind]
    half = 0.86 if kind in ("hatch", "saloon") else 0.95
    parts = [extruded(lower, -half, half, BODY)]
    glass = extruded(cabin, -half * 0.93, half * 0.93, GLASS)
    upper = glass.points[:, 2] > 1.25
    glass.points[upper, 0] *= 0.82
    parts.append(glass)
    roof_y = [y for y, z in cabin if z > 1.3]
    roof_z = max(z for _, z in cabin)
    inset = half * 0.77
    parts.append(
        box((-inset, min(roof_y), roof_z - 0.03), (inset, max(roof_y), roof_z + 0.03), BODY)
    )
    for y, z in ((min(roof_y), cabin[-1][1]), ((min(roof_y) + max(roof_y)) / 2, lower[3][1])):
        for side in (-1, 1):
            low = side * half * 0.94
            pillar = [(low, y - 0.05, z), (low, y + 0.05, z), (side * inset, y + 0.05, roof_z),
                      (side * inset, y - 0.05, roof_z)]  # fmt: skip
            shift = (side * 0.012, 0, 0)
            parts.append(faces(pillar, [(0, 1, 2, 3)], BODY).moved(shift))
    front, rear = max(y for y, _ in lower), min(y for y, _ in lower)
    if kind == "van":
        parts.append(box((-half * 0.97, rear + 0.1, 1.1), (half * 0.97, 0.7, 2.03), BODY))
    for side in (-1, 1):
        for y in (front - 0.85, rear + 0.85):
            hub = (side * (half - 0.2), y, 0.32), (side * (half + 0.02), y, 0.32)
            parts.append(tube(*hub, 0.33, 0.33, 14, TYRE))
            cap = (side * (half + 0.02), y, 0.32), (side * (half + 0.03), y, 0.32)
            parts.append(tube(*cap, 0.2, 0.18, 10, LIGHT))
        x = side * half * 0.75
        parts.append(box((x - 0.16, front - 0.1, 0.62), (x + 0.16, front + 0.01, 0.76), LIGHT))
        parts.append(box((x - 0.14, rear - 0.02, 0.68), (x + 0.14, rear + 0.1, 0.88), TAIL))
    return merge(parts), front, rear


def put_car(
    stage: Stage, country: Country, chance: Chance, x: float, y: float, yaw_rad: float
) -> None:
    """One vehicle, its front towards local +y; none where another stands already."""
    if not stage.claim(x, y, yaw_rad, (1.1, 2.7)):
        return
    kind = chance.choices(list(_BODIES), [5, 4, 3, 2, 1])[0]
    shape, front, rear = _car_shape(kind)
    colour = chance.choices(list(_COLOURS), list(_COLOURS.values()))[0]
    surfaces = [
        stage.surface(Look(colour, "plain", 0.28)),
        stage.surface(Look((0.02, 0.025, 0.03), "glass", 0.06)),
        stage.plain((0.015, 0.015, 0.016)), stage.plain((0.5, 0.5, 0.5), roughness=0.2),
        stage.plain((0.35, 0.02, 0.02), roughness=0.3),
    ]  # fmt: skip
    stage.add(shape, surfaces, at=(x, y, 0.0), yaw_rad=yaw_rad)
    _put_plates(stage, country, chance, kind, (x, y, yaw_rad), {"rear": rear, "front": front})


def _put_plates(
    stage: Stage,
    country: Country,
    chance: Chance,
    kind: str,
    at: tuple[float, float, float],
    ends: dict[str, float],
) -> None:
    """The two plates of a vehicle.

    Args:
        stage: The scene.
        country: Whose plates.
        chance: Draws the kind of plate and its number.
        kind: Of the vehicle; some plates are on vans only.
        at: Its middle, x and y in metres, and its turn in radians.
        ends: Where its rear and its front are, along its own axis.
    """
    fitting = [row for row in country.plates if row.on in ("any", kind)]
    row = chance.choices(fitting, [each.share for each in fitting])[0]
    text = plate_number(row.text, country, chance)
    x, y, yaw_rad = at
    for end, name, turn in (("rear", row.rear, 0.0), ("front", row.front, math.pi)):
        plate = PLATES[name]
        if plate is None:
            continue
        away = ends[end] + (-0.025 if end == "rear" else 0.025)
        place = (x - away * math.sin(yaw_rad), y + away * math.cos(yaw_rad), 0.56)
        pixels = plate_board(text, country.scripts[0], plate)
        outline = rectangle(plate.width_m, plate.height_m)
        stage.board(pixels, outline, place, yaw_rad + turn, "plate")
    stage.note("plate", f"front {row.front}, rear {row.rear}")


def place_traffic(
    stage: Stage, road: Road, country: Country, chance: Chance, scene: str, traffic: float
) -> None:
    """Moving cars in their lanes and, in built-up places, parked ones."""
    keep = 1 if country.driving == "right" else -1
    lanes = [road.lane_m] if road.lanes == 1 else [road.lane_m, road.half_width_m * 0.32]
    busy = 2.4 if scene != "main" else 5.0
    for direction in (-1, 1):
        along = chance.uniform(9, 26)
        for _ in range(int(chance.uniform(0, 1.6) + busy * traffic * chance.uniform(0.3, 1))):
            y = along * chance.choice((-1, 1))
            x, y = road.beside(direction * keep * chance.choice(lanes), y)
            yaw = road.yaw_rad(y) + (0 if direction > 0 else math.pi)
            put_car(stage, country, chance, x, y, yaw)
            along += chance.uniform(14, 60)
    if scene not in ("suburb", "town") or not chance.happens(0.8):
        return
    offset = road.half_width_m + (0.1 if scene == "suburb" else -0.9)
    for side in (-1, 1):
        for number in range(-6, 7):
            if chance.happens(0.34 if scene == "suburb" else 0.5) and abs(number) > 0:
                along = number * 6.4 + chance.uniform(-0.5, 0.5)
                x, y = road.beside(side * offset, along)
                yaw = road.yaw_rad(along) + (0 if side == keep else math.pi)
                put_car(stage, country, chance, x, y, yaw)
