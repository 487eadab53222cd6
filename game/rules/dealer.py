"""Which panorama comes next, and which crop of it. Pure: the random generator is an argument."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from random import Random

from model.errors import DataError
from model.types import Crop, Place


def draw(
    places: Sequence[Place],
    dealt: Collection[int],
    seen: Collection[int],
    rng: Random,
    unreadable: Collection[int] = (),
) -> int:
    """The index of the next place to deal.

    The country is drawn first, uniformly over those that this game has dealt least often, and the
    place then within it, so that a skewed collection does not deal its largest country all the
    time.

    Args:
        places: everything that may be dealt.
        dealt: indices that must not come again: shown in this game.
        seen: indices that should not come again while there are others: shown in earlier games.
        rng: decides; the same state gives the same answer.
        unreadable: indices that cannot be shown at the moment. They do not count as dealt, so that
            one bad picture does not cost its country its turn.

    Raises:
        model.errors.DataError: every place has been dealt, or cannot be read.
    """
    by_country: defaultdict[str, list[int]] = defaultdict(list)
    for index, place in enumerate(places):
        if index not in dealt and index not in unreadable:
            by_country[place.country].append(index)
    if not by_country and unreadable:
        raise DataError(
            "no panorama can be read at the moment: try again in a minute, or choose others with "
            "--panoramas"
        )
    if not by_country:
        raise DataError("every panorama has been dealt: add more with --panoramas")
    times = Counter(places[index].country for index in dealt)
    least = min(times[country] for country in by_country)
    country = rng.choice(sorted(c for c in by_country if times[c] == least))
    fresh = [index for index in by_country[country] if index not in seen]
    return rng.choice(fresh or by_country[country])


CROPS_TRIED = 4
"""Crops to choose from. Enough to leave out most walls and hedges that fill the picture, and few
enough that most of every panorama is still dealt."""


def crop(width_px: int, height_px: int, rng: Random, worth: Callable[[Crop], float]) -> Crop:
    """The crop with the most to go by out of a few from anywhere along a panorama of this size.

    Which one it is tells nothing of the country: the generator and the rule are the same for all.

    Args:
        width_px: of the panorama.
        height_px: of the panorama; the crop is as high.
        rng: decides; the same state gives the same crops to choose from.
        worth: how much there is to go by in a crop; the first of equal ones is taken.
    """
    tried = [Crop.at(width_px, height_px, rng.random()) for _ in range(CROPS_TRIED)]
    return max(tried, key=worth)
