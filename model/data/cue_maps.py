"""Where the named cues of a rendered panorama are. Torch-free.

A panorama of the practice world comes with a label map of its cues, exact to the pixel, as data
sets for semantic segmentation have it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.types import Crop

SMALLER = 255
"""In blue: the map is smaller than its picture, by the factor that green holds."""


class CueMap:
    """Where each named cue of a panorama is.

    Attributes:
        labels: uint8 [height, width]; 0 is no cue.
        names: the label of each cue by its name, such as ``bollard``.
    """

    def __init__(self, encoded: bytes, names: Mapping[str, int]) -> None:
        """Decode a picture whose first channel holds the labels, stored without loss.

        A map that was stored smaller than its picture is brought to the picture's size.
        """
        with Image.open(io.BytesIO(encoded)) as picture:
            labels, factor, smaller = (np.asarray(picture.getchannel(c)) for c in range(3))
        if smaller[0, 0] == SMALLER:
            labels = labels.repeat(factor[0, 0], axis=0).repeat(factor[0, 0], axis=1)
        self.labels: NDArray[np.uint8] = labels
        self.names = dict(names)

    def masks(self, crop: Crop | None = None) -> dict[str, NDArray[np.bool_]]:
        """The pixels of each cue in a crop, or in all: bool [height_px, width_px] by name."""
        labels = self.labels
        if crop is not None:
            left, top, right, bottom = crop.box
            labels = labels[top:bottom, left:right]
        return {name: labels == label for name, label in self.names.items()}
