from __future__ import annotations

import pytest
import torch
from torch import nn

from model.errors import ConfigError
from model.network import Network, NetworkConfig


def norms(network: Network) -> list[nn.BatchNorm2d]:
    return [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]


def test_layers_are_the_whole_trunk_each_with_weights() -> None:
    for name, n in (("efficientnet_lite0", 18), ("resnet18", 5)):
        network = Network(NetworkConfig(name))
        layers = network.layers
        assert len(layers) == n
        flat = [module for layer in layers for module in layer]
        assert flat == [*network.front.children(), *network.back.children()]
        assert all(any(p.dim() > 1 for m in layer for p in m.parameters()) for layer in layers)


def test_frozen_layers_neither_learn_nor_measure() -> None:
    network = Network(NetworkConfig("resnet18"))
    network.set_freeze("none", frozen_layers=2)
    network.train()
    still = [m for layer in network.layers[:2] for m in layer]
    assert not any(p.requires_grad for m in still for p in m.parameters())
    assert not any(m.training for m in still)
    assert all(m.training for layer in network.layers[2:] for m in layer)
    network.set_freeze("none")
    assert all(p.requires_grad for p in network.parameters())


@pytest.mark.parametrize(("freeze", "keep"), [("none", True), ("front", False), ("none", False)])
def test_norms_keep_their_statistics_where_asked_or_where_a_part_is_frozen(
    freeze: str, keep: bool
) -> None:
    network = Network(NetworkConfig("resnet18"))
    network.set_freeze(freeze, keep_norms=keep)  # type: ignore[arg-type]
    before = [norm.running_mean.clone() for norm in norms(network)]  # type: ignore[union-attr]
    network.train()
    network(torch.randint(0, 255, (2, 3, 64, 64), dtype=torch.uint8))
    same = [
        torch.equal(a, norm.running_mean)  # type: ignore[arg-type]
        for a, norm in zip(before, norms(network), strict=True)
    ]
    assert all(same) == (keep or freeze != "none")
    assert network.head.training


@pytest.mark.parametrize("name", ["efficientnet_lite0", "convnext_tiny"])
def test_drop_path_skips_blocks_in_training_only(name: str) -> None:
    torch.manual_seed(0)
    network = Network(NetworkConfig(name, dropout=0.0, drop_path=0.9))
    plain = Network(NetworkConfig(name, dropout=0.0))
    plain.load_state_dict(network.state_dict())
    pixels = torch.randint(0, 255, (1, 3, 64, 64), dtype=torch.uint8)
    with torch.no_grad():
        assert torch.equal(network.eval()(pixels), plain.eval()(pixels))
        network.set_freeze("none", keep_norms=True)
        network.train()
        assert not torch.equal(network(pixels), network(pixels))


def test_a_backbone_without_blocks_to_skip_says_so() -> None:
    with pytest.raises(ConfigError, match="drop_path: resnet18 has no blocks that can be skipped"):
        Network(NetworkConfig("resnet18", drop_path=0.1))
