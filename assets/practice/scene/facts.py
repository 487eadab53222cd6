"""The table of countries as the renderer needs it: every name is one that ``presets`` can draw.

usage::

    hungary = load_countries()["HU"]
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from assets.practice.country_table import TABLE, Country, TableError, load_table

from . import bollard_presets, plate_presets, pole_presets, presets, sign_presets

__all__ = ["TABLE", "Country", "TableError", "check_names", "load_countries"]

DRAWN: dict[str, Collection[str]] = {
    "climate": presets.CLIMATES,
    "terrain": presets.TERRAINS,
    "soil": presets.SOILS,
    "centre_line": presets.LINES,
    "edge_line": presets.LINES,
    "surface": presets.SURFACES,
    "shoulder": presets.SHOULDERS,
    "kerb": presets.KERBS,
    "bollard": bollard_presets.BOLLARDS,
    "pole": pole_presets.POLES,
    "rail": presets.RAILS,
    "warning_sign": sign_presets.WARNING_SIGNS,
    "speed_sign": sign_presets.SPEED_SIGNS,
    "direction_sign": sign_presets.DIRECTION_SIGNS,
    "place_sign": sign_presets.PLACE_SIGNS,
    "across_line": presets.ACROSS_LINES,
    "chevron": sign_presets.CHEVRONS,
    "stop_sign": sign_presets.STOP_SIGNS,
    "give_way_sign": sign_presets.GIVE_WAY_SIGNS,
    "crossing_sign": sign_presets.CROSSING_SIGNS,
    "sign_post": sign_presets.SIGN_POSTS,
    "sign_back": sign_presets.SIGN_BACKS,
    "direction_stand": sign_presets.DIRECTION_STANDS,
    "plate_front": plate_presets.PLATES,
    "plate_rear": plate_presets.PLATES,
    "form": presets.FORMS,
    "wall": presets.WALLS,
    "roof": presets.ROOFS,
    "fence": presets.FENCES,
    "tree": presets.TREES,
}
"""What can be drawn for each key of the table."""


def check_names(country: Country, table: Path = TABLE) -> None:
    """Refuse a row with a name that no preset draws.

    Raises:
        TableError: names the file, the country, the key and the name; one line.
    """
    for key, known in DRAWN.items():
        value = getattr(country, key)
        for name in (value,) if isinstance(value, str) else value:
            if name not in known:
                where = f"{table.name}: [{country.code}] {key}"
                raise TableError(f"{where}: unknown name {name!r}; it is one of {', '.join(known)}")


def load_countries(table: Path = TABLE) -> dict[str, Country]:
    """Every country of the table, by its code, in the order of the table.

    Raises:
        TableError: the file cannot be read, a row is wrong, or a name cannot be drawn.
    """
    countries = load_table(table)
    for country in countries.values():
        check_names(country, table)
    return countries
