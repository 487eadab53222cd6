"""Prediction plus three Grad-CAM maps of one crop, against a plain pass and two libraries.

Each library is used as well as it can be: torchcam gives three maps from one pass with a graph,
captum needs a pass for each. Ratios are medians over rounds in which all take a turn.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import torch
from captum.attr import LayerGradCam
from PIL import Image
from torchcam.methods import GradCAM

from model.checkpoint import DEFAULT_CHECKPOINT, load
from model.explanation.gradcam import HookedGradCam
from model.geography import COUNTRY_INDEX
from model.predictor import Predictor
from tests.benchmarks.measure import paired_ratio, peak_memory_mb, turns

COUNTRIES = ("HU", "RO", "SK")


def run(repeat: int) -> dict[str, Any]:
    predictor = Predictor(load(DEFAULT_CHECKPOINT))
    network = predictor.checkpoint.network
    rng = np.random.default_rng(0)
    crop = Image.fromarray(rng.integers(0, 255, (416, 965, 3), dtype=np.uint8))
    targets = [COUNTRY_INDEX[c] for c in COUNTRIES]

    def pixels() -> torch.Tensor:
        return predictor.checkpoint.preprocessing(crop)[0][None].float()

    def forward() -> None:
        with torch.inference_mode():
            network(pixels())

    def ours() -> None:
        predictor.analyse(crop).heatmaps(COUNTRIES)

    def one_map() -> None:
        predictor.analyse(crop).heatmaps(COUNTRIES[:1])

    def hooks() -> None:
        with HookedGradCam(network, network.back) as cam:
            cam(pixels(), targets)

    def captum() -> None:
        x, cam = pixels(), LayerGradCam(network, network.back)
        for target in targets:
            cam.attribute(x, target=target)

    def torchcam() -> None:
        x = pixels().requires_grad_(True)
        with GradCAM(network, target_layer=network.back) as cam:
            scores = network(x)
            for target in targets:
                cam(target, scores, retain_graph=True)

    seconds = turns(
        {
            "ours": ours,
            "forward": forward,
            "one map": one_map,
            "hooks": hooks,
            "captum": captum,
            "torchcam": torchcam,
        },
        repeat,
    )
    own = seconds.pop("ours")
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    return {
        "name": "explain: seconds for a prediction and three maps of one crop",
        "ours": round(statistics.median(own), 4),
        "peers": {name: round(value, 4) for name, value in medians.items()},
        "ratios": {name: round(paired_ratio(times, own), 3) for name, times in seconds.items()},
        "memory_mb": round(peak_memory_mb(), 1),
        "n": repeat,
        "threads": torch.get_num_threads(),
    }
