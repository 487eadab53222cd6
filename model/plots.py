"""Figures: distribution of countries, training curve, confusion matrix, reliability, heat maps.

usage::

    python -m model.plots distribution --data DIR [--data DIR ...] --out FIGURE.png
    python -m model.plots curve RUN --out FIGURE.png
    python -m model.plots confusion EVALUATION.json --out FIGURE.png
    python -m model.plots reliability EVALUATION.json --out FIGURE.png
    python -m model.plots gallery --data DIR --country HU [--country JP ...] --out FIGURE.jpg
    python -m model.plots sanity PHOTO --out FIGURE.png

EVALUATION.json is what ``python -m model.evaluate --json EVALUATION.json`` writes.
"""

from __future__ import annotations

import argparse
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from model import cli
from model.checkpoint import load
from model.data.collection import Collection
from model.explain import overlay
from model.predict import Look, Predictor, read_photo
from model.sanity import Step, cascade
from model.types import COUNTRY_CODES, COUNTRY_INDEX, ConfigError, Crop, DataError, Place

DPI = 120

EXAMPLES = 2
"""How many examples of each country a gallery shows at most."""


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
        axes.bar(countries, heights, bottom=bottom, label=source)
        bottom += heights
    axes.set(ylabel="places", title=f"{len(places):,} places of {len(countries)} countries")
    axes.tick_params(axis="x", labelrotation=90)
    axes.legend()
    return figure


def curve(log: pd.DataFrame) -> Figure:
    """Loss and validation accuracy over the epochs of all stages, from a run's ``log.csv``."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    epochs = np.arange(1, len(log) + 1)
    for name in ("train_loss", "val_loss"):
        losses.plot(epochs, log[name], label=name.replace("_", " "))
    for name in ("val_top1", "val_macro_recall"):
        accuracies.plot(epochs, log[name], label=name.removeprefix("val_").replace("_", " "))
    for axes in (losses, accuracies):
        for start in np.flatnonzero(np.diff(log["stage"])) + 1.5:
            axes.axvline(start, color="grey", linestyle=":")
        axes.set_xlabel("epoch")
        axes.legend()
    losses.set_ylabel("loss")
    accuracies.set(ylabel="validation", ylim=(0, 1))
    return figure


def confusion(document: dict[str, Any]) -> Figure:
    """The confusion matrix of the countries that occur; each row as shares of its truth."""
    counts = np.array(document["confusion_matrix"], dtype=float)
    used = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    counts = counts[np.ix_(used, used)]
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    names = [COUNTRY_CODES[i] for i in used]
    figure = Figure(figsize=(11, 10), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="viridis", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(
        xlabel="guess",
        ylabel="truth",
        title=f"{document['split']}: {document['n']:,} places, top-1 {document['top1']:.1%}",
    )
    figure.colorbar(image, label="share of the truth's places", shrink=0.7)
    return figure


def reliability(document: dict[str, Any]) -> Figure:
    """Accuracy against confidence; on the diagonal the net knows what it knows."""
    bins = pd.DataFrame(document["reliability"])
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    size = 400 * bins["n"] / bins["n"].max()
    axes.scatter(bins["confidence"], bins["accuracy"], s=size, alpha=0.7)
    axes.set(
        xlabel="confidence",
        ylabel="accuracy",
        xlim=(0, 1),
        ylim=(0, 1),
        title=f"ECE {document['ece']:.3f} over {document['n']:,} places",
    )
    return figure


@dataclass(frozen=True, eq=False)
class Example:
    """A test place that the net guessed right, and where it looked."""

    picture: Image.Image
    look: Look

    @property
    def probability(self) -> float:
        """Of its country."""
        return self.look.prediction.top(1)[0][1]


def examples(
    predictor: Predictor, collection: Collection, countries: Sequence[str], each: int = EXAMPLES
) -> dict[str, list[Example]]:
    """The most confident right guesses among the held-out places of each country.

    No hand chooses: of the test split's places that the net never trained on or near, shown as
    their middle crop, those with a right guess and a map that is not blank, by probability.

    Raises:
        ConfigError: a country that is none of the 56.
    """
    found: dict[str, list[Example]] = {}
    for country in countries:
        if country not in COUNTRY_INDEX:
            raise ConfigError(f"--country {country}: no code of the 56 countries; give one like HU")
        found[country] = []
    for number in collection.of_split("test"):
        place = collection.places[number]
        if place.country not in found or predictor.checkpoint.trained.covers(place):
            continue
        panorama = collection.picture(number)
        picture = panorama.crop(Crop.at(*panorama.size, 0.5).box)
        look = predictor.play(picture)
        if look.prediction.country == place.country and not look.heatmap(place.country).blank:
            found[place.country].append(Example(picture, look))
    return {
        country: sorted(those, key=lambda example: -example.probability)[:each]
        for country, those in found.items()
    }


def gallery(found: Mapping[str, Sequence[Example]]) -> Figure:
    """A row for each country with examples: the picture, and beside it where the net looked.

    Raises:
        DataError: no country has an example.
    """
    shown = {country: those for country, those in found.items() if those}
    if not shown:
        raise DataError(
            f"no right guess among the test places of {', '.join(found)}; give other countries"
        )
    columns = max(len(those) for those in shown.values())
    figure = Figure(figsize=(6.4 * columns, 1.55 * len(shown)), layout="constrained")
    grid = figure.subplots(len(shown), 2 * columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for row, (country, those) in zip(grid, shown.items(), strict=True):
        for i, example in enumerate(those):
            row[2 * i].imshow(example.picture)
            row[2 * i + 1].imshow(overlay(example.picture, example.look.heatmap(country)))
            row[2 * i].set_title(f"{country} {example.probability:.0%}", fontsize=9, loc="left")
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


def _read_evaluation(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if "confusion_matrix" in document:
            return dict(document)
    except OSError as error:
        raise DataError(f"{file}: {error.strerror}; see model.evaluate --json") from None
    except ValueError:
        pass
    raise DataError(f"{file}: not what model.evaluate --json writes; run it again")


def _read_log(run: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(run / "log.csv")
    except (OSError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{run / 'log.csv'}: {error}; give the folder of a run") from None


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.plots", description="Draw a figure of data, a run or an evaluation."
    )
    figures = parser.add_subparsers(dest="figure", required=True)
    commands = {name: figures.add_parser(name) for name in ("distribution", "curve")}
    commands |= {name: figures.add_parser(name) for name in ("confusion", "reliability")}
    cli.add_data(commands["distribution"])
    commands["curve"].add_argument("run", type=Path, metavar="RUN", help="folder of a run")
    for name in ("confusion", "reliability"):
        commands[name].add_argument("evaluation", type=Path, metavar="EVALUATION.json")
    commands |= {name: figures.add_parser(name) for name in ("gallery", "sanity")}
    cli.add_data(commands["gallery"])
    commands["gallery"].add_argument(
        "--country",
        action="append",
        required=True,
        metavar="CODE",
        help="show this country, such as HU; may be given several times",
    )
    commands["sanity"].add_argument("photo", type=Path, metavar="PHOTO", help="a street photo")
    for name in ("gallery", "sanity"):
        cli.add_checkpoint(commands[name])
    for command in commands.values():
        command.add_argument("--out", type=Path, required=True, metavar="FIGURE.png")
    args = parser.parse_args(argv)
    kind = args.out.suffix.lower().removeprefix(".")
    if kind not in Figure().canvas.get_supported_filetypes():
        raise ConfigError(f"--out {args.out}: no figure format of that suffix; use .png")
    if args.figure == "distribution":
        figure = distribution(cli.open_data(args.data).places)
    elif args.figure == "curve":
        figure = curve(_read_log(args.run))
    elif args.figure == "gallery":
        collection = cli.open_data(args.data)
        countries = [country.upper() for country in args.country]
        figure = gallery(examples(Predictor(load(args.checkpoint)), collection, countries))
    elif args.figure == "sanity":
        picture = read_photo(args.photo)
        figure = sanity(picture, cascade(Predictor(load(args.checkpoint)), picture))
    else:
        draw = {"confusion": confusion, "reliability": reliability}[args.figure]
        figure = draw(_read_evaluation(args.evaluation))
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=DPI)
    cli.write_atomically(args.out, stream.getvalue())


if __name__ == "__main__":
    cli.run(main)
