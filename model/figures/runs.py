"""How training went."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure


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


def _stages(axes: Axes, log: pd.DataFrame) -> None:
    """A dotted line where a stage ends and the next begins."""
    for start in np.flatnonzero(np.diff(log["stage"])) + 1.5:
        axes.axvline(start, color="grey", linestyle=":")


def _spoken(column: str) -> str:
    return column.replace("top1", "top-1").replace("_", " ")
