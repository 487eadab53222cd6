"""Finds pictures that show the same. Pure numpy.

Copies that were re-encoded, resized, cropped a little or brightened, and views turned by a few
degrees. Two steps. A perceptual hash (the signs of 64 low frequencies against their median, after
Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions") of the whole
picture and of windows of it proposes pairs; street scenes resemble each other in low frequencies
(road below, sky above), so a pair counts only if its fine detail agrees as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

THUMBNAIL_PX = 64
"""Height and width of the grey thumbnails that are compared: pictures squeezed into a square."""

MAX_DISTANCE = 14
"""Bits of 64 in which hashes of a pair may differ. On real photographs copies differ in up to 14
(brightened), most in at most 8; 99 of 100 pairs of other places of one country in more than 16."""

MIN_CORRELATION = 0.56
"""Of the fine detail. On real photographs of one country with similar hashes, all pairs above it
showed the same spot; of other places the most alike came to 0.55, of copies the least to 0.59."""

Window = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the picture."""

_WHOLE: Window = (0, 0, 1, 1)


def _windows() -> list[tuple[Window, Window]]:
    """What is compared: the whole against windows, and left parts against right parts."""
    centred: list[Window] = [(m, m, 1 - m, 1 - m) for m in (0.03, 0.06)]
    edges = [
        (left * m, top * m, 1 - right * m, 1 - bottom * m)
        for m in (0.05, 0.1)
        for left, right in ((0, 0), (0, 1), (1, 0))
        for top, bottom in ((0, 0), (0, 1), (1, 0))
        if left or right or top or bottom
    ]
    turned: list[tuple[Window, Window]] = [
        ((0, 0, 1 - m, 1), (m, 0, 1, 1)) for m in (0.1, 0.15, 0.2)
    ]
    return [(_WHOLE, window) for window in (_WHOLE, *centred, *edges)] + turned


WINDOWS = _windows()


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two pictures, by number, the smaller first, and how much they agree.

    Attributes:
        a: one,
        b: and the other.
        distance: bits of 64 in which the hashes of their windows differ.
        correlation: of the fine detail of these windows, in [-1, 1].
    """

    a: int
    b: int
    distance: int
    correlation: float


@cache
def _resampling(low: float, high: float, cells: int) -> NDArray[np.float32]:
    """Maps a side of the thumbnail to a window of it in fewer cells: [cells, THUMBNAIL_PX]."""
    edges = np.linspace(low, high, cells + 1) * THUMBNAIL_PX
    pixels = np.arange(THUMBNAIL_PX)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights = covered.clip(min=0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def _cut(thumbnails: NDArray[np.uint8], window: Window, cells: int = 32) -> NDArray[np.float32]:
    left, top, right, bottom = window
    down, across = _resampling(top, bottom, cells), _resampling(left, right, cells)
    return np.asarray(down @ thumbnails.astype(np.float32) @ across.T, dtype=np.float32)


def hashes(thumbnails: NDArray[np.uint8], window: Window = _WHOLE) -> NDArray[np.uint64]:
    """The perceptual hash of a window of each picture.

    Args:
        thumbnails: [n, THUMBNAIL_PX, THUMBNAIL_PX].
        window: which part.

    Returns:
        uint64 [n].
    """
    cells = 32
    waves = np.outer(np.arange(9), np.arange(cells) + 0.5) * np.pi / cells
    cosines = np.cos(waves).astype(np.float32)
    found = [np.zeros(0, np.uint64)]
    for start in range(0, len(thumbnails), 4096):  # as floats they take four times the memory
        some = thumbnails[start : start + 4096]
        frequencies = cosines[:8] @ _cut(some, window, cells) @ cosines.T
        # Without the first, which is the brightness: 64 of the lowest 72.
        low = frequencies.reshape(len(some), -1)[:, 1:65]
        bits = low > np.median(low, axis=1, keepdims=True)
        found.append(np.packbits(bits, axis=1).view(np.uint64).ravel())
    return np.concatenate(found)


def _detail(thumbnails: NDArray[np.uint8], window: Window) -> NDArray[np.float32]:
    """What a window shows beyond a blur of it, of length 1: [n, cells]."""
    cut = _cut(thumbnails, window)
    padded = np.pad(cut, ((0, 0), (2, 2), (2, 2)), mode="edge")
    rows = sum(padded[:, i : i + 32] for i in range(5))
    blurred = sum(np.asarray(rows)[:, :, i : i + 32] for i in range(5)) / 25
    detail = (cut - blurred).reshape(len(cut), -1)
    length = np.linalg.norm(detail, axis=1, keepdims=True)
    # A picture without any detail agrees with none.
    return np.asarray(detail / np.maximum(length, 1e-3), dtype=np.float32)


def find(thumbnails: NDArray[np.uint8], labels: Sequence[Hashable]) -> list[Pair]:
    """Pairs of pictures with the same label that show the same.

    Args:
        thumbnails: uint8 [n, THUMBNAIL_PX, THUMBNAIL_PX], grey.
        labels: of each; pictures of different labels are not compared.

    Returns:
        Each pair once, with its best agreement, in order.
    """
    members: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, label in enumerate(labels):
        members[label].append(number)
    best: dict[tuple[int, int], Pair] = {}
    hashed = {w: hashes(thumbnails, w) for pair in WINDOWS for w in pair}
    for one, other in WINDOWS:
        numbers = [
            np.asarray(those)[near]
            for those in members.values()
            for near in _near(hashed[one][those], hashed[other][those])
        ]
        for pair in _confirmed(thumbnails, numbers, (one, other), hashed):
            known = best.get((pair.a, pair.b))
            if known is None or pair.correlation > known.correlation:
                best[pair.a, pair.b] = pair
    return sorted(best.values())


def _near(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> Iterable[NDArray[np.int64]]:
    """Pairs of positions with near hashes: int [2], blocks of rows at a time to save memory."""
    for start in range(0, len(one), 512):
        distances = np.bitwise_count(one[start : start + 512, None] ^ other[None])
        found = np.argwhere(distances <= MAX_DISTANCE)
        found[:, 0] += start
        yield from found[found[:, 0] != found[:, 1]]


def _confirmed(
    thumbnails: NDArray[np.uint8],
    numbers: Sequence[NDArray[np.int64]],
    windows: tuple[Window, Window],
    hashed: dict[Window, NDArray[np.uint64]],
) -> Iterable[Pair]:
    one, other = windows
    for start in range(0, len(numbers), 2048):
        a, b = np.array(numbers[start : start + 2048]).T
        agreement = (_detail(thumbnails[a], one) * _detail(thumbnails[b], other)).sum(axis=1)
        distances = np.bitwise_count(hashed[one][a] ^ hashed[other][b])
        for i in np.flatnonzero(agreement >= MIN_CORRELATION):
            low, high = sorted((int(a[i]), int(b[i])))
            yield Pair(low, high, int(distances[i]), float(agreement[i]))


def groups(pairs: Iterable[Pair]) -> dict[int, int]:
    """Join pairs that share a picture: each picture of a pair to the smallest of its group."""
    parent: dict[int, int] = {}

    def root(i: int) -> int:
        while parent.setdefault(i, i) != i:
            i = parent[i]
        return i

    for pair in pairs:
        a, b = sorted((root(pair.a), root(pair.b)))
        parent[b] = a
    return {i: root(i) for i in parent}
