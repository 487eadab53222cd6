"""One look of the net at one crop: the trunk that the game runs, and every other way to run it.

Ratios are medians over rounds in which all take a turn. ``disagree`` is the share of the crops on
which another country comes first than in the network itself, and ``difference`` the largest one of
a probability.
"""

from __future__ import annotations

import copy
import statistics
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model import inference
from model.checkpoint import DEFAULT_CHECKPOINT, load
from model.data.collection import Collection
from model.evaluation.views import middle_crop
from model.network import Network
from model.predictor import Predictor
from tests.benchmarks.measure import paired_ratio, peak_memory_mb, turns

PRACTICE = Path("assets/practice/data")
CROPS = 24


def channels_last(network: Network) -> inference.Trunk:
    """The trunk in float32, with the channels innermost."""
    layers = copy.deepcopy(nn.Sequential(network.front, network.back)).eval()
    layers.to(memory_format=torch.channels_last)

    def trunk(pixels: Tensor) -> Tensor:
        inputs = network.normalise(pixels).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            return layers(inputs).contiguous()

    return trunk


def run(repeat: int) -> dict[str, Any]:
    checkpoint = load(DEFAULT_CHECKPOINT)
    network = checkpoint.network
    trunks = {
        "ours": inference.fastest(network),
        "eager": network.features,
        "channels last": channels_last(network),
        "onnx": inference.onnx(network),
    }
    if inference.multiplies_bfloat16():  # elsewhere it is emulated, and takes minutes
        trunks["bfloat16"] = inference.bfloat16(network)
    collection = Collection.open([PRACTICE])
    crops = []
    for number in collection.of_split("test")[:CROPS]:
        picture = collection.picture(number)
        crops.append(picture.crop(middle_crop(*picture.size)[0].box))
    said = {
        name: torch.stack(
            [
                torch.tensor(Predictor(checkpoint, trunk).analyse(c).prediction.probabilities)
                for c in crops
            ]
        )
        for name, trunk in trunks.items()
    }
    pixels = checkpoint.preprocessing(crops[0])[0][None]

    def look(trunk: inference.Trunk) -> None:
        with torch.no_grad():
            network.classify(trunk(pixels))

    seconds = turns({name: lambda t=trunk: look(t) for name, trunk in trunks.items()}, repeat)
    own = seconds.pop("ours")
    eager = said["eager"]
    return {
        "name": "predict: seconds for one look at one crop",
        "ours": round(statistics.median(own), 4),
        "peers": {name: round(statistics.median(times), 4) for name, times in seconds.items()},
        "ratios": {name: round(paired_ratio(times, own), 3) for name, times in seconds.items()},
        "difference": {name: round(float((p - eager).abs().max()), 5) for name, p in said.items()},
        "disagree": {
            name: round(float((p.argmax(1) != eager.argmax(1)).double().mean()), 3)
            for name, p in said.items()
        },
        "memory_mb": round(peak_memory_mb(), 1),
        "n": repeat,
        "threads": torch.get_num_threads(),
    }
