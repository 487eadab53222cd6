"""A step of training: on cached activations, against computing them anew, against a plain loop.

The front of the net is frozen; its last blocks and the head learn, forward, backward and step, at a
short side of 160 on the CPU, by the trainer's own steps, without reading pictures. *Ours* starts
from the cache, as ``cache = true`` does; *recomputed* runs the frozen front each time without a
graph, as ``cache = false`` does; with *nothing frozen* everything learns; *compiled* is the same by
``channels_last`` and ``compile``.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

from model.data.preprocessing import Preprocessing
from model.network import Freeze, Network, NetworkConfig
from model.training.batches import Batch
from model.training.distributed import Processes
from model.training.fitting import AdjustedLoss, GradientSteps, learning
from tests.benchmarks.measure import paired_ratio, peak_memory_mb, turns

BATCH = 4
PREPROCESSING = Preprocessing(160, "fixed")


def _learn(
    freeze: Freeze, pixels: Tensor, *, cached: bool = False, compiled: bool = False
) -> Callable[[], None]:
    """One step of a network of its own."""
    torch.manual_seed(0)
    network = Network(NetworkConfig(), pretrained=True)
    network.set_freeze(freeze)
    learner: nn.Module = network
    inputs = pixels
    if cached:
        with torch.no_grad():
            inputs = network.eval().front(network.normalise(pixels)).half().float()
        learner = nn.Sequential(network.back, nn.AdaptiveAvgPool2d(1), nn.Flatten(), network.head)
    if compiled:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        inputs = pixels.contiguous(memory_format=torch.channels_last)
        learner = cast(nn.Module, torch.compile(network))
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad])
    processes = Processes(torch.device("cpu"))
    gradients = GradientSteps(learner, AdjustedLoss(torch.zeros(56)), optimizer, processes)
    batch = Batch(inputs, torch.arange(BATCH), list(range(BATCH)))

    def step() -> None:
        with learning(network, processes):
            gradients.step([batch], 1e-4)

    return step


def run(repeat: int) -> dict[str, Any]:
    laid = PREPROCESSING.layout(1536, 662)
    shape = (BATCH, 3, laid.canvas_height_px, laid.canvas_width_px)
    pixels = torch.randint(0, 256, shape, dtype=torch.uint8)
    seconds = turns(
        {
            "ours": _learn("front", pixels, cached=True),
            "recomputed each time": _learn("front", pixels),
            "nothing frozen": _learn("none", pixels),
            "nothing frozen, compiled": _learn("none", pixels, compiled=True),
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
