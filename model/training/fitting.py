"""Fitting to data: the loss, steps of AdamW, a head by L-BFGS, a temperature."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

from model.errors import DataError
from model.geography import COUNTRY_CODES
from model.network import Network
from model.training.batches import Batch
from model.training.distillation import Teachers
from model.training.distributed import Processes, average_norms
from model.training.stage import Stage


@dataclass(frozen=True)
class AdjustedLoss:
    """Cross entropy with a logit adjustment (Menon et al. 2021, arXiv:2007.07314).

    Attributes:
        adjustment: [56], added to the logits.
        smoothing: of the labels of what is learnt, in [0, 1).
    """

    adjustment: Tensor
    smoothing: float = 0.0

    @classmethod
    def of(
        cls,
        countries: Sequence[str],
        tau: float,
        smoothing: float,
        weights: NDArray[np.float64] | None = None,
    ) -> AdjustedLoss:
        """The loss for places in these countries.

        Countries that are shown fewer than ten times an epoch count as ten: the adjustment must not
        lift what was hardly ever seen above everything else.

        Args:
            countries: the code of each train place.
            tau: weight of the log of each country's fraction of what is shown.
            smoothing: of the labels of what is learnt.
            weights: how often each place is shown, in proportion; all alike by default.
        """
        shares = np.ones(len(countries)) if weights is None else weights / weights.mean()
        shown: defaultdict[str, float] = defaultdict(float)
        for country, share in zip(countries, shares.tolist(), strict=True):
            shown[country] += share
        n = torch.tensor([max(10.0, shown[code]) for code in COUNTRY_CODES])
        return cls(tau * (n / n.sum()).log(), smoothing)

    def __call__(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The mean loss of logits [n, 56], with labels as they are: what a net is judged by."""
        return functional.cross_entropy(self._adjusted(logits), labels)

    def learnt(self, logits: Tensor, labels: Tensor, reduction: str) -> Tensor:
        """The loss of logits [n, 56] with smoothed labels: the ``sum``, or of each (``none``)."""
        return functional.cross_entropy(
            self._adjusted(logits), labels, label_smoothing=self.smoothing, reduction=reduction
        )

    def _adjusted(self, logits: Tensor) -> Tensor:
        return logits + self.adjustment.to(logits.device)


def disagreement(logits: Tensor) -> Tensor:
    """How far the predictions for two views of one place lie apart.

    Args:
        logits: [2 n, 56], the views of a place one behind the other.

    Returns:
        The divergence of each prediction from the mean of its pair, summed over all 2 n: for each
        pair twice the Jensen-Shannon divergence, at most 2 ln 2 nats.
    """
    said = functional.log_softmax(logits.view(-1, 2, logits.shape[1]), dim=2)
    mean = said.logsumexp(dim=1, keepdim=True) - math.log(2)
    return (said.exp() * (said - mean)).sum()


class _SummedLoss(nn.Module):
    """What ``DistributedDataParallel`` wraps: a learner together with its loss."""

    def __init__(
        self,
        learner: nn.Module,
        loss: AdjustedLoss,
        teachers: Teachers | None,
        consistency: float,
    ) -> None:
        super().__init__()
        self.learner, self._loss, self._teachers = learner, loss, teachers
        self._consistency = consistency

    def forward(self, batch: Batch | None) -> Tensor:
        if batch is None or batch.inputs is None:
            # A process without a picture takes part all the same, with gradients of zero.
            learning = (p for p in self.parameters() if p.requires_grad)
            return torch.stack([0 * p.sum() for p in learning]).sum()
        logits = self.learner(batch.inputs)
        loss = self._loss.learnt(logits, batch.labels.to(logits.device), "sum")
        if self._teachers:
            loss = self._teachers.mixed(loss, logits, batch.inputs)
        return loss + self._consistency * disagreement(logits) if self._consistency else loss


class GradientSteps:
    """Steps of an optimiser, each with one mean loss over the batches of all processes.

    Args:
        learner: makes logits float32 [n, 56] of inputs; its parameters learn.
        loss: of logits and labels.
        optimizer: over all that learns.
        processes: of the run.
        teachers: whose predictions are learnt as well.
        consistency: weight of the disagreement between neighbours in a batch, which then shows
            each place twice.
    """

    def __init__(
        self,
        learner: nn.Module,
        loss: AdjustedLoss,
        optimizer: torch.optim.Optimizer,
        processes: Processes,
        teachers: Teachers | None = None,
        consistency: float = 0.0,
    ) -> None:
        self.optimizer, self._processes = optimizer, processes
        summed = _SummedLoss(learner, loss, teachers, consistency)
        self._summed_loss = processes.parallel(summed)

    def step(self, batches: Sequence[Batch], lr: float) -> tuple[float, float]:
        """One step; without a single picture in all processes there is none.

        Args:
            batches: this process's, one after the other; there may be none.
            lr: the learning rate.

        Returns:
            The mean loss over all processes, and how many pictures it is of.
        """
        read = [batch for batch in batches if batch.inputs is not None]
        n = self._processes.total(sum(len(batch.labels) for batch in read))
        if n == 0:
            return 0.0, 0.0
        self.optimizer.zero_grad(set_to_none=True)
        loss = 0.0
        for batch in read[:-1]:
            with self._without_exchange():
                loss += self._backward(batch, n)
        loss += self._backward(read[-1] if read else None, n)
        mean = self._processes.total(loss)
        if math.isfinite(mean):
            for group in self.optimizer.param_groups:
                group["lr"] = lr * group.get("factor", 1.0)
            self.optimizer.step()
        return mean, n

    def _backward(self, batch: Batch | None, n: float) -> float:
        """Add the gradients of a batch's part of the mean over n pictures; returns that part."""
        loss = self._summed_loss(batch) / n
        # The processes average their gradients, but their parts of the mean add up.
        torch.autograd.backward(loss * self._processes.world_size)
        return float(loss.detach())

    def _without_exchange(self) -> AbstractContextManager[None]:
        """Keep gradients in this process: they go out with its last batch of the step."""
        if isinstance(self._summed_loss, DistributedDataParallel):
            return self._summed_loss.no_sync()
        return nullcontext()


@contextmanager
def learning(network: Network, processes: Processes) -> Iterator[None]:
    """Training mode for an epoch, then eval mode.

    Batch norms that learn end with the mean over the processes of what they saw.
    """
    network.train()
    yield
    average_norms(network, processes)
    network.eval()


def fit_head(head: nn.Module, loss: Callable[[], Tensor], stage: Stage) -> float:
    """Minimise a loss plus the weighted squares of the head's matrices, by L-BFGS.

    Args:
        head: its parameters learn.
        loss: the loss as the head is now, a scalar with a graph.
        stage: ``l2`` is the weight of the squares, ``epochs`` the most iterations.

    Returns:
        The loss at the end, without the squares.

    Raises:
        DataError: it is no longer finite.
    """
    learning = list(head.parameters())
    optimizer = torch.optim.LBFGS(
        learning, max_iter=math.ceil(stage.epochs), line_search_fn="strong_wolfe"
    )
    last = math.nan

    def closure() -> float:
        nonlocal last
        optimizer.zero_grad()
        found = loss()
        last = found.item()
        penalty = torch.stack([(p**2).sum() for p in learning if p.dim() > 1]).sum()
        total = found + stage.l2 * penalty
        torch.autograd.backward(total)
        return total.item()

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    if not math.isfinite(last):
        raise DataError("the loss is not finite; raise l2")
    return last


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature in [0.05, 20] that minimises the cross entropy.

    It makes probabilities of logits (Guo et al. 2017, arXiv:1706.04599).

    Args:
        logits: [n, 56] of the val split.
        labels: [n] class indices.
    """
    scores = logits.double()

    def loss(log_t: float) -> float:
        return float(functional.cross_entropy(scores / math.exp(log_t), labels))

    bounds = (math.log(0.05), math.log(20.0))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    return math.exp(found.x)
