"""The pictures of parquet shards, row by row. Torch-free."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from model.data.row_copies import (
    RowCopy,
    Version,
    copy_path,
    keep_group,
    local_copy_path,
    open_copy,
)
from model.data.shards import PICTURES, READ_FAILURES, ShardFile, open_parquet
from model.errors import first_line


class Row(NamedTuple):
    """Where a row is: number of its file, row group there, row in that, row in the file."""

    file: int
    group: int
    row_in_group: int
    row: int


class PictureRows:
    """Reads single pictures, from a copy where there is one, else with their row group.

    Safe to read from several threads.

    Args:
        files: the shards.
        versions: of the local ones, when their rows were listed.
    """

    def __init__(self, files: Sequence[ShardFile], versions: Sequence[Version | None]) -> None:
        self._files, self._versions = tuple(files), tuple(versions)
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._copies: dict[int, RowCopy | None] = {}
        self._last_group: tuple[tuple[int, int], pa.ChunkedArray] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_files": self._files, "_versions": self._versions}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._begin()

    def read(self, row: Row) -> bytes | None:
        """A picture, or ``None`` if there is none.

        Raises:
            OSError: the file is gone, damaged or not what it was; or the hub cannot be reached.
        """
        file = self._files[row.file]
        try:
            if isinstance(file, Path):
                with self._lock:
                    copy = self._copy_of(row.file, file)
                    return copy.read(row.row) if copy else self._read_group(row)
            return self._read_remote(row, copy_path(f"{file} {row.group}", file.path))
        except READ_FAILURES as error:
            raise OSError(first_line(error)) from None

    def _copy_of(self, number: int, file: Path) -> RowCopy | None:
        if number not in self._copies:
            self._copies[number] = open_copy(local_copy_path(file, self._versions[number]))
        return self._copies[number]

    def _read_remote(self, row: Row, path: Path) -> bytes | None:
        # What was fetched before does not wait for what is on its way.
        if copy := open_copy(path):
            return copy.read(row.row_in_group)
        with self._lock:
            if copy := open_copy(path):
                return copy.read(row.row_in_group)
            picture = self._read_group(row)
            if self._last_group is not None:
                keep_group(path, self._last_group[1])
        return picture

    def _read_group(self, row: Row) -> bytes | None:
        file, version = self._files[row.file], self._versions[row.file]
        if isinstance(file, Path) and Version.of(file) != version:
            raise OSError("it changed since its rows were listed")
        if self._last_group is None or self._last_group[0] != (row.file, row.group):
            self._last_group = None  # before the next one is read: they can be large
            with open_parquet(file) as shard:
                column = shard.read_row_group(row.group, [PICTURES], use_threads=False).column(0)
            self._last_group = ((row.file, row.group), pc.struct_field(column, "bytes"))
        value: bytes | None = self._last_group[1][row.row_in_group].as_py()
        return value
