"""CSV files as people hand them in: from any editor, spreadsheet or system. Torch-free."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from model.errors import DataError, fault

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Encodings by the byte order mark that spreadsheets write."""

_DELIMITERS = ",;\t"
"""What stands between columns; a spreadsheet takes the semicolon where the comma is decimal."""


class TableRow(NamedTuple):
    """One row of a table.

    Attributes:
        line: where it is in the file, from 1.
        values: by column, without spaces around; the empty string for a column that it lacks.
    """

    line: int
    values: dict[str, str]


def read_table(file: Path, columns: Collection[str], remedy: str) -> list[TableRow]:
    """Read the rows of a CSV file, whatever program saved it last.

    UTF-8, UTF-16 and Windows' code page 1252 are understood, with or without a byte order mark;
    comma, semicolon or tab between columns; a first line ``sep=;``; column names in any case.

    Args:
        file: the table.
        columns: that it must have, in lower case.
        remedy: what to do if it is no such table.

    Raises:
        DataError: it cannot be read, a column is missing, or a row's quotes do not close.
    """
    begins = 1
    try:
        text = _decoded(file.read_bytes())
        lines = io.StringIO(text, newline=None).read().split("\n")
        first = 1 if lines[0].lower().startswith("sep=") else 0
        head = lines[first] if first < len(lines) else ""
        headers = {mark: _header(head, mark) for mark in _DELIMITERS}
        most = max(headers, key=lambda mark: len(set(headers[mark]) & set(columns)))
        if missing := [name for name in columns if name not in headers[most]]:
            raise DataError(f"{file}: no column {', '.join(missing)}; {remedy}")
        below = io.StringIO("\n".join(lines[first + 1 :]), newline="")
        body = csv.reader(below, delimiter=most, strict=True)
        rows, begins = [], first + 2
        for cells in body:
            if any(cell.strip() for cell in cells):
                rows.append(TableRow(first + 1 + body.line_num, _by_column(headers[most], cells)))
            begins = first + 2 + body.line_num
    except OSError as error:
        raise DataError(fault(file, "cannot be read", remedy, error)) from None
    except UnicodeDecodeError as error:
        raise DataError(fault(file, "no CSV table", remedy, error)) from None
    except csv.Error as error:
        what = f"line {begins} is no row of a CSV table"
        raise DataError(fault(file, what, f"close its quotes: {remedy}", error)) from None
    else:
        return rows


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding)
    if b"\0" in data[:2]:  # a letter of a column's name, in two bytes
        return data.decode("utf-16-be" if data[0] == 0 else "utf-16-le")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _header(line: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return [cell.strip().casefold() for cell in cells]


def _by_column(header: list[str], cells: list[str]) -> dict[str, str]:
    padded = [cell.strip() for cell in cells] + [""] * (len(header) - len(cells))
    return dict(zip(header, padded, strict=False))
