"""Figures of what lies on disk: manifests, runs, evaluations, checkpoints, photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from model.checkpoint import load
from model.data.collection import Collection
from model.data.pictures import read_picture
from model.data.thinning.manifest import read_manifest
from model.errors import ConfigError, DataError
from model.evaluation.report import evaluate
from model.explanation.sanity import cascade
from model.figures.data import thinning
from model.figures.judged import confusion, read_evaluation, recall, reliability
from model.figures.maps import choose_entries, gallery, sanity
from model.figures.runs import curve, learning
from model.predictor import Predictor
from model.training.run_table import describe, read_log

JUDGED = {
    "confusion": "which country is taken for which, by region",
    "recall": "recall of each country with its interval",
    "reliability": "calibration before and after temperature",
}
"""The figures of an evaluation, and what they show."""

_DRAW = {"confusion": confusion, "recall": recall, "reliability": reliability}


def thinning_of(manifest: Path) -> Figure:
    """What a manifest kept of each country.

    Raises:
        DataError: it cannot be read.
    """
    return thinning(read_manifest(manifest).rows)


def curve_of(runs: Sequence[Path]) -> Figure:
    """Loss and accuracy over the epochs of runs.

    Raises:
        ConfigError: none is given.
        DataError: one is no run.
    """
    if not runs:
        raise ConfigError("curve: no run; give the folder of one with --run RUN")
    return curve({str(run): read_log(run) for run in runs})


def learning_of(runs: Sequence[Path], more: Sequence[int]) -> Figure:
    """Top-1 on val over the places that runs learnt from, and a power law through them.

    Args:
        runs: folders of finished runs, three or more, of at least two sizes.
        more: numbers of train places to foretell.

    Raises:
        ConfigError: too few runs, or a number below 1.
        DataError: one is no run, is not finished, or lacks what its checkpoint should know.
    """
    if min(more, default=1) < 1:
        raise ConfigError(f"learning: --places {min(more)}: must be 1 or more")
    rows = [describe(run) for run in runs]
    for row in rows:
        if row["state"] == "unfinished":
            raise DataError(f"{row['run']}: is not finished; go on with it by --resume")
        if not row["train_places"] or "top1_low" not in (row["val"] or {}):
            raise DataError(f"{row['run']}: no checkpoint with val figures; let the run finish")
    vals = [row["val"] for row in rows]
    return learning(
        [row["train_places"] for row in rows],
        [val["top1"] for val in vals],
        [(val["top1_low"], val["top1_high"]) for val in vals],
        more,
    )


def judged_of(
    name: str,
    files: Sequence[Path],
    data: Callable[[], Collection] | None,
    checkpoint: Path,
    split: str,
) -> Figure:
    """A figure of one evaluation, or of what is judged on the spot.

    Args:
        name: one of ``JUDGED``.
        files: evaluations; one, unless there are data.
        data: opens what to judge a checkpoint on instead.
        checkpoint: the directory of it.
        split: of the data.

    Raises:
        ConfigError: not exactly one of both is given.
        DataError, CheckpointError: what is given cannot be used.
    """
    if len(files) + (data is not None) != 1:
        raise ConfigError(f"{name}: give either one --evaluation FILE.json or --data DIR to judge")
    if data is None:
        return _DRAW[name](read_evaluation(files[0]))
    return _DRAW[name](evaluate(Predictor.open(checkpoint), data(), split, "whole"))


def gallery_of(collection: Collection, countries: Sequence[str], checkpoint: Path) -> Figure:
    """The most confident right guesses of these countries, and where the net looked.

    Raises:
        GeoDuelError: a country that is none, or without such a guess; no checkpoint.
    """
    codes = [country.upper() for country in countries]
    return gallery(choose_entries(Predictor.open(checkpoint), collection, codes))


def sanity_of(photo: Path, checkpoint: Path) -> Figure:
    """The map of a photo while the net forgets, part by part.

    Raises:
        PictureError, CheckpointError: one of both cannot be used.
    """
    picture = read_picture(photo)
    return sanity(picture, cascade(load(checkpoint), picture))
