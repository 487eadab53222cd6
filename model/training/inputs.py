"""What a stage of a training learns from: pictures, or what frozen parts make of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from tqdm import tqdm

from model.data.augmentation import AugmentedPictures
from model.data.collection import Collection
from model.data.datasets import Item, Views, all_views
from model.data.small_copies import SmallCopies
from model.errors import ConfigError, DataError, PictureError
from model.inference import multiplies_bfloat16
from model.network import Freeze, Network
from model.training.batches import BatchLoader, Shape
from model.training.config import TrainConfig
from model.training.distributed import Processes
from model.training.features import CachedFeatures, FeatureCache, tensors_hash
from model.training.stage import Stage

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Computation:
    """Where, how precisely and in which layout the network computes.

    Attributes:
        device: where.
        bf16: whether in mixed bf16, not in float32.
        channels_last: whether maps lie with the channels innermost.
    """

    device: torch.device
    bf16: bool = False
    channels_last: bool = False

    def run(self, part: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """What a part of the network makes of a batch, on the device."""
        x = x.to(self.device, non_blocking=True)
        if self.channels_last and x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            return part(x)


def _check_fit(config: TrainConfig, network: Network) -> None:
    """Raise ``ConfigError`` if the stages, canvases or augmented views do not fit the network."""
    stride, name = network.stride, config.network.backbone
    if config.preprocessing.stride_px % stride:
        raise ConfigError(
            f"preprocessing.stride_px = {config.preprocessing.stride_px}: {name} needs a multiple "
            f"of {stride}"
        )
    for stage in config.stages:
        if stage.frozen_layers > len(network.layers):
            raise ConfigError(
                f"frozen_layers = {stage.frozen_layers}: {name} has {len(network.layers)}"
            )
        side_px = stage.short_side_px or config.preprocessing.short_side_px
        if stage.on_pixels and config.augmentation and side_px % stride:
            raise ConfigError(
                f"short_side_px = {side_px}: {name} needs a multiple of {stride} in a stage with "
                "augmentation"
            )


def none_readable(split: str) -> DataError:
    """The error for a split of which no picture can be read."""
    return DataError(f"no picture of the {split} split can be read; give more data")


def has_bf16(device: torch.device) -> bool:
    """Whether the device itself computes in bf16, not by way of float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return multiplies_bfloat16()


class Learner(nn.Module):
    """The part of a network that makes logits of a stage's inputs.

    Args:
        part: from inputs [n, ...] to logits [n, 56].
        computation: where and how precisely.
    """

    def __init__(self, part: nn.Module, computation: Computation) -> None:
        super().__init__()
        self.part, self._computation = part, computation

    def forward(self, x: Tensor) -> Tensor:
        """Logits float32 [n, 56], on the device, of inputs [n, ...] on the CPU."""
        return self._computation.run(self.part, x).float()


@dataclass(frozen=True)
class StageInputs:
    """The inputs of a stage and split.

    Attributes:
        dataset: the items.
        places: the place of each.
        names: what identifies each.
        learner: what makes logits of them.
    """

    dataset: Dataset[Item]
    places: list[int]
    names: list[str]
    learner: Learner

    @property
    def shapes(self) -> list[Shape] | None:
        """The shape of each item; ``None`` where all are alike."""
        if isinstance(self.dataset, CachedFeatures | Views):
            return self.dataset.shapes
        return None


class InputPipeline:
    """Makes the inputs of each stage and split.

    Args:
        config: the settings.
        collection: the data.
        network: whose parts are frozen or learn.
        processes: of the run.
        cache_directory: keeps what frozen parts make of the pictures.
        skip_unreadable: leave out pictures that cannot be read.

    Attributes:
        unreadable: the places whose pictures could not be read so far.
    """

    def __init__(
        self,
        config: TrainConfig,
        collection: Collection,
        network: Network,
        processes: Processes,
        cache_directory: Path,
        *,
        skip_unreadable: bool,
    ) -> None:
        self._config, self._collection, self._network = config, collection, network
        self._processes, self._cache_directory = processes, cache_directory
        self._skip = skip_unreadable
        self.unreadable: set[int] = set()
        self._cached: dict[tuple[Freeze, str], StageInputs] = {}
        _check_fit(config, network)
        device, bf16 = processes.device, config.precision == "bf16"
        if config.precision == "auto":
            bf16 = has_bf16(device)
        self.computation = Computation(device, bf16, config.channels_last)

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

    def of(self, stage: Stage, split: str) -> StageInputs:
        """The inputs of a stage from a split."""
        if not stage.on_pixels:
            return self._of_frozen(stage.freeze, split)
        # A frozen part keeps no graph: neither pixels nor its parameters ask for a gradient.
        if split == "train":
            return self._shown(stage)
        return self._pixels(split)

    def loader(self, inputs: StageInputs) -> BatchLoader:
        """Loads batches of some inputs, and counts what cannot be read."""
        return BatchLoader(
            inputs.dataset,
            0 if isinstance(inputs.dataset, CachedFeatures) else self._config.workers,
            unreadable=lambda item, error: self._leave_out(inputs.places[item], error),
            pinned=self._processes.device.type == "cuda",
        )

    def forget(self, finished: Stage, later: Iterable[Stage]) -> None:
        """Drop what a stage has made stale, or what no later stage needs."""
        needed = {stage.freeze for stage in later if not stage.on_pixels} | {finished.freeze}
        if "trunk" in needed:
            needed.add("front")
        stays = {"trunk": {"front", "trunk"}, "front": {"front"}, "none": set()}[finished.freeze]
        self._cached = {k: v for k, v in self._cached.items() if k[0] in needed & stays}

    def _leave_out(self, place: int, error: PictureError) -> None:
        """Name a picture that cannot be read, once, and count it.

        Raises:
            PictureError: unless such are to be skipped.
        """
        if not self._skip:
            raise PictureError(f"{error} (or train with --skip-unreadable)")
        if place not in self.unreadable:
            log.warning("skipped: %s", error)
        self.unreadable.add(place)

    def _shown(self, stage: Stage) -> StageInputs:
        """Views that a stage on pixels learns from."""
        config = self._config
        side_px = stage.short_side_px or config.preprocessing.short_side_px
        if config.augmentation is None:
            return self._pixels("train", side_px)
        places = self.places("train")
        read = self._collection.read
        if config.small_copies_px:
            directory = self._cache_directory / "pictures"
            read = SmallCopies(self._collection, directory, config.small_copies_px).read
        dataset = AugmentedPictures(self._collection, places, config.augmentation, side_px, read)
        names = [self._collection.places[i].key for i in places]
        return StageInputs(dataset, places, names, Learner(self._network, self.computation))

    def _pixels(self, split: str, side_px: int = 0) -> StageInputs:
        """Views to learn from, or (unmirrored) to validate with."""
        config, places = self._config, self._collection.places
        preprocessing = config.preprocessing
        if side_px:
            preprocessing = replace(preprocessing, short_side_px=side_px)
        flip = config.flip and split == "train"
        dataset = all_views(
            self._collection,
            self.places(split),
            preprocessing,
            crops=config.crops_per_panorama,
            flip=flip,
            pixels=config.pixels,
        )
        names = [
            f"{places[at.place].key} {self._collection.version(at.place)} {at.where} {at.flip}"
            for at in dataset.draws
        ]
        learner = Learner(self._network, self.computation)
        return StageInputs(dataset, [draw.place for draw in dataset.draws], names, learner)

    def _of_frozen(self, freeze: Freeze, split: str) -> StageInputs:
        """Features that the front or the trunk makes of the views."""
        if (freeze, split) in self._cached:
            return self._cached[freeze, split]
        network, start = self._network, self._pixels(split)
        pooling = (nn.AdaptiveAvgPool2d(1), nn.Flatten())
        learns: nn.Module = nn.Sequential(network.back, *pooling, network.head)
        left = whole = [network.front]
        way: str = freeze
        if freeze == "trunk":
            learns = network.head
            left = whole = [network.front, network.back]
            # The longest part of the way is needed by another stage anyway.
            if any(stage.freeze == "front" and stage.cache for stage in self._config.stages):
                start, left, way = self._of_frozen("front", split), whole[1:], "trunk of front"

        def frozen(x: Tensor) -> Tensor:
            if left is whole:
                x = network.normalise(x)
            for part in left:
                x = part(x)
            return x.mean(dim=(2, 3)) if freeze == "trunk" else x

        network.eval()
        states = (value for part in whole for value in part.state_dict().values())
        weights = tensors_hash([network.mean, network.scale, *states])
        cache = FeatureCache(
            self._cache_directory,
            lambda x: self.computation.run(frozen, x),
            f"{way} {self._config.preprocessing} {weights}{self._variant()}",
            self._progress(f"{split} {freeze}"),
        )
        with self.loader(start) as load:
            dataset, kept = cache.features(load, start.names, self._processes)
        self.unreadable = self._processes.union(self.unreadable)
        if not kept:
            raise none_readable(split)
        places, names = [start.places[i] for i in kept], [start.names[i] for i in kept]
        learner = Learner(learns, self.computation)
        self._cached[freeze, split] = StageInputs(dataset, places, names, learner)
        return self._cached[freeze, split]

    def _variant(self) -> str:
        """What else decides features."""
        # Earlier exact pixels, cropped while they were scaled, had other columns at their edges.
        pixels = " fast" if self._config.pixels == "fast" else " cropped first"
        return pixels + (" bf16" if self.computation.bf16 else "")

    def _progress(self, what: str) -> Callable[[Iterable[int]], Iterable[int]]:
        hidden = None if self._processes.leads else True
        return lambda items: tqdm(items, unit="view", desc=what, disable=hidden)
