"""What a backbone is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

IMAGENET_CLASSES = 1000
"""Classes of ImageNet, which a backbone's own classifier tells apart."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""What torchvision's ImageNet weights were trained with, for pixels in 0..1."""

STRIDE = 32
"""Pixels of a picture for a cell of the last feature map, along each side."""


@dataclass(frozen=True)
class Backbone:
    """The parts of a backbone, and how it wants its pixels: (x - mean) / scale of 0..255.

    Attributes:
        front: from normalised pixels [N, 3, H, W] to a feature map.
        back: from there to the features [N, channels, H / 32, W / 32].
        classifier: its own, from pooled features [N, channels] to [N, 1000]; ``None`` where it is
            not taken over.
        mean: one for all, or one of each colour, as its weights were trained.
        scale: one for all, or one of each colour, as its weights were trained.
        stride: sides of pictures must be multiples of this.
    """

    front: nn.Module
    back: nn.Module
    classifier: nn.Module | None
    channels: int
    mean: float | tuple[float, float, float]
    scale: float | tuple[float, float, float]
    stride: int = STRIDE


def in_255(values: Sequence[float]) -> tuple[float, float, float]:
    """A value of each colour, stated for pixels in 0..1, for pixels in 0..255."""
    red, green, blue = (255 * value for value in values)
    return red, green, blue
