"""Which of the named cues of a rendered panorama does a heat map lie on? Torch-free.

The energy of a map is the sum of its values. A map without any preference has as much of its energy
on a cue as the cue has of the picture's area, and the ratio of the two is called "times chance".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.data.cue_maps import CueMap
from model.types import Crop, Heatmap

AREA_MIN = 0.001
"""A cue on a smaller share of the crop is left out: less than a tenth of a cell of the map."""

LOOKED_RATIO = 1.5
"""From so many times chance on we say that the net looked at a cue."""


@dataclass(frozen=True, slots=True)
class CueShare:
    """One cue in one crop, under one map.

    Attributes:
        name: such as ``bollard``.
        area: its share of the crop's pixels, in (0, 1].
        energy: its share of the map's energy, in [0, 1].
        pointed: whether the map's hottest pixel lies on it (Zhang et al. 2018, arXiv:1608.00507).
    """

    name: str
    area: float
    energy: float
    pointed: bool

    @property
    def ratio(self) -> float:
        """Times chance: energy over area."""
        return self.energy / self.area


def shares(heatmap: Heatmap, cues: CueMap, crop: Crop) -> list[CueShare]:
    """How a map falls on the cues that can be seen in its crop, most times chance first.

    Args:
        heatmap: of the crop.
        cues: of the whole panorama.
        crop: what the net saw of the panorama.

    Returns:
        Nothing for a map without energy on the picture.
    """
    heat = heatmap.over(crop.width_px, crop.height_px).clip(min=0)
    total = float(heat.sum(dtype=np.float64))
    if not total > 0:
        return []
    hottest = int(heat.argmax())
    found = []
    for name, on in cues.masks(crop).items():
        area = float(on.mean())
        if area >= AREA_MIN:
            energy = float(heat[on].sum(dtype=np.float64)) / total
            found.append(CueShare(name, area, energy, bool(on.flat[hottest])))
    return sorted(found, key=lambda cue: -cue.ratio)


def most_looked_at(found: Sequence[CueShare]) -> CueShare | None:
    """Of the cues that a map favours, the one with the most energy beyond chance, or ``None``.

    Not that of the highest ratio: a plate may be three times chance with a hundredth of the map.
    """
    favoured = [cue for cue in found if cue.ratio >= LOOKED_RATIO]
    return max(favoured, key=lambda cue: cue.energy - cue.area, default=None)
