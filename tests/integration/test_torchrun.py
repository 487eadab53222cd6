"""Two processes that ``torchrun`` starts, against one process with the doubled batch."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from model.checkpoint import load
from tests.conftest import ROOT

CONFIG = """
pretrained = false
precision = "float32"
pixels = "fast"
batch_size = {batch_size}
stages = [
    {{ freeze = "front", epochs = 1, lr_from = 1e-3, lr_to = 1e-3 }},
    {{ freeze = "front", cache = false, epochs = 1.5, lr_from = 1e-3, lr_to = 1e-4 }},
]
[network]
backbone = "resnet18"
head = [16]
dropout = 0.0
[preprocessing]
short_side_px = 32
letterbox = "fixed"
"""


def train(folder: Path, data: Path, name: str, batch_size: int, *start: str) -> None:
    config = folder / f"{name}.toml"
    config.write_text(CONFIG.format(batch_size=batch_size))
    options = ("--config", str(config), "--data", str(data), "--out", str(folder / name))
    command = [sys.executable, *start, "-m", "model.train", *options, "--threads", "1"]
    command += ["--device", "cpu"]
    run = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1"},
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]


def test_two_processes_do_what_one_does_with_the_doubled_batch(
    photo_folder: Callable[..., Path], tmp_path: Path
) -> None:
    if not torch.distributed.is_gloo_available():
        pytest.skip("this PyTorch has no gloo")
    data = photo_folder(Hungary=20, Japan=20, Brazil=16)
    torchrun = ("-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone")
    train(tmp_path, data, "two", 6, *torchrun)
    train(tmp_path, data, "one", 12)
    states = {}
    for name in ("one", "two"):
        run = tmp_path / name
        states[name] = torch.load(run / "last.pt", weights_only=True)
        assert load(run / "checkpoint").info["unreadable"] == 0
        assert len((run / "log.csv").read_text().splitlines()) == 1 + 3, "only one process writes"
    one, two = states["one"]["network"], states["two"]["network"]
    assert {name.split(".")[0] for name in one} >= {"front", "back", "head"}
    for name, value in one.items():
        apart = (value - two[name]).float().norm()
        assert apart <= 5e-3 * value.float().norm() + 1e-5, name
    for row, other in zip(states["one"]["rows"], states["two"]["rows"], strict=True):
        for figure in ("train_loss", "val_loss", "lr"):
            assert row[figure] == pytest.approx(other[figure], rel=1e-3)
    assert states["two"]["identity"]["processes"] == 2
