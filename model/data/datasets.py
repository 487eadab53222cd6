"""Torch datasets over a collection, and batches of pictures of one shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from model.data.collection import Collection
from model.data.preprocessing import Preprocessing
from model.types import COUNTRY_INDEX, Crop, PictureError, Place

Item = tuple[Tensor, int]
"""An input and its class index."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One view of one place: which crop, and whether mirrored."""

    place: int
    where: float
    flip: bool = False


def draws_of(
    places: Sequence[Place], numbers: Iterable[int], crops: int, *, flip: bool
) -> list[Draw]:
    """All views of some places: evenly spaced crops of a panorama, one of a photo.

    Args:
        places: of the whole collection.
        numbers: which of them.
        crops: positions in a panorama; 1 is the middle.
        flip: add each view's mirror image.
    """
    spread = np.linspace(0, 1, crops).tolist() if crops > 1 else [0.5]
    return [
        Draw(number, where, mirrored)
        for number in numbers
        for where in ([0.5] if places[number].source == "photos" else spread)
        for mirrored in ([False, True] if flip else [False])
    ]


class PictureDataset(Dataset[Item]):
    """Preprocessed pixels (uint8 [3, H, W]) and class index of each draw.

    Consecutive draws of one place decode its picture once.
    """

    def __init__(
        self, collection: Collection, draws: Sequence[Draw], preprocessing: Preprocessing
    ) -> None:
        self._collection, self._draws, self._preprocessing = collection, draws, preprocessing
        self._last: tuple[int, Image.Image] | None = None

    def __len__(self) -> int:
        return len(self._draws)

    def __getitem__(self, index: int) -> Item:
        draw = self._draws[index]
        if self._last is None or self._last[0] != draw.place:
            self._last = (draw.place, self._collection.picture(draw.place))
        picture = self._last[1]
        crop = Crop.at(*picture.size, draw.where)
        pixels, _ = self._preprocessing(picture, crop, flip=draw.flip)
        return pixels, COUNTRY_INDEX[self._collection.places[draw.place].country]


class CachedDataset(Dataset[Item]):
    """What a frozen part of a network makes of each draw, kept in memory in half precision."""

    def __init__(self, inputs: Sequence[Tensor], labels: Sequence[int]) -> None:
        self._inputs, self._labels = inputs, labels

    def __len__(self) -> int:
        return len(self._inputs)

    def __getitem__(self, index: int) -> Item:
        return self._inputs[index].float(), self._labels[index]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of each input."""
        return [tuple(x.shape) for x in self._inputs]


def cache(
    dataset: Dataset[Item],
    frozen: Callable[[Tensor], Tensor],
    *,
    progress: Callable[[Iterable[int]], Iterable[int]],
    unreadable: Callable[[int, PictureError], None],
) -> tuple[CachedDataset, list[int]]:
    """Run the frozen part once over a dataset.

    Args:
        dataset: of inputs.
        frozen: maps a batch of one input to what is kept.
        progress: wraps the loop, to show it.
        unreadable: called for an item whose picture cannot be read; raises, or lets it be left out.

    Returns:
        The cached items and the numbers of the items they come from.
    """
    inputs: list[Tensor] = []
    labels: list[int] = []
    kept: list[int] = []
    for i in progress(range(len(dataset))):  # type: ignore[arg-type]
        try:
            pixels, label = dataset[i]
        except PictureError as error:
            unreadable(i, error)
            continue
        with torch.no_grad():
            inputs.append(frozen(pixels[None])[0].half())
        labels.append(label)
        kept.append(i)
    return CachedDataset(inputs, labels), kept


class EpochSampler(Sampler[list[int]]):
    """Batches of one epoch: one view of each place, at random, pictures of a batch of one shape.

    Args:
        places: the place of each item of the dataset.
        shapes: the shape of each item, or ``None`` if all are alike.
        batch_size: items a batch; the last of each shape may be smaller.
        seed: decides views and order; give each epoch its own.
    """

    def __init__(
        self,
        places: Sequence[int],
        shapes: Sequence[tuple[int, ...]] | None,
        batch_size: int,
        seed: int,
    ) -> None:
        rng = np.random.default_rng(seed)
        views: defaultdict[int, list[int]] = defaultdict(list)
        for item, place in enumerate(places):
            views[place].append(item)
        chosen = [items[rng.integers(len(items))] for items in views.values()]
        bins: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        self._batches: list[list[int]] = []
        for i in rng.permutation(len(chosen)):
            shape = shapes[chosen[i]] if shapes else ()
            bins[shape].append(chosen[i])
            if len(bins[shape]) == batch_size:
                self._batches.append(bins.pop(shape))
        rest = list(bins.values())
        self._batches += rest
        rng.shuffle(self._batches)

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self._batches)
