"""Where panoramas and photos come from: parquet shards and folders per country. Torch-free.

A directory is recognised by what is in it, or in its folders one level down::

    sources = open_sources(Path("streetview"))      # parquet/*.parquet and Hungary/canvas_1.jpg
    jpeg = sources[0].read(7)                       # one row, without reading its shard

Photos may as well stay in the ``.zip`` that they came in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from model.data.labels import CODE_OF_FOLDER
from model.data.listing import files_in, folders_in
from model.data.parquet import ParquetSource
from model.data.photos import FolderSource, ZippedPhotos
from model.data.shards import PANORAMA_COLUMNS, SHARD_SUFFIXES
from model.errors import DataError
from model.types import Place

__all__ = ["FolderSource", "ParquetSource", "Source", "ZippedPhotos", "open_sources"]


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

    def version(self, index: int) -> str:
        """What changes with the picture of ``places[index]``, so that a cache knows it by that."""
        ...


def open_sources(directory: Path, *, copy_rows: bool = True) -> list[Source]:
    """Recognise the data sets in a directory by what is in it, or one level down.

    Args:
        directory: or a zip of photos.
        copy_rows: see :class:`~model.data.parquet.ParquetSource`.

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
    for folder in (directory, *folders_in(directory)) if directory.is_dir() else ():
        shards = files_in(folder, SHARD_SUFFIXES)
        if shards:
            sources.append(ParquetSource(shards, copy_rows=copy_rows))
        if any(f.name.casefold() in CODE_OF_FOLDER for f in folders_in(folder)):
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
