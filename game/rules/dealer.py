"""Which panorama comes next, and which crop of it. Pure: the random generator is an argument."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from random import Random

from model.errors import DataError
from model.types import Crop, Place


def draw(
    places: Sequence[Place], dealt: Collection[int], seen: Collection[int], rng: Random
) -> int:
    """The index of the next place to deal.

    The country is drawn first, uniformly over those that this game has dealt least often, and the
    place then within it, so that a skewed collection does not deal its largest country all the
    time.

    Args:
        places: everything that may be dealt.
        dealt: indices that must not come again: shown in this game, or unreadable.
        seen: indices that should not come again while there are others: shown in earlier games.
        rng: decides; the same state gives the same answer.

    Raises:
        model.errors.DataError: every place has been dealt.
    """
    by_country: defaultdict[str, list[int]] = defaultdict(list)
    for index, place in enumerate(places):
        if index not in dealt:
            by_country[place.country].append(index)
    if not by_country:
        raise DataError("every panorama has been dealt: add more with --panoramas")
    times = Counter(places[index].country for index in dealt)
    least = min(times[country] for country in by_country)
    country = rng.choice(sorted(c for c in by_country if times[c] == least))
    fresh = [index for index in by_country[country] if index not in seen]
    return rng.choice(fresh or by_country[country])


def crop(width_px: int, height_px: int, rng: Random) -> Crop:
    """A crop of the data set's aspect ratio from anywhere along a panorama of this size."""
    return Crop.at(width_px, height_px, rng.random())
