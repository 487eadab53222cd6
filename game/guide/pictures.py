"""What the guide asks of whoever has its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class Example(Protocol):
    """A picture to study."""

    @property
    def picture(self) -> Image.Image:
        """RGB."""
        ...

    @property
    def cues(self) -> Mapping[str, NDArray[np.bool_]]:
        """The pixels of each cue in it: bool [height, width] by name, such as ``bollard``."""
        ...


class GuidePictures(Protocol):
    """Where the pictures of the guide come from; never from places that the game deals."""

    def examples(self, country: str) -> Sequence[Example]:
        """Some pictures of a country that show its cues; none if there are none yet.

        Raises:
            model.errors.PictureError: one cannot be read.
        """
        ...
