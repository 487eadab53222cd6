"""The document of an evaluation and its text, by figures worked out by hand."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from model.data.trained import Trained, digest
from model.evaluation.report import evaluation_document, evaluation_text
from model.evaluation.views import SplitPredictions
from model.geography import COUNTRY_CODES, COUNTRY_INDEX
from model.types import Place

TRUTH = ("HU", "HU", "SK", "US", "JP")
GUESS = ("HU", "SK", "SK", "CA", "JP")
SOURCES = ("parquet", "parquet", "parquet", "photos", "photos")


def logits_of(guesses: tuple[str, ...], height: float = 4.0) -> np.ndarray:
    """One look a place: the guess stands out by ``height``."""
    logits = np.zeros((len(guesses), 1, 56))
    for i, guess in enumerate(guesses):
        logits[i, 0, COUNTRY_INDEX[guess]] = height
    return logits


def document(**changes: Any) -> dict[str, Any]:
    places = [
        Place(f"k{i}", code, None, source)
        for i, (code, source) in enumerate(zip(TRUTH, SOURCES, strict=True))
    ]
    labels = np.array([COUNTRY_INDEX[code] for code in TRUTH])
    predictions = SplitPredictions(
        places=list(range(5)),
        labels=labels,
        logits={"one_crop": logits_of(GUESS), "whole": logits_of(TRUTH)} | changes,
        skipped=Counter({"unreadable": 2, "other_country": 0}),
    )
    checkpoint: Any = SimpleNamespace(
        temperature=2.0, trained=Trained(frozenset({"k3"}), frozenset({digest(b"4")}))
    )
    collection: Any = SimpleNamespace(
        places=places, fingerprint="0123456789abcdef", read=lambda i: b"%d" % i
    )
    return evaluation_document(checkpoint, collection, predictions, "test")


def test_the_first_view_is_the_main_one_and_every_source_stands_apart() -> None:
    found = document()
    assert (found["split"], found["views"], found["n"]) == ("test", "one_crop", 5)
    assert found["top1"] == pytest.approx(3 / 5)
    assert found["by_view"]["whole"]["top1"] == 1.0
    per_source = {name: (f["n"], f["top1"]) for name, f in found["per_source"].items()}
    assert per_source == {"parquet": (3, pytest.approx(2 / 3)), "photos": (2, 0.5)}
    assert found["split_fingerprint"] == "0123456789abcdef"
    assert found["temperature"] == 2.0


def test_what_was_left_out_and_trained_on_is_counted() -> None:
    found = document()
    assert found["skipped"] == {"unreadable": 2}
    assert found["trained_on"] == 2, "one by its key, one by its very picture"


def test_the_confusion_matrix_is_truth_by_guess() -> None:
    matrix = np.array(document()["confusion_matrix"])
    expected = np.zeros((56, 56), int)
    for truth, guess in zip(TRUTH, GUESS, strict=True):
        expected[COUNTRY_INDEX[truth], COUNTRY_INDEX[guess]] += 1
    assert np.array_equal(matrix, expected)
    assert document()["labels"] == list(COUNTRY_CODES)


def test_mistakes_that_name_a_neighbour() -> None:
    among = document()["among_neighbours"]
    assert among["n"] == 2
    assert among["share"] == 1.0, "Slovakia for Hungary, Canada for the United States"


def test_confidence_is_calibrated_by_the_temperature_and_not_before() -> None:
    sure = 1 / (1 + 55 * np.exp(-4.0 / 2.0))
    before = 1 / (1 + 55 * np.exp(-4.0))
    found = document()
    assert found["ece"] == pytest.approx(abs(sure - 3 / 5), abs=1e-9)
    assert found["ece_before"] == pytest.approx(abs(before - 3 / 5), abs=1e-9)


def test_the_text_has_a_line_for_each_view_source_and_region() -> None:
    text = evaluation_text(document())
    lines = text.splitlines()
    starts = [line[:16].strip() for line in lines]
    assert starts.count("one crop") == starts.count("whole") == 1
    assert starts.count("parquet") == starts.count("photos") == 2
    assert " 60.0% " in lines[starts.index("one crop")]
    assert " 100.0% " in lines[starts.index("whole")]
    assert "of 2 mistakes 100.0% [" in text
    assert "left out: 2 unreadable" in lines
    assert "other_country" not in text
    assert lines[-1] == "the net trained on 2 of these places, or nearby"


def test_one_source_is_not_repeated_and_no_mistake_needs_no_line() -> None:
    perfect = document(one_crop=logits_of(TRUTH))
    for figures in perfect["by_view"].values():
        figures["per_source"] = {"parquet": figures["per_source"]["parquet"]}
    text = evaluation_text(perfect | {"trained_on": 0, "skipped": {}})
    assert "parquet" not in text
    assert "mistakes" not in text
    assert "left out" not in text
    assert "trained on" not in text
