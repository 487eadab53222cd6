"""What systems leave beside data is no data, and every spelling of a path in a zip is read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from model.data.collection import Collection
from model.errors import DataError
from tests.conftest import jpeg, shard

COMPANION = b"\0\5\x16\7\0\2\0\0Mac OS X        " + bytes(100)
JUNK = (
    "._a.jpg",
    ".DS_Store",
    ".a.jpg",
    ".Trashes/b.jpg",
    "@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg",
)


def names(collection: Collection) -> list[str]:
    return [Path(collection.name(i)).name for i in range(len(collection.places))]


def with_junk(root: Path) -> Path:
    """Two photos of Hungary among what macOS, a NAS and a careless user leave there."""
    folder = root / "Hungary"
    for name in JUNK:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(COMPANION)
    (folder / "thumbnails.jpg").mkdir()
    (folder / "thumbnails.jpg" / "c.jpg").write_bytes(jpeg())
    mirror = root / "__MACOSX" / "Hungary"
    mirror.mkdir(parents=True)
    (mirror / "a.jpg").write_bytes(COMPANION)
    for name in ("a.jpg", "B.JPG"):
        (folder / name).write_bytes(jpeg())
    return root


def zipped(root: Path, file: Path) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(root))  # folders as well
    return file


def test_companions_of_photos_are_no_photos(tmp_path: Path) -> None:
    folder = with_junk(tmp_path / "photos")
    for opened in (folder, zipped(folder, tmp_path / "photos.zip")):
        collection = Collection.open([opened])
        assert names(collection) == ["B.JPG", "a.jpg"]
        assert [collection.picture(i).size for i in range(2)] == [(96, 64)] * 2


def test_companions_of_shards_are_no_shards(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "data", tmp_path / "__MACOSX"):
        shard(folder / "a.parquet", [{}])
        (folder / "._a.parquet").write_bytes(COMPANION)
        (folder / "b.parquet").mkdir()
    (tmp_path / "__MACOSX" / "a.parquet").write_bytes(COMPANION)
    assert len(Collection.open([tmp_path]).places) == 2


def test_a_photo_whose_link_leads_nowhere_is_named_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "Hungary").mkdir()
    (tmp_path / "Hungary" / "a.jpg").symlink_to(tmp_path / "gone.jpg")
    collection = Collection.open([tmp_path])
    assert names(collection) == ["a.jpg"]
    with pytest.raises(DataError, match=r"a\.jpg: cannot be read \(No such file"):
        collection.picture(0)


@pytest.mark.parametrize(
    "entry",
    [
        "Hungary/a.jpg",
        "data/Hungary/a.jpg",
        "./Hungary/a.jpg",
        "./data/./Hungary/a.jpg",
        "data//Hungary//a.jpg",
        "/Hungary/a.jpg",
        "Hungary\\a.jpg",
        "data\\Hungary\\a.jpg",
        ".\\Hungary\\a.jpg",
    ],
)
def test_every_spelling_of_an_entry_is_read(entry: str, tmp_path: Path) -> None:
    file = tmp_path / "photos.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in ((entry, jpeg(seed=3)), (entry.replace("a.jpg", "b.jpg"), jpeg(seed=4))):
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it stands: ZipInfo would mend some
            archive.writestr(info, data)
    collection = Collection.open([file])
    assert names(collection) == ["a.jpg", "b.jpg"]
    assert [collection.read(i) for i in range(2)] == [jpeg(seed=3), jpeg(seed=4)]
    # A place is the same place, however the archive was made.
    (tmp_path / "Hungary").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "Hungary" / name).write_bytes(jpeg())
    assert Collection.open([tmp_path]).places == collection.places
