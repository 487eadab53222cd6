"""Values that game and net share: places, crops, predictions, heat maps. Torch-free, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.geography import COUNTRY_CODES, COUNTRY_INDEX, LatLon

CROP_ASPECT = 1536 / 662
"""Width over height of a crop: the picture format of the experiment's second data set."""

STRONGEST_SHARE = 0.2
"""Share of a picture's cells that count as the strongest region of its heat map, at most."""

PANORAMA_SOURCE = "parquet"
"""The source of photographed panoramas in parquet shards."""

PHOTO_SOURCE = "photos"
"""The source of photos in one folder per country."""

PRACTICE_SOURCE = "practice"
"""The source of rendered places: their coordinates are made up, and near no real place."""

SOURCES = (PANORAMA_SOURCE, PHOTO_SOURCE, PRACTICE_SOURCE)

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)


@dataclass(frozen=True, slots=True)
class Place:
    """One panorama or photo of a data set, without its pixels.

    Attributes:
        key: stable identity within and across runs; never shown to a player before the guess.
        country: one of ``COUNTRY_CODES``.
        location: where the data set says it is; ``None`` where it does not, or not readably.
        source: the kind of data it came from, the key of per-source figures.
        declared_split: the split that the data set itself prescribes; ``None`` if it does not.
    """

    key: str
    country: str
    location: LatLon | None
    source: str
    declared_split: Split | None = None


@dataclass(frozen=True, slots=True)
class Crop:
    """A box in pixels of the source picture; origin top left, right and bottom exclusive."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int

    @classmethod
    def at(cls, width_px: int, height_px: int, where: float) -> Crop:
        """The crop of a picture of this size at ``where`` in [0, 1], from leftmost to rightmost.

        A picture at least as wide as ``CROP_ASPECT`` gives a box of its full height and that
        aspect. A narrower one is used whole.
        """
        if not 0 <= where <= 1:
            raise ValueError(f"where must lie in [0, 1], not {where}")
        crop_width_px = min(width_px, round(height_px * CROP_ASPECT))
        return cls(round(where * (width_px - crop_width_px)), 0, crop_width_px, height_px)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) in pixels, as Pillow's ``Image.crop`` takes it."""
        right_px, bottom_px = self.left_px + self.width_px, self.top_px + self.height_px
        return self.left_px, self.top_px, right_px, bottom_px


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a picture in fractions of its width and height; origin top left.

    Raises:
        ValueError: it is empty, or not within the picture.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError(f"{self} is no part of a picture")


@dataclass(frozen=True, slots=True)
class Prediction:
    """Probabilities over ``COUNTRY_CODES``, in that order: 56 floats in [0, 1] that sum to 1."""

    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.probabilities) != len(COUNTRY_CODES):
            raise ValueError(f"{len(self.probabilities)} probabilities for 56 countries")

    def of(self, country: str) -> float:
        """The probability of this country, in [0, 1]."""
        return self.probabilities[COUNTRY_INDEX[country]]

    def top(self, k: int = 5) -> tuple[tuple[str, float], ...]:
        """The ``k`` most probable countries with their probabilities, best first."""
        ranked = sorted(zip(COUNTRY_CODES, self.probabilities, strict=True), key=lambda p: -p[1])
        return tuple(ranked[:k])

    @property
    def country(self) -> str:
        """The most probable country."""
        return self.top(1)[0][0]


@dataclass(frozen=True, slots=True, eq=False)
class Heatmap:
    """A class activation map of one picture for one country.

    Attributes:
        target: the country that the map speaks for.
        grid: float32 [rows, cols], >= 0, in units of the logit; not normalised, so that maps of
            one picture are comparable with each other.
        content: (left, top, right, bottom) in grid cells (fractions allowed): the part of the
            grid that covers the picture; what lies outside is letterbox padding.
    """

    target: str
    grid: NDArray[np.float32]
    content: tuple[float, float, float, float]

    @property
    def peak(self) -> float:
        """The largest value of the grid, in units of the logit."""
        return float(self.grid.max(initial=0.0))

    @property
    def blank(self) -> bool:
        """Whether nothing in the picture speaks for the target."""
        return not self.peak > 0

    @property
    def inside(self) -> tuple[slice, slice]:
        """Rows and columns of the cells whose centre lies on the picture, not on its padding."""
        left, top, right, bottom = self.content
        rows = slice(max(0, round(top)), max(1, round(bottom)))
        return rows, slice(max(0, round(left)), max(1, round(right)))

    def strongest(self) -> NDArray[np.bool_]:
        """The strongest region: bool [rows, cols], the hottest cells on the picture.

        They are ``STRONGEST_SHARE`` of the cells, and fewer where fewer have any heat; at least
        one. Where the map is zero nothing is highlighted.
        """
        hot = self.grid[self.inside]
        cells = max(1, min(round(STRONGEST_SHARE * hot.size), int((hot > 0).sum())))
        region = np.zeros(self.grid.shape, dtype=bool)
        region[self.inside] = heat_ranks(hot) < cells
        return region

    def over(self, width_px: int, height_px: int, *, smooth: bool = False) -> NDArray[np.float32]:
        """The map laid over the picture: float32 [height_px, width_px], in units of the logit.

        Bilinear, with the centres of cells aligned to the picture through the exact letterbox.
        ``smooth`` is for the eye: bicubic and cut off at zero, without the kinks between cells.
        """
        grid = Image.fromarray(np.ascontiguousarray(self.grid, dtype=np.float32))
        size = (width_px, height_px)
        how = Image.Resampling.BICUBIC if smooth else Image.Resampling.BILINEAR
        laid = np.asarray(grid.resize(size, how, box=self.content), dtype=np.float32)
        return np.maximum(laid, 0) if smooth else laid


def heat_ranks(grid: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each cell of a grid the rank of its heat, hottest first, from 0."""
    ranks = np.empty(grid.size, dtype=np.int64)
    ranks[np.argsort(-grid.ravel(), kind="stable")] = np.arange(grid.size)
    return ranks.reshape(grid.shape)
