"""Pictures as the page gets them: data URIs rebuilt from pixels, without names or metadata."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

from model.types import Heatmap

SHOWN_WIDTH_PX = 1302
"""Wider pictures are reduced; the crop of a panorama 561 px high is just so wide."""

OVERLAY_WIDTH_PX = 360
"""A class activation map is smooth; the browser enlarges it to the picture."""

COLOURS = "inferno"  # perceptually uniform, reads in grey as well
STRONGEST_ALPHA = 0.92
THIRDS = 3


def picture_uri(picture: Image.Image) -> str:
    """A JPEG as a data URI, from nothing but the pixels of an RGB picture of any size."""
    shown = Image.fromarray(np.asarray(picture.convert("RGB")))
    if shown.width > SHOWN_WIDTH_PX:
        height_px = max(1, round(shown.height * SHOWN_WIDTH_PX / shown.width))
        shown = shown.resize((SHOWN_WIDTH_PX, height_px), Image.Resampling.LANCZOS)
    return _uri(shown, "JPEG", quality=88)


def heat_layers(
    heatmaps: Mapping[str, Heatmap], roles: Mapping[str, Sequence[str]], aspect: float
) -> list[dict[str, Any]]:
    """The maps of one picture on one common scale, as the page shows them.

    Args:
        heatmaps: by country.
        roles: for whom each country speaks ("model", "truth", "human"); also the order.
        aspect: width over height of the picture.

    Returns:
        For each map: ``country``, ``roles``, ``strength`` (its peak over the largest peak, in
        [0, 1]), ``uri`` (a transparent PNG, ``None`` if blank) and ``where`` (row and column of
        its peak, in thirds of the picture; ``None`` if blank).
    """
    size = (OVERLAY_WIDTH_PX, max(1, round(OVERLAY_WIDTH_PX / aspect)))
    shown = {country: heatmaps[country] for country in roles if country in heatmaps}
    laid = {country: heatmap.over(*size) for country, heatmap in shown.items()}
    # Padding may hold the peak of the grid: only what lies on the picture counts here.
    scale = max((float(values.max()) for values in laid.values()), default=0.0)
    return [
        {"country": country, "roles": list(roles[country]), **_layer(values, scale)}
        for country, values in laid.items()
    ]


def _layer(values: NDArray[np.float32], scale: float) -> dict[str, Any]:
    peak = float(values.max())
    if not peak > 0:
        return {"strength": 0.0, "uri": None, "where": None}
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    where = [int(row) * THIRDS // values.shape[0], int(column) * THIRDS // values.shape[1]]
    uri = _uri(overlay(values / scale), "PNG")
    return {"strength": round(peak / scale, 3), "uri": uri, "where": where}


def overlay(share: NDArray[np.float32]) -> Image.Image:
    """A picture of values in [0, 1], colour and opacity both growing with the value.

    Its palette has 256 RGBA colours: a third of the time and size of four channels.
    """
    picture = Image.fromarray(np.clip(share * 255, 0, 255).astype(np.uint8)).convert("P")
    picture.putpalette(_colour_table(), "RGBA")
    return picture


@cache
def _colour_table() -> bytes:
    """256 RGBA colours: the colour map, fading out below a fifth so that the picture shows."""
    rgba = colormaps[COLOURS](np.linspace(0, 1, 256), bytes=True)
    opacity = STRONGEST_ALPHA * np.clip(np.linspace(0, 5, 256), 0, 1) ** 1.5
    rgba[:, 3] = np.round(255 * opacity)
    return bytes(np.asarray(rgba, dtype=np.uint8))


def _uri(picture: Image.Image, kind: str, **options: Any) -> str:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"
