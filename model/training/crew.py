"""The processes of a run and their devices: one, or several that ``torchrun`` started.

The processes share out each step and add up their gradients, so that N of them do what one does
with an N-fold batch. There is no wrapper round the network: its parts are called one by one, and a
process without a picture in a step takes part all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

from model.errors import ConfigError

DEVICES = ("auto", "cpu", "cuda")

_PATIENCE = timedelta(hours=6)
"""One process may fill a cache, or judge, for long while the others wait."""


@dataclass(frozen=True)
class Crew:
    """This process among those of the run.

    Attributes:
        device: where this one computes.
        rank: its number; 0 leads, and alone writes.
        size: how many there are.
    """

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and shows progress."""
        return self.rank == 0

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over all processes."""
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([t.reshape(-1) for t in tensors])
        distributed.all_reduce(flat)
        parts = torch.split(flat, [t.numel() for t in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def total(self, value: float) -> float:
        """The sum of a number over all processes."""
        if self.size == 1:
            return value
        summed = torch.tensor(value, dtype=torch.float64, device=self.device)
        distributed.all_reduce(summed)
        return summed.item()

    def together(self, numbers: set[int]) -> set[int]:
        """The union of a set over all processes."""
        if self.size == 1:
            return numbers
        found: list[set[int]] = [set()] * self.size
        distributed.all_gather_object(found, numbers)
        return set().union(*found)

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.size > 1:
            distributed.barrier()


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
def gather(device: str) -> Iterator[Crew]:
    """Join the processes that ``torchrun`` started, or be the only one.

    Raises:
        ConfigError: no such device here.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Crew(choose_device(device))
        return
    chosen = choose_device(device, int(os.environ.get("LOCAL_RANK", "0")))
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    backend = "nccl" if chosen.type == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Crew(chosen, distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()
