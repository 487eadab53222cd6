"""Faster ways to run the trunk: what they give, against the network itself."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from model import inference
from model.checkpoint import DEFAULT_CHECKPOINT, Checkpoint, load
from model.data.collection import Collection
from model.network import Network, NetworkConfig
from model.predictor import Predictor
from model.types import Crop
from tests.benchmarks.predict import channels_last
from tests.conftest import PRACTICE, ROOT


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return load(DEFAULT_CHECKPOINT)


@pytest.fixture(scope="module")
def crops() -> list[Image.Image]:
    collection = Collection.open([PRACTICE])
    pictures = [collection.picture(number) for number in collection.of_split("test")[:2]]
    return [picture.crop(Crop.at(*picture.size, 0.5).box) for picture in pictures]


def test_nothing_is_reported_of_its_use(tmp_path: Path) -> None:
    """ONNX Runtime names a machine in a file before it tells anything of it."""
    program = (
        "import torch; from model.inference import onnx; from model.network import *; "
        "print(onnx(Network(NetworkConfig()).eval())(torch.zeros(1, 3, 64, 64)).shape)"
    )
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", program]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **home}, check=True)
    assert [file for file in tmp_path.rglob("*") if "onnxruntime" in str(file)] == []


def pixels(checkpoint: Checkpoint, crops: list[Image.Image]) -> Tensor:
    return torch.stack([checkpoint.preprocessing(crop)[0] for crop in crops])


EXACT = [inference.onnx, channels_last]


@pytest.mark.parametrize("engine", EXACT, ids=["onnx", "channels last"])
def test_an_engine_says_what_the_network_says(
    checkpoint: Checkpoint,
    crops: list[Image.Image],
    engine: Callable[[Network], inference.Trunk],
) -> None:
    network = checkpoint.network
    batch = pixels(checkpoint, crops)
    trunk = engine(network)
    # Recorded with one shape, used with others: batches, a narrow photo.
    for inputs in (batch, batch[:1, :, :, :320], batch[:1].float()):
        with torch.no_grad():
            expected = network.features(inputs)
        features = trunk(inputs)
        assert features.dtype == torch.float32
        assert features.shape == expected.shape
        assert float((features - expected).abs().max()) < 2e-3
    plain, fast = Predictor(checkpoint), Predictor(checkpoint, trunk)
    difference = (plain.look(batch) - fast.look(batch)).abs().max()
    assert float(difference) < 1e-4
    assert network.training is False
    assert next(network.parameters()).dtype == torch.float32, "the network itself is left alone"


def test_bfloat16_comes_near() -> None:
    # Without depthwise layers, and small: a processor without bfloat16 emulates it slowly.
    torch.manual_seed(0)
    network = Network(NetworkConfig(backbone="resnet18")).eval()
    inputs = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8)
    with torch.no_grad():
        expected = network.features(inputs)
    features = inference.bfloat16(network)(inputs)
    assert features.dtype == torch.float32
    error = (features - expected).abs().mean() / expected.abs().mean()
    assert 0 < float(error) < 0.05, "eight bits of mantissa, over some twenty layers"


def test_maps_of_a_faster_trunk_are_those_of_the_network(
    checkpoint: Checkpoint, crops: list[Image.Image]
) -> None:
    fast = Predictor(checkpoint, inference.onnx(checkpoint.network))
    for crop in crops:
        expected = Predictor(checkpoint).analyse(crop).heatmaps(["HU", "JP"])
        for ours, theirs in zip(fast.analyse(crop).heatmaps(["HU", "JP"]), expected, strict=True):
            assert abs(ours.grid - theirs.grid).max() < 1e-4


@pytest.mark.parametrize(
    ("able", "expected"),
    [("amx_bf16", "by bfloat16"), ("avx512_bf16", "by ONNX"), ("avx2", "by ONNX")],
)
def test_the_processor_decides(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, able: str, expected: str
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {able: True})
    monkeypatch.setattr(inference, "onnx", lambda network: "by ONNX")
    monkeypatch.setattr(inference, "bfloat16", lambda network: "by bfloat16")
    assert inference.fastest(checkpoint.network) == expected


def test_without_an_engine_the_network_itself_plays(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(network: Network) -> inference.Trunk:
        raise ImportError("No module named 'onnxruntime'")

    monkeypatch.setattr(inference, "onnx", missing)
    monkeypatch.setattr(inference, "multiplies_bfloat16_matrices", lambda: False)
    with caplog.at_level(logging.WARNING):
        assert inference.fastest(checkpoint.network) == checkpoint.network.features
    assert "onnxruntime" in caplog.text
