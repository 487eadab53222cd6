"""A step of training: on cached activations, against computing them anew, against a plain loop.

The front of the net is frozen; its last blocks and the head learn, forward, backward and step, at a
short side of 160 on the CPU, by the trainer's own steps, without reading pictures. *Ours* starts
from the cache, as ``cache = true`` does; *recomputed* runs the frozen front each time without a
graph, as ``cache = false`` does; with *nothing frozen* everything learns.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from tqdm import tqdm

from model.data.collection import Collection
from model.data.datasets import Item
from model.data.preprocessing import Preprocessing
from model.network import Freeze, Network
from model.training.cache import CachedDataset
from model.training.config import TrainConfig
from model.training.crew import Crew
from model.training.inputs import Inputs, Supply
from model.training.loading import Feed
from model.training.steps import Stepper
from tests.benchmarks.measure import paired_ratio, peak_memory_mb, turns

BATCH = 4
CONFIG = TrainConfig(preprocessing=Preprocessing(160, "fixed"), batch_size=BATCH)


class _Pixels(Dataset[Item]):
    """Pictures that are decoded already."""

    def __init__(self, pixels: Tensor) -> None:
        self._pixels = pixels

    def __getitem__(self, index: int) -> Item:
        return self._pixels[index], index


def _learn(freeze: Freeze, pixels: Tensor, *, cached: bool) -> Callable[[], None]:
    """One step of a network of its own."""
    torch.manual_seed(0)
    network = Network(CONFIG.network, pretrained=True)
    network.set_freeze(freeze)
    dataset: Dataset[Item] = _Pixels(pixels)
    if cached:
        with torch.no_grad():
            kept = network.eval().front(network.normalise(pixels)).half()
        dataset = CachedDataset(list(kept), list(range(BATCH)))
    supply = Supply(
        CONFIG, Collection([]), network, Crew(torch.device("cpu")), Path(), skip_unreadable=False
    )
    items = list(range(BATCH))
    stepper = Stepper(
        network,
        Inputs(dataset, items, [], network),
        Feed(dataset),
        (lambda x: network.classify(network.back(x))) if cached else network,
        torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=1e-4),
        lambda logits, labels: nn.functional.cross_entropy(logits, labels, reduction="sum"),
        supply,
        BATCH,
    )
    bar = tqdm(disable=True)

    def step() -> None:
        stepper.epoch([items], [1e-4], bar, lambda _loss: None)

    return step


def run(repeat: int) -> dict[str, Any]:
    laid = CONFIG.preprocessing.layout(1536, 662)
    shape = (BATCH, 3, laid.canvas_height_px, laid.canvas_width_px)
    pixels = torch.randint(0, 256, shape, dtype=torch.uint8)
    seconds = turns(
        {
            "ours": _learn("front", pixels, cached=True),
            "recomputed each time": _learn("front", pixels, cached=False),
            "nothing frozen": _learn("none", pixels, cached=False),
        },
        repeat,
    )
    own = seconds.pop("ours")
    return {
        "name": "train: pictures per second of a step with the front frozen and cached",
        "ours": round(BATCH / statistics.median(own), 1),
        "peers": {n: round(BATCH / statistics.median(times), 1) for n, times in seconds.items()},
        "ratios": {n: round(paired_ratio(times, own), 2) for n, times in seconds.items()},
        "memory_mb": round(peak_memory_mb(), 1),
        "n": repeat,
    }
