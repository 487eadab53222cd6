from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.data import row_copies
from model.data.files import Version
from model.data.parquet import ParquetSource
from model.data.row_copies import cache_directory, copy_bytes, copy_path, make_copies
from model.data.rows import PictureRows, Row
from model.data.shards import PICTURES
from model.errors import DataError, PictureError
from tests.conftest import PRACTICE, ROOT, shard

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory of this test's own."""
    monkeypatch.setenv("GEODUEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "rows"


def write(
    file: Path, values: Sequence[bytes | None] | pa.Array, *, swap: bool = False, **options: Any
) -> Path:
    """A shard whose struct column may have its fields in either order, among other columns."""
    picture = values if isinstance(values, pa.Array) else pa.array(values, pa.binary())
    path = pa.array([f"{i}.jpg" for i in range(len(values))])
    fields = {"path": path, "bytes": picture} if swap else {"bytes": picture, "path": path}
    missing = pa.array([i % 7 == 3 and not v.is_valid for i, v in enumerate(picture)])
    image = pa.StructArray.from_arrays(list(fields.values()), list(fields), mask=missing)
    texts = ("country_iso_alpha2", "latitude", "longitude", "address")
    columns = {name: pa.array(["HU"] * len(values)) for name in texts} | {"image": image}
    pq.write_table(pa.table(dict(reversed(columns.items())) if swap else columns), file, **options)
    return file


def stored(file: Path) -> list[list[bytes | None]]:
    """What pyarrow reads, by row group."""
    shard = pq.ParquetFile(file)
    groups = [
        shard.read_row_group(g, columns=[PICTURES]).column(0).to_pylist()
        for g in range(shard.num_row_groups)
    ]
    return [[v["bytes"] if v else None for v in group] for group in groups]


def check(file: Path, *, copied: bool) -> None:
    """Read every value in order and at random, and compare."""
    groups = stored(file)
    rows = PictureRows([file], [Version.of(file)])
    places = [(g, r) for g, group in enumerate(groups) for r in range(len(group))]
    of_place = {place: Row(0, *place, number) for number, place in enumerate(places)}
    for g, r in [*places, *random.Random(0).sample(places, len(places))]:
        assert rows.read(of_place[g, r]) == groups[g][r]
    assert (rows._copies[0] is not None) == copied


def check_both_ways(file: Path) -> None:
    """With their row groups at first, then from a copy."""
    check(file, copied=False)
    make_copies({file: 1})
    check(file, copied=True)


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def large(file: Path, rows: int = 40, size: int = 60_000, **options: Any) -> Path:
    """A shard of one row group that needs a copy."""
    return write(file, [noise(size, i) for i in range(rows)], **options)


@st.composite
def some_bytes(draw: st.DrawFn) -> bytes:
    """From nothing to several Snappy fragments, from repetitive to incompressible."""
    size = draw(st.sampled_from([0, 1, 3, 60, 61, 300, 5_000, 70_000, 200_000]))
    seed = draw(st.integers(0, 3))
    pattern = noise(draw(st.sampled_from([1, 7, 1000, 70_000, 200_000])), seed)
    return (pattern * (size // len(pattern) + 1))[:size]


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.none() | some_bytes(), min_size=1, max_size=30),
    swap=st.booleans(),
    options=st.fixed_dictionaries(
        {
            "compression": st.sampled_from(["none", "snappy", "zstd", "gzip", "brotli"]),
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
        file = write(Path(folder) / "a.parquet", values, swap=swap, **options)
        check_both_ways(file)


@pytest.mark.parametrize("encoding", ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"])
def test_unusual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    options: dict[str, Any] = {"use_dictionary": False, "column_encoding": {PICTURES: encoding}}
    check_both_ways(write(tmp_path / "a.parquet", [noise(500, i) for i in range(9)], **options))


@pytest.mark.parametrize("kind", [pa.large_binary(), pa.binary_view(), pa.binary(100)])
def test_every_kind_of_bytes_is_read(tmp_path: Path, kind: pa.DataType) -> None:
    values = pa.array([noise(100, i) for i in range(5)], pa.binary()).cast(kind)
    check_both_ways(write(tmp_path / "a.parquet", values))


def test_many_dictionary_entries_and_nothing_but_nulls_are_read(tmp_path: Path) -> None:
    check_both_ways(write(tmp_path / "a.parquet", [noise(20, i % 700) for i in range(2000)]))
    check_both_ways(write(tmp_path / "b.parquet", [noise(20, 1)] * 500))
    check_both_ways(write(tmp_path / "c.parquet", [None] * 500))


def test_required_fields_are_read(tmp_path: Path) -> None:
    bytes_field = pa.field("bytes", pa.large_binary(), nullable=False)
    values = pa.array([noise(100, i) for i in range(5)], pa.large_binary())
    image = pa.StructArray.from_arrays([values], fields=[bytes_field])
    table = pq.read_table(write(tmp_path / "a.parquet", [b"x"] * 5)).drop_columns("image")
    table = table.append_column(pa.field("image", image.type, nullable=False), image)
    for version in ("1.0", "2.0"):
        file = tmp_path / f"{version}.parquet"
        pq.write_table(table, file, data_page_version=version)
        check_both_ways(file)


def test_only_large_row_groups_need_a_copy(tmp_path: Path) -> None:
    for file in sorted(PRACTICE.glob("*.parquet")):
        assert copy_bytes(pq.read_metadata(file)) == 0
        check(file, copied=False)
    few = write(tmp_path / "few.parquet", [noise(300_000, i) for i in range(16)])
    small = write(tmp_path / "small.parquet", [noise(2000, i) for i in range(100)])
    assert copy_bytes(pq.read_metadata(few)) == copy_bytes(pq.read_metadata(small)) == 0
    file = large(tmp_path / "large.parquet")
    assert 40 * 60_000 <= copy_bytes(pq.read_metadata(file)) <= 40 * 61_000


def test_the_copy_is_made_once_and_is_as_small_as_it_was_said(tmp_path: Path, cache: Path) -> None:
    file = large(tmp_path / "a.parquet")
    ParquetSource([file], copy_rows=False)
    assert not cache.exists()
    source = ParquetSource([file])
    (copy,) = cache.glob("*.arrow")
    assert copy.stat().st_size <= copy_bytes(pq.read_metadata(file))
    made = copy.stat()
    assert ParquetSource([file]).read(7) == source.read(7) == noise(60_000, 7)
    assert copy.stat().st_mtime_ns == made.st_mtime_ns
    # From the copy alone: what the shard became meanwhile does not matter.
    file.unlink()
    assert source.read(9) == noise(60_000, 9)


def test_a_changed_shard_gets_a_new_copy_and_the_old_one_goes(tmp_path: Path, cache: Path) -> None:
    file, other = large(tmp_path / "a.parquet"), large(tmp_path / "b.parquet")
    ParquetSource([file, other])
    before = {copy.name for copy in cache.glob("*.arrow")}
    large(file, rows=30, size=61_000)
    assert ParquetSource([file, other]).read(3) == noise(61_000, 3)
    after = {copy.name for copy in cache.glob("*.arrow")}
    assert len(before) == len(after) == 2
    assert len(before & after) == 1


def test_a_killed_run_leaves_nothing_that_is_used_and_the_next_goes_on(
    tmp_path: Path, cache: Path
) -> None:
    files = [large(tmp_path / f"{name}.parquet") for name in "ab"]
    program = f"""
import os, sys
from pathlib import Path
from model.data import row_copies
from model.data.parquet import ParquetSource
write, written = row_copies.pa.record_batch, []
def until_killed(*args, **options):
    written.append(1)
    if len(written) == 60:
        os.kill(os.getpid(), 9)
    return write(*args, **options)
row_copies.pa.record_batch = until_killed
ParquetSource([Path(name) for name in {[str(f) for f in files]!r}])
"""
    killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert killed.returncode == -9
    (first,) = cache.glob("*.arrow")
    assert list(cache.glob(".*.part"))
    time = first.stat().st_mtime_ns
    source = ParquetSource(files)
    assert first.stat().st_mtime_ns == time
    assert not list(cache.glob(".*.part"))
    assert source.read(45) == noise(60_000, 5)


def test_copying_takes_no_more_memory_than_a_row_group_or_two(tmp_path: Path) -> None:
    file = large(tmp_path / "a.parquet", rows=1200, row_group_size=20)
    program = f"""
import pyarrow as pa
from pathlib import Path
from model.data.row_copies import make_copies
make_copies({{Path({str(file)!r}): 1}})
print(pa.default_memory_pool().max_memory())
"""
    out = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)
    assert int(out.stdout) < 10_000_000 < file.stat().st_size / 5


def test_a_damaged_copy_is_made_anew(tmp_path: Path, cache: Path) -> None:
    file = large(tmp_path / "a.parquet")
    ParquetSource([file])
    (copy,) = cache.glob("*.arrow")
    copy.write_bytes(copy.read_bytes()[:-2000])
    assert ParquetSource([file]).read(8) == noise(60_000, 8)
    assert copy.stat().st_size > 40 * 60_000


def test_threads_and_processes_read_the_same(tmp_path: Path) -> None:
    source = ParquetSource([large(tmp_path / "a.parquet")])
    expected = [noise(60_000, i) for i in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(source.read, [*range(40)] * 4)) == expected * 4
    assert pickle.loads(pickle.dumps(source)).read(7) == expected[7]
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        other = context.Process(target=read_all, args=(source, expected))
        other.start()
        read_all(source, expected)
        other.join(60)
        assert other.exitcode == 0


def read_all(source: ParquetSource, expected: list[bytes]) -> None:
    for i, data in enumerate(expected):
        assert source.read(i) == data


def test_processes_that_start_at_once_make_one_copy(tmp_path: Path, cache: Path) -> None:
    files = [large(tmp_path / f"{i}.parquet") for i in range(3)]
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=ParquetSource, args=(files,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(list(cache.glob("*.arrow"))) == 3
    assert not list(cache.glob(".*.part"))


def test_a_disk_that_is_too_full_is_one_line_beforehand(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [large(tmp_path / f"{name}.parquet") for name in "ab"]
    usage = type("Usage", (), {"free": 5_000_000})()
    monkeypatch.setattr(row_copies.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DataError) as error:
        ParquetSource(files)
    said = str(error.value)
    assert said.startswith(f"{files[0]} and 1 more: a copy of the rows needs ")
    assert "where 5,000,000 are free; make room there, or name a folder" in said
    assert "\n" not in said
    assert not list(cache.glob("*.arrow"))


def test_a_disk_that_fills_up_meanwhile_is_one_line(tmp_path: Path, cache: Path) -> None:
    file = large(tmp_path / "a.parquet")
    program = f"""
import resource
from pathlib import Path
from model.data.parquet import ParquetSource
from model.errors import DataError
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    ParquetSource([Path({str(file)!r})])
except DataError as error:
    print(error)
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert result.stdout.startswith(f"{file}: a copy of the rows needs "), result.stderr
    assert result.stdout.count("\n") == 1
    assert not list(cache.glob("*.arrow"))
    assert not list(cache.glob(".*.part"))


def test_without_a_cache_directory_rows_are_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GEODUEL_CACHE", str(tmp_path / "file"))
    source = ParquetSource([large(tmp_path / "a.parquet")])
    assert source.read(8) == noise(60_000, 8)
    (record,) = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert "cannot be written (" in record.getMessage()
    assert "GEODUEL_CACHE" in record.getMessage()
    assert "\n" not in record.getMessage()


def test_where_the_cache_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_directory() == Path(os.environ["GEODUEL_CACHE"])
    monkeypatch.delenv("GEODUEL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_directory() == Path("/somewhere/geoduel")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_directory() == Path.home() / ".cache" / "geoduel"


def test_a_shard_damaged_in_one_row_group_is_read_but_for_that(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = large(tmp_path / "a.parquet", rows=60, row_group_size=20, use_dictionary=False)
    names = [pq.read_schema(file).names.index("image")]
    chunk = pq.read_metadata(file).row_group(1).column(names[0])
    data = bytearray(file.read_bytes())
    data[chunk.data_page_offset : chunk.data_page_offset + 40] = bytes(40)
    file.write_bytes(data)
    source = ParquetSource([file])
    assert "a.parquet: cannot be copied (" in caplog.text
    assert source.read(45) == noise(60_000, 45)
    with pytest.raises(PictureError, match=r"a\.parquet, row 25: cannot be read \("):
        source.read(25)


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
    source = ParquetSource([file])
    source.read(4)
    source.read(0)
    write(file, [noise(49_000 + i, i) for i in range(8)])
    with pytest.raises(PictureError, match=r"row 7: cannot be read \(it changed since"):
        source.read(7)


@pytest.mark.streetview
def test_real_shards_are_read_row_by_row(streetview: Path) -> None:
    files = sorted((streetview / "parquet").glob("*.parquet"))
    assert files
    for file in files:
        assert copy_bytes(pq.read_metadata(file)) > 0
        check_both_ways(file)
        copy_path(file.resolve(), Version.of(file)).unlink()
