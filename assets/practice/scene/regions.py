"""Regions within a country, read from ``regions.toml``: which one a panorama lies in."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import table_cells
from ..country_table import TableError
from ..table_cells import read_number, read_text, read_weights
from .facts import Country, check_names
from .keys import PanoramaKey
from .strata import pick_at, stratum

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REGIONS = Path(__file__).resolve().parent.parent / "regions.toml"
_WEIGHTS = ("terrain", "soil", "tree", "form", "wall", "roof", "fence", "surface")
_KEYS = ("weight", "boxes", "climate", "coast", *_WEIGHTS)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a country.

    Attributes:
        weight: how often it is drawn, beside the country's other regions.
        changes: fields of the country that differ there.
        boxes: numbers of the country's boxes that it covers; all of them where empty.
    """

    weight: float
    changes: Mapping[str, Any]
    boxes: tuple[int, ...] = ()


def parse_region(row: object, where: str) -> Region:
    """One table of ``regions.toml``, checked as far as it can be without its country.

    Raises:
        TableError: an unknown key or a value that cannot be; one line.
    """
    if not isinstance(row, dict):
        raise TableError(f"{where} must be a table")
    for key in row:
        if key not in _KEYS:
            raise TableError(f"{where} unknown key {key!r}; known are {', '.join(_KEYS)}")
    lowest, largest = table_cells.SMALLEST_WEIGHT, table_cells.LARGEST_WEIGHT
    weight = read_number(row.get("weight"), f"{where} weight", lowest, largest)
    boxes = row.get("boxes", [])
    if not isinstance(boxes, list) or not all(type(box) is int and box >= 0 for box in boxes):
        raise TableError(f"{where} boxes: must be a list of numbers of the country's boxes, from 0")
    changes: dict[str, Any] = {}
    if "climate" in row:
        changes["climate"] = read_text(row["climate"], f"{where} climate")
    if "coast" in row:
        changes["coast"] = read_number(row["coast"], f"{where} coast", 0.0, 0.5)
    for key in row.keys() & _WEIGHTS:
        changes[key] = read_weights(row[key], f"{where} {key}")
    return Region(weight, changes, tuple(boxes))


def load_regions(table: Path = REGIONS) -> dict[str, dict[str, Region]]:
    """Every country's regions by their names; countries without any are left out.

    Raises:
        TableError: the file cannot be read or a row is wrong.
    """
    try:
        rows = tomllib.loads(table.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{table.name}: {error}") from error
    return {
        code: {
            name: parse_region(row, f"{table.name}: [{code}.{name}]") for name, row in own.items()
        }
        for code, own in rows.items()
    }


def within(country: Country, region: Region) -> Country:
    """The country as it is in one of its regions.

    Raises:
        TableError: a box that the country lacks, or a name that no preset draws.
    """
    if region.boxes and max(region.boxes) >= len(country.boxes):
        raise TableError(f"{REGIONS.name}: [{country.code}] has {len(country.boxes)} boxes, from 0")
    boxes = tuple(country.boxes[number] for number in region.boxes) or country.boxes
    changed = replace(country, boxes=boxes, **region.changes)
    check_names(changed, REGIONS)
    return changed


@functools.cache
def _shipped() -> dict[str, dict[str, Region]]:
    return load_regions()


def region_of(key: PanoramaKey) -> str:
    """The name of the region that a panorama lies in; '' where its country has none."""
    regions = _shipped().get(key.country, {})
    if not regions:
        return ""
    weights = {name: region.weight for name, region in regions.items()}
    return pick_at(weights, stratum(key, "region"))


def regional(key: PanoramaKey, country: Country) -> Country:
    """The country as it is where this panorama lies."""
    name = region_of(key)
    return within(country, _shipped()[key.country][name]) if name else country
