"""Faithfulness over a split: what is counted, the means and their intervals, the sample."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from model.errors import ConfigError, DataError, PictureError
from model.evaluation.map_faithfulness import (
    MapFaithfulness,
    SplitFaithfulness,
    faithfulness_document,
    faithfulness_text,
    measure_split,
)
from model.evaluation.metrics import bootstrap_mean
from model.explanation.occlusion import Faithfulness, Occlusion, measure_faithfulness, occlude
from model.faithfulness import main
from model.geography import COUNTRY_CODES
from model.types import Heatmap, Place, Prediction


def measured(
    before: float, after: float, random: float, *, deletion: float = 0.1
) -> MapFaithfulness:
    curve = (before, after)
    curves = Faithfulness(
        deletion_auc=deletion,
        random_auc=0.3,
        random_interval=(0.2, 0.4),
        insertion_auc=0.5,
        random_insertion_auc=0.2,
        random_insertion_interval=(0.1, 0.3),
        fractions=(0.0, 1.0),
        deletion=curve,
        random=curve,
        insertion=curve,
        random_insertion=curve,
    )
    return MapFaithfulness(Occlusion("HU", 0.2, before, after, (random, random)), curves)


def test_means_gains_and_how_often_the_map_is_better() -> None:
    found = SplitFaithfulness(
        {
            "photos": [measured(0.8, 0.2, 0.7), measured(0.4, 0.4, 0.3)],
            "practice": [measured(0.5, 0.1, 0.5)],
        },
        Counter(photos=3),
        1,
    )
    document = faithfulness_document(found)
    photos = document["per_source"]["photos"]
    assert (photos["n"], photos["blank"], document["n"], document["blank"]) == (2, 3, 3, 3)
    assert document["per_source"]["practice"]["blank"] == 0
    assert document["unreadable"] == 1
    assert photos["covering"]["mean"] == pytest.approx(0.3)
    assert photos["covering_random"]["mean"] == pytest.approx(0.1)
    assert photos["covering_gain"]["mean"] == pytest.approx(0.2)
    assert (photos["better"]["n"], photos["better"]["share"]) == (1, 0.5)
    assert photos["deletion_gain"]["mean"] == pytest.approx(0.2), "lower than random is a gain"
    assert photos["insertion_gain"]["mean"] == pytest.approx(0.3), "higher than random is a gain"
    assert photos["share_covered"] == pytest.approx(0.2)
    for figure in (value for value in photos.values() if isinstance(value, dict)):
        if "mean" in figure:
            assert figure["low"] <= figure["mean"] + 1e-12
            assert figure["mean"] <= figure["high"] + 1e-12
    text = faithfulness_text(document)
    assert "photos: 2 maps, 3 more were blank; better than random in 50% [9%, 91%]\n" in text
    points = "10.0 [10.0, 10.0] points, random 30.0 [30.0, 30.0], gain 20.0 [20.0, 20.0]"
    assert f"  deletion: area under the curve {points}\n" in text


def test_the_bootstrap_agrees_with_the_normal_interval_and_its_seed() -> None:
    values = np.random.default_rng(0).normal(0.2, 0.1, 400)
    found = bootstrap_mean(values, seed=3)
    half = 1.96 * values.std(ddof=1) / 20
    assert found["mean"] == pytest.approx(values.mean())
    assert found["low"] == pytest.approx(values.mean() - half, abs=0.2 * half)
    assert found["high"] == pytest.approx(values.mean() + half, abs=0.2 * half)
    assert found == bootstrap_mean(values, seed=3) != bootstrap_mean(values, seed=4)
    assert bootstrap_mean(np.array([0.7])) == {"mean": 0.7, "low": 0.7, "high": 0.7}


class Places:
    """A collection of pictures that say in their red what map they get; one cannot be read."""

    def __init__(self, *reds: int | None) -> None:
        self._reds = reds
        self.places = [Place(f"{i}", "HU", None, "fake") for i in range(len(reds))]
        self.asked: list[int] = []

    def of_split(self, split: str) -> list[int]:
        return list(range(len(self._reds))) if split == "test" else []

    def picture(self, number: int) -> Image.Image:
        self.asked.append(number)
        red = self._reds[number]
        if red is None:
            raise PictureError(f"{number}: damaged; remove it")
        return Image.new("RGB", (128, 64), (red, 0, 0))


class Net:
    """Guesses Andorra; its map is as hot as the picture is red."""

    def __init__(self) -> None:
        self.checkpoint = SimpleNamespace(
            preprocessing=self._pixels,
        )

    @staticmethod
    def _look(pixels: Tensor) -> Tensor:
        return torch.full((len(pixels), 56), 1 / 56, dtype=torch.float64)

    @staticmethod
    def _pixels(picture: Image.Image) -> tuple[Tensor, None]:
        return torch.from_numpy(np.asarray(picture).transpose(2, 0, 1).copy()), None

    def analyse(self, picture: Image.Image) -> SimpleNamespace:
        grid = np.full((2, 4), picture.getpixel((0, 0))[0], dtype=np.float32)
        heatmap = Heatmap(COUNTRY_CODES[0], grid, (0.0, 0.0, 4.0, 2.0))
        prediction = Prediction(tuple(1 / 56 for _ in range(56)))
        pixels = self._pixels(picture)[0]

        def occluded(map_: Heatmap, **options: int) -> Occlusion | None:
            if map_.blank:
                return None
            return occlude(self._look, pixels, map_, before=1 / 56, **options)

        def curves(map_: Heatmap, **options: int) -> Faithfulness | None:
            return None if map_.blank else measure_faithfulness(self._look, pixels, map_, **options)

        return SimpleNamespace(
            prediction=prediction,
            heatmap=lambda target: heatmap,
            heatmap_of=lambda layer, target: {"front": Heatmap(target, 0 * grid, heatmap.content)}[
                layer
            ],
            occlude=occluded,
            faithfulness=curves,
        )


def test_blank_maps_and_damaged_pictures_are_counted_not_tried() -> None:
    found = measure_split(Net(), Places(9, 0, None, 7), "test")
    assert {source: len(those) for source, those in found.measured.items()} == {"fake": 2}
    assert (found.blank["fake"], found.unreadable) == (1, 1)
    figures = faithfulness_document(found)
    assert figures["covering"]["mean"] == pytest.approx(0), "a net that sees nothing loses nothing"
    assert figures["better"]["n"] == 0
    with pytest.raises(DataError, match="no map of the split val"):
        measure_split(Net(), Places(9), "val")


def test_the_maps_of_another_layer_are_measured_when_asked_for() -> None:
    measure_split(Net(), Places(9), "test")
    with pytest.raises(DataError, match="could be tried out"):  # the fake's other maps are blank
        measure_split(Net(), Places(9), "test", layer="front")


def test_a_sample_is_as_large_as_told_and_follows_its_seed() -> None:
    def sample(limit: int, seed: int) -> list[int]:
        places = Places(*[5] * 12)
        measure_split(Net(), places, "test", limit=limit, seed=seed)
        return places.asked

    assert len(set(sample(4, 0))) == 4
    assert sample(4, 0) == sample(4, 0) != sample(4, 1)
    assert sample(99, 0) == list(range(12))


@pytest.mark.parametrize("bad", ["--limit 0", "--regions 1", "--regions 11", "--seed -1"])
def test_impossible_settings_are_named(bad: str) -> None:
    with pytest.raises(ConfigError, match=f"^{bad}: must be"):
        main(["--data", "nowhere", *bad.split()])


def test_the_command_measures_a_sample(
    photo_folder: Callable[..., Path], small_net: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = photo_folder(Hungary=2, Japan=1)
    argv = ["--data", str(data), "--checkpoint", str(small_net), "--split", "all", "--threads", "1"]
    main([*argv, "--limit", "2", "--regions", "2", "--json", "-"])
    document = json.loads(capsys.readouterr().out)
    expected = {"split": "all", "regions": 2, "seed": 0, "layer": "back", "n": 2, "unreadable": 0}
    assert {key: document[key] for key in expected} == expected
    assert document["per_source"]["photos"]["n"] == 2
    assert 1 / 56 < document["before"]["mean"] < 1
    assert abs(document["covering"]["mean"]) > 1e-4
