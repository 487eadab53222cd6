"""Features: what the frozen parts of a network make of pictures, computed once, kept on disk."""

from __future__ import annotations

import hashlib
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import Dataset

from model.data.datasets import Item
from model.data.files import text_digest
from model.errors import fault
from model.training.batches import Batch
from model.training.distributed import Processes
from model.training.run_directory import save_tensors

log = logging.getLogger(__name__)

ITEMS_PER_FILE = 200
"""Of a :class:`FeatureCache`: a killed run loses a minute or two of work at most."""

Load = Callable[[Sequence[list[int]]], Iterator[Batch]]
"""Reads batches of numbered items, such as a :class:`~model.training.batches.BatchLoader`."""

_Known = dict[str, tuple[Tensor, int]]
"""Features and class index of items, by their names."""


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

    They are kept by frozen part and item, so that a killed run goes on where it was, and the next
    run with the same frozen part, on these data, fewer or more, computes what is new or changed.

    Attributes:
        directory: where they go: a folder for each frozen part.
        frozen: maps a batch of one input to its features.
        identity: names the frozen part and the preprocessing.
        progress: wraps the loop over the items that are new, to show it.
    """

    directory: Path
    frozen: Callable[[Tensor], Tensor]
    identity: str
    progress: Callable[[Iterable[int]], Iterable[int]]

    def features(
        self, load: Load, names: Sequence[str], processes: Processes
    ) -> tuple[CachedFeatures, list[int]]:
        """The features of a dataset; several processes share out what is new.

        Args:
            load: reads its inputs.
            names: identify the dataset's items.
            processes: of the run; each computes a share, and reads them all.

        Returns:
            The features and the numbers of the items they come from: all but unreadable ones.
        """
        rank, world_size = processes.rank, processes.world_size
        if world_size > 1:
            self._known(load, names, range(rank, len(names), world_size))
            processes.wait()
        known = self._known(load, names, range(len(names)))
        kept = [i for i, name in enumerate(names) if name in known]
        features, labels = zip(*(known[names[i]] for i in kept), strict=True) if kept else ((), ())
        return CachedFeatures(features, labels), kept

    def _known(self, load: Load, names: Sequence[str], numbers: Sequence[int]) -> _Known:
        """What is on disk of these names, and of these numbers what is not."""
        known = self._read(set(names))
        missing = iter(self.progress([i for i in numbers if names[i] not in known]))
        while items := list(itertools.islice(missing, ITEMS_PER_FILE)):
            found: _Known = {}
            # A picture that could not be read is tried, and reported, in every run. One by one:
            # inputs are of many shapes, and features do not depend on their neighbours.
            for batch in load([[i] for i in items]):
                if batch.inputs is not None:
                    name = names[batch.items[0]]
                    found[name] = self._computed(batch.inputs), int(batch.labels)
            if found:
                self._folder.mkdir(parents=True, exist_ok=True)
                save_tensors([(name, *of_it) for name, of_it in found.items()], self._file(found))
            known |= found
        return known

    def _computed(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return self.frozen(x)[0].half().cpu().clone()

    @property
    def _folder(self) -> Path:
        return self.directory / _hashed([self.identity])

    def _file(self, names: Iterable[str]) -> Path:
        return self._folder / f"{_hashed(names)}.pt"

    def _read(self, names: Set[str]) -> _Known:
        known: _Known = {}
        for file in sorted(self._folder.glob("*.pt")):
            try:
                stored = torch.load(file, weights_only=True)
            except Exception as error:  # torch raises whatever the unpickler stumbles on
                log.warning("%s", fault(file, "damaged", "computed anew", error))
                file.unlink(missing_ok=True)
            else:
                known |= {name: (x, label) for name, x, label in stored if name in names}
        return known


def _hashed(texts: Iterable[str]) -> str:
    return text_digest("\n".join(texts), 20)


def tensors_hash(tensors: Iterable[Tensor]) -> str:
    """Identify some tensors: 16 hex digits."""
    found = hashlib.sha256()
    for value in tensors:
        found.update(value.cpu().contiguous().numpy().tobytes())
    return found.hexdigest()[:16]
