"""How often each level of the opponent is right."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from model.data.collection import Collection
from model.errors import DataError
from model.evaluation.metrics import wilson
from model.evaluation.views import middle_crop, readable
from model.levels import LEVELS, PHOTOGRAPHED, RENDERED, Accuracy, Level, Measured, looks
from model.predictor import Predictor
from model.types import PRACTICE_SOURCE


def measure(predictor: Predictor, collection: Collection, split: str) -> Measured:
    """Let every level guess at the middle crop of each place, or at a photo as it is.

    What the net learnt from is left out.

    Args:
        predictor: the net.
        collection: where to take the places from.
        split: ``all``, or one of its splits.

    Raises:
        DataError: no picture of the split can be read, or the net learnt from them all.
    """
    hits: defaultdict[str, Counter[Level]] = defaultdict(Counter)
    n: Counter[str] = Counter()
    trained = predictor.checkpoint.trained
    numbers = [i for i in collection.of_split(split) if not trained.saw(collection, i)]
    for number, panorama in readable(collection, numbers, title=split):
        (crop,) = middle_crop(*panorama.size)
        shown, place = panorama.crop(crop.box), collection.places[number]
        kind = RENDERED if place.source == PRACTICE_SOURCE else PHOTOGRAPHED
        n[kind] += 1
        for level in LEVELS:
            seen = looks(panorama, crop, shown, level)
            hits[kind][level] += predictor.analyse(*seen).prediction.country == place.country
    if not n:
        raise DataError(
            f"no readable picture in the split {split} that the net never learnt from; "
            "give more data"
        )
    return {kind: {one: _accuracy(hits[kind][one], n[kind]) for one in LEVELS} for kind in n}


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
