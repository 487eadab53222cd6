"""Files whose names are no UTF-8, hold a line's end, or belong to no file at all."""

from __future__ import annotations

import csv
import os
import socket
from pathlib import Path

import pytest

from model.data.collection import Collection
from model.data.files import text_digest, write_atomically
from model.data.photos import key_of
from model.data.row_copies import cache_directory, local_copy_path
from model.data.small_copies import SmallCopies
from model.errors import ConfigError, DataError, OutputError, PictureError, fault, one_line
from tests.conftest import jpeg, shard

LATIN_1 = os.fsdecode(b"caf\xe9")


def photo(file: Path, data: bytes | None = None) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data if data is not None else jpeg())
    return file


def test_a_photo_whose_name_is_no_utf8_is_a_photo(tmp_path: Path) -> None:
    photo(tmp_path / LATIN_1 / "Hungary" / f"{LATIN_1}.jpg")
    photo(tmp_path / LATIN_1 / "Hungary" / "plain.jpg")
    collection = Collection.open([tmp_path / LATIN_1])
    assert len({place.key for place in collection.places}) == 2
    assert collection.picture(0).size == (96, 64)
    copies = SmallCopies(collection, tmp_path / "copies", 32)
    assert copies.read(0) == copies.read(0)
    assert len(collection.splits) == 2


def test_a_shard_whose_name_is_no_utf8_has_a_copy(tmp_path: Path) -> None:
    pictures = [os.urandom(60_000) + jpeg() for _ in range(20)]
    rows = [{"image": {"bytes": picture, "path": None}} for picture in pictures]
    plain = shard(tmp_path / "plain.parquet", rows, group=20)
    file = plain.rename(tmp_path / f"{LATIN_1}.parquet")
    collection = Collection.open([tmp_path])
    assert local_copy_path(file).is_file()
    assert collection.read(7) == pictures[7]
    assert Collection.open([tmp_path], copy_rows=False).read(7) == pictures[7]


def test_digests_of_ordinary_names_are_what_they_were() -> None:
    assert key_of("photo", "HU", "é.jpg") == "76e73e5aa9979c29"
    assert text_digest(LATIN_1) != text_digest("café")


def test_text_with_such_a_name_is_written_as_utf8(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.csv", f"é,{LATIN_1}\n")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "é,caf\\udce9\n"


def test_what_breaks_a_line_is_escaped_where_a_file_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    photo(tmp_path / "Hungary" / "a\nb\x1b[2J\u2028.jpg", b"text")
    photo(tmp_path / "Nar\nnia" / "a.jpg")
    with pytest.raises(PictureError) as error:
        Collection.open([tmp_path]).picture(0)
    assert str(error.value).startswith(f"{tmp_path}/Hungary/a\\nb\\x1b[2J\\u2028.jpg: not a pict")
    (record,) = caplog.records
    assert record.getMessage() == (
        f"{tmp_path}/Nar\\nnia: no country of that name; skipped; rename or remove it"
    )


def test_every_error_is_one_line() -> None:
    for kind in (DataError, PictureError, ConfigError, OutputError):
        assert str(kind("a\nb\udce9")) == "a\\nb\\udce9"
    assert fault("a\r.jpg", "bad\n", "mend it", ValueError("one\ntwo")) == (
        "a\\r.jpg: bad\\n (one); mend it"
    )
    assert one_line("Réunion – 東京 \N{NO-BREAK SPACE}°") == "Réunion – 東京 \N{NO-BREAK SPACE}°"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_socket_is_no_photo(tmp_path: Path) -> None:
    photo(tmp_path / "Hungary" / "a.jpg")
    (tmp_path / "Hungary" / "link.jpg").symlink_to(tmp_path / "Hungary" / "a.jpg")
    os.mkfifo(tmp_path / "Hungary" / "pipe.jpg")
    os.mkfifo(tmp_path / "b.parquet")
    (tmp_path / "Hungary" / "null.jpg").symlink_to(os.devnull)
    with socket.socket(socket.AF_UNIX) as listening, pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)  # a socket's path must be short
        listening.bind("Hungary/socket.jpg")
        collection = Collection.open([tmp_path])
    assert [Path(collection.name(i)).name for i in range(2)] == ["a.jpg", "link.jpg"]
    assert len(collection.places) == 2


@pytest.mark.parametrize("again", ["data", "data/../data", "link", "data/inside"])
def test_data_that_are_given_twice_are_refused(again: str, tmp_path: Path) -> None:
    photo(tmp_path / "data" / "Hungary" / "a.jpg")
    photo(tmp_path / "data" / "inside" / "Hungary" / "b.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "data")
    first, second = tmp_path / "data", tmp_path / again
    for directories in ([first, second], [second, first]):
        with pytest.raises(DataError, match=r"; give it once$") as error:
            Collection.open(directories)
        assert all(str(directory) in str(error.value) for directory in directories)
    photo(tmp_path / "data" / "a" / "b" / "Hungary" / "c.jpg")
    assert len(Collection.open([first, tmp_path / "data" / "a" / "b"]).places) == 3


def test_a_cache_in_nobodys_home_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEODUEL_CACHE", "~nosuchuser/x")
    with pytest.raises(ConfigError, match=r"^GEODUEL_CACHE=~nosuchuser/x: .*; name a folder"):
        cache_directory()


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ('file,group\nHungary/a.jpg,1\n\n"Hungary/b.jpg,1\nHungary/c.jpg,1\n', 4),
        ('sep=,\nfile,group\n"a\nb",1\n"c,1\n', 5),
        ('file,group\n"a"b,1\nc,1\n', 2),
    ],
)
def test_a_quote_that_does_not_close_swallows_no_rows(
    table: str, line: int, tmp_path: Path
) -> None:
    photo(tmp_path / "Hungary" / "a.jpg")
    (tmp_path / "near_duplicates.csv").write_text(table)
    message = rf"near_duplicates\.csv: line {line} is no row of a CSV table \(.*\); close its quot"
    with pytest.raises(DataError, match=message):
        Collection.open([tmp_path])
    with pytest.raises(csv.Error):
        list(csv.reader(table.splitlines(keepends=True), strict=True))
