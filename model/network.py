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
from torch.nn.modules.batchnorm import _BatchNorm

from model.backbones import build_backbone, check_name
from model.backbones.parts import IMAGENET_CLASSES, IMAGENET_MEAN, IMAGENET_STD, Backbone, in_255
from model.backbones.timm_nets import PREFIX, Features
from model.errors import ConfigError
from model.geography import COUNTRY_CODES

Freeze = Literal["none", "front", "trunk"]

MOST_WIDE = 2**16
"""Units of a layer of the head; a slip of the pen must not ask for terabytes."""

NORMALISATIONS = ("native", "minus_one_one", "imagenet")


@dataclass(frozen=True)
class NetworkConfig:
    """What a network is built of.

    Attributes:
        backbone: ``efficientnet_lite0`` to ``2``, ``resnet50``, ``resnet101``, ``resnet152``,
            another convolutional classifier of torchvision by its name there, or any net of timm as
            ``timm:NAME``.
        head: widths of the linear layers between the pooled features and the countries, with a
            ReLU between each two.
        dropout: fraction of the pooled features zeroed in training, in [0, 1).
        drop_path: chance, in [0, 1), that the backbone's last residual block is skipped in
            training (arXiv:1603.09382), rising from 0 at its first; 0 is what the backbone has.
        keep_fc: the first layer of the head is the backbone's own classifier, weights and all; the
            first width is then its 1000.
        normalise: ``native`` is what the backbone's weights were trained with; ``minus_one_one``
            maps 0..255 to [-1, 1]; ``imagenet`` takes off ImageNet's mean colour and divides by its
            deviation.
    """

    backbone: str = "efficientnet_lite0"
    head: tuple[int, ...] = ()
    dropout: float = 0.2
    drop_path: float = 0.0
    keep_fc: bool = False
    normalise: str = "native"

    def __post_init__(self) -> None:
        check_name(self.backbone)
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout = {self.dropout}: must lie in [0, 1)")
        if not 0 <= self.drop_path < 1:
            raise ConfigError(f"drop_path = {self.drop_path}: must lie in [0, 1)")
        if any(not 1 <= width <= MOST_WIDE for width in self.head):
            raise ConfigError(f"head = {list(self.head)}: widths must be from 1 to {MOST_WIDE}")
        if self.keep_fc and self.backbone.startswith(PREFIX):
            raise ConfigError("keep_fc = true: not with a net of timm; set it to false")
        if self.keep_fc and self.head[:1] != (IMAGENET_CLASSES,):
            raise ConfigError(
                f"keep_fc = true needs head = [{IMAGENET_CLASSES}, ...], its own width"
            )
        if self.normalise not in NORMALISATIONS:
            known = ", ".join(NORMALISATIONS)
            raise ConfigError(f"normalise = {self.normalise!r}: must be one of {known}")

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
        backbone = build_backbone(
            config.backbone,
            pretrained=pretrained,
            weights_file=weights_file,
            drop_path=config.drop_path,
        )
        self.front, self.back, self.stride = backbone.front, backbone.back, backbone.stride
        mean, scale = {
            "native": (backbone.mean, backbone.scale),
            "minus_one_one": (127.5, 127.5),
            "imagenet": (in_255(IMAGENET_MEAN), in_255(IMAGENET_STD)),
        }[config.normalise]
        self.register_buffer("mean", _colour(mean))
        self.register_buffer("scale", _colour(scale))
        self.head = _head(backbone, config)
        self.freeze: Freeze = "none"
        self._still: tuple[nn.Module, ...] = ()
        self._keep_norms = False

    @property
    def layers(self) -> list[list[nn.Module]]:
        """The trunk in layers, from the picture on: blocks with weights, and what follows each."""
        layers: list[list[nn.Module]] = []
        back = self.back.parts if isinstance(self.back, Features) else self.back.children()
        for part in (*self.front.children(), *back):
            if not layers or any(p.dim() > 1 for p in part.parameters()):
                layers.append([])
            layers[-1].append(part)
        return layers

    def parameters_of(self, layer: int) -> list[nn.Parameter]:
        """What learns in a layer; the first has what belongs to none, such as a class token."""
        of_layers = [[p for m in part for p in m.parameters()] for part in self.layers]
        if layer > 0:
            return of_layers[layer]
        others = {id(p) for part in of_layers[1:] for p in part}
        trunk = (*self.front.parameters(), *self.back.parameters())
        return [p for p in trunk if id(p) not in others]

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

    def set_freeze(
        self, freeze: Freeze, *, frozen_layers: int = 0, keep_norms: bool = False
    ) -> None:
        """Freeze nothing, the ``front``, or the whole ``trunk`` (front and back).

        What is frozen stays in eval mode.

        Args:
            freeze: which parts.
            frozen_layers: freeze so many :attr:`layers` besides.
            keep_norms: batch norms keep their statistics, as they do wherever a part is frozen.
        """
        self.freeze, self._keep_norms = freeze, keep_norms or freeze != "none"
        parts = {"none": (), "front": (self.front,), "trunk": (self.front, self.back)}[freeze]
        first = [module for layer in self.layers[:frozen_layers] for module in layer]
        self._still = (*parts, *first)
        self.requires_grad_(True)
        for part in self._still:
            part.requires_grad_(False)
        for layer in range(frozen_layers):
            for p in self.parameters_of(layer):
                p.requires_grad_(False)

    def train(self, mode: bool = True) -> Network:
        """Switch to training, but for what is frozen and for norms that keep their statistics."""
        super().train(mode)
        for module in self._still:
            module.eval()
        if self._keep_norms:
            for module in self.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self


def _colour(values: float | tuple[float, ...]) -> Tensor:
    """One value for all pixels, or one for each colour: [] or [3, 1, 1]."""
    return (
        torch.tensor(values) if isinstance(values, float) else torch.tensor(values)[:, None, None]
    )


def _head(backbone: Backbone, config: NetworkConfig) -> nn.Sequential:
    """Dropout, then linear layers with a ReLU between each two."""
    widths = [backbone.channels, *config.head, len(COUNTRY_CODES)]
    layers: list[nn.Module] = [nn.Dropout(config.dropout)]
    for i, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        if i > 0:
            layers.append(nn.ReLU())
        keep = backbone.classifier if config.keep_fc and i == 0 else None
        layers.append(keep or nn.Linear(inputs, outputs))
    return nn.Sequential(*layers)
