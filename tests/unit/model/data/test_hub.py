"""Data sets read from a distance: over a real HTTP server, and by huggingface_hub's own means."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

import huggingface_hub.constants
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.data.collection import Collection
from model.data.hub import local_directory, shards
from model.data.remote import BLOCK_BYTES, RemoteFile
from model.data.sources import ParquetSource
from model.errors import DataError, PictureError
from tests.conftest import jpeg, shard
from tests.unit.model.data.hub_server import COMMIT, Hub, serving

ROWS, GROUP = 96, 8
ADDRESS = "hf://datasets/owner/name"


def big(file: Path, seed: int, rows: int = ROWS) -> Path:
    """Pictures of about 100 kB, 8 to a row group: noise, as incompressible as JPEGs are."""
    start = jpeg(64, 64)
    noise = random.Random(seed)
    pictures = [start + noise.randbytes(100_000) for _ in range(rows)]
    fields = [
        {"image": {"bytes": p, "path": None}, "latitude": str(40 + seed + i / 10)}
        for i, p in enumerate(pictures)
    ]
    return shard(file, fields, group=GROUP)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("hub")
    for i in range(2):
        big(directory / "data" / f"train-0000{i}-of-00002.parquet", i)
    (directory / "README.md").write_text("a card")
    return directory


@pytest.fixture
def hub(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(directory) as server:
        point_to(server.url, tmp_path, monkeypatch)
        yield server


def point_to(url: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let huggingface_hub take this server for the hub, and an empty folder for its cache."""
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache / "hub"))
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)


def size_of(directory: Path) -> int:
    return sum(p.stat().st_size for p in directory.rglob("*.parquet"))


def plain(hub: Hub, name: str) -> RemoteFile:
    url = f"{hub.url}/plain/{name}"
    with urlopen(Request(url, method="HEAD")) as answer:
        size = int(answer.headers["Content-Length"])

    def fetch(start: int, end: int) -> bytes:
        with urlopen(Request(url, headers={"Range": f"bytes={start}-{end - 1}"})) as answer:
            return bytes(answer.read())

    return RemoteFile(url, size, fetch)


def test_one_picture_takes_a_small_share_of_its_shard(hub: Hub, directory: Path) -> None:
    name = "data/train-00000-of-00002.parquet"
    source = ParquetSource([plain(hub, name)])
    local = ParquetSource([directory / name])
    assert source.places == local.places
    whole = (directory / name).stat().st_size
    assert hub.served < 0.15 * whole
    for_places = hub.served
    assert source.read(50) == local.read(50)
    of_its_group = hub.served - for_places
    assert of_its_group < 1.3 * whole * GROUP / ROWS + 2 * BLOCK_BYTES
    assert source.read(51) == local.read(51)
    assert hub.served - for_places - of_its_group <= 4 * BLOCK_BYTES
    assert source.name(50) == f"{hub.url}/plain/{name}, row 50"


def test_the_game_reads_a_few_pictures_of_the_hub(hub: Hub, directory: Path) -> None:
    near = Collection.open([directory])
    far = Collection.open_for_play(ADDRESS)
    assert far.places == near.places
    assert far.fingerprint == near.fingerprint
    for i in (3, 150):
        assert far.read(i) == near.read(i)
    assert hub.served < 0.4 * size_of(directory)
    assert far.name(3) == f"{ADDRESS}/data/train-00000-of-00002.parquet, row 3"
    assert not any("README" in request for request in hub.requests)


def test_many_readers_at_once_get_their_own_pictures(hub: Hub, directory: Path) -> None:
    near, far = Collection.open([directory]), Collection.open_for_play(ADDRESS)
    numbers = random.Random(0).sample(range(2 * ROWS), 24)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(far.read, numbers)) == [near.read(i) for i in numbers]
    again = pickle.loads(pickle.dumps(far.sources[0]))
    assert again.read(numbers[0]) == near.read(numbers[0])


def test_for_training_the_data_set_is_downloaded_once(hub: Hub, directory: Path) -> None:
    folder = local_directory(ADDRESS)
    assert Collection.open([folder]).places == Collection.open([directory]).places
    assert hub.served == size_of(directory)
    assert local_directory(f"{ADDRESS}@{COMMIT}") == folder
    assert hub.served == size_of(directory)
    # What was downloaded is not read from a distance, with or without a connection.
    assert shards(ADDRESS) == sorted(folder.glob("data/*.parquet"))
    hub.shutdown()
    hub.server_close()
    assert Collection.open_for_play(ADDRESS).read(5) == Collection.open([directory]).read(5)
    assert hub.served == size_of(directory)


def test_a_server_that_vanishes_is_one_line(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(directory) as server:
        point_to(server.url, tmp_path, monkeypatch)
        far = Collection.open_for_play(ADDRESS)
    with pytest.raises(
        PictureError, match=r"train-00000-of-00002\.parquet, row 60: cannot be"
    ) as e:
        far.read(60)
    assert "\n" not in str(e.value)
    with pytest.raises(DataError, match=r"owner/name: cannot be read \(.*check the name and the"):
        Collection.open_for_play(ADDRESS)


def test_after_an_interruption_a_picture_can_be_read_again(
    hub: Hub, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "data/train-00000-of-00002.parquet"
    file = plain(hub, name)
    source = ParquetSource([file])
    working = file._fetch

    def broken(start: int, end: int) -> bytes:
        raise OSError("the line is down")

    monkeypatch.setattr(file, "_fetch", broken)
    with pytest.raises(PictureError, match="the line is down"):
        source.read(9)
    monkeypatch.setattr(file, "_fetch", working)
    before = hub.served
    assert source.read(9) == ParquetSource([directory / name]).read(9)
    assert hub.served - before < 2_000_000


def test_no_such_data_set_is_one_line(hub: Hub) -> None:
    for address in ("hf://datasets/owner/other", f"{ADDRESS}@nowhere"):
        with pytest.raises(DataError, match=r"cannot be read \(.*check the name") as error:
            Collection.open_for_play(address)
        assert str(error.value).startswith(address)
        assert "\n" not in str(error.value)


def test_a_data_set_without_shards_or_with_others_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tmp_path / "files"
    shard(files / "deep" / "er" / "a.parquet", [{}])
    with serving(files) as server:
        point_to(server.url, tmp_path, monkeypatch)
        with pytest.raises(DataError, match="owner/name: holds no parquet files"):
            Collection.open_for_play(ADDRESS)
        shard(files / "a.parquet", [{}], drop="latitude")
        with pytest.raises(DataError, match=rf"{ADDRESS}/a\.parquet: no column latitude"):
            Collection.open_for_play(ADDRESS)
        (files / "a.parquet").write_text("hello")
        with pytest.raises(DataError, match=rf"{ADDRESS}/a\.parquet: no readable parquet"):
            Collection.open_for_play(ADDRESS)


def test_a_server_without_ranges_is_refused() -> None:
    file = RemoteFile("http://there/a.parquet", 10 * BLOCK_BYTES, lambda _start, _end: bytes(7))
    with pytest.raises(OSError, match="7 bytes came for a range of 65536"):
        file.open("rb").read(5)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 700_000),
    st.lists(st.tuples(st.integers(0, 800_000), st.integers(0, 300_000)), max_size=12),
)
def test_any_reads_in_any_order_give_the_bytes(size: int, reads: list[tuple[int, int]]) -> None:
    data = random.Random(size).randbytes(size)
    file = RemoteFile("there", size, lambda start, end: data[start:end])
    with file.open("rb") as stream:
        for start, length in reads:
            stream.seek(start)
            assert stream.read(length) == data[start : start + length]


def test_reading_on_takes_few_requests_and_a_look_few_bytes() -> None:
    fetched: list[int] = []
    data = bytes(60 << 20)

    def fetch(start: int, end: int) -> bytes:
        fetched.append(end - start)
        return data[start:end]

    file = RemoteFile("there", len(data), fetch)
    with file.open("rb") as stream:
        stream.seek(17 << 20)
        stream.read(10)
        assert fetched == [BLOCK_BYTES]
        stream.seek(0)
        for _ in range(len(data) // 10_000):
            stream.read(10_000)
    assert len(fetched) < 25
    assert len(file._kept) * BLOCK_BYTES <= 33 << 20
