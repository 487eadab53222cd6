"""How much a picture tells: brightness, variety of its greys, sharpness. Pure numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of one picture; low ones say that little can be seen.

    Attributes:
        luminance: mean grey, 0 (black) to 1 (white).
        entropy_bits: of the histogram of the 256 greys, 0 (one grey) to 8.
        sharpness: variance of the Laplacian of the greys 0..1; 0 is flat. It depends on the size
            of the picture: compare pictures of one height only.
    """

    luminance: float
    entropy_bits: float
    sharpness: float


def measure(grey: NDArray[np.uint8]) -> Quality:
    """Measure a picture.

    Args:
        grey: [H, W] in 0..255, at least 3 x 3.

    Raises:
        ValueError: it is smaller, or not of two dimensions.
    """
    if grey.ndim != 2 or min(grey.shape) < 3:
        raise ValueError(f"a grey picture of at least 3 x 3 is needed, not {grey.shape}")
    shares = np.bincount(grey.ravel(), minlength=256) / grey.size
    shares = shares[shares > 0]
    x = grey.astype(np.float64) / 255
    laplacian = x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:] - 4 * x[1:-1, 1:-1]
    entropy_bits = float(np.abs((shares * np.log2(shares)).sum()))
    return Quality(float(x.mean()), entropy_bits, float(laplacian.var()))


def information(qualities: Sequence[Quality]) -> NDArray[np.float64]:
    """Rank pictures by what they tell, each by its poorest figure.

    Returns:
        For each picture, in (0, 1], the least of three shares: of pictures that are at most as
        bright, as varied, as sharp as it.
    """
    figures = np.array([(q.luminance, q.entropy_bits, q.sharpness) for q in qualities])
    if not len(figures):
        return np.zeros(0)
    shares = [np.searchsorted(np.sort(f), f, side="right") / len(f) for f in figures.T]
    return np.asarray(np.min(shares, axis=0), dtype=np.float64)
