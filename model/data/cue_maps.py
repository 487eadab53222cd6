"""Where the named cues of a rendered panorama are. Torch-free.

A panorama of the practice world comes with a label map of its cues, exact to the pixel, as data
sets for semantic segmentation have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from model.cue_table import CUES
from model.data.pictures import identify
from model.photo_limits import PIXELS_MAX
from model.types import Crop

SMALLER = 255
"""In blue: the map is smaller than its picture, by the factor that green holds."""


PLAIN = 0.003
"""Share of a crop from which on a cue is plain to see: a post ten metres away."""

SEEN_AGAIN = 0.4
"""What a cue is still worth in a further picture, for each one that shows it already."""


FOUND = 0.001
"""Share of a crop from which on a player finds a cue, if need be by zooming in."""


def worth(
    areas: Mapping[str, float],
    seen: Mapping[str, int] = MappingProxyType({}),
    *,
    enough: float = PLAIN,
) -> float:
    """How much there is to go by in a crop: the worth of each cue, less of those hard to see.

    Args:
        areas: share of the crop's pixels of each cue, in [0, 1], by name.
        seen: in how many pictures each cue has been shown already.
        enough: share of the crop from which on a cue counts in full.
    """
    return sum(
        CUES[name].worth * min(1.0, area / enough) * SEEN_AGAIN ** seen.get(name, 0)
        for name, area in areas.items()
    )


class CueMap:
    """Where each named cue of a panorama is.

    Attributes:
        labels: uint8 [height, width]; 0 is no cue.
        names: the label of each cue by its name, such as ``bollard``.
    """

    def __init__(self, encoded: bytes, names: Mapping[str, int]) -> None:
        """Decode a picture whose first channel holds the labels, stored without loss.

        A map that was stored smaller than its picture is brought to the picture's size.

        Raises:
            Exception: anything that Pillow and numpy raise on what is no map, or no label.
        """
        with identify(encoded) as picture:
            labels, factor, smaller = (np.asarray(picture.getchannel(c)) for c in range(3))
        times = int(factor[0, 0]) if smaller[0, 0] == SMALLER else 1
        if not 0 < labels.size * times**2 <= PIXELS_MAX:
            raise ValueError("a map of impossible size")
        self.labels: NDArray[np.uint8] = labels.repeat(times, axis=0).repeat(times, axis=1)
        self.names = {name: int(np.uint8(label)) for name, label in names.items()}

    def _within(self, crop: Crop | None) -> NDArray[np.uint8]:
        if crop is None:
            return self.labels
        left, top, right, bottom = crop.box
        part = self.labels[top:bottom, left:right]
        # No cue is where a map is smaller than its picture.
        return np.pad(
            part, [(0, crop.height_px - part.shape[0]), (0, crop.width_px - part.shape[1])]
        )

    def masks(self, crop: Crop | None = None) -> dict[str, NDArray[np.bool_]]:
        """The pixels of each cue in a crop, or in all: bool [height_px, width_px] by name."""
        labels = self._within(crop)
        return {name: labels == label for name, label in self.names.items()}

    def areas(self, crop: Crop | None = None) -> dict[str, float]:
        """Share of the pixels of each cue in a crop, or in all: in [0, 1] by name."""
        labels = self._within(crop)
        pixels = np.bincount(labels.ravel(), minlength=256)
        return {name: float(pixels[label] / labels.size) for name, label in self.names.items()}
