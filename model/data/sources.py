"""Where panoramas and photos come from: parquet shards and folders per country. Torch-free.

A directory is recognised by what is in it, or in its folders one level down::

    sources = open_sources(Path("streetview"))      # parquet/*.parquet and Hungary/canvas_1.jpg
    jpeg = sources[0].read(7)                       # one row, without reading its shard

Photos may as well stay in the ``.zip`` that they came in.
"""

from __future__ import annotations

import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from model.data.cue_maps import CueMap
from model.data.labels import CODE_OF_FOLDER
from model.data.pages import BytesColumn, ShardFile
from model.data.photos import FolderSource, ZippedPhotos, folders_of, key_of
from model.errors import DataError, PictureError
from model.geography import COUNTRY_INDEX, LatLon
from model.types import PRACTICE_SOURCE, SPLITS, Place, Split

__all__ = ["FolderSource", "ParquetSource", "Source", "ZippedPhotos", "open_sources"]

PANORAMA_COLUMNS = ("image", "country_iso_alpha2", "latitude", "longitude", "address")


class Source(Protocol):
    """A sequence of places with pictures. Safe to read from several threads."""

    @property
    def places(self) -> Sequence[Place]:
        """The usable places: those of the 56 countries, in a stable order."""
        ...

    @property
    def skipped(self) -> Counter[str]:
        """How many pictures were left out, by reason."""
        ...

    @property
    def rendered(self) -> bool:
        """Whether the pictures are computer-rendered."""
        ...

    def read(self, index: int) -> bytes:
        """The encoded picture of ``places[index]``, as stored."""
        ...

    def name(self, index: int) -> str:
        """What to call ``places[index]`` in a message: file, and row where there is one."""
        ...


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

    Reads only the small columns at first. A picture is read alone, see :mod:`model.data.pages`.

    Args:
        files: the shards, in order.

    Raises:
        DataError: a file that is no parquet, or lacks a column.
    """

    def __init__(self, files: Sequence[ShardFile]) -> None:
        self._files = tuple(files)
        self._places: list[Place] = []
        self._rows = array("q")  # four a place: file, row group, row in it, row in file
        self._skipped: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._pictures = BytesColumn(self._files, "image.bytes", open_parquet)
        self._rendered = False
        # Several at once: a shard on the hub answers after a while, each time it is asked.
        with ThreadPoolExecutor(8) as pool:
            for number, (rendered, groups) in enumerate(pool.map(_scan, self._files)):
                self._rendered |= rendered
                row = 0
                for group, rows in enumerate(groups):
                    for row_in_group, fields in enumerate(rows):
                        self._add(fields, (number, group, row_in_group, row))
                        row += 1

    def _add(self, fields: dict[str, Any], position: tuple[int, int, int, int]) -> None:
        country = (fields["country_iso_alpha2"] or "").strip().upper()
        if country not in COUNTRY_INDEX:
            self._skipped["other_country"] += 1
            return
        latitude, longitude = _text(fields["latitude"]), _text(fields["longitude"])
        location = parse_location(latitude, longitude)
        declared: Split | None = fields["split"] if fields.get("split") in SPLITS else None
        file, _, _, row = position
        # Without coordinates the row's position is all that tells two places of a country apart.
        where = (latitude, longitude) if location else (self._files[file].name, str(row))
        key = key_of("panorama", country, *where, fields["address"] or "")
        source = PRACTICE_SOURCE if self._rendered else "parquet"
        self._places.append(Place(key, country, location, source, declared))
        self._rows.extend(position)

    def _position(self, index: int) -> array[int]:
        index = range(len(self._places))[index]
        return self._rows[4 * index : 4 * index + 4]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock())

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
        return self._rendered

    def read(self, index: int) -> bytes:
        """One row's JPEG (or WebP) bytes.

        Raises:
            PictureError: the row holds no bytes, or the file is gone or damaged.
        """
        file, group, row_in_group, _ = self._position(index)
        try:
            with self._lock:
                data = self._pictures.read(file, group, row_in_group)
        except (OSError, pa.ArrowException) as error:
            reason = str(error).splitlines()[0]
            raise PictureError(
                f"{self.name(index)}: cannot be read ({reason}); download the file again"
            ) from None
        if not data:
            raise PictureError(f"{self.name(index)}: the column image holds no bytes; drop the row")
        return data

    def cues(self, index: int) -> CueMap | None:
        """Where one row's named cues are; ``None`` if the row does not say."""
        fields = self._fields(index, ["cues", "cue_map"])
        if not fields.get("cues") or not fields.get("cue_map"):
            return None
        names = {cue["name"]: cue["label"] for cue in fields["cues"]}
        return CueMap(fields["cue_map"]["bytes"], names)

    def cue_values(self, index: int) -> dict[str, str]:
        """What one row's named cues are, such as ``white_dashed``; often none."""
        cues = self._fields(index, ["cues"]).get("cues") or []
        return {cue["name"]: cue["value"] for cue in cues}

    def _fields(self, index: int, names: list[str]) -> dict[str, Any]:
        """One row's values in those of the columns that the file has."""
        file, group, row_in_group, _ = self._position(index)
        with open_parquet(self._files[file]) as shard:
            there = [name for name in names if name in shard.schema_arrow.names]
            table = shard.read_row_group(group, columns=there)
        return {name: table[name][row_in_group].as_py() for name in there}

    def name(self, index: int) -> str:
        """File and row, counted from 0."""
        file, _, _, row = self._position(index)
        return f"{self._files[file]}, row {row}"


def _scan(file: ShardFile) -> tuple[bool, list[list[dict[str, Any]]]]:
    """Whether a shard says that it is rendered, and its rows' small columns by row group."""
    with open_parquet(file) as shard:
        metadata = shard.schema_arrow.metadata or {}
        extra = [name for name in ("split",) if name in shard.schema_arrow.names]
        columns = [*PANORAMA_COLUMNS[1:], *extra]
        try:
            groups = range(shard.num_row_groups)
            rows = [shard.read_row_group(g, columns=columns).to_pylist() for g in groups]
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(file, error) from None
        return metadata.get(b"geoduel") == b"rendered", rows


def _text(value: str | float | None) -> str:
    """A coordinate as the data set stores it: as text. Numbers are let through as well."""
    return "" if value is None else str(value)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_any = pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null
    return any(matches(kind) for matches in is_any)


def _is_text_or_number(kind: pa.DataType) -> bool:
    return _is_text(kind) or pa.types.is_floating(kind) or pa.types.is_integer(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    is_any = pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view
    return any(matches(kind) for matches in (*is_any, pa.types.is_fixed_size_binary))


_COLUMN_TYPES = {
    "country_iso_alpha2": (_is_text, "string"),
    "latitude": (_is_text_or_number, "string"),
    "longitude": (_is_text_or_number, "string"),
    "address": (_is_text, "string"),
}


def _unreadable(file: ShardFile, error: Exception) -> DataError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    remedy = "download it again" if isinstance(file, Path) else "check the connection"
    return DataError(f"{file}: no readable parquet file ({reason}); {remedy}")


def open_parquet(file: ShardFile) -> pq.ParquetFile:
    """Open a shard and check its columns.

    Raises:
        DataError: no parquet file, a missing column, or one of another type.
    """
    try:
        if isinstance(file, Path):
            shard = pq.ParquetFile(file)
        else:
            # Columns that lie side by side are asked for in one go.
            shard = pq.ParquetFile(file.open("rb"), pre_buffer=True)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(file, error) from None
    schema = shard.schema_arrow
    missing = [name for name in PANORAMA_COLUMNS if name not in schema.names]
    if missing:
        raise DataError(
            f"{file}: no column {', '.join(missing)}; expected {', '.join(PANORAMA_COLUMNS)}, "
            f"found {', '.join(schema.names)}"
        )
    image = schema.field("image").type
    if not pa.types.is_struct(image) or image.get_field_index("bytes") < 0:
        raise DataError(f"{file}: column image is {image}; expected struct<bytes, path>")
    if not _is_bytes(image.field("bytes").type):
        raise DataError(
            f"{file}: column image.bytes is {image.field('bytes').type}; expected binary"
        )
    for name, (fits, expected) in _COLUMN_TYPES.items():
        if not fits(schema.field(name).type):
            raise DataError(
                f"{file}: column {name} is {schema.field(name).type}; expected {expected}"
            )
    return shard


def open_sources(directory: Path) -> list[Source]:
    """Recognise the data sets in a directory by what is in it, or one level down.

    Args:
        directory: or a zip of photos.

    Raises:
        DataError: the directory does not exist, or nothing in it can be used.
    """
    sources: list[Source] = []
    if directory.is_file():
        if directory.suffix.lower() != ".zip":
            raise DataError(f"{directory}: neither a directory nor a .zip; give its directory")
        sources.append(ZippedPhotos(directory))
    elif not directory.is_dir():
        raise DataError(f"{directory}: no such directory; give one with parquet files or photos")
    for folder in (directory, *folders_of(directory)) if directory.is_dir() else ():
        shards = sorted(folder.glob("*.parquet"))
        if shards:
            sources.append(ParquetSource(shards))
        if any(f.name.casefold() in CODE_OF_FOLDER for f in folders_of(folder)):
            sources.append(FolderSource(folder))
    if not any(source.places for source in sources):
        raise DataError(
            f"{directory}: no panoramas or photos of the 56 countries; expected parquet files "
            f"with the columns {', '.join(PANORAMA_COLUMNS)}, or one folder per country with photos"
        )
    return sources


def describe_skipped(sources: Iterable[Source]) -> Counter[str]:
    """Add up what several sources left out, by reason."""
    return sum((source.skipped for source in sources), Counter[str]())
