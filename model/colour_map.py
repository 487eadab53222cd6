"""The colours of heat maps, for page, overlays and figures alike. Torch-free.

Another colour map is one word here.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from numpy.typing import NDArray

NAME = "inferno"
"""A map of matplotlib: perceptually uniform, dark to bright, reads in grey as well."""


def colours(heat: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The colour of each value in [0, 1]: uint8 [..., 3], RGB."""
    # In bytes: a large photo as floats of several channels would take gigabytes.
    rgba = cast(NDArray[np.uint8], colormaps[NAME](heat, bytes=True))
    return rgba[..., :3]


def css_gradient(stops: int = 5) -> str:
    """A CSS gradient from no heat, transparent, to the hottest, left to right."""
    shades = [to_hex(colormaps[NAME](i / (stops - 1))) for i in range(stops)]
    return f"linear-gradient(90deg, {shades[0]}00, {', '.join(shades[1:])})"
