"""Torch datasets over a collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from model.data import torch_pixels
from model.data.collection import Collection
from model.data.preprocessing import Preprocessing
from model.data.sources import FolderSource, ParquetSource, Source, ZippedPhotos
from model.errors import DataError
from model.geography import COUNTRY_INDEX
from model.types import Crop, Place

Item = tuple[Tensor, int]
"""An input and its class index."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One view of one place: which crop, and whether mirrored."""

    place: int
    where: float
    flip: bool = False


def draws_of(
    places: Sequence[Place], numbers: Sequence[int], crops: int, *, flip: bool
) -> list[Draw]:
    """All views of some places: evenly spaced crops of a panorama, one of a photo.

    Args:
        places: of the whole collection.
        numbers: which of them.
        crops: positions in a panorama; 1 is the middle.
        flip: add each view's mirror image, after all others of its source.
    """
    spread = np.linspace(0, 1, crops).tolist() if crops > 1 else [0.5]
    # Source by source: more data behind the old leaves the old draws, and their cache, as they are.
    sources = dict.fromkeys(places[number].source for number in numbers)
    return [
        Draw(number, where, mirrored)
        for source in sources
        for mirrored in ([False, True] if flip else [False])
        for number in numbers
        if places[number].source == source
        for where in ([0.5] if source == "photos" else spread)
    ]


class PictureDataset(Dataset[Item]):
    """Preprocessed pixels (uint8 [3, H, W]) and class index of each draw.

    Consecutive draws of one place decode its picture once.

    Args:
        collection: where the pictures are.
        draws: which views of them.
        preprocessing: size and form of the net's canvas.
        in_haste: resize by torch, see :mod:`model.data.torch_pixels`; the pixels differ by
            rounding.
    """

    def __init__(
        self,
        collection: Collection,
        draws: Sequence[Draw],
        preprocessing: Preprocessing,
        *,
        in_haste: bool = False,
    ) -> None:
        self._collection, self._draws, self._preprocessing = collection, draws, preprocessing
        self._in_haste = in_haste
        self._last: tuple[int, Image.Image] | None = None
        self._last_pixels: tuple[int, Tensor] | None = None

    def __len__(self) -> int:
        return len(self._draws)

    def __getitem__(self, index: int) -> Item:
        draw = self._draws[index]
        view = self._view_in_haste if self._in_haste else self._view
        return view(draw), COUNTRY_INDEX[self._collection.places[draw.place].country]

    def _view(self, draw: Draw) -> Tensor:
        if self._last is None or self._last[0] != draw.place:
            self._last = (draw.place, self._collection.picture(draw.place))
        picture = self._last[1]
        crop = Crop.at(*picture.size, draw.where)
        return self._preprocessing(picture, crop, flip=draw.flip)[0]

    def _view_in_haste(self, draw: Draw) -> Tensor:
        if self._last_pixels is None or self._last_pixels[0] != draw.place:
            data, name = self._collection.read(draw.place), self._collection.name(draw.place)
            self._last_pixels = (draw.place, torch_pixels.decode(data, name))
        return torch_pixels.lay_out(
            self._last_pixels[1], self._preprocessing, draw.where, flip=draw.flip
        )


class _SourceDataset(Dataset[Item]):
    """Pixels (uint8 [3, H, W]) and class index of each picture of one source."""

    def __init__(
        self,
        directory: Path,
        preprocessing: Preprocessing | None = None,
        *,
        numbers: Sequence[int] | None = None,
        augment: bool = False,
    ) -> None:
        self.source = self._open(directory)
        self.preprocessing = preprocessing or Preprocessing(letterbox="fixed")
        self.numbers = range(len(self.source.places)) if numbers is None else numbers
        self.augment = augment

    def _open(self, directory: Path) -> Source:
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index: int) -> Item:
        number = self.numbers[index]
        # Torch's own generator: a DataLoader seeds it for each worker and epoch.
        where, mirror = torch.rand(2).tolist() if self.augment else (0.5, 1.0)
        pixels = torch_pixels.decode(self.source.read(number), self.source.name(number))
        canvas = torch_pixels.lay_out(pixels, self.preprocessing, where, flip=mirror < 0.5)
        return canvas, COUNTRY_INDEX[self.source.places[number].country]


class ParquetImageDataset(_SourceDataset):
    """Crops of the panoramas in parquet shards, each row read alone.

    usage::

        panoramas = ParquetImageDataset(Path("data"), augment=True)
        for pixels, labels in DataLoader(panoramas, batch_size=32, shuffle=True, num_workers=2):

    Args:
        directory: holds the shards.
        preprocessing: size and form of the net's canvas; 320 px and one canvas for all by default.
        numbers: which rows of the 56 countries, in order; all of them by default.
        augment: a random crop, mirrored every other time, by torch's generator; otherwise the
            middle crop.

    Items are uint8 [3, H, W] in 0..255 (the net normalises) and the class index; an unreadable
    picture raises ``PictureError``.

    Raises:
        DataError: no shards there, or such with wrong columns.
    """

    def _open(self, directory: Path) -> Source:
        shards = sorted(directory.glob("*.parquet"))
        if not shards:
            raise DataError(f"{directory}: no parquet files; give the directory that holds them")
        return ParquetSource(shards)


class JpgImageDataset(_SourceDataset):
    """Photos in one folder per country; otherwise like :class:`ParquetImageDataset`.

    Args:
        directory: holds ``<Country>/<photo>.jpg``; or the zip of such folders, read in place.
        preprocessing: size and form of the net's canvas; 320 px and one canvas for all by default.
        numbers: which photos of the 56 countries, in order; all of them by default.
        augment: mirrored every other time, by torch's generator.

    Raises:
        DataError: no photos of the 56 countries there.
    """

    def _open(self, directory: Path) -> Source:
        source: Source | None = None
        if directory.is_dir():
            source = FolderSource(directory)
        elif directory.is_file():
            source = ZippedPhotos(directory)
        if source is None or not source.places:
            raise DataError(
                f"{directory}: no photos of the 56 countries; give the directory that holds one "
                "folder per country"
            )
        return source
