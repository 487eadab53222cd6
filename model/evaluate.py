"""How good is a checkpoint on a data directory?

usage::

    python -m model.evaluate --data DIR [--data DIR ...] [--checkpoint DIR]
                             [--split all|train|val|test] [--views whole|one|both|all] [--json -]

Every place is judged. A photo is looked at as it is; of a panorama there are four views:

- ``whole``: the panorama at one look;
- ``one_crop``: its middle crop, the like of which a player and the net see in a round;
- ``several_crops``: each of three crops that cover all of it, by itself;
- ``crops_averaged``: those three together, their logits averaged.

The main figures are those of ``whole`` (of ``one_crop`` with ``--views one``); under ``by_view``
the views stand beside each other. ``ece_before`` is the calibration error without the temperature,
which was fitted on the val split of the training run.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from model import cli
from model.checkpoint import Checkpoint, load
from model.data.collection import Collection
from model.errors import DataError, PictureError
from model.evaluation import metrics
from model.geography import COUNTRY_CODES, COUNTRY_INDEX, neighbours
from model.predictor import Predictor
from model.types import Crop

log = logging.getLogger(__name__)

VIEWS: dict[str, tuple[str, ...]] = {
    "whole": ("whole",),
    "one": ("one_crop",),
    "both": ("whole", "one_crop"),
    "all": ("whole", "one_crop", "several_crops", "crops_averaged"),
}
"""What ``--views`` judges; the first is the main one."""

CROPS = 3
"""Odd, so that the middle crop is among them; three cover a panorama of 360 x 66 degrees."""


@dataclass
class Judged:
    """Predictions for the places of one split that could be read.

    Attributes:
        places: their numbers in the collection.
        labels: the class of each.
        whole: probabilities of each place looked at whole: n rows of 56.
        crops: for each place those of its crops, 1 or ``CROPS`` of them; empty if not asked for.
        skipped: how many pictures were left out, by reason.
    """

    places: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    whole: list[tuple[float, ...]] = field(default_factory=list)
    crops: list[list[tuple[float, ...]]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def view(self, name: str) -> NDArray[np.float64]:
        """Probabilities of one view: [n, looks, 56]."""
        if name == "whole":
            return np.array(self.whole)[:, None]
        crops = np.array(self.crops)
        if name == "one_crop":
            return crops[:, crops.shape[1] // 2][:, None]
        return metrics.averaged(crops)[:, None] if name == "crops_averaged" else crops


def judge(predictor: Predictor, collection: Collection, split: str, views: str) -> Judged:
    """Run the net over the places of a split.

    Unreadable pictures are named in a warning, left out and counted.
    """
    judged = Judged(skipped=Counter(collection.skipped))
    crops = {"whole": 0, "all": CROPS}.get(views, 1)
    for number in tqdm(collection.of_split(split), unit="place", desc=split, disable=None):
        try:
            picture = collection.picture(number)
        except PictureError as error:
            log.warning("%s", error)
            judged.skipped["unreadable"] += 1
            continue
        judged.places.append(number)
        judged.labels.append(COUNTRY_INDEX[collection.places[number].country])
        _look(predictor, picture, judged, crops, with_whole=views != "one")
    return judged


def _look(
    predictor: Predictor, picture: Image.Image, judged: Judged, crops: int, *, with_whole: bool
) -> None:
    """Judge one picture; what is not wider than a crop is looked at once for all views."""

    def probabilities(shown: Image.Image) -> tuple[float, ...]:
        return predictor.analyse(shown).prediction.probabilities

    is_wide = Crop.at(*picture.size, 0.5).width_px < picture.width
    whole = probabilities(picture) if with_whole or not is_wide else ()
    if with_whole:
        judged.whole.append(whole)
    if crops:
        spots = np.linspace(0, 1, crops) if crops > 1 else [0.5]
        boxes = [Crop.at(*picture.size, where).box for where in spots]
        judged.crops.append(
            [probabilities(picture.crop(box)) for box in boxes] if is_wide else [whole] * crops
        )


def report(
    predictor: Predictor, collection: Collection, judged: Judged, split: str, views: str
) -> dict[str, Any]:
    """The document that ``--json`` prints.

    Raises:
        DataError: no place could be judged.
    """
    if not judged.labels:
        raise DataError(
            f"no readable picture in the split {split} of {len(collection.places)} places; "
            "give more data, or --split all"
        )
    checkpoint = predictor.checkpoint
    by_view = {name: _of_view(judged, name, collection, checkpoint) for name in VIEWS[views]}
    main = VIEWS[views][0]
    return {
        "split": split,
        "views": main,
        "temperature": checkpoint.temperature,
        **by_view[main],
        **_details(judged.view(main)[:, 0], np.array(judged.labels), checkpoint.temperature),
        "by_view": by_view,
        "skipped": {reason: n for reason, n in sorted(judged.skipped.items()) if n},
        "trained_on": sum(checkpoint.trained.covers(collection.places[i]) for i in judged.places),
        "split_fingerprint": collection.fingerprint,
    }


def _of_view(
    judged: Judged, view: str, collection: Collection, checkpoint: Checkpoint
) -> dict[str, Any]:
    """The figures of one view: of all places, and of each source."""
    probabilities = judged.view(view)
    labels = np.array(judged.labels)
    sources = np.array([collection.places[i].source for i in judged.places])
    looks = probabilities.shape[1]

    def summary(chosen: NDArray[np.bool_]) -> dict[str, Any]:
        return metrics.summarise(
            probabilities[chosen].reshape(-1, len(COUNTRY_CODES)),
            labels[chosen].repeat(looks),
            temperature=checkpoint.temperature,
            looks=looks,
        )

    return {
        **summary(np.ones(len(labels), dtype=bool)),
        "per_source": {str(source): summary(sources == source) for source in np.unique(sources)},
    }


def _details(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], temperature: float
) -> dict[str, Any]:
    """What only the main view has: countries, regions, mistakes, bins of confidence."""
    predicted = probabilities.argmax(axis=1)
    matrix = metrics.confusion_matrix(predicted, labels)
    before = metrics.uncalibrated(probabilities, temperature)
    return {
        "per_region": metrics.per_region(predicted, labels),
        "per_country": metrics.per_country(predicted, labels),
        "confusions": metrics.confusions(predicted, labels),
        "among_neighbours": metrics.among_neighbours(matrix, neighbours()),
        "labels": list(COUNTRY_CODES),
        "confusion_matrix": matrix.tolist(),
        "confusion_counts": metrics.confusion_counts(matrix),
        "reliability": metrics.reliability(probabilities, labels),
        "reliability_before": metrics.reliability(before, labels),
    }


def _line(name: str, figures: dict[str, Any]) -> str:
    return (
        f"{name:<16} {figures['n']:>6} {figures['top1']:>7.1%} "
        f"[{figures['top1_low']:.1%}, {figures['top1_high']:.1%}] {figures['top3']:>7.1%} "
        f"{figures['top5']:>7.1%} {figures['macro_recall']:>7.1%} {figures['ece']:>6.3f} "
        f"{figures['ece_before']:>7.3f} {figures['majority_share']:>8.1%}"
    )


def _text(document: dict[str, Any]) -> str:
    header = f"{'':<16} {'n':>6} {'top-1':>7} {'95 %':>14} {'top-3':>7} {'top-5':>7} "
    lines = [header + f"{'macro':>7} {'ECE':>6} {'before':>7} {'majority':>8}"]
    for view, figures in document["by_view"].items():
        lines.append(_line(view.replace("_", " "), figures))
        if len(figures["per_source"]) > 1:
            lines += [_line(f"  {name}", f) for name, f in figures["per_source"].items()]
    lines += _regions(document["per_region"])
    among = document["among_neighbours"]
    if among["n"]:
        lines.append(
            f"of {among['n']} mistakes {among['share']:.1%} [{among['low']:.1%}, "
            f"{among['high']:.1%}] name a neighbour; by chance {among['expected']:.1%} would"
        )
    lines += [f"left out: {n} {reason}" for reason, n in document["skipped"].items()]
    if document["trained_on"]:
        lines.append(f"the net trained on {document['trained_on']} of these places, or nearby")
    return "\n".join(lines)


def _regions(regions: dict[str, Any]) -> list[str]:
    header = f"{'':<16} {'n':>6} {'top-1':>7} {'95 %':>14} {'on the right continent':>23}"
    return [
        header,
        *(
            f"{name.replace('_', ' '):<16} {f['n']:>6} {f['recall']:>7.1%} "
            f"[{f['low']:.1%}, {f['high']:.1%}] {f['in_region']:>8.1%} "
            f"[{f['in_region_low']:.1%}, {f['in_region_high']:.1%}]"
            for name, f in regions.items()
        ),
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluate", description="How good is a checkpoint on a data directory?"
    )
    cli.add_data(parser)
    cli.add_split(parser)
    parser.add_argument(
        "--views",
        choices=VIEWS,
        default="both",
        help="judge panoramas whole, one crop of each as in the game, both (default), or all: "
        f"also {CROPS} crops of each, one by one and averaged",
    )
    cli.add_checkpoint(parser)
    cli.add_json(parser)
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    predictor = Predictor(load(args.checkpoint))
    collection = cli.open_data(args.data)
    judged = judge(predictor, collection, args.split, args.views)
    document = report(predictor, collection, judged, args.split, args.views)
    cli.emit(document, args.json, lambda: _text(document))


if __name__ == "__main__":
    cli.run(main)
