"""Figures of a classifier: accuracy, recall with intervals, calibration, mistakes. Pure functions.

Probabilities are [n, 56] with rows that sum to 1, labels and predicted classes [n] indices into
``COUNTRY_CODES``, shares in [0, 1], intervals Wilson's at 95 %.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.geography import COUNTRY_CODES, REGION_OF, REGIONS

ECE_BINS = 15
Z_95 = 1.959963984540054


def wilson(hits: float, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share (Wilson 1927), within [0, 1].

    ``hits`` may be a fraction where each of the ``n`` was tried several times.
    """
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def top_k(probabilities: NDArray[np.float64], labels: NDArray[np.int64], k: int) -> float:
    """The share of rows whose label is among the ``k`` most probable classes."""
    ranked = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float((ranked == labels[:, None]).any(axis=1).mean())


def macro_recall(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """The mean recall over the classes that occur among the labels."""
    return float(np.mean([(predicted[labels == c] == c).mean() for c in np.unique(labels)]))


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


def uncalibrated(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """What probabilities were before their logits were divided by a temperature: [..., 56]."""
    # A probability that underflowed to 0 stays negligible: its logarithm must be finite.
    scores = temperature * np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    return softmax(scores)


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of scores [..., 56] over the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def averaged(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """One prediction from several looks at each place, by the mean of their logits.

    Args:
        probabilities: [n, looks, 56], all at one temperature.

    Returns:
        [n, 56] at the same temperature.
    """
    scores = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    return softmax(scores.mean(axis=1))


def confusion_matrix(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts [56, 56]: rows are the truth, columns the guess, in the order of COUNTRY_CODES."""
    matrix = np.zeros((len(COUNTRY_CODES), len(COUNTRY_CODES)), dtype=np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def summarise(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    *,
    temperature: float = 1.0,
    looks: int = 1,
) -> dict[str, Any]:
    """The figures of one set of places.

    Args:
        probabilities: [n * looks, 56], rows that sum to 1; n >= 1.
        labels: [n * looks], class indices.
        temperature: what the logits were divided by.
        looks: how many rows each place has. They resemble each other, so that intervals count
            each place once.

    Returns:
        ``n`` places, ``top1``, ``top3``, ``top5``, ``top1_low``, ``top1_high``, ``macro_recall``
        over the countries that occur, ``ece`` and ``ece_before`` the temperature, and
        ``majority_share`` (the accuracy of always naming the most frequent country).
    """
    n = len(labels) // looks
    predicted = probabilities.argmax(axis=1)
    low, high = wilson(int((predicted == labels).sum()) / looks, n)
    before = uncalibrated(probabilities, temperature)
    return {
        "n": n,
        "top1": top_k(probabilities, labels, 1),
        "top1_low": low,
        "top1_high": high,
        "top3": top_k(probabilities, labels, 3),
        "top5": top_k(probabilities, labels, 5),
        "macro_recall": macro_recall(predicted, labels),
        "ece": expected_calibration_error(probabilities, labels),
        "ece_before": expected_calibration_error(before, labels),
        "majority_share": Counter(labels.tolist()).most_common(1)[0][1] / len(labels),
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
