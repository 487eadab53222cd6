"""How often each level of the opponent is right."""

from __future__ import annotations

from typing import Any

from model.data.collection import Collection
from model.errors import DataError
from model.evaluation.metrics import wilson
from model.evaluation.views import middle_crop, readable
from model.levels import LEVELS, Accuracy, Level, looks
from model.predictor import Predictor


def measure(predictor: Predictor, collection: Collection, split: str) -> dict[Level, Accuracy]:
    """Let every level guess at the middle crop of each place, or at a photo as it is.

    Args:
        predictor: the net.
        collection: where to take the places from.
        split: ``all``, or one of its splits.

    Raises:
        DataError: no picture of the split can be read.
    """
    hits, n = dict.fromkeys(LEVELS, 0), 0
    for number, panorama in readable(collection, collection.of_split(split), title=split):
        (crop,) = middle_crop(*panorama.size)
        shown, truth = panorama.crop(crop.box), collection.places[number].country
        n += 1
        for level in LEVELS:
            seen = looks(panorama, crop, shown, level)
            hits[level] += predictor.analyse(*seen).prediction.country == truth
    if not n:
        raise DataError(f"no readable picture in the split {split}; give more data")
    return {level: _accuracy(hits[level], n) for level in LEVELS}


def _accuracy(hits: int, n: int) -> Accuracy:
    low, high = wilson(hits, n)
    return Accuracy(n, round(hits / n, 4), round(low, 4), round(high, 4))


def levels_text(document: dict[str, Any]) -> str:
    """What ``model.measure_levels`` has measured, for people."""
    lines = []
    for kind, figures in document["accuracy"].items():
        lines.append(f"{kind}, {next(iter(figures.values()))['n']} places")
        for level, one in figures.items():
            interval = f"[{one['low']:.1%}, {one['high']:.1%}]"
            lines.append(f"  {level.replace('_', ' '):<15} {one['top1']:>6.1%} {interval}")
    return "\n".join(lines)
