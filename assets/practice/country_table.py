"""The table of countries, read once for the renderer and for the field guide.

usage::

    hungary = load_table()["HU"]
    hungary.bollard            # {"hu_wedge_red": 1.0}

This module knows types, ranges and which keys there are. What the names in a row look like is the
renderer's business: ``scene/facts.py`` compares them with its presets, and ``game/guide.py`` puts
them into words. Nothing here needs Blender, torch or the game.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE = Path(__file__).with_name("countries.toml")

SCENES = ("open", "village", "suburb", "town", "main")
SCRIPTS = tuple("latin greek cyrillic hebrew arabic bengali thai khmer tibetan jp tc kr".split())

BOX_NUMBERS = 4
SMALLEST_WEIGHT, LARGEST_WEIGHT = 0.01, 100.0

Box = tuple[float, float, float, float]
Weights = Mapping[str, float]


class TableError(ValueError):
    """A table that cannot be used; the message names the file and the key in one line."""


@dataclass(frozen=True, slots=True)
class Country:
    """What the practice world knows of one country. Weights need not sum to 1.

    Attributes:
        code: ISO 3166-1 alpha-2.
        driving: The side of the road that traffic keeps to.
        boxes: (lat_min, lat_max, lon_min, lon_max) in degrees, coarse, on land and inside.
        scenes: Weights of scene kinds where they differ from those all countries share.
        road_width_m: Both lanes together, without shoulders.
        camera_height_m: Of the street-view camera above the road.
        coast: Share of its panoramas that show the sea; 0 without one.
        blurred_bottom: The lowest strip of the picture is washed out.
        why: Where the less well known facts come from.
    """

    code: str
    name: str
    driving: str
    boxes: tuple[Box, ...]
    climate: str
    terrain: Weights
    soil: Weights
    centre_line: Weights
    edge_line: Weights
    surface: Weights
    shoulder: str
    kerb: str
    bollard: Weights
    pole: Weights
    rail: Weights
    warning_sign: str
    speed_sign: str
    direction_sign: Weights
    place_sign: str
    plate_front: str
    plate_rear: str
    plate_text: str
    languages: tuple[str, ...]
    scripts: tuple[str, ...]
    words: tuple[str, ...]
    towns: tuple[str, ...]
    form: Weights
    wall: Weights
    roof: Weights
    fence: Weights
    tree: Weights
    why: str
    scenes: Weights | None = None
    road_width_m: float = 6.6
    camera_height_m: float = 2.5
    bollard_share: float = 0.6
    car_seen: str = "none"
    coast: float = 0.06
    blurred_bottom: bool = False

    @property
    def latitude_deg(self) -> float:
        """The middle latitude of its boxes, in degrees."""
        return sum((box[0] + box[1]) / 2 for box in self.boxes) / len(self.boxes)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise TableError(f"{where}: must be text")
    return value


def _choice(value: object, where: str, names: tuple[str, ...]) -> str:
    text = _text(value, where)
    if text not in names:
        raise TableError(f"{where}: unknown name {text!r}; it is one of {', '.join(names)}")
    return text


def _strings(value: object, where: str, at_least: int = 1) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise TableError(f"{where}: must be a list of words")
    if len(value) < at_least or len(set(value)) != len(value):
        raise TableError(f"{where}: needs at least {at_least} different words, has {len(value)}")
    return tuple(value)


def _choices(value: object, where: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_choice(item, where, names) for item in _strings(value, where))


def _number(value: object, where: str, low: float, high: float) -> float:
    # TOML's true and false are numbers to Python.
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise TableError(f"{where}: must be a number from {low} to {high}")
    return float(value)


def _weights(value: object, where: str, names: tuple[str, ...] = ()) -> Weights:
    """A single name, or a table of names to positive weights.

    Args:
        value: What the table holds.
        where: File, country and key, for messages.
        names: What may stand there; any name if there are none.
    """
    table = {value: 1.0} if isinstance(value, str) else value
    if not isinstance(table, dict) or not table:
        raise TableError(f"{where}: must be a name or a table of weights")
    for name in table:
        if names:
            _choice(name, where, names)
    return {
        name: _number(weight, f"{where}.{name}", SMALLEST_WEIGHT, LARGEST_WEIGHT)
        for name, weight in table.items()
    }


def _boxes(value: object, where: str) -> tuple[Box, ...]:
    boxes = []
    for box in value if isinstance(value, list) else []:
        if not isinstance(box, list) or len(box) != BOX_NUMBERS:
            raise TableError(f"{where}: each box is [lat_min, lat_max, lon_min, lon_max]")
        south, north = (_number(degrees, where, -90, 90) for degrees in box[:2])
        west, east = (_number(degrees, where, -180, 180) for degrees in box[2:])
        if south >= north or west >= east:
            raise TableError(f"{where}: {box} is no box of degrees")
        boxes.append((south, north, west, east))
    if not boxes:
        raise TableError(f"{where}: needs at least one box")
    return tuple(boxes)


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise TableError(f"{where}: must be true or false")
    return value


_READERS: dict[str, Callable[[object, str], object]] = {
    **dict.fromkeys("name shoulder kerb warning_sign speed_sign place_sign".split(), _text),
    **dict.fromkeys("climate plate_front plate_rear plate_text why".split(), _text),
    **dict.fromkeys("terrain soil centre_line edge_line surface bollard pole".split(), _weights),
    **dict.fromkeys("rail direction_sign form wall roof fence tree".split(), _weights),
    "driving": partial(_choice, names=("left", "right")),
    "boxes": _boxes,
    "languages": _strings,
    "scripts": partial(_choices, names=SCRIPTS),
    "words": partial(_strings, at_least=10),
    "towns": partial(_strings, at_least=10),
    "scenes": partial(_weights, names=SCENES),
    "road_width_m": partial(_number, low=2.5, high=14.0),
    "camera_height_m": partial(_number, low=1.2, high=3.2),
    "bollard_share": partial(_number, low=0.0, high=1.0),
    "coast": partial(_number, low=0.0, high=0.5),
    "car_seen": partial(_choice, names=("none", "antenna", "roof_rack")),
    "blurred_bottom": _flag,
}
"""How the value of each key is read: from the table's value and where it stands."""

_OPTIONAL = {field.name for field in fields(Country) if field.default is not MISSING}


def parse_country(code: str, row: object, table: Path = TABLE) -> Country:
    """One row of the table, checked.

    Raises:
        TableError: an unknown key, a missing key, or a value that cannot be; one line.
    """
    where = f"{table.name}: [{code}]"
    if not isinstance(row, dict):
        raise TableError(f"{where} must be a table")
    for key in row:
        if key not in _READERS:
            raise TableError(f"{where} unknown key {key!r}")
    for key in sorted(_READERS.keys() - _OPTIONAL - row.keys()):
        raise TableError(f"{where} lacks the key {key!r}")
    values: dict[str, Any] = {key: _READERS[key](row[key], f"{where} {key}") for key in row}
    return Country(code=code, **values)


def load_table(table: Path = TABLE) -> dict[str, Country]:
    """Every country of the table, by its code, in the order of the table.

    Raises:
        TableError: the file cannot be read or a row is wrong.
    """
    try:
        rows = tomllib.loads(table.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{table.name}: {error}") from error
    return {code: parse_country(code, row, table) for code, row in rows.items()}
