"""How faithful the heat maps are over a split: each is tried out against random regions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from model.data.collection import Collection
from model.errors import DataError
from model.evaluation.metrics import bootstrap_mean, wilson
from model.evaluation.views import walk
from model.explanation.occlusion import Faithfulness, Occlusion
from model.predictor import Predictor

REGIONS = 2
"""Random regions of each map: the places differ far more than the regions of one place do."""

LAYERS = ("back", "front")
"""What maps may be of: the trunk's end, or what lies before its last blocks, in finer cells."""


@dataclass(frozen=True)
class MapFaithfulness:
    """One map tried out: what occlusion did, and its deletion and insertion curves."""

    occlusion: Occlusion
    curves: Faithfulness


@dataclass
class SplitFaithfulness:
    """The maps of one split.

    Attributes:
        measured: by source, those that were tried out.
        blank: by source, how many were blank.
        unreadable: how many pictures could not be read.
    """

    measured: dict[str, list[MapFaithfulness]] = field(default_factory=dict)
    blank: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0


def measure_split(
    predictor: Predictor,
    collection: Collection,
    split: str,
    *,
    limit: int | None = None,
    regions: int = REGIONS,
    seed: int = 0,
    layer: str = LAYERS[0],
) -> SplitFaithfulness:
    """Try out the map of the net's guess for every place of a split, or for some of them.

    Costs ``14 * (1 + regions)`` forward passes and a few more for each place.

    Args:
        predictor: the net.
        collection: where to take the places from.
        split: of which split.
        limit: take a random sample of so many places; all of them if ``None``.
        regions: how many random ones for each map, at least 2.
        seed: of the sample and of the random regions.
        layer: the maps' (:meth:`model.predictor.Analysis.heatmap_of`).

    Raises:
        DataError: no map could be tried out.
    """
    numbers = collection.of_split(split)
    if limit is not None and limit < len(numbers):
        rng = np.random.default_rng(seed)
        numbers = np.sort(rng.choice(numbers, limit, replace=False)).tolist()
    found, skipped = SplitFaithfulness(), Counter[str]()
    for view in walk(predictor, collection, numbers, title=split, skipped=skipped):
        source = collection.places[view.number].source
        guess = view.analysis.prediction.country
        if layer == LAYERS[0]:
            heatmap = view.analysis.heatmap(guess)
        else:
            heatmap = view.analysis.heatmap_of(layer, guess)
        sample = seed + view.number
        occlusion = view.analysis.occlude(heatmap, regions=regions, seed=sample)
        curves = view.analysis.faithfulness(heatmap, regions=regions, seed=sample)
        if occlusion is None or curves is None:
            found.blank[source] += 1
        else:
            found.measured.setdefault(source, []).append(MapFaithfulness(occlusion, curves))
    found.unreadable = skipped["unreadable"]
    if not found.measured:
        raise DataError(
            f"no map of the split {split} of {len(collection.places)} places could be tried out; "
            "give more data, or --split all"
        )
    return found


def faithfulness_document(found: SplitFaithfulness, *, seed: int = 0) -> dict[str, Any]:
    """The document that ``--json`` prints: all sources together, and each of them.

    Every figure but the counts is a mean over places in units of probability, with the ends of its
    95 % interval: ``covering`` (how far the guess falls when the strongest region is covered),
    ``covering_random``, and the ``gain`` of the one over the other; the areas under both kinds of
    curves and their gains, which are above 0 where the map is better than random. ``better`` is
    the share of places where covering the map's region lowers the guess more than random ones do
    in the mean.
    """
    everything = [one for those in found.measured.values() for one in those]
    return {
        **_figures(everything, found.blank.total(), seed),
        "unreadable": found.unreadable,
        "per_source": {
            source: _figures(those, found.blank[source], seed)
            for source, those in sorted(found.measured.items())
        },
    }


def _figures(measured: Sequence[MapFaithfulness], blank: int, seed: int) -> dict[str, Any]:
    occluded, curves = [one.occlusion for one in measured], [one.curves for one in measured]
    drop = np.array([one.before - one.after for one in occluded])
    random = np.array([one.before - one.random_mean for one in occluded])
    deletion = np.array([(one.deletion_auc, one.random_auc) for one in curves])
    insertion = np.array([(one.insertion_auc, one.random_insertion_auc) for one in curves])
    columns = {
        "before": np.array([one.before for one in occluded]),
        "covering": drop,
        "covering_random": random,
        "covering_gain": drop - random,
        "deletion_auc": deletion[:, 0],
        "deletion_random_auc": deletion[:, 1],
        "deletion_gain": deletion[:, 1] - deletion[:, 0],
        "insertion_auc": insertion[:, 0],
        "insertion_random_auc": insertion[:, 1],
        "insertion_gain": insertion[:, 0] - insertion[:, 1],
    }
    hits = int((drop > random).sum())
    low, high = wilson(hits, len(measured))
    return {
        "n": len(measured),
        "blank": blank,
        "share_covered": float(np.mean([one.share for one in occluded])),
        "better": {"n": hits, "share": hits / len(measured), "low": low, "high": high},
        **{name: bootstrap_mean(values, seed) for name, values in columns.items()},
    }


TEXT_LINES = (
    ("covering", "lowers the guess by", "covering", "covering_random"),
    ("deletion", "area under the curve", "deletion_auc", "deletion_random_auc"),
    ("insertion", "area under the curve", "insertion_auc", "insertion_random_auc"),
)
"""What the text says of the maps, in which words, and where the figures of map and random stand."""


def faithfulness_text(document: dict[str, Any]) -> str:
    """The same for people, in points of a hundred: all sources together, and each of them."""

    def points(figure: dict[str, float]) -> str:
        mean, low, high = (100 * figure[key] for key in ("mean", "low", "high"))
        return f"{mean:.1f} [{low:.1f}, {high:.1f}]"

    lines = []
    for name, figures in {"all": document, **document["per_source"]}.items():
        better = figures["better"]
        lines.append(
            f"{name}: {figures['n']} maps, {figures['blank']} more were blank; "
            f"better than random in {better['share']:.0%} [{better['low']:.0%}, "
            f"{better['high']:.0%}]"
        )
        for what, unit, map_key, random_key in TEXT_LINES:
            gain = points(figures[f"{what}_gain"])
            lines.append(
                f"  {what}: {unit} {points(figures[map_key])} points, "
                f"random {points(figures[random_key])}, gain {gain}"
            )
    return "\n".join(lines)
