"""Opening parquet shards with the columns of the Hugging Face data set. Torch-free."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as kinds

from model.data.hub import FAILURES, RemoteShard
from model.errors import DataError, fault

PANORAMA_COLUMNS = ("image", "country_iso_alpha2", "latitude", "longitude", "address")

_USED = (*PANORAMA_COLUMNS, "split", "cues", "cue_map")

SHARD_SUFFIXES = frozenset({".parquet"})

PICTURES = "image.bytes"
"""The column with the encoded pictures."""

READ_FAILURES = (pa.ArrowException, *FAILURES, UnicodeDecodeError)
"""What reading a shard may raise, here or from the hub; ``OSError`` is one of them."""


ShardFile: TypeAlias = Path | RemoteShard
"""A parquet file, here or on the hub."""


def unreadable(file: ShardFile, error: Exception) -> DataError:
    """The error for a file that is no parquet, or damaged in what is read first."""
    remedy = "download it again" if isinstance(file, Path) else "check the connection"
    return DataError(fault(file, "no readable parquet file", remedy, error))


def native_file(path: Path, mode: str = "rb") -> pa.NativeFile:
    """Open a file for pyarrow, which by itself takes no name that is other than UTF-8.

    Raises:
        OSError: it cannot be opened.
    """
    return pa.OSFile(os.fsencode(path), mode)


def open_parquet(file: ShardFile) -> pq.ParquetFile:
    """Open a parquet file.

    Raises:
        Exception: one of ``READ_FAILURES``.
    """
    if isinstance(file, Path):
        return pq.ParquetFile(native_file(file))
    # Columns that lie side by side are asked for in one go.
    return pq.ParquetFile(file.open(), pre_buffer=True)


def open_shard(file: ShardFile) -> pq.ParquetFile:
    """Open a shard and check its columns.

    Raises:
        DataError: no parquet file, a missing column, or one of another type.
    """
    try:
        shard = open_parquet(file)
    except READ_FAILURES as error:
        raise unreadable(file, error) from None
    _check_columns(file, shard.schema_arrow)
    return shard


def _check_columns(file: ShardFile, schema: pa.Schema) -> None:
    missing = [name for name in PANORAMA_COLUMNS if name not in schema.names]
    if missing:
        raise DataError(
            f"{file}: no column {', '.join(missing)}; expected {', '.join(PANORAMA_COLUMNS)}, "
            f"found {', '.join(schema.names)}"
        )
    if twice := [name for name in _USED if schema.names.count(name) > 1]:
        raise DataError(f"{file}: two columns {', '.join(twice)}; drop or rename one of each")
    image = schema.field("image").type
    if not kinds.is_struct(image) or image.get_field_index("bytes") < 0:
        raise DataError(f"{file}: column image is {image}; expected struct<bytes, path>")
    if not _is_bytes(image.field("bytes").type):
        raise DataError(
            f"{file}: column {PICTURES} is {image.field('bytes').type}; expected binary"
        )
    for name in PANORAMA_COLUMNS[1:]:
        kind = schema.field(name).type
        is_number = kinds.is_floating(kind) or kinds.is_integer(kind)
        if not _is_text(kind) and not (is_number and name in ("latitude", "longitude")):
            raise DataError(f"{file}: column {name} is {kind}; expected string")


def _is_text(kind: pa.DataType) -> bool:
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    is_any = kinds.is_string, kinds.is_large_string, kinds.is_string_view, kinds.is_null
    return any(matches(kind) for matches in is_any)


def _is_bytes(kind: pa.DataType) -> bool:
    is_any = kinds.is_binary, kinds.is_large_binary, kinds.is_binary_view
    return any(matches(kind) for matches in (*is_any, kinds.is_fixed_size_binary))
