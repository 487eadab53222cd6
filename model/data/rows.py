"""The pictures of parquet shards, row by row. Torch-free."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from model.data.files import Version
from model.data.hub import RemoteShard
from model.data.row_copies import RowCopy, copy_path, keep_group, local_copy_path, open_copy
from model.data.shards import PICTURES, READ_FAILURES, ShardFile, open_parquet
from model.errors import first_line

log = logging.getLogger(__name__)


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
        self._lock, self._ahead_lock = threading.Lock(), threading.Lock()
        self._ahead: Path | None = None  # the copy that is being made by prefetch
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
            return self._read_remote(row, _group_path(file, row))
        except READ_FAILURES as error:
            raise OSError(first_line(error)) from None

    def prefetch(self, row: Row) -> None:
        """Fetch the row group of a picture on the hub, so that reading it causes no request later.

        Only reading of the same row group waits for it. A failure is left to the reading.
        """
        file = self._files[row.file]
        if isinstance(file, Path):
            return
        path = _group_path(file, row)
        with self._ahead_lock:
            if open_copy(path):
                return
            self._ahead = path
            try:
                self._fetch(row, path)
            except READ_FAILURES as error:
                log.debug("%s: not fetched ahead (%s)", file, first_line(error))
            finally:
                self._ahead = None

    def _copy_of(self, number: int, file: Path) -> RowCopy | None:
        if number not in self._copies:
            self._copies[number] = open_copy(local_copy_path(file, self._versions[number]))
        return self._copies[number]

    def _read_remote(self, row: Row, path: Path) -> bytes | None:
        # What was fetched before does not wait for what is on its way.
        if copy := open_copy(path):
            return copy.read(row.row_in_group)
        with self._ahead_lock if self._ahead == path else self._lock:
            if copy := open_copy(path):
                return copy.read(row.row_in_group)
            return _picture(self._fetch(row, path), row)

    def _fetch(self, row: Row, path: Path) -> pa.ChunkedArray:
        group = self._group(row)
        keep_group(path, group)
        return group

    def _read_group(self, row: Row) -> bytes | None:
        file, version = self._files[row.file], self._versions[row.file]
        if isinstance(file, Path) and Version.of(file) != version:
            raise OSError("it changed since its rows were listed")
        return _picture(self._group(row), row)

    def _group(self, row: Row) -> pa.ChunkedArray:
        """The pictures of a row group; the last one read is kept."""
        key, last = (row.file, row.group), self._last_group
        if last is not None and last[0] == key:
            return last[1]
        self._last_group = last = None  # before the next one is read: they can be large
        with open_parquet(self._files[row.file]) as shard:
            column = shard.read_row_group(row.group, [PICTURES], use_threads=False).column(0)
        group = pc.struct_field(column, "bytes")
        self._last_group = key, group
        return group


def _group_path(file: RemoteShard, row: Row) -> Path:
    return copy_path(f"{file} {row.group}", file.path)


def _picture(group: pa.ChunkedArray, row: Row) -> bytes | None:
    value: bytes | None = group[row.row_in_group].as_py()
    return value
