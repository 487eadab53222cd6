"""Learning from the mean prediction of earlier nets (Hinton et al. 2015, arXiv:1503.02531).

usage, in an experiment's TOML::

    [distillation]
    teachers = ["runs/a/checkpoint", "runs/b/checkpoint"]
    weight = 0.5
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.checkpoint import Checkpoint
from model.errors import ConfigError


@dataclass(frozen=True)
class Distillation:
    """What a net learns from others that look at the very views that it is shown.

    Attributes:
        teachers: directories of checkpoints; with several, their mean probabilities are learnt.
        weight: of what they say, in (0, 1]; the labels have the rest.
        temperature: above 0; logits of teachers and net are divided by it.
    """

    teachers: tuple[str, ...]
    weight: float = 0.5
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not self.teachers:
            raise ConfigError("distillation.teachers: name at least one checkpoint's directory")
        if not (0 < self.weight <= 1 and self.temperature > 0):
            raise ConfigError("distillation: weight in (0, 1], temperature above 0")


class Teachers:
    """The teachers' share of the loss.

    Args:
        wanted: the settings.
        learners: the teachers, each from pixels [n, 3, H, W] in 0..255 to logits [n, 56].
    """

    def __init__(
        self, wanted: Distillation, learners: Sequence[Callable[[Tensor], Tensor]]
    ) -> None:
        self._wanted, self._learners = wanted, learners

    def mixed(self, of_labels: Tensor, logits: Tensor, inputs: Tensor) -> Tensor:
        """The loss by labels, and that by the teachers, in their proportions.

        Args:
            of_labels: the loss by labels, summed over the batch.
            logits: [n, 56] of the net that learns.
            inputs: [n, 3, H, W] that it was shown.
        """
        t, weight = self._wanted.temperature, self._wanted.weight
        with torch.no_grad():
            said = torch.stack([(learner(inputs) / t).softmax(dim=1) for learner in self._learners])
        learnt = functional.log_softmax(logits / t, dim=1)
        of_teachers = -(said.mean(dim=0).to(learnt.device) * learnt).sum() * t**2
        return (1 - weight) * of_labels + weight * of_teachers


def mean_weights(checkpoints: Sequence[Checkpoint], network: nn.Module) -> dict[str, Tensor]:
    """A model soup: the mean of several nets' weights (Wortsman et al. 2022, arXiv:2203.05482).

    Args:
        checkpoints: one or more, all built as the network is.
        network: what the weights are for.

    Returns:
        A state dict.

    Raises:
        ConfigError: a checkpoint is of another network.
    """
    own = network.state_dict()
    states = [checkpoint.network.state_dict() for checkpoint in checkpoints]
    for state in states:
        if {k: v.shape for k, v in state.items()} != {k: v.shape for k, v in own.items()}:
            raise ConfigError("start_from: a checkpoint of another network; [network] must fit it")
    return {
        name: torch.stack([state[name].to(value.device) for state in states]).mean(dim=0)
        if value.is_floating_point()
        else states[0][name]
        for name, value in own.items()
    }
