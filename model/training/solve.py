"""Fitting a head to the end, to all views at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from model.errors import DataError
from model.training.config import Stage


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
    learning: Sequence[nn.Parameter] = list(head.parameters())
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
