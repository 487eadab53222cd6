from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from model.data import torch_pixels
from model.data.collection import Collection
from model.data.datasets import (
    Draw,
    JpgImageDataset,
    ParquetImageDataset,
    PictureDataset,
    Pixels,
    all_views,
    cropped,
)
from model.data.pictures import open_picture
from model.data.preprocessing import Preprocessing
from model.errors import PictureError
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
        exact, where_exact = preprocessing(cropped(picture, where), flip=flip)
        pixels = cropped(torch_pixels.decode(data, "x"), where)
        ours, where_ours = preprocessing(pixels, flip=flip)
        assert where_ours == where_exact
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


@pytest.mark.parametrize("where", [0.0, 0.37, 1.0])
@pytest.mark.parametrize("pixels", ["exact", "fast"])
def test_nothing_beside_a_crop_is_mixed_into_it(
    where: float, pixels: Pixels, tmp_path: Path
) -> None:
    """Training sees a crop as the net plays it: cut out first, scaled then."""
    panorama = Image.new("RGB", (1740, 416), (255, 0, 0))
    box = Crop.at(*panorama.size, where).box
    panorama.paste((0, 90, 200), box)
    stream = io.BytesIO()
    panorama.save(stream, "PNG")
    shard(tmp_path / "a.parquet", [{"image": {"bytes": stream.getvalue(), "path": None}}])
    dataset = PictureDataset(
        Collection.open([tmp_path]), [Draw(0, where)], Preprocessing(320), pixels=pixels
    )
    seen, laid = Preprocessing(320)(panorama.crop(box))
    assert torch.equal(dataset[0][0], seen)
    content = seen[:, laid.top_px :, laid.left_px :][:, : laid.height_px, : laid.width_px]
    assert content.flatten(1).unique(dim=1).flatten().tolist() == [0, 90, 200]


@pytest.fixture
def both(tmp_path: Path, photo_folder: Callable[..., Path]) -> Collection:
    """Places 0 to 3 are panoramas of HU, US, HU, JP; 4 to 6 photos of HU, HU, JP."""
    codes = ("HU", "KE", "US", "HU", "JP")
    rows = [
        {"country_iso_alpha2": code, "image": {"bytes": smooth(600, 128, i), "path": None}}
        for i, code in enumerate(codes)
    ]
    shard(tmp_path / "panoramas" / "a.parquet", rows, group=2)
    return Collection.open([tmp_path / "panoramas", photo_folder(Hungary=2, Kenya=1, Japan=1)])


def test_each_dataset_takes_its_own_kind_of_place(both: Collection) -> None:
    panoramas = ParquetImageDataset(both, SMALL)
    assert panoramas.draws == [Draw(i, 0.5) for i in range(4)]
    assert [panoramas[i][1] for i in range(4)] == [
        COUNTRY_INDEX[code] for code in ("HU", "US", "HU", "JP")
    ]
    photos = JpgImageDataset(both, SMALL, flip=True)
    assert photos.draws == [Draw(i, 0.5, flip) for flip in (False, True) for i in (4, 5, 6)]
    assert [photos[i][1] for i in range(3)] == [COUNTRY_INDEX[code] for code in ("HU", "HU", "JP")]


def test_a_panorama_is_shown_in_even_steps_from_edge_to_edge(both: Collection) -> None:
    dataset = ParquetImageDataset(both, SMALL, [3, 1], crops=3, flip=True)
    spread = (0.0, 0.5, 1.0)
    assert dataset.draws == [
        Draw(i, at, flip) for flip in (False, True) for i in (3, 1) for at in spread
    ]
    picture = both.picture(3)
    for i, at in enumerate(spread):
        shown = picture.crop(Crop.at(*picture.size, at).box)
        assert torch.equal(dataset[i][0], SMALL(shown)[0])
        assert torch.equal(dataset[i + 6][0], SMALL(shown, flip=True)[0])


def test_all_views_go_source_by_source(both: Collection) -> None:
    views = all_views(both, [5, 0, 2, 4], SMALL, crops=2, flip=True)
    assert [type(part) for part in views.datasets] == [JpgImageDataset, ParquetImageDataset]
    photos = [Draw(i, 0.5, flip) for flip in (False, True) for i in (5, 4)]
    panoramas = [Draw(i, at, flip) for flip in (False, True) for i in (0, 2) for at in (0.0, 1.0)]
    assert views.draws == photos + panoramas
    assert len(views) == len(views.draws)
    for i, draw in enumerate(views.draws):
        alone = PictureDataset(both, [draw], SMALL)
        assert torch.equal(views[i][0], alone[0][0])
        assert views[i][1] == alone[0][1]


@pytest.mark.parametrize("workers", [0, 2])
def test_panoramas_and_photos_feed_one_loader(both: Collection, workers: int) -> None:
    views = all_views(both, range(7), SMALL, crops=1, flip=False)
    batches = list(DataLoader(views, batch_size=3, num_workers=workers))
    assert [x.shape for x, _ in batches] == [(3, 3, 64, 160), (3, 3, 64, 160), (1, 3, 64, 160)]
    assert all(x.dtype == torch.uint8 for x, _ in batches)
    labels = torch.cat([y for _, y in batches]).tolist()
    assert labels == [COUNTRY_INDEX[c] for c in ("HU", "US", "HU", "JP", "HU", "HU", "JP")]


def test_photos_in_a_zip_are_those_of_its_folder(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    folder = photo_folder(Hungary=2, Japan=1)
    archive = Path(shutil.make_archive(str(tmp_path / "photos"), "zip", folder))
    unpacked, packed = (JpgImageDataset(Collection.open([p]), SMALL) for p in (folder, archive))
    assert len(packed) == len(unpacked) == 3
    for i in range(3):
        assert packed[i][1] == unpacked[i][1]
        assert torch.equal(packed[i][0], unpacked[i][0])


def test_fast_views_are_the_same_views(both: Collection) -> None:
    exact = all_views(both, [2, 0, 5], SMALL, crops=3, flip=True)
    fast = all_views(both, [2, 0, 5], SMALL, crops=3, flip=True, pixels="fast")
    assert fast.draws == exact.draws
    for i in range(len(exact)):
        assert exact[i][1] == fast[i][1]
        assert (exact[i][0].int() - fast[i][0].int()).abs().float().mean() < 0.5


@pytest.mark.parametrize("pixels", ["exact", "fast"])
def test_the_views_of_a_place_decode_it_once(
    both: Collection, pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    original = Collection.read

    def counted(collection: Collection, index: int) -> bytes:
        read.append(index)
        return original(collection, index)

    monkeypatch.setattr(Collection, "read", counted)
    dataset = ParquetImageDataset(both, SMALL, [0, 2], crops=5, pixels=pixels)
    assert len([dataset[i] for i in range(10)]) == 10
    assert read == [0, 2]


def test_an_unreadable_row_is_named_through_the_loader(tmp_path: Path) -> None:
    shard(tmp_path / "a.parquet", [{}, {"image": {"bytes": b"text", "path": "x"}}])
    dataset = ParquetImageDataset(Collection.open([tmp_path]), SMALL)
    with pytest.raises(PictureError, match=r"a\.parquet, row 1: not a picture"):
        list(DataLoader(dataset, 2, num_workers=1))
