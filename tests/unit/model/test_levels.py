"""What each level of the opponent sees, and where its figures come from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from model import measure_levels
from model.checkpoint import DEFAULT_CHECKPOINT, LEVELS_FILE, read_measured, weights_sha256
from model.data.collection import Collection
from model.data.trained import Trained
from model.errors import DataError
from model.evaluation.levels import measure
from model.evaluation.views import predict_split
from model.levels import (
    LEVELS,
    blurred,
    covering_crops,
    looks,
    surroundings,
)
from model.predictor import Predictor
from model.types import Box, Crop
from tests.conftest import PRACTICE, shard


def noise(width_px: int, height_px: int) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (height_px, width_px, 3), dtype=np.uint8))


def test_a_blurred_picture_keeps_its_size_and_loses_what_is_small() -> None:
    picture = noise(900, 400)
    seen = blurred(picture, 40)
    assert seen.size == picture.size
    # Means of 10 x 10 pixels of noise vary ten times less than the pixels.
    assert np.asarray(seen, dtype=float).std() < np.asarray(picture, dtype=float).std() / 7
    assert np.asarray(seen, dtype=float).mean() == pytest.approx(
        np.asarray(picture).mean(), abs=0.5
    )
    assert blurred(picture, 400) is picture
    assert blurred(picture, 900) is picture, "nothing is made larger"
    assert blurred(noise(3, 300), 1).size == (3, 300)


def test_the_sharp_eyed_see_what_the_player_sees_and_the_others_more_or_less_of_it() -> None:
    panorama = noise(1200, 220)
    crop = Crop.at(1200, 220, 0.4)
    shown = np.asarray(panorama.crop(crop.box))
    for level in LEVELS:
        first, *others = looks(panorama, crop, panorama.crop(crop.box), level)
        assert first.size == (crop.width_px, crop.height_px)
        assert np.array_equal(first, shown) == (level in ("sharp_eyed", "looks_around"))
        assert len(others) == 2 * (level == "looks_around")


@pytest.mark.parametrize("where", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_looking_around_covers_most_of_the_panorama(where: float) -> None:
    crop = Crop.at(1200, 220, where)
    seen = np.zeros(1200, dtype=bool)
    for one in (crop, *surroundings(1200, 220, crop)):
        seen[one.left_px : one.left_px + one.width_px] = True
    assert seen.mean() > 0.75
    assert surroundings(120, 220, Crop.at(120, 220, where)) == [], "a photo has no surroundings"


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.open(DEFAULT_CHECKPOINT)


def test_looking_around_is_the_average_that_evaluation_reports(
    predictor: Predictor, tmp_path: Path
) -> None:
    data = Collection.open([PRACTICE])
    number = data.of_split("test")[3]
    panorama = data.picture(number)
    middle = covering_crops(*panorama.size)[1]
    analysis = predictor.analyse(
        *looks(panorama, middle, panorama.crop(middle.box), "looks_around")
    )
    few = Collection.open([PRACTICE])
    few.splits = tuple("test" if i == number else "train" for i in range(len(few.places)))  # type: ignore[misc]
    reported = predict_split(predictor, few, "test", "all").logits["crops_averaged"]
    assert analysis.logits == pytest.approx(reported[0, 0], abs=1e-4)


def test_a_covered_part_counts_as_one_look_of_several(predictor: Predictor) -> None:
    data = Collection.open([PRACTICE])
    panorama = data.picture(data.of_split("test")[0])
    crop = Crop.at(*panorama.size, 0.5)
    alone, *others = looks(panorama, crop, panorama.crop(crop.box), "looks_around")
    one, all_ = predictor.analyse(alone), predictor.analyse(alone, *others)
    temperature = predictor.checkpoint.temperature
    box = Box(0.1, 0.2, 0.6, 0.9)

    def logits(probabilities: tuple[float, ...]) -> np.ndarray:
        found = np.log(probabilities) * temperature
        return np.asarray(found - found.mean())

    change = logits(one.cover(box).probabilities) - logits(one.prediction.probabilities)
    changed = logits(all_.cover(box).probabilities) - logits(all_.prediction.probabilities)
    assert np.abs(change).max() > 0.1
    assert changed == pytest.approx(change / 3, abs=1e-3)
    # Its maps are those of the picture on show.
    assert np.array_equal(all_.heatmap("HU").grid, one.heatmap("HU").grid)


def test_the_command_writes_what_the_page_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "checkpoint"
    shutil.copytree(DEFAULT_CHECKPOINT, checkpoint)
    (checkpoint / LEVELS_FILE).unlink(missing_ok=True)
    shard(tmp_path / "data" / "train-00000-of-00001.parquet", [{}, {"latitude": "48.5"}])
    argv = ["--data", str(tmp_path / "data"), "--checkpoint", str(checkpoint), "--split", "all"]
    measure_levels.main([*argv, "--threads", "1"])
    assert "photographed, 2 places" in capsys.readouterr().out
    measured = read_measured(checkpoint)
    assert list(measured) == ["photographed"]
    assert tuple(measured["photographed"]) == LEVELS
    for one in measured["photographed"].values():
        assert one.n == 2
        assert 0 <= one.low <= one.top1 <= one.high <= 1

    # The other kind is left alone, and what other weights did does not count.
    document = json.loads((checkpoint / LEVELS_FILE).read_text())
    document["accuracy"]["rendered"] = document["accuracy"]["photographed"]
    (checkpoint / LEVELS_FILE).write_text(json.dumps(document))
    measure_levels.main([*argv, "--threads", "1"])
    assert set(read_measured(checkpoint)) == {"photographed", "rendered"}
    document["weights_sha256"] = "0" * 64
    (checkpoint / LEVELS_FILE).write_text(json.dumps(document))
    assert read_measured(checkpoint) == {}


def test_kinds_stand_apart_and_what_the_net_learnt_is_left_out(
    predictor: Predictor, tmp_path: Path
) -> None:
    shard(tmp_path / "real.parquet", [{"latitude": str(47 + i)} for i in range(3)])
    rendered = shard(tmp_path / "world.parquet", [{"latitude": "60"}])
    table = pq.read_table(rendered)
    pq.write_table(table.replace_schema_metadata({b"geoduel": b"rendered"}), rendered)
    data = Collection.open([tmp_path])
    first = next(i for i, place in enumerate(data.places) if place.source == "parquet")
    trained = Trained(frozenset({data.places[first].key}))
    net: Any = SimpleNamespace(
        analyse=predictor.analyse, checkpoint=SimpleNamespace(trained=trained)
    )
    measured = measure(net, data, "all")
    assert {kind: one["sharp_eyed"].n for kind, one in measured.items()} == {
        "photographed": 2,
        "rendered": 1,
    }
    net.checkpoint.trained = Trained(frozenset(place.key for place in data.places))
    with pytest.raises(DataError, match="no readable picture in the split all that the net never"):
        measure(net, data, "all")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "[" * 100_000,
        '{"weights_sha256": "%s", "accuracy": {"rendered": 5}}',
        '{"weights_sha256": "%s", "accuracy": {"rendered": {"sharp_eyed": '
        '{"n": 2, "top1": "x", "low": 0, "high": 1}}}}',
    ],
)
def test_a_damaged_file_of_figures_is_none(tmp_path: Path, text: str) -> None:
    shutil.copy(DEFAULT_CHECKPOINT / "config.json", tmp_path)
    (tmp_path / LEVELS_FILE).write_text(text.replace("%s", weights_sha256(tmp_path)))
    assert read_measured(tmp_path) == {}
