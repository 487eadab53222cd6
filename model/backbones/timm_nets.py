"""Nets of timm as backbones: convolutional ones and vision transformers, by their names there.

``timm:convnext_tiny.in12k_ft_in1k`` is a net and the weights that it starts from. The package is
wanted by nets that need it, and by nothing else. Such a net is not cut: ``front`` does nothing and
``back`` is all of it, so freeze it with ``frozen_layers``. The tokens of a transformer are laid out
as the map that they are of; those that stand for no place, such as a class token, do not count.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model.backbones.parts import STRIDE, Backbone, in_255
from model.errors import ConfigError, fault, first_line

PREFIX = "timm:"

_OPENED = ("stages", "blocks", "layers", "features")
"""Parts of timm's nets that are rows of parts themselves."""


class Features(nn.Module):
    """A net of timm up to its features, as a map [N, channels, h, w].

    Args:
        net: the whole net.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net: Any = net

    @property
    def parts(self) -> list[nn.Module]:
        """What it is made of, from the picture on, such as the blocks of a transformer."""
        found: list[nn.Module] = []
        for name, module in self.net.named_children():
            found += module.children() if name in _OPENED else [module]
        return found

    def forward(self, x: Tensor) -> Tensor:
        """The features of normalised pixels [N, 3, H, W]."""
        features: Tensor = self.net.forward_features(x)
        if features.dim() == 3:
            return _as_map(features, x, getattr(self.net, "num_prefix_tokens", 0))
        if features.shape[1] != self.net.num_features:
            return features.permute(0, 3, 1, 2)
        return features


def _as_map(tokens: Tensor, pixels: Tensor, n_prefix: int) -> Tensor:
    """Tokens [N, prefix + h w, C] of pixels [N, 3, H, W] as a map [N, C, h, w]."""
    places = tokens[:, n_prefix:].transpose(1, 2)
    rows = round(math.sqrt(places.shape[2] * pixels.shape[2] / pixels.shape[3]))
    return places.reshape(*places.shape[:2], rows, -1)


def check_name(name: str) -> None:
    """Raise ``ConfigError`` if timm is not there, or knows no net of this name."""
    timm = _timm(name)
    bare = name.removeprefix(PREFIX)
    if not timm.is_model(bare):
        near = timm.list_models(f"*{bare.split('.')[0].split('_')[0]}*")[:3]
        hint = f"; it knows {', '.join(near)}" if near else ""
        raise ConfigError(f"backbone = {name!r}: timm {timm.__version__} has no such net{hint}")


def build(name: str, pretrained: bool, weights_file: str, drop_path: float) -> Backbone:
    """Build a net of timm.

    Args:
        name: with the prefix.
        pretrained: start from the weights of that name, downloaded from the hub.
        weights_file: start from this file instead, a state dict of the whole net.
        drop_path: chance that its last block is skipped in training; 0 leaves it as it is.

    Raises:
        ConfigError: such weights cannot be had, or the net does not fit.
    """
    net = _create(name, pretrained and not weights_file, drop_path)
    if weights_file:
        _load(net, weights_file, name)
    stated = net.pretrained_cfg
    stride = int(net.patch_embed.feat_ratio()) if hasattr(net, "num_prefix_tokens") else STRIDE
    back = Features(net)
    return Backbone(
        nn.Identity(),
        back,
        None,
        _channels(name, back, stride),
        mean=in_255(stated["mean"]),
        scale=in_255(stated["std"]),
        stride=stride,
    )


def _create(name: str, pretrained: bool, drop_path: float) -> Any:
    timm = _timm(name)
    options: dict[str, Any] = {"drop_path_rate": drop_path} if drop_path else {}
    # Transformers that take pictures of any size have to be told so; other nets know no such word.
    for more in ({"dynamic_img_size": True}, {}):
        try:
            bare = name.removeprefix(PREFIX)
            return timm.create_model(bare, pretrained=pretrained, **options, **more)
        except TypeError as error:
            reason = first_line(error)
        except Exception as error:  # the hub's client and timm raise whatever they like
            remedy = "set weights_file to a file of its weights, or pretrained = false"
            raise ConfigError(
                fault(f"backbone = {name!r}", "cannot be had", remedy, error)
            ) from None
    remedy = "leave out drop_path, or take another net"
    raise ConfigError(f"backbone = {name!r}: timm cannot build it so ({reason}); {remedy}")


def _load(net: Any, file: str, name: str) -> None:
    try:
        if not Path(file).is_file():
            raise FileNotFoundError(f"no such file: {file}")
        _timm(name).models.load_checkpoint(net, file, weights_only=True)
    except Exception as error:  # whatever the readers of such files raise
        what, remedy = f"no state dict of {name}", "give another file"
        raise ConfigError(fault(f"weights_file = {file!r}", what, remedy, error)) from None


def _channels(name: str, back: Features, stride: int) -> int:
    """The channels of its map, by a probe that is not square; parts that it did not need go."""
    was_training = back.training
    back.eval()
    device = next(back.parameters()).device
    try:
        with torch.enable_grad():
            found = back(torch.zeros(1, 3, 2 * stride, 3 * stride, device=device))
            torch.autograd.backward(found.sum())
    except Exception as error:  # nets assert, or fail in their sums
        what, remedy = "does not take pictures of every size", "take another net"
        raise ConfigError(fault(f"backbone = {name!r}", what, remedy, error)) from None
    for part_name, part in list(back.net.named_children()):
        parameters = list(part.parameters())
        if parameters and all(p.grad is None for p in parameters):
            setattr(back.net, part_name, nn.Identity())
    back.zero_grad(set_to_none=True)
    back.train(was_training)
    return int(found.shape[1])


def _timm(name: str) -> Any:
    try:
        import timm
    except ImportError:
        raise ConfigError(
            f"backbone = {name!r}: needs the package timm; pip install timm"
        ) from None
    return timm
