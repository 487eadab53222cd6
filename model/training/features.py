"""Features: what the frozen parts of a network make of pictures, computed once, kept on disk."""

from __future__ import annotations

import hashlib
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from model.data.datasets import Item
from model.errors import fault
from model.training.batches import Batch
from model.training.distributed import Processes
from model.training.run_directory import save_tensors

log = logging.getLogger(__name__)

ITEMS_PER_FILE = 200
"""Of a :class:`FeatureCache`: a killed run loses some minutes of work at most."""

Load = Callable[[Sequence[list[int]]], Iterator[Batch]]
"""Reads batches of numbered items, such as a :class:`~model.training.batches.BatchLoader`."""

_Chunk = dict[int, tuple[Tensor, int]]
"""Features and class index of items, by their numbers."""


class CachedFeatures(Dataset[Item]):
    """Features of each draw, kept in memory in half precision."""

    def __init__(self, features: Sequence[Tensor], labels: Sequence[int]) -> None:
        self._features, self._labels = features, labels

    def __len__(self) -> int:
        return len(self._features)

    def __getitem__(self, index: int) -> Item:
        return self._features[index].float(), self._labels[index]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of each item's features."""
        return [tuple(x.shape) for x in self._features]


@dataclass(frozen=True)
class FeatureCache:
    """Runs a frozen part of a network over a dataset once, and keeps the results on disk.

    Files are named by a hash of all that decides their content, so that a killed run goes on where
    it was, and the next run with the same frozen part and data starts at once.

    Attributes:
        directory: where the files go.
        frozen: maps a batch of one input to its features.
        identity: names the frozen part and the preprocessing.
        progress: wraps the loop over the items, to show it.
    """

    directory: Path
    frozen: Callable[[Tensor], Tensor]
    identity: str
    progress: Callable[[Iterable[int]], Iterable[int]]

    def features(
        self, load: Load, names: Sequence[str], processes: Processes
    ) -> tuple[CachedFeatures, list[int]]:
        """The features of a dataset; several processes share out the files.

        Args:
            load: reads its inputs.
            names: identify the dataset's items.
            processes: of the run; each computes every N-th file, and reads them all.

        Returns:
            The features and the numbers of the items they come from: all but unreadable ones.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        everything = range(len(names))
        rank, world_size = processes.rank, processes.world_size
        if world_size > 1:
            own = [i for i in everything if (i // ITEMS_PER_FILE) % world_size == rank]
            self._items(load, names, own)
            processes.wait()
        kept = self._items(load, names, everything)
        items = kept.values()
        return CachedFeatures([x for x, _ in items], [label for _, label in items]), list(kept)

    def _items(self, load: Load, names: Sequence[str], numbers: Sequence[int]) -> _Chunk:
        """Compute or read these items: those of whole files, in order."""
        kept: _Chunk = {}
        of_files = itertools.groupby(self.progress(numbers), lambda i: i // ITEMS_PER_FILE)
        for number, items in of_files:
            first = number * ITEMS_PER_FILE
            file = self._file(names[first : first + ITEMS_PER_FILE])
            chunk = self._read(file, first)
            stored = len(chunk)
            # A picture that could not be read is tried, and reported, in every run. One by one:
            # inputs are of many shapes, and features do not depend on their neighbours.
            wanted = [[i] for i in items if i not in chunk]
            for batch in load(wanted) if wanted else ():
                if batch.inputs is not None:
                    chunk[batch.items[0]] = self._computed(batch.inputs), int(batch.labels)
            if len(chunk) > stored:
                self._write(file, first, chunk)
            kept |= dict(sorted(chunk.items()))
        return kept

    def _computed(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return self.frozen(x)[0].half().cpu().clone()

    def _file(self, names: Sequence[str]) -> Path:
        content = "\n".join([self.identity, *names])
        return self.directory / f"{hashlib.sha256(content.encode()).hexdigest()[:20]}.pt"

    @staticmethod
    def _read(file: Path, first: int) -> _Chunk:
        if not file.is_file():
            return {}
        try:
            stored = torch.load(file, weights_only=True)
        except Exception as error:  # torch raises whatever the unpickler stumbles on
            log.warning("%s", fault(file, "damaged", "computed anew", error))
            return {}
        return {first + i: (x, label) for i, x, label in stored}

    @staticmethod
    def _write(file: Path, first: int, chunk: _Chunk) -> None:
        save_tensors([(i - first, x, label) for i, (x, label) in chunk.items()], file)


def weights_hash(parts: Iterable[nn.Module]) -> str:
    """Identify the weights of some modules: 16 hex digits."""
    found = hashlib.sha256()
    for part in parts:
        for value in part.state_dict().values():
            found.update(value.cpu().contiguous().numpy().tobytes())
    return found.hexdigest()[:16]
