"""Gradient-weighted class activation maps (Selvaraju et al. 2017, arXiv:1610.02391).

Two ways to the same map. :func:`grad_cam` is the one that the game uses: the trunk has run once
without a graph, and only what lies after the explained layer is differentiated, for each target.
It neither hooks nor changes the network, so that threads may share one. :class:`HookedGradCam` is
the experiment's: hooks on any layer of any network record its activations on the way forward and
its gradients on the way back. :mod:`model.explanation.sanity` maps with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import cast

import torch
from torch import Tensor, nn

from model.network import Network


def grad_cam(network: Network, features: Tensor, targets: Sequence[int]) -> Tensor:
    """Maps of one batch for several classes, from activations that are already there.

    Args:
        network: in eval mode.
        features: [N, channels, h, w], as :meth:`Network.features` gives them.
        targets: T class indices; the maps are for their logits.

    Returns:
        float32 [N, T, h, w], >= 0, in units of the logit: for a linear head, the values before
        the cut at 0 add up to the logit without its bias.
    """
    with torch.enable_grad():
        leaf = features.detach().requires_grad_(True)
        logits = network.classify(leaf)
        maps = []
        for target in targets:
            # The pictures of a batch do not meet in the head: the gradient of the sum holds each
            # picture's own gradient.
            (gradient,) = torch.autograd.grad(logits[:, target].sum(), leaf, retain_graph=True)
            maps.append(weigh(leaf.detach(), gradient))
    return torch.stack(maps, dim=1)


def contrast_cam(network: Network, features: Tensor, target: int, other: int) -> Tensor:
    """What speaks for one class rather than another: Grad-CAM for the difference of their logits.

    Args:
        network: in eval mode.
        features: [N, channels, h, w], as :meth:`Network.features` gives them.
        target: the class that the maps speak for.
        other: the class that they speak against.

    Returns:
        float32 [N, h, w], >= 0, in units of the logit.
    """
    with torch.enable_grad():
        leaf = features.detach().requires_grad_(True)
        logits = network.classify(leaf)
        difference = (logits[:, target] - logits[:, other]).sum()
        (gradient,) = torch.autograd.grad(difference, leaf)
    return weigh(leaf.detach(), gradient)


def weigh(activations: Tensor, gradients: Tensor) -> Tensor:
    """Sum the channels [N, C, h, w], each weighted with its mean gradient, and cut at 0."""
    weights = gradients.mean(dim=(2, 3), keepdim=True)
    return (weights * activations).sum(dim=1).clamp(min=0)


class HookedGradCam:
    """Grad-CAM by a forward and a full backward hook; a context manager that frees its hooks.

    usage::

        with HookedGradCam(network, network.back) as cam:
            maps = cam(pixels, [COUNTRY_INDEX["HU"]])

    Not for threads that share a network: hooks see every call.

    Args:
        network: maps an input to logits [N, classes]; in eval mode.
        layer: the module inside it whose output is explained.
    """

    def __init__(self, network: nn.Module, layer: nn.Module) -> None:
        self._network, self._layer = network, layer
        self._activations: Tensor | None = None
        self._gradients: Tensor | None = None
        self._handles: list[torch.utils.hooks.RemovableHandle] = []

    def __enter__(self) -> HookedGradCam:
        def keep_activations(_layer: nn.Module, _inputs: object, output: Tensor) -> None:
            self._activations = output.detach()

        def keep_gradients(_layer: nn.Module, _inputs: object, outputs: object) -> None:
            (gradient,) = cast(tuple[Tensor], outputs)
            self._gradients = gradient.detach()

        self._handles = [
            self._layer.register_forward_hook(keep_activations),
            self._layer.register_full_backward_hook(keep_gradients),
        ]
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self._activations = self._gradients = None

    def __call__(self, inputs: Tensor, targets: Sequence[int]) -> Tensor:
        """Maps float32 [N, T, h, w], >= 0, of inputs [N, ...] for T classes."""
        maps = []
        with torch.enable_grad():
            # A float leaf, so that gradients flow even through a frozen network; autograd.grad
            # leaves the parameters' own .grad alone.
            leaf = inputs.detach().float().requires_grad_(True)
            logits = self._network(leaf)
            for target in targets:
                torch.autograd.grad(logits[:, target].sum(), leaf, retain_graph=True)
                if self._activations is None or self._gradients is None:
                    raise RuntimeError("the hooks are not set: use it in a with statement")
                maps.append(weigh(self._activations, self._gradients))
        return torch.stack(maps, dim=1)
