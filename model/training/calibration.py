"""The temperature that makes probabilities of logits (Guo et al. 2017, arXiv:1706.04599)."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature in [0.05, 20] that minimises the cross entropy.

    Args:
        logits: [n, 56] of the val split.
        labels: [n] class indices.
    """
    scores = logits.double()

    def loss(log_t: float) -> float:
        return float(functional.cross_entropy(scores / math.exp(log_t), labels))

    low, high = math.log(0.05), math.log(20.0)
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)
