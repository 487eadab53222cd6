"""Figures of a classifier: accuracy, recall with intervals, calibration, mistakes. Pure functions.

Logits are [n, 56] before the temperature, probabilities [n, 56] with rows that sum to 1, labels and
predicted classes [n] indices into ``COUNTRY_CODES``, shares in [0, 1], intervals at 95 %.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
import sklearn.metrics
from numpy.typing import NDArray
from scipy.special import softmax
from scipy.stats import bootstrap

from model.geography import COUNTRY_CODES, REGION_OF, REGIONS

ECE_BINS = 15
Z_95 = 1.959963984540054

CLASSES = np.arange(len(COUNTRY_CODES))

RESAMPLES = 2000
"""Of the bootstrap, for an interval of 95 %."""


def wilson(hits: float, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share (Wilson 1927), within [0, 1].

    ``hits`` may be a fraction where each of the ``n`` was tried several times, which scipy's
    ``binomtest`` does not take.
    """
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap_mean(values: NDArray[np.float64], seed: int = 0) -> dict[str, float]:
    """The mean of some values and its 95 % interval: percentiles of the resampled means.

    Args:
        values: one for each place; at least one.
        seed: of the resampling.

    Returns:
        ``mean``, and the ends ``low`` and ``high`` of its interval.
    """
    mean = low = high = float(values.mean())
    if len(values) > 1:  # fewer cannot be resampled
        # Some resamples at a time: a table of all of them would be large for a large split.
        found = bootstrap(
            (values,), np.mean, n_resamples=RESAMPLES, batch=100, method="percentile", rng=seed
        )
        low, high = map(float, found.confidence_interval)
    return {"mean": mean, "low": low, "high": high}


def macro_recall(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """The mean recall over the classes that occur among the labels."""
    return float(
        sklearn.metrics.recall_score(labels, predicted, labels=np.unique(labels), average="macro")
    )


def reliability(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """The filled ones of 15 equal bins of confidence: ``n``, mean ``confidence``, ``accuracy``."""
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    return [
        {
            "n": int((bins == b).sum()),
            "confidence": float(confidence[bins == b].mean()),
            "accuracy": float(correct[bins == b].mean()),
        }
        for b in np.unique(bins)
    ]


def expected_calibration_error(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> float:
    """Mean distance of confidence and accuracy over 15 equal bins (Guo et al. 2017), in [0, 1]."""
    gaps = [
        b["n"] * abs(b["confidence"] - b["accuracy"]) for b in reliability(probabilities, labels)
    ]
    return float(sum(gaps) / len(labels))


def confusion_matrix(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts [56, 56]: rows are the truth, columns the guess, in the order of COUNTRY_CODES."""
    return np.asarray(sklearn.metrics.confusion_matrix(labels, predicted, labels=CLASSES))


def summarise(
    logits: NDArray[np.float64], labels: NDArray[np.int64], *, temperature: float = 1.0
) -> dict[str, Any]:
    """The figures of one set of places.

    Args:
        logits: [n, looks, 56], before the temperature; n >= 1. The looks at a place resemble each
            other, so that intervals count each place once.
        labels: [n], class indices.
        temperature: what the logits are to be divided by.

    Returns:
        ``n`` places, ``top1``, ``top3``, ``top5``, ``top1_low``, ``top1_high``, ``macro_recall``
        over the countries that occur, ``ece`` and ``ece_before`` the temperature, and
        ``majority_share`` (the accuracy of always naming the most frequent country).
    """
    n, looks, _ = logits.shape
    scores, truths = logits.reshape(n * looks, -1), labels.repeat(looks)
    predicted = scores.argmax(axis=1)
    low, high = wilson(int((predicted == truths).sum()) / looks, n)

    def top(k: int) -> float:
        return float(sklearn.metrics.top_k_accuracy_score(truths, scores, k=k, labels=CLASSES))

    return {
        "n": n,
        "top1": top(1),
        "top1_low": low,
        "top1_high": high,
        "top3": top(3),
        "top5": top(5),
        "macro_recall": macro_recall(predicted, truths),
        "ece": expected_calibration_error(softmax(scores / temperature, axis=1), truths),
        "ece_before": expected_calibration_error(softmax(scores, axis=1), truths),
        "majority_share": Counter(labels.tolist()).most_common(1)[0][1] / n,
    }


def _recall(hits: NDArray[np.bool_]) -> dict[str, Any]:
    low, high = wilson(int(hits.sum()), len(hits))
    return {"n": len(hits), "recall": float(hits.mean()), "low": low, "high": high}


def per_country(
    predicted: NDArray[np.int64], labels: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """For each country that occurs: ``n``, ``recall`` and its interval ``low``, ``high``."""
    return {COUNTRY_CODES[c]: _recall(predicted[labels == c] == c) for c in np.unique(labels)}


def per_region(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> dict[str, Any]:
    """For each continent that occurs: as :func:`per_country`, and whether the guess was on it.

    ``recall`` counts right countries; ``in_region``, with ``in_region_low`` and
    ``in_region_high``, any country of the right continent.
    """
    number = np.array([REGIONS.index(REGION_OF[code]) for code in COUNTRY_CODES])
    result = {}
    for r in np.unique(number[labels]):
        own = number[labels] == r
        inside = _recall(number[predicted[own]] == r)
        result[REGIONS[r]] = {
            **_recall(predicted[own] == labels[own]),
            "in_region": inside["recall"],
            "in_region_low": inside["low"],
            "in_region_high": inside["high"],
        }
    return result


def among_neighbours(
    matrix: NDArray[np.int64], neighbours: Mapping[str, Set[str]]
) -> dict[str, Any]:
    """How many mistakes name a neighbour of the truth.

    Args:
        matrix: counts [56, 56] of :func:`confusion_matrix`.
        neighbours: of each code; a mistake at the border of a country without any is none.

    Returns:
        ``n`` mistakes, the ``share`` among neighbours with its interval ``low``, ``high``, and
        what is ``expected`` by chance, were each mistake drawn from all guesses of other
        countries than its truth; without mistakes ``n`` alone.
    """
    wrong = matrix - np.diag(np.diag(matrix))
    beside = np.array([[b in neighbours[a] for b in COUNTRY_CODES] for a in COUNTRY_CODES])
    n = int(wrong.sum())
    if not n:
        return {"n": 0}
    hits = int(wrong[beside].sum())
    low, high = wilson(hits, n)
    guesses = matrix.sum(axis=0)
    others = np.maximum(1, guesses.sum() - guesses)
    expected = float((wrong.sum(axis=1) * (beside @ guesses) / others).sum() / n)
    return {"n": n, "share": hits / n, "low": low, "high": high, "expected": expected}


def confusion_counts(matrix: NDArray[np.int64]) -> dict[str, dict[str, int]]:
    """The counts of a confusion matrix that are not 0: truth to guess to ``n``."""
    return {
        COUNTRY_CODES[t]: {COUNTRY_CODES[g]: int(matrix[t, g]) for g in np.flatnonzero(matrix[t])}
        for t in np.flatnonzero(matrix.sum(axis=1))
    }


def confusions(
    predicted: Sequence[int] | NDArray[np.int64],
    labels: Sequence[int] | NDArray[np.int64],
    most: int = 20,
) -> list[dict[str, Any]]:
    """The most frequent mistakes: ``truth``, ``guess``, ``n``."""
    wrong = Counter((t, g) for t, g in zip(labels, predicted, strict=True) if t != g)
    ranked = sorted(wrong.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    return [{"truth": COUNTRY_CODES[t], "guess": COUNTRY_CODES[g], "n": n} for (t, g), n in ranked]
