"""A heat map is tried out: cover what it highlights, and ask the net again.

Deletion and insertion (Petsiuk et al. 2018, arXiv:1806.07421): blur the cells of the picture from
the hottest on, or start from a blurred picture and bring them back, and watch the probability of
the target. A faithful map's deletion curve falls faster, and its insertion curve rises faster, than
the curves of the same map shifted to random places, which change regions of equal area and shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from model.geography import COUNTRY_INDEX
from model.types import Heatmap, heat_ranks

FRACTIONS: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""Shares of the picture's cells that are deleted or inserted, one after the other."""

RANDOM_REGIONS = 5


@dataclass(frozen=True)
class Faithfulness:
    """Areas under curves, in [0, 1]: the mean probability of the target.

    A map is faithful if ``deletion_auc`` is lower, and ``insertion_auc`` higher, than for random
    regions.

    Attributes:
        deletion_auc: deleting where the map is hottest first.
        random_auc: mean over the map shifted to random places.
        random_interval: its 95 % interval.
        insertion_auc: inserting where the map is hottest first.
        random_insertion_auc: mean over the map shifted to random places.
        random_insertion_interval: its 95 % interval.
        fractions: share of cells deleted or inserted.
        deletion: probability of the target after each.
        random: the same for random regions, in the mean.
        insertion: probability of the target after each.
        random_insertion: the same for random regions, in the mean.
    """

    deletion_auc: float
    random_auc: float
    random_interval: tuple[float, float]
    insertion_auc: float
    random_insertion_auc: float
    random_insertion_interval: tuple[float, float]
    fractions: tuple[float, ...]
    deletion: tuple[float, ...]
    random: tuple[float, ...]
    insertion: tuple[float, ...]
    random_insertion: tuple[float, ...]


@dataclass(frozen=True)
class Occlusion:
    """What covering the hottest region of a map does to the probability of its target.

    Attributes:
        target: the country that the map speaks for.
        share: of the picture's cells that are covered, in (0, ``STRONGEST_SHARE``].
        before: probability of the target with nothing covered.
        after: with the hottest region covered.
        random: with each of some random regions of equal area and shape covered instead.
    """

    target: str
    share: float
    before: float
    after: float
    random: tuple[float, ...]

    @property
    def random_mean(self) -> float:
        """Mean over the random regions."""
        return float(np.mean(self.random))

    @property
    def random_interval(self) -> tuple[float, float]:
        """Its 95 % interval, within [0, 1]."""
        return interval(self.random)


Look = Callable[[Tensor], Tensor]
"""Probabilities float64 [N, 56] of pixels float32 [N, 3, H, W] in 0..255."""


def measure_faithfulness(
    look: Look,
    pixels: Tensor,
    heatmap: Heatmap,
    *,
    regions: int = RANDOM_REGIONS,
    seed: int = 0,
) -> Faithfulness:
    """Deletion and insertion curves of one map: ``12 * (1 + regions) + 2`` forward passes.

    Args:
        look: asks the net that was explained.
        pixels: uint8 [3, H, W], its input.
        heatmap: its map; must not be blank.
        regions: how many random ones, at least 2.
        seed: of the random regions.
    """
    rng = np.random.default_rng(seed)
    ask = _Question(look, pixels, heatmap)
    hot = heatmap.grid[heatmap.inside]
    orders = [heat_ranks(grid) for grid in (hot, *(_rolled(hot, rng) for _ in range(regions)))]
    whole, none = ask(np.zeros_like(hot, bool)), ask(np.ones_like(hot, bool))
    curves = np.array([_curves(ask, order, whole, none) for order in orders])
    areas = np.trapezoid(curves, np.asarray(FRACTIONS))
    means = curves[1:].mean(axis=0)

    def floats(values: NDArray[np.float64]) -> tuple[float, ...]:
        return tuple(float(value) for value in values)

    return Faithfulness(
        deletion_auc=float(areas[0, 0]),
        random_auc=float(areas[1:, 0].mean()),
        random_interval=interval(areas[1:, 0]),
        insertion_auc=float(areas[0, 1]),
        random_insertion_auc=float(areas[1:, 1].mean()),
        random_insertion_interval=interval(areas[1:, 1]),
        fractions=FRACTIONS,
        deletion=floats(curves[0, 0]),
        random=floats(means[0]),
        insertion=floats(curves[0, 1]),
        random_insertion=floats(means[1]),
    )


def occlude(
    look: Look,
    pixels: Tensor,
    heatmap: Heatmap,
    *,
    before: float,
    regions: int = 3,
    seed: int = 0,
    wait: Callable[[], object] = lambda: None,
) -> Occlusion:
    """Cover the hottest region of one map, then random regions: ``1 + regions`` forward passes.

    Args:
        look: asks the net that was explained.
        pixels: uint8 [3, H, W], its input.
        heatmap: its map; must not be blank.
        before: the target's probability with nothing covered, which is known already.
        regions: how many random ones, at least 2.
        seed: of the random regions.
        wait: called before each pass; may wait, so that more urgent passes go first.
    """
    rng = np.random.default_rng(seed)
    ask = _Question(look, pixels, heatmap)
    region = heatmap.strongest()[heatmap.inside]
    found = []
    for covered in (region, *(_rolled(region, rng) for _ in range(regions))):
        wait()
        found.append(ask(covered))
    return Occlusion(heatmap.target, float(region.mean()), before, found[0], tuple(found[1:]))


def cover(look: Look, pixels: Tensor, box: tuple[float, float, float, float]) -> Tensor:
    """The calibrated probabilities with one rectangle blurred: one forward pass.

    Args:
        look: what the net makes of pixels.
        pixels: uint8 [3, H, W], its input.
        box: (left, top, right, bottom) in pixels of the input, rounded outwards; at least one
            pixel is covered.

    Returns:
        float [56], summing to 1.
    """
    left, top = (max(0, math.floor(side)) for side in box[:2])
    right, bottom = (max(1, math.ceil(side)) for side in box[2:])
    picture = pixels[None].float()
    picture[:, :, top:bottom, left:right] = _blur(picture)[:, :, top:bottom, left:right]
    with torch.inference_mode():
        return look(picture)[0]


def interval(values: Sequence[float] | NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % interval of the mean of two or more probabilities (Student's t), within [0, 1]."""
    from scipy.stats import t  # noqa: PLC0415  a second of start-up, which the game does not need

    mean, n = float(np.mean(values)), len(values)
    half = float(t.ppf(0.975, n - 1)) * float(np.std(values, ddof=1)) / n**0.5
    return max(0.0, mean - half), min(1.0, mean + half)


class _Question:
    """How probable is the target of a map if some cells of its picture are blurred?"""

    def __init__(self, look: Look, pixels: Tensor, heatmap: Heatmap) -> None:
        self._look, self._target = look, COUNTRY_INDEX[heatmap.target]
        self._picture = pixels[None].float()
        self._blurred = _blur(self._picture)
        self._shape = heatmap.grid.shape
        self._inside = heatmap.inside

    def __call__(self, covered: NDArray[np.bool_]) -> float:
        """The probability of the target with these cells on the picture blurred."""
        gone = np.zeros(self._shape, dtype=np.float32)
        gone[self._inside] = covered
        picture = self._picture
        mask = functional.interpolate(torch.from_numpy(gone)[None, None], size=picture.shape[2:])
        with torch.inference_mode():
            probabilities = self._look(picture * (1 - mask) + self._blurred * mask)
        return float(probabilities[0, self._target])


def _rolled(grid: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """The cells on the picture rolled round it by a random offset: other place, same shape."""
    offset = int(rng.integers(1, grid.size)) if grid.size > 1 else 0
    rolled: NDArray[Any] = np.roll(grid, divmod(offset, grid.shape[1]), axis=(0, 1))
    return rolled


def _curves(
    ask: _Question, order: NDArray[np.int64], whole: float, none: float
) -> tuple[list[float], list[float]]:
    """Deletion and insertion; ``whole`` and ``none`` are their common ends."""
    deletion, insertion = [whole], [none]
    for fraction in FRACTIONS[1:-1]:
        chosen = order < round(fraction * order.size)
        deletion.append(ask(chosen))
        insertion.append(ask(~chosen))
    return [*deletion, none], [*insertion, whole]


def _blur(picture: Tensor) -> Tensor:
    """Keep only what a 4-pixel-high thumbnail shows: the colours, without any detail."""
    height, width = picture.shape[2:]
    size = (4, max(1, round(4 * width / height)))
    small = functional.interpolate(picture, size=size, mode="area")
    return functional.interpolate(small, size=(height, width), mode="bilinear")
