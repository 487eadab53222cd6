"""The table of countries, read once for the renderer and for the field guide.

usage::

    hungary = load_table()["HU"]
    hungary.bollard            # {"hu_wedge_red": 1.0}

This module knows types, ranges and which keys there are. What the names in a row look like is the
renderer's business: ``scene/facts.py`` compares them with its presets, and ``game/guide`` puts
them into words. Nothing here needs Blender, torch or the game.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from assets.practice.table_cells import (
    LARGEST_WEIGHT,
    SMALLEST_WEIGHT,
    Box,
    TableError,
    Weights,
    read_boxes,
    read_choice,
    read_choices,
    read_flag,
    read_names,
    read_number,
    read_strings,
    read_text,
    read_weights,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE = Path(__file__).with_name("countries.toml")
TITLES = "sources"

SCENES = ("open", "village", "suburb", "town", "main")
SCRIPTS = tuple("latin greek cyrillic hebrew arabic bengali thai khmer tibetan jp sc tc kr".split())

CONFIDENCES = ("high", "medium", "guess")
"""How sure a fact is: a guess is drawn, but the guide calls it one and never calls it telling."""

LETTER, NEW_LINE = "A", "/"
"""In a plate's pattern A stands for any letter, 0 for any digit; / begins the next line."""

PLATE_LETTERS, PLATE_DIGITS = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"

__all__ = ["Country", "TableError", "load_table", "parse_country"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact can be looked up, as a key of the table's [sources], and how sure it is."""

    key: str
    confidence: str


@dataclass(frozen=True, slots=True)
class PlateRow:
    """One kind of number plate.

    Attributes:
        front, rear: What stands on each end.
        text: Its pattern: A for a letter, 0 for a digit.
        share: How many vehicles carry it, in comparison to the other kinds.
        on: The vehicles that carry it: any, or van.
    """

    front: str
    rear: str
    text: str
    share: float = 1.0
    on: str = "any"


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
        car_colour: Of the street-view car below the picture, where it tells something.
        across_line: What is painted across the road.
        crossing_sign: Beside a crossing for people; none where nothing is known of it.
        second_names: How the same sign names a town in a second script or language.
        plate_letters, plate_digits: What A and 0 stand for; the usual ones if empty.
        sources: Of every column that tells something, by its name.
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
    kerb: Weights
    bollard: Weights
    pole: Weights
    rail: Weights
    warning_sign: Weights
    speed_sign: Weights
    direction_sign: Weights
    place_sign: Weights
    chevron: Weights
    stop_sign: Weights
    sign_post: Weights
    plates: tuple[PlateRow, ...]
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
    sources: Mapping[str, Source]
    give_way_sign: Weights = field(default_factory=lambda: {"white": 1.0})
    crossing_sign: Weights = field(default_factory=lambda: {"none": 1.0})
    sign_back: str = "grey"
    direction_stand: str = "posts"
    across_line: Weights = field(default_factory=lambda: {"white_zebra": 1.0})
    plate_letters: str = ""
    plate_digits: str = ""
    second_names: Mapping[str, str] = field(default_factory=dict)
    scenes: Weights | None = None
    road_width_m: float = 6.6
    camera_height_m: float = 2.5
    bollard_share: float = 0.6
    car_seen: str = "none"
    car_colour: str = "none"
    coast: float = 0.06
    blurred_bottom: bool = False

    @property
    def latitude_deg(self) -> float:
        """The middle latitude of its boxes, in degrees."""
        return sum((box[0] + box[1]) / 2 for box in self.boxes) / len(self.boxes)

    @property
    def plate_front(self) -> Weights:
        """How often each kind of plate is in front."""
        return self._plates_at("front")

    @property
    def plate_rear(self) -> Weights:
        """How often each kind of plate is at the rear."""
        return self._plates_at("rear")

    def _plates_at(self, end: str) -> Weights:
        found: dict[str, float] = {}
        for row in self.plates:
            name = row.front if end == "front" else row.rear
            found[name] = found.get(name, 0.0) + row.share
        return found

    def is_guess(self, column: str) -> bool:
        """Whether what stands in a column is a guess."""
        source = self.sources.get(column)
        return source is not None and source.confidence == "guess"


def _plate(value: object, where: str) -> PlateRow:
    if not isinstance(value, dict):
        raise TableError(f"{where}: each plate is a table of front, rear and text")
    for key in value:
        if key not in _PLATE_KEYS:
            raise TableError(f"{where} unknown key {key!r}")
    for key in ("front", "rear", "text"):
        if key not in value:
            raise TableError(f"{where} lacks the key {key!r}")
    text = read_text(value["text"], f"{where}.text")
    return PlateRow(
        read_text(value["front"], f"{where}.front"),
        read_text(value["rear"], f"{where}.rear"),
        text,
        read_number(value.get("share", 1.0), f"{where}.share", SMALLEST_WEIGHT, LARGEST_WEIGHT),
        read_choice(value.get("on", "any"), f"{where}.on", ("any", "van")),
    )


_PLATE_KEYS = {each.name for each in fields(PlateRow)}


def _plates(value: object, where: str) -> tuple[PlateRow, ...]:
    rows = tuple(_plate(row, where) for row in value) if isinstance(value, list) else ()
    if not any(row.on == "any" for row in rows):
        raise TableError(f"{where}: needs a plate for any vehicle")
    return rows


def _sources(value: object, where: str) -> Mapping[str, Source]:
    """``KEY.CONFIDENCE = "columns"`` turned round: the source of each column."""
    found: dict[str, Source] = {}
    for key, levels in value.items() if isinstance(value, dict) else ():
        for confidence, columns in levels.items() if isinstance(levels, dict) else ():
            at = f"{where}.{key}.{confidence}"
            read_choice(confidence, at, CONFIDENCES)
            for column in read_text(columns, at).split():
                if column not in SOURCED:
                    raise TableError(f"{at}: unknown column {column!r}")
                if column in found:
                    raise TableError(f"{at}: {column!r} has a source already")
                found[column] = Source(key, confidence)
    if not found:
        raise TableError(f'{where}: must be tables such as plonkit.high = "bollard pole"')
    return found


_READERS: dict[str, Callable[[object, str], object]] = {
    **dict.fromkeys("name shoulder climate why sign_back direction_stand".split(), read_text),
    **dict.fromkeys("car_colour plate_letters plate_digits".split(), read_text),
    **dict.fromkeys("terrain soil centre_line edge_line across_line surface".split(), read_weights),
    **dict.fromkeys("kerb bollard pole rail form wall roof fence tree".split(), read_weights),
    **dict.fromkeys("warning_sign speed_sign direction_sign place_sign".split(), read_weights),
    **dict.fromkeys(
        "chevron stop_sign give_way_sign crossing_sign sign_post".split(), read_weights
    ),
    "plates": _plates,
    "second_names": read_names,
    "sources": _sources,
    "driving": partial(read_choice, names=("left", "right")),
    "boxes": read_boxes,
    "languages": read_strings,
    "scripts": partial(read_choices, names=SCRIPTS),
    "words": partial(read_strings, at_least=10),
    "towns": partial(read_strings, at_least=10),
    "scenes": partial(read_weights, names=SCENES),
    "road_width_m": partial(read_number, low=2.5, high=14.0),
    "camera_height_m": partial(read_number, low=1.2, high=3.2),
    "bollard_share": partial(read_number, low=0.0, high=1.0),
    "coast": partial(read_number, low=0.0, high=0.5),
    "car_seen": partial(read_choice, names=("none", "antenna", "roof_rack")),
    "blurred_bottom": read_flag,
}
"""How the value of each key is read: from the table's value and where it stands."""

_OPTIONAL = {
    each.name
    for each in fields(Country)
    if each.default is not MISSING or each.default_factory is not MISSING
}
_UNSOURCED = set(
    "name boxes words towns second_names scenes coast bollard_share plate_letters plate_digits why "
    "sources".split()
)
"""Names, examples and what only steers the drawing; everything else is a fact with a source."""

SOURCED = frozenset(_READERS.keys() - _UNSOURCED)
"""The columns that tell something of a country."""


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
    country = Country(code=code, **values)
    for column in sorted((SOURCED & row.keys()) ^ country.sources.keys()):
        raise TableError(f"{where} sources: {column!r} needs a source where it stands in the row")
    return country


def load_titles(table: Path = TABLE) -> dict[str, str]:
    """The titles of the references that facts come from, by their keys.

    Raises:
        TableError: the file cannot be read or has no such table.
    """
    titles = _read(table).get(TITLES)
    return dict(read_names(titles, f"{table.name}: [{TITLES}]"))


def load_table(table: Path = TABLE) -> dict[str, Country]:
    """Every country of the table, by its code, in the order of the table.

    Raises:
        TableError: the file cannot be read, a row is wrong, or a source has no title.
    """
    rows = _read(table)
    titles = load_titles(table)
    countries = {
        code: parse_country(code, row, table) for code, row in rows.items() if code != TITLES
    }
    for code, country in countries.items():
        for column, source in country.sources.items():
            if source.key not in titles:
                where = f"{table.name}: [{code}] sources.{source.key}"
                raise TableError(f"{where}: no such key in [{TITLES}] (for {column})")
    return countries


def _read(table: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(table.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{table.name}: {error}") from error
