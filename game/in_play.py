"""Whether a photo shows a crop that somebody is playing right now.

Both are reduced to small pictures of their edges, and one is slid over the other at many scales
(normalised cross-correlation, by Fourier transform): a copy is found re-encoded, resized,
brightened, mirrored, with its margins cut off, or anywhere on a screenshot. One that is turned,
stretched, inverted, cut to a half or very small on the photo is not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Edges = NDArray[np.float32]
"""[rows, columns], of mean 0 and about variance 1 everywhere."""

Spectrum = NDArray[np.complex64]
"""Of edges, or of several, by a Fourier transform."""

WIDTH_PX = 64
"""Of the edges of a crop."""

HEIGHT_PX = 28

SCALES = tuple(float(scale) for scale in np.geomspace(0.62, 2.6, 52))
"""Width of the photo over the width of the crop in it: from a cut copy to a whole screen."""

OVERLAP = 0.6
"""At least this share of the crop must be on a photo that is smaller than it."""

ALIKE = 0.74
"""Correlation from which on it is a copy: copies reach 0.75, other scenes, with horizons, 0.70."""

NEAR = 0.66
"""From here on the photo is tried again, moved by half a pixel: so much can lie between the two."""

MARGIN_PX = 4
"""Along the rim of a crop left out: what lies beside it on a screen reaches so far into it."""

PHOTO_SIDE_MAX_PX = 200

SMALL_PX = 480
"""Longer side of a photo before it is compared at many scales."""


def edges_of(
    picture: Image.Image,
    width_px: int = WIDTH_PX,
    height_px: int = HEIGHT_PX,
    box: tuple[float, float, float, float] | None = None,
) -> Edges:
    """What is left of a picture of any size, or of a box in it, without colour and brightness."""
    small = picture.convert("F").resize((width_px, height_px), Image.Resampling.BOX, box)
    coarse = (max(1, width_px // 6), max(1, height_px // 6))

    def blurred(values: Image.Image) -> Edges:
        down = values.resize(coarse, Image.Resampling.BOX)
        return np.asarray(down.resize(small.size, Image.Resampling.BICUBIC), dtype=np.float32)

    high = np.asarray(small, dtype=np.float32) - blurred(small)
    power = blurred(Image.fromarray(high * high))
    # A little is added, so that the noise of an empty sky does not count as much as a roof.
    return np.asarray(high / np.sqrt(np.maximum(power, 0) + 25.0), dtype=np.float32)


def is_in_play(photo: Image.Image, crops: Sequence[Edges]) -> bool:
    """Whether the photo shows one of these crops; some seconds for hundreds of them.

    Args:
        photo: RGB, of any size.
        crops: the edges of those in play.
    """
    if not crops:
        return False
    small = photo.convert("L")
    small.thumbnail((SMALL_PX, SMALL_PX), Image.Resampling.BOX)  # once, not at every scale
    return any(likeness(small, crops, scale) >= ALIKE for scale in SCALES)


def likeness(photo: Image.Image, crops: Sequence[Edges], scale: float) -> float:
    """The best correlation of any of the crops anywhere on the photo, at this scale, in [-1, 1]."""
    width_px = round(WIDTH_PX * scale)
    height_px = round(width_px * photo.height / photo.width)
    if not HEIGHT_PX * OVERLAP <= height_px <= PHOTO_SIDE_MAX_PX:
        return -1.0
    best = _best(edges_of(photo, width_px, height_px), crops, scale)
    if not NEAR <= best < ALIKE:
        return best
    across, down = photo.width / width_px, photo.height / height_px
    for x, y in ((0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        left, top = x * across, y * down
        right, bottom = left + (width_px - 1) * across, top + (height_px - 1) * down
        moved = edges_of(photo, width_px - 1, height_px - 1, (left, top, right, bottom))
        best = max(best, _best(moved, crops, scale))
    return best


def _best(edges: Edges, crops: Sequence[Edges], scale: float) -> float:
    """The best correlation of any of the crops anywhere on the edges of a photo, or mirrored."""
    share = OVERLAP if scale < 1 else 1.0
    window = np.zeros((HEIGHT_PX, WIDTH_PX), dtype=np.float32)
    window[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] = 1
    stack = np.stack(crops) * window
    # What wraps around loses more than a crop may have beside the photo, and so does not count.
    beside = [int((1 - share) * (px - 2 * MARGIN_PX)) + 1 for px in window.shape]
    shape = [
        _quick(max(photo_px + beside_px, crop_px))
        for photo_px, beside_px, crop_px in zip(edges.shape, beside, window.shape, strict=True)
    ]

    def spectrum(values: Edges) -> Spectrum:
        return np.asarray(np.fft.rfft2(values, shape), dtype=np.complex64)

    def slid(fixed: Spectrum, moving: Spectrum) -> Edges:
        return np.asarray(np.fft.irfft2(fixed * np.conj(moving), shape), dtype=np.float32)

    there, inside = spectrum(np.ones_like(edges)), spectrum(window)
    covered = slid(there, inside) >= share * window.sum() - 0.5
    if not covered.any():
        return -1.0
    # On a photo no smaller than the crop all of it is to be seen.
    whole = np.sum(stack * stack, axis=(1, 2), keepdims=True)
    power = slid(there, spectrum(stack * stack)) if scale < 1 else whole
    of_crops, moving, best = np.sqrt(np.maximum(power, 1.0)), spectrum(stack), -1.0
    for seen in (edges, edges[:, ::-1]):
        of_photo = np.sqrt(np.maximum(slid(spectrum(seen * seen), inside), 1.0))
        alike = slid(spectrum(seen), moving)
        alike /= np.where(covered, of_photo, np.inf)
        alike /= of_crops
        best = max(best, float(alike.max()))
    return best


def _quick(least: int) -> int:
    """The smallest length from this one on that a Fourier transform is quick at: 2, 3, 5 alone."""
    rest = least
    for factor in (2, 3, 5):
        while rest % factor == 0:
            rest //= factor
    return least if rest == 1 else _quick(least + 1)
