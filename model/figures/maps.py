"""Where the net looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from model.data.collection import Collection
from model.errors import ConfigError, DataError
from model.evaluation.views import walk
from model.explanation.overlay import overlay
from model.explanation.sanity import Step
from model.geography import COUNTRY_INDEX
from model.predictor import Analysis, Predictor

ENTRIES = 2
"""How many entries of each country a gallery shows at most."""


@dataclass(frozen=True, eq=False)
class GalleryEntry:
    """A test place that the net guessed right, and where it looked."""

    picture: Image.Image
    analysis: Analysis

    @property
    def probability(self) -> float:
        """Of its country."""
        return self.analysis.prediction.top(1)[0][1]


def choose_entries(
    predictor: Predictor, collection: Collection, countries: Sequence[str], each: int = ENTRIES
) -> dict[str, list[GalleryEntry]]:
    """The most confident right guesses among the held-out places of each country.

    No hand chooses: of the test split's places that the net never trained on or near, shown as
    their middle crop, those with a right guess and a map that is not blank, by probability.

    Raises:
        ConfigError: a country that is none of the 56.
    """
    found: dict[str, list[GalleryEntry]] = {}
    for country in countries:
        if country not in COUNTRY_INDEX:
            raise ConfigError(f"--country {country}: no code of the 56 countries; give one like HU")
        found[country] = []
    places, trained = collection.places, predictor.checkpoint.trained
    numbers = [
        number
        for number in collection.of_split("test")
        if places[number].country in found and not trained.saw(collection, number)
    ]
    for view in walk(predictor, collection, numbers, title="test"):
        country, analysis = places[view.number].country, view.analysis
        if analysis.prediction.country == country and not analysis.heatmap(country).blank:
            found[country].append(GalleryEntry(view.picture, analysis))
    return {
        country: sorted(entries, key=lambda entry: -entry.probability)[:each]
        for country, entries in found.items()
    }


def gallery(found: Mapping[str, Sequence[GalleryEntry]]) -> Figure:
    """A row for each country with entries: the picture, and beside it where the net looked.

    Raises:
        DataError: no country has an entry.
    """
    shown = {country: entries for country, entries in found.items() if entries}
    if not shown:
        raise DataError(
            f"no right guess among the test places of {', '.join(found)}; give other countries"
        )
    columns = max(len(entries) for entries in shown.values())
    figure = Figure(figsize=(6.4 * columns, 1.55 * len(shown)), layout="constrained")
    grid = figure.subplots(len(shown), 2 * columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for row, (country, entries) in zip(grid, shown.items(), strict=True):
        for i, entry in enumerate(entries):
            row[2 * i].imshow(entry.picture)
            row[2 * i + 1].imshow(overlay(entry.picture, entry.analysis.heatmap(country)))
            row[2 * i].set_title(f"{country} {entry.probability:.0%}", fontsize=9, loc="left")
    return figure


def sanity(picture: Image.Image, steps: Sequence[Step]) -> Figure:
    """The map of one guess while the net forgets, part by part, from its output on."""
    figure = Figure(figsize=(12, 6), layout="constrained")
    chosen = np.linspace(0, len(steps) - 1, 8).round().astype(int)
    grid = figure.add_gridspec(3, 4)
    for k, i in enumerate(chosen):
        axes = figure.add_subplot(grid[divmod(k, 4)])
        axes.imshow(overlay(picture, steps[i].heatmap))
        axes.set_title(f"{steps[i].name}: {steps[i].correlation:.2f}", fontsize=9)
        axes.axis("off")
    axes = figure.add_subplot(grid[2, :])
    axes.plot([step.name for step in steps], [step.correlation for step in steps], marker=".")
    axes.axhline(0, color="grey", linestyle=":")
    axes.tick_params(axis="x", labelrotation=90)
    axes.set(ylabel="rank correlation", ylim=(-1, 1.05), xlabel="randomised down to here")
    return figure
