"""What a run has come to: its epochs, the best of them, and the state to go on from."""

from __future__ import annotations

import copy
import logging
import math
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from model.checkpoint import Checkpoint
from model.data.collection import Collection
from model.data.trained import Trained, digest
from model.errors import PictureError
from model.network import Network
from model.training.config import TrainConfig
from model.training.distributed import Processes
from model.training.run_directory import EpochRecord, RunDirectory, git_revision, places_csv
from model.types import PRACTICE_SOURCE

log = logging.getLogger(__name__)

_MAY_CHANGE = ("workers", "tensorboard", "save_minutes")
"""Settings that a resumed run may have otherwise."""

Weights = dict[str, Tensor]
"""A network's state dict, on the CPU."""


@dataclass
class Progress:
    """Where a run stands within its stages.

    Attributes:
        stage: the one it is in, from 0.
        epoch: how many of that stage are done.
        step: how many of the next epoch are done.
        steps: how many of the whole run are done.
        loss: the sum of the losses of that epoch so far.
        seen: how many pictures they are of.
        seconds: spent on that epoch before.
        optimizer: the state of the stage's optimiser, if it has begun.
        mean: the state of the mean of the weights, if there is one.
    """

    stage: int = 0
    epoch: int = 0
    step: int = 0
    steps: int = 0
    loss: float = 0.0
    seen: float = 0.0
    seconds: float = 0.0
    optimizer: dict[str, Any] = field(default_factory=dict)
    mean: dict[str, Any] = field(default_factory=dict)

    def end_epoch(self, epoch: int) -> None:
        """This many epochs of the stage are over."""
        self.epoch = epoch
        self.step, self.loss, self.seen, self.seconds = 0, 0.0, 0.0, 0.0


class TrainingState:
    """Keeps the epochs of a run, in memory and in its directory.

    Args:
        config: the settings.
        collection: the data.
        network: whose weights are kept.
        directory: where.
        processes: of the run.
        earlier: what the nets were trained on that this one starts or learns from.

    Attributes:
        progress: where it stands.
        records: all epochs so far.
        best: the one of the lowest val loss.
        best_weights: the network's weights then.
        unreadable: the places whose pictures could not be read.
    """

    def __init__(
        self,
        config: TrainConfig,
        collection: Collection,
        network: Network,
        directory: RunDirectory,
        processes: Processes,
        earlier: Sequence[Trained] = (),
    ) -> None:
        self._config, self._collection, self._network = config, collection, network
        self._directory, self._processes, self._earlier = directory, processes, earlier
        self._revision = git_revision()
        self.progress = Progress()
        self.records: list[EpochRecord] = []
        self.best: EpochRecord = {"val_loss": math.inf}
        self.best_weights: Weights = {}
        self._last_weights: Weights = {}
        self.unreadable: set[int] = set()

    def begin(self) -> None:
        """Start a new run.

        Raises:
            ConfigError: another run is there.
        """
        about = {
            "revision": self._revision,
            "device": str(self._processes.device),
            "places": dict(self._count()),
            "left_out": dict(self._collection.skipped),
        }
        self._directory.begin(self._identity(), about, places_csv(self._collection))

    def resume(self) -> None:
        """Go on from what was saved last.

        Raises:
            ConfigError: nothing to resume, or it had other settings or data.
        """
        saved = self._directory.resume(self._identity())
        try:
            self.best, self.best_weights = saved["best"], saved["best_state"]
            self.records, self.unreadable = saved["rows"], set(saved["unreadable"])
            self._last_weights = saved["last_state"]
            self.progress = Progress(**saved["progress"])
            self._network.load_state_dict(saved["network"])
        except (KeyError, TypeError, RuntimeError) as error:
            raise self._directory.damaged(error) from None
        if self.progress.epoch >= math.ceil(self._config.stages[self.progress.stage].epochs):
            self.next_stage()

    def next_stage(self) -> None:
        """End a stage: the next one begins with the best weights so far."""
        self.progress = Progress(self.progress.stage + 1, steps=self.progress.steps)
        self._network.load_state_dict(self.best_weights)

    def keep(self, record: EpochRecord, unreadable: set[int]) -> None:
        """Log an epoch, and keep the network as it is now if it is the best.

        Raises:
            DataError: the disk is full.
        """
        self.unreadable = unreadable
        record["unreadable"] = len(self.unreadable)
        if self._processes.leads:
            log.info(" ".join(f"{name} {value:.4g}" for name, value in record.items()))
        self.records.append(record)
        self._last_weights = weights = _on_cpu(self._network.state_dict())
        if record["val_loss"] < self.best["val_loss"]:
            self.best, self.best_weights = record, weights
            # At once, so that a killed run leaves it behind.
            self._save_checkpoint("checkpoint", weights, record)
        self._directory.log(self.records, self.progress.steps)

    def save(self) -> None:
        """Write what a resumed run needs.

        Raises:
            DataError: the disk is full.
        """
        self._directory.save(
            {
                "identity": self._identity(),
                "progress": vars(self.progress),
                "network": _on_cpu(self._network.state_dict()),
                "last_state": self._last_weights,
                "best": self.best,
                "best_state": self.best_weights,
                "rows": self.records,
                "unreadable": sorted(self.unreadable),
            }
        )

    def finish(self) -> Checkpoint:
        """Write the best and the last checkpoint, with what is known at the end."""
        self._save_checkpoint("last", self._last_weights, self.records[-1])
        checkpoint = self._checkpoint(self.best_weights, self.best)
        self._directory.save_checkpoint(checkpoint, "checkpoint")
        self._directory.close()
        self._processes.wait()
        return checkpoint

    def _identity(self) -> dict[str, Any]:
        """What must not change between a run and its resumption."""
        config = self._config.as_dict()
        kept = {k: v for k, v in config.items() if k not in _MAY_CHANGE}
        return {
            "config": kept,
            "split_fingerprint": self._collection.fingerprint,
            "processes": self._processes.world_size,
        }

    def _save_checkpoint(self, name: str, weights: Weights, record: EpochRecord) -> None:
        if self._processes.leads:
            self._directory.save_checkpoint(self._checkpoint(weights, record), name)

    def _checkpoint(self, weights: Weights, record: EpochRecord) -> Checkpoint:
        network = copy.deepcopy(self._network).cpu().eval()
        network.load_state_dict(weights)
        return Checkpoint(
            network,
            self._config.preprocessing,
            record["temperature"],
            self._trained,
            self._collection.fingerprint,
            {
                "revision": self._revision,
                "config": self._config.as_dict(),
                "best": record,
                "places": dict(self._count()),
                "unreadable": len(self.unreadable),
            },
        )

    def _count(self) -> Counter[str]:
        """How many places of each source and split."""
        places, uses = self._collection.places, self._collection.uses
        return Counter(f"{p.source} {use}" for p, use in zip(places, uses, strict=True))

    @cached_property
    def _trained(self) -> Trained:
        seen = [i for split in ("train", "val") for i in self._collection.of_split(split)]
        places = [self._collection.places[i] for i in seen]
        digests = []
        for i in seen if self._processes.leads else ():  # who alone writes them
            with suppress(PictureError):
                digests.append(digest(self._collection.read(i)))
        own = Trained(
            frozenset(p.key for p in places),
            frozenset(digests),
            tuple(p.location for p in places if p.location and p.source != PRACTICE_SOURCE),
        )
        return Trained.union([own, *self._earlier]) if self._earlier else own


def _on_cpu(state: dict[str, Any]) -> Weights:
    return {
        name: value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, value in state.items()
    }
