"""How good is a checkpoint on a data directory?

usage::

    python -m model.evaluate --data DIR [--data DIR ...] [--checkpoint DIR]
                             [--split all|train|val|test] [--views whole|one|both] [--json -]

Every place is judged once: a photo as it is, a panorama whole (``views: whole``). What a player
and the net see in a round is one crop; the figures for the middle crop stand under ``one_crop``.
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
from tqdm import tqdm

from model import cli
from model.checkpoint import load
from model.data.collection import Collection
from model.metrics import confusion_matrix, confusions, per_country, reliability, summarise
from model.predict import Predictor
from model.types import COUNTRY_INDEX, Crop, DataError, PictureError

log = logging.getLogger(__name__)

VIEWS = ("whole", "one", "both")


@dataclass
class Judged:
    """Predictions for the places of one split that could be read."""

    places: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    whole: list[tuple[float, ...]] = field(default_factory=list)
    one: list[tuple[float, ...]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def judge(predictor: Predictor, collection: Collection, split: str, views: str) -> Judged:
    """Run the net over the places of a split.

    Unreadable pictures are named in a warning, left out and counted.
    """
    judged = Judged(skipped=Counter(collection.skipped))
    for number in tqdm(collection.of_split(split), unit="place", desc=split, disable=None):
        try:
            picture = collection.picture(number)
        except PictureError as error:
            log.warning("%s", error)
            judged.skipped["unreadable"] += 1
            continue
        crop = Crop.at(*picture.size, 0.5)
        is_wide = crop.width_px < picture.width
        judged.places.append(number)
        judged.labels.append(COUNTRY_INDEX[collection.places[number].country])
        middle = picture.crop(crop.box) if is_wide and views != "whole" else picture
        looked = predictor.play(middle).prediction.probabilities
        judged.one.append(looked)
        if views == "both" and is_wide:
            looked = predictor.play(picture).prediction.probabilities
        judged.whole.append(looked)
    return judged


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
    labels = np.array(judged.labels)
    main = np.array(judged.one if views == "one" else judged.whole)
    predicted = main.argmax(axis=1)
    checkpoint = predictor.checkpoint
    document = {
        "split": split,
        "views": "one" if views == "one" else "whole",
        **summarise(main, labels),
        "per_source": _per_source(collection, judged, main, labels),
        "per_country": per_country(predicted, labels),
        "confusions": confusions(predicted, labels),
        "confusion_matrix": confusion_matrix(predicted, labels).tolist(),
        "reliability": reliability(main, labels),
        "skipped": {reason: n for reason, n in sorted(judged.skipped.items()) if n},
        "trained_on": sum(checkpoint.trained.covers(collection.places[i]) for i in judged.places),
        "split_fingerprint": collection.fingerprint,
    }
    if views == "both":
        one = np.array(judged.one)
        document["one_crop"] = {
            **summarise(one, labels),
            "per_source": _per_source(collection, judged, one, labels),
        }
    return document


def _per_source(
    collection: Collection,
    judged: Judged,
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
) -> dict[str, Any]:
    sources = np.array([collection.places[i].source for i in judged.places])
    return {
        str(source): summarise(probabilities[sources == source], labels[sources == source])
        for source in np.unique(sources)
    }


def _line(name: str, figures: dict[str, Any]) -> str:
    return (
        f"{name:<12} {figures['n']:>6} {figures['top1']:>7.1%} "
        f"[{figures['top1_low']:.1%}, {figures['top1_high']:.1%}] {figures['top3']:>7.1%} "
        f"{figures['top5']:>7.1%} {figures['macro_recall']:>7.1%} {figures['ece']:>6.3f} "
        f"{figures['majority_share']:>8.1%}"
    )


def _text(document: dict[str, Any]) -> str:
    header = f"{'':<12} {'n':>6} {'top-1':>7} {'95 %':>14} {'top-3':>7} {'top-5':>7} "
    lines = [header + f"{'macro':>7} {'ECE':>6} {'majority':>8}", _line("all", document)]
    lines += [_line(name, f) for name, f in document["per_source"].items()]
    if "one_crop" in document:
        lines.append(_line("one crop", document["one_crop"]))
    lines += [f"left out: {n} {reason}" for reason, n in document["skipped"].items()]
    if document["trained_on"]:
        lines.append(f"the net trained on {document['trained_on']} of these places, or nearby")
    return "\n".join(lines)


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
        help="judge whole panoramas, one crop of each as in the game, or both (default)",
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
