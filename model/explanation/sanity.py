"""Does a map depend on what the net has learnt? Weights are randomised, from the head down.

The cascading test of Adebayo et al. 2018 (arXiv:1810.03292): a map that stays the same while the
net forgets shows edges of the picture, not evidence.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import spearmanr
from torch import nn

from model.checkpoint import Checkpoint
from model.explanation.gradcam import HookedGradCam
from model.geography import COUNTRY_CODES
from model.network import Network
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


def cascade(
    checkpoint: Checkpoint, picture: Image.Image, *, layer: str = "back", seed: int = 0
) -> list[Step]:
    """Randomise a copy of the net part by part, and map the same guess after each.

    Args:
        checkpoint: the trained net; it is left as it is.
        picture: RGB, any size.
        layer: name of the module whose output is mapped, as ``nn.Module.get_submodule`` takes it.
        seed: of the random weights.
    """
    network = copy.deepcopy(checkpoint.network)
    pixels, letterbox = checkpoint.preprocessing(picture)
    with torch.no_grad():
        target = int(network(pixels[None]).argmax())
    steps: list[Step] = []

    def map_as(name: str) -> None:
        grid = cam(pixels[None], [target])[0, 0].numpy()
        content = letterbox.content_cells(*grid.shape)
        heatmap = Heatmap(COUNTRY_CODES[target], grid, content)
        trained = steps[0].heatmap if steps else heatmap
        steps.append(Step(name, heatmap, rank_correlation(trained.grid, grid)))

    explained = network.get_submodule(layer)
    with HookedGradCam(network, explained) as cam, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        map_as("trained")
        for name, part in _parts(network):
            part.apply(_randomise)
            map_as(name)
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
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(spearmanr(a.ravel(), b.ravel()).statistic)
