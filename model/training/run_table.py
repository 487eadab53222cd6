"""A table over training runs, in the form of the experiment's.

The val figures of a run are those of the best epoch in its log. A head is written as in the
experiment: the layers behind the first one, which it counted to the backbone; C is the number of
countries.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field, TypeAdapter

from model.backbones import pretrained_weights
from model.data.collection import Collection
from model.data.documents import Count, Positive, Share, T, read_document
from model.errors import DataError, fault
from model.evaluation.metrics import wilson
from model.evaluation.report import evaluate
from model.predictor import Predictor

RunSummary = dict[str, Any]
"""One row of the table, as ``model.compare --json`` prints it."""

JUDGED = ("n", "top1", "top1_low", "top1_high", "top5", "macro_recall", "trained_on")
"""What the table takes over from an evaluation."""

SHARES = ["val_top1", "val_macro_recall"]
LOG_COLUMNS = ["stage", "epoch", "train_loss", "val_loss", *SHARES]


@dataclass(frozen=True)
class _Stage:
    freeze: str
    epochs: Positive
    lr_from: Positive
    lr_to: Positive
    solver: str


@dataclass(frozen=True)
class _Network:
    backbone: str
    head: list[Count]


@dataclass(frozen=True)
class _Preprocessing:
    short_side_px: Count


@dataclass(frozen=True)
class _Config:
    """The settings that the table shows; keys that it does not know do not matter."""

    network: _Network
    preprocessing: _Preprocessing
    stages: Annotated[list[_Stage], Field(min_length=1)]
    pretrained: bool
    start_from: list[str] = field(default_factory=list)
    weights_file: str = ""
    flip: bool | None = None
    weights: str = field(init=False)
    """What the run started from, in words."""

    def __post_init__(self) -> None:
        if self.start_from:
            weights = ", ".join(self.start_from)
        elif self.weights_file:
            weights = Path(self.weights_file).name
        else:  # raises ValueError if there is no such backbone
            weights = pretrained_weights(self.network.backbone) if self.pretrained else "random"
        object.__setattr__(self, "weights", weights)


@dataclass(frozen=True)
class _Best:
    val_top1: Share
    val_macro_recall: Share


@dataclass(frozen=True)
class _Info:
    """What a checkpoint remembers of its run."""

    config: _Config | None = None
    best: _Best | None = None
    places: dict[str, Count] = field(default_factory=dict)
    revision: str | None = None


@dataclass(frozen=True)
class _Checkpoint:
    info: _Info
    split_fingerprint: str | None = None


@dataclass(frozen=True)
class _Run:
    config: _Config
    split_fingerprint: str | None = None
    revision: str | None = None


def read_log(run: Path) -> pd.DataFrame:
    """The epochs of a run, from its ``log.csv``.

    Raises:
        DataError: no such file, an empty one, or one without what every run writes.
    """
    file = run / "log.csv"
    remedy = "give the folder of a run that finished an epoch"
    try:
        log = pd.read_csv(file)
    except OSError as error:
        raise DataError(fault(file, "cannot be read", remedy, error)) from None
    except ValueError as error:  # pandas' own errors are among them
        raise DataError(fault(file, "no table", remedy, error)) from None
    for column in LOG_COLUMNS:
        if column not in log or not pd.api.types.is_numeric_dtype(log[column]):
            raise DataError(f"{file}: no column {column} with numbers; {remedy}")
    if log.empty:
        raise DataError(f"{file}: no epoch in it; {remedy}")
    figures = log[LOG_COLUMNS]
    sound = np.isfinite(figures) & (figures >= 0) & ((figures <= 1) | ~figures.columns.isin(SHARES))
    if wrong := np.flatnonzero(~sound.all(axis=1)).tolist():
        raise DataError(f"{file}: line {wrong[0] + 2}: not figures of an epoch; {remedy}")
    return log


def describe(run: Path) -> RunSummary:
    """What there is to say about a run without judging it.

    Raises:
        DataError: the folder is neither a run nor a checkpoint, or its files are damaged.
    """
    file, checkpoint = run / "config.json", run / "checkpoint"
    document: _Checkpoint | _Run
    done: float | None = None
    if "network" in _read(file, TypeAdapter(dict[str, Any])):
        # A checkpoint by itself, which remembers its run.
        document = _read(file, TypeAdapter(_Checkpoint))
        info, state, is_there, checkpoint = document.info, "checkpoint", True, run
        config, best, revision = info.config, info.best, info.revision
        if config is None:
            raise DataError(f"{file}: not the settings of a run (no info.config); train it again")
    else:
        document = _read(file, TypeAdapter(_Run))
        config, revision = document.config, document.revision
        best, done = _progress(run, config)
        info, is_there = _Info(), (checkpoint / "config.json").is_file()
        if is_there:
            info = _read(checkpoint / "config.json", TypeAdapter(_Checkpoint)).info
        # The best epoch so far is there before the run is over.
        planned = sum(stage.epochs for stage in config.stages)
        state = "finished" if is_there and done >= planned else "unfinished"
    return {
        "run": str(run),
        "state": state,
        "epochs_done": done,
        "backbone": config.network.backbone,
        "head": config.network.head,
        "weights": config.weights,
        "stages": [asdict(stage) for stage in config.stages],
        "short_side_px": config.preprocessing.short_side_px,
        "flip": config.flip,
        "train_places": _of_split(info.places, "train") or None,
        "val": _val(best, info.places),
        "split_fingerprint": document.split_fingerprint,
        "revision": revision,
        "checkpoint": str(checkpoint) if is_there else None,
    }


def _read(file: Path, shape: TypeAdapter[T]) -> T:
    try:
        return read_document(file, shape)
    except FileNotFoundError:
        raise DataError(
            f"{file.parent}: no run ({file.name} is missing); give a folder that model.train --out "
            "filled"
        ) from None
    except OSError as error:
        raise DataError(fault(file, "cannot be read", "restore it or train again", error)) from None
    except ValueError as error:
        what = "not the settings of a run"
        raise DataError(fault(file, what, "restore it or train again", error)) from None


def _progress(run: Path, config: _Config) -> tuple[_Best | None, float]:
    """The best epoch that the log holds, and how many epochs are behind the run."""
    if not (run / "log.csv").is_file():
        return None, 0.0
    log = read_log(run)
    last = log.iloc[-1]
    epochs = [stage.epochs for stage in config.stages]
    if last["stage"] not in range(len(epochs)):
        raise DataError(f"{run}: log.csv and config.json do not fit; train it again")
    stage = int(last["stage"])
    best = log.sort_values("val_loss").iloc[0]
    done = sum(epochs[:stage]) + min(float(last["epoch"]), epochs[stage])
    return _Best(float(best["val_top1"]), float(best["val_macro_recall"])), done


def _of_split(places: Mapping[str, int], split: str) -> int:
    """Places of all sources: their names are such as "photos val"."""
    return sum(count for name, count in places.items() if name.endswith(f" {split}"))


def _val(best: _Best | None, places: Mapping[str, int]) -> RunSummary | None:
    """Figures of the val split; how many places it has is known once there is a checkpoint."""
    if best is None:
        return None
    n, top1 = _of_split(places, "val"), best.val_top1
    found: RunSummary = {"top1": top1, "macro_recall": best.val_macro_recall}
    if n:
        low, high = wilson(top1 * n, n)
        found |= {"n": n, "top1_low": low, "top1_high": high}
    return found


def evaluate_runs(
    rows: Sequence[RunSummary], collection: Collection, split: str, views: str
) -> None:
    """Judge the checkpoint of each row and put the figures under ``judged``; ``None`` without one.

    Raises:
        CheckpointError: a damaged checkpoint.
        DataError: no place could be judged.
    """
    for row in rows:
        row["judged"] = None
        if row["checkpoint"] is None:
            continue
        predictor = Predictor.open(Path(row["checkpoint"]))
        document = evaluate(predictor, collection, split, views)
        row["judged"] = {"split": split, "views": views, **{key: document[key] for key in JUDGED}}


def cells(row: RunSummary) -> dict[str, str]:
    """A row of the table, as text by column."""
    shown = {
        "run": row["run"],
        "backbone": row["backbone"],
        "head": _head(row["head"]),
        "weights": row["weights"],
        "learning rate": _schedule(row["stages"]),
        "epochs": _epochs(row),
        "short side": str(row["short_side_px"]),
        "frozen": " -> ".join(dict.fromkeys(stage["freeze"] for stage in row["stages"])),
        "val top-1": _share(row["val"]),
    }
    if "judged" in row:
        judged = row["judged"]
        shown |= {"judged": _share(judged), "n": str(judged["n"]) if judged else "-"}
    return shown


def _head(widths: Sequence[int]) -> str:
    names = [*map(str, widths), "C"]
    pairs = [f"({a}, {b})" for a, b in itertools.pairwise(names)]
    return " -> ".join(pairs) or "C"


def _schedule(stages: Sequence[Mapping[str, Any]]) -> str:
    """From where to where the learning rate falls; stages that go on where one ended are joined."""
    schedules: list[str] = []
    ends: list[float] = []
    for stage in stages:
        if stage["solver"] == "lbfgs":
            schedules.append("L-BFGS")
            ends = []
        elif ends and math.isclose(ends[1], stage["lr_from"]):
            ends = [ends[0], stage["lr_to"]]
            schedules[-1] = " -> ".join(map(_rate, ends))
        else:
            ends = [stage["lr_from"], stage["lr_to"]]
            schedules.append(" -> ".join(map(_rate, ends)))
    return ", ".join(schedules)


def _rate(rate: float) -> str:
    """A learning rate as the experiment writes it: 1e-4."""
    mantissa, exponent = f"{rate:e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def _epochs(row: RunSummary) -> str:
    """How long a run took; L-BFGS takes steps over all places at once instead of epochs."""
    total = sum(stage["epochs"] for stage in row["stages"])
    if row["state"] == "unfinished":
        return f"{row['epochs_done']:g} of {total:g}, unfinished"
    steps = sum(stage["epochs"] for stage in row["stages"] if stage["solver"] == "lbfgs")
    parts = [f"{total - steps:g}"] * (total > steps) + [f"{steps:g} steps"] * (steps > 0)
    return " + ".join(parts)


def _share(figures: Mapping[str, Any] | None) -> str:
    if figures is None:
        return "-"
    interval = ""
    if "top1_low" in figures:
        interval = f" [{figures['top1_low']:.3f}, {figures['top1_high']:.3f}]"
    return f"{figures['top1']:.3f}{interval}"


def markdown(rows: Sequence[RunSummary]) -> str:
    """The table, and notes on what makes rows incomparable."""
    table = [cells(row) for row in rows]
    splits = {row["judged"]["split"] for row in rows if row.get("judged")}
    header = [f"{splits.pop()} acc." if c == "judged" and splits else c for c in table[0]]
    lines = [header, ["---"] * len(table[0]), *(list(row.values()) for row in table)]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    notes = [
        f"{row['run']}: its net trained on {row['judged']['trained_on']} of the judged places"
        for row in rows
        if row.get("judged") and row["judged"]["trained_on"]
    ]
    if len({row["split_fingerprint"] for row in rows}) > 1:
        notes.append("The runs were trained on different data or splits.")
    return "\n".join([*text, *([""] if notes else []), *notes])


def csv_table(rows: Sequence[RunSummary]) -> bytes:
    """The rows with one column for each figure."""
    flat = []
    for row in rows:
        plain = {key: value for key, value in row.items() if not isinstance(value, dict)}
        plain |= {"head": _head(row["head"]), "stages": json.dumps(row["stages"])}
        for part in ("val", "judged"):
            plain |= {f"{part}_{key}": value for key, value in (row.get(part) or {}).items()}
        flat.append(plain)
    return pd.DataFrame(flat).to_csv(index=False).encode()
