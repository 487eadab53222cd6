"""Levels of the opponent: one net, four ways of looking at a place. Torch-free.

What each of them gets right stands in ``levels.json`` beside the checkpoint, which
``model.measure_levels`` writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from PIL import Image

from model.types import Crop

Level = Literal["short_sighted", "squinting", "sharp_eyed", "looks_around"]
"""From who sees least to who sees most; what each gets right is measured. Counted rounds keep
the name of theirs, so a level that looks in another way gets a new name."""

LEVELS: tuple[Level, ...] = get_args(Level)

USUAL: Level = "sharp_eyed"
"""The one that sees just what the player sees."""

SHORT_SIDE_PX: dict[Level, int] = {"short_sighted": 72, "squinting": 144}
"""Those that do not see sharply get a picture of no more than so many pixels."""


COVERING = 3
"""So many crops cover a panorama of 360 x 66 degrees. Odd, so that the middle one is among them."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a level is right on places that the net never learnt from.

    Attributes:
        n: how many places.
        top1: the share with the right country, in [0, 1].
        low: lower end of its 95 % interval.
        high: upper end of it.
    """

    n: int
    top1: float
    low: float
    high: float


Measured = Mapping[str, Mapping[Level, Accuracy]]
"""By the kind of pictures, as far as they were measured."""

RENDERED, PHOTOGRAPHED = "rendered", "photographed"
"""Kinds of pictures."""


def looks(panorama: Image.Image, crop: Crop, shown: Image.Image, level: Level) -> list[Image.Image]:
    """What a level sees of a place: its own view of the crop first, then more of the surroundings.

    Args:
        panorama: RGB, all of it.
        crop: the part that the player sees.
        shown: that part, cut out; those who see it sharply get this very picture.
        level: who looks.

    Returns:
        RGB pictures of the size of the crop; only ``looks_around`` has more than one, and of a
        picture that is all in one crop it has that one.
    """
    if level == "looks_around":
        return [shown, *(panorama.crop(one.box) for one in surroundings(*panorama.size, crop))]
    return [blurred(shown, SHORT_SIDE_PX[level]) if level in SHORT_SIDE_PX else shown]


def covering_crops(width_px: int, height_px: int) -> list[Crop]:
    """``COVERING`` crops that cover all of a panorama of this size, from left to right."""
    return [Crop.at(width_px, height_px, at / (COVERING - 1)) for at in range(COVERING)]


def surroundings(width_px: int, height_px: int, crop: Crop) -> list[Crop]:
    """The covering crops of a picture but the one nearest to this crop; none if narrow."""
    covering = covering_crops(width_px, height_px)
    nearest = min(covering, key=lambda one: abs(one.left_px - crop.left_px))
    return [one for one in covering if one != nearest]


def blurred(picture: Image.Image, short_side_px: int) -> Image.Image:
    """A picture of the same size with no more detail than a short side of so many pixels holds."""
    scale = short_side_px / min(picture.size)
    if scale >= 1:
        return picture
    size = [max(1, round(side * scale)) for side in picture.size]
    small = picture.resize(size, Image.Resampling.BOX)
    return small.resize(picture.size, Image.Resampling.BICUBIC)
