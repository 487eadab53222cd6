"""The views of a split: which looks belong to which, and how several become one."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from scipy.special import softmax

from model.evaluation.views import predict_split
from model.geography import COUNTRY_INDEX
from model.types import Place

HU, RO, JP = (COUNTRY_INDEX[c] for c in ("HU", "RO", "JP"))
LOOKS = ({JP: 1.0}, {HU: 0.9, RO: 0.1}, {RO: 0.6, HU: 0.4}, {HU: 0.9, RO: 0.1})
"""What the net says of the whole panorama, then of its three crops from left to right."""


class Panorama:
    """A collection of one panorama of three crops' width."""

    places = (Place("0", "HU", None, "fake"),)

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()

    def of_split(self, split: str) -> list[int]:
        return [0]

    def picture(self, number: int) -> Image.Image:
        return Image.new("RGB", (696, 100))


class Net:
    """Says what stands in ``LOOKS``, one look after the other."""

    def __init__(self) -> None:
        self._looks = iter(LOOKS)

    def analyse(self, picture: Image.Image) -> SimpleNamespace:
        probabilities = np.full(56, np.finfo(np.float64).tiny)
        for code, probability in next(self._looks).items():
            probabilities[code] = probability
        return SimpleNamespace(logits=np.log(probabilities))


def test_looks_are_averaged_by_their_logits() -> None:
    found = predict_split(Net(), Panorama(), "test", "all")  # type: ignore[arg-type]
    assert {name: logits.shape for name, logits in found.logits.items()} == {
        "whole": (1, 1, 56),
        "one_crop": (1, 1, 56),
        "several_crops": (1, 3, 56),
        "crops_averaged": (1, 1, 56),
    }
    assert found.logits["whole"][0, 0].argmax() == JP
    assert found.logits["one_crop"][0, 0].argmax() == RO, "the middle one"
    # Geometric means of the three looks, then to a sum of 1.
    together = softmax(found.logits["crops_averaged"][0, 0])
    hu, ro = (0.9 * 0.4 * 0.9) ** (1 / 3), (0.1 * 0.6 * 0.1) ** (1 / 3)
    assert together[HU] == pytest.approx(hu / (hu + ro))
    assert together[RO] == pytest.approx(ro / (hu + ro))
    assert together[JP] < 1e-100
