"""The experiments' files say what the experiment's table says."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch
from torch import nn

from model.network import Network
from model.training.config import TrainConfig, read_config
from tests.conftest import ROOT

FOLDER = ROOT / "model" / "experiments"
COUNTRIES = 56

# head, keeps its own 1000-way layer, ImageNet weights, rates, epochs, short side, freezing
TABLE = {
    "seed-01": ((1000,), True, True, (1e-3, 1e-6), 3, 512, ["front", "none"]),
    "seed-02": ((1000, 300), True, True, (1e-4, 1e-6), 5, 512, ["front"]),
    "seed-03": ((1024, 512), False, True, (1e-4, 1e-5), 4, 512, ["front"]),
    "seed-04": ((1024, 512), False, True, (1e-4, 1e-5), 3, 512, ["front"]),
    "seed-05": ((1024, 512, 256), False, True, (1e-4, 1e-5), 2.5, 512, ["front"]),
    "seed-06": ((1000, 300), True, False, (1e-4, 1e-6), 3, 256, ["none"]),
    "seed-07": ((1000, 300), True, False, (1e-4, 1e-6), 2, 392, ["none"]),
}


def on_meta(config: TrainConfig) -> Network:
    """The network with shapes, but without weights."""
    with torch.device("meta"):
        return Network(config.network)


def linears(network: Network) -> list[tuple[int, int]]:
    layers = [m for m in network.head.modules() if isinstance(m, nn.Linear)]
    return [(m.in_features, m.out_features) for m in layers]


@pytest.mark.parametrize("row", sorted(TABLE))
def test_the_seven_rows(row: str) -> None:
    head, keep, pretrained, rates, epochs, short_side, freezing = TABLE[row]
    config = read_config(FOLDER / f"{row}.toml")
    assert config.network.backbone == "resnet50"
    assert (config.network.head, config.network.keep_fc) == (head, keep)
    assert config.network.normalise == "minus_one_one"
    assert (config.pretrained, config.flip, config.pixels) == (pretrained, True, "fast")
    assert (config.stages[0].lr_from, config.stages[-1].lr_to) == rates
    assert sum(stage.epochs for stage in config.stages) == epochs
    assert [stage.freeze for stage in config.stages] == freezing
    assert config.preprocessing.short_side_px == short_side
    widths = [2048, *head, COUNTRIES]
    assert linears(on_meta(config)) == list(itertools.pairwise(widths))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda f: f.stem)
def test_every_experiment_builds_its_network_and_can_be_cut_short(file: Path) -> None:
    cut = ["stages.0.epochs=0.02", "stages.0.warmup=0", "batch_size=2", "workers=0"]
    config = read_config(file, cut)
    network = on_meta(config)
    short_px = config.preprocessing.short_side_px
    laid = config.preprocessing.layout(1536, 662)
    pixels = torch.zeros(1, 3, laid.canvas_height_px, laid.canvas_width_px, device="meta")
    assert min(pixels.shape[2:]) >= short_px
    assert network.eval()(pixels).shape == (1, COUNTRIES)
    for stage in config.stages:
        network.set_freeze(stage.freeze)
        learning = {name.split(".")[0] for name, p in network.named_parameters() if p.requires_grad}
        expected = {"none": {"front", "back", "head"}, "front": {"back", "head"}, "trunk": {"head"}}
        assert learning == expected[stage.freeze]


@pytest.mark.parametrize("name", ["resnet101", "resnet152"])
def test_the_deeper_two(name: str) -> None:
    config = read_config(FOLDER / f"{name}.toml")
    assert config.network.backbone == name
    assert config.preprocessing.short_side_px == 512
    assert len(on_meta(config).front[6]) == {"resnet101": 23, "resnet152": 36}[name]
