"""Nets of timm in a training, with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.checkpoint import load
from model.data.augmentation import Augmentation
from model.data.collection import Collection
from model.data.preprocessing import Preprocessing
from model.errors import ConfigError
from model.network import NetworkConfig
from model.predictor import Predictor
from model.training.stage import Stage
from tests.unit.model.training.small_runs import on_pixels, small_trainer

VIT = "timm:vit_tiny_patch16_224"


def test_pictures_consist_of_whole_patches(data: Collection, tmp_path: Path) -> None:
    network = NetworkConfig("timm:eva02_tiny_patch14_224")
    with pytest.raises(ConfigError, match=r"stride_px = 32: timm:eva02\S+ needs a multiple of 14"):
        small_trainer(data, tmp_path, config=on_pixels(Stage("none"), network=network))
    config = on_pixels(
        Stage("none", short_side_px=60),
        network=network,
        preprocessing=Preprocessing(56, stride_px=28),
        augmentation=Augmentation(),
    )
    with pytest.raises(ConfigError, match=r"short_side_px = 60: .*needs a multiple of 14 in a"):
        small_trainer(data, tmp_path, config=config)


@pytest.mark.slow
def test_a_transformer_is_trained_and_explains_itself(data: Collection, tmp_path: Path) -> None:
    config = on_pixels(
        Stage("none", 1, 1e-3, 1e-4, frozen_layers=2, layer_decay=0.8),
        network=NetworkConfig(VIT),
        preprocessing=Preprocessing(48, "tight", stride_px=16),
        augmentation=Augmentation(),
    )
    small_trainer(data, tmp_path / "run", config=config).run(resume=False)
    predictor = Predictor(load(tmp_path / "run" / "checkpoint"))
    analysis = predictor.analyse(data.picture(0))
    grid = analysis.heatmap("HU").grid
    assert grid.ndim == 2
    assert min(grid.shape) == 3
