"""Regions within a country, read from ``regions.toml``: which one a panorama lies in."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..country_table import TableError
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
    weight = row.get("weight")
    if not isinstance(weight, (int, float)) or isinstance(weight, bool) or weight <= 0:
        raise TableError(f"{where} weight: must be a positive number")
    boxes = row.get("boxes", [])
    if not isinstance(boxes, list) or not all(isinstance(number, int) for number in boxes):
        raise TableError(f"{where} boxes: must be a list of numbers of the country's boxes")
    coast = row.get("coast", 0.0)
    if not isinstance(coast, (int, float)) or not 0 <= coast <= 0.5:
        raise TableError(f"{where} coast: must be a number from 0.0 to 0.5")
    changes = {key: row[key] for key in ("climate", "coast") if key in row}
    for key in _WEIGHTS:
        value = row.get(key)
        if isinstance(value, str):
            changes[key] = {value: 1.0}
        elif isinstance(value, dict) and value and min(value.values()) > 0:
            changes[key] = {name: float(share) for name, share in value.items()}
        elif value is not None:
            raise TableError(f"{where} {key}: must be a name or a table of positive weights")
    return Region(float(weight), changes, tuple(boxes))


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
