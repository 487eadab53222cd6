"""Figures of a classifier: accuracy, recall with intervals, calibration. Pure functions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.types import COUNTRY_CODES

ECE_BINS = 15
Z_95 = 1.959963984540054


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share (Wilson 1927), within [0, 1]."""
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


def confusion_matrix(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts [56, 56]: rows are the truth, columns the guess, in the order of COUNTRY_CODES."""
    matrix = np.zeros((len(COUNTRY_CODES), len(COUNTRY_CODES)), dtype=np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def summarise(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, Any]:
    """The figures of one set of places.

    Args:
        probabilities: [n, 56], rows that sum to 1; n >= 1.
        labels: [n], class indices.

    Returns:
        ``n``, ``top1``, ``top3``, ``top5``, ``top1_low``, ``top1_high`` (Wilson, 95 %),
        ``macro_recall`` over the countries that occur, ``ece`` and ``majority_share`` (the
        accuracy of always naming the most frequent country): all shares in [0, 1].
    """
    predicted = probabilities.argmax(axis=1)
    low, high = wilson(int((predicted == labels).sum()), len(labels))
    return {
        "n": len(labels),
        "top1": top_k(probabilities, labels, 1),
        "top1_low": low,
        "top1_high": high,
        "top3": top_k(probabilities, labels, 3),
        "top5": top_k(probabilities, labels, 5),
        "macro_recall": macro_recall(predicted, labels),
        "ece": expected_calibration_error(probabilities, labels),
        "majority_share": Counter(labels.tolist()).most_common(1)[0][1] / len(labels),
    }


def per_country(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> dict[str, Any]:
    """For each country that occurs: ``n``, ``recall`` and its 95 % Wilson interval."""
    result = {}
    for c in np.unique(labels):
        of_country = predicted[labels == c]
        hits = int((of_country == c).sum())
        low, high = wilson(hits, len(of_country))
        result[COUNTRY_CODES[c]] = {
            "n": len(of_country),
            "recall": hits / len(of_country),
            "low": low,
            "high": high,
        }
    return result


def confusions(
    predicted: Sequence[int] | NDArray[np.int64],
    labels: Sequence[int] | NDArray[np.int64],
    most: int = 20,
) -> list[dict[str, Any]]:
    """The most frequent mistakes: ``truth``, ``guess``, ``n``."""
    wrong = Counter((t, g) for t, g in zip(labels, predicted, strict=True) if t != g)
    ranked = sorted(wrong.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    return [{"truth": COUNTRY_CODES[t], "guess": COUNTRY_CODES[g], "n": n} for (t, g), n in ranked]
