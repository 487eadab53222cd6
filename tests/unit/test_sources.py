from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.data.collection import Collection
from model.data.sources import FolderSource, ParquetSource, open_sources, parse_location
from model.types import DataError, LatLon, PictureError
from tests.conftest import PRACTICE, jpeg, shard


def test_each_row_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    data = [jpeg(seed=i) for i in range(11)]
    rows = [{"image": {"bytes": d, "path": None}} for d in data]
    source = ParquetSource(
        [shard(tmp_path / "a.parquet", rows[:6]), shard(tmp_path / "b.parquet", rows[6:])]
    )
    assert len(source.places) == 11
    for i in (10, 0, 5, 6, 3):
        assert source.read(i) == data[i]
    assert source.name(7) == f"{tmp_path / 'b.parquet'}, row 1"


def test_a_source_can_be_sent_to_another_process(tmp_path: Path) -> None:
    source = ParquetSource([shard(tmp_path / "a.parquet", [{}] * 3)])
    before = source.read(2)
    again = pickle.loads(pickle.dumps(source))
    assert again.places == source.places
    assert again.read(2) == before


def test_one_row_is_read_without_the_rest_of_its_shard(tmp_path: Path) -> None:
    file = shard(tmp_path / "a.parquet", [{}] * 8, group=2)
    source = ParquetSource([file])
    before = source.read(5)
    # Destroy the first row groups: the sixth row must not need them.
    start = pq.ParquetFile(file).metadata.row_group(2).column(0).dictionary_page_offset
    data = bytearray(file.read_bytes())
    data[8 : start - 8] = bytes(start - 16)
    file.write_bytes(data)
    source.read(7)
    assert source.read(5) == before


def test_other_countries_are_counted_and_left_out(tmp_path: Path) -> None:
    rows = [{"country_iso_alpha2": c} for c in ("HU", "KE", "hu", None, "XX")]
    source = ParquetSource([shard(tmp_path / "a.parquet", rows)])
    assert [p.country for p in source.places] == ["HU", "HU"]
    assert source.skipped == {"other_country": 3}


def test_columns_may_come_in_another_order_with_others_between(tmp_path: Path) -> None:
    table = pq.read_table(shard(tmp_path / "a.parquet", [{}] * 3))
    table = table.append_column("extra", pa.array([1, 2, 3])).select(
        ["address", "extra", "longitude", "country_iso_alpha2", "image", "latitude"]
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert len(ParquetSource([tmp_path / "a.parquet"]).places) == 3


@pytest.mark.parametrize("column", ["image", "country_iso_alpha2", "latitude", "address"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    file = shard(tmp_path / "a.parquet", [{}], drop=column)
    with pytest.raises(DataError, match=rf"a\.parquet: no column {column}; expected image"):
        ParquetSource([file])


def test_an_image_column_of_another_type_is_refused(tmp_path: Path) -> None:
    file = shard(tmp_path / "a.parquet", [{"image": "a path"}])
    with pytest.raises(DataError, match="column image is string"):
        ParquetSource([file])


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_text("hello")
    with pytest.raises(DataError, match=r"a\.parquet: no readable parquet"):
        open_sources(tmp_path)


def test_a_row_without_bytes_is_named(tmp_path: Path) -> None:
    file = shard(tmp_path / "a.parquet", [{}, {"image": {"bytes": None, "path": "x.jpg"}}])
    with pytest.raises(PictureError, match=r"a\.parquet, row 1: .* no bytes"):
        ParquetSource([file]).read(1)


def test_an_unreadable_picture_is_named_with_its_row(tmp_path: Path) -> None:
    shard(tmp_path / "a.parquet", [{}, {"image": {"bytes": b"text", "path": "x.jpg"}}])
    with pytest.raises(PictureError, match=r"a\.parquet, row 1: not a picture"):
        Collection.open([tmp_path]).picture(1)


@pytest.mark.parametrize(
    ("latitude", "longitude", "location"),
    [
        ("47.5", "19.05", LatLon(47.5, 19.05)),
        (" -33.9 ", "151", LatLon(-33.9, 151)),
        ("", "", None),
        (None, "19", None),
        ("47,5", "19", None),
        ("95", "19", None),
        ("nan", "0", None),
        ("0.0", "0", None),
    ],
)
def test_coordinates_are_strings_of_any_quality(
    latitude: str | None, longitude: str | None, location: LatLon | None
) -> None:
    assert parse_location(latitude, longitude) == location


def test_folders_of_countries(photo_folder: Callable[..., Path]) -> None:
    source = FolderSource(photo_folder(Hungary=2, south_korea=1, Kenya=3, Narnia=4))
    assert [p.country for p in source.places] == ["HU", "HU", "KR"]
    assert source.skipped == {"other_country": 3, "unknown_folder": 4}
    assert source.read(0).startswith(b"\xff\xd8")


def test_an_unknown_folder_is_named(
    photo_folder: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    Collection.open([photo_folder(Hungary=1, Narnia=1)])
    assert "Narnia: no country of that name" in caplog.text


def test_both_layouts_are_found_one_level_down(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    photo_folder(Hungary=2)
    shard(tmp_path / "data" / "train-00000-of-00001.parquet", [{}] * 3)
    assert sorted(len(s.places) for s in open_sources(tmp_path)) == [2, 3]


def test_unusable_directories_are_refused(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    with pytest.raises(DataError, match="no such directory"):
        open_sources(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty: no panoramas or photos of the 56"):
        open_sources(tmp_path / "empty")
    with pytest.raises(DataError, match="no panoramas or photos"):
        open_sources(photo_folder(Kenya=2, Narnia=2))


def test_the_shipped_panoramas_say_that_they_are_rendered() -> None:
    (source,) = open_sources(PRACTICE)
    assert source.rendered
    assert {p.source for p in source.places} == {"practice"}
    assert all(p.declared_split for p in source.places)
