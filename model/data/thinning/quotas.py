"""How many places of each country to keep: between as they come and equally many. Pure numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from model.geography import COUNTRY_CODES


def wanted(
    counts: Sequence[int], keep: int, evenness: float, weights: Sequence[float] | None = None
) -> NDArray[np.float64]:
    """Real-valued targets: ``counts ** (1 - evenness)`` times weights, never more than there is.

    What a country cannot give is shared among the others in the same proportion.

    Args:
        counts: places of each country.
        keep: their sum afterwards, at most the sum of the counts.
        evenness: 0 keeps the proportions, 1 wants equally many of each.
        weights: positive; 1 each by default.

    Returns:
        float64, one a country; they sum to ``keep``.
    """
    have = np.asarray(counts, dtype=np.float64)
    pull = np.where(have > 0, have ** (1 - evenness), 0.0)
    if weights is not None:
        pull *= np.asarray(weights, dtype=np.float64)
    targets = np.zeros_like(have)
    is_full = have <= 0
    while not is_full.all():
        left = keep - have[is_full].sum()
        targets = np.where(is_full, have, pull * (max(0.0, left) / pull[~is_full].sum()))
        overflow = ~is_full & (targets >= have)
        if not overflow.any():
            break
        is_full |= overflow
        targets = np.minimum(targets, have)
    return targets


def targets(
    counts: Mapping[str, int],
    keep: int,
    evenness: float,
    weights: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """Whole targets: :func:`wanted`, rounded by largest remainder so that they sum to ``keep``.

    Raises:
        ValueError: fewer than none or more than there are to be kept, evenness outside [0, 1].
    """
    if not 0 <= keep <= sum(counts.values()) or not 0 <= evenness <= 1:
        raise ValueError(f"keep {keep} of {sum(counts.values())} with evenness {evenness}")
    names = sorted(counts)
    pull = [weights.get(name, 1.0) for name in names] if weights is not None else None
    exact = wanted([counts[name] for name in names], keep, evenness, pull)
    # A full country may have lost a hair to rounding; it must not be robbed of a whole place.
    floors = np.floor(exact + 1e-9).astype(int)
    remainders = exact - floors
    result = dict(zip(names, floors.tolist(), strict=True))
    by_remainder = sorted(range(len(names)), key=lambda i: (-remainders[i], names[i]))
    missing = keep - sum(result.values())
    for i in by_remainder:
        if missing > 0 and result[names[i]] < counts[names[i]]:
            result[names[i]] += 1
            missing -= 1
    return result


def confusion_weights(matrix: Sequence[Sequence[int]], strength: float) -> dict[str, float]:
    """Weights that let countries keep more the more they are confused.

    The share of wrong ones among the guesses that concern a country (it was the truth, or was
    guessed), with one right and one wrong guess added so that rare countries stay near the
    middle; to the power of ``strength``.

    Args:
        matrix: [56][56] counts, truth by guess, in the order of ``COUNTRY_CODES``.
        strength: 0 ignores the matrix, 1 follows it in proportion.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    right = np.diag(counts)
    concerned = counts.sum(axis=0) + counts.sum(axis=1) - right
    wrong = (concerned - right + 1) / (concerned + 2)
    return dict(zip(COUNTRY_CODES, (wrong**strength).tolist(), strict=True))
