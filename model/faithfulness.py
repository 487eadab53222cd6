"""How faithful is a heat map? Deletion curves against random regions of equal area and shape.

Deletion (Petsiuk et al. 2018, arXiv:1806.07421): blur away the cells of the picture from the
hottest on, and watch the probability of the target. A faithful map's curve falls faster than the
curve of the same map shifted to a random place, which deletes regions of equal area and shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from model.checkpoint import Checkpoint
from model.types import COUNTRY_INDEX, Heatmap

FRACTIONS: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""Shares of the picture's cells that are deleted, one after the other."""

RANDOM_REGIONS = 5


@dataclass(frozen=True)
class Faithfulness:
    """Areas under deletion curves, in [0, 1]: the mean probability of the target; lower is better.

    Attributes:
        deletion_auc: deleting where the map is hottest first.
        random_auc: mean over the map shifted to random places.
        fractions: share of cells deleted.
        deletion: probability of the target after each.
        random: the same for random regions, in the mean.
    """

    deletion_auc: float
    random_auc: float
    fractions: tuple[float, ...]
    deletion: tuple[float, ...]
    random: tuple[float, ...]


def measure(
    checkpoint: Checkpoint, pixels: Tensor, heatmap: Heatmap, *, seed: int = 0
) -> Faithfulness:
    """Measure one map.

    Args:
        checkpoint: the net that was explained.
        pixels: uint8 [3, H, W], its input.
        heatmap: its map; must not be blank.
        seed: of the random regions.
    """
    rng = np.random.default_rng(seed)
    grids = [heatmap.grid, *(_shifted(heatmap, rng) for _ in range(RANDOM_REGIONS))]
    curves = np.array([_curve(checkpoint, pixels, heatmap, _order(heatmap, g)) for g in grids])
    random = curves[1:].mean(axis=0)
    return Faithfulness(
        deletion_auc=_auc(curves[0]),
        random_auc=_auc(random),
        fractions=FRACTIONS,
        deletion=tuple(float(p) for p in curves[0]),
        random=tuple(float(p) for p in random),
    )


def _inside(heatmap: Heatmap) -> tuple[slice, slice]:
    """Rows and columns of the cells whose centre lies on the picture, not on its padding."""
    left, top, right, bottom = heatmap.content
    rows = slice(max(0, round(top)), max(1, round(bottom)))
    return rows, slice(max(0, round(left)), max(1, round(right)))


def _shifted(heatmap: Heatmap, rng: np.random.Generator) -> NDArray[np.float32]:
    """The map rolled round the picture by a random offset: other place, same shape."""
    grid = heatmap.grid.copy()
    inside = _inside(heatmap)
    rows, columns = grid[inside].shape
    offset = int(rng.integers(1, rows * columns)) if rows * columns > 1 else 0
    grid[inside] = np.roll(grid[inside], divmod(offset, columns), axis=(0, 1))
    return grid


def _order(heatmap: Heatmap, grid: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each cell on the picture the rank of its heat, hottest first; -1 on padding."""
    ranks = np.full(grid.shape, -1, dtype=np.int64)
    inside = _inside(heatmap)
    hot = -grid[inside].ravel()
    order = np.empty(hot.size, dtype=np.int64)
    order[np.argsort(hot, kind="stable")] = np.arange(hot.size)
    ranks[inside] = order.reshape(grid[inside].shape)
    return ranks


def _curve(
    checkpoint: Checkpoint, pixels: Tensor, heatmap: Heatmap, order: NDArray[np.int64]
) -> list[float]:
    picture = pixels[None].float()
    blurred = _blur(picture)
    cells = int((order >= 0).sum())
    target = COUNTRY_INDEX[heatmap.target]
    probabilities = []
    for fraction in FRACTIONS:
        gone = torch.from_numpy((order >= 0) & (order < round(fraction * cells)))
        mask = functional.interpolate(gone[None, None].float(), size=picture.shape[2:])
        with torch.inference_mode():
            logits = checkpoint.network(picture * (1 - mask) + blurred * mask)
        scaled = logits[0].double() / checkpoint.temperature
        probabilities.append(float(scaled.softmax(dim=0)[target]))
    return probabilities


def _blur(picture: Tensor) -> Tensor:
    """Keep only what a 4-pixel-high thumbnail shows: the colours, without any detail."""
    height, width = picture.shape[2:]
    size = (4, max(1, round(4 * width / height)))
    small = functional.interpolate(picture, size=size, mode="area")
    return functional.interpolate(small, size=(height, width), mode="bilinear")


def _auc(curve: Sequence[float] | NDArray[np.float64]) -> float:
    return float(np.trapezoid(np.asarray(curve), np.asarray(FRACTIONS)))
