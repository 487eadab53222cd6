"""What a data set holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

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
