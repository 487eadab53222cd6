"""How training went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from model.evaluation.learning_curve import fit_power_law


def curve(logs: Mapping[str, pd.DataFrame]) -> Figure:
    """Loss and validation accuracy over the epochs of all stages: a colour for each run.

    Args:
        logs: name of a run to its epochs, as :func:`model.training.run_table.read_log` gives them.
    """
    figure = Figure(figsize=(10, 4), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    for i, (run, log) in enumerate(logs.items()):
        epochs = np.arange(1, len(log) + 1)
        for axes, solid, dashed in (
            (losses, "val_loss", "train_loss"),
            (accuracies, "val_top1", "val_macro_recall"),
        ):
            for name, style in ((solid, "-"), (dashed, "--")):
                label = f"{run}: {_spoken(name)}" if len(logs) > 1 else _spoken(name)
                axes.plot(epochs, log[name], style, color=f"C{i}", marker=".", label=label)
            if len(logs) == 1:
                _stages(axes, log)
    for axes in (losses, accuracies):
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=8)
    losses.set_ylabel("loss")
    accuracies.set(ylabel="share of the val places", ylim=(0, 1))
    return figure


def learning(
    places: Sequence[int],
    top1: Sequence[float],
    intervals: Sequence[tuple[float, float]],
    more: Sequence[int] = (),
) -> Figure:
    """Top-1 on val over the places learnt from, with a fitted power law and what it foretells.

    Args:
        places: train places of each run; three runs or more, of at least two sizes.
        top1: of each run, in [0, 1).
        intervals: its 95 % interval.
        more: numbers of places to foretell.

    Raises:
        ConfigError: too few runs.
    """
    law = fit_power_law(places, [1 - share for share in top1])
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    low, high = np.transpose(intervals)
    spread = (np.subtract(top1, low), np.subtract(high, top1))
    axes.errorbar(places, top1, spread, fmt="o", color="C0", ecolor="lightgrey", label="runs")
    span = np.geomspace(min(places), max([*places, *more]), 100)
    error, best, worst = np.transpose([law.error(n) for n in span])
    law_text = f"error = {law.scale:.2f} x places^-{law.exponent:.3f} (±{law.exponent_error:.3f})"
    axes.plot(span, 1 - error, color="C1", label=law_text)
    axes.fill_between(span, 1 - worst, 1 - best, color="C1", alpha=0.15, linewidth=0)
    for n in more:
        error, best, worst = law.error(n)
        text = f"{n:,}: {1 - error:.1%}\n[{1 - worst:.1%}, {1 - best:.1%}]"
        axes.annotate(text, (n, 1 - error), (0, 14), textcoords="offset points", ha="right")
        axes.plot(n, 1 - error, "o", color="C1", fillstyle="none")
    axes.set(xscale="log", xlabel="train places", ylabel="top-1 on the val places", ylim=(0, 1))
    axes.set_xticks(sorted({*places, *more}))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def _stages(axes: Axes, log: pd.DataFrame) -> None:
    """A dotted line where a stage ends and the next begins."""
    for start in np.flatnonzero(np.diff(log["stage"])) + 1.5:
        axes.axvline(start, color="grey", linestyle=":")


def _spoken(column: str) -> str:
    return column.replace("top1", "top-1").replace("_", " ")
