"""Gradient-weighted class activation maps (Selvaraju et al. 2017, arXiv:1610.02391).

Two ways to the same map. :func:`class_evidence` is the one that the game uses: the trunk has run
once without a graph, and only what lies after the explained layer is differentiated, for all
classes at once. It neither hooks nor changes the network, so that threads may share one.
:class:`HookedGradCam` is the experiment's: hooks on any layer of any network record its activations
on the way forward and its gradients on the way back. :mod:`model.explanation.sanity` maps with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import cast

import torch
from torch import Tensor, nn

from model.geography import COUNTRY_CODES
from model.network import Network


def class_evidence(network: Network, features: Tensor) -> Tensor:
    """What every cell says for and against every class: Grad-CAM before the cut at 0.

    It is all that maps need, a twentieth of the activations that it is made of.

    Args:
        network: in eval mode.
        features: [N, channels, h, w], as :meth:`Network.features` gives them.

    Returns:
        float32 [N, classes, h, w], in units of the logit: for a linear head, the values of a class
        add up to its logit without the bias.
    """
    with torch.enable_grad():
        # The head sees the mean of all cells, so that its gradient is the same for each of them. A
        # row for each class: one pass back differentiates all logits.
        pooled, n_classes = features.detach().mean(dim=(2, 3)), len(COUNTRY_CODES)
        rows = pooled.repeat_interleave(n_classes, dim=0).requires_grad_(True)
        logits = network.head(rows).view(-1, n_classes, n_classes).diagonal(dim1=1, dim2=2)
        (gradients,) = torch.autograd.grad(logits.sum(), rows)
        gradients = gradients.view(-1, n_classes, pooled.shape[1])
    cells = features.shape[2] * features.shape[3]
    return torch.einsum("nkc,nchw->nkhw", gradients / cells, features.detach())


def grad_cam(evidence: Tensor, targets: Sequence[int]) -> Tensor:
    """Grad-CAM for the logits of some classes.

    Args:
        evidence: [N, classes, h, w], from :func:`class_evidence`.
        targets: T class indices.

    Returns:
        float32 [N, T, h, w], >= 0, in units of the logit.
    """
    return evidence[:, list(targets)].clamp(min=0)


def contrast_cam(evidence: Tensor, target: int, other: int) -> Tensor:
    """What speaks for one class rather than another: Grad-CAM for the difference of their logits.

    Args:
        evidence: [N, classes, h, w], from :func:`class_evidence`.
        target: the class that the maps speak for.
        other: the class that they speak against.

    Returns:
        float32 [N, h, w], >= 0, in units of the logit.
    """
    return (evidence[:, target] - evidence[:, other]).clamp(min=0)


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
