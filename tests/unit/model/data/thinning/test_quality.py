from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

from model.data.thinning.quality import Quality, information, measure


def noise(low: int = 0, high: int = 256, size: int = 64, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (size, size), dtype=np.uint8)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=12)))
def test_figures_stay_in_their_ranges(grey: np.ndarray) -> None:
    quality = measure(grey)
    assert 0 <= quality.luminance <= 1
    assert 0 <= quality.entropy_bits <= 8
    assert quality.sharpness >= 0


def test_known_pictures() -> None:
    assert measure(np.zeros((9, 9), np.uint8)) == Quality(0.0, 0.0, 0.0)
    assert measure(np.full((9, 9), 255, np.uint8)) == Quality(1.0, 0.0, 0.0)
    every_grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert measure(every_grey).entropy_bits == pytest.approx(8)
    dot = np.zeros((5, 5), np.uint8)
    dot[2, 2] = 255  # Laplacian on the inner 3 x 3: -4 in the middle, 1 beside, 0 in the corners
    assert measure(dot).sharpness == pytest.approx(20 / 9)


def test_dark_flat_and_blurred_pictures_come_last() -> None:
    sharp = [noise(seed=i) for i in range(20)]
    dark, flat = noise(0, 12), np.full((64, 64), 100, np.uint8)
    blurred = np.kron(noise(0, 160, size=4), np.ones((16, 16), np.uint8))
    ranks = information([measure(p) for p in (dark, blurred, flat, *sharp)])
    assert max(ranks[:3]) < min(ranks[3:])


def test_the_order_of_pictures_does_not_matter() -> None:
    qualities = [Quality(*f) for f in np.random.default_rng(1).random((20, 3)).tolist()]
    assert np.allclose(information(qualities)[::-1], information(qualities[::-1]))
    assert information([]).shape == (0,)
    assert information([Quality(0, 0, 0)]).tolist() == [1.0]


@pytest.mark.parametrize("shape", [(2, 9), (9, 2), (3, 3, 3)])
def test_too_small_pictures_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least 3 x 3"):
        measure(np.zeros(shape, np.uint8))
