"""Zips as other programs and bad lines leave them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from model.data.photos import ZippedPhotos
from model.errors import DataError, PictureError
from tests.conftest import jpeg


def zipped(file: Path, folder: str = "Hungary", how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(file, "w", how) as archive:
        for i in range(2):
            archive.writestr(f"{folder}/é{i}.jpg", jpeg(seed=i))
    return file


def changed(file: Path, before: bytes, at: int, value: bytes) -> None:
    """Write something else behind each of these marks."""
    data = bytearray(file.read_bytes())
    place = data.find(before)
    while place >= 0:
        data[place + at : place + at + len(value)] = value
        place = data.find(before, place + 4)
    file.write_bytes(data)


@pytest.mark.parametrize("above", ["../photos", "..", "../../a/b"])
def test_an_entry_above_the_archive_is_not_hidden(above: str, tmp_path: Path) -> None:
    source = ZippedPhotos(zipped(tmp_path / "a.zip", f"{above}/Hungary"))
    assert [source.read(i) for i in range(2)] == [jpeg(seed=0), jpeg(seed=1)]


def test_an_entry_below_a_hidden_folder_is_hidden(tmp_path: Path) -> None:
    assert not ZippedPhotos(zipped(tmp_path / "a.zip", "../.trash/Hungary")).places


def named_in_no_letters(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace("é".encode(), b"\xff\xfe"))


def of_a_later_version(file: Path) -> None:
    changed(file, b"PK\1\2", 6, b"\x63")


@pytest.mark.parametrize("damage", [named_in_no_letters, of_a_later_version])
def test_a_zip_that_cannot_be_opened_is_named(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    damage(zipped(tmp_path / "a.zip"))
    with pytest.raises(DataError, match=r"^/.*a\.zip: no readable zip \(.*\); download it again$"):
        ZippedPhotos(tmp_path / "a.zip")


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_is_named_however_it_is_compressed(how: int, tmp_path: Path) -> None:
    file = zipped(tmp_path / "a.zip", how=how)
    with zipfile.ZipFile(file) as archive:
        begin = archive.infolist()[1].header_offset
    head = struct.unpack("<HH", file.read_bytes()[begin + 26 : begin + 30])
    changed(file, file.read_bytes()[begin : begin + 30], 60 + sum(head), b"\xff" * 200)
    source = ZippedPhotos(file)
    assert source.read(0) == jpeg(seed=0)
    with pytest.raises(PictureError, match=r"a\.zip/Hungary/é1\.jpg: cannot be read \(") as error:
        source.read(1)
    assert "\n" not in str(error.value)
