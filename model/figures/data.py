"""What a data set holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from model.data.manifest import Row
from model.types import Place


def distribution(places: Sequence[Place]) -> Figure:
    """Stacked bars: places per country, most frequent first, a colour for each source."""
    counts = Counter((p.country, p.source) for p in places)
    totals = Counter(p.country for p in places)
    countries = [c for c, _ in totals.most_common()]
    figure = Figure(figsize=(12, 4), layout="constrained")
    axes = figure.subplots()
    bottom = np.zeros(len(countries))
    for source in sorted({p.source for p in places}):
        heights = np.array([counts[c, source] for c in countries])
        axes.bar(countries, heights, bottom=bottom, label=f"{source} ({heights.sum():,})")
        bottom += heights
    axes.set(ylabel="places", title=f"{len(places):,} places of {len(countries)} countries")
    axes.tick_params(axis="x", labelrotation=90)
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def thinning(rows: Sequence[Row]) -> Figure:
    """Places per country of the train split: what stays, and above it what went, by reason.

    Args:
        rows: of a manifest.
    """
    train = [row for row in rows if row.split == "train"]
    stacks = Counter((row.country, "kept" if row.is_kept else row.reason) for row in train)
    countries = [c for c, _ in Counter(row.country for row in train).most_common()]
    figure = Figure(figsize=(12, 4), layout="constrained")
    axes = figure.subplots()
    bottom = np.zeros(len(countries))
    reasons = sorted({row.reason for row in train if not row.is_kept})
    colours = ["#1f6f8b", *(["#f4a259", "#bc4b51", "#d9cbb8", "#8cb369", "#5b3e56"] * 2)]
    for reason, colour in zip(["kept", *reasons], colours, strict=False):
        heights = np.array([stacks[c, reason] for c in countries])
        label = f"{reason} ({heights.sum():,})"
        axes.bar(countries, heights, bottom=bottom, label=label, color=colour)
        bottom += heights
    kept = sum(row.is_kept for row in train)
    axes.set(ylabel="places", title=f"train split: {len(train):,} places, {kept:,} after thinning")
    axes.tick_params(axis="x", labelrotation=90)
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure
