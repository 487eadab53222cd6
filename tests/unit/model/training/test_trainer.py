from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from model.checkpoint import load
from model.data.augmentation import Augmentation
from model.data.collection import Collection
from model.data.preprocessing import Preprocessing
from model.errors import DataError
from model.network import NetworkConfig
from model.training.batches import balanced_weights
from model.training.config import TrainConfig
from model.training.stage import Stage
from model.training.trainer import Trainer
from tests.unit.model.training.small_runs import (
    final,
    killed_after_an_epoch,
    on_pixels,
    small_trainer,
)

pytestmark = pytest.mark.slow


def test_a_run_learns_and_leaves_what_it_promises(data: Collection, tmp_path: Path) -> None:
    out = tmp_path / "run"
    checkpoint = small_trainer(data, out).run(resume=False)
    assert sorted(f.name for f in out.iterdir()) == [
        "cache",
        "checkpoint",
        "config.json",
        "data.csv",
        "last",
        "last.pt",
        "log.csv",
    ]
    with (out / "log.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert [(r["stage"], r["epoch"]) for r in rows] == [
        ("0", "1"),
        ("0", "2"),
        ("1", "1"),
        ("1", "2"),
    ]
    assert float(rows[1]["train_loss"]) < float(rows[0]["train_loss"])
    settings = json.loads((out / "config.json").read_text())
    assert settings["split_fingerprint"] == data.fingerprint
    assert settings["config"]["batch_size"] == 8
    assert settings["revision"]
    loaded = load(out / "checkpoint")
    assert loaded.fingerprint == checkpoint.fingerprint == data.fingerprint
    seen = {data.places[i].key for s in ("train", "val") for i in data.of_split(s)}
    assert loaded.trained.keys == seen
    assert not any(loaded.trained.covers(data.places[i]) for i in data.of_split("test"))


def test_a_killed_run_goes_on_as_if_nothing_had_happened(data: Collection, tmp_path: Path) -> None:
    whole = small_trainer(data, tmp_path / "whole").run(resume=False)
    # Killed after its first, its second and its third epoch: within a stage and between two.
    with killed_after_an_epoch():
        for kills in range(3):
            with pytest.raises(KeyboardInterrupt):
                small_trainer(data, tmp_path / "killed").run(resume=kills > 0)
            assert load(tmp_path / "killed" / "checkpoint").fingerprint == data.fingerprint
    resumed = small_trainer(data, tmp_path / "killed").run(resume=True)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    assert resumed.temperature == whole.temperature


def test_balanced_and_smoothed_training_resumes_exactly(data: Collection, tmp_path: Path) -> None:
    stage = Stage("front", 2, 1e-3, 1e-4, cache=False)
    config = on_pixels(stage, sampler="balanced", accumulate=2, batch_size=5, label_smoothing=0.1)
    whole = final(config, data, tmp_path / "whole")
    with killed_after_an_epoch(), pytest.raises(KeyboardInterrupt):
        small_trainer(data, tmp_path / "killed", config=config).run(resume=False)
    assert load(tmp_path / "killed" / "checkpoint").info["best"]["epoch"] == 1
    small_trainer(data, tmp_path / "killed", config=config).run(resume=True)
    resumed = torch.load(tmp_path / "killed" / "last.pt", weights_only=True)["network"]
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())


@pytest.mark.parametrize("after", [2, 4, 5])
def test_a_run_killed_within_an_epoch_goes_on_at_its_next_step(
    data: Collection, tmp_path: Path, after: int
) -> None:
    """With all that draws by lot or remembers: views, mixing, dropout, means, rates, norms."""
    stage = Stage("none", 2, 1e-3, 1e-4, warmup=0.5, layer_decay=0.7, head_rate=2.0)
    config = on_pixels(
        stage,
        network=NetworkConfig("shufflenet_v2_x0_5", dropout=0.5),
        augmentation=Augmentation(brightness=0.5, erasing=0.5, mixup=0.2, cutmix=0.5),
        small_copies_px=40,
        average=0.9,
        accumulate=2,
        batch_size=7,
        source_weights={"photos": 2.0},
        save_minutes=0.0,
    )
    whole = final(config, data, tmp_path / "whole")
    save, saves = Trainer._save, []

    def save_then_die(self: Trainer, *args: Any) -> None:
        save(self, *args)
        saves.append(self.state.progress.step)
        if len(saves) == after:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "_save", save_then_die)
        with pytest.raises(KeyboardInterrupt):
            small_trainer(data, tmp_path / "killed", config=config).run(resume=False)
    assert saves == [1, 2, 3, 4, 0][:after], "the fifth is the end of the first epoch"
    resumed = small_trainer(data, tmp_path / "killed", config=config)
    checkpoint = resumed.run(resume=True)
    state = torch.load(tmp_path / "killed" / "last.pt", weights_only=True)
    assert all(torch.equal(value, state["network"][name]) for name, value in whole.items())
    mean = {name.removeprefix("module."): v for name, v in state["progress"]["mean"].items()}
    kept = checkpoint.network.state_dict()
    assert checkpoint.info["best"]["epoch"] == 2
    assert all(torch.equal(value, mean[name]) for name, value in kept.items())
    assert not torch.equal(state["network"]["head.1.weight"], mean["head.1.weight"])
    assert len(list((tmp_path / "killed" / "cache" / "pictures").rglob("*.jpg"))) == len(
        data.of_split("train")
    )


def test_sources_are_shown_by_their_weights(data: Collection, tmp_path: Path) -> None:
    run = small_trainer(data, tmp_path / "a", config=on_pixels(Stage("none", 1)))
    inputs = run.inputs.of(run.config.stages[0], "train")
    assert run._weights(inputs) is None
    config = on_pixels(Stage("none", 1), source_weights={"photos": 0.25}, sampler="balanced")
    weights = small_trainer(data, tmp_path / "b", config=config)._weights(inputs)
    assert weights is not None
    countries = [data.places[i].country for i in dict.fromkeys(inputs.places)]
    assert weights == pytest.approx(0.25 * balanced_weights(countries))


def test_a_loss_that_is_not_finite_stops_the_run_and_leaves_the_last_good_checkpoint(
    data: Collection, tmp_path: Path
) -> None:
    stages = (Stage("trunk", 1, 1e-2, 1e-3), Stage("trunk", 5, 1e30, 1e30))
    wild = TrainConfig(preprocessing=Preprocessing(64), stages=stages)
    with pytest.raises(DataError, match=r"loss is not finite.*; lower lr_from"):
        small_trainer(data, tmp_path / "run", config=wild).run(resume=False)
    good = load(tmp_path / "run" / "checkpoint")
    assert good.info["best"]["stage"] == 0
    assert all(torch.isfinite(p).all() for p in good.network.parameters())


@pytest.mark.parametrize("cache", [True, False])
def test_first_the_front_is_frozen_then_nothing(
    data: Collection, tmp_path: Path, cache: bool
) -> None:
    config = on_pixels(Stage("front", 1, cache=cache), Stage("none", 1))
    run = small_trainer(data, tmp_path / "run", config=config)
    keep = Trainer._keep

    def keep_state(self: Trainer, *args: Any) -> None:
        keep(self, *args)
        states.append({k: v.clone() for k, v in self.network.state_dict().items()})

    states = [{k: v.clone() for k, v in run.network.state_dict().items()}]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "_keep", keep_state)
        run.run(resume=False)
    first, second, third = states
    moved = [k for k in first if not torch.equal(first[k], second[k])]
    assert {k.split(".")[0] for k in moved} == {"back", "head"}
    assert not any("running" in k for k in moved), "frozen stages leave batch norms alone"
    moved = [k for k in first if not torch.equal(second[k], third[k])]
    assert {k.split(".")[0] for k in moved} == {"front", "back", "head"}
    assert any("front" in k and "running_mean" in k for k in moved)


@pytest.mark.parametrize("cache", [True, False])
def test_accumulated_batches_do_what_one_large_batch_does(
    data: Collection, tmp_path: Path, cache: bool
) -> None:
    stage = Stage("front", 1, 1e-3, 1e-3, cache=cache)
    one = final(on_pixels(stage, batch_size=18), data, tmp_path / "one")
    many = final(on_pixels(stage, batch_size=6, accumulate=3), data, tmp_path / "many")
    assert len(data.of_split("train")) % 18 == 8, "the last step: a batch of 6, one of 2, no third"
    start = small_trainer(data, tmp_path / "start", config=on_pixels(stage)).network.state_dict()
    for name, value in one.items():
        moved = (value - start[name]).float().norm()
        apart = (value - many[name]).float().norm()
        assert apart <= 2e-2 * moved + 1e-6, name


def test_an_empty_split_is_an_error(photo_folder: Callable[..., Path], tmp_path: Path) -> None:
    few = Collection.open([photo_folder(Hungary=1)])
    with pytest.raises(DataError, match="split of these 1 places is empty"):
        small_trainer(few, tmp_path / "run").run(resume=False)
