from __future__ import annotations

import multiprocessing
import os
import pickle
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.data import photos
from model.data.collection import Collection
from model.data.parquet import ParquetSource, parse_location
from model.data.sources import FolderSource, ZippedPhotos, open_sources
from model.errors import DataError, PictureError
from model.geography import LatLon
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
    before_ns = file.stat().st_mtime_ns
    file.write_bytes(data)
    os.utime(file, ns=(before_ns, before_ns))  # else it is no longer the file that was listed
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


def test_coordinates_may_be_numbers_empty_or_all_missing(tmp_path: Path) -> None:
    as_text = ParquetSource([shard(tmp_path / "a.parquet", [{"latitude": "47.5"}] * 2)])
    as_number = ParquetSource(
        [shard(tmp_path / "b.parquet", [{"latitude": 47.5, "longitude": 19.0}] * 2)]
    )
    assert [p.location for p in as_number.places] == [LatLon(47.5, 19)] * 2
    assert as_number.places == as_text.places
    missing = {"latitude": None, "longitude": "", "address": None}
    (place, other) = ParquetSource([shard(tmp_path / "c.parquet", [missing] * 2)]).places
    assert place.location is None
    assert place.key != other.key


def test_text_may_be_stored_as_a_dictionary_or_large(tmp_path: Path) -> None:
    file = shard(tmp_path / "a.parquet", [{}] * 3)
    before = ParquetSource([file]).places
    table = pq.read_table(file)
    for name, kind in (
        ("country_iso_alpha2", pa.dictionary(pa.int32(), pa.string())),
        ("address", pa.large_string()),
    ):
        i = table.schema.get_field_index(name)
        table = table.set_column(i, name, table[name].cast(kind))
    pq.write_table(table, file)
    assert ParquetSource([file]).places == before


def test_an_empty_shard_among_others_does_no_harm(tmp_path: Path) -> None:
    table = pq.read_table(shard(tmp_path / "b.parquet", [{}] * 3))
    pq.write_table(table.slice(0, 0), tmp_path / "a.parquet")
    (source,) = open_sources(tmp_path)
    assert len(source.places) == 3
    assert source.name(0) == f"{tmp_path / 'b.parquet'}, row 0"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"country_iso_alpha2": 7}, "column country_iso_alpha2 is int64; expected string"),
        ({"latitude": [47.5]}, "column latitude is list<.*; expected string"),
        ({"address": 7.5}, "column address is double; expected string"),
        ({"image": {"bytes": "text", "path": ""}}, r"column image\.bytes is string; expected bin"),
    ],
)
def test_a_column_of_another_type_is_named(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=rf"a\.parquet: {message}"):
        ParquetSource([shard(tmp_path / "a.parquet", [row])])


def test_a_shard_with_damaged_small_columns_is_named(tmp_path: Path) -> None:
    file = shard(tmp_path / "a.parquet", [{"address": "A" * 500}] * 2)
    data = bytearray(file.read_bytes())
    start = pq.ParquetFile(file).metadata.row_group(0).column(3).dictionary_page_offset
    data[start : start + 40] = bytes(40)
    file.write_bytes(data)
    with pytest.raises(DataError, match=r"a\.parquet: no readable parquet file \("):
        ParquetSource([file])


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


def zipped(file: Path, directory: Path, inside: str = "compressed_dataset") -> Path:
    """What the hub of the photos gives out: a zip, with what some systems add to it."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for photo in sorted(directory.rglob("*.jpg")):
            archive.write(photo, f"{inside}/{photo.relative_to(directory)}")
        archive.writestr(f"__MACOSX/{inside}/Hungary/._canvas_1.jpg", b"x")
        archive.writestr("readme.txt", b"x")
    return file


@pytest.mark.parametrize("inside", ["compressed_dataset", "a/b", "."])
def test_a_zip_is_read_as_the_folder_in_it(
    tmp_path: Path, photo_folder: Callable[..., Path], inside: str
) -> None:
    folder = photo_folder(Hungary=3, south_korea=2, Kenya=2, Narnia=1)
    file = zipped(tmp_path / "archive.zip", folder, inside)
    (zip_source,), (source,) = open_sources(file), open_sources(folder)
    assert zip_source.places == source.places
    assert zip_source.skipped == source.skipped == {"other_country": 2, "unknown_folder": 1}
    for i in range(len(source.places)):
        assert zip_source.read(i) == source.read(i)
    assert zip_source.name(0).startswith(f"{file}/")
    assert zip_source.name(0).endswith("Hungary/canvas_0000.jpg")


def test_a_zip_is_read_by_threads_and_processes_at_once(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    folder = photo_folder(Hungary=30, Japan=30)
    source = ZippedPhotos(zipped(tmp_path / "archive.zip", folder))
    expected = [FolderSource(folder).read(i) for i in range(60)]
    numbers = [*range(60)] * 4
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(source.read, numbers)) == [expected[i] for i in numbers]
    assert pickle.loads(pickle.dumps(source)).read(7) == expected[7]
    # A child that was forked while the zip was open shares the place in the file with its parent.
    forked = multiprocessing.get_context("fork").Process(target=_read_all, args=(source, expected))
    forked.start()
    _read_all(source, expected)
    forked.join(30)
    assert forked.exitcode == 0


def _read_all(source: ZippedPhotos, expected: list[bytes]) -> None:
    for _ in range(10):
        for i, data in enumerate(expected):
            assert source.read(i) == data


def test_zips_that_cannot_be_used_are_named(
    tmp_path: Path, photo_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(DataError, match=r"text\.zip: no readable zip"):
        open_sources(tmp_path / "text.zip")
    (tmp_path / "data.tar").write_text("hello")
    with pytest.raises(DataError, match=r"data\.tar: neither a directory nor a \.zip"):
        open_sources(tmp_path / "data.tar")
    folder = photo_folder(Kenya=2)
    with pytest.raises(DataError, match=r"archive\.zip: no panoramas or photos of the 56"):
        open_sources(zipped(tmp_path / "archive.zip", folder))
    good = zipped(tmp_path / "good.zip", photo_folder(Hungary=2))
    source = ZippedPhotos(good)
    data = good.read_bytes()
    place = data.index(b"canvas_0001.jpg") + 400
    good.write_bytes(data[:place] + bytes(200) + data[place + 200 :])
    with pytest.raises(PictureError, match=r"good\.zip/.*canvas_0001\.jpg: cannot be read"):
        ZippedPhotos(good).read(1)
    assert source.read(0)
    monkeypatch.setattr(photos, "MAX_ENTRY_BYTES", 100)
    with pytest.raises(PictureError, match="is no photo"):
        source.read(0)


def test_near_duplicates_listed_beside_a_zip_are_followed(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    file = zipped(tmp_path / "archive.zip", photo_folder(Hungary=60))
    names = [f"Hungary/canvas_0{k:03}.jpg" for k in range(60)]
    listed = "file,group\n" + "".join(f"{n},g{i // 2}\n" for i, n in enumerate(names))
    (tmp_path / "near_duplicates.csv").write_text(listed)
    splits = Collection.open([file]).splits
    assert splits[0::2] == splits[1::2]
    assert len(set(splits)) > 1


def test_a_rendered_shard_does_not_make_its_neighbours_rendered(tmp_path: Path) -> None:
    real = shard(tmp_path / "real.parquet", [{}])
    rendered = shard(tmp_path / "world.parquet", [{"latitude": "50"}])
    table = pq.read_table(rendered)
    pq.write_table(table.replace_schema_metadata({b"geoduel": b"rendered"}), rendered)
    source = ParquetSource([real, rendered])
    assert [place.source for place in source.places] == ["parquet", "practice"]
    assert source.rendered


def test_a_picture_that_changes_has_another_version(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    folder = photo_folder(Hungary=2)
    file = folder / "Hungary" / "canvas_0000.jpg"
    archive, rows = tmp_path / "photos.zip", tmp_path / "rows.parquet"

    def versions() -> list[str]:
        with zipfile.ZipFile(archive, "w") as zipped:
            for photo in sorted(file.parent.iterdir()):
                zipped.write(photo, f"Hungary/{photo.name}")
        sources = FolderSource(folder), ZippedPhotos(archive), ParquetSource([rows])
        return [source.version(i) for source in sources for i in range(2)]

    shard(rows, [{}, {}])
    before = versions()
    assert len(set(before)) == 6
    assert versions() == before
    file.write_bytes(jpeg(seed=77))
    shard(rows, [{"address": "a street"}, {}])
    changed = [now != was for now, was in zip(versions(), before, strict=True)]
    assert changed == [True, False, True, False, True, True], "a shard changes as a whole"
    source = FolderSource(folder)
    file.unlink()
    assert source.version(0) == str(file), "what is gone is named when it is read"
