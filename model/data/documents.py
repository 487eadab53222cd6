"""JSON documents, each of a shape that is declared once; pydantic holds them against it.

usage::

    settings = read_document(file, TypeAdapter(Settings))
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from model.errors import DataError, fault
from model.geography import COUNTRY_CODES

T = TypeVar("T")

EXACT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
"""For documents that this program alone writes: no other keys, no other types."""

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
"""Whole numbers that a float holds as well."""

_Row = Annotated[list[Count], Field(min_length=len(COUNTRY_CODES), max_length=len(COUNTRY_CODES))]
Matrix = Annotated[list[_Row], Field(min_length=len(COUNTRY_CODES), max_length=len(COUNTRY_CODES))]
"""Counts of truth by guess, in the order of ``COUNTRY_CODES``."""


def read_document(file: Path, shape: TypeAdapter[T]) -> T:
    """Read a JSON file, and check it.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON, or has another shape; one line says where and what.
    """
    return parse_document(file.read_bytes(), shape)


def read_evaluation_part(file: Path, shape: TypeAdapter[T]) -> T:
    """What is wanted of a document of ``model.evaluate --json``.

    Raises:
        DataError: the file is missing, or another document.
    """
    try:
        return read_document(file, shape)
    except OSError as error:
        raise DataError(fault(file, "cannot be read", "see model.evaluate --json", error)) from None
    except ValueError as error:
        what = "not what model.evaluate --json writes"
        raise DataError(fault(file, what, "run it again", error)) from None


def parse_document(data: bytes, shape: TypeAdapter[T]) -> T:
    """As :func:`read_document`, of one that was read already."""
    try:
        return shape.validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        what = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{where}: {what}" if where else what) from None
