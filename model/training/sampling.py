"""Which view of which place an epoch shows, in which order, to which process."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def steps_of_epoch(
    places: Sequence[int],
    shapes: Sequence[tuple[int, ...]] | None,
    step_size: int,
    seed: int,
    weights: NDArray[np.float64] | None = None,
) -> list[list[int]]:
    """One epoch: one view of each place, at random; the pictures of a step have one shape.

    Args:
        places: the place of each item of the dataset.
        shapes: the shape of each item, or ``None`` if all are alike.
        step_size: items of a step of the optimiser; the last of each shape may be smaller.
        seed: decides views and order; give each epoch its own.
        weights: instead of each place once, draw as many with these weights, one for each place in
            the order of its first item.
    """
    rng = np.random.default_rng(seed)
    views: defaultdict[int, list[int]] = defaultdict(list)
    for item, place in enumerate(places):
        views[place].append(item)
    shown = list(views.values())
    if weights is not None:
        drawn = rng.choice(len(shown), size=len(shown), p=weights / weights.sum())
        shown = [shown[i] for i in drawn]
    chosen = [items[rng.integers(len(items))] for items in shown]
    bins: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    steps: list[list[int]] = []
    for i in rng.permutation(len(chosen)):
        shape = shapes[chosen[i]] if shapes else ()
        bins[shape].append(chosen[i])
        if len(bins[shape]) == step_size:
            steps.append(bins.pop(shape))
    steps += bins.values()
    order = rng.permutation(len(steps))
    return [steps[i] for i in order]


def balanced(labels: Sequence[object]) -> NDArray[np.float64]:
    """Weights [n] that give each label the same chance, whatever its count."""
    counts = Counter(labels)
    return np.array([1 / counts[label] for label in labels])


def view_weights(
    places: Sequence[int], countries: Mapping[int, str] | None = None
) -> NDArray[np.float64]:
    """Weights [n] of all views together, as an epoch of single views would have them on average.

    Args:
        places: the place of each view; all of a place weigh together what any other place does.
        countries: of each place, to let each country weigh what any other does instead.
    """
    views = Counter(places)
    of_place = dict.fromkeys(views, 1.0)
    if countries is not None:
        shares = balanced([countries[place] for place in views])
        of_place = dict(zip(views, shares.tolist(), strict=True))
    return np.array([of_place[place] / views[place] for place in places])


def portions(step: Sequence[int], batch_size: int, rank: int, size: int) -> list[list[int]]:
    """The batches that one of ``size`` processes takes of a step; none, if it is too small."""
    mine = step[rank::size]
    return [list(mine[i : i + batch_size]) for i in range(0, len(mine), batch_size)]
