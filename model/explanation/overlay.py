"""A heat map over its picture, and boxes of an interface in a screenshot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.colour_map import colours
from model.data.preprocessing import PADDING
from model.errors import ConfigError
from model.types import Heatmap

OPACITY = 0.65

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in fractions of a picture's width and height, in [0, 1]."""


def overlay(picture: Image.Image, heatmap: Heatmap, opacity: float = OPACITY) -> Image.Image:
    """Lay a map over its picture.

    Args:
        picture: the RGB picture that was explained.
        heatmap: its map; a blank one leaves the picture as it is.
        opacity: of the hottest spot, in [0, 1]; elsewhere in proportion to the heat.
    """
    if heatmap.blank:
        return picture.copy()
    heat = np.clip(heatmap.over(*picture.size) / heatmap.peak, 0, 1)
    alpha = Image.fromarray((255 * opacity * heat).round().astype(np.uint8))
    return Image.composite(Image.fromarray(colours(heat)), picture, alpha)


def parse_box(text: str) -> Box:
    """Read ``x0,y0,x1,y1``.

    Raises:
        ConfigError: these are not four numbers with 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1.
    """
    try:
        x0, y0, x1, y1 = map(float, text.split(","))
    except ValueError:
        x0 = y0 = x1 = y1 = -1.0
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise ConfigError(
            f"--mask-boxes {text}: give left,top,right,bottom as fractions of the picture, "
            "such as 0,0.9,0.3,1"
        )
    return x0, y0, x1, y1


def _pixels(boxes: Sequence[Box], width: int, height: int) -> NDArray[np.bool_]:
    """Which pixels lie in one of the boxes: bool [height, width]."""
    inside = np.zeros((height, width), dtype=bool)
    for x0, y0, x1, y1 in boxes:
        left, top = min(round(x0 * width), width - 1), min(round(y0 * height), height - 1)
        right, bottom = max(left + 1, round(x1 * width)), max(top + 1, round(y1 * height))
        inside[top:bottom, left:right] = True
    return inside


def share_inside(heatmap: Heatmap, boxes: Sequence[Box]) -> tuple[float, float]:
    """The share of a map's energy in boxes of its picture, and their share of its area.

    Chance is where both are equal. A blank map has no energy anywhere: 0.
    """
    size = 1000, 500  # of a canvas that is fine enough for any box
    inside = _pixels(boxes, *size)
    heat = heatmap.over(*size).clip(min=0).astype(float)
    return float(heat[inside].sum() / max(heat.sum(), 1e-12)), float(inside.mean())


def mask_boxes(picture: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """The picture with its boxes in the grey of the letterbox, which tells the net nothing."""
    pixels = np.asarray(picture).copy()
    pixels[_pixels(boxes, *picture.size)] = PADDING
    return Image.fromarray(pixels)
