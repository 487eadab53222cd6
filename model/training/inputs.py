"""What a stage of a training learns from: pictures, or what frozen parts make of them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from tqdm import tqdm

from model.data.collection import Collection
from model.data.datasets import Draw, Item, PictureDataset, draws_of
from model.errors import DataError, PictureError
from model.network import Freeze, Network
from model.training.cache import Cache, CachedDataset
from model.training.config import Stage, TrainConfig
from model.training.crew import Crew
from model.training.loading import Batch

log = logging.getLogger(__name__)

Transform = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Inputs:
    """What a stage trains on: items, the place and name of each, and the part that learns."""

    dataset: Dataset[Item]
    places: list[int]
    names: list[str]
    learner: Transform

    @property
    def is_cached(self) -> bool:
        """Whether the items lie in memory."""
        return isinstance(self.dataset, CachedDataset)

    @property
    def shapes(self) -> list[tuple[int, ...]] | None:
        """The shape of each item; ``None`` where all are alike."""
        return self.dataset.shapes if isinstance(self.dataset, CachedDataset) else None


class Supply:
    """Makes the inputs of each stage and split.

    Args:
        config: the settings.
        collection: the data.
        network: whose parts are frozen or learn.
        crew: the processes of the run.
        cache_directory: keeps what frozen parts make of the pictures.
        skip_unreadable: leave out pictures that cannot be read.
    """

    def __init__(
        self,
        config: TrainConfig,
        collection: Collection,
        network: Network,
        crew: Crew,
        cache_directory: Path,
        *,
        skip_unreadable: bool,
    ) -> None:
        self._config, self._collection, self._network = config, collection, network
        self.crew, self._cache_directory = crew, cache_directory
        self._skip = skip_unreadable
        self.unreadable: set[int] = set()
        self._cached: dict[tuple[Freeze, str], Inputs] = {}

    def places(self, split: str) -> list[int]:
        """The places of a split.

        Raises:
            DataError: there are none.
        """
        numbers = self._collection.of_split(split)
        if not numbers:
            raise DataError(
                f"the {split} split of these {len(self._collection.places)} places is empty; "
                "give more data"
            )
        return numbers

    def left_out(self, place: int, error: PictureError) -> None:
        """Name a picture that cannot be read, once, and count it.

        Raises:
            PictureError: unless such are to be skipped.
        """
        if not self._skip:
            raise PictureError(f"{error} (or train with --skip-unreadable)")
        if place not in self.unreadable:
            log.warning("skipped: %s", error)
        self.unreadable.add(place)

    def leave_out(self, inputs: Inputs, batches: Iterable[Batch]) -> None:
        """Name and count what of some batches could not be read.

        Raises:
            PictureError: unless such are to be skipped.
        """
        for batch in batches:
            for failed in batch.unreadable:
                self.left_out(inputs.places[failed.item], PictureError(failed.message))

    def of(self, stage: Stage, split: str) -> Inputs:
        """The items of a split for a stage."""
        if not stage.on_pixels:
            return self._of_frozen(stage.freeze, split)
        # A frozen part keeps no graph: neither pixels nor its parameters ask for a gradient.
        return self._pixels(split)

    def forget(self, finished: Stage, later: Iterable[Stage]) -> None:
        """Drop what a stage has made stale, or what no later stage needs."""
        needed = {stage.freeze for stage in later if not stage.on_pixels} | {finished.freeze}
        if "trunk" in needed:
            needed.add("front")
        stays = {"trunk": {"front", "trunk"}, "front": {"front"}, "none": set()}[finished.freeze]
        self._cached = {k: v for k, v in self._cached.items() if k[0] in needed & stays}

    def _pixels(self, split: str) -> Inputs:
        draws = self._draws(split)
        dataset = PictureDataset(
            self._collection,
            draws,
            self._config.preprocessing,
            in_haste=self._config.pixels == "fast",
        )
        names = [f"{self._collection.places[d.place].key} {d.where} {d.flip}" for d in draws]
        return Inputs(dataset, [draw.place for draw in draws], names, self._network)

    def _draws(self, split: str) -> list[Draw]:
        """Views to learn from, or (unmirrored) to judge by."""
        flip = self._config.flip and split == "train"
        return draws_of(
            self._collection.places, self.places(split), self._config.crops_per_panorama, flip=flip
        )

    def _of_frozen(self, freeze: Freeze, split: str) -> Inputs:
        if (freeze, split) in self._cached:
            return self._cached[freeze, split]
        network, start = self._network, self._pixels(split)
        learner: Transform = lambda x: network.classify(network.back(x))  # noqa: E731
        parts: tuple[nn.Module, ...] = (network.front,)
        frozen: Transform = lambda x: network.front(network.normalise(x))  # noqa: E731
        if freeze == "trunk":
            learner = network.head
            parts, frozen = (network.front, network.back), _pooled(network.features)
            # The longest part of the way is needed by another stage anyway.
            if any(s.freeze == "front" and s.cache for s in self._config.stages):
                start = self._of_frozen("front", split)
                parts, frozen = (network.back,), _pooled(network.back)

        def unreadable(item: int, error: PictureError) -> None:
            self.left_out(start.places[item], error)

        def compute(x: Tensor) -> Tensor:
            with self.autocast():
                return frozen(self.on_device(x))

        network.eval()
        identity = f"{freeze} {self._config.preprocessing} {_hash(parts)}{self._variant()}"
        shown = self._progress(f"{split} {freeze}")
        cache = Cache(self._cache_directory, compute, identity, shown, unreadable)
        crew = self.crew
        dataset, kept = cache.run(
            start.dataset, start.names, rank=crew.rank, size=crew.size, wait=crew.wait
        )
        self.unreadable = crew.together(self.unreadable)
        places, names = [start.places[i] for i in kept], [start.names[i] for i in kept]
        self._cached[freeze, split] = Inputs(dataset, places, names, learner)
        return self._cached[freeze, split]

    def _variant(self) -> str:
        """What else decides cached values; nothing for exact pixels in float32."""
        return " fast" * (self._config.pixels == "fast") + " bf16" * self.in_bf16

    @property
    def in_bf16(self) -> bool:
        """Whether the network computes in mixed bf16."""
        if self._config.precision == "auto":
            return self.crew.device.type == "cuda" and torch.cuda.is_bf16_supported()
        return self._config.precision == "bf16"

    def autocast(self) -> torch.autocast:
        """The precision in which the network computes."""
        return torch.autocast(self.crew.device.type, torch.bfloat16, enabled=self.in_bf16)

    def on_device(self, x: Tensor) -> Tensor:
        """A batch where, and in the layout in which, the network wants it."""
        x = x.to(self.crew.device, non_blocking=True)
        if self._config.channels_last and x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        return x

    def _progress(self, what: str) -> Callable[[Iterable[int]], Iterable[int]]:
        hidden = None if self.crew.leads else True
        return lambda items: tqdm(items, unit="view", desc=what, disable=hidden)


def _pooled(features: Transform) -> Transform:
    return lambda x: features(x).mean(dim=(2, 3))


def _hash(parts: Iterable[nn.Module]) -> str:
    """Identify the weights of some modules."""
    found = hashlib.sha256()
    for part in parts:
        for value in part.state_dict().values():
            found.update(value.cpu().contiguous().numpy().tobytes())
    return found.hexdigest()[:16]
