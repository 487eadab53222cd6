"""What frozen parts of a network make of pictures, computed once and kept on disk."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import Dataset

from model.data.datasets import Item
from model.errors import PictureError
from model.training.saving import save_tensors

log = logging.getLogger(__name__)

CHUNK = 200
"""Items a file of a :class:`Cache`: some minutes of work at most are lost with a killed run."""


class CachedDataset(Dataset[Item]):
    """What a frozen part of a network makes of each draw, kept in memory in half precision."""

    def __init__(self, inputs: Sequence[Tensor], labels: Sequence[int]) -> None:
        self._inputs, self._labels = inputs, labels

    def __len__(self) -> int:
        return len(self._inputs)

    def __getitem__(self, index: int) -> Item:
        return self._inputs[index].float(), self._labels[index]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of each input."""
        return [tuple(x.shape) for x in self._inputs]


@dataclass(frozen=True)
class Cache:
    """Runs a frozen part of a network over a dataset once, and keeps the results on disk.

    Files hold :data:`CHUNK` items each and are named by a hash of all that decides their content,
    so that a killed run goes on where it was, and the next run with the same frozen part and data
    starts at once.

    Attributes:
        directory: where the files go.
        frozen: maps a batch of one input to what is kept.
        identity: names the frozen part and the preprocessing.
        progress: wraps the loop over the items, to show it.
        unreadable: called for an item whose picture cannot be read; raises, or lets it be left out.
    """

    directory: Path
    frozen: Callable[[Tensor], Tensor]
    identity: str
    progress: Callable[[Iterable[int]], Iterable[int]]
    unreadable: Callable[[int, PictureError], None]

    def run(
        self,
        dataset: Dataset[Item],
        names: Sequence[str],
        *,
        rank: int = 0,
        size: int = 1,
        wait: Callable[[], None] = lambda: None,
    ) -> tuple[CachedDataset, list[int]]:
        """Cache a dataset.

        Args:
            dataset: of inputs.
            names: identify the dataset's items.
            rank: this process computes every ``size``-th file, from this one on,
            size: of so many processes,
            wait: and waits for the others before it reads them all.

        Returns:
            The cached items and the numbers of the items they come from: all but unreadable ones.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        if size > 1:
            own = [i for i in range(len(names)) if i // CHUNK % size == rank]
            self._chunks(dataset, names, own)
            wait()
        kept = self._chunks(dataset, names, range(len(names)))
        items = kept.values()
        return CachedDataset([x for x, _ in items], [label for _, label in items]), list(kept)

    def _chunks(
        self, dataset: Dataset[Item], names: Sequence[str], numbers: Sequence[int]
    ) -> dict[int, tuple[Tensor, int]]:
        """Compute or read these items: whole chunks, in order."""
        kept: dict[int, tuple[Tensor, int]] = {}
        chunk: dict[int, tuple[Tensor, int]] = {}
        for i in self.progress(numbers):
            if i % CHUNK == 0:
                last = min(i + CHUNK, len(names))
                file = self._file(names[i:last])
                chunk = self._read(file, i)
                stored = len(chunk)
            # A picture that could not be read is tried, and reported, in every run.
            if i not in chunk:
                self._add(dataset, i, chunk)
            if i == last - 1:
                if len(chunk) > stored:
                    self._write(file, i - i % CHUNK, chunk)
                kept |= dict(sorted(chunk.items()))
        return kept

    def _add(self, dataset: Dataset[Item], i: int, chunk: dict[int, tuple[Tensor, int]]) -> None:
        try:
            x, label = dataset[i]
        except PictureError as error:
            self.unreadable(i, error)
            return
        with torch.no_grad():
            chunk[i] = self.frozen(x[None])[0].half().cpu().clone(), label

    def _file(self, names: Sequence[str]) -> Path:
        content = "\n".join([self.identity, *names])
        return self.directory / f"{hashlib.sha256(content.encode()).hexdigest()[:20]}.pt"

    @staticmethod
    def _read(file: Path, first: int) -> dict[int, tuple[Tensor, int]]:
        if not file.is_file():
            return {}
        try:
            stored = torch.load(file, weights_only=True)
        except Exception as error:  # torch raises whatever the unpickler stumbles on
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            log.warning("%s: damaged (%s); computed anew", file, reason)
            return {}
        return {first + i: (x, label) for i, x, label in stored}

    @staticmethod
    def _write(file: Path, first: int, chunk: dict[int, tuple[Tensor, int]]) -> None:
        save_tensors([(i - first, x, label) for i, (x, label) in chunk.items()], file)
