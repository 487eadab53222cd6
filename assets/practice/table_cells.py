"""Cells of a TOML table, read and checked; every fault is one line that says where it is."""

from __future__ import annotations

from collections.abc import Mapping

BOX_NUMBERS = 4
SMALLEST_WEIGHT, LARGEST_WEIGHT = 0.01, 100.0

Box = tuple[float, float, float, float]
Weights = Mapping[str, float]


class TableError(ValueError):
    """A table that cannot be used; the message names the file and the key in one line."""


def read_text(value: object, where: str) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value:
        raise TableError(f"{where}: must be text")
    return value


def read_choice(value: object, where: str, names: tuple[str, ...]) -> str:
    """One of some names."""
    text = read_text(value, where)
    if text not in names:
        raise TableError(f"{where}: unknown name {text!r}; it is one of {', '.join(names)}")
    return text


def read_strings(value: object, where: str, at_least: int = 1) -> tuple[str, ...]:
    """A list of different words."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise TableError(f"{where}: must be a list of words")
    if len(set(value)) != len(value):
        twice = next(item for item in value if value.count(item) > 1)
        raise TableError(f"{where}: {twice!r} stands there twice")
    if len(value) < at_least:
        raise TableError(f"{where}: needs at least {at_least} words, has {len(value)}")
    return tuple(value)


def read_choices(value: object, where: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """A list of some names."""
    return tuple(read_choice(item, where, names) for item in read_strings(value, where))


def read_number(value: object, where: str, low: float, high: float) -> float:
    """A number in a range."""
    # TOML's true and false are numbers to Python.
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise TableError(f"{where}: must be a number from {low} to {high}")
    return float(value)


def read_weights(value: object, where: str, names: tuple[str, ...] = ()) -> Weights:
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
            read_choice(name, where, names)
    return {
        name: read_number(weight, f"{where}.{name}", SMALLEST_WEIGHT, LARGEST_WEIGHT)
        for name, weight in table.items()
    }


def read_boxes(value: object, where: str) -> tuple[Box, ...]:
    """Boxes of latitudes and longitudes in degrees."""
    boxes = []
    for box in value if isinstance(value, list) else []:
        if not isinstance(box, list) or len(box) != BOX_NUMBERS:
            raise TableError(f"{where}: each box is [lat_min, lat_max, lon_min, lon_max]")
        south, north = (read_number(degrees, where, -90, 90) for degrees in box[:2])
        west, east = (read_number(degrees, where, -180, 180) for degrees in box[2:])
        if south >= north or west >= east:
            raise TableError(f"{where}: {box} is no box of degrees")
        boxes.append((south, north, west, east))
    if not boxes:
        raise TableError(f"{where}: needs at least one box")
    return tuple(boxes)


def read_flag(value: object, where: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TableError(f"{where}: must be true or false")
    return value


def read_names(value: object, where: str) -> Mapping[str, str]:
    """A table of names to names."""
    if not isinstance(value, dict):
        raise TableError(f"{where}: must be a table of names")
    return {name: read_text(second, f"{where}.{name}") for name, second in value.items()}
