"""Stratified draws: the panoramas of a country are spread evenly over every condition.

A Latin hypercube (McKay, Beckman, Conover 1979): of the ``n`` panoramas of a block each falls into
another ``n``-th of every axis, and the axes are shuffled independently. So six test panoramas never
show six clear noons by chance, and each is still decided by its own key alone. Only whole blocks
are even: of one that is cut short, as where four test panoramas ship, some strata are not there.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from .keys import PanoramaKey

BLOCKS: Mapping[str, int] = {"test": 6, "val": 3}
"""Panoramas of a block, by split; ``OTHER_BLOCK`` of every other split."""
OTHER_BLOCK = 20


def stratum(key: PanoramaKey, axis: str) -> float:
    """Where this panorama lies along an axis, in [0, 1)."""
    size = BLOCKS.get(key.split, OTHER_BLOCK)
    block, place = divmod(key.index, size)
    order = list(range(size))
    whole = PanoramaKey(key.country, key.split, block)
    random.Random(whole.seed(f"strata of {axis}")).shuffle(order)
    within = random.Random(key.seed(f"within the stratum of {axis}")).random()
    return (order[place] + within) / size


def pick_at(weights: Mapping[str, float], share: float) -> str:
    """The name at ``share`` in [0, 1) of the summed weights."""
    left = share * sum(weights.values())
    name = ""
    for name, weight in weights.items():  # noqa: B007  the last one is meant after the loop, too
        left -= weight
        if left < 0:
            break
    return name


def quantile(draws: Sequence[float], share: float) -> float:
    """The value at ``share`` in [0, 1) of some draws, between two of them by proportion."""
    ordered = sorted(draws)
    at = share * (len(ordered) - 1)
    low = int(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])
