"""The cue baseline: what does one kind of cue tell of the country by itself?

A player who knows every other panorama, and of this one only what its bollards (or roofs, or
plates) are, names the country that fits best: naive Bayes over the parts of the cue's value, with
each panorama left out in turn. How often that is right says whether the cue is worth a look. Where
several countries fit equally well, nobody is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SMOOTHING = 0.5
"""Added to the counts of a part that is there and of one that is not (Jeffreys 1946)."""


@dataclass(frozen=True)
class CueBaseline:
    """How far one cue by itself gives countries away.

    Attributes:
        right: of each panorama with the cue its country, and whether the cue alone names it.
        chance: the share of panoramas that the most frequent country has, in (0, 1].
    """

    right: tuple[tuple[str, bool], ...]
    chance: float


def cue_baseline(seen: Sequence[tuple[str, str]]) -> CueBaseline:
    """Guess the country of each panorama from one cue, knowing the others.

    Args:
        seen: country and value of the cue for each panorama that has it; the parts of a value
            stand between commas (``edge white_solid, centre none``). At least one.
    """
    countries = sorted({country for country, _ in seen})
    parts = sorted({part for _, value in seen for part in value.split(", ")})
    has = np.array([[part in value.split(", ") for part in parts] for _, value in seen])
    of = np.array([countries.index(country) for country, _ in seen])
    places = np.bincount(of, minlength=len(countries)).astype(float)
    counts = np.zeros((len(countries), len(parts)))
    np.add.at(counts, of, has)
    right = []
    for country, here in zip(of, has, strict=True):
        others, known = places.copy(), counts.copy()
        others[country] -= 1
        known[country] -= here
        there = (known + SMOOTHING) / (others + 2 * SMOOTHING)[:, None]
        fits = np.where(here, np.log(there), np.log(1 - there)).sum(axis=1)
        # A country of which no other panorama shows the cue cannot be known by it.
        fits[others == 0] = -np.inf
        best = np.flatnonzero(fits >= fits.max() - 1e-9)
        named = len(best) == 1 and best[0] == country and others[country] > 0
        right.append((countries[country], bool(named)))
    chance = max(Counter(country for country, _ in seen).values()) / len(seen)
    return CueBaseline(tuple(right), chance)
