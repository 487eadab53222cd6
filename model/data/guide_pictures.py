"""Pictures of the practice world to study: crops that show many cues, with their pixels.

usage::

    guide_pictures = GuidePictures(Collection.open([Path("assets/practice/data")]))
    for example in guide_pictures.examples("HU"):
        example.picture, example.cues["bollard"]

Only places of the train split are shown: those of the test split are dealt in the game.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.cue_table import BROAD_CUES
from model.data.collection import Collection
from model.data.cue_maps import worth
from model.types import Crop

PICTURES = 4

FAINT = 0.0005
"""Share of a crop below which a cue is left out."""

POSITIONS = 9
"""Crops of each panorama that are compared, evenly spaced."""


@dataclass(frozen=True, eq=False)
class Example:
    """A crop of a panorama: RGB, with the pixels of each cue in it as bool [height, width]."""

    picture: Image.Image
    cues: Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class _Candidate:
    number: int
    crop: Crop
    areas: Mapping[str, float]


class GuidePictures:
    """The train places of a collection that knows where its cues are.

    Args:
        collection: the practice world.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._train = collection.of_split("train")

    def examples(self, country: str) -> list[Example]:
        """Up to ``PICTURES`` crops of different places that together show the most cues.

        Raises:
            PictureError: a picture cannot be read.
        """
        places = self._collection.places
        left = [
            candidate
            for number in self._train
            if places[number].country == country
            for candidate in self._candidates(number)
        ]
        chosen: list[_Candidate] = []
        seen: dict[str, int] = {}
        while left and len(chosen) < PICTURES:
            best = max(left, key=lambda candidate: worth(candidate.areas, seen))
            chosen.append(best)
            left = [candidate for candidate in left if candidate.number != best.number]
            for name in best.areas:
                seen[name] = seen.get(name, 0) + 1
        return [self._example(candidate) for candidate in chosen]

    def _candidates(self, number: int) -> Iterator[_Candidate]:
        """Crops of a panorama that show anything; none without a cue map."""
        cues = self._collection.cues(number)
        if cues is None:
            return
        height, width = cues.labels.shape
        for where in np.linspace(0, 1, POSITIONS):
            crop = Crop.at(width, height, float(where))
            areas = cues.areas(crop)
            shown = {n: a for n, a in areas.items() if n not in BROAD_CUES and a >= FAINT}
            if shown:
                yield _Candidate(number, crop, shown)

    def _example(self, candidate: _Candidate) -> Example:
        picture = self._collection.picture(candidate.number).crop(candidate.crop.box)
        cues = self._collection.cues(candidate.number)
        masks = cues.masks(candidate.crop) if cues else {}
        return Example(picture, {name: masks[name] for name in candidate.areas})
