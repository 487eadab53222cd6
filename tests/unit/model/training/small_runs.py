"""Trainings that take a second: generated photos, tiny pictures, a small net."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from model.data.collection import Collection
from model.data.preprocessing import Preprocessing
from model.network import NetworkConfig
from model.training.config import TrainConfig
from model.training.distributed import Processes
from model.training.stage import Stage
from model.training.trainer import Trainer

ALONE = Processes(torch.device("cpu"))


TINY = TrainConfig(
    preprocessing=Preprocessing(64),
    batch_size=8,
    label_smoothing=0.1,
    stages=(Stage("trunk", 2, 1e-2, 1e-3), Stage("front", 1.5, 1e-3, 1e-4)),
)


def small_trainer(data: Collection, out: Path, **options: Any) -> Trainer:
    config = options.pop("config", TINY)
    return Trainer(config, data, out, skip_unreadable=options.pop("skip_unreadable", False))


def on_pixels(*stages: Stage, **options: Any) -> TrainConfig:
    """A config for stages on pixels, with a small ResNet and no dropout; exact on any processor."""
    settings: dict[str, Any] = {
        "precision": "float32",
        "network": NetworkConfig("resnet18", head=(16,), dropout=0.0),
        "pretrained": False,
        "preprocessing": Preprocessing(32, "fixed"),
        "pixels": "fast",
        "batch_size": 16,
    }
    return TrainConfig(stages=stages, **settings | options)


def final(config: TrainConfig, data: Collection, out: Path) -> dict[str, Tensor]:
    run = small_trainer(data, out, config=config)
    run.run(resume=False)
    state: dict[str, Tensor] = torch.load(out / "last.pt", weights_only=True)["network"]
    return state


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
