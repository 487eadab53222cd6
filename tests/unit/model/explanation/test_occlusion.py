"""Trials of maps: curves and coverings of nets whose answer is known beforehand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from model.explanation.occlusion import (
    FRACTIONS,
    _rolled,
    cover,
    interval,
    measure_faithfulness,
    occlude,
)
from model.geography import COUNTRY_INDEX
from model.types import Heatmap

CELL_PX = 32
ROWS, COLUMNS = 4, 8


class Spot(nn.Module):
    """Knows Hungary by the detail (standard deviation) in one cell of the picture, 1 to 3 rows."""

    def forward(self, pixels: Tensor) -> Tensor:
        spot = pixels[:, :, CELL_PX : 2 * CELL_PX, 2 * CELL_PX : 3 * CELL_PX]
        logits = torch.zeros(len(pixels), 56)
        logits[:, COUNTRY_INDEX["HU"]] = 0.1 * spot.std(dim=(1, 2, 3))
        return logits


def knows(pixels: Tensor) -> Tensor:
    """What such a net says."""
    return Spot()(pixels).double().softmax(dim=1)


@pytest.fixture(scope="module")
def pixels() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    size = (3, ROWS * CELL_PX, COLUMNS * CELL_PX)
    return torch.randint(0, 256, size, generator=generator, dtype=torch.uint8)


def heatmap(row: int, column: int, content: tuple[float, ...] = (0, 0, COLUMNS, ROWS)) -> Heatmap:
    grid = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    grid[row, column] = 1.0
    return Heatmap("HU", grid, content)


def test_a_faithful_map_beats_random_regions_and_another_does_not(pixels: Tensor) -> None:
    good = measure_faithfulness(knows, pixels, heatmap(1, 2))
    assert good.deletion_auc < good.random_interval[0]
    assert good.insertion_auc > good.random_insertion_interval[1]
    bad = measure_faithfulness(knows, pixels, heatmap(3, 7))
    assert bad.deletion_auc > good.deletion_auc
    assert bad.insertion_auc < good.insertion_auc


def test_curves_share_their_ends(pixels: Tensor) -> None:
    found = measure_faithfulness(knows, pixels, heatmap(1, 2))
    curves = (found.deletion, found.random, found.insertion, found.random_insertion)
    assert all(len(curve) == len(FRACTIONS) for curve in curves)
    assert found.deletion[0] == found.random[0] == found.insertion[-1]
    assert found.deletion[-1] == found.insertion[0] == found.random_insertion[0]
    assert found.deletion[0] > found.deletion[1] == pytest.approx(found.deletion[-1], rel=0.1)
    assert found == measure_faithfulness(knows, pixels, heatmap(1, 2)), (
        "the same seed, the same figures"
    )


def test_covering_what_counts(pixels: Tensor) -> None:
    waits: list[int] = []
    found = occlude(
        knows, pixels, heatmap(1, 2), before=0.9, regions=3, wait=lambda: waits.append(1)
    )
    assert len(waits) == 4, "one for each forward pass"
    assert found.share == 1 / (ROWS * COLUMNS), "cells without heat do not count as hot"
    assert found.before == 0.9
    assert found.after < 0.1 < 0.5 < min(found.random)
    low, high = found.random_interval
    assert 0 <= low <= found.random_mean <= high <= 1


def test_padding_is_never_covered(pixels: Tensor) -> None:
    seen: list[Tensor] = []

    def look(shown: Tensor) -> Tensor:
        seen.append((shown[0] != pixels).any(dim=0))
        return knows(shown)

    letterboxed = heatmap(1, 2, (0.0, 1.0, COLUMNS, 3.0))
    letterboxed.grid[0] = 2.0
    found = occlude(look, pixels, letterboxed, before=0.9, regions=2)
    assert found.share == 1 / (2 * COLUMNS)
    for changed in seen:
        assert changed.any()
        assert not changed[:CELL_PX].any()
        assert not changed[3 * CELL_PX :].any()
    hot = torch.zeros_like(seen[0])
    hot[CELL_PX : 2 * CELL_PX, 2 * CELL_PX : 3 * CELL_PX] = True
    assert torch.equal(seen[0], hot)


def test_random_regions_keep_area_and_shape_and_move() -> None:
    region = np.zeros((ROWS, COLUMNS), dtype=bool)
    region[1, 2:5] = True
    rng = np.random.default_rng(0)
    for _ in range(50):
        moved = _rolled(region, rng)
        assert moved.sum() == region.sum()
        assert (moved != region).any()
        assert moved.any(axis=1).sum() == 1


def test_interval_of_a_mean() -> None:
    low, high = interval([0.2, 0.4, 0.6])
    half = 4.3026527 * 0.2 / math.sqrt(3)
    assert (low, high) == (0.0, pytest.approx(0.4 + half))
    assert interval([0.3, 0.3]) == (0.3, 0.3)


def test_covering_a_box_hides_what_lies_in_it_and_nothing_else(pixels: Tensor) -> None:
    def of_hungary(*cells: float) -> float:
        left, top, right, bottom = (side * CELL_PX for side in cells)
        probabilities = cover(knows, pixels, (left, top, right, bottom))
        assert probabilities.sum() == pytest.approx(1)
        return float(probabilities[COUNTRY_INDEX["HU"]])

    untouched = of_hungary(5, 0, 8, 4)
    assert of_hungary(2, 1, 3, 2) < untouched / 2
    assert of_hungary(2.5, 1, 3, 2) < untouched, "a half covers a half"
    assert of_hungary(3, 1, 8, 4) == untouched, "its right edge is not covered"
    assert of_hungary(2.99, 1.99, 2.999, 1.999) == pytest.approx(untouched, rel=0.05)
