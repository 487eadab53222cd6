"""What thinning decided about each place, as a CSV file: its split, kept or not, and why.

Places are recognised by their keys, so neither the order of the data nor where they lie matters.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from model.data.files import write_atomically
from model.data.split import declared_split
from model.data.tables import TableRow, read_table
from model.errors import DataError
from model.types import SPLITS, Place, Split


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One place of a manifest; the fields are the columns.

    Attributes:
        key: of the place.
        file: where its picture is, below the data directory.
        row: in that file, where there is one, from 0.
        country: one of the 56 codes.
        source: of the place.
        split: after near-duplicates were brought to one side.
        kept: 1, or 0 for places of the train split that are left out.
        reason: why it is not kept, or why its split changed; else empty.
        luminance: as in :class:`model.data.thinning.quality.Quality`; empty if unreadable.
        entropy_bits: as there; empty if unreadable.
        sharpness: as there; empty if unreadable.
        information: its rank among its source by what it tells, in (0, 1].
        group: number of its group of near-duplicates; empty if it has none.
    """

    key: str
    file: str
    row: str
    country: str
    source: str
    split: Split
    kept: str = "1"
    reason: str = ""
    luminance: str = ""
    entropy_bits: str = ""
    sharpness: str = ""
    information: str = ""
    group: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether it is in its split."""
        return self.kept == "1"

    @property
    def name(self) -> str:
        """File and row."""
        return f"{self.file}, row {self.row}" if self.row else self.file


COLUMNS = tuple(column.name for column in fields(ManifestRow))


@dataclass(frozen=True)
class Manifest:
    """The rows of a manifest, and the file they come from."""

    file: Path
    rows: Sequence[ManifestRow]

    def fitted(self, places: Sequence[Place], name: Callable[[int], str]) -> list[ManifestRow]:
        """The row of each place.

        Args:
            places: of a collection.
            name: what to call a place in an error, by its number.

        Raises:
            DataError: a row without a place, or a place without a row; the first one is named.
        """
        remedy = "the data changed; run model.data.thin again"
        there = Counter((place.key, place.country) for place in places)
        rows: defaultdict[tuple[str, str], list[ManifestRow]] = defaultdict(list)
        for number, row in enumerate(self.rows, start=2):
            identity = (row.key, row.country)
            if len(rows[identity]) == there[identity]:
                raise DataError(
                    f"{self.file}: line {number} ({row.name}) does not fit: the data has no such "
                    f"place; {remedy}"
                )
            rows[identity].append(row)
        taken: Counter[tuple[str, str]] = Counter()
        fitted = []
        for number, place in enumerate(places):
            identity = (place.key, place.country)
            if taken[identity] == len(rows[identity]):
                raise DataError(
                    f"{self.file}: does not fit: {name(number)} of the data is not in it; {remedy}"
                )
            fitted.append(rows[identity][taken[identity]])
            taken[identity] += 1
        return fitted


def read_manifest(file: Path) -> Manifest:
    """Read what :func:`write_manifest` wrote.

    Raises:
        DataError: the file is missing, no such table, or a row of it makes no sense.
    """
    rows = read_table(file, COLUMNS, "make it with model.data.thin")
    return Manifest(file, [_row(file, row) for row in rows])


def _row(file: Path, row: TableRow) -> ManifestRow:
    given = row.values["split"]
    split, kept = declared_split(given), row.values["kept"]
    if split is None or kept not in {"0", "1"} or (kept == "0" and split != "train"):
        raise DataError(
            f"{file}: line {row.line}: split {given} with kept {kept}; expected "
            f"{', '.join(SPLITS)}, kept 1, or 0 in train"
        )
    return ManifestRow(split=split, **{c: row.values[c] for c in COLUMNS if c != "split"})


def write_manifest(file: Path, rows: Iterable[ManifestRow]) -> None:
    """Write the table, whole or not at all, as :func:`model.data.files.write_atomically` does.

    Raises:
        OSError: it cannot be written.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([getattr(row, column) for column in COLUMNS])
    write_atomically(file, lines.getvalue())
