"""Where panoramas and photos come from: parquet shards and folders per country. Torch-free.

A directory is recognised by what is in it, or in its folders one level down::

    sources = open_sources(Path("streetview"))      # parquet/*.parquet and Hungary/canvas_1.jpg
    jpeg = sources[0].read(7)                       # one row, without reading its shard
"""

from __future__ import annotations

import hashlib
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from model.data.labels import CODE_OF_FOLDER, OTHER_FOLDERS
from model.data.pages import BytesColumn
from model.types import (
    COUNTRY_INDEX,
    PRACTICE_SOURCE,
    SPLITS,
    DataError,
    LatLon,
    PictureError,
    Place,
    Split,
)

PANORAMA_COLUMNS = ("image", "country_iso_alpha2", "latitude", "longitude", "address")
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


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


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


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

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = tuple(files)
        self._places: list[Place] = []
        self._rows = array("q")  # four a place: file, row group, row in it, row in file
        self._skipped: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._pictures = BytesColumn(self._files, "image.bytes", open_parquet)
        self._rendered = False
        for number, file in enumerate(self._files):
            self._scan(number, file)

    def _scan(self, number: int, file: Path) -> None:
        with open_parquet(file) as shard:
            metadata = shard.schema_arrow.metadata or {}
            self._rendered |= metadata.get(b"geoduel") == b"rendered"
            extra = [name for name in ("split",) if name in shard.schema_arrow.names]
            row = 0
            for group in range(shard.num_row_groups):
                table = shard.read_row_group(group, columns=[*PANORAMA_COLUMNS[1:], *extra])
                for row_in_group, fields in enumerate(table.to_pylist()):
                    self._add(fields, (number, group, row_in_group, row))
                    row += 1

    def _add(self, fields: dict[str, Any], position: tuple[int, int, int, int]) -> None:
        country = (fields["country_iso_alpha2"] or "").strip().upper()
        if country not in COUNTRY_INDEX:
            self._skipped["other_country"] += 1
            return
        latitude, longitude = fields["latitude"], fields["longitude"]
        location = parse_location(latitude, longitude)
        declared: Split | None = fields["split"] if fields.get("split") in SPLITS else None
        file, _, _, row = position
        # Without coordinates the row's position is all that tells two places of a country apart.
        where = (latitude, longitude) if location else (self._files[file].name, str(row))
        key = _key("panorama", country, *where, fields["address"] or "")
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

    def cues(self, index: int) -> dict[str, bytes]:
        """The masks of one row's named cues, as PNGs of the picture's size; often none."""
        file, group, row_in_group, _ = self._position(index)
        with open_parquet(self._files[file]) as shard:
            if "cues" not in shard.schema_arrow.names:
                return {}
            column = shard.read_row_group(group, columns=["cues"])["cues"]
        return {cue["name"]: cue["mask"] for cue in column[row_in_group].as_py() or ()}

    def name(self, index: int) -> str:
        """File and row, counted from 0."""
        file, _, _, row = self._position(index)
        return f"{self._files[file]}, row {row}"


def open_parquet(file: Path) -> pq.ParquetFile:
    """Open a shard and check its columns.

    Raises:
        DataError: no parquet file, a missing column, or one of another type.
    """
    try:
        shard = pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{file}: no readable parquet file ({reason}); download it again") from None
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
    return shard


class FolderSource:
    """Photos in one folder per country; the folder name is the only label.

    Args:
        directory: holds ``<Country>/<photo>.jpg`` with usual English country names, in any case.
    """

    def __init__(self, directory: Path) -> None:
        self._skipped: Counter[str] = Counter()
        self._files: list[Path] = []
        self._places: list[Place] = []
        for folder in _folders(directory):
            photos = _photos(folder)
            name = folder.name.casefold()
            code = CODE_OF_FOLDER.get(name)
            if code is None:
                reason = "other_country" if name in OTHER_FOLDERS else "unknown_folder"
                self._skipped[reason] += len(photos)
                continue
            for photo in photos:
                key = _key("photo", code, photo.name)
                self._files.append(photo)
                self._places.append(Place(key, code, None, "photos"))

    @property
    def places(self) -> Sequence[Place]:
        """The photos in folders of the 56 countries, sorted by folder and name."""
        return self._places

    @property
    def skipped(self) -> Counter[str]:
        """Photos in folders of other countries, and in folders that are no country."""
        return self._skipped

    @property
    def rendered(self) -> bool:
        """Photos are never rendered."""
        return False

    def read(self, index: int) -> bytes:
        """One photo's bytes.

        Raises:
            PictureError: the file is gone or may not be read.
        """
        try:
            return self._files[index].read_bytes()
        except OSError as error:
            raise PictureError(
                f"{self._files[index]}: {error.strerror}; restore or remove it"
            ) from None

    def name(self, index: int) -> str:
        """The file."""
        return str(self._files[index])


def _folders(directory: Path) -> list[Path]:
    return sorted(p for p in directory.iterdir() if p.is_dir() and not p.name.startswith("."))


def _photos(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES)


def unknown_folders(directory: Path) -> list[Path]:
    """Folders with photos whose name is no country that the photo data set knows."""
    known = CODE_OF_FOLDER.keys() | OTHER_FOLDERS
    return [f for f in _folders(directory) if f.name.casefold() not in known and _photos(f)]


def open_sources(directory: Path) -> list[Source]:
    """Recognise the data sets in a directory by what is in it, or one level down.

    Raises:
        DataError: the directory does not exist, or nothing in it can be used.
    """
    if not directory.is_dir():
        raise DataError(f"{directory}: no such directory; give one with parquet files or photos")
    sources: list[Source] = []
    for folder in (directory, *_folders(directory)):
        shards = sorted(folder.glob("*.parquet"))
        if shards:
            sources.append(ParquetSource(shards))
        if any(f.name.casefold() in CODE_OF_FOLDER for f in _folders(folder)):
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
