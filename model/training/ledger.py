"""What a run has come to: its epochs, the best of them, and the state to go on from."""

from __future__ import annotations

import copy
import logging
import math
from collections import Counter
from contextlib import suppress
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from model.checkpoint import Checkpoint, git_revision
from model.data.collection import Collection
from model.data.trained import Trained, digest
from model.errors import PictureError
from model.network import Network
from model.training.config import TrainConfig
from model.training.crew import Crew
from model.training.folder import Row, RunFolder, manifest
from model.types import PRACTICE_SOURCE

log = logging.getLogger(__name__)

State = dict[str, Tensor]


class Ledger:
    """Keeps the epochs of a run, in memory and in its folder.

    Args:
        config: the settings.
        collection: the data.
        network: whose weights are kept.
        folder: where.
        crew: the processes of the run.
    """

    def __init__(
        self,
        config: TrainConfig,
        collection: Collection,
        network: Network,
        folder: RunFolder,
        crew: Crew,
    ) -> None:
        self._config, self._collection, self._network = config, collection, network
        self._folder, self._crew = folder, crew
        self._revision = git_revision()
        self.rows: list[Row] = []
        self.best: Row = {"val_loss": math.inf}
        self.best_state: State = {}
        self._last_state: State = {}
        self.unreadable: set[int] = set()

    def start(self, resume: bool) -> tuple[int, int, dict[str, Any] | None]:
        """Where to begin: stage, epoch, and the saved state if there is one.

        Raises:
            ConfigError: nothing to resume, another run there, or other settings or data.
        """
        if not resume:
            about = {
                "revision": self._revision,
                "device": str(self._crew.device),
                "places": dict(self._count()),
                "left_out": dict(self._collection.skipped),
            }
            self._folder.begin(self._identity(), about, manifest(self._collection))
            return 0, 0, None
        saved = self._folder.resume(self._identity())
        self._network.load_state_dict(saved["network"])
        self.best, self.best_state = saved["best"], saved["best_state"]
        self.rows, self.unreadable = saved["rows"], set(saved["unreadable"])
        self._last_state = saved["network"]
        stage = saved["stage"]
        if saved["epoch"] < math.ceil(self._config.stages[stage].epochs):
            return stage, saved["epoch"], saved
        self._network.load_state_dict(self.best_state)
        return stage + 1, 0, None

    def keep(self, row: Row, optimizer: torch.optim.Optimizer | None, unreadable: set[int]) -> None:
        """Log an epoch, keep it if it is the best, and write what a resumed run needs.

        Raises:
            DataError: the disk is full.
        """
        self.unreadable = unreadable
        row["unreadable"] = len(self.unreadable)
        if self._crew.leads:
            log.info(" ".join(f"{k} {v:.4g}" for k, v in row.items()))
        self.rows.append(row)
        self._last_state = state = _on_cpu(self._network.state_dict())
        if row["val_loss"] < self.best["val_loss"]:
            self.best, self.best_state = row, state
            # At once, so that a killed run leaves it behind.
            self._save_checkpoint("checkpoint", state, row)
        self._folder.save(
            {
                "identity": self._identity(),
                "stage": row["stage"],
                "epoch": row["epoch"],
                "network": state,
                "optimizer": optimizer.state_dict() if optimizer else {},
                "best": self.best,
                "best_state": self.best_state,
                "rows": self.rows,
                "unreadable": sorted(self.unreadable),
            }
        )
        self._folder.log(self.rows)

    def _identity(self) -> dict[str, Any]:
        """What must not change between a run and its resumption."""
        config = self._config.as_dict()
        kept = {k: v for k, v in config.items() if k not in ("workers", "tensorboard")}
        return {
            "config": kept,
            "split_fingerprint": self._collection.fingerprint,
            "processes": self._crew.size,
        }

    def finish(self) -> Checkpoint:
        """Write the best and the last checkpoint, with what is known at the end."""
        self._save_checkpoint("last", self._last_state, self.rows[-1])
        checkpoint = self._checkpoint(self.best_state, self.best)
        self._folder.save_checkpoint(checkpoint, "checkpoint")
        self._folder.close()
        self._crew.wait()
        return checkpoint

    def _save_checkpoint(self, name: str, state: State, row: Row) -> None:
        if self._crew.leads:
            self._folder.save_checkpoint(self._checkpoint(state, row), name)

    def _checkpoint(self, state: State, row: Row) -> Checkpoint:
        network = copy.deepcopy(self._network).cpu().eval()
        network.load_state_dict(state)
        return Checkpoint(
            network,
            self._config.preprocessing,
            row["temperature"],
            self._trained,
            self._collection.fingerprint,
            {
                "revision": self._revision,
                "config": self._config.as_dict(),
                "best": row,
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
        seen = [i for s in ("train", "val") for i in self._collection.of_split(s)]
        places = [self._collection.places[i] for i in seen]
        digests = []
        for i in seen:
            with suppress(PictureError):
                digests.append(digest(self._collection.read(i)))
        return Trained(
            frozenset(p.key for p in places),
            frozenset(digests),
            tuple(p.location for p in places if p.location and p.source != PRACTICE_SOURCE),
        )


def _on_cpu(state: dict[str, Any]) -> State:
    return {
        name: value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, value in state.items()
    }
