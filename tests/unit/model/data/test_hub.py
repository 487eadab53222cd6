"""Data sets read from a distance: over a real HTTP server, and by huggingface_hub's own means."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event, current_thread

import pytest
from huggingface_hub.hf_file_system import HfFileSystemFile

from model.data.collection import Collection
from model.data.hub import local_directory, shards
from model.errors import DataError, PictureError
from tests.conftest import jpeg, shard
from tests.unit.model.data.hub_server import ADDRESS, COMMIT, Hub, point_to, serving

pytestmark = pytest.mark.slow

ROWS, GROUP = 96, 8


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


def size_of(directory: Path) -> int:
    return sum(p.stat().st_size for p in directory.rglob("*.parquet"))


def test_one_picture_takes_a_small_share_of_its_shard(hub: Hub, directory: Path) -> None:
    far, near = Collection.open_for_play(ADDRESS), Collection.open([directory])
    assert far.places == near.places
    whole = (directory / "data" / "train-00000-of-00002.parquet").stat().st_size
    assert hub.served < 0.02 * size_of(directory)
    for_places = hub.served
    assert far.read(50) == near.read(50)
    assert hub.served - for_places < 1.1 * whole * GROUP / ROWS
    for_one = hub.served
    # What was fetched is not fetched again: not for its neighbours, not after a restart.
    assert far.read(51) == near.read(51)
    again = pickle.loads(pickle.dumps(far.sources[0]))
    assert again.read(48) == near.read(48)
    assert hub.served == for_one


def test_without_a_cache_directory_the_hub_is_read_all_the_same(
    hub: Hub, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GEODUEL_CACHE", str(tmp_path / "file"))
    near, far = Collection.open([directory]), Collection.open_for_play(ADDRESS)
    assert far.read(50) == near.read(50)
    served = hub.served
    assert far.read(51) == near.read(51)
    assert hub.served == served


def test_what_another_revision_left_is_removed(hub: Hub, tmp_path: Path, directory: Path) -> None:
    far = Collection.open_for_play(ADDRESS)
    far.read(50)
    (kept,) = (tmp_path / "own" / "rows").glob("*.arrow")
    stale = kept.with_name(kept.name.split("-")[0] + "-0123456789abcdef.arrow")
    kept.rename(stale)
    assert far.read(50) == Collection.open([directory]).read(50)
    assert [f.name for f in kept.parent.glob("*.arrow")] == [kept.name]


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
    far = Collection.open_for_play(ADDRESS)

    def broken(*_: object) -> bytes:
        raise OSError("the line is down")

    with monkeypatch.context() as patch:
        patch.setattr(HfFileSystemFile, "_fetch_range", broken)
        with pytest.raises(PictureError, match=r"row 9: cannot be read \(the line is down"):
            far.read(9)
    before = hub.served
    assert far.read(9) == Collection.open([directory]).read(9)
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


def test_a_server_without_ranges_is_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    far = Collection.open_for_play(ADDRESS)
    monkeypatch.setattr(HfFileSystemFile, "_fetch_range", lambda *_: bytes(7))
    with pytest.raises(PictureError, match="row 9: cannot be read"):
        far.read(9)
    with pytest.raises(DataError, match="no readable parquet file"):
        Collection.open_for_play(ADDRESS)


def test_what_is_fetched_ahead_is_read_without_a_request(hub: Hub, directory: Path) -> None:
    far, near = Collection.open_for_play(ADDRESS), Collection.open([directory])
    far.prefetch(50)
    asked = list(hub.requests)
    far.prefetch(51)
    assert far.read(50) == near.read(50)
    assert far.cues(50) is None
    assert hub.requests == asked


def test_without_a_cache_directory_what_is_fetched_ahead_stays_in_memory(
    hub: Hub, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GEODUEL_CACHE", str(tmp_path / "file"))
    far = Collection.open_for_play(ADDRESS)
    far.prefetch(50)
    asked = list(hub.requests)
    assert far.read(50) == Collection.open([directory]).read(50)
    assert hub.requests == asked


def test_a_failed_prefetch_is_silent_and_the_picture_read_all_the_same(
    hub: Hub, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = Collection.open_for_play(ADDRESS)

    def broken(*_: object) -> bytes:
        raise OSError("the line is down")

    with monkeypatch.context() as patch:
        patch.setattr(HfFileSystemFile, "_fetch_range", broken)
        far.prefetch(9)
    assert far.read(9) == Collection.open([directory]).read(9)


def test_reading_waits_for_a_prefetch_of_its_own_row_group_only(
    hub: Hub, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = Collection.open([directory]), Collection.open_for_play(ADDRESS)
    begun, go_on = Event(), Event()
    fetch = HfFileSystemFile._fetch_range

    def held_up(file: HfFileSystemFile, start: int, end: int) -> bytes:
        if current_thread().name.startswith("ahead"):
            begun.set()
            assert go_on.wait(30)
        return fetch(file, start, end)

    monkeypatch.setattr(HfFileSystemFile, "_fetch_range", held_up)
    with (
        ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool,
        ThreadPoolExecutor(1) as readers,
    ):
        running = pool.submit(far.prefetch, 50)
        assert begun.wait(30)
        same = readers.submit(far.read, 51)
        assert far.read(9) == near.read(9)
        assert not wait([same], 1).done  # else it fetches the same once more
        go_on.set()
        running.result(30)
        assert same.result(30) == near.read(51)
