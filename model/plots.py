"""Figures: distribution of countries, training curve, confusion matrix, reliability.

usage::

    python -m model.plots distribution --data DIR [--data DIR ...] --out FIGURE.png
    python -m model.plots curve RUN --out FIGURE.png
    python -m model.plots confusion EVALUATION.json --out FIGURE.png
    python -m model.plots reliability EVALUATION.json --out FIGURE.png

EVALUATION.json is what ``python -m model.evaluate --json EVALUATION.json`` writes.
"""

from __future__ import annotations

import argparse
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from model import cli
from model.data.collection import Collection
from model.data.hub import local_directory
from model.types import COUNTRY_CODES, ConfigError, DataError, Place

DPI = 120


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
    for command in commands.values():
        command.add_argument("--out", type=Path, required=True, metavar="FIGURE.png")
    args = parser.parse_args(argv)
    kind = args.out.suffix.lower().removeprefix(".")
    if kind not in Figure().canvas.get_supported_filetypes():
        raise ConfigError(f"--out {args.out}: no figure format of that suffix; use .png")
    if args.figure == "distribution":
        figure = distribution(Collection.open([local_directory(d) for d in args.data]).places)
    elif args.figure == "curve":
        figure = curve(_read_log(args.run))
    else:
        draw = {"confusion": confusion, "reliability": reliability}[args.figure]
        figure = draw(_read_evaluation(args.evaluation))
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=DPI)
    cli.write_atomically(args.out, stream.getvalue())


if __name__ == "__main__":
    cli.run(main)
