"""A backbone with a head, and freezing.

A network is a chain of three parts: ``front`` (frozen first), ``back`` (whose output Grad-CAM
explains) and ``head`` (pooling and linear layers). Inputs are pixels in 0..255; the network
normalises them itself.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn

from model.backbones import (
    IMAGENET_CLASSES,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Backbone,
    build_backbone,
    check_name,
)
from model.errors import ConfigError
from model.geography import COUNTRY_CODES

Freeze = Literal["none", "front", "trunk"]

NORMALISATIONS = ("minus_one_one", "imagenet")


@dataclass(frozen=True)
class NetworkConfig:
    """What a network is built of.

    Attributes:
        backbone: ``efficientnet_lite0`` to ``2``, ``resnet50``, ``resnet101``, ``resnet152``, or
            another convolutional classifier of torchvision by its name there.
        head: widths of the linear layers between the pooled features and the countries, with a
            ReLU between each two.
        dropout: fraction of the pooled features zeroed in training, in [0, 1).
        keep_fc: the first layer of the head is the backbone's own classifier, weights and all; the
            first width is then its 1000.
        normalise: ``minus_one_one`` maps 0..255 to [-1, 1]; ``imagenet`` takes off ImageNet's mean
            colour and divides by its deviation, as torchvision's weights were trained.
    """

    backbone: str = "efficientnet_lite0"
    head: tuple[int, ...] = ()
    dropout: float = 0.2
    keep_fc: bool = False
    normalise: str = "minus_one_one"

    def __post_init__(self) -> None:
        check_name(self.backbone)
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout = {self.dropout}: must lie in [0, 1)")
        if any(width < 1 for width in self.head):
            raise ConfigError(f"head = {list(self.head)}: widths must be at least 1")
        if self.keep_fc and self.head[:1] != (IMAGENET_CLASSES,):
            raise ConfigError(
                f"keep_fc = true needs head = [{IMAGENET_CLASSES}, ...], its own width"
            )
        if self.normalise not in NORMALISATIONS:
            known = " or ".join(NORMALISATIONS)
            raise ConfigError(f"normalise = {self.normalise!r}: must be {known}")

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"head": list(self.head)}


class Network(nn.Module):
    """A country classifier over street pictures.

    Args:
        config: what to build.
        pretrained: start the backbone from ImageNet weights; otherwise from random ones.
        weights_file: start the backbone from this file, a state dict of the original net.

    Raises:
        ConfigError: weights that cannot be had or do not fit, a backbone that cannot be cut.
    """

    mean: Tensor
    scale: Tensor

    def __init__(
        self, config: NetworkConfig, *, pretrained: bool = False, weights_file: str = ""
    ) -> None:
        super().__init__()
        self.config = config
        backbone = build_backbone(config.backbone, pretrained=pretrained, weights_file=weights_file)
        self.front, self.back = backbone.front, backbone.back
        mean, scale = torch.tensor(backbone.mean), torch.tensor(backbone.scale)
        if config.normalise == "imagenet":
            mean = 255 * torch.tensor(IMAGENET_MEAN).view(3, 1, 1)
            scale = 255 * torch.tensor(IMAGENET_STD).view(3, 1, 1)
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.head = _head(backbone, config)
        self.freeze: Freeze = "none"

    def normalise(self, pixels: Tensor) -> Tensor:
        """Pixels [N, 3, H, W] in 0..255, of any type, to the backbone's float inputs."""
        return (pixels.to(self.mean.dtype) - self.mean) / self.scale

    def features(self, pixels: Tensor) -> Tensor:
        """The activations that Grad-CAM explains: [N, channels, H / 32, W / 32].

        They are >= 0 for nets that end in a ReLU, such as ResNets and EfficientNet-Lite.
        """
        return cast(Tensor, self.back(self.front(self.normalise(pixels))))

    def classify(self, features: Tensor) -> Tensor:
        """Logits [N, 56] of features [N, channels, h, w]."""
        return cast(Tensor, self.head(features.mean(dim=(2, 3))))

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits [N, 56] of pixels [N, 3, H, W] in 0..255, H and W multiples of 32."""
        return self.classify(self.features(pixels))

    def set_freeze(self, freeze: Freeze) -> None:
        """Freeze nothing, the ``front``, or the whole ``trunk`` (front and back).

        Frozen batch norms keep their statistics: :meth:`train` leaves frozen parts in eval mode.
        """
        self.freeze = freeze
        for part in (self.front, self.back, self.head):
            part.requires_grad_(part not in self._frozen())

    def _frozen(self) -> tuple[nn.Module, ...]:
        parts = {"none": (), "front": (self.front,), "trunk": (self.front, self.back)}
        return parts[self.freeze]

    def train(self, mode: bool = True) -> Network:
        """Switch to training, but for what is frozen."""
        super().train(mode)
        for part in self._frozen():
            part.eval()
        return self


def _head(backbone: Backbone, config: NetworkConfig) -> nn.Sequential:
    """Dropout, then linear layers with a ReLU between each two."""
    widths = [backbone.channels, *config.head, len(COUNTRY_CODES)]
    layers: list[nn.Module] = [nn.Dropout(config.dropout)]
    for i, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        if i > 0:
            layers.append(nn.ReLU())
        keep = config.keep_fc and i == 0
        layers.append(backbone.classifier if keep else nn.Linear(inputs, outputs))
    return nn.Sequential(*layers)
