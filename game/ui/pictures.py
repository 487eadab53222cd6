"""Pictures as the page gets them: data URIs rebuilt from pixels, without names or metadata."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from contourpy import LineType, contour_generator
from numpy.typing import NDArray
from PIL import Image

from model import colour_map
from model.types import Heatmap

SHOWN_WIDTH_PX = 1302
"""Wider pictures are reduced; the crop of a panorama 561 px high is just so wide."""

SHOWN_HEIGHT_PX = 3000
"""Higher ones as well: a visitor's photo may have any shape."""

OVERLAY_SIDE_PX = 360
"""The longer side: a class activation map is smooth; the browser enlarges it to the picture."""

CONTOURS = (0.85, 0.7, 0.55, 0.4, 0.28, 0.16)
"""Fractions of a map's own peak that contours are drawn at, the highest first."""

CONTOUR_SIDE_PX = 96
"""The longer side of the grid that contours run through: finer than they can be told apart."""

STRONGEST_ALPHA = 0.92
THIRDS = 3


def picture_uri(picture: Image.Image) -> str:
    """A JPEG as a data URI, from nothing but the pixels of an RGB picture of any size."""
    shown = Image.fromarray(np.asarray(picture.convert("RGB")))
    scale = min(SHOWN_WIDTH_PX / shown.width, SHOWN_HEIGHT_PX / shown.height)
    if scale < 1:
        size = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
        shown = shown.resize(size, Image.Resampling.LANCZOS)
    return _uri(shown, "JPEG", quality=88)


def heat_layers(heatmaps: Sequence[Heatmap], aspect: float) -> list[dict[str, Any]]:
    """The maps of one picture on one common scale, as the page shows them.

    Args:
        heatmaps: of the picture, in the order that the page shall show.
        aspect: width over height of the picture.

    Returns:
        For each map: ``country``, ``strength`` (its peak over the largest peak, in [0, 1]),
        ``uri`` (a transparent PNG), ``where`` (row and column of its peak, in thirds of the
        picture), ``outline`` (of its strongest region, see :func:`outline`) and ``contours`` (see
        :func:`contours`); the last four are ``None`` if the map is blank.
    """
    side = OVERLAY_SIDE_PX
    size = (max(1, round(side * min(1, aspect))), max(1, round(side / max(1, aspect))))
    laid = [heatmap.over(*size) for heatmap in heatmaps]
    # Padding may hold the peak of the grid: only what lies on the picture counts here.
    scale = max((float(values.max()) for values in laid), default=0.0)
    return [
        {"country": heatmap.target, **_layer(heatmap, values, scale)}
        for heatmap, values in zip(heatmaps, laid, strict=True)
    ]


def _layer(heatmap: Heatmap, values: NDArray[np.float32], scale: float) -> dict[str, Any]:
    peak = float(values.max())
    if not peak > 0:
        return dict.fromkeys(("uri", "where", "outline", "contours")) | {"strength": 0.0}
    smooth = heatmap.over(values.shape[1], values.shape[0], smooth=True)
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return {
        "strength": round(peak / scale, 3),
        "uri": _uri(overlay(smooth / scale), "PNG"),
        "where": [int(row) * THIRDS // values.shape[0], int(column) * THIRDS // values.shape[1]],
        "outline": outline(heatmap),
        "contours": contours(heatmap, values.shape[1] / values.shape[0]),
    }


def contours(heatmap: Heatmap, aspect: float) -> list[str]:
    """Smooth contours around the hot parts of a map that is not blank, the hottest first.

    Args:
        heatmap: of a picture.
        aspect: width over height of the picture.

    Returns:
        For each of ``CONTOURS`` the data of an SVG path in thousandths of the picture's width and
        height; filled by the even-odd rule it covers all that is at least so hot.
    """
    width = round(CONTOUR_SIDE_PX * min(1, aspect))
    height = round(CONTOUR_SIDE_PX / max(1, aspect))
    laid = heatmap.over(max(4, width), max(4, height), smooth=True)
    framed = np.pad(laid, 1)  # so that every contour is closed
    xs, ys = (
        np.clip((np.arange(-1, n + 1) + 0.5) / n, 0, 1) * 1000
        for n in (laid.shape[1], laid.shape[0])
    )
    peak = float(laid.max())
    lines = contour_generator(xs, ys, framed, line_type=LineType.Separate).lines
    return ["".join(_path(np.asarray(line)) for line in lines(level * peak)) for level in CONTOURS]


def _path(points: NDArray[np.float64]) -> str:
    """A closed path through points [n, 2], rounded, in relative steps."""
    rounded = np.round(points).astype(int)
    steps = np.diff(rounded, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    (x, y), *_ = rounded
    return f"M{x} {y}l" + " ".join(map(str, steps.ravel().tolist())) + "Z" if len(steps) else ""


def outline(heatmap: Heatmap) -> str:
    """The edges of the strongest region, the one that the occlusion test covers.

    Returns:
        The data of an SVG path, in thousandths of the picture's width and height.
    """
    left, top, right, bottom = heatmap.content
    region = np.pad(heatmap.strongest(), 1)
    rows, columns = (np.arange(n - 1) for n in region.shape)
    xs = np.clip(np.round(1000 * (columns - left) / (right - left)), 0, 1000).astype(int)
    ys = np.clip(np.round(1000 * (rows - top) / (bottom - top)), 0, 1000).astype(int)
    lying = [(ys[r], xs[a], xs[b]) for r, a, b in _runs(region[1:] != region[:-1])]
    standing = [(xs[c], ys[a], ys[b]) for c, a, b in _runs((region[:, 1:] != region[:, :-1]).T)]
    path = [f"M{x0} {y}H{x1}" for y, x0, x1 in lying]
    return "".join(path + [f"M{x} {y0}V{y1}" for x, y0, y1 in standing])


def _runs(edges: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Unbroken runs in each row of a padded grid: row, first and last corner, unpadded."""
    found = []
    for row, edge in enumerate(edges):
        ends = np.flatnonzero(np.diff(edge.astype(np.int8)))
        found += [(row, int(a), int(b)) for a, b in zip(ends[::2], ends[1::2], strict=True)]
    return found


def overlay(values: NDArray[np.float32]) -> Image.Image:
    """A picture of values in [0, 1], colour and opacity both growing with the value.

    Its palette has 256 RGBA colours: a third of the time and size of four channels.
    """
    picture = Image.fromarray(np.clip(values * 255, 0, 255).astype(np.uint8)).convert("P")
    picture.putpalette(_colour_table(), "RGBA")
    return picture


@cache
def _colour_table() -> bytes:
    """256 RGBA colours: the colour map, fading out below a fifth so that the picture shows."""
    values = np.linspace(0, 1, 256)
    opacity = STRONGEST_ALPHA * np.clip(5 * values, 0, 1) ** 1.5
    alpha = np.round(255 * opacity).astype(np.uint8)
    return np.column_stack([colour_map.colours(values), alpha]).tobytes()


def png_uri(picture: Image.Image) -> str:
    """A PNG as a data URI, for pictures that are partly transparent."""
    return _uri(picture, "PNG")


def _uri(picture: Image.Image, kind: str, **options: Any) -> str:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"
