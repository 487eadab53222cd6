"""Hedges: leaves over a dark, lumpy core, trimmed but never flat."""

from __future__ import annotations

import numpy as np

from .geometry import Shape, box, cards, merge, smooth_noise
from .presets import Look
from .trees import LEAVES, WOOD, lump

HIGH_M, HALF_M = 1.45, 0.36
VARIANTS = 3
"""How many panels there are: beside each other they must not be the same one."""
LOOKS = (Look((0.022, 0.032, 0.013)), Look((0.06, 0.10, 0.03), "leaf", 0.8))
"""Of the slots WOOD, which is the dark within, and LEAVES."""
_LEAVES = 3400


def hedge_panel(length_m: float, variant: int) -> Shape:
    """A piece of hedge along x from 0; leaves reach a little beyond both ends, so no joint shows.

    Args:
        length_m: of the piece.
        variant: each number is another piece, always the same one.
    """
    rng = np.random.default_rng(variant)
    core = box((0, -0.5 * HALF_M, -0.4), (length_m, 0.5 * HALF_M, HIGH_M * 0.82), WOOD)
    parts = [core]
    for at in np.arange(0.2, length_m, 0.42):
        for middle in (0.35, 0.95):
            size = np.array([0.36, HALF_M * 0.8, 0.42]) * rng.uniform(0.85, 1.1)
            parts.append(lump(np.array([at, 0.0, middle * HIGH_M / 1.45]), size, rng))
    x = rng.uniform(-0.12, length_m + 0.12, _LEAVES)
    # A walk up one side, over the top and down the other, as long as each is.
    way = rng.uniform(0, 2 * HIGH_M + 2 * HALF_M, _LEAVES)
    side = np.where(way < HIGH_M, -1.0, np.where(way > HIGH_M + 2 * HALF_M, 1.0, 0.0))
    across = np.where(side == 0, way - HIGH_M - HALF_M, side * HALF_M)
    level = np.where(side < 0, way, np.where(side > 0, 2 * (HIGH_M + HALF_M) - way, HIGH_M))
    bulge = smooth_noise(x / 0.55, (way + 7 * variant) / 0.55, 40 + variant)
    fine = smooth_noise(x / 0.17, way / 0.17, 60 + variant)
    out = 1 + 0.16 * bulge + 0.08 * fine
    shoulder = np.clip((level - 0.75 * HIGH_M) / (0.25 * HIGH_M), 0, 1)
    across = across * out * (1 - 0.22 * shoulder**2)
    level = level + (0.09 * bulge + 0.05 * fine) * (side == 0)
    leaves = np.stack([x, across, level], axis=1) + rng.normal(0, 0.025, (_LEAVES, 3))
    outward = np.stack([0.5 * bulge, across / HALF_M, (side == 0) + 0.35 + 0.4 * shoulder], axis=1)
    outward = outward / np.linalg.norm(outward, axis=1, keepdims=True)
    parts.append(cards(leaves, 0.052, rng, LEAVES, outward=outward))
    return merge(parts)
