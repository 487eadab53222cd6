"""The one walk over a split: the net looks at every place, whole or in crops."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from model.data.collection import Collection
from model.errors import DataError, PictureError
from model.geography import COUNTRY_INDEX
from model.levels import covering_crops
from model.predictor import Analysis, Predictor
from model.types import Crop

log = logging.getLogger(__name__)

VIEWS: dict[str, tuple[str, ...]] = {
    "whole": ("whole",),
    "one": ("one_crop",),
    "both": ("whole", "one_crop"),
    "all": ("whole", "one_crop", "several_crops", "crops_averaged"),
}
"""The views of each value of ``--views``; the first is the main one."""

CropsOf = Callable[[int, int], Sequence[Crop]]
"""Which crops of a picture to look at, from its width and height in pixels."""


@dataclass(frozen=True, eq=False)
class View:
    """One crop of one place, and what the net makes of it.

    Attributes:
        number: the place's, in its collection.
        crop: where in the place's picture it lies.
        picture: the crop itself, RGB.
        analysis: of the crop.
    """

    number: int
    crop: Crop
    picture: Image.Image
    analysis: Analysis


def whole_picture(width_px: int, height_px: int) -> list[Crop]:
    """All of a picture, as its only crop."""
    return [Crop(0, 0, width_px, height_px)]


def middle_crop(width_px: int, height_px: int) -> list[Crop]:
    """The middle crop, the like of which a player and the net see in a round."""
    return [Crop.at(width_px, height_px, 0.5)]


def readable(
    collection: Collection,
    numbers: Sequence[int],
    *,
    title: str = "",
    skipped: Counter[str] | None = None,
) -> Iterator[tuple[int, Image.Image]]:
    """Those of some places' pictures that can be read, by number; arguments as in ``walk``."""
    for number in tqdm(numbers, unit="place", desc=title, disable=None):
        try:
            picture = collection.picture(number)
        except PictureError as error:
            log.warning("%s", error)
            if skipped is not None:
                skipped["unreadable"] += 1
        else:
            yield number, picture


def walk(
    predictor: Predictor,
    collection: Collection,
    numbers: Sequence[int],
    crops_of: CropsOf = middle_crop,
    *,
    title: str = "",
    skipped: Counter[str] | None = None,
) -> Iterator[View]:
    """Look at the crops of some places, one after the other.

    Crops of a place that are the same box, as those of a narrow photo are, are looked at once.

    Args:
        predictor: the net.
        collection: where the places are.
        numbers: which places.
        crops_of: which crops of each.
        title: of the progress bar, which terminals show.
        skipped: pictures that cannot be read are counted here as ``unreadable``; each is named in
            a warning.

    Yields:
        The views of each place that can be read, as many as ``crops_of`` gives and in its order.
    """
    for number, picture in readable(collection, numbers, title=title, skipped=skipped):
        views: dict[Crop, View] = {}
        for crop in crops_of(*picture.size):
            if crop not in views:
                shown = picture.crop(crop.box)
                views[crop] = View(number, crop, shown, predictor.analyse(shown))
            yield views[crop]


@dataclass(frozen=True, eq=False)
class SplitPredictions:
    """What the net says of the places of one split that could be read.

    Attributes:
        places: their numbers in the collection; n of them.
        labels: int64 [n], the class of each.
        logits: of each view float64 [n, looks, 56], before the temperature.
        skipped: how many pictures were left out, by reason.
    """

    places: list[int]
    labels: NDArray[np.int64]
    logits: dict[str, NDArray[np.float64]]
    skipped: Counter[str]


def predict_split(
    predictor: Predictor, collection: Collection, split: str, views: str
) -> SplitPredictions:
    """Run the net over the places of a split.

    Args:
        predictor: the net.
        collection: where to take the places from.
        split: ``all``, or one of its splits.
        views: a key of ``VIEWS``.

    Raises:
        DataError: no picture of the split can be read.
    """
    choosers = {
        "whole": [whole_picture],
        "one": [middle_crop],
        "both": [whole_picture, middle_crop],
        "all": [whole_picture, covering_crops],
    }[views]

    def crops_of(width_px: int, height_px: int) -> list[Crop]:
        return [crop for choose in choosers for crop in choose(width_px, height_px)]

    skipped = Counter(collection.skipped)
    rows: defaultdict[int, list[NDArray[np.float64]]] = defaultdict(list)
    numbers = collection.of_split(split)
    for view in walk(predictor, collection, numbers, crops_of, title=split, skipped=skipped):
        rows[view.number].append(view.analysis.logits)
    if not rows:
        raise DataError(
            f"no readable picture in the split {split} of {len(collection.places)} places; "
            "give more data, or --split all"
        )
    labels = np.array([COUNTRY_INDEX[collection.places[i].country] for i in rows], dtype=np.int64)
    logits = np.array(list(rows.values()), dtype=np.float64)
    return SplitPredictions(list(rows), labels, _by_view(logits, VIEWS[views]), skipped)


def _by_view(logits: NDArray[np.float64], names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """The logits [n, looks, 56] of each view: the whole picture's come first, then the crops'."""
    crops = logits[:, 1:] if "whole" in names else logits
    middle = crops.shape[1] // 2
    found = {
        "whole": logits[:, :1],
        "one_crop": crops[:, middle : middle + 1],
        "several_crops": crops,
    }
    if "crops_averaged" in names:
        found["crops_averaged"] = crops.mean(axis=1, keepdims=True)
    return {name: found[name] for name in names}
