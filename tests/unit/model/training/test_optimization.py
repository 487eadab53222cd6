from __future__ import annotations

import pytest
import torch
from torch import nn

from model.network import Network, NetworkConfig
from model.training.optimization import MeanOfWeights, adamw
from model.training.stage import Stage
from tests.unit.model.training.small_runs import ALONE


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(0)
    return Network(NetworkConfig("resnet18", head=(16,)))


def settings_of(optimizer: torch.optim.Optimizer) -> dict[int, tuple[float, float]]:
    """Factor and weight decay of each parameter, by its identity."""
    groups = optimizer.param_groups
    return {id(p): (g["factor"], g["weight_decay"]) for g in groups for p in g["params"]}


def test_each_layer_learns_slower_than_the_one_behind_it_and_norms_do_not_decay(
    network: Network,
) -> None:
    network.set_freeze("none")
    found = settings_of(adamw(network, Stage("none", head_rate=3.0, layer_decay=0.5), 0.02))
    assert len(found) == len(list(network.parameters())), "each parameter once"
    stem, *_, layer4 = network.layers
    assert len(network.layers) == 5
    assert found[id(layer4[0][0].conv1.weight)] == (1.0, 0.02)
    assert found[id(layer4[0][0].bn1.weight)] == (1.0, 0.0)
    assert found[id(stem[0].weight)] == (0.5**4, 0.02)
    last = network.head[-1]
    assert (found[id(last.weight)], found[id(last.bias)]) == ((3.0, 0.02), (3.0, 0.0))


def test_what_is_frozen_is_no_parameter(network: Network) -> None:
    network.set_freeze("none", frozen_layers=2)
    found = settings_of(adamw(network, Stage("none", frozen_layers=2), 0.0))
    still = [p for layer in network.layers[:2] for m in layer for p in m.parameters()]
    assert still
    assert not any(id(p) in found for p in still)
    assert len(found) == len(list(network.parameters())) - len(still)


def test_the_mean_follows_the_weights_and_is_shown_only_meanwhile() -> None:
    network = Network(NetworkConfig("resnet18"))
    weight = network.head[-1].bias
    mean = MeanOfWeights(network, 0.5, ALONE)
    expected = None
    for step, value in enumerate((1.0, 2.0, 4.0, 8.0)):
        with torch.no_grad():
            weight.fill_(value)
        mean.update()
        kept = min(0.5, (1 + step) / (10 + step))
        expected = value if expected is None else kept * expected + (1 - kept) * value
    statistic = next(m for m in network.modules() if isinstance(m, nn.BatchNorm2d)).running_mean
    assert statistic is not None
    with mean.shown():
        assert weight.tolist() == pytest.approx([expected] * 56)
    assert weight.tolist() == [8.0] * 56
    resumed = MeanOfWeights(network, 0.5, ALONE, mean.state_dict())
    for each in (mean, resumed):
        each.update()
    with resumed.shown():
        value = weight.clone()
    with mean.shown():
        assert torch.equal(weight, value)


def test_a_share_of_the_start_stays_in_what_is_shown() -> None:
    network = Network(NetworkConfig("resnet18"))
    weight = network.head[-1].bias
    with torch.no_grad():
        weight.fill_(1.0)
    start = {name: value.clone() for name, value in network.state_dict().items()}
    mean = MeanOfWeights(network, 0.5, ALONE, start=start, keep_start=0.4)
    with torch.no_grad():
        weight.fill_(2.0)
    mean.update()
    with mean.shown():
        assert weight.tolist() == pytest.approx([0.4 * 1.0 + 0.6 * 2.0] * 56)
    assert weight.tolist() == [2.0] * 56


def test_statistics_have_a_mean_too() -> None:
    network = Network(NetworkConfig("resnet18"))
    statistic = next(m for m in network.modules() if isinstance(m, nn.BatchNorm2d)).running_mean
    assert statistic is not None
    mean = MeanOfWeights(network, 0.9, ALONE)
    for value in (1.0, 3.0):
        statistic.fill_(value)
        mean.update()
    kept = 2 / 11
    with mean.shown():
        assert statistic[0].item() == pytest.approx(kept * 1 + (1 - kept) * 3)
