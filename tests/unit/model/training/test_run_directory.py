from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from model.checkpoint import load
from model.data.collection import Collection
from model.data.preprocessing import Preprocessing
from model.errors import ConfigError, DataError
from model.training.config import TrainConfig
from model.training.run_directory import RunDirectory
from model.training.stage import Stage
from model.training.trainer import Trainer
from tests.unit.model.training.small_runs import (
    ALONE,
    killed_after_an_epoch,
    on_pixels,
    small_trainer,
)


def test_a_run_is_not_overwritten_nor_resumed_with_other_settings_or_data(
    data: Collection, tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    out = tmp_path / "run"
    with pytest.raises(ConfigError, match="nothing to resume"):
        small_trainer(data, out).run(resume=True)
    short = TrainConfig(preprocessing=Preprocessing(64), stages=(Stage("trunk", 1),))
    small_trainer(data, out, config=short).run(resume=False)
    with pytest.raises(ConfigError, match="holds a run; add --resume"):
        small_trainer(data, out, config=short).run(resume=False)
    with pytest.raises(ConfigError, match=r"begun with .*batch_size = 64, now 8"):
        small_trainer(data, out).run(resume=True)
    more = Collection.open([photo_folder(Poland=3)])
    with pytest.raises(ConfigError, match=r"begun with other data \(split \w+, now \w+\)"):
        small_trainer(more, out, config=short).run(resume=True)


@pytest.mark.parametrize(
    "damage",
    [
        lambda saved: saved.pop("best"),
        lambda saved: saved.pop("rows"),
        lambda saved: saved["progress"].update(stages=3),
        lambda saved: saved["network"].popitem(),
    ],
)
def test_a_saved_state_that_lacks_something_is_refused_in_one_line(
    data: Collection, tmp_path: Path, damage: Callable[[dict[str, Any]], object]
) -> None:
    config = TrainConfig(preprocessing=Preprocessing(64), stages=(Stage("trunk", 1),))
    small_trainer(data, tmp_path, config=config).run(resume=False)
    saved = torch.load(tmp_path / "last.pt", weights_only=True)
    damage(saved)
    torch.save(saved, tmp_path / "last.pt")
    with pytest.raises(ConfigError, match=r"last\.pt: damaged \(.*; start anew") as caught:
        small_trainer(data, tmp_path, config=config).run(resume=True)
    assert "\n" not in str(caught.value)


def test_a_full_disk_is_reported_and_leaves_the_last_good_checkpoint(
    data: Collection, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource")
    out = tmp_path / "run"
    keep = Trainer._keep
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def keep_then_fill_the_disk(self: Trainer, *args: Any) -> None:
        keep(self, *args)
        # The system's own limit stands in for a full disk: writing fails in the same way.
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Trainer, "_keep", keep_then_fill_the_disk)
            with pytest.raises(DataError, match=r"cannot be written \(.*--resume") as caught:
                small_trainer(data, out).run(resume=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value)
    assert not list(out.rglob("*.part"))
    before = load(out / "checkpoint")
    assert before.info["best"]["epoch"] == 1
    whole = small_trainer(data, tmp_path / "whole").run(resume=False)
    resumed = small_trainer(data, out).run(resume=True)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name


def test_curves_for_tensorboard(data: Collection, tmp_path: Path) -> None:
    stages = Stage("front", 2, cache=False), Stage("none", 1)
    config = on_pixels(*stages, tensorboard=True)
    with killed_after_an_epoch(), pytest.raises(KeyboardInterrupt):
        small_trainer(data, tmp_path / "run", config=config).run(resume=False)
    small_trainer(data, tmp_path / "run", config=config).run(resume=True)
    read = EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    read.Reload()
    assert {"step/loss", "epoch/val_loss", "epoch/lr"} <= set(read.Tags()["scalars"])
    per_epoch = math.ceil(len(data.of_split("train")) / config.batch_size)
    # One axis for the whole run, though this output is no terminal and the run was resumed.
    steps = [point.step for point in read.Scalars("step/loss")]
    assert steps == list(range(1, 3 * per_epoch + 1))
    epochs = [point.step for point in read.Scalars("epoch/val_loss")]
    assert epochs == [per_epoch, 2 * per_epoch, 3 * per_epoch]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch.utils.tensorboard", None)
        with pytest.raises(ConfigError, match=r"pip install tensorboard"):
            small_trainer(data, tmp_path / "none", config=config)


def test_a_checkpoint_is_not_written_over(data: Collection, tmp_path: Path) -> None:
    small_trainer(data, tmp_path / "run").run(resume=False)
    checkpoint = tmp_path / "run" / "checkpoint"
    with pytest.raises(ConfigError, match="checkpoint: holds a checkpoint; give another --out"):
        small_trainer(data, checkpoint).run(resume=False)
    load(checkpoint)


@pytest.mark.parametrize("kept", ["checkpoint/config.json", "last/config.json", "log.csv"])
def test_what_is_left_of_a_run_is_not_written_over(tmp_path: Path, kept: str) -> None:
    (tmp_path / kept).parent.mkdir(exist_ok=True)
    (tmp_path / kept).write_text("kept")
    with pytest.raises(ConfigError, match=r"holds a run; give another --out$"):
        RunDirectory(tmp_path, ALONE).begin({}, {}, "")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [tmp_path / kept]
    assert (tmp_path / kept).read_text() == "kept"


def test_a_folder_that_cannot_be_made_asks_for_another(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"kept")
    for out, reason in ((file, "File exists"), (file / "run", "Not a directory")):
        with pytest.raises(
            DataError, match=rf"cannot be written \({reason}\); give another --out$"
        ):
            RunDirectory(out, ALONE).begin({}, {}, "")
    assert file.read_bytes() == b"kept"


def test_odd_bytes_of_names_are_escaped(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    directory = RunDirectory(tmp_path / "run", ALONE)
    directory.begin({}, {}, f"key,file\nab,{name}\n")
    assert r"ab,caf\udce9.jpg" in (tmp_path / "run" / "data.csv").read_text(encoding="utf-8")
