from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from model.data.augmentation import Augmentation, AugmentedPictures
from model.data.collection import Collection
from model.geography import COUNTRY_INDEX

STILL = Augmentation(scale=(1.0, 1.0), ratio=(1.0, 1.0))


@pytest.fixture
def slope() -> Tensor:
    """A picture uint8 [3, 64, 256] whose brightness tells the column; half red, half blue."""
    columns = torch.arange(256, dtype=torch.uint8).expand(64, 256)
    return torch.stack([columns, torch.zeros_like(columns), 255 - columns])


def test_a_view_is_square_and_comes_from_anywhere_in_a_panorama(slope: Tensor) -> None:
    torch.manual_seed(0)
    views = [STILL.view(slope, 32) for _ in range(100)]
    assert {(v.shape, v.dtype) for v in views} == {(torch.Size([3, 32, 32]), torch.uint8)}
    middles = [int(v[0, 16, 16]) for v in views]
    assert min(middles) < 48, "left"
    assert max(middles) > 208, "right"
    assert all(abs(int(v[0, 0, -1]) - int(v[0, 0, 0]) - 62) <= 4 for v in views), "not stretched"


def test_without_the_mirror_left_stays_left(slope: Tensor) -> None:
    torch.manual_seed(0)
    rises = [int(v[0, 0, -1]) > int(v[0, 0, 0]) for v in (STILL.view(slope, 32) for _ in range(50))]
    assert all(rises)
    mirrored = Augmentation(flip=1.0)
    assert all(
        int(v[0, 0, -1]) < int(v[0, 0, 0]) for v in (mirrored.view(slope, 32) for _ in range(20))
    )


@pytest.mark.parametrize(
    "change",
    [
        Augmentation((1.0, 1.0), (1.0, 1.0), brightness=0.5),
        Augmentation((1.0, 1.0), (1.0, 1.0), contrast=0.5),
        Augmentation((1.0, 1.0), (1.0, 1.0), saturation=0.9),
        Augmentation((1.0, 1.0), (1.0, 1.0), hue=0.5),
        Augmentation((1.0, 1.0), (1.0, 1.0), grayscale=0.5),
        Augmentation((1.0, 1.0), (1.0, 1.0), erasing=0.5),
        Augmentation((1.0, 1.0), (1.0, 1.0), rand_augment=2, magnitude=15),
        Augmentation((0.2, 0.4), (1.0, 1.0)),
        Augmentation((1.0, 1.0), (0.5, 0.5)),
    ],
    ids=str,
)
def test_each_key_changes_what_is_seen(change: Augmentation, slope: Tensor) -> None:
    square = slope[..., :64].clone()
    unchanged = STILL.view(square, 32)
    torch.manual_seed(0)
    assert any(not torch.equal(change.view(square, 32), unchanged) for _ in range(20))
    torch.manual_seed(0)
    again = [change.view(square, 32) for _ in range(5)]
    torch.manual_seed(0)
    assert all(torch.equal(change.view(square, 32), view) for view in again)


def test_what_is_off_changes_nothing(slope: Tensor) -> None:
    square = slope[..., :64].clone()
    assert torch.equal(STILL.view(square, 64), square)


@pytest.mark.parametrize("kind", ["mixup", "cutmix"])
def test_mixed_labels_say_how_much_of_each_picture_is_left(kind: str) -> None:
    torch.manual_seed(3)
    inputs = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
    inputs[1] = 200
    mixed, labels = Augmentation(**{kind: 1.0}).mix(inputs, torch.tensor([4, 9]))
    assert labels.shape == (2, 56)
    assert labels.sum(dim=1) == pytest.approx([1, 1])
    assert 0 < float(labels[0, 9]) < 1
    assert mixed[0].mean().item() / 200 == pytest.approx(float(labels[0, 9]), abs=1e-4)
    assert mixed[1].mean().item() / 200 == pytest.approx(float(labels[1, 9]), abs=1e-4)


def test_nothing_is_mixed_unless_asked_for() -> None:
    inputs, labels = torch.zeros(2, 3, 8, 8, dtype=torch.uint8), torch.tensor([4, 9])
    assert STILL.mix(inputs, labels) == (inputs, labels)


def test_a_place_gives_views_that_differ(photo_folder: Callable[..., Path]) -> None:
    collection = Collection.open([photo_folder(Hungary=2, Japan=1)])
    views = AugmentedPictures(collection, [2, 0], Augmentation(), 48)
    assert len(views) == 2
    torch.manual_seed(0)
    first, label = views[0]
    assert (first.shape, label) == ((3, 48, 48), COUNTRY_INDEX[collection.places[2].country])
    assert not torch.equal(first, views[0][0])
