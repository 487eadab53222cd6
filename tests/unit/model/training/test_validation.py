from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import Dataset

from model.data.collection import Collection
from model.data.datasets import Item
from model.errors import DataError, PictureError
from model.geography import COUNTRY_INDEX
from model.training.batches import BatchLoader
from model.training.fitting import AdjustedLoss
from model.training.inputs import Computation, Learner, StageInputs
from model.training.validation import validate
from tests.unit.model.training.small_runs import ALONE

LOGITS = torch.randn(7, 56, generator=torch.Generator().manual_seed(0))


class Views(Dataset[Item]):
    """Views whose inputs are their logits; the damaged ones cannot be read."""

    def __init__(self, damaged: set[int]) -> None:
        self._damaged = damaged

    def __getitem__(self, index: int) -> Item:
        if index in self._damaged:
            raise PictureError("x.jpg: damaged")
        return LOGITS[index], 0


def validated(data: Collection, damaged: set[int]) -> dict[str, float]:
    views = Views(damaged)
    learner = Learner(nn.Identity(), Computation(torch.device("cpu")))
    inputs = StageInputs(views, [0, 0, 1, 30, 30, 30, 50], [], learner)
    loader = BatchLoader(views, unreadable=lambda _item, _error: None)
    loss = AdjustedLoss(torch.zeros(56), smoothing=0.1)
    return dict(validate(inputs, loader, data, loss, ALONE, 2))


def test_places_are_judged_by_the_mean_of_the_views_that_can_be_read(data: Collection) -> None:
    mean = torch.stack([LOGITS[1], LOGITS[[3, 4, 5]].mean(dim=0), LOGITS[6]])
    labels = torch.tensor([COUNTRY_INDEX[data.places[i].country] for i in (0, 30, 50)])
    found = validated(data, {0, 2})
    assert found["val_loss"] == pytest.approx(float(functional.cross_entropy(mean, labels)))
    assert found["val_top1"] == float((mean.argmax(dim=1) == labels).double().mean())


def test_a_split_without_a_picture_is_an_error(data: Collection, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no picture of the val split can be read; give more data"):
        validated(data, set(range(7)))
