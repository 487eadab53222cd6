"""Which views of a place are judged, and that each figure counts what it says."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from model.errors import PictureError
from model.evaluation.metrics import wilson
from model.evaluation.report import evaluate
from model.evaluation.views import VIEWS
from model.geography import COUNTRY_CODES, COUNTRY_INDEX
from model.types import Place

HU, JP, RO = (COUNTRY_INDEX[c] for c in ("HU", "JP", "RO"))


class ColourReader:
    """Takes the commonest red for the class it means: 80 % sure of it, or 60 % if mixed."""

    def __init__(self) -> None:
        self.looks = 0
        trained = SimpleNamespace(saw=lambda data, i: data.places[i].key == "0")
        self.checkpoint = SimpleNamespace(temperature=2.0, trained=trained)

    def analyse(self, picture: Image.Image) -> SimpleNamespace:
        self.looks += 1
        (guess, n), *_ = Counter(np.asarray(picture)[..., 0].ravel().tolist()).most_common()
        sure = 0.8 if n == picture.width * picture.height else 0.6
        rest = (1 - sure) / 55
        calibrated = np.array([sure if c == guess else rest for c in range(56)])
        return SimpleNamespace(logits=self.checkpoint.temperature * np.log(calibrated))


class Pictures:
    """A panorama of thirds as wide as a crop each, two photos, and one that cannot be read."""

    fingerprint = "0123"

    def __init__(self) -> None:
        self.skipped = Counter({"other_country": 2})
        self.places = [
            Place("0", "HU", None, "parquet"),
            *(Place(str(i), "JP", None, "photos") for i in (1, 2, 3)),
        ]

    def of_split(self, split: str) -> list[int]:
        assert split == "test"
        return [0, 1, 2, 3]

    def picture(self, number: int) -> Image.Image:
        if number == 3:
            raise PictureError("3.jpg: not a picture")
        pixels = np.zeros((100, 696 if number == 0 else 120, 3), dtype=np.uint8)
        if number == 0:
            for i, country in enumerate((HU, JP, HU)):
                pixels[:, 232 * i : 232 * (i + 1), 0] = country
        else:
            pixels[..., 0] = {1: JP, 2: RO}[number]
        return Image.fromarray(pixels)


def document(views: str) -> tuple[dict, int]:  # type: ignore[type-arg]
    predictor, pictures = ColourReader(), Pictures()
    found = evaluate(predictor, pictures, "test", views)  # type: ignore[arg-type]
    return found, predictor.looks


def test_all_views_of_a_panorama_and_one_of_a_photo() -> None:
    found, looks = document("all")
    assert looks == (1 + 3) + 1 + 1, "photos are looked at once"
    views = found["by_view"]
    assert tuple(views) == VIEWS["all"]
    panorama = {name: view["per_source"]["parquet"] for name, view in views.items()}
    assert {name: p["n"] for name, p in panorama.items()} == dict.fromkeys(views, 1)
    assert panorama["whole"]["top1"] == 1, "two of its thirds are Hungary"
    assert panorama["one_crop"]["top1"] == 0, "the middle one is not"
    assert panorama["several_crops"]["top1"] == pytest.approx(2 / 3)
    assert (panorama["several_crops"]["top1_low"], panorama["several_crops"]["top1_high"]) == (
        pytest.approx(wilson(2 / 3, 1))
    )
    assert panorama["crops_averaged"]["top1"] == 1
    for view in views.values():
        assert view["per_source"]["photos"]["n"] == 2
        assert view["per_source"]["photos"]["top1"] == 0.5
    assert found["top1"] == views["whole"]["top1"] == pytest.approx(2 / 3)
    assert views["several_crops"]["top1"] == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_the_rest_of_the_document() -> None:
    found, _ = document("whole")
    assert list(found["by_view"]) == ["whole"]
    assert found["skipped"] == {"other_country": 2, "unreadable": 1}
    assert found["trained_on"] == 1
    assert found["confusion_counts"] == {"HU": {"HU": 1}, "JP": {"JP": 1, "RO": 1}}
    matrix = np.array(found["confusion_matrix"])
    assert matrix.sum() == 3
    assert matrix[JP, RO] == 1
    assert found["labels"] == list(COUNTRY_CODES)
    assert found["per_region"]["asia"]["recall"] == 0.5
    assert found["among_neighbours"] == pytest.approx(
        {"n": 1, "share": 0, "low": 0, "high": wilson(0, 1)[1], "expected": 0}
    )
    # At temperature 2 the odds are the roots of those before: all three were nearly certain.
    (before,) = found["reliability_before"]
    sure = [p**2 / (p**2 + 55 * ((1 - p) / 55) ** 2) for p in (0.6, 0.8, 0.8)]
    assert before == {"n": 3, "confidence": pytest.approx(sum(sure) / 3), "accuracy": 2 / 3}
    assert found["ece_before"] == pytest.approx(abs(sum(sure) / 3 - 2 / 3))
    assert found["ece"] != found["ece_before"]


def test_one_crop_alone_is_the_main_view() -> None:
    found, looks = document("one")
    assert looks == 3
    assert found["views"] == "one_crop"
    assert found["top1"] == pytest.approx(1 / 3)
