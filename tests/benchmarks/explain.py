"""Prediction plus three Grad-CAM maps of one crop, against a plain pass and two libraries."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from captum.attr import LayerGradCam
from PIL import Image
from torchcam.methods import GradCAM

from model.checkpoint import DEFAULT_CHECKPOINT, load
from model.gradcam import HookedGradCam
from model.predict import Predictor
from model.types import COUNTRY_INDEX
from tests.benchmarks.measure import interleaved, peak_memory_mb

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
        predictor.play(crop).heatmaps(COUNTRIES)

    def one_map() -> None:
        predictor.play(crop).heatmaps(COUNTRIES[:1])

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

    seconds = interleaved(
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
    return {
        "name": "explain: seconds for a prediction and three maps of one crop",
        "ours": round(own, 4),
        "peers": {name: round(value, 4) for name, value in seconds.items()},
        "ratios": {name: round(value / own, 3) for name, value in seconds.items()},
        "memory_mb": round(peak_memory_mb(), 1),
        "n": repeat,
    }
