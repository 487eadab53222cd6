"""What thinning knows of each picture: its quality and a thumbnail, measured once and kept.

The store is an SQLite file whose rows are named by the bytes of the pictures. So a killed run goes
on where it was, several runs may write to one store, and other directories with the same pictures
find them measured.
"""

from __future__ import annotations

import io
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.data.collection import Collection
from model.data.pictures import open_picture
from model.data.thinning.duplicates import THUMBNAIL_PX
from model.data.thinning.quality import Quality, measure
from model.data.trained import digest
from model.errors import DataError, PictureError, fault

HEIGHT_PX = 208
"""Pictures are measured at this height: half of the lowest ones, so that JPEGs of 416 px and more
are decoded at half of their size or less, and sharpness is comparable."""

CHUNK = 100
"""Pictures between two commits: what a killed run loses at most."""

_TABLE = """CREATE TABLE IF NOT EXISTS measures_208_64 (
    digest TEXT PRIMARY KEY, luminance REAL, entropy_bits REAL, sharpness REAL, thumbnail BLOB)"""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One picture.

    Attributes:
        quality: its figures at ``HEIGHT_PX``.
        thumbnail: uint8 [THUMBNAIL_PX, THUMBNAIL_PX], grey.
    """

    quality: Quality
    thumbnail: NDArray[np.uint8]


def measure_picture(data: bytes, name: str) -> Measured:
    """Decode a picture at reduced size and measure it.

    Args:
        data: the bytes of the file.
        name: what to call it in an error.

    Raises:
        PictureError: it cannot be read.
    """
    grey = _grey(data, name)
    width_px = max(3, round(grey.width * HEIGHT_PX / grey.height))
    level = grey.resize((width_px, HEIGHT_PX), Image.Resampling.BOX)
    thumbnail = grey.resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.BOX)
    return Measured(measure(np.asarray(level)), np.asarray(thumbnail))


def _grey(data: bytes, name: str) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.format == "JPEG" and picture.mode in {"RGB", "L"}:
                width_px, height_px = picture.size
                # The decoder leaves out what is not needed: a quarter of the work or less.
                picture.draft("L", (max(1, width_px * HEIGHT_PX // height_px), HEIGHT_PX))
                return picture.convert("L")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        pass  # said in full words below
    return open_picture(data, name).convert("L")


@contextmanager
def _opened(store: Path) -> Iterator[sqlite3.Connection]:
    if not store.parent.is_dir():
        raise DataError(f"{store}: the folder {store.parent} does not exist; make it first")
    try:
        with closing(sqlite3.connect(store, timeout=60)) as connection:
            connection.execute(_TABLE)
            yield connection
    except sqlite3.Error as error:
        raise DataError(fault(store, "no store of measures", "remove it", error)) from None


def measure_all(
    collection: Collection,
    store: Path,
    *,
    workers: int,
    progress: Callable[[Iterable[int]], Iterable[int]],
) -> list[Measured | PictureError]:
    """Measure every place, or look up what was measured before.

    Args:
        collection: of the places.
        store: the SQLite file; made if it is missing.
        workers: threads that read and decode.
        progress: wraps the loop over the places' numbers, to show it.

    Returns:
        For each place its measures, or why its picture cannot be read.

    Raises:
        DataError: the store is none, or cannot be written.
    """
    found: list[Measured | PictureError] = []
    chunk: list[int] = []
    with _opened(store) as connection, ThreadPoolExecutor(workers) as pool:
        for number in progress(range(len(collection.places))):
            chunk.append(number)
            if len(chunk) == CHUNK or number + 1 == len(collection.places):
                found += _measure_chunk(collection, chunk, connection, pool)
                chunk = []
    return found


def _measure_chunk(
    collection: Collection,
    numbers: Sequence[int],
    connection: sqlite3.Connection,
    pool: ThreadPoolExecutor,
) -> list[Measured | PictureError]:
    def read(number: int) -> bytes | PictureError:
        try:
            return collection.read(number)
        except PictureError as error:
            return error

    def look(number: int, data: bytes) -> Measured | PictureError:
        try:
            return measure_picture(data, collection.name(number))
        except PictureError as error:
            return error

    pictures = list(pool.map(read, numbers))
    names = [digest(data) if isinstance(data, bytes) else "" for data in pictures]
    known = _stored(connection, names)
    missing = {
        name: pool.submit(look, number, data)
        for number, name, data in zip(numbers, names, pictures, strict=True)
        if isinstance(data, bytes) and name not in known
    }
    results = {name: future.result() for name, future in missing.items()}
    _keep(connection, results)

    def result(number: int, name: str, data: bytes | PictureError) -> Measured | PictureError:
        if isinstance(data, PictureError):
            return data
        measured = known.get(name) or results[name]
        # Pictures of the same bytes share their measures, but an error names one of them only.
        return look(number, data) if isinstance(measured, PictureError) else measured

    return [result(*one) for one in zip(numbers, names, pictures, strict=True)]


def _stored(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, Measured]:
    """What the store knows of these pictures; rows that are damaged count as missing."""
    marks = ", ".join("?" * len(names))
    query = f"SELECT * FROM measures_208_64 WHERE digest IN ({marks})"
    side = THUMBNAIL_PX
    return {
        name: Measured(Quality(*figures), np.frombuffer(blob, np.uint8).reshape(side, side))
        for name, *figures, blob in connection.execute(query, list(names))
        if all(isinstance(figure, float) and math.isfinite(figure) for figure in figures)
        and isinstance(blob, bytes)
        and len(blob) == side * side
    }


def _keep(connection: sqlite3.Connection, results: dict[str, Measured | PictureError]) -> None:
    rows = [
        (name, m.quality.luminance, m.quality.entropy_bits, m.quality.sharpness, bytes(m.thumbnail))
        for name, m in results.items()
        if isinstance(m, Measured)
    ]
    with connection:
        connection.executemany(
            "INSERT OR REPLACE INTO measures_208_64 VALUES (?, ?, ?, ?, ?)", rows
        )
