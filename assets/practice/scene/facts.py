"""The table of countries, read and checked: every name must be one that ``presets`` knows.

from assets.practice.scene.facts import load_countries
hungary = load_countries()["HU"]
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

from . import presets

TABLE = Path(__file__).resolve().parent.parent / "countries.toml"
SCENES = ("open", "village", "suburb", "town", "main")
SCRIPTS = "latin greek cyrillic hebrew arabic bengali thai khmer tibetan jp tc kr".split()

Weights = Mapping[str, float]


class TableError(ValueError):
    """A table that cannot be used; the message names the file and the key in one line."""


@dataclass(frozen=True, slots=True)
class Country:
    """What a renderer knows of one country. Weights need not sum to 1.

    Attributes:
        driving: the side of the road that traffic keeps to.
        boxes: [lat_min, lat_max, lon_min, lon_max] in degrees, coarse, on land and inside.
        scenes: weights of scene kinds where they differ from those all countries share.
        road_width_m: both lanes together, without shoulders.
        camera_height_m: of the street-view camera above the road.
        coast: share of its panoramas that show the sea; 0 without one.
        blurred_bottom: the lowest strip of the picture is washed out.
        why: where the less well known facts come from.
    """

    code: str
    name: str
    driving: str
    boxes: tuple[tuple[float, float, float, float], ...]
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


_CHOICES: dict[str, Collection[str]] = {
    "driving": ("left", "right"),
    "climate": presets.CLIMATES,
    "terrain": presets.TERRAINS,
    "soil": presets.SOILS,
    "centre_line": presets.LINES,
    "edge_line": presets.LINES,
    "surface": presets.SURFACES,
    "shoulder": ("grass", "gravel", "paved", "soil"),
    "kerb": ("grey", "white", "black_white", "yellow", "red_white", "granite"),
    "bollard": presets.BOLLARDS,
    "pole": presets.POLES,
    "rail": presets.RAILS,
    "warning_sign": presets.WARNING_SIGNS,
    "speed_sign": presets.SPEED_SIGNS,
    "direction_sign": presets.DIRECTION_SIGNS,
    "place_sign": presets.PLACE_SIGNS,
    "plate_front": presets.PLATES,
    "plate_rear": presets.PLATES,
    "scripts": SCRIPTS,
    "form": presets.FORMS,
    "wall": presets.WALLS,
    "roof": presets.ROOFS,
    "fence": presets.FENCES,
    "tree": presets.TREES,
    "scenes": SCENES,
    "car_seen": ("none", "antenna", "roof_rack"),
}
_KEYS = {field.name for field in fields(Country)} - {"code"}
_OPTIONAL = set(
    "scenes road_width_m camera_height_m bollard_share car_seen coast blurred_bottom".split()
)
_NUMBERS = {
    "road_width_m": (2.5, 14.0),
    "camera_height_m": (1.2, 3.2),
    "bollard_share": (0.0, 1.0),
    "coast": (0.0, 0.5),
}


def _strings(value: Any, where: str, at_least: int = 1) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise TableError(f"{where}: must be a list of words")
    if len(value) < at_least or len(set(value)) != len(value):
        raise TableError(f"{where}: needs at least {at_least} different words, has {len(value)}")
    return tuple(value)


def _weights(value: Any, where: str) -> Weights:
    """A single name, or a table of names to positive weights."""
    if isinstance(value, str):
        return {value: 1.0}
    if not isinstance(value, dict) or not value:
        raise TableError(f"{where}: must be a name or a table of weights")
    for name, weight in value.items():
        if not isinstance(weight, (int, float)) or isinstance(weight, bool) or weight <= 0:
            raise TableError(f"{where}.{name}: the weight must be a positive number")
    return {name: float(weight) for name, weight in value.items()}


def _boxes(value: Any, where: str) -> tuple[tuple[float, float, float, float], ...]:
    boxes = []
    for box in value if isinstance(value, list) else []:
        if not isinstance(box, list) or len(box) != 4:
            raise TableError(f"{where}: each box is [lat_min, lat_max, lon_min, lon_max]")
        south, north, west, east = (float(number) for number in box)
        if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
            raise TableError(f"{where}: {box} is no box of degrees")
        boxes.append((south, north, west, east))
    if not boxes:
        raise TableError(f"{where}: needs at least one box")
    return tuple(boxes)


def _number(value: Any, where: str, low: float, high: float) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise TableError(f"{where}: must be a number from {low} to {high}")
    return float(value)


def _value(key: str, value: Any, where: str) -> Any:
    """One checked field of a country."""
    kind = next(field.type for field in fields(Country) if field.name == key)
    if key == "boxes":
        return _boxes(value, where)
    if key in _NUMBERS:
        return _number(value, where, *_NUMBERS[key])
    if key == "blurred_bottom":
        if not isinstance(value, bool):
            raise TableError(f"{where}: must be true or false")
        return value
    if "tuple[str" in str(kind):
        checked: Any = _strings(value, where, 10 if key in ("words", "towns") else 1)
    elif "Weights" in str(kind):
        checked = _weights(value, where)
    elif isinstance(value, str):
        checked = value
    else:
        raise TableError(f"{where}: must be text")
    if key in _CHOICES:
        for name in (checked,) if isinstance(checked, str) else checked:
            if name not in _CHOICES[key]:
                raise TableError(f"{where}: unknown name {name!r}")
    return checked


def parse_country(code: str, row: Any, table: Path = TABLE) -> Country:
    """One row of the table, checked.

    Raises:
        TableError: an unknown key, a missing key, or a value that cannot be; one line.
    """
    where = f"{table.name}: [{code}]"
    if not isinstance(row, dict):
        raise TableError(f"{where} must be a table")
    for key in row:
        if key not in _KEYS:
            raise TableError(f"{where} unknown key {key!r}")
    for key in sorted(_KEYS - _OPTIONAL - row.keys()):
        raise TableError(f"{where} lacks the key {key!r}")
    return Country(code=code, **{key: _value(key, row[key], f"{where} {key}") for key in row})


def load_countries(table: Path = TABLE) -> dict[str, Country]:
    """Every country of the table, by its code, in the order of the table.

    Raises:
        TableError: the file cannot be read or a row is wrong.
    """
    try:
        rows = tomllib.loads(table.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{table.name}: {error}") from error
    return {code: parse_country(code, row, table) for code, row in rows.items()}
