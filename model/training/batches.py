"""Which view of which place a step shows, and the batches of them, decoded by worker processes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from model.data.datasets import Item
from model.errors import PictureError

Shape = tuple[int, ...]


def steps_of_epoch(
    places: Sequence[int],
    shapes: Sequence[Shape] | None,
    step_size: int,
    seed: int,
    weights: NDArray[np.float64] | None = None,
) -> list[list[int]]:
    """One epoch: one view of each place, at random; the pictures of a step have one shape.

    Args:
        places: the place of each item of the dataset.
        shapes: the shape of each item, or ``None`` if all are alike.
        step_size: items of a step of the optimiser; the last of each shape may be smaller.
        seed: decides views and order; give each epoch its own.
        weights: instead of each place once, as many in all, in these proportions, one for each
            place in the order of its first item: no place more than one view above or below its
            part.

    Returns:
        The items of each step.
    """
    rng = np.random.default_rng(seed)
    views: defaultdict[int, list[int]] = defaultdict(list)
    for item, place in enumerate(places):
        views[place].append(item)
    shown = list(views.values())
    if weights is not None:
        # Systematic sampling: the ticks of a ruler with a random start fall on the places.
        ends = np.cumsum(weights) / weights.sum() * len(shown)
        drawn = np.searchsorted(ends, rng.random() + np.arange(len(shown)), side="right")
        shown = [shown[min(i, len(shown) - 1)] for i in drawn]
    chosen = [items[rng.integers(len(items))] for items in shown]
    bins: defaultdict[Shape, list[int]] = defaultdict(list)
    steps: list[list[int]] = []
    for i in rng.permutation(len(chosen)):
        shape = shapes[chosen[i]] if shapes else ()
        bins[shape].append(chosen[i])
        if len(bins[shape]) == step_size:
            steps.append(bins.pop(shape))
    steps += bins.values()
    order = rng.permutation(len(steps))
    return [steps[i] for i in order]


def balanced_weights(labels: Sequence[object], power: float = 1.0) -> NDArray[np.float64]:
    """Weights [n] that give each label the same chance, or go part of the way with less power."""
    counts = Counter(labels)
    return np.array([counts[label] ** -power for label in labels])


def view_weights(
    places: Sequence[int], weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Weights [n] of all views together, as an epoch of single views would have them on average.

    Args:
        places: the place of each view.
        weights: of each place, in the order of its first view; all alike by default.
    """
    views = Counter(places)
    of_place = dict.fromkeys(views, 1.0)
    if weights is not None:
        of_place = dict(zip(views, weights.tolist(), strict=True))
    return np.array([of_place[place] / views[place] for place in places])


def batches_of_process(
    step: Sequence[int], batch_size: int, rank: int, world_size: int, looks: int = 1
) -> list[list[int]]:
    """The batches that one process takes of a step; none, if the step is too small.

    Each item stands in its batch as often as it is to be looked at, one time behind the other.
    """
    taken = step[rank::world_size]
    batches = (taken[i : i + batch_size] for i in range(0, len(taken), batch_size))
    return [[item for item in batch for _ in range(looks)] for batch in batches]


@dataclass(frozen=True)
class UnreadableItem:
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
    unreadable: list[UnreadableItem] = field(default_factory=list)

    def pin_memory(self) -> Batch:
        """For faster copies to a GPU; called by ``DataLoader``."""
        if self.inputs is None:
            return self
        pinned = self.inputs.pin_memory(), self.labels.pin_memory()
        return Batch(*pinned, self.items, self.unreadable)


class _Attempts(Dataset[tuple[int, Item] | UnreadableItem]):
    """A dataset that hands on what went wrong instead of raising it.

    A ``DataLoader`` would wrap an exception of a worker process in the text of its traceback.
    Each item draws its lots from a seed of its own, so that they do not depend on who reads it.
    """

    def __init__(self, dataset: Dataset[Item]) -> None:
        self._dataset = dataset

    def __getitem__(self, numbered: tuple[int, int]) -> tuple[int, Item] | UnreadableItem:
        index, seed = numbered
        with torch.random.fork_rng(devices=()):
            torch.default_generator.manual_seed(seed)
            try:
                return index, self._dataset[index]
            except PictureError as error:
                return UnreadableItem(index, str(error))


def _collate(attempts: Sequence[tuple[int, Item] | UnreadableItem]) -> Batch:
    read = [a for a in attempts if not isinstance(a, UnreadableItem)]
    return Batch(
        torch.stack([x for _, (x, _) in read]) if read else None,
        torch.tensor([label for _, (_, label) in read], dtype=torch.long),
        [item for item, _ in read],
        [a for a in attempts if isinstance(a, UnreadableItem)],
    )


class _ItemNumbers(Sampler[list[tuple[int, int]]]):
    """Item numbers and seeds of the batches to come; changed between epochs."""

    def __init__(self) -> None:
        self.now: Sequence[list[int]] = []
        self.seed, self.first = 0, 0

    def __len__(self) -> int:
        return len(self.now) - self.first

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for number in range(self.first, len(self.now)):
            items = self.now[number]
            seeds = np.random.SeedSequence([self.seed, number]).generate_state(len(items))
            yield list(zip(items, seeds.tolist(), strict=True))


def _refuse(_item: int, error: PictureError) -> None:
    raise error


class BatchLoader:
    """Loads batches of a dataset; its workers live from the first call until it is closed.

    usage::

        with BatchLoader(dataset, workers=2) as loader:
            for batch in loader([[0, 1], [2, 3]]):

    Args:
        dataset: the items.
        workers: processes that read them; 0 reads in this one.
        unreadable: called for an item whose picture cannot be read, before its batch is handed
            out; raises, or lets the item be left out.
        pinned: keep batches where a GPU can fetch them.
    """

    def __init__(
        self,
        dataset: Dataset[Item],
        workers: int = 0,
        *,
        unreadable: Callable[[int, PictureError], None] = _refuse,
        pinned: bool = False,
    ) -> None:
        self._numbers, self._unreadable = _ItemNumbers(), unreadable
        self._loader = DataLoader(
            _Attempts(dataset),
            batch_sampler=self._numbers,
            collate_fn=_collate,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=pinned,
            # Its own, so that reading leaves the draws of the training alone.
            generator=torch.Generator().manual_seed(0),
        )

    def __call__(
        self, batches: Sequence[list[int]], seed: int = 0, first: int = 0
    ) -> Iterator[Batch]:
        """Read these items, batch by batch, in this order.

        Args:
            batches: the item numbers of each.
            seed: of what items draw by lot; give each epoch its own.
            first: the batch to begin with: those after it are what they would be after it.
        """
        self._numbers.now, self._numbers.seed, self._numbers.first = batches, seed, first
        for batch in self._loader:
            for failed in batch.unreadable:
                self._unreadable(failed.item, PictureError(failed.message))
            yield batch

    def __enter__(self) -> BatchLoader:
        return self

    def __exit__(self, *error: object) -> None:
        # Torch has no public way. Left to the garbage collector, workers outlive a failed training
        # for as long as somebody keeps its traceback, and hold what they inherited open.
        iterator = self._loader._iterator
        if iterator is not None:
            iterator._shutdown_workers()  # type: ignore[attr-defined]
            self._loader._iterator = None
