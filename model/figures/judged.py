"""What an evaluation found: confusions, recall of each country, calibration."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter

from model.data.documents import Count, Matrix, Positive, Share, read_evaluation_part
from model.geography import COUNTRY_CODES, COUNTRY_INDEX, SUBREGIONS


@dataclass(frozen=True)
class _Recall:
    n: Count
    recall: Share
    low: Share
    high: Share


@dataclass(frozen=True)
class _Bin:
    n: Count
    confidence: Share
    accuracy: Share


_Bins = Annotated[list[_Bin], Field(min_length=1)]


@dataclass(frozen=True)
class _Evaluation:
    """What the figures show of an evaluation."""

    split: str
    n: Annotated[Count, Field(ge=1)]
    top1: Share
    top1_low: Share
    top1_high: Share
    macro_recall: Share
    labels: list[str]
    confusion_matrix: Matrix
    per_country: Annotated[dict[str, _Recall], Field(min_length=1)]
    reliability: _Bins
    reliability_before: _Bins
    ece: Share
    ece_before: Share
    temperature: Positive = 1.0

    def __post_init__(self) -> None:
        if self.labels != list(COUNTRY_CODES) or not self.per_country.keys() <= set(COUNTRY_CODES):
            raise ValueError("other countries than the 56")
        if sum(map(sum, self.confusion_matrix)) != self.n:
            raise ValueError("the counts of confusion_matrix do not add up to n")
        for bins in (self.reliability, self.reliability_before):
            if sum(one.n for one in bins) != self.n:
                raise ValueError("the counts of the bins do not add up to n")


def read_evaluation(file: Path) -> dict[str, Any]:
    """What ``model.evaluate --json FILE`` wrote, as far as figures show it.

    Raises:
        DataError: no such file, another document, or one of an earlier version.
    """
    return asdict(read_evaluation_part(file, TypeAdapter(_Evaluation)))


def confusion(document: dict[str, Any]) -> Figure:
    """The confusion matrix of the countries that occur, in the order of subregions.

    Colours are shares of the row's places, numbers are counts; a row without places is grey.
    """
    counts = np.array(document["confusion_matrix"])
    groups = _by_subregion(counts)
    order = [COUNTRY_INDEX[code] for _, codes in groups for code in codes]
    counts = counts[np.ix_(order, order)]
    places = counts.sum(axis=1)
    figure = Figure(figsize=(13, 13.4), layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor("0.92")
    shares = np.where(places[:, None] > 0, counts / np.maximum(1, places)[:, None], np.nan)
    # The root spreads the many small shares; a linear scale shows little but the diagonal.
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=1))
    _write_counts(axes, counts, shares)
    names = [COUNTRY_CODES[i] for i in order]
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    labels = [f"{name} {n:>3}" for name, n in zip(names, places, strict=True)]
    axes.set_yticks(range(len(names)), labels, fontsize=8, family="monospace")
    axes.tick_params(length=0)
    _separate(axes, groups)
    axes.set(xlabel="guess", ylabel="truth, and its places")
    axes.set_title(_title(document), loc="left", pad=100)
    figure.colorbar(
        image, label="share of the truth's places", location="bottom", shrink=0.4, pad=0.01,
        aspect=40,
    )  # fmt: skip
    return figure


def _by_subregion(counts: NDArray[np.int64]) -> list[tuple[str, list[str]]]:
    """The countries that occur as truth or guess, by subregion."""
    used = {COUNTRY_CODES[i] for i in np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))}
    groups = [(s.name, [c for c in s.countries if c in used]) for s in SUBREGIONS]
    return [(name, codes) for name, codes in groups if codes]


def _write_counts(axes: Axes, counts: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    for row, column in zip(*np.nonzero(counts), strict=True):
        axes.text(
            column,
            row,
            str(counts[row, column]),
            ha="center",
            va="center",
            fontsize=6.5,
            color="white" if shares[row, column] > 0.3 else "black",
        )


def _separate(axes: Axes, groups: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Lines between the subregions, and their names above and on the right."""
    ends = list(itertools.accumulate(len(codes) for _, codes in groups))
    for end in ends[:-1]:
        axes.axhline(end - 0.5, color="0.55", linewidth=0.7)
        axes.axvline(end - 0.5, color="0.55", linewidth=0.7)
    for (name, codes), end in zip(groups, ends, strict=True):
        middle = end - len(codes) / 2 - 0.5
        axes.text(ends[-1] - 0.2, middle, name, va="center", fontsize=8)
        axes.text(
            middle, -0.8, name, ha="left", va="bottom", fontsize=8, rotation=60,
            rotation_mode="anchor",
        )  # fmt: skip


def recall(document: dict[str, Any]) -> Figure:
    """The recall of each country with its 95 % Wilson interval, by subregion."""
    countries = document["per_country"]
    groups = [(s.name, [c for c in s.countries if c in countries]) for s in SUBREGIONS]
    groups = [(name, codes) for name, codes in groups if codes]
    rows = pd.DataFrame([{"code": c, **countries[c]} for _, codes in groups for c in codes])
    figure = Figure(figsize=(8, 1.6 + 0.185 * len(rows)), layout="constrained")
    axes = figure.subplots()
    heights = np.arange(len(rows))
    errors = [rows["recall"] - rows["low"], rows["high"] - rows["recall"]]
    axes.errorbar(
        rows["recall"], heights, xerr=np.clip(errors, 0, None), fmt="o", markersize=4,
        elinewidth=1, color="C0", ecolor="0.6",
    )  # fmt: skip
    mean = document["macro_recall"]
    axes.axvline(mean, color="C1", linestyle="--", label=f"macro recall {mean:.1%}")
    labels = [f"{code} {n:>3}" for code, n in zip(rows["code"], rows["n"], strict=True)]
    axes.set_yticks(heights, labels, fontsize=8, family="monospace")
    end = 0
    for name, codes in groups:
        axes.text(1.02, end + len(codes) / 2 - 0.5, name, va="center", fontsize=8)
        end += len(codes)
        if end < len(rows):
            axes.axhline(end - 0.5, color="0.8", linewidth=0.7)
    axes.set(xlim=(-0.02, 1.01), ylim=(len(rows) - 0.5, -0.5), xlabel="recall")
    axes.set_ylabel("country, and its places")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1))
    axes.set_title(_title(document), loc="left", fontsize=10, pad=24)
    return figure


def reliability(document: dict[str, Any]) -> Figure:
    """Accuracy against confidence, before and after the temperature; areas are counts of places.

    On the diagonal the net knows what it knows.
    """
    figure = Figure(figsize=(9, 5), layout="constrained")
    temperature = document["temperature"]
    for axes, key, error, title in zip(
        figure.subplots(1, 2, sharey=True),
        ("reliability_before", "reliability"),
        (document["ece_before"], document["ece"]),
        ("without temperature", f"with temperature {temperature:.2f}"),
        strict=True,
    ):
        bins = pd.DataFrame(document[key])
        axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
        axes.plot(bins["confidence"], bins["accuracy"], color="C0", linewidth=0.8)
        size = 400 * bins["n"] / bins["n"].max()
        axes.scatter(bins["confidence"], bins["accuracy"], s=size, alpha=0.6, clip_on=False)
        axes.set(xlabel="confidence", xlim=(0, 1), ylim=(0, 1), aspect="equal")
        axes.set_title(f"{title}: ECE {error:.3f}", fontsize=10)
    figure.axes[0].set_ylabel("accuracy")
    figure.suptitle(_title(document), fontsize=10)
    return figure


def _title(document: dict[str, Any]) -> str:
    return (
        f"{document['split']} split, {document['n']:,} places: top-1 {document['top1']:.1%} "
        f"[{document['top1_low']:.1%}, {document['top1_high']:.1%}]"
    )
