"""The facade over a checkpoint: what it asks of the net."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from model.checkpoint import Checkpoint
from model.data.preprocessing import Preprocessing
from model.network import Network, NetworkConfig
from model.predictor import Predictor
from model.types import Box
from tests.unit.model.test_levels import noise


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        (Box(0, 0, 1, 1), slice(10, 54), slice(6, 154)),
        (Box(0.5, 0.5, 1, 1), slice(32, 54), slice(80, 154)),
    ],
)
def test_a_covered_part_lies_on_the_picture_and_not_on_its_padding(
    box: Box, rows: slice, columns: slice, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Tensor] = []

    def look(pixels: Tensor, _others: None) -> Tensor:
        seen.append(pixels[0])
        return torch.full((1, 56), 1 / 56)

    preprocessing, picture = Preprocessing(64, "fixed"), noise(200, 60)
    predictor = Predictor(Checkpoint(Network(NetworkConfig()).eval(), preprocessing))
    monkeypatch.setattr(predictor, "look", look)
    predictor.analyse(picture).cover(box)
    expected = torch.zeros(64, 160, dtype=torch.bool)
    expected[rows, columns] = True
    assert torch.equal((seen[0] != preprocessing(picture)[0]).any(dim=0), expected)
