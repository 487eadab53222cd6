"""A facade over a checkpoint: pictures in, calibrated probabilities and heat maps out.

usage::

    predictor = Predictor(load(DEFAULT_CHECKPOINT))
    analysis = predictor.analyse(picture)
    analysis.prediction.top(5)
    analysis.heatmap("HU").over(*picture.size)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from model.checkpoint import Checkpoint, load
from model.data.preprocessing import Letterbox
from model.explanation.gradcam import HookedGradCam, class_evidence, contrast_cam, grad_cam
from model.explanation.occlusion import (
    RANDOM_REGIONS,
    Faithfulness,
    Occlusion,
    cover,
    measure_faithfulness,
    occlude,
)
from model.geography import COUNTRY_INDEX
from model.inference import Trunk, in_float32
from model.types import Box, Heatmap, Prediction


@dataclass(frozen=True, eq=False)
class Analysis:
    """What the net made of one picture; keeps what maps are made of, so that they cost little.

    Attributes:
        prediction: calibrated probabilities.
        logits: float64 [56], before the temperature; the mean over all looks.
    """

    prediction: Prediction
    logits: NDArray[np.float64]
    _predictor: Predictor
    _pixels: Tensor
    _evidence: Tensor
    _letterbox: Letterbox
    _others: Tensor | None

    def heatmap(self, target: str) -> Heatmap:
        """Grad-CAM for the logit of a country, carried back through the letterbox."""
        return self.heatmaps([target])[0]

    def heatmaps(self, targets: Sequence[str]) -> list[Heatmap]:
        """Grad-CAM for several countries at once, comparable with each other."""
        classes = [COUNTRY_INDEX[target] for target in targets]
        maps = grad_cam(self._evidence, classes)[0].numpy()
        content = self._letterbox.content_cells(*maps.shape[1:])
        return [Heatmap(t, grid, content) for t, grid in zip(targets, maps, strict=True)]

    def heatmap_of(self, layer: str, target: str) -> Heatmap:
        """Grad-CAM of another layer: a whole pass forth and back, not for threads that share a net.

        Args:
            layer: its name in the network. ``back`` gives what :meth:`heatmap` gives; the cells of
                ``front`` are half as wide where a stride lies between the two.
            target: a country.
        """
        network = self._predictor.checkpoint.network
        with HookedGradCam(network, network.get_submodule(layer)) as cam:
            grid = cam(self._pixels[None], [COUNTRY_INDEX[target]])[0, 0].numpy()
        return Heatmap(target, grid, self._letterbox.content_cells(*grid.shape))

    def contrast(self, target: str, other: str) -> Heatmap:
        """What speaks for one country rather than another; its target is the former."""
        classes = COUNTRY_INDEX[target], COUNTRY_INDEX[other]
        grid = contrast_cam(self._evidence, *classes)[0].numpy()
        return Heatmap(target, grid, self._letterbox.content_cells(*grid.shape))

    def occlude(
        self,
        heatmap: Heatmap,
        wait: Callable[[], object] = lambda: None,
        *,
        regions: int = 3,
        seed: int = 0,
    ) -> Occlusion | None:
        """What covering the hottest region of a map does, against random regions.

        Costs ``1 + regions`` forward passes, ``wait`` called before each; see
        :func:`model.explanation.occlusion.occlude`. ``None`` for a blank map.
        """
        if heatmap.blank:
            return None
        before = self.prediction.of(heatmap.target)
        return occlude(
            self._look,
            self._pixels,
            heatmap,
            before=before,
            regions=regions,
            seed=seed,
            wait=wait,
        )

    def cover(self, box: Box) -> Prediction:
        """What the net says with a rectangle of the picture blurred: one forward pass."""
        laid = self._letterbox
        across = [laid.left_px + side * laid.width_px for side in (box.left, box.right)]
        down = [laid.top_px + side * laid.height_px for side in (box.top, box.bottom)]
        covered = cover(self._look, self._pixels, (across[0], down[0], across[1], down[1]))
        return Prediction(tuple(covered.tolist()))

    def faithfulness(
        self, heatmap: Heatmap, *, regions: int = RANDOM_REGIONS, seed: int = 0
    ) -> Faithfulness | None:
        """Deletion and insertion curves of a map, against random regions.

        Costs ``12 * (1 + regions) + 2`` forward passes; see
        :func:`model.explanation.occlusion.measure_faithfulness`. ``None`` for a blank map.
        """
        if heatmap.blank:
            return None
        return measure_faithfulness(self._look, self._pixels, heatmap, regions=regions, seed=seed)

    def _look(self, pixels: Tensor) -> Tensor:
        """Probabilities [N, 56] with other pixels in place of the picture's, other looks kept."""
        return self._predictor.look(pixels, self._others)


class Predictor:
    """A facade over a checkpoint: pictures in, calibrated probabilities and heat maps out.

    Safe to share between threads: it holds no state but the weights.

    Args:
        checkpoint: the net and what belongs to it.
        trunk: runs the net up to the activations that maps explain; the network itself, or a
            faster one of :mod:`model.inference`.
    """

    def __init__(self, checkpoint: Checkpoint, trunk: Trunk | None = None) -> None:
        self.checkpoint = checkpoint
        self._trunk = trunk or checkpoint.network.features

    @classmethod
    def open(cls, directory: Path) -> Predictor:
        """The net of a checkpoint, to look at many pictures: in float32, as fast as that goes.

        Raises:
            CheckpointError: a missing or damaged checkpoint.
        """
        checkpoint = load(directory)
        return cls(checkpoint, in_float32(checkpoint.network))

    def look(self, pixels: Tensor, others: Tensor | None = None) -> Tensor:
        """Calibrated probabilities float64 [N, 56].

        Args:
            pixels: [N, 3, H, W] in 0..255.
            others: logits [M, 56] of other looks at the same place, averaged with those of each.
        """
        logits = self.checkpoint.network.classify(self._trunk(pixels))
        return self.checkpoint.probabilities(_with_others(logits, others))

    def analyse(self, picture: Image.Image, *others: Image.Image) -> Analysis:
        """Look once at an RGB picture of any size, whole.

        Args:
            picture: what maps explain and what is covered.
            others: more of the same place. Logits are averaged over all of them.
        """
        pixels, letterbox = self.checkpoint.preprocessing(picture)
        network = self.checkpoint.network
        # Not inference_mode: its tensors could not be differentiated.
        with torch.no_grad():
            features = self._trunk(pixels[None])
            around = torch.cat([self._logits(one) for one in others]) if others else None
            logits = _with_others(network.classify(features), around)
        evidence = class_evidence(network, features)
        prediction = Prediction(tuple(self.checkpoint.probabilities(logits)[0].tolist()))
        values = logits[0].double().numpy()
        return Analysis(prediction, values, self, pixels, evidence, letterbox, around)

    def _logits(self, picture: Image.Image) -> Tensor:
        """Logits [1, 56], before the temperature."""
        pixels, _ = self.checkpoint.preprocessing(picture)
        return self.checkpoint.network.classify(self._trunk(pixels[None]))


def _with_others(logits: Tensor, others: Tensor | None) -> Tensor:
    """The mean of each row [N, 56] with all of the others [M, 56]."""
    if others is None:
        return logits
    return (logits + others.sum(dim=0)) / (1 + len(others))
