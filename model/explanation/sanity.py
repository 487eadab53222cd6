"""Does a map depend on what the net has learnt? Weights are randomised, from the head down.

The cascading test of Adebayo et al. 2018 (arXiv:1810.03292): a map that stays the same while the
net forgets shows edges of the picture, not evidence.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from model.network import Network
from model.predictor import Predictor
from model.types import Heatmap


@dataclass(frozen=True, eq=False)
class Step:
    """The map after one more part of the net has forgotten everything.

    Attributes:
        name: of that part; ``trained`` for the first step.
        heatmap: for the country that the trained net guessed.
        correlation: Spearman's, of this map with the first one, in [-1, 1].
    """

    name: str
    heatmap: Heatmap
    correlation: float


def cascade(predictor: Predictor, picture: Image.Image, *, seed: int = 0) -> list[Step]:
    """Randomise a copy of the net part by part, and map the same guess after each.

    Args:
        predictor: the trained net; it is left as it is.
        picture: RGB, any size.
        seed: of the random weights.
    """
    network = copy.deepcopy(predictor.checkpoint.network)
    forgetful = Predictor(replace(predictor.checkpoint, network=network))
    country = predictor.analyse(picture).prediction.country
    trained = forgetful.analyse(picture).heatmap(country)
    steps = [Step("trained", trained, rank_correlation(trained.grid, trained.grid))]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for name, part in _parts(network):
            part.apply(_randomise)
            heatmap = forgetful.analyse(picture).heatmap(country)
            steps.append(Step(name, heatmap, rank_correlation(trained.grid, heatmap.grid)))
    return steps


def _parts(network: Network) -> Iterator[tuple[str, nn.Module]]:
    """The parts of a net from its output to its input."""
    yield "head", network.head
    for name, part in (("back", network.back), ("front", network.front)):
        for i, block in reversed(list(enumerate(part.children()))):
            if any(True for _ in block.parameters()):
                yield f"{name} {i}", block


def _randomise(module: nn.Module) -> None:
    """Weights as He et al. 2015 draw them; a batch norm forgets its scale, and measures no more."""
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        module.reset_parameters()


def rank_correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Spearman's rank correlation of two arrays of one shape, in [-1, 1]; 0 if one is constant."""
    first, second = (_ranks(values.ravel()) for values in (a, b))
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / scale if scale > 0 else 0.0


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """The rank of each value; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    middle: NDArray[np.float64] = last - (counts - 1) / 2
    return middle[inverse]
