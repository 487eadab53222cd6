"""Train a country classifier.

usage::

    python -m model.train --config model/experiments/bundled.toml --data DIR [--data DIR ...]
                          --out RUN [--resume] [--set key=value ...] [--skip-unreadable]

RUN receives ``config.json`` (the resolved settings, git revision, split fingerprint), ``log.csv``
(one line an epoch), ``last.pt`` (to resume) and ``checkpoint/`` (the best epoch by val loss).
"""

from __future__ import annotations

import argparse
import copy
import csv
import hashlib
import json
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from model import cli
from model.checkpoint import Checkpoint, git_revision, save
from model.config import Stage, TrainConfig, read_config
from model.data.collection import Collection, Trained, digest
from model.data.datasets import (
    Cache,
    CachedDataset,
    Draw,
    EpochSampler,
    Item,
    PictureDataset,
    draws_of,
)
from model.data.files import replacing
from model.metrics import macro_recall
from model.network import Freeze, Network
from model.types import COUNTRY_CODES, PRACTICE_SOURCE, ConfigError, DataError, PictureError

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
    def shapes(self) -> list[tuple[int, ...]] | None:
        """The shape of each item; ``None`` where all are alike."""
        return self.dataset.shapes if isinstance(self.dataset, CachedDataset) else None


class Trainer:
    """One training run over a collection.

    Args:
        config: the settings.
        collection: the data; its train split is learnt, its val split chooses the epoch.
        out: the run's folder.
        skip_unreadable: leave out pictures that cannot be read, and count them.
        cache_directory: keeps what frozen parts make of the pictures; in ``out`` by default.

    Raises:
        DataError: an empty train or val split.
        ConfigError: the folder holds another run.
    """

    def __init__(
        self,
        config: TrainConfig,
        collection: Collection,
        out: Path,
        *,
        skip_unreadable: bool = False,
        cache_directory: Path | None = None,
    ) -> None:
        self.config, self.collection, self.out = config, collection, out
        self.skip_unreadable = skip_unreadable
        self.cache_directory = cache_directory or out / "cache"
        self.unreadable: set[int] = set()
        torch.manual_seed(self._seed(0))
        self.network = Network(config.network, pretrained=config.pretrained).eval()
        self._cached: dict[tuple[Freeze, str], Inputs] = {}
        self._log_prior = self._prior()
        self.best: dict[str, Any] = {"loss": math.inf}
        self.best_state: dict[str, Tensor] = {}

    def _seed(self, *numbers: int) -> int:
        """The seed of one stretch of work, so that a resumed run draws the same lots."""
        sequence = np.random.SeedSequence([self.config.seed, *numbers])
        return int(sequence.generate_state(1)[0])

    def _prior(self) -> Tensor:
        """The log of each country's share of the train places, [56].

        Countries with fewer than ten count as ten: the adjustment must not lift what was hardly
        ever seen above everything else.
        """
        counts = Counter(self.collection.places[i].country for i in self._places("train"))
        n = torch.tensor([max(10.0, counts[code]) for code in COUNTRY_CODES])
        return (n / n.sum()).log()

    def _places(self, split: str) -> list[int]:
        numbers = self.collection.of_split(split)
        if not numbers:
            raise DataError(
                f"the {split} split of these {len(self.collection.places)} places is empty; "
                "give more data"
            )
        return numbers

    def _draws(self, split: str) -> list[Draw]:
        """Views to learn from, or (unmirrored) to judge by."""
        flip = self.config.flip and split == "train"
        return draws_of(
            self.collection.places, self._places(split), self.config.crops_per_panorama, flip=flip
        )

    def inputs(self, freeze: Freeze, split: str) -> Inputs:
        """The items of a split for a stage; what a frozen part makes of them is cached."""
        if (freeze, split) in self._cached:
            return self._cached[freeze, split]
        network = self.network
        learners: dict[Freeze, Transform] = {
            "none": network,
            "front": lambda x: network.classify(network.back(x)),
            "trunk": network.head,
        }
        start = self._pixels(split)
        if freeze == "none":
            return start
        parts: tuple[nn.Module, ...] = (network.front,)
        frozen: Transform = lambda x: network.front(network.normalise(x))  # noqa: E731
        if freeze == "trunk" and any(stage.freeze == "front" for stage in self.config.stages):
            # The longest part of the way is needed later anyway.
            start = self.inputs("front", split)
            parts, frozen = (network.back,), lambda x: network.back(x).mean(dim=(2, 3))
        elif freeze == "trunk":
            parts = (network.front, network.back)
            frozen = lambda x: network.features(x).mean(dim=(2, 3))  # noqa: E731

        def unreadable(item: int, error: PictureError) -> None:
            if not self.skip_unreadable:
                raise PictureError(f"{error} (or train with --skip-unreadable)")
            if start.places[item] not in self.unreadable:
                log.warning("skipped: %s", error)
            self.unreadable.add(start.places[item])

        identity = f"{freeze} {self.config.preprocessing} {_hash(parts)}"
        shown = _progress(f"{split} {freeze}")
        cache = Cache(self.cache_directory, frozen, identity, shown, unreadable)
        dataset, kept = cache.run(start.dataset, start.names)
        result = Inputs(
            dataset,
            [start.places[i] for i in kept],
            [start.names[i] for i in kept],
            learners[freeze],
        )
        self._cached[freeze, split] = result
        return result

    def _pixels(self, split: str) -> Inputs:
        draws = self._draws(split)
        dataset = PictureDataset(self.collection, draws, self.config.preprocessing)
        names = [f"{self.collection.places[d.place].key} {d.where} {d.flip}" for d in draws]
        return Inputs(dataset, [draw.place for draw in draws], names, self.network)

    def run(self, *, resume: bool) -> Checkpoint:
        """Train all stages and write the run's folder.

        Raises:
            ConfigError: nothing to resume, or the run to resume had other settings or data.
            DataError: the loss is no longer finite.
        """
        start_stage, start_epoch, saved = self._start(resume)
        for number in range(start_stage, len(self.config.stages)):
            stage = self.config.stages[number]
            self.network.set_freeze(stage.freeze)
            train, val = self.inputs(stage.freeze, "train"), self.inputs(stage.freeze, "val")
            if stage.solver == "lbfgs":
                self._solve(number, train, val)
            else:
                self._stage(number, train, val, start_epoch, saved)
            start_epoch, saved = 0, None
            self.network.load_state_dict(self.best_state)
            # Pooled features of blocks that have learnt since would be stale.
            later = {s.freeze for s in self.config.stages[number + 1 :]} | {stage.freeze}
            self._cached = {
                key: kept
                for key, kept in self._cached.items()
                if key[0] in later and (key[0] == "front" or stage.freeze == "trunk")
            }
        return self._finish()

    def _stage(
        self, number: int, train: Inputs, val: Inputs, start: int, saved: dict[str, Any] | None
    ) -> None:
        stage = self.config.stages[number]
        learning = [p for p in self.network.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(
            learning, lr=stage.lr_from, weight_decay=self.config.weight_decay
        )
        steps_per_epoch = len(self._sampler(train, number, 0))
        steps = max(1, round(stage.epochs * steps_per_epoch))
        if saved:
            optimizer.load_state_dict(saved["optimizer"])
        for epoch in range(start, math.ceil(stage.epochs)):
            began = time.monotonic()
            torch.manual_seed(self._seed(number, epoch))
            sampler = self._sampler(train, number, epoch)
            done = epoch * steps_per_epoch
            loss = self._epoch(train, sampler, optimizer, stage, done, steps)
            figures = self.validate(val)
            row = {
                "stage": number,
                "epoch": epoch + 1,
                "lr": optimizer.param_groups[0]["lr"],
                "train_loss": loss,
                **figures,
                "seconds": round(time.monotonic() - began, 1),
            }
            self._keep(row, optimizer)

    def _solve(self, number: int, train: Inputs, val: Inputs) -> None:
        """Fit the head to all views of the train places at once."""
        stage, began = self.config.stages[number], time.monotonic()
        items = [train.dataset[i] for i in range(len(train.places))]
        x = torch.stack([features for features, _ in items])
        labels = torch.tensor([label for _, label in items])
        views = Counter(train.places)
        weights = torch.tensor([1 / views[place] for place in train.places])
        learning = list(self.network.head.parameters())
        optimizer = torch.optim.LBFGS(
            learning, max_iter=math.ceil(stage.epochs), line_search_fn="strong_wolfe"
        )
        last = math.nan

        def closure() -> float:
            nonlocal last
            optimizer.zero_grad()
            each = self.loss(
                train.learner(x), labels, smoothing=self.config.label_smoothing, reduction="none"
            )
            loss = (each * weights).sum() / weights.sum()
            last = loss.item()
            penalty = torch.stack([(p**2).sum() for p in learning if p.dim() > 1]).sum()
            total = loss + stage.l2 * penalty
            torch.autograd.backward(total)
            return total.item()

        optimizer.step(closure)  # type: ignore[no-untyped-call]
        if not math.isfinite(last):
            raise DataError("the loss is not finite; raise l2")
        row = {
            "stage": number,
            "epoch": math.ceil(stage.epochs),
            "lr": 1.0,
            "train_loss": last,
            **self.validate(val),
            "seconds": round(time.monotonic() - began, 1),
        }
        self._keep(row, optimizer)

    def _sampler(self, inputs: Inputs, stage: int, epoch: int) -> EpochSampler:
        seed = self._seed(stage, epoch)
        return EpochSampler(inputs.places, inputs.shapes, self.config.batch_size, seed)

    def _epoch(
        self,
        inputs: Inputs,
        sampler: EpochSampler,
        optimizer: torch.optim.Optimizer,
        stage: Stage,
        done: int,
        steps: int,
    ) -> float:
        """One pass over the places, or what the stage's last fraction of an epoch allows."""
        self.network.train()
        _keep_batch_norms(self.network)
        workers = 0 if isinstance(inputs.dataset, CachedDataset) else self.config.workers
        loader = DataLoader(inputs.dataset, batch_sampler=sampler, num_workers=workers)
        total, seen = 0.0, 0
        bar = tqdm(loader, unit="batch", desc=f"{stage.freeze} {done}/{steps}", disable=None)
        for step, (x, labels) in enumerate(bar, start=done):
            if step >= steps:
                break
            share = step / steps
            for group in optimizer.param_groups:
                group["lr"] = stage.lr_to + (stage.lr_from - stage.lr_to) * (
                    0.5 + 0.5 * math.cos(math.pi * share)
                )
            loss = self.loss(inputs.learner(x), labels, smoothing=self.config.label_smoothing)
            if not math.isfinite(loss.item()):
                raise DataError(f"the loss is not finite at step {step}; lower lr_from")
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            total, seen = total + loss.item() * len(labels), seen + len(labels)
            bar.set_postfix(loss=f"{total / seen:.3f}")
        self.network.eval()
        return total / max(1, seen)

    def loss(
        self, logits: Tensor, labels: Tensor, *, smoothing: float = 0.0, reduction: str = "mean"
    ) -> Tensor:
        """Cross entropy of logits [N, 56] with the logit adjustment."""
        adjusted = logits + self.config.logit_adjustment * self._log_prior
        return nn.functional.cross_entropy(
            adjusted, labels, label_smoothing=smoothing, reduction=reduction
        )

    def logits(self, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """Logits [places, 56], averaged over each place's views, and labels [places]."""
        self.network.eval()
        sums: dict[int, Tensor] = {}
        views: Counter[int] = Counter()
        labels: dict[int, int] = {}
        with torch.no_grad():
            for i, place in enumerate(inputs.places):
                x, label = inputs.dataset[i]
                found = inputs.learner(x[None])[0]
                sums[place] = sums[place] + found if place in sums else found
                views[place] += 1
                labels[place] = label
        mean = torch.stack([total / views[place] for place, total in sums.items()])
        return mean, torch.tensor(list(labels.values()))

    def validate(self, inputs: Inputs) -> dict[str, float]:
        """Loss and accuracy over the val places, views averaged."""
        logits, labels = self.logits(inputs)
        predicted = logits.argmax(dim=1)
        return {
            "val_loss": float(self.loss(logits, labels)),
            "val_top1": float((predicted == labels).double().mean()),
            "val_macro_recall": macro_recall(predicted.numpy(), labels.numpy()),
        }

    def _keep(self, row: dict[str, Any], optimizer: torch.optim.Optimizer) -> None:
        """Log an epoch, keep it if it is the best, and write what a resumed run needs."""
        log.info(" ".join(f"{k} {v:.4g}" for k, v in row.items()))
        if row["val_loss"] < self.best["loss"]:
            self.best = {"loss": row["val_loss"], **row}
            self.best_state = copy.deepcopy(self.network.state_dict())
        file = self.out / "log.csv"
        is_new = not file.exists()
        with file.open("a", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, row.keys())
            if is_new:
                writer.writeheader()
            writer.writerow(row)
        state = {
            "identity": self._identity(),
            "stage": row["stage"],
            "epoch": row["epoch"],
            "network": self.network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "best": self.best,
            "best_state": self.best_state,
        }
        with replacing(self.out / "last.pt") as temporary:
            torch.save(state, temporary)

    def _identity(self) -> dict[str, Any]:
        """What must not change between a run and its resumption."""
        config = {k: v for k, v in self.config.as_dict().items() if k != "workers"}
        return {"config": config, "split_fingerprint": self.collection.fingerprint}

    def _start(self, resume: bool) -> tuple[int, int, dict[str, Any] | None]:
        """Where to begin: stage, epoch, and the saved state if there is one."""
        last = self.out / "last.pt"
        if not resume:
            if last.exists():
                raise ConfigError(f"{self.out}: holds a run; add --resume, or give another --out")
            self.out.mkdir(parents=True, exist_ok=True)
            (self.out / "log.csv").unlink(missing_ok=True)
            document = {**self._identity(), "revision": git_revision()}
            cli.write_atomically(
                self.out / "config.json", (json.dumps(document, indent=2) + "\n").encode()
            )
            return 0, 0, None
        if not last.exists():
            raise ConfigError(f"{last}: nothing to resume; leave out --resume")
        saved = torch.load(last, weights_only=True)
        for what, now in self._identity().items():
            if json.dumps(saved["identity"][what]) != json.dumps(now):
                raise ConfigError(f"{last}: another {what}; resume with the same, or start anew")
        self.network.load_state_dict(saved["network"])
        self.best, self.best_state = saved["best"], saved["best_state"]
        stage = saved["stage"]
        if saved["epoch"] < math.ceil(self.config.stages[stage].epochs):
            return stage, saved["epoch"], saved
        self.network.load_state_dict(self.best_state)
        return stage + 1, 0, None

    def _finish(self) -> Checkpoint:
        """Fit the temperature on val and write the checkpoint."""
        last_freeze = self.config.stages[-1].freeze
        self.network.set_freeze(last_freeze)
        logits, labels = self.logits(self.inputs(last_freeze, "val"))
        checkpoint = Checkpoint(
            self.network,
            self.config.preprocessing,
            fit_temperature(logits, labels),
            self._trained(),
            self.collection.fingerprint,
            {
                "revision": git_revision(),
                "config": self.config.as_dict(),
                "best": self.best,
                "places": dict(self._count()),
                "unreadable": len(self.unreadable),
            },
        )
        save(checkpoint, self.out / "checkpoint")
        return checkpoint

    def _count(self) -> Counter[str]:
        """How many places of each source and split."""
        places, splits = self.collection.places, self.collection.splits
        return Counter(f"{p.source} {s}" for p, s in zip(places, splits, strict=True))

    def _trained(self) -> Trained:
        seen = [i for s in ("train", "val") for i in self.collection.of_split(s)]
        places = [self.collection.places[i] for i in seen]
        readable = [i for i in seen if i not in self.unreadable]
        return Trained(
            frozenset(p.key for p in places),
            frozenset(digest(self.collection.read(i)) for i in readable),
            tuple(p.location for p in places if p.location and p.source != PRACTICE_SOURCE),
        )


def _keep_batch_norms(network: nn.Module) -> None:
    """Leave the statistics of pretrained batch norms alone: batches here are small and mixed."""
    if getattr(network, "freeze", "none") == "none":
        return
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def _hash(parts: Iterable[nn.Module]) -> str:
    """Identify the weights of some modules."""
    found = hashlib.sha256()
    for part in parts:
        for value in part.state_dict().values():
            found.update(value.contiguous().numpy().tobytes())
    return found.hexdigest()[:16]


def _progress(what: str) -> Callable[[Iterable[int]], Iterable[int]]:
    return lambda items: tqdm(items, unit="view", desc=what, disable=None)


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature in [0.05, 20] that minimises the cross entropy (Guo et al. 2017).

    Args:
        logits: [n, 56] of the val split.
        labels: [n] class indices.
    """
    scores = logits.double()

    def loss(log_t: float) -> float:
        return float(nn.functional.cross_entropy(scores / math.exp(log_t), labels))

    low, high = math.log(0.05), math.log(20.0)
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.train", description="Train a country classifier."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE.toml")
    cli.add_data(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="the run's folder")
    parser.add_argument("--resume", action="store_true", help="go on with the run in RUN")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a key of the config, such as batch_size=32 or stages.0.epochs=2.5",
    )
    parser.add_argument(
        "--skip-unreadable",
        action="store_true",
        help="leave out pictures that cannot be read instead of stopping",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="what frozen parts make of the pictures, for several runs (default: RUN/cache)",
    )
    cli.add_threads(parser)
    args = parser.parse_args(argv)
    cli.set_threads(args.threads)
    config = read_config(args.config, args.set)
    collection = cli.open_data(args.data)
    for reason, n in collection.skipped.items():
        log.info("left out: %d %s", n, reason)
    trainer = Trainer(
        config,
        collection,
        args.out,
        skip_unreadable=args.skip_unreadable,
        cache_directory=args.cache,
    )
    checkpoint = trainer.run(resume=args.resume)
    log.info("%s: temperature %.3f", args.out / "checkpoint", checkpoint.temperature)


if __name__ == "__main__":
    cli.run(main)
