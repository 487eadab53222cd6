from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.data.pages import LARGE_PAGE_BYTES, BytesColumn
from model.data.sources import ParquetSource
from model.errors import PictureError
from tests.conftest import PRACTICE, jpeg, shard

COLUMN = "image.bytes"


def write(
    file: Path, values: Sequence[bytes | None], *, swap: bool = False, **options: Any
) -> Path:
    """A shard whose struct column may have its fields in either order, among other columns."""
    picture = pa.array(values, pa.binary())
    path = pa.array([f"{i}.jpg" for i in range(len(values))])
    fields = {"path": path, "bytes": picture} if swap else {"bytes": picture, "path": path}
    missing = pa.array([i % 7 == 3 and v is None for i, v in enumerate(values)])
    image = pa.StructArray.from_arrays(list(fields.values()), list(fields), mask=missing)
    others = {"country": pa.array(["HU"] * len(values)), "image": image}
    pq.write_table(pa.table(dict(reversed(others.items())) if swap else others), file, **options)
    return file


def stored(file: Path) -> list[list[bytes | None]]:
    """What pyarrow reads, by row group."""
    shard = pq.ParquetFile(file)
    groups = [
        shard.read_row_group(g, columns=[COLUMN]).column(0).to_pylist()
        for g in range(shard.num_row_groups)
    ]
    return [[v["bytes"] if v else None for v in group] for group in groups]


def check(file: Path, seed: int = 0, *, indexed: bool | None = True) -> None:
    """Read every value in order and at random, and compare."""
    groups = stored(file)
    column = BytesColumn([file], COLUMN, pq.ParquetFile)
    places = [(g, r) for g, group in enumerate(groups) for r in range(len(group))]
    for g, r in [*places, *random.Random(seed).sample(places, len(places))]:
        assert column.read(0, g, r) == groups[g][r]
    if indexed is not None:
        assert {column.indexed(0, g) for g in range(len(groups))} <= {indexed}


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


@st.composite
def some_bytes(draw: st.DrawFn) -> bytes:
    """From nothing to several Snappy fragments, from repetitive to incompressible."""
    size = draw(st.sampled_from([0, 1, 3, 60, 61, 300, 5_000, 70_000, 200_000]))
    seed = draw(st.integers(0, 3))
    pattern = noise(draw(st.sampled_from([1, 7, 1000, 70_000, 200_000])), seed)
    return (pattern * (size // len(pattern) + 1))[:size]


@settings(max_examples=120, deadline=None)
@given(
    values=st.lists(st.none() | some_bytes(), min_size=1, max_size=30),
    swap=st.booleans(),
    options=st.fixed_dictionaries(
        {
            "compression": st.sampled_from(["none", "snappy", "zstd", "gzip"]),
            "use_dictionary": st.booleans(),
            "row_group_size": st.sampled_from([1, 4, 100]),
            "data_page_size": st.sampled_from([1, 1000, 100_000, 1 << 20]),
            "write_batch_size": st.sampled_from([1, 3, 1024]),
            "dictionary_pagesize_limit": st.sampled_from([1, 100_000, 1 << 20]),
            "data_page_version": st.sampled_from(["1.0", "2.0"]),
            "write_statistics": st.booleans(),
            "write_page_checksum": st.booleans(),
        }
    ),
)
def test_each_value_is_what_pyarrow_reads(
    values: list[bytes | None], swap: bool, options: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(write(Path(folder) / "a.parquet", values, swap=swap, **options))


@pytest.mark.parametrize("use_dictionary", [True, False])
@pytest.mark.parametrize("pattern", ["noise", "repeated", "mixed"])
def test_large_snappy_pages_are_read_in_pieces(
    tmp_path: Path, pattern: str, use_dictionary: bool
) -> None:
    size = 150_000
    values = [noise(size, i) for i in range(40)]
    if pattern == "repeated":
        values = [noise(10, i) * (size // 10) for i in range(40)]
    if pattern == "mixed":
        values = [v[:50_000] + bytes(30_000) + v[:20_000] for v in values]
    file = write(
        tmp_path / "a.parquet",
        values,
        use_dictionary=use_dictionary,
        data_page_size=1 << 30,
        dictionary_pagesize_limit=1 << 30,
    )
    check(file)
    if pattern == "noise":
        column = BytesColumn([file], COLUMN, pq.ParquetFile)
        column.read(0, 0, 20)
        assert len(column._piece[1]) < size + 3 * (1 << 16)
        assert sum(map(len, values)) > LARGE_PAGE_BYTES


def test_numbers_of_many_dictionary_entries_are_unpacked(tmp_path: Path) -> None:
    values = [noise(20, i % 700) for i in range(5000)]
    check(write(tmp_path / "a.parquet", values))
    check(write(tmp_path / "b.parquet", [noise(20, 1)] * 5000))
    check(write(tmp_path / "c.parquet", [None] * 500))


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "brotli"},
        {"use_dictionary": False, "column_encoding": {COLUMN: "DELTA_LENGTH_BYTE_ARRAY"}},
        {"use_dictionary": False, "column_encoding": {COLUMN: "DELTA_BYTE_ARRAY"}},
    ],
)
def test_unusual_layouts_are_left_to_pyarrow(tmp_path: Path, options: dict[str, Any]) -> None:
    check(
        write(tmp_path / "a.parquet", [noise(500, i) for i in range(9)], **options), indexed=False
    )


def test_a_column_that_is_not_plain_bytes_is_left_to_pyarrow(tmp_path: Path) -> None:
    fixed = pa.array([b"abcd", b"efgh"], pa.binary(4))
    image = pa.StructArray.from_arrays([fixed], ["bytes"])
    pq.write_table(pa.table({"image": image}), tmp_path / "a.parquet")
    check(tmp_path / "a.parquet", indexed=False)


def test_large_binary_and_required_fields_are_read(tmp_path: Path) -> None:
    wide = pa.field("bytes", pa.large_binary(), nullable=False)
    values = pa.array([noise(100, i) for i in range(5)], pa.large_binary())
    image = pa.StructArray.from_arrays([values], fields=[wide])
    schema = pa.schema([pa.field("image", image.type, nullable=False)])
    for version in ("1.0", "2.0"):
        file = tmp_path / f"{version}.parquet"
        pq.write_table(pa.table([image], schema), file, data_page_version=version)
        check(file)


def test_a_damaged_file_is_an_error_that_names_file_and_row(tmp_path: Path) -> None:
    file = shard(tmp_path / "a.parquet", [{}] * 6, group=3)
    source = ParquetSource([file])
    whole = file.read_bytes()
    file.write_bytes(bytes(len(whole) // 2) + whole[len(whole) // 2 :])
    with pytest.raises(PictureError, match=r"a\.parquet, row 0: cannot be read"):
        source.read(0)
    file.write_bytes(whole)
    again = ParquetSource([file])
    again.read(4)
    again.read(0)
    file.write_bytes(bytes(len(whole)))
    with pytest.raises(PictureError, match=r"a\.parquet, row 5: cannot be read"):
        again.read(5)
    file.unlink()
    with pytest.raises(PictureError, match=r"a\.parquet, row 4: cannot be read"):
        again.read(4)


def test_a_file_that_changed_is_not_read_at_the_old_positions(tmp_path: Path) -> None:
    file = write(tmp_path / "a.parquet", [noise(50_000, i) for i in range(8)], row_group_size=4)
    column = BytesColumn([file], COLUMN, pq.ParquetFile)
    column.read(0, 1, 0)
    column.read(0, 0, 0)
    other = write(tmp_path / "b.parquet", [noise(49_000 + i, i) for i in range(8)])
    file.write_bytes(other.read_bytes())
    with pytest.raises((OSError, pa.ArrowException)):
        column.read(0, 1, 3)


def test_the_shipped_panoramas_are_read_row_by_row() -> None:
    for file in sorted(PRACTICE.glob("*.parquet")):
        check(file)


@pytest.mark.streetview
def test_real_shards_are_read_row_by_row(streetview: Path) -> None:
    for file in sorted((streetview / "parquet").glob("*.parquet")):
        check(file)


def test_the_bytes_of_a_picture_decode(tmp_path: Path) -> None:
    data = jpeg(300, 200)
    file = write(tmp_path / "a.parquet", [data])
    assert BytesColumn([file], COLUMN, pq.ParquetFile).read(0, 0, 0) == data
