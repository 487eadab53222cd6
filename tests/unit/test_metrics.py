from __future__ import annotations

import numpy as np
import pytest

from model.metrics import confusions, per_country, summarise, top_k, wilson
from model.types import COUNTRY_INDEX

HU, RO, JP = (COUNTRY_INDEX[c] for c in ("HU", "RO", "JP"))


def rows(*tops: dict[int, float]) -> np.ndarray:
    p = np.zeros((len(tops), 56))
    for row, top in zip(p, tops, strict=True):
        for c, value in top.items():
            row[c] = value
    return p


P = rows({HU: 0.9, RO: 0.1}, {RO: 0.6, HU: 0.4}, {HU: 0.5, RO: 0.3, JP: 0.2}, {HU: 1.0})
LABELS = np.array([HU, HU, JP, HU])


def test_figures_by_hand() -> None:
    figures = summarise(P, LABELS)
    assert figures["n"] == 4
    assert figures["top1"] == 0.5
    assert figures["top3"] == 1.0
    assert top_k(P, LABELS, 2) == 0.75
    assert figures["macro_recall"] == pytest.approx((2 / 3 + 0) / 2)
    assert figures["majority_share"] == 0.75
    # Four bins of one picture each: |0.9-1|, |0.6-0|, |0.5-0|, |1-1|, a quarter of the weight each.
    assert figures["ece"] == pytest.approx((0.1 + 0.6 + 0.5 + 0) / 4)


def test_wilson_against_published_values() -> None:
    # Newcombe 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    for hits, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_per_country_and_confusions() -> None:
    predicted = P.argmax(axis=1)
    countries = per_country(predicted, LABELS)
    assert countries["HU"]["n"] == 3
    assert countries["HU"]["recall"] == pytest.approx(2 / 3)
    assert countries["HU"]["low"] < 2 / 3 < countries["HU"]["high"]
    assert countries["JP"]["recall"] == 0
    assert "RO" not in countries
    assert confusions(predicted, LABELS) == [
        {"truth": "HU", "guess": "RO", "n": 1},
        {"truth": "JP", "guess": "HU", "n": 1},
    ]
