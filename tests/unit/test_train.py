from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.data import Dataset

from model.checkpoint import load
from model.config import Stage, TrainConfig
from model.data.collection import Collection
from model.data.datasets import Cache, Draw, EpochSampler, draws_of
from model.data.preprocessing import Preprocessing
from model.train import Trainer, fit_temperature
from model.types import ConfigError, DataError, PictureError, Place

TINY = TrainConfig(
    preprocessing=Preprocessing(64),
    batch_size=8,
    label_smoothing=0.1,
    stages=(Stage("trunk", 2, 1e-2, 1e-3), Stage("front", 1.5, 1e-3, 1e-4)),
)


@pytest.fixture
def data(photo_folder: Callable[..., Path]) -> Collection:
    return Collection.open([photo_folder(Hungary=20, Japan=20, Brazil=16)])


def trainer(data: Collection, out: Path, **options: Any) -> Trainer:
    config = options.pop("config", TINY)
    return Trainer(config, data, out, skip_unreadable=options.pop("skip_unreadable", False))


def test_a_run_learns_and_leaves_what_it_promises(data: Collection, tmp_path: Path) -> None:
    out = tmp_path / "run"
    checkpoint = trainer(data, out).run(resume=False)
    assert sorted(f.name for f in out.iterdir()) == [
        "cache",
        "checkpoint",
        "config.json",
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


@pytest.mark.parametrize("epochs_before_the_kill", [1, 2, 3])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    data: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epochs_before_the_kill: int
) -> None:
    whole = trainer(data, tmp_path / "whole").run(resume=False)
    keep = Trainer._keep
    kept = 0

    def keep_then_die(self: Trainer, *args: Any) -> None:
        nonlocal kept
        keep(self, *args)
        kept += 1
        if kept == epochs_before_the_kill:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_keep", keep_then_die)
        with pytest.raises(KeyboardInterrupt):
            trainer(data, tmp_path / "killed").run(resume=False)
    resumed = trainer(data, tmp_path / "killed").run(resume=True)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    assert resumed.temperature == whole.temperature


def test_a_run_is_not_overwritten_nor_resumed_with_other_settings_or_data(
    data: Collection, tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    out = tmp_path / "run"
    with pytest.raises(ConfigError, match="nothing to resume"):
        trainer(data, out).run(resume=True)
    short = TrainConfig(preprocessing=Preprocessing(64), stages=(Stage("trunk", 1),))
    trainer(data, out, config=short).run(resume=False)
    with pytest.raises(ConfigError, match="holds a run; add --resume"):
        trainer(data, out, config=short).run(resume=False)
    with pytest.raises(ConfigError, match="another config"):
        trainer(data, out).run(resume=True)
    more = Collection.open([photo_folder(Poland=3)])
    with pytest.raises(ConfigError, match="another split_fingerprint"):
        trainer(more, out, config=short).run(resume=True)


def test_a_loss_that_is_not_finite_stops_the_run(data: Collection, tmp_path: Path) -> None:
    wild = TrainConfig(preprocessing=Preprocessing(64), stages=(Stage("trunk", 5, 1e30, 1e30),))
    with pytest.raises(DataError, match="loss is not finite at step"):
        trainer(data, tmp_path / "run", config=wild).run(resume=False)


def test_an_unreadable_picture_stops_the_run_or_is_counted(
    data: Collection, tmp_path: Path
) -> None:
    bad = Path(data.name(data.of_split("train")[3]))
    bad.write_text("not a picture")
    with pytest.raises(PictureError, match=rf"{bad.name}: not a picture.*--skip-unreadable"):
        trainer(data, tmp_path / "strict").run(resume=False)
    checkpoint = trainer(data, tmp_path / "lax", skip_unreadable=True).run(resume=False)
    assert checkpoint.info["unreadable"] == 1


def test_lbfgs_fits_the_head_to_the_end(data: Collection, tmp_path: Path) -> None:
    stage = Stage("trunk", 80, solver="lbfgs", l2=1e-3)
    config = TrainConfig(preprocessing=Preprocessing(64), stages=(stage,))
    run = trainer(data, tmp_path / "run", config=config)
    run.run(resume=False)
    items = run.inputs("trunk", "train")
    x = torch.stack([items.dataset[i][0] for i in range(len(items.places))])
    labels = torch.tensor([items.dataset[i][1] for i in range(len(items.places))])
    linear = run.network.head[-1]
    assert isinstance(linear, torch.nn.Linear)

    def steepest(weight: Tensor) -> float:
        leaf = weight.detach().clone().requires_grad_(True)
        logits = torch.nn.functional.linear(x, leaf, linear.bias)
        loss = run.loss(logits, labels) + stage.l2 * (leaf**2).sum()
        return float(torch.autograd.grad(loss, leaf)[0].abs().max())

    assert steepest(linear.weight) < 0.02 * steepest(torch.zeros_like(linear.weight))
    with pytest.raises(ConfigError, match="needs freeze"):
        Stage("front", 1, solver="lbfgs")


def test_everything_can_be_trained_on_pixels(data: Collection, tmp_path: Path) -> None:
    config = TrainConfig(
        preprocessing=Preprocessing(32, "fixed"), batch_size=16, stages=(Stage("none", 1),)
    )
    run = trainer(data, tmp_path / "run", config=config)
    before = run.network.front[0].weight.clone()
    run.run(resume=False)
    assert not torch.equal(before, run.network.front[0].weight)


def test_an_empty_split_is_an_error(photo_folder: Callable[..., Path], tmp_path: Path) -> None:
    few = Collection.open([photo_folder(Hungary=1)])
    with pytest.raises(DataError, match="split of these 1 places is empty"):
        trainer(few, tmp_path / "run").run(resume=False)


def test_frozen_parts_are_computed_once(
    data: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.data.datasets.CHUNK", 7)
    seen: list[int] = []
    damaged: list[int] = []

    def frozen(x: Tensor) -> Tensor:
        seen.append(int(x))
        return 2 * x

    def unreadable(item: int, error: PictureError) -> None:
        assert item == 9
        damaged.append(item)

    class Numbers(Dataset[tuple[Tensor, int]]):
        def __getitem__(self, i: int) -> tuple[Tensor, int]:
            if i == 9:
                raise PictureError("x.jpg: damaged")
            return torch.tensor([float(i)])[0], i

    def run(identity: str, n: int) -> tuple[list[float], list[int]]:
        cache = Cache(tmp_path, frozen, identity, lambda items: items, unreadable)
        dataset, kept = cache.run(Numbers(), [str(i) for i in range(n)])
        assert [dataset[k][1] for k in range(len(dataset))] == kept
        return [float(dataset[k][0]) for k in range(len(dataset))], kept

    expected = [i for i in range(20) if i != 9]
    assert run("a", 20) == ([2.0 * i for i in expected], expected)
    assert seen == expected
    assert run("a", 20) == ([2.0 * i for i in expected], expected)
    assert seen == expected, "the second run takes everything from disk"
    assert damaged == [9, 9], "what could not be read is reported in every run"
    run("a", 22)
    assert seen == [*expected, *range(14, 22)], "only the last file is new"
    run("b", 3)
    assert seen[-3:] == [0, 1, 2], "another frozen part"
    assert not list(tmp_path.glob("*.part"))


def test_an_epoch_takes_one_view_of_each_place_and_batches_of_one_shape() -> None:
    places = [0, 0, 0, 1, 1, 2, 3, 3, 4]
    shapes = [(1, 2)] * 6 + [(2, 2)] * 3
    for seed in range(20):
        batches = list(EpochSampler(places, shapes, 2, seed))
        items = [i for batch in batches for i in batch]
        assert sorted(places[i] for i in items) == [0, 1, 2, 3, 4]
        assert all(len({shapes[i] for i in batch}) == 1 for batch in batches)
        assert max(len(batch) for batch in batches) <= 2
        assert len(EpochSampler(places, shapes, 2, seed)) == len(batches)
    views = Counter(i for s in range(300) for b in EpochSampler(places, shapes, 2, s) for i in b)
    assert min(views[i] for i in (0, 1, 2)) > 60
    assert list(EpochSampler(places, shapes, 2, 7)) == list(EpochSampler(places, shapes, 2, 7))


def test_views_of_panoramas_and_photos() -> None:
    places = [Place("a", "HU", None, "parquet"), Place("b", "HU", None, "photos")]
    assert draws_of(places, [0, 1], 3, flip=False) == [
        Draw(0, 0.0),
        Draw(0, 0.5),
        Draw(0, 1.0),
        Draw(1, 0.5),
    ]
    assert draws_of(places, [0], 1, flip=True) == [Draw(0, 0.5), Draw(0, 0.5, True)]


def test_the_temperature_of_overconfident_logits() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(4000, 56, generator=generator)
    labels = torch.distributions.Categorical(logits=logits).sample()
    assert fit_temperature(logits, labels) == pytest.approx(1, rel=0.05)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3, rel=0.05)
