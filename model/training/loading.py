"""Batches for a training: pictures decoded by worker processes, unreadable ones told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from model.data.datasets import Item
from model.errors import PictureError


@dataclass(frozen=True)
class Unreadable:
    """An item whose picture could not be read, and why."""

    item: int
    message: str


@dataclass(frozen=True)
class Batch:
    """What could be read of some items.

    Attributes:
        inputs: [n, ...], on the CPU; ``None`` if nothing could be read.
        labels: [n] class indices.
        items: [n] numbers in the dataset.
        unreadable: the rest.
    """

    inputs: Tensor | None
    labels: Tensor
    items: list[int]
    unreadable: list[Unreadable]

    def pin_memory(self) -> Batch:
        """For faster copies to a GPU; called by ``DataLoader``."""
        if self.inputs is None:
            return self
        pinned = self.inputs.pin_memory(), self.labels.pin_memory()
        return Batch(*pinned, self.items, self.unreadable)


Attempt = tuple[int, Item] | Unreadable


class _Attempts(Dataset[Attempt]):
    """A dataset that hands on what went wrong instead of raising it.

    A ``DataLoader`` would wrap an exception of a worker process in the text of its traceback.
    """

    def __init__(self, dataset: Dataset[Item]) -> None:
        self._dataset = dataset

    def __getitem__(self, index: int) -> Attempt:
        try:
            return index, self._dataset[index]
        except PictureError as error:
            return Unreadable(index, str(error))


def _collate(attempts: Sequence[Attempt]) -> Batch:
    read = [a for a in attempts if not isinstance(a, Unreadable)]
    return Batch(
        torch.stack([x for _, (x, _) in read]) if read else None,
        torch.tensor([label for _, (_, label) in read], dtype=torch.long),
        [item for item, _ in read],
        [a for a in attempts if isinstance(a, Unreadable)],
    )


class _Batches(Sampler[list[int]]):
    """Item numbers of the batches to come; changed between epochs."""

    def __init__(self) -> None:
        self.now: Sequence[list[int]] = []

    def __len__(self) -> int:
        return len(self.now)

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self.now)


class Feed:
    """Feeds batches of a dataset; its worker processes live from the first call until it is closed.

    usage::

        with Feed(dataset, workers=2) as feed:
            for batch in feed([[0, 1], [2, 3]]):

    Args:
        dataset: the items.
        workers: processes that read them; 0 reads in this one.
        pinned: keep batches where a GPU can fetch them.
    """

    def __init__(self, dataset: Dataset[Item], workers: int = 0, *, pinned: bool = False) -> None:
        self._batches = _Batches()
        self._loader: DataLoader[Attempt] = DataLoader(
            _Attempts(dataset),
            batch_sampler=self._batches,
            collate_fn=_collate,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=pinned,
            # Its own, so that reading leaves the draws of the training alone.
            generator=torch.Generator().manual_seed(0),
        )

    def __call__(self, batches: Sequence[list[int]]) -> Iterator[Batch]:
        """Read these items, batch by batch, in this order."""
        self._batches.now = batches
        return iter(self._loader)

    def __enter__(self) -> Feed:
        return self

    def __exit__(self, *error: object) -> None:
        # Torch has no public way. Left to the garbage collector, workers outlive a failed training
        # for as long as somebody keeps its traceback, and hold what they inherited open.
        iterator = self._loader._iterator
        if iterator is not None:
            iterator._shutdown_workers()  # type: ignore[attr-defined]
            self._loader._iterator = None
