"""Panoramas in parquet shards with the columns of the Hugging Face data set. Torch-free."""

from __future__ import annotations

import logging
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from model.cue_table import CUES
from model.data.cue_maps import CueMap
from model.data.files import Version
from model.data.photos import key_of
from model.data.row_copies import copy_bytes, make_copies
from model.data.rows import PictureRows, Row
from model.data.shards import (
    PANORAMA_COLUMNS,
    READ_FAILURES,
    ShardFile,
    open_shard,
    unreadable,
)
from model.data.split import declared_split
from model.errors import PictureError, fault
from model.geography import COUNTRY_INDEX, LatLon
from model.types import PANORAMA_SOURCE, PRACTICE_SOURCE, Place

log = logging.getLogger(__name__)


def parse_location(latitude: str | None, longitude: str | None) -> LatLon | None:
    """Read coordinates stored as strings; ``None`` where they are empty or malformed.

    ``0, 0`` counts as malformed: no road is there, and it is what failed geocoders write.
    """
    try:
        location = LatLon(float(latitude or ""), float(longitude or ""))
    except ValueError:
        return None
    return None if location == LatLon(0.0, 0.0) else location


class ParquetSource:
    """Panoramas in parquet shards with the columns of the Hugging Face data set.

    Reads only the small columns at first. A picture is read alone, see :mod:`model.data.rows`.

    Args:
        files: the shards, in order.
        copy_rows: make local shards of large row groups quick to read at random, once: see
            :mod:`model.data.row_copies`. Not worth it for somebody who looks at a few rows.

    Raises:
        DataError: a file that is no parquet, or lacks a column; no room for the copies.
    """

    def __init__(self, files: Sequence[ShardFile], *, copy_rows: bool = True) -> None:
        self._files = tuple(files)
        self._places: list[Place] = []
        self._rows = array("q")  # the numbers of a Row for each place
        self._skipped: Counter[str] = Counter()
        self._unknown_splits: Counter[tuple[str, ShardFile]] = Counter()
        # Several at once: a shard on the hub answers after a while, each time it is asked.
        with ThreadPoolExecutor(8) as pool:
            scans = list(pool.map(_scan, self._files))
        self._is_rendered = [scan.is_rendered for scan in scans]
        for number, scan in enumerate(scans):
            row = 0
            for group, rows in enumerate(scan.groups):
                for row_in_group, fields in enumerate(rows):
                    self._add(fields, Row(number, group, row_in_group, row))
                    row += 1
        for (name, file), n in self._unknown_splits.items():
            remedy = "their split is drawn by lot (or name it train, val or test)"
            log.warning("%s", fault(file, f"{n} rows are of a split {name!r}", remedy))
        if copy_rows:
            sizes = zip(self._files, (scan.copy_bytes for scan in scans), strict=True)
            make_copies({f: size for f, size in sizes if size and isinstance(f, Path)})
        self._versions = [scan.version for scan in scans]
        self._pictures = PictureRows(self._files, self._versions)
        self._has_cues = [scan.has_cues for scan in scans]

    def _add(self, fields: dict[str, Any], position: Row) -> None:
        country = (fields["country_iso_alpha2"] or "").strip().upper()
        if country not in COUNTRY_INDEX:
            self._skipped["other_country"] += 1
            return
        latitude, longitude = _text(fields["latitude"]), _text(fields["longitude"])
        location = parse_location(latitude, longitude)
        declared = declared_split(fields.get("split"))
        if declared is None and fields.get("split"):
            self._unknown_splits[str(fields["split"]), self._files[position.file]] += 1
        # Without coordinates the row's position is all that tells two places of a country apart.
        row = (self._files[position.file].name, str(position.row))
        where = (latitude, longitude) if location else row
        key = key_of("panorama", country, *where, fields["address"] or "")
        source = PRACTICE_SOURCE if self._is_rendered[position.file] else PANORAMA_SOURCE
        self._places.append(Place(key, country, location, source, declared))
        self._rows.extend(position)

    def _position(self, index: int) -> Row:
        index = range(len(self._places))[index]
        return Row(*self._rows[4 * index : 4 * index + 4])

    @property
    def places(self) -> Sequence[Place]:
        """The rows whose country is one of the 56."""
        return self._places

    @property
    def skipped(self) -> Counter[str]:
        """Rows of other countries, under ``other_country``."""
        return self._skipped

    @property
    def rendered(self) -> bool:
        """Whether a shard's metadata says ``geoduel: rendered``."""
        return any(self._is_rendered)

    @property
    def remote(self) -> bool:
        """Whether pictures are read from the hub."""
        return not all(isinstance(file, Path) for file in self._files)

    def prefetch(self, index: int) -> None:
        """Bring a picture on the hub near, so that it is read without a request later.

        Reading another one does not wait for it. A failure is left to the reading.
        """
        self._pictures.prefetch(self._position(index))

    def read(self, index: int) -> bytes:
        """One row's JPEG (or WebP) bytes.

        Raises:
            PictureError: the row holds no bytes, or the file is gone, changed or damaged.
        """
        name = self.name(index)
        try:
            data = self._pictures.read(self._position(index))
        except OSError as error:
            remedy = "download the file again"
            raise PictureError(fault(name, "cannot be read", remedy, error)) from None
        if not data:
            raise PictureError(fault(name, "the column image holds no bytes", "drop the row"))
        return data

    def cues(self, index: int) -> CueMap | None:
        """Where one row's named cues are; ``None`` if the row does not say.

        Raises:
            DataError: the file is gone or damaged, or the row's cues are.
        """
        fields = self._fields(index, ["cues", "cue_map"])
        if not fields.get("cues") or not fields.get("cue_map"):
            return None
        with self._one_line(index):
            labels = {cue["name"]: cue["label"] for cue in fields["cues"] if cue["name"] in CUES}
            return CueMap(fields["cue_map"]["bytes"], labels)

    def cue_values(self, index: int) -> dict[str, str]:
        """What one row's named cues are, such as ``white_dashed``; often none.

        Raises:
            DataError: as :meth:`cues`.
        """
        cues = self._fields(index, ["cues"]).get("cues") or []
        with self._one_line(index):
            return {cue["name"]: str(cue["value"]) for cue in cues if cue["name"] in CUES}

    @contextmanager
    def _one_line(self, index: int) -> Iterator[None]:
        """Name the row whose cues cannot be used: columns of others hold what they like."""
        try:
            yield
        except Exception:  # TypeError, KeyError, whatever Pillow raises, ...
            raise PictureError(
                f"{self.name(index)}: the columns cues and cue_map do not hold name, label and "
                "value of each cue, and a picture of the labels; drop both columns"
            ) from None

    def _fields(self, index: int, names: list[str]) -> dict[str, Any]:
        """One row's values in those of the columns that the file has."""
        position = self._position(index)
        if not self._has_cues[position.file]:
            return {}
        with open_shard(self._files[position.file]) as shard:
            there = [name for name in names if name in shard.schema_arrow.names]
            try:
                table = shard.read_row_group(position.group, columns=there)
                return {name: table[name][position.row_in_group].as_py() for name in there}
            except (*READ_FAILURES, LookupError) as error:
                raise unreadable(self._files[position.file], error) from None

    def name(self, index: int) -> str:
        """File and row, counted from 0."""
        position = self._position(index)
        return f"{self._files[position.file]}, row {position.row}"

    def version(self, index: int) -> str:
        """File, row, and the file's size and time; on the hub the address names a revision."""
        return f"{self.name(index)} {self._versions[self._position(index).file]}"


class _Scan(NamedTuple):
    """What is read of a shard at first.

    Attributes:
        is_rendered: whether it says so.
        groups: the small columns of its rows, by row group.
        copy_bytes: size of the copy that its pictures need, or 0.
        has_cues: whether there is a column of cues.
        version: of a local file.
    """

    is_rendered: bool
    groups: list[list[dict[str, Any]]]
    copy_bytes: int
    has_cues: bool
    version: Version | None


def _scan(file: ShardFile) -> _Scan:
    """Read the small columns of a shard.

    Raises:
        DataError: it cannot be read.
    """
    with open_shard(file) as shard:
        metadata = shard.schema_arrow.metadata or {}
        extra = [name for name in ("split",) if name in shard.schema_arrow.names]
        columns = [*PANORAMA_COLUMNS[1:], *extra]
        try:
            version = Version.of(file) if isinstance(file, Path) else None
            groups = range(shard.num_row_groups)
            rows = [shard.read_row_group(g, columns=columns).to_pylist() for g in groups]
        except READ_FAILURES as error:
            raise unreadable(file, error) from None
        is_rendered = metadata.get(b"geoduel") == b"rendered"
        has_cues = "cues" in shard.schema_arrow.names
        return _Scan(is_rendered, rows, copy_bytes(shard.metadata), has_cues, version)


def _text(value: str | float | None) -> str:
    """A coordinate as the data set stores it: as text. Numbers are let through as well."""
    return "" if value is None else str(value)
