"""The processes of a run and their devices: one, or several that ``torchrun`` started.

Each process takes its part of every step, and ``DistributedDataParallel`` averages their gradients,
so that N of them do what one does with an N-fold batch.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.parallel import DistributedDataParallel

from model.errors import ConfigError

DEVICES = ("auto", "cpu", "cuda")

_PATIENCE = timedelta(hours=6)
"""One process may compute features, or validate, for long while the others wait."""


@dataclass(frozen=True)
class Processes:
    """This process among those of the run.

    Attributes:
        device: where this one computes.
        rank: its number; 0 leads, and alone writes.
        world_size: how many there are.
    """

    device: torch.device
    rank: int = 0
    world_size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and shows progress."""
        return self.rank == 0

    def parallel(self, module: nn.Module) -> nn.Module:
        """The module, whose backward passes average the gradients of all processes."""
        if self.world_size == 1:
            return module
        # Batch norms keep the statistics of their own process within an epoch.
        return DistributedDataParallel(module, broadcast_buffers=False)

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over all processes."""
        if self.world_size > 1:
            for tensor in tensors:
                distributed.all_reduce(tensor)

    def total(self, value: float) -> float:
        """The sum of a number over all processes."""
        summed = torch.tensor(value, dtype=torch.float64, device=self.device)
        self.add_up([summed])
        return summed.item()

    def union(self, numbers: set[int]) -> set[int]:
        """The union of a set over all processes."""
        if self.world_size == 1:
            return numbers
        found: list[set[int]] = [set()] * self.world_size
        distributed.all_gather_object(found, numbers)
        return set().union(*found)

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.world_size > 1:
            distributed.barrier()


def average_norms(network: nn.Module, processes: Processes) -> None:
    """Give the batch norms of all processes the mean of what each process saw."""
    if processes.world_size == 1:
        return
    for norm in network.modules():
        if isinstance(norm, _BatchNorm):
            for statistic in (norm.running_mean, norm.running_var):
                if statistic is not None:
                    processes.add_up([statistic])
                    statistic.div_(processes.world_size)


def choose_device(name: str, local_rank: int = 0) -> torch.device:
    """The device for ``--device``: ``auto`` takes a GPU where there is one.

    Raises:
        ConfigError: no such device here.
    """
    if name not in DEVICES:
        raise ConfigError(f"--device {name}: must be one of {', '.join(DEVICES)}")
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "cpu" or (name == "auto" and not there):
        return torch.device("cpu")
    if not there:
        raise ConfigError(f"--device {name}: there is no GPU here; give --device cpu or auto")
    if local_rank >= there:
        raise ConfigError(
            f"--device {name}: process {local_rank} of this machine finds {there} GPUs; start as "
            "many processes as GPUs, or give --device cpu"
        )
    return torch.device("cuda", local_rank)


@contextmanager
def join_processes(device: str) -> Iterator[Processes]:
    """Join the processes that ``torchrun`` started, or be the only one.

    Args:
        device: one of :data:`DEVICES`.

    Raises:
        ConfigError: no such device here.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Processes(choose_device(device))
        return
    chosen = choose_device(device, int(os.environ.get("LOCAL_RANK", "0")))
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    backend = "nccl" if chosen.type == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Processes(chosen, distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()
