from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from model.data.collection import Collection
from model.data.thinning.measures import Measured, measure_all


@pytest.mark.parametrize(
    "damage", ["thumbnail = NULL", "thumbnail = x'00'", "thumbnail = 'x'", "luminance = NULL"]
)
def test_damaged_rows_of_the_store_are_measured_anew(
    photo_folder: Callable[..., Path], tmp_path: Path, damage: str
) -> None:
    collection, store = Collection.open([photo_folder(Hungary=3)]), tmp_path / "m.sqlite"
    before = measure_all(collection, store, workers=1, progress=iter)
    with closing(sqlite3.connect(store)) as connection, connection:
        sound = connection.execute("SELECT * FROM measures_208_64 ORDER BY digest").fetchall()
        connection.execute(f"UPDATE measures_208_64 SET {damage}")
    for a, b in zip(before, measure_all(collection, store, workers=1, progress=iter), strict=True):
        assert isinstance(a, Measured)
        assert isinstance(b, Measured)
        assert a.quality == b.quality
        assert (a.thumbnail == b.thumbnail).all()
    with closing(sqlite3.connect(store)) as connection:
        rows = connection.execute("SELECT * FROM measures_208_64 ORDER BY digest").fetchall()
    assert rows == sound
