"""What learns how fast, and the mean of the weights along the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from model.network import Network
from model.training.distributed import Processes, average_norms
from model.training.stage import Stage


def adamw(network: Network, stage: Stage, weight_decay: float) -> torch.optim.AdamW:
    """AdamW over all that learns; norms and biases do not decay.

    Each group of parameters has a ``factor``: its rate is that many times the stage's.
    """
    n_layers = len(network.layers)
    factors = [(list(network.head.parameters()), stage.head_rate)]
    for layer in reversed(range(n_layers)):
        depth = n_layers - 1 - layer
        factors.append((network.parameters_of(layer), stage.layer_decay**depth))
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for parameters, factor in factors:
        for p in parameters:
            if p.requires_grad:
                groups.setdefault((factor, p.dim() > 1), []).append(p)
    return torch.optim.AdamW(
        [
            {"params": params, "factor": factor, "weight_decay": weight_decay if decays else 0.0}
            for (factor, decays), params in groups.items()
        ]
    )


Tensors = tuple[Tensor, ...] | list[Tensor]


class MeanOfWeights:
    """The exponential mean of a network's weights and statistics over the steps.

    Args:
        network: whose.
        decay: how much of the mean stays at each step, in (0, 1); at first less, so that what it
            began with is soon forgotten.
        processes: of the run.
        state: of an earlier one, to go on from.
        start: the state dict that the run began with.
        keep_start: share of it, in [0, 1), in what is shown.
    """

    def __init__(
        self,
        network: Network,
        decay: float,
        processes: Processes,
        state: dict[str, Any] | None = None,
        start: Mapping[str, Tensor] | None = None,
        keep_start: float = 0.0,
    ) -> None:
        def update(mean: Tensors, now: Tensors, n: Tensor | int) -> None:
            soon = (1 + int(n)) / (10 + int(n))
            get_ema_multi_avg_fn(min(decay, soon))(mean, now, n)  # type: ignore[no-untyped-call]

        self._network, self._processes = network, processes
        self._start, self._keep_start = start or {}, keep_start
        self._mean = AveragedModel(network, multi_avg_fn=update, use_buffers=True)
        if state:
            self._mean.load_state_dict(state)

    def update(self) -> None:
        """Take in the weights as they are after a step."""
        self._mean.update_parameters(self._network)

    def state_dict(self) -> dict[str, Any]:
        """What goes on from here."""
        return self._mean.state_dict()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """The network has the mean weights meanwhile, and its share of the start in them."""
        own = {name: value.clone() for name, value in self._network.state_dict().items()}
        self._network.load_state_dict(
            {
                name: torch.lerp(value, self._start[name], self._keep_start)
                if self._keep_start and value.is_floating_point()
                else value
                for name, value in self._mean.module.state_dict().items()
            }
        )
        average_norms(self._network, self._processes)
        yield
        self._network.load_state_dict(own)
