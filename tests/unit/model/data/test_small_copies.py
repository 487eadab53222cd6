from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from model.data.collection import Collection
from model.data.small_copies import SmallCopies
from model.errors import PictureError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "Hungary"
    folder.mkdir(parents=True)
    Image.new("RGB", (600, 300), (200, 30, 10)).save(folder / "wide.png")
    Image.new("RGB", (40, 50), (0, 90, 10)).save(folder / "small.jpg")
    return folder


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def test_copies_are_small_never_enlarged_and_made_once(folder: Path, tmp_path: Path) -> None:
    collection = Collection.open([folder.parent])
    copies = SmallCopies(collection, tmp_path / "cache", 100)
    by_name = {Path(collection.name(i)).name: i for i in range(2)}
    wide = copies.read(by_name["wide.png"])
    assert opened(wide).size == (200, 100)
    red, green, blue = opened(wide).getpixel((100, 50))
    assert (abs(red - 200) < 5, abs(green - 30) < 5, abs(blue - 10) < 5) == (True,) * 3
    assert opened(copies.read(by_name["small.jpg"])).size == (40, 50)
    assert len(list((tmp_path / "cache").rglob("*.jpg"))) == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model.data.small_copies.open_picture", None)
        assert SmallCopies(collection, tmp_path / "cache", 100).read(by_name["wide.png"]) == wide


def test_an_original_that_changes_under_its_name_gets_a_new_copy(
    folder: Path, tmp_path: Path
) -> None:
    collection = Collection.open([folder.parent])
    wide = next(i for i in range(2) if collection.name(i).endswith("wide.png"))
    copies = SmallCopies(collection, tmp_path / "cache", 100)
    copies.read(wide)
    Image.new("RGB", (300, 300), "blue").save(folder / "wide.png")
    assert opened(copies.read(wide)).size == (100, 100)
    (folder / "wide.png").write_bytes(b"gone")
    with pytest.raises(PictureError, match=r"wide\.png: not a picture"):
        copies.read(wide)


def test_places_of_one_name_in_two_data_sets_keep_their_own_copies(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "Hungary"
    other.mkdir(parents=True)
    Image.new("RGB", (300, 300), "blue").save(other / "wide.png")
    collection = Collection.open([folder.parent, other.parent])
    copies = SmallCopies(collection, tmp_path / "cache", 100)
    wide = [i for i in range(3) if collection.name(i).endswith("wide.png")]
    assert {opened(copies.read(i)).size for i in wide} == {(200, 100), (100, 100)}


def test_without_room_for_copies_originals_are_read(folder: Path, tmp_path: Path) -> None:
    collection = Collection.open([folder.parent])
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert opened(SmallCopies(collection, tmp_path / "cache", 20).read(0)).size in (
        (40, 20),
        (20, 25),
    )
    assert (tmp_path / "cache").is_file()
