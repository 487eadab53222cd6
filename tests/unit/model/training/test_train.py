from __future__ import annotations

import csv
import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.data import Dataset

from model.checkpoint import load
from model.data.collection import Collection
from model.data.datasets import Draw, draws_of
from model.data.preprocessing import Preprocessing
from model.errors import ConfigError, DataError, PictureError
from model.network import NetworkConfig
from model.training.cache import Cache
from model.training.calibration import fit_temperature
from model.training.config import Stage, TrainConfig
from model.training.crew import choose_device
from model.training.sampling import balanced, portions, steps_of_epoch, view_weights
from model.training.trainer import Trainer
from model.types import Place

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


@contextmanager
def killed_after_an_epoch() -> Iterator[None]:
    """A training dies as soon as it has kept one more epoch."""
    keep = Trainer._keep

    def keep_then_die(self: Trainer, *args: Any) -> None:
        keep(self, *args)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "_keep", keep_then_die)
        yield


def test_a_killed_run_goes_on_as_if_nothing_had_happened(data: Collection, tmp_path: Path) -> None:
    whole = trainer(data, tmp_path / "whole").run(resume=False)
    # Killed after its first, its second and its third epoch: within a stage and between two.
    with killed_after_an_epoch():
        for kills in range(3):
            with pytest.raises(KeyboardInterrupt):
                trainer(data, tmp_path / "killed").run(resume=kills > 0)
            assert load(tmp_path / "killed" / "checkpoint").fingerprint == data.fingerprint
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
    with pytest.raises(ConfigError, match=r"begun with .*batch_size = 64, now 8"):
        trainer(data, out).run(resume=True)
    more = Collection.open([photo_folder(Poland=3)])
    with pytest.raises(ConfigError, match=r"begun with other data \(split \w+, now \w+\)"):
        trainer(more, out, config=short).run(resume=True)


def test_a_loss_that_is_not_finite_stops_the_run_and_leaves_the_last_good_checkpoint(
    data: Collection, tmp_path: Path
) -> None:
    stages = (Stage("trunk", 1, 1e-2, 1e-3), Stage("trunk", 5, 1e30, 1e30))
    wild = TrainConfig(preprocessing=Preprocessing(64), stages=stages)
    with pytest.raises(DataError, match=r"loss is not finite.*; lower lr_from"):
        trainer(data, tmp_path / "run", config=wild).run(resume=False)
    good = load(tmp_path / "run" / "checkpoint")
    assert good.info["best"]["stage"] == 0
    assert all(torch.isfinite(p).all() for p in good.network.parameters())


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
                trainer(data, out).run(resume=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value)
    assert not list(out.rglob("*.part"))
    before = load(out / "checkpoint")
    assert before.info["best"]["epoch"] == 1
    whole = trainer(data, tmp_path / "whole").run(resume=False)
    resumed = trainer(data, out).run(resume=True)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name


def test_an_unreadable_picture_stops_the_run_or_is_counted(
    data: Collection, tmp_path: Path
) -> None:
    bad = Path(data.name(data.of_split("train")[3]))
    bad.write_text("not a picture")
    with pytest.raises(PictureError, match=rf"{bad.name}: not a picture.*--skip-unreadable"):
        trainer(data, tmp_path / "strict").run(resume=False)
    checkpoint = trainer(data, tmp_path / "lax", skip_unreadable=True).run(resume=False)
    assert checkpoint.info["unreadable"] == 1


@pytest.mark.parametrize("workers", [0, 2])
def test_an_unreadable_picture_among_pixels_is_named_once_and_counted(
    data: Collection, tmp_path: Path, workers: int, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Path(data.name(data.of_split("train")[3]))
    bad.write_text("not a picture")
    config = on_pixels(Stage("front", 2, cache=False), workers=workers)
    with pytest.raises(PictureError, match=rf"{bad.name}: not a picture.*--skip-unreadable") as e:
        trainer(data, tmp_path / "strict", config=config).run(resume=False)
    assert "\n" not in str(e.value)
    assert not multiprocessing.active_children(), "workers end though the traceback is still held"
    with caplog.at_level("WARNING"):
        run = trainer(data, tmp_path / "lax", config=config, skip_unreadable=True)
        checkpoint = run.run(resume=False)
    assert [r.message.count(bad.name) for r in caplog.records] == [1]
    assert checkpoint.info["unreadable"] == 1
    with (tmp_path / "lax" / "log.csv").open() as lines:
        assert [row["unreadable"] for row in csv.DictReader(lines)] == ["1", "1"]


def test_lbfgs_fits_the_head_to_the_end(data: Collection, tmp_path: Path) -> None:
    stage = Stage("trunk", 80, solver="lbfgs", l2=1e-3)
    config = TrainConfig(preprocessing=Preprocessing(64), stages=(stage,))
    run = trainer(data, tmp_path / "run", config=config)
    run.run(resume=False)
    items = run.supply.of(stage, "train")
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


def on_pixels(*stages: Stage, **options: Any) -> TrainConfig:
    """A config for stages on pixels, with a small ResNet and no dropout."""
    settings: dict[str, Any] = {
        "network": NetworkConfig("resnet18", head=(16,), dropout=0.0),
        "pretrained": False,
        "preprocessing": Preprocessing(32, "fixed"),
        "pixels": "fast",
        "batch_size": 16,
    }
    return TrainConfig(stages=stages, **settings | options)


@pytest.mark.parametrize("cache", [True, False])
def test_first_the_front_is_frozen_then_nothing(
    data: Collection, tmp_path: Path, cache: bool
) -> None:
    config = on_pixels(Stage("front", 1, cache=cache), Stage("none", 1))
    run = trainer(data, tmp_path / "run", config=config)
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


def final(config: TrainConfig, data: Collection, out: Path) -> dict[str, Tensor]:
    run = trainer(data, out, config=config)
    run.run(resume=False)
    state: dict[str, Tensor] = torch.load(out / "last.pt", weights_only=True)["network"]
    return state


@pytest.mark.parametrize("cache", [True, False])
def test_accumulated_batches_do_what_one_large_batch_does(
    data: Collection, tmp_path: Path, cache: bool
) -> None:
    stage = Stage("front", 1, 1e-3, 1e-3, cache=cache)
    one = final(on_pixels(stage, batch_size=18), data, tmp_path / "one")
    many = final(on_pixels(stage, batch_size=6, accumulate=3), data, tmp_path / "many")
    assert len(data.of_split("train")) % 18 == 8, "the last step: a batch of 6, one of 2, no third"
    start = trainer(data, tmp_path / "start", config=on_pixels(stage)).network.state_dict()
    for name, value in one.items():
        moved = (value - start[name]).float().norm()
        apart = (value - many[name]).float().norm()
        assert apart <= 2e-2 * moved + 1e-6, name


def test_balanced_and_smoothed_training_resumes_exactly(data: Collection, tmp_path: Path) -> None:
    stage = Stage("front", 2, 1e-3, 1e-4, cache=False)
    config = on_pixels(stage, sampler="balanced", accumulate=2, batch_size=5, label_smoothing=0.1)
    whole = final(config, data, tmp_path / "whole")
    with killed_after_an_epoch(), pytest.raises(KeyboardInterrupt):
        trainer(data, tmp_path / "killed", config=config).run(resume=False)
    assert load(tmp_path / "killed" / "checkpoint").info["best"]["epoch"] == 1
    trainer(data, tmp_path / "killed", config=config).run(resume=True)
    resumed = torch.load(tmp_path / "killed" / "last.pt", weights_only=True)["network"]
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())


def test_mixed_precision_and_channels_last_learn_the_same_but_for_rounding(
    data: Collection, tmp_path: Path
) -> None:
    stage = Stage("front", 1, 1e-3, 1e-3, cache=False)
    losses = []
    for i, options in enumerate([{}, {"precision": "bf16", "channels_last": True}]):
        run = trainer(data, tmp_path / str(i), config=on_pixels(stage, **options))
        run.run(resume=False)
        losses.append(run.ledger.rows[0]["train_loss"])
        assert all(p.dtype == torch.float32 for p in run.network.parameters())
    assert losses[0] == pytest.approx(losses[1], rel=0.02)
    assert losses[0] != losses[1]


def test_fast_and_exact_pixels_have_caches_of_their_own(data: Collection, tmp_path: Path) -> None:
    names = {}
    for pixels in ("exact", "fast"):
        config = TrainConfig(preprocessing=Preprocessing(64), pixels=pixels)
        run = Trainer(config, data, tmp_path / pixels, cache_directory=tmp_path / pixels)
        run.supply.of(config.stages[0], "val")
        names[pixels] = {f.name for f in (tmp_path / pixels).iterdir()}
    assert not names["exact"] & names["fast"]


def test_curves_for_tensorboard(data: Collection, tmp_path: Path) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    config = on_pixels(Stage("front", 1, cache=False), tensorboard=True)
    trainer(data, tmp_path / "run", config=config).run(resume=False)
    read = events.EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    read.Reload()
    assert {"step/loss", "epoch/val_loss", "epoch/lr"} <= set(read.Tags()["scalars"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch.utils.tensorboard", None)
        with pytest.raises(ConfigError, match=r"pip install tensorboard"):
            trainer(data, tmp_path / "none", config=config)


def test_an_empty_split_is_an_error(photo_folder: Callable[..., Path], tmp_path: Path) -> None:
    few = Collection.open([photo_folder(Hungary=1)])
    with pytest.raises(DataError, match="split of these 1 places is empty"):
        trainer(few, tmp_path / "run").run(resume=False)


def test_frozen_parts_are_computed_once(
    data: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.training.cache.CHUNK", 7)
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


def test_a_damaged_cache_is_computed_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Numbers(Dataset[tuple[Tensor, int]]):
        def __getitem__(self, i: int) -> tuple[Tensor, int]:
            return torch.tensor(float(i)), i

    def unreadable(_item: int, error: PictureError) -> None:
        raise error

    for damage in (b"", b"text", b"PK\x03\x04 half a file"):
        cache = Cache(tmp_path, lambda x: 2 * x, "a", lambda items: items, unreadable)
        cached, _ = cache.run(Numbers(), ["0", "1", "2"])
        assert [float(cached[i][0]) for i in range(3)] == [0.0, 2.0, 4.0]
        (file,) = tmp_path.glob("*.pt")
        file.write_bytes(damage)
    caplog.clear()
    cache.run(Numbers(), ["0", "1", "2"])
    assert f"{file}: damaged" in caplog.text


def test_devices() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    with pytest.raises(ConfigError, match="--device tpu: must be one of auto, cpu, cuda"):
        choose_device("tpu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.cuda, "is_available", lambda: False)
        assert choose_device("auto") == torch.device("cpu")
        with pytest.raises(ConfigError, match="--device cuda: there is no GPU here"):
            choose_device("cuda")
        patch.setattr(torch.cuda, "is_available", lambda: True)
        patch.setattr(torch.cuda, "device_count", lambda: 2)
        assert choose_device("auto", 1) == torch.device("cuda", 1)
        with pytest.raises(ConfigError, match="process 2 of this machine finds 2 GPUs"):
            choose_device("cuda", 2)


def test_an_epoch_takes_one_view_of_each_place_and_steps_of_one_shape() -> None:
    places = [0, 0, 0, 1, 1, 2, 3, 3, 4]
    shapes = [(1, 2)] * 6 + [(2, 2)] * 3
    for seed in range(20):
        steps = steps_of_epoch(places, shapes, 2, seed)
        items = [i for step in steps for i in step]
        assert sorted(places[i] for i in items) == [0, 1, 2, 3, 4]
        assert all(len({shapes[i] for i in step}) == 1 for step in steps)
        assert max(len(step) for step in steps) <= 2
    views = Counter(i for s in range(300) for b in steps_of_epoch(places, shapes, 2, s) for i in b)
    assert min(views[i] for i in (0, 1, 2)) > 60
    assert steps_of_epoch(places, shapes, 2, 7) == steps_of_epoch(places, shapes, 2, 7)


def test_a_balanced_epoch_shows_countries_alike() -> None:
    places = [p for p in range(40) for _ in range(2)]
    countries = ["US"] * 36 + ["HU"] * 4
    weights = balanced(countries)
    seen: Counter[str] = Counter()
    for seed in range(50):
        steps = steps_of_epoch(places, None, 8, seed, weights)
        assert sum(len(step) for step in steps) == 40
        seen.update(countries[places[i]] for step in steps for i in step)
    assert 0.45 < seen["HU"] / seen.total() < 0.55


def test_all_views_together_weigh_as_single_ones_would() -> None:
    places = [0, 0, 0, 1, 2, 2]
    assert view_weights(places) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1, 1 / 2, 1 / 2])
    countries = {0: "US", 1: "US", 2: "HU"}
    weights = view_weights(places, countries)
    assert weights == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2, 1 / 2, 1 / 2])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_processes_share_out_a_step(size: int) -> None:
    step = list(range(11))
    shares = [portions(step, 2, rank, size) for rank in range(size)]
    assert sorted(i for share in shares for batch in share for i in batch) == step
    assert all(1 <= len(batch) <= 2 for share in shares for batch in share)
    assert portions([5], 2, 1, 2) == [], "a process may have nothing to do"


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
