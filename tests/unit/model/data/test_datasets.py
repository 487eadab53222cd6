from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import ConcatDataset, DataLoader

from model.data import torch_pixels
from model.data.collection import Collection
from model.data.datasets import (
    JpgImageDataset,
    ParquetImageDataset,
    PictureDataset,
    draws_of,
)
from model.data.pictures import open_picture
from model.data.preprocessing import Preprocessing
from model.errors import DataError, PictureError
from model.geography import COUNTRY_INDEX
from model.types import Crop
from tests.conftest import jpeg, shard

SMALL = Preprocessing(64, "fixed")


def smooth(width: int, height: int, seed: int) -> bytes:
    """A picture as smooth as photographs are."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (height // 16, width // 16, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(coarse).resize((width, height)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


@pytest.mark.parametrize("size", [(1740, 416), (3050, 561), (435, 416), (1536, 662)])
@pytest.mark.parametrize("letterbox", ["fixed", "tight"])
def test_the_fast_way_gives_the_pixels_of_play_but_for_rounding(
    size: tuple[int, int], letterbox: str
) -> None:
    data = smooth(*size, seed=size[0])
    preprocessing = Preprocessing(320, letterbox)  # type: ignore[arg-type]
    picture = open_picture(data, "x")
    for where, flip in ((0.5, False), (0.13, True)):
        exact, _ = preprocessing(picture, Crop.at(*picture.size, where), flip=flip)
        ours = torch_pixels.lay_out(torch_pixels.decode(data, "x"), preprocessing, where, flip=flip)
        difference = (ours.int() - exact.int()).abs()
        assert ours.dtype == torch.uint8
        assert difference.max() <= 8
        assert (difference > 0).float().mean() < 0.01


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def unusual() -> dict[str, bytes]:
    rgb = Image.open(io.BytesIO(jpeg(90, 60)))
    turned = Image.Exif()
    turned[0x0112] = 6
    return {
        "turned": saved(rgb, "JPEG", exif=turned),
        "grey": saved(rgb.convert("L"), "JPEG"),
        "cmyk": saved(rgb.convert("CMYK"), "JPEG"),
        "png": saved(rgb, "PNG"),
        "see-through": saved(rgb.convert("RGBA"), "PNG"),
        "webp": saved(rgb, "WEBP"),
        "progressive": saved(rgb, "JPEG", progressive=True),
        "fine chroma": saved(rgb, "JPEG", subsampling=0),
    }


@pytest.mark.parametrize("kind", sorted(unusual()))
def test_every_kind_of_picture_decodes_as_in_play(kind: str) -> None:
    data = unusual()[kind]
    expected = np.asarray(open_picture(data, "x"))
    assert np.array_equal(torch_pixels.decode(data, "x").permute(1, 2, 0).numpy(), expected)


@pytest.mark.parametrize("data", [b"", b"text", jpeg()[:900], jpeg()[:20], bytes(500)])
def test_a_bad_picture_is_named(data: bytes) -> None:
    with pytest.raises(PictureError, match=r"^photo\.jpg: "):
        torch_pixels.decode(data, "photo.jpg")


@pytest.mark.parametrize("workers", [0, 2])
def test_panoramas_feed_a_loader(tmp_path: Path, workers: int) -> None:
    rows = [{"country_iso_alpha2": c} for c in ("HU", "KE", "US", "HU", "JP")]
    shard(tmp_path / "train-0.parquet", rows, group=2)
    dataset = ParquetImageDataset(tmp_path, SMALL)
    loader = DataLoader(dataset, batch_size=2, num_workers=workers)
    batches = list(loader)
    assert [x.shape for x, _ in batches] == [(2, 3, 64, 160)] * 2
    assert all(x.dtype == torch.uint8 for x, _ in batches)
    labels = torch.cat([y for _, y in batches]).tolist()
    assert labels == [COUNTRY_INDEX[c] for c in ("HU", "US", "HU", "JP")]


@pytest.mark.parametrize("workers", [0, 2])
def test_photos_and_panoramas_join(
    tmp_path: Path, photo_folder: Callable[..., Path], workers: int
) -> None:
    photos = JpgImageDataset(photo_folder(Hungary=2, Kenya=1, Japan=1), SMALL)
    shard(tmp_path / "pano" / "a.parquet", [{}] * 3)
    union = ConcatDataset([ParquetImageDataset(tmp_path / "pano", SMALL), photos])
    seen = [y for _, labels in DataLoader(union, 3, num_workers=workers) for y in labels.tolist()]
    assert seen == [COUNTRY_INDEX[c] for c in ("HU", "HU", "HU", "HU", "HU", "JP")]


def test_photos_in_a_zip_are_those_of_its_folder(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    folder = photo_folder(Hungary=2, Japan=1)
    archive = Path(shutil.make_archive(str(tmp_path / "photos"), "zip", folder))
    unpacked, packed = JpgImageDataset(folder, SMALL), JpgImageDataset(archive, SMALL)
    assert len(packed) == len(unpacked) == 3
    for i in range(3):
        assert packed[i][1] == unpacked[i][1]
        assert torch.equal(packed[i][0], unpacked[i][0])


def test_views_in_haste_are_the_same_views(tmp_path: Path) -> None:
    rows = [{"image": {"bytes": smooth(600, 128, i), "path": None}} for i in range(3)]
    shard(tmp_path / "a.parquet", rows)
    collection = Collection.open([tmp_path])
    draws = draws_of(collection.places, [2, 0], 3, flip=True)
    exact = PictureDataset(collection, draws, SMALL)
    hasty = PictureDataset(collection, draws, SMALL, in_haste=True)
    for i in range(len(draws)):
        assert exact[i][1] == hasty[i][1]
        assert (exact[i][0].int() - hasty[i][0].int()).abs().float().mean() < 0.05


def test_augmentation_follows_the_seed_and_the_choice_of_rows(tmp_path: Path) -> None:
    shard(tmp_path / "a.parquet", [{}] * 4)
    dataset = ParquetImageDataset(tmp_path, SMALL, numbers=[3, 1], augment=True)
    assert len(dataset) == 2
    views = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        views.append(torch.stack([dataset[0][0], dataset[1][0]]))
    assert torch.equal(views[0], views[1])
    assert not torch.equal(views[0], views[2])
    plain = ParquetImageDataset(tmp_path, SMALL, numbers=[3, 1])
    assert torch.equal(plain[0][0], plain[0][0])


def test_an_unreadable_row_is_named_through_the_loader(tmp_path: Path) -> None:
    shard(tmp_path / "a.parquet", [{}, {"image": {"bytes": b"text", "path": "x"}}])
    loader = DataLoader(ParquetImageDataset(tmp_path, SMALL), 2, num_workers=1)
    with pytest.raises(PictureError, match=r"a\.parquet, row 1: not a picture"):
        list(loader)


def test_directories_without_data_are_refused(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    with pytest.raises(DataError, match="no parquet files"):
        ParquetImageDataset(tmp_path)
    with pytest.raises(DataError, match="no photos of the 56"):
        JpgImageDataset(photo_folder(Kenya=1))
    with pytest.raises(DataError, match="no photos of the 56"):
        JpgImageDataset(tmp_path / "missing")
