"""Figures against examples worked out by hand, and against published values."""

from __future__ import annotations

import numpy as np
import pytest

from model.evaluation.metrics import (
    among_neighbours,
    confusion_counts,
    confusion_matrix,
    confusions,
    per_country,
    per_region,
    summarise,
    wilson,
)
from model.geography import COUNTRY_CODES, COUNTRY_INDEX, neighbours

HU, RO, JP, PL = (COUNTRY_INDEX[c] for c in ("HU", "RO", "JP", "PL"))


def rows(*tops: dict[int, float]) -> np.ndarray:
    p = np.zeros((len(tops), 56))
    for row, top in zip(p, tops, strict=True):
        for c, value in top.items():
            row[c] = value
    return p


def logits(probabilities: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Logits [n, 1, 56] of one look at each place with these probabilities at a temperature."""
    tiny = np.finfo(np.float64).tiny
    return temperature * np.log(np.maximum(probabilities, tiny))[:, None]


P = rows({HU: 0.9, RO: 0.1}, {RO: 0.6, HU: 0.4}, {HU: 0.5, RO: 0.3, JP: 0.2}, {HU: 1.0})
LABELS = np.array([HU, HU, JP, HU])


def test_figures_by_hand() -> None:
    figures = summarise(logits(P), LABELS)
    assert figures["n"] == 4
    assert figures["top1"] == 0.5
    assert figures["top3"] == 1.0
    assert figures["macro_recall"] == pytest.approx((2 / 3 + 0) / 2)
    assert figures["majority_share"] == 0.75
    # Four bins of one picture each: |0.9-1|, |0.6-0|, |0.5-0|, |1-1|, a quarter of the weight each.
    assert figures["ece"] == pytest.approx((0.1 + 0.6 + 0.5 + 0) / 4)
    assert figures["ece_before"] == pytest.approx(figures["ece"]), "no temperature"


def test_top_k_counts_the_label_among_the_k_most_probable() -> None:
    five = rows({HU: 0.3, RO: 0.25, JP: 0.2, PL: 0.15, COUNTRY_INDEX["AD"]: 0.1})
    expected = {HU: (1, 1, 1), RO: (0, 1, 1), JP: (0, 1, 1), PL: (0, 0, 1)}
    expected[COUNTRY_INDEX["ZA"]] = (0, 0, 0)
    for label, found in expected.items():
        figures = summarise(logits(five), np.array([label]))
        assert (figures["top1"], figures["top3"], figures["top5"]) == found


def test_two_places_in_one_bin_of_confidence() -> None:
    # 0.81 and 0.85 lie in the bin [12/15, 13/15): mean confidence 0.83, one of two right.
    p = rows({HU: 0.81, RO: 0.19}, {HU: 0.85, RO: 0.15})
    assert summarise(logits(p), np.array([HU, JP]))["ece"] == pytest.approx(0.83 - 0.5)


def test_several_looks_at_a_place_count_it_once() -> None:
    # Two looks at each of four places: 4 right looks of 8, as sure as 2 right places of 4.
    twice = summarise(logits(P).repeat(2, axis=1), LABELS)
    assert twice == pytest.approx(summarise(logits(P), LABELS))
    half = summarise(logits(P[:2]).transpose(1, 0, 2), LABELS[:1])
    assert (half["n"], half["top1"]) == (1, 0.5)
    assert (half["top1_low"], half["top1_high"]) == wilson(0.5, 1)


def test_figures_before_and_after_the_temperature() -> None:
    # 0.8 : 0.2 at temperature 2 was 16 : 1 before, in another bin: 0.941 instead of 0.8.
    figures = summarise(logits(rows({HU: 0.8, RO: 0.2}), 2), np.array([HU]), temperature=2)
    assert figures["ece"] == pytest.approx(0.2)
    assert figures["ece_before"] == pytest.approx(1 / 17)


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
    assert (countries["HU"]["low"], countries["HU"]["high"]) == wilson(2, 3)
    assert countries["JP"]["recall"] == 0
    assert "RO" not in countries
    assert confusions(predicted, LABELS) == [
        {"truth": "HU", "guess": "RO", "n": 1},
        {"truth": "JP", "guess": "HU", "n": 1},
    ]
    counts = confusion_counts(confusion_matrix(predicted, LABELS))
    assert counts == {"HU": {"HU": 2, "RO": 1}, "JP": {"HU": 1}}


def test_per_region() -> None:
    regions = per_region(np.array([HU, RO, HU, JP]), LABELS)
    assert list(regions) == ["europe", "asia"]
    europe, asia = regions["europe"], regions["asia"]
    assert (europe["n"], europe["recall"], europe["in_region"]) == (
        3,
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
    )
    assert (europe["in_region_low"], europe["in_region_high"]) == wilson(2, 3)
    assert (asia["n"], asia["recall"], asia["in_region"]) == (1, 0, 0)


def test_mistakes_among_neighbours() -> None:
    beside = {code: frozenset[str]() for code in COUNTRY_CODES}
    beside |= {"HU": frozenset({"RO"}), "RO": frozenset({"HU"})}
    # HU: 2 right, 3 as RO, 1 as JP; JP: 2 as HU. Guesses: HU 4, RO 3, JP 1.
    matrix = confusion_matrix(
        np.array([HU, HU, RO, RO, RO, JP, HU, HU]), np.array([HU] * 6 + [JP] * 2)
    )
    found = among_neighbours(matrix, beside)
    assert (found["n"], found["share"]) == (6, 0.5)
    assert (found["low"], found["high"]) == wilson(3, 6)
    # HU's four mistakes hit RO with 3 / (3 + 1); Japan has no neighbour: (4 * 3/4 + 2 * 0) / 6.
    assert found["expected"] == pytest.approx(0.5)
    assert among_neighbours(np.diag(np.ones(56, dtype=np.int64)), beside) == {"n": 0}


def test_the_neighbours_are_those_of_the_map() -> None:
    table = neighbours()
    assert table["HU"] == {"HR", "RO", "SI", "SK", "UA"}
    assert table["JP"] == frozenset()
    assert set(table) == set(COUNTRY_CODES)
