from __future__ import annotations

import csv
import math
import multiprocessing
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from PIL import Image
from torch import Tensor

from model.data.augmentation import Augmentation, AugmentedPictures
from model.data.collection import Collection
from model.data.datasets import all_views
from model.data.preprocessing import Preprocessing
from model.errors import ConfigError, DataError, PictureError
from model.network import NetworkConfig
from model.training.batches import BatchLoader
from model.training.config import TrainConfig
from model.training.inputs import has_bf16
from model.training.stage import Stage
from model.training.trainer import Trainer
from tests.conftest import jpeg
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


def test_augmented_views_depend_on_the_seed_alone_not_on_who_reads_them(data: Collection) -> None:
    views = AugmentedPictures(data, data.of_split("train"), Augmentation(brightness=0.5), 32)
    batches = [[0, 1, 2], [3, 0], [4]]
    read = []
    for workers, first in ((0, 0), (2, 0), (0, 1)):
        before = torch.random.get_rng_state()
        with BatchLoader(views, workers) as loader:
            read.append([b.inputs for b in loader(batches, seed=7, first=first)])
        assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(read[0], read[1], strict=True))
    assert all(torch.equal(a, b) for a, b in zip(read[0][1:], read[2], strict=True))
    assert not torch.equal(read[0][0][0], read[0][1][1]), "one place twice: two views"
    with BatchLoader(views) as loader:
        other = [b.inputs for b in loader(batches, seed=8)]
    assert not torch.equal(other[0], read[0][0])


@pytest.mark.parametrize("letterbox", ["tight", "fixed"])
def test_pictures_of_all_forms_make_batches_of_one_shape(
    tmp_path: Path, letterbox: Literal["tight", "fixed"]
) -> None:
    folder = tmp_path / "data" / "Hungary"
    folder.mkdir(parents=True)
    sizes = [(96, 64), (64, 96), (200, 64), (96, 64), (400, 64)]
    for i, size in enumerate(sizes):
        Image.new("RGB", size, (i, 2 * i, 3 * i)).save(folder / f"{i}.png")
    collection = Collection.open([tmp_path / "data"])
    numbers = range(len(sizes))
    views = all_views(collection, numbers, Preprocessing(64, letterbox), crops=1, flip=False)
    found = [tuple(views[i][0].shape) for i in range(len(sizes))]
    if letterbox == "fixed":
        assert views.shapes is None
        assert len(set(found)) == 1
    else:
        assert views.shapes == found
        assert len(set(found)) > 2


def test_augmentation_changes_what_is_learnt_not_what_is_judged(
    data: Collection, tmp_path: Path
) -> None:
    stage = Stage("none", 1, short_side_px=64)
    config = on_pixels(stage, augmentation=Augmentation(mixup=0.2, cutmix=0.5))
    run = small_trainer(data, tmp_path / "run", config=config)
    assert run.inputs.of(stage, "train").dataset[0][0].shape == (3, 64, 64)
    val = run.inputs.of(stage, "val").dataset[0][0]
    assert val.shape == (3, 32, 96), "as the preprocessing has it"
    run.run(resume=False)
    assert math.isfinite(run.state.records[0]["train_loss"])


@pytest.mark.parametrize("able", ["avx512_bf16", "amx_bf16", "avx2"])
def test_bf16_is_chosen_where_the_processor_computes_in_it(
    able: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {able: True})
    assert has_bf16(torch.device("cpu")) == (able != "avx2")


def features_of(data: Collection, cache: Path, **network: Any) -> Tensor:
    """What a frozen trunk makes of the val split."""
    config = on_pixels(Stage("trunk"), network=NetworkConfig("resnet18", **network))
    trainer = Trainer(config, data, cache / "run", cache_directory=cache)
    val = trainer.inputs.of(config.stages[0], "val")
    return torch.stack([val.dataset[i][0] for i in range(len(val.places))])


def test_cached_features_are_of_one_normalisation(data: Collection, tmp_path: Path) -> None:
    for normalise in ("minus_one_one", "imagenet"):
        shared = features_of(data, tmp_path / "shared", normalise=normalise)
        own = features_of(data, tmp_path / normalise, normalise=normalise)
        assert torch.equal(shared, own)


def test_cached_features_are_of_the_picture_that_is_there(data: Collection, tmp_path: Path) -> None:
    before = features_of(data, tmp_path)
    photo = Path(data.name(data.of_split("val")[0]))
    photo.write_bytes(jpeg(seed=12345))
    after = features_of(data, tmp_path)
    assert not torch.equal(before[0], after[0])
    assert torch.equal(before[1:], after[1:])


@pytest.mark.parametrize(
    "stage", [Stage("trunk"), Stage("trunk", solver="lbfgs"), Stage("front", cache=False)]
)
def test_a_split_of_which_nothing_can_be_read_is_named(
    data: Collection, tmp_path: Path, stage: Stage
) -> None:
    for number in data.of_split("train"):
        Path(data.name(number)).write_text("not a picture")
    run = small_trainer(data, tmp_path / "run", config=on_pixels(stage), skip_unreadable=True)
    with pytest.raises(DataError, match="no picture of the train split can be read"):
        run.run(resume=False)


def test_a_split_without_places_is_named_before_anything_is_written(
    data: Collection, tmp_path: Path
) -> None:
    data.splits = ["train" if split == "val" else split for split in data.splits]  # type: ignore[misc]
    with pytest.raises(DataError, match="the val split of these 56 places is empty"):
        small_trainer(data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_more_frozen_layers_than_there_are(data: Collection, tmp_path: Path) -> None:
    config = on_pixels(Stage("none", frozen_layers=40))
    with pytest.raises(ConfigError, match=r"frozen_layers = 40: resnet18 has \d+"):
        small_trainer(data, tmp_path / "run", config=config)
