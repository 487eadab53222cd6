"""What may be dealt in a game: places of the test split, away from all that the net trained on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache

from PIL import Image

from model.data.collection import Collection
from model.data.cue_maps import FOUND, CueMap, worth
from model.data.pictures import open_picture
from model.data.trained import Trained, digest
from model.errors import DataError, PictureError
from model.explanation.cue_overlap import CueShare, most_looked_at, shares
from model.types import Crop, Heatmap, Place

log = logging.getLogger(__name__)

CUE_MAPS_KEPT = 8
"""Decoded, 0.8 MB each: a round asks for its own once when it is dealt, and for each heat map."""


class HeldOut:
    """The places of a collection that may be dealt: test split, and never trained on or near.

    Args:
        collection: where to deal from.
        trained: what the opponent has seen.

    Raises:
        DataError: nothing is left.
    """

    def __init__(self, collection: Collection, trained: Trained) -> None:
        self._collection = collection
        self._cues = lru_cache(CUE_MAPS_KEPT)(self._readable_cues)
        self._trained = trained
        of_test = collection.of_split("test")
        self._numbers = [i for i in of_test if not trained.covers(collection.places[i])]
        self.places: tuple[Place, ...] = tuple(collection.places[i] for i in self._numbers)
        self.rendered = collection.rendered
        self.remote = collection.remote
        if not self.places:
            raise DataError(
                f"none of the {len(collection.places)} places is held out: "
                f"{len(of_test)} are in the test split, and the net trained on all of them or "
                "nearby; give another directory with --panoramas"
            )

    def picture(self, index: int) -> Image.Image:
        """The whole panorama of ``places[index]``, RGB, without metadata.

        Raises:
            PictureError: it cannot be read, or its very bytes were trained on under another name.
        """
        number = self._numbers[index]
        data = self._collection.read(number)
        if digest(data) in self._trained.digests:
            raise PictureError(
                f"{self._collection.name(number)}: the net trained on this picture; remove it"
            )
        return open_picture(data, self._collection.name(number))

    def prefetch(self, index: int) -> None:
        """Bring the panorama of ``places[index]`` near, if it is far; a failure is silent."""
        self._collection.prefetch(self._numbers[index])

    def _readable_cues(self, number: int) -> CueMap | None:
        """Where the cues of a place are; ``None`` as well if that cannot be read."""
        try:
            return self._collection.cues(number)
        except DataError as error:
            log.warning("%s", error)
            return None

    def worth(self, index: int) -> Callable[[Crop], float]:
        """How much a crop of ``places[index]`` shows to go by: each cue that can be seen counts.

        It gives 0 for every crop if the data set does not say where its cues are, or not readably.
        """
        cues = self._cues(self._numbers[index])
        return lambda crop: worth(cues.areas(crop), enough=FOUND) if cues else 0.0

    def looked_at(self, index: int, crop: Crop, heatmap: Heatmap) -> CueShare | None:
        """The cue that a map of this crop of ``places[index]`` most went by.

        ``None`` if it favours none, or the data set does not say where its cues are.
        """
        cues = self._cues(self._numbers[index])
        return most_looked_at(shares(heatmap, cues, crop)) if cues else None

    def any_picture(self) -> Image.Image:
        """Some picture that can be read, to warm up with.

        Raises:
            DataError: none of the first hundred can be read.
        """
        for index in range(min(100, len(self.places))):
            try:
                return self.picture(index)
            except PictureError as error:
                log.warning("%s", error)
        raise DataError("none of the held-out pictures can be read; give another directory")
