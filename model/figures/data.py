"""What a data set holds."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from model.data.thinning.manifest import ManifestRow
from model.types import Place

PART_COLOURS = ["#1f6f8b", *(["#f4a259", "#bc4b51", "#d9cbb8", "#8cb369", "#5b3e56"] * 2)]
"""What stays in one colour, what goes in others."""


def distribution(places: Sequence[Place]) -> Figure:
    """Stacked bars: places per country, most frequent first, a colour for each source."""
    counts = Counter((p.country, p.source) for p in places)
    totals = Counter(p.country for p in places)
    countries = [c for c, _ in totals.most_common()]
    sources = sorted({p.source for p in places})
    title = f"{len(places):,} places of {len(countries)} countries"
    return _stacked(countries, sources, counts, title)


def thinning(rows: Sequence[ManifestRow]) -> Figure:
    """Places per country of the train split: what stays, and above it what went, by reason.

    Args:
        rows: of a manifest.
    """
    train = [row for row in rows if row.split == "train"]
    stacks = Counter((row.country, "kept" if row.is_kept else row.reason) for row in train)
    countries = [c for c, _ in Counter(row.country for row in train).most_common()]
    reasons = sorted({row.reason for row in train if not row.is_kept})
    kept = sum(row.is_kept for row in train)
    title = f"train split: {len(train):,} places, {kept:,} after thinning"
    return _stacked(countries, ["kept", *reasons], stacks, title, PART_COLOURS)


def _stacked(
    countries: Sequence[str],
    parts: Sequence[str],
    counts: Counter[tuple[str, str]],
    title: str,
    colours: Sequence[str | None] = (),
) -> Figure:
    """A bar for each country, of its parts from the bottom up; counts by (country, part)."""
    figure = Figure(figsize=(12, 4), layout="constrained")
    axes = figure.subplots()
    bottom = np.zeros(len(countries))
    for part, colour in itertools.zip_longest(parts, colours[: len(parts)]):
        heights = np.array([counts[country, part] for country in countries])
        label = f"{part} ({heights.sum():,})"
        axes.bar(countries, heights, bottom=bottom, label=label, color=colour)
        bottom += heights
    axes.set(ylabel="places", title=title)
    axes.tick_params(axis="x", labelrotation=90)
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure
