"""Torch datasets over a collection: panoramas of parquet shards, photos of folders, both joined.

usage::

    collection = Collection.open([Path("streetview")])
    train = all_views(collection, collection.of_split("train"), Preprocessing(), crops=5, flip=True)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from PIL import Image
from torch import Tensor
from torch.utils.data import ConcatDataset, Dataset

from model.data import torch_pixels
from model.data.collection import Collection
from model.data.pictures import upright_size
from model.data.preprocessing import Preprocessing
from model.geography import COUNTRY_INDEX
from model.types import PHOTO_SOURCE, Crop

Item: TypeAlias = tuple[Tensor, int]
"""An input and its class index."""

Pixels = Literal["exact", "fast"]
"""How crops are scaled: as in play, or by torch, see :mod:`model.data.torch_pixels`."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One view of one place: which crop, and whether mirrored."""

    place: int
    where: float
    flip: bool = False


class PictureDataset(Dataset[Item]):
    """Preprocessed pixels (uint8 [3, H, W] in 0..255) and class index of each draw.

    Consecutive draws of one place decode its picture once. An unreadable picture raises
    ``PictureError``.

    Args:
        collection: where the pictures are.
        draws: which views of them.
        preprocessing: size and form of the net's canvas.
        pixels: how crops are scaled.
    """

    def __init__(
        self,
        collection: Collection,
        draws: Iterable[Draw],
        preprocessing: Preprocessing,
        *,
        pixels: Pixels = "exact",
    ) -> None:
        self.draws = list(draws)
        self._collection, self._preprocessing = collection, preprocessing
        self._open = self._open_fast if pixels == "fast" else collection.picture
        self._last: tuple[int, Image.Image | Tensor] | None = None

    def __len__(self) -> int:
        return len(self.draws)

    @cached_property
    def shapes(self) -> list[tuple[int, ...]] | None:
        """The shape of each item; ``None`` if all are alike, ``()`` for what cannot be read."""
        if self._preprocessing.letterbox == "fixed":
            return None
        read = self._collection.read
        sizes = {n: upright_size(read(n)) for n in dict.fromkeys(d.place for d in self.draws)}
        return [self._shape(sizes[draw.place]) for draw in self.draws]

    def _shape(self, size: tuple[int, int] | None) -> tuple[int, ...]:
        if size is None:
            return ()
        crop = Crop.at(*size, 0)
        laid = self._preprocessing.layout(crop.width_px, crop.height_px)
        return 3, laid.canvas_height_px, laid.canvas_width_px

    def __getitem__(self, index: int) -> Item:
        draw = self.draws[index]
        if self._last is None or self._last[0] != draw.place:
            self._last = (draw.place, self._open(draw.place))
        shown = cropped(self._last[1], draw.where)
        view, _ = self._preprocessing(shown, flip=draw.flip)
        return view, COUNTRY_INDEX[self._collection.places[draw.place].country]

    def _open_fast(self, place: int) -> Tensor:
        return torch_pixels.decode(self._collection.read(place), self._collection.name(place))


class ParquetImageDataset(PictureDataset):
    """Evenly spaced crops of panoramas, as parquet shards hold them.

    Args:
        collection: where the panoramas are.
        preprocessing: size and form of the net's canvas.
        numbers: which places of the collection, all of them panoramas; every one by default.
        crops: positions in a panorama; 1 is the middle.
        flip: add each view's mirror image, after all others.
        pixels: how crops are scaled.
    """

    def __init__(
        self,
        collection: Collection,
        preprocessing: Preprocessing,
        numbers: Sequence[int] | None = None,
        *,
        crops: int = 1,
        flip: bool = False,
        pixels: Pixels = "exact",
    ) -> None:
        if numbers is None:
            numbers = _of_kind(collection, photos=False)
        spread = np.linspace(0, 1, crops).tolist() if crops > 1 else [0.5]
        draws = _draws(numbers, spread, flip=flip)
        super().__init__(collection, draws, preprocessing, pixels=pixels)


class JpgImageDataset(PictureDataset):
    """Photos of folders per country (or of a zip of them), whose label is the folder's name.

    A photo has one view: the middle crop, and nearly always that is all of it.

    Args:
        collection: where the photos are.
        preprocessing: size and form of the net's canvas.
        numbers: which places of the collection, all of them photos; every one by default.
        flip: add each view's mirror image, after all others.
        pixels: how photos are scaled.
    """

    def __init__(
        self,
        collection: Collection,
        preprocessing: Preprocessing,
        numbers: Sequence[int] | None = None,
        *,
        flip: bool = False,
        pixels: Pixels = "exact",
    ) -> None:
        if numbers is None:
            numbers = _of_kind(collection, photos=True)
        super().__init__(
            collection, _draws(numbers, [0.5], flip=flip), preprocessing, pixels=pixels
        )


class Views(ConcatDataset[Item]):
    """Several picture datasets, one behind the other.

    Attributes:
        draws: of all of them.
    """

    def __init__(self, parts: Sequence[PictureDataset]) -> None:
        super().__init__(parts)
        self.parts = parts
        self.draws = [draw for part in parts for draw in part.draws]

    @cached_property
    def shapes(self) -> list[tuple[int, ...]] | None:
        """The shape of each item, see :attr:`PictureDataset.shapes`."""
        of_parts = [part.shapes for part in self.parts]
        known = [shapes for shapes in of_parts if shapes is not None]
        return [shape for shapes in known for shape in shapes] if known else None


def all_views(
    collection: Collection,
    numbers: Sequence[int],
    preprocessing: Preprocessing,
    *,
    crops: int,
    flip: bool,
    pixels: Pixels = "exact",
) -> Views:
    """Every view of some places of any kind.

    Source by source: more data behind the old leaves the old views, and what is cached of them, as
    they are.

    Args:
        collection: where the places are.
        numbers: which of them; at least one.
        preprocessing: size and form of the net's canvas.
        crops: positions in a panorama; 1 is the middle.
        flip: add each view's mirror image, after all others of its source.
        pixels: how crops are scaled.
    """
    of_source: dict[str, list[int]] = {}
    for number in numbers:
        of_source.setdefault(collection.places[number].source, []).append(number)
    return Views(
        [
            JpgImageDataset(collection, preprocessing, some, flip=flip, pixels=pixels)
            if source == PHOTO_SOURCE
            else ParquetImageDataset(
                collection, preprocessing, some, crops=crops, flip=flip, pixels=pixels
            )
            for source, some in of_source.items()
        ]
    )


def cropped(picture: Image.Image | Tensor, where: float) -> Image.Image | Tensor:
    """The crop of a picture at a position in [0, 1], from leftmost to rightmost.

    Args:
        picture: RGB, or its pixels [3, H, W].
        where: as :meth:`model.types.Crop.at` has it.
    """
    if isinstance(picture, Image.Image):
        return picture.crop(Crop.at(*picture.size, where).box)
    left, top, right, bottom = Crop.at(picture.shape[2], picture.shape[1], where).box
    return picture[:, top:bottom, left:right]


def _of_kind(collection: Collection, *, photos: bool) -> list[int]:
    places = enumerate(collection.places)
    return [number for number, place in places if (place.source == PHOTO_SOURCE) == photos]


def _draws(numbers: Sequence[int], spread: Sequence[float], *, flip: bool) -> list[Draw]:
    """Each position of each place, then all of them mirrored."""
    return [
        Draw(number, where, mirrored)
        for mirrored in ([False, True] if flip else [False])
        for number in numbers
        for where in spread
    ]
