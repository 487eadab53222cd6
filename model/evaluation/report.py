"""The document that ``model.evaluate`` writes, and its text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from model.checkpoint import Checkpoint
from model.data.collection import Collection
from model.evaluation import metrics
from model.evaluation.views import SplitPredictions, predict_split
from model.geography import COUNTRY_CODES, neighbours
from model.predictor import Predictor


def evaluate(
    predictor: Predictor, collection: Collection, split: str, views: str
) -> dict[str, Any]:
    """Run the net over the places of a split, and say how good it was.

    Args:
        predictor: the net.
        collection: where to take the places from.
        split: ``all``, or one of its splits.
        views: a key of :data:`model.evaluation.views.VIEWS`.

    Raises:
        DataError: no picture of the split can be read.
    """
    predictions = predict_split(predictor, collection, split, views)
    return evaluation_document(predictor.checkpoint, collection, predictions, split)


def evaluation_document(
    checkpoint: Checkpoint, collection: Collection, predictions: SplitPredictions, split: str
) -> dict[str, Any]:
    """The document that ``model.evaluate --json`` prints.

    Args:
        checkpoint: the net.
        collection: where the places are.
        predictions: the net's, at least one; their first view is the main one.
        split: what to call these places.
    """
    by_view = {
        name: _of_view(logits, predictions, collection, checkpoint.temperature)
        for name, logits in predictions.logits.items()
    }
    main = next(iter(by_view))
    first_looks = predictions.logits[main][:, 0]
    trained = checkpoint.trained
    return {
        "split": split,
        "views": main,
        "temperature": checkpoint.temperature,
        **by_view[main],
        **_details(first_looks, predictions.labels, checkpoint.temperature),
        "by_view": by_view,
        "skipped": {reason: n for reason, n in sorted(predictions.skipped.items()) if n},
        "trained_on": sum(trained.saw(collection, i) for i in predictions.places),
        "split_fingerprint": collection.fingerprint,
    }


def _of_view(
    logits: NDArray[np.float64],
    predictions: SplitPredictions,
    collection: Collection,
    temperature: float,
) -> dict[str, Any]:
    """The figures of one view: of all places, and of each source."""
    labels = predictions.labels
    sources = np.array([collection.places[i].source for i in predictions.places])
    per_source = {
        str(source): metrics.summarise(
            logits[sources == source], labels[sources == source], temperature=temperature
        )
        for source in np.unique(sources)
    }
    everywhere = metrics.summarise(logits, labels, temperature=temperature)
    return {**everywhere, "per_source": per_source}


def _details(
    logits: NDArray[np.float64], labels: NDArray[np.int64], temperature: float
) -> dict[str, Any]:
    """What only the main view has: countries, regions, mistakes, bins of confidence."""
    predicted = logits.argmax(axis=1)
    matrix = metrics.confusion_matrix(predicted, labels)
    return {
        "per_region": metrics.per_region(predicted, labels),
        "per_country": metrics.per_country(predicted, labels),
        "confusions": metrics.confusions(predicted, labels),
        "among_neighbours": metrics.among_neighbours(matrix, neighbours()),
        "labels": list(COUNTRY_CODES),
        "confusion_matrix": matrix.tolist(),
        "confusion_counts": metrics.confusion_counts(matrix),
        "reliability": metrics.reliability(softmax(logits / temperature, axis=1), labels),
        "reliability_before": metrics.reliability(softmax(logits, axis=1), labels),
    }


def evaluation_text(document: dict[str, Any]) -> str:
    """The same for people: a line for each view, source and region."""
    header = f"{'':<16} {'n':>6} {'top-1':>7} {'95 %':>14} {'top-3':>7} {'top-5':>7} "
    lines = [header + f"{'macro':>7} {'ECE':>6} {'before':>7} {'majority':>8}"]
    for view, figures in document["by_view"].items():
        lines.append(_line(view.replace("_", " "), figures))
        if len(figures["per_source"]) > 1:
            lines += [_line(f"  {name}", f) for name, f in figures["per_source"].items()]
    lines += _region_lines(document["per_region"])
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


def _line(name: str, figures: dict[str, Any]) -> str:
    return (
        f"{name:<16} {figures['n']:>6} {figures['top1']:>7.1%} "
        f"[{figures['top1_low']:.1%}, {figures['top1_high']:.1%}] {figures['top3']:>7.1%} "
        f"{figures['top5']:>7.1%} {figures['macro_recall']:>7.1%} {figures['ece']:>6.3f} "
        f"{figures['ece_before']:>7.3f} {figures['majority_share']:>8.1%}"
    )


def _region_lines(regions: dict[str, Any]) -> list[str]:
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
