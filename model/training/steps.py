"""Steps of the optimiser: batches of all processes, one mean loss, one gradient."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from model.errors import DataError
from model.network import Network
from model.training.inputs import Inputs, Supply, Transform
from model.training.loading import Batch, Feed
from model.training.sampling import portions


@dataclass(frozen=True)
class Stepper:
    """Lets a network learn.

    Attributes:
        network: what learns.
        inputs: from what.
        feed: reads them.
        learner: what makes logits of them.
        optimizer: over all that learns.
        loss: the summed loss of logits [N, 56] and labels [N].
        supply: knows the processes and the precision.
        batch_size: pictures at once.
    """

    network: Network
    inputs: Inputs
    feed: Feed
    learner: Transform
    optimizer: torch.optim.Optimizer
    loss: Callable[[Tensor, Tensor], Tensor]
    supply: Supply
    batch_size: int

    def epoch(
        self,
        steps: Sequence[Sequence[int]],
        course: Sequence[float],
        bar: Any,
        after_step: Callable[[float], None],
    ) -> float:
        """Take these steps.

        Args:
            steps: the items of each, of all processes together.
            course: the learning rate of each.
            bar: a ``tqdm`` over all steps of the stage.
            after_step: called with the mean loss of each.

        Returns:
            The mean loss of the pictures seen.

        Raises:
            DataError: a loss is not finite.
        """
        self.network.train()
        _keep_batch_norms(self.network)
        crew = self.supply.crew
        shares = [portions(step, self.batch_size, crew.rank, crew.size) for step in steps]
        batches = self.feed([portion for share in shares for portion in share])
        total, seen = 0.0, 0.0
        for share, rate in zip(shares, course, strict=True):
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            loss, n = self._step([next(batches) for _ in share])
            if not math.isfinite(loss):
                raise DataError(
                    f"the loss is not finite at step {bar.n + 1} of {bar.total}; lower lr_from"
                )
            total, seen = total + loss * n, seen + n
            bar.update()
            bar.set_postfix(loss=f"{total / max(1, seen):.3f}")
            after_step(loss)
        self._share_batch_norms()
        self.network.eval()
        return total / max(1, seen)

    def _step(self, batches: Sequence[Batch]) -> tuple[float, float]:
        """One step: the mean loss over all processes, and how many pictures it is of."""
        crew = self.supply.crew
        self.supply.leave_out(self.inputs, batches)
        n = crew.total(sum(len(batch.labels) for batch in batches))
        if n == 0:
            return 0.0, 0.0
        self.optimizer.zero_grad(set_to_none=True)
        summed = 0.0
        for batch in batches:
            if batch.inputs is None:
                continue
            with self.supply.autocast():
                logits = self.learner(self.supply.on_device(batch.inputs))
            # By the pictures of the whole step, so that the gradients of its batches add up.
            loss = self.loss(logits.float(), batch.labels.to(crew.device)) / n
            torch.autograd.backward(loss)
            summed += loss.item()
        mean = crew.total(summed)
        if math.isfinite(mean):
            self._share_gradients()
            self.optimizer.step()
        return mean, n

    def _share_gradients(self) -> None:
        crew = self.supply.crew
        if crew.size == 1:
            return
        gradients = []
        for parameter in (p for group in self.optimizer.param_groups for p in group["params"]):
            if parameter.grad is None:  # no picture of this step came here
                parameter.grad = torch.zeros_like(parameter)
            gradients.append(parameter.grad)
        crew.add_up(gradients)

    def _share_batch_norms(self) -> None:
        """Average the statistics that each process's batch norms saw."""
        norms = [m for m in self.network.modules() if _is_batch_norm(m) and m.training]
        buffers = [b for m in norms for b in (m.running_mean, m.running_var)]
        found = [b for b in buffers if isinstance(b, Tensor)]
        self.supply.crew.add_up(found)
        for statistic in found:
            statistic.div_(self.supply.crew.size)


def _is_batch_norm(module: nn.Module) -> bool:
    return isinstance(module, nn.modules.batchnorm._BatchNorm)


def _keep_batch_norms(network: Network) -> None:
    """Leave the statistics of pretrained batch norms alone: batches here are small and mixed."""
    if network.freeze == "none":
        return
    for module in network.modules():
        if _is_batch_norm(module):
            module.eval()
