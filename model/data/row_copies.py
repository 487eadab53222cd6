"""Copies of local shards in which a row is read without its neighbours. Torch-free.

Hugging Face shards hold pictures in row groups of 100 rows, tens of megabytes each, and a reader
takes no less than a whole one. So before their rows are read at random, the pictures of such
shards are copied once, as an Arrow IPC file with one row a batch, into the user's cache directory:
``GEODUEL_CACHE``, else ``geoduel`` in ``XDG_CACHE_HOME``, else ``~/.cache/geoduel``. Shards with
small row groups need no copy.

A copy is named by path, size and time of its shard; a changed shard gets a new one, and the old one
is removed. Copies appear whole or not at all, shard by shard, so a stopped run goes on with the
next shard. They may be deleted at any time.

Of shards on the hub each row group is copied as it comes, so that none is fetched twice.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock
from tqdm import tqdm

from model.data.files import Version, replacing, text_digest
from model.data.shards import PICTURES, READ_FAILURES, native_file
from model.errors import ConfigError, DataError, fault, first_line

log = logging.getLogger(__name__)

SMALL_GROUP_ROWS = 16
"""Row groups up to this are read as they are: that takes a fraction of decoding one picture."""

SMALL_GROUP_BYTES = 1 << 20
"""So are those up to this: they are unpacked in well under a millisecond."""

SPARE_BYTES = 64 << 20
"""Room that must be left on the disk beside a copy."""

_ROW_BYTES = 512
"""What the format takes a row beside its picture, at most."""

_SCHEMA = pa.schema([("bytes", pa.large_binary())])

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class _DamagedError(Exception):
    """A shard that cannot be read to its end."""


def cache_directory() -> Path:
    """Where this game keeps what it can make again.

    Raises:
        ConfigError: in a home directory, and there is none.
    """
    named, base = os.environ.get("GEODUEL_CACHE"), os.environ.get("XDG_CACHE_HOME")
    try:
        if named:
            return Path(named).expanduser()
        return (Path(base) if base else Path.home() / ".cache") / "geoduel"
    except RuntimeError as error:
        remedy = "name a folder for what can be made again"
        raise ConfigError(
            fault(f"GEODUEL_CACHE={named or ''}", "leads to no folder", remedy, error)
        ) from None


def copy_bytes(metadata: pq.FileMetaData) -> int:
    """About how large the copy of a shard is; 0 if its row groups are small enough without one."""
    names = [metadata.schema.column(i).path for i in range(metadata.num_columns)]
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    sizes = [g.column(names.index(PICTURES)).total_uncompressed_size for g in groups]
    is_needed = any(
        group.num_rows > SMALL_GROUP_ROWS and size > SMALL_GROUP_BYTES
        for group, size in zip(groups, sizes, strict=True)
    )
    return sum(sizes) + _ROW_BYTES * metadata.num_rows if is_needed else 0


class RowCopy:
    """The copy of a shard, or of a row group. Not safe for threads.

    It is read by position, not mapped into memory: mapped pages count as the process's own until
    the system wants them back, so that an epoch would seem to need as much memory as the data set.

    Args:
        path: of the file.

    Raises:
        OSError, pyarrow.ArrowException: there is none, or it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._reader = pa.ipc.open_file(native_file(path))

    def read(self, row: int) -> bytes | None:
        """The picture of a row, or ``None`` if it has none."""
        value: bytes | None = self._reader.get_batch(row).column(0)[0].as_py()
        return value


def _folder() -> Path:
    return cache_directory() / "rows"


def copy_path(file: object, version: object) -> Path:
    """Where the copy of one version of a file lies, if there is one."""
    return _folder() / f"{text_digest(str(file))}-{text_digest(str(version))}.arrow"


def local_copy_path(file: Path, version: Version | None = None) -> Path:
    """Where the copy of a local file lies: of its present version, if no other is given."""
    return copy_path(file.resolve(), version or Version.of(file))


def open_copy(path: Path) -> RowCopy | None:
    """A copy; ``None`` if there is none."""
    try:
        return RowCopy(path)
    except (OSError, pa.ArrowException):
        return None


def _write_copy(path: Path, pictures: Iterable[pa.Array], bar: tqdm[NoReturn] | None) -> None:
    """Write a copy, whole or not at all."""
    with (
        replacing(path) as temporary,
        native_file(temporary, "wb") as sink,
        pa.ipc.new_file(sink, _SCHEMA) as writer,
    ):
        for some in pictures:
            values = some.cast(pa.large_binary())
            for row in range(len(values)):
                one = pa.record_batch([values.slice(row, 1)], schema=_SCHEMA)
                writer.write_batch(one)
                if bar is not None:
                    bar.update(one.nbytes + _ROW_BYTES)


def make_copies(sizes: Mapping[Path, int]) -> None:
    """Copy the pictures of shards that have no copy yet.

    Memory holds one row group at a time. Where the cache directory cannot be written, one line says
    so, and rows are read with their row groups.

    Args:
        sizes: the shards, and how large their copies are.

    Raises:
        DataError: the disk is too full.
    """
    if not _missing(sizes):
        return
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        # Processes of one training come at once: all but the first find the work done.
        with FileLock(_folder() / "lock"):
            _copy_missing(sizes)
    except OSError as error:
        if error.errno in _FULL:
            raise _too_full(_missing(sizes), first_line(error.__cause__ or error)) from None
        remedy = "rows are read with their row groups, slowly; name a folder with GEODUEL_CACHE"
        log.warning("%s", fault(_folder(), "cannot be written", remedy, error.__cause__ or error))


def _missing(sizes: Mapping[Path, int]) -> dict[Path, int]:
    paths = {file: local_copy_path(file) for file in sizes}
    return {file: sizes[file] for file, path in paths.items() if open_copy(path) is None}


def _copy_missing(sizes: Mapping[Path, int]) -> None:
    missing = _missing(sizes)
    for file in missing:
        _remove_old(local_copy_path(file))
    if shutil.disk_usage(_folder()).free < sum(missing.values()) + SPARE_BYTES:
        raise _too_full(missing, "")
    with tqdm(total=sum(missing.values()), unit="B", unit_scale=True, disable=None) as bar:
        for file in missing:
            bar.set_description(f"copying {file.name}")
            try:
                _copy(file, bar)
            except _DamagedError as error:
                remedy = "its rows are read with their row groups; download it again"
                log.warning("%s", fault(file, "cannot be copied", remedy, error))


def _remove_old(path: Path) -> None:
    """Remove what is left of earlier versions of a file, and of runs that were killed."""
    name = path.name.split("-")[0]
    for old in (*path.parent.glob(f"{name}-*"), *path.parent.glob(f".{name}-*")):
        old.unlink(missing_ok=True)


def _too_full(missing: Mapping[Path, int], reason: str) -> DataError:
    first, *others = missing
    name = f"{first} and {len(others)} more" if others else str(first)
    needed, free = sum(missing.values()) + SPARE_BYTES, shutil.disk_usage(_folder()).free
    return DataError(
        f"{name}: a copy of the rows needs {needed:,} bytes in {_folder()}, where {free:,} are "
        f"free{reason and f' ({reason})'}; make room there, or name a folder on another disk with "
        "GEODUEL_CACHE"
    )


def _copy(file: Path, bar: tqdm[NoReturn]) -> None:
    version = Version.of(file)
    _write_copy(local_copy_path(file, version), _pictures(file, version), bar)


def _pictures(file: Path, version: Version) -> Iterator[pa.Array]:
    """The pictures of a shard, a few rows at a time."""
    try:
        # Buffered ahead, as by default, the whole shard would come to lie in memory.
        with pq.ParquetFile(native_file(file), pre_buffer=False) as shard:
            for batch in shard.iter_batches(SMALL_GROUP_ROWS, columns=[PICTURES]):
                yield pc.struct_field(batch.column(0), "bytes")
        if Version.of(file) != version:
            raise _DamagedError("it changed meanwhile")
    except READ_FAILURES as error:
        raise _DamagedError(first_line(error)) from None


def keep_group(path: Path, pictures: pa.ChunkedArray) -> None:
    """Copy a row group that was fetched, if that is possible: a cache is not worth an error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_old(path)
        if shutil.disk_usage(path.parent).free > pictures.nbytes + SPARE_BYTES:
            _write_copy(path, pictures.chunks, None)
    except OSError as error:
        log.debug("%s: not kept (%s)", path, error)
