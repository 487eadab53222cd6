from __future__ import annotations

import csv
import multiprocessing
from pathlib import Path

import pytest
import torch

from model.data.collection import Collection
from model.data.preprocessing import Preprocessing
from model.errors import PictureError
from model.training.config import Stage, TrainConfig
from model.training.trainer import Trainer
from tests.unit.model.training.small_runs import on_pixels, small_trainer

pytestmark = pytest.mark.slow


def test_an_unreadable_picture_stops_the_run_or_is_counted(
    data: Collection, tmp_path: Path
) -> None:
    bad = Path(data.name(data.of_split("train")[3]))
    bad.write_text("not a picture")
    with pytest.raises(PictureError, match=rf"{bad.name}: not a picture.*--skip-unreadable"):
        small_trainer(data, tmp_path / "strict").run(resume=False)
    checkpoint = small_trainer(data, tmp_path / "lax", skip_unreadable=True).run(resume=False)
    assert checkpoint.info["unreadable"] == 1


@pytest.mark.parametrize("workers", [0, 2])
def test_an_unreadable_picture_among_pixels_is_named_once_and_counted(
    data: Collection, tmp_path: Path, workers: int, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Path(data.name(data.of_split("train")[3]))
    bad.write_text("not a picture")
    config = on_pixels(Stage("front", 2, cache=False), workers=workers)
    with pytest.raises(PictureError, match=rf"{bad.name}: not a picture.*--skip-unreadable") as e:
        small_trainer(data, tmp_path / "strict", config=config).run(resume=False)
    assert "\n" not in str(e.value)
    assert not multiprocessing.active_children(), "workers end though the traceback is still held"
    with caplog.at_level("WARNING"):
        run = small_trainer(data, tmp_path / "lax", config=config, skip_unreadable=True)
        checkpoint = run.run(resume=False)
    assert [r.message.count(bad.name) for r in caplog.records] == [1]
    assert checkpoint.info["unreadable"] == 1
    with (tmp_path / "lax" / "log.csv").open() as lines:
        assert [row["unreadable"] for row in csv.DictReader(lines)] == ["1", "1"]


def test_mixed_precision_and_channels_last_learn_the_same_but_for_rounding(
    data: Collection, tmp_path: Path
) -> None:
    stage = Stage("front", 1, 1e-3, 1e-3, cache=False)
    losses = []
    for i, options in enumerate([{}, {"precision": "bf16", "channels_last": True}]):
        run = small_trainer(data, tmp_path / str(i), config=on_pixels(stage, **options))
        run.run(resume=False)
        losses.append(run.state.records[0]["train_loss"])
        assert all(p.dtype == torch.float32 for p in run.network.parameters())
    assert losses[0] == pytest.approx(losses[1], rel=0.02)
    assert losses[0] != losses[1]


def test_fast_and_exact_pixels_have_caches_of_their_own(data: Collection, tmp_path: Path) -> None:
    names = {}
    for pixels in ("exact", "fast"):
        config = TrainConfig(preprocessing=Preprocessing(64), pixels=pixels)
        run = Trainer(config, data, tmp_path / pixels, cache_directory=tmp_path / pixels)
        run.inputs.of(config.stages[0], "val")
        names[pixels] = {f.name for f in (tmp_path / pixels).iterdir()}
    assert not names["exact"] & names["fast"]
