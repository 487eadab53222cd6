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
from pathlib import Path
from typing import Any

import pandas as pd

from model.backbones import pretrained_weights
from model.data.collection import Collection
from model.errors import DataError, fault
from model.evaluation.metrics import wilson
from model.evaluation.report import evaluate
from model.predictor import Predictor

RunSummary = dict[str, Any]
"""One row of the table, as ``model.compare --json`` prints it."""

JUDGED = ("n", "top1", "top1_low", "top1_high", "top5", "macro_recall", "trained_on")
"""What the table takes over from an evaluation."""

LOG_COLUMNS = ("stage", "train_loss", "val_loss", "val_top1", "val_macro_recall")


def read_log(run: Path) -> pd.DataFrame:
    """The epochs of a run, from its ``log.csv``.

    Raises:
        DataError: no such file, an empty one, or one without the columns that every run writes.
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
    return log


def describe(run: Path) -> RunSummary:
    """What there is to say about a run without judging it.

    Raises:
        DataError: the folder is neither a run nor a checkpoint, or its files are damaged.
    """
    document = _read(run / "config.json", run)
    if "network" in document:  # a checkpoint by itself, which remembers its run
        info = document.get("info", {})
        config, checkpoint, state = info.get("config"), run, "checkpoint"
        is_there = True
        best, places = info.get("best", {}), info.get("places", {})
        done = math.nan
    else:
        config, checkpoint = document.get("config"), run / "checkpoint"
        is_there = (checkpoint / "config.json").is_file()
        best, done = _progress(run, config)
        # The best epoch so far is there before the run is over.
        state = "finished" if is_there and done >= _planned(config) else "unfinished"
        info = _read(checkpoint / "config.json", run)["info"] if is_there else {}
        places = info.get("places", {})
    try:
        return {
            "run": str(run),
            "state": state,
            "epochs_done": None if math.isnan(done) else done,
            **_recipe(config),
            "train_places": _of_split(places, "train") or None,
            "val": _val(best, places),
            "split_fingerprint": document.get("split_fingerprint"),
            "revision": document.get("revision", info.get("revision")),
            "checkpoint": str(checkpoint) if is_there else None,
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{run / 'config.json'}: not the settings of a run ({error!r}); train it again"
        ) from None


def _read(file: Path, run: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"{run}: no run ({file.name} is missing); give a folder that model.train --out filled"
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(fault(file, "cannot be read", "restore it or train again", error)) from None
    if not isinstance(document, dict):
        raise DataError(f"{file}: not the settings of a run; train it again")
    return document


def _progress(run: Path, config: Any) -> tuple[RunSummary, float]:
    """The best epoch that the log holds, and how many epochs are behind the run."""
    if not (run / "log.csv").is_file():
        return {}, 0.0
    log = read_log(run)
    last = log.iloc[-1]
    try:
        epochs = [float(stage["epochs"]) for stage in config["stages"]]
        stage = int(last["stage"])
        done = sum(epochs[:stage]) + min(float(last["epoch"]), epochs[stage])
    except (KeyError, TypeError, IndexError):
        raise DataError(f"{run}: log.csv and config.json do not fit; train it again") from None
    best = log.sort_values("val_loss").iloc[0]
    return {str(key): value for key, value in best.items()}, done


def _planned(config: Any) -> float:
    return sum(float(stage["epochs"]) for stage in config["stages"])


def _recipe(config: Mapping[str, Any]) -> RunSummary:
    """The settings that the table shows; keys that it does not know do not matter."""
    network = config["network"]
    keys = ("freeze", "epochs", "lr_from", "lr_to", "solver")
    return {
        "backbone": network["backbone"],
        "head": list(network["head"]),
        "weights": _weights(config, network["backbone"]),
        "stages": [{key: stage[key] for key in keys} for stage in config["stages"]],
        "short_side_px": config["preprocessing"]["short_side_px"],
        "flip": config.get("flip"),
    }


def _weights(config: Mapping[str, Any], backbone: str) -> str:
    if starts := config.get("start_from"):
        return ", ".join(starts)
    if config.get("weights_file"):
        return Path(config["weights_file"]).name
    return pretrained_weights(backbone) if config["pretrained"] else "random"


def _of_split(places: Mapping[str, int], split: str) -> int:
    """Places of all sources: their names are such as "photos val"."""
    return sum(count for name, count in places.items() if name.endswith(f" {split}"))


def _val(best: Mapping[str, Any], places: Mapping[str, int]) -> RunSummary | None:
    """Figures of the val split; how many places it has is known once there is a checkpoint."""
    if "val_top1" not in best:
        return None
    n = _of_split(places, "val")
    top1 = float(best["val_top1"])
    found: RunSummary = {"top1": top1, "macro_recall": float(best["val_macro_recall"])}
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
