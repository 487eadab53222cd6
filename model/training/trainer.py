"""One training run: stages, epochs, steps, and the best of them by val loss."""

from __future__ import annotations

import math
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from model.checkpoint import Checkpoint
from model.data.collection import Collection
from model.errors import DataError
from model.evaluation.metrics import macro_recall
from model.geography import COUNTRY_CODES
from model.network import Network
from model.training.calibration import fit_temperature
from model.training.config import TrainConfig
from model.training.crew import Crew
from model.training.folder import Row, RunFolder
from model.training.inputs import Inputs, Supply
from model.training.judging import judge
from model.training.ledger import Ledger
from model.training.loading import Feed
from model.training.sampling import balanced, steps_of_epoch, view_weights
from model.training.solve import fit_head
from model.training.steps import Stepper


class Trainer:
    """One training run over a collection.

    Args:
        config: the settings.
        collection: the data; its train split is learnt, its val split chooses the epoch.
        out: the run's folder.
        crew: the processes of the run; this one alone, on the CPU, by default.
        skip_unreadable: leave out pictures that cannot be read, and count them.
        cache_directory: keeps what frozen parts make of the pictures; in ``out`` by default.

    Raises:
        DataError: an empty train or val split.
        ConfigError: weights that cannot be had, TensorBoard wanted but not installed.
    """

    def __init__(
        self,
        config: TrainConfig,
        collection: Collection,
        out: Path,
        *,
        crew: Crew | None = None,
        skip_unreadable: bool = False,
        cache_directory: Path | None = None,
    ) -> None:
        self.config, self.collection = config, collection
        self.crew = crew or Crew(torch.device("cpu"))
        self.folder = RunFolder(out, self.crew, tensorboard=config.tensorboard)
        torch.manual_seed(self._seed(0))
        network = Network(
            config.network, pretrained=config.pretrained, weights_file=config.weights_file
        )
        self.network = network.eval().to(self.crew.device)
        if config.channels_last:
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.supply = Supply(
            config,
            collection,
            self.network,
            self.crew,
            cache_directory or out / "cache",
            skip_unreadable=skip_unreadable,
        )
        self._log_prior = self._prior().to(self.crew.device)
        self.ledger = Ledger(config, collection, self.network, self.folder, self.crew)

    def _seed(self, *numbers: int) -> int:
        """The seed of one stretch of work, so that a resumed run draws the same lots."""
        sequence = np.random.SeedSequence([self.config.seed, *numbers])
        return int(sequence.generate_state(1)[0])

    def _prior(self) -> Tensor:
        """The log of each country's share of the train places, [56].

        Countries with fewer than ten count as ten: the adjustment must not lift what was hardly
        ever seen above everything else.
        """
        counts = Counter(self.collection.places[i].country for i in self.supply.places("train"))
        n = torch.tensor([max(10.0, counts[code]) for code in COUNTRY_CODES])
        return (n / n.sum()).log()

    def run(self, *, resume: bool) -> Checkpoint:
        """Train all stages and write the run's folder.

        Raises:
            ConfigError: nothing to resume, or the run to resume had other settings or data.
            DataError: the loss is no longer finite, or the disk is full.
            PictureError: a picture cannot be read, and such are not to be skipped.
        """
        start_stage, start_epoch, saved = self.ledger.start(resume)
        self.supply.unreadable |= self.ledger.unreadable
        for number in range(start_stage, len(self.config.stages)):
            stage = self.config.stages[number]
            self.network.set_freeze(stage.freeze)
            train, val = self.supply.of(stage, "train"), self.supply.of(stage, "val")
            if stage.solver == "lbfgs":
                self._solve(number, train, val)
            else:
                self._stage(number, train, val, start_epoch, saved)
            start_epoch, saved = 0, None
            self.network.load_state_dict(self.ledger.best_state)
            self.supply.forget(stage, self.config.stages[number + 1 :])
        return self.ledger.finish()

    def _stage(
        self, number: int, train: Inputs, val: Inputs, start: int, saved: dict[str, Any] | None
    ) -> None:
        stage = self.config.stages[number]
        optimizer = torch.optim.AdamW(
            [p for p in self.network.parameters() if p.requires_grad],
            lr=stage.lr_from,
            weight_decay=self.config.weight_decay,
        )
        if saved:
            optimizer.load_state_dict(saved["optimizer"])
        steps_per_epoch = len(self._steps(train, number, 0))
        steps = max(1, round(stage.epochs * steps_per_epoch))
        with (
            self._feed(train) as learnt,
            self._feed(val) as judged,
            self._bar(number, min(steps, start * steps_per_epoch), steps) as bar,
        ):
            stepper = Stepper(
                self.network,
                train,
                learnt,
                torch.compile(train.learner) if self.config.compile else train.learner,
                optimizer,
                self._summed_loss,
                self.supply,
                self.config.batch_size,
            )
            for epoch in range(start, math.ceil(stage.epochs)):
                began, done = time.monotonic(), epoch * steps_per_epoch
                own = (self.crew.rank,) if self.crew.rank else ()
                torch.manual_seed(self._seed(number, epoch, *own))
                taken = self._steps(train, number, epoch)[: max(1, steps - done)]
                course = [stage.rate(min(1.0, (done + i) / steps)) for i in range(len(taken))]
                loss = stepper.epoch(taken, course, bar, partial(self._curve, bar))
                row = {
                    "stage": number,
                    "epoch": epoch + 1,
                    "lr": course[-1],
                    "train_loss": loss,
                    **self._figures(*self._logits(val, judged)),
                    "seconds": round(time.monotonic() - began, 1),
                }
                self._keep(row, optimizer)

    def _bar(self, number: int, done: int, steps: int) -> Any:
        """A ``tqdm`` over the steps of a stage."""
        return tqdm(
            total=steps,
            initial=done,
            unit="step",
            desc=f"stage {number + 1} of {len(self.config.stages)}",
            disable=None if self.crew.leads else True,
        )

    def _steps(self, inputs: Inputs, stage: int, epoch: int) -> list[list[int]]:
        """The items of each step of an epoch, of all processes together."""
        weights = None
        if self.config.sampler == "balanced":
            places = [self.collection.places[i] for i in dict.fromkeys(inputs.places)]
            weights = balanced([place.country for place in places])
        size = self.config.batch_size * self.config.accumulate * self.crew.size
        seed = self._seed(stage, epoch)
        return steps_of_epoch(inputs.places, inputs.shapes, size, seed, weights)

    def _curve(self, bar: Any, loss: float) -> None:
        self.folder.curve("step/loss", loss, bar.n)

    def _feed(self, inputs: Inputs) -> Feed:
        workers = 0 if inputs.is_cached else self.config.workers
        return Feed(inputs.dataset, workers, pinned=self.crew.device.type == "cuda")

    def _solve(self, number: int, train: Inputs, val: Inputs) -> None:
        """Fit the head to all views of the train places at once."""
        stage, began = self.config.stages[number], time.monotonic()
        items = [train.dataset[i] for i in range(len(train.places))]
        x = torch.stack([features for features, _ in items]).to(self.crew.device)
        labels = torch.tensor([label for _, label in items], device=self.crew.device)
        countries = None
        if self.config.sampler == "balanced":
            countries = {i: self.collection.places[i].country for i in train.places}
        each_view = view_weights(train.places, countries)
        weights = torch.from_numpy(each_view).float().to(self.crew.device)

        def loss() -> Tensor:
            smoothing = self.config.label_smoothing
            each = self.loss(train.learner(x), labels, smoothing=smoothing, reduction="none")
            return (each * weights).sum() / weights.sum()

        last = fit_head(self.network.head, loss, stage)
        row = {
            "stage": number,
            "epoch": math.ceil(stage.epochs),
            "lr": 1.0,
            "train_loss": last,
            **self._figures(*self.logits(val)),
            "seconds": round(time.monotonic() - began, 1),
        }
        self._keep(row, None)

    def _summed_loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        return self.loss(logits, labels, smoothing=self.config.label_smoothing, reduction="sum")

    def loss(
        self, logits: Tensor, labels: Tensor, *, smoothing: float = 0.0, reduction: str = "mean"
    ) -> Tensor:
        """Cross entropy of logits [N, 56] with the logit adjustment."""
        adjusted = logits + self.config.logit_adjustment * self._log_prior.to(logits.device)
        return nn.functional.cross_entropy(
            adjusted, labels, label_smoothing=smoothing, reduction=reduction
        )

    def logits(self, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """Logits [places, 56], averaged over each place's views, and labels [places]; on the CPU.

        Raises:
            DataError: no picture of them can be read.
        """
        with self._feed(inputs) as feed:
            return self._logits(inputs, feed)

    def _logits(self, inputs: Inputs, feed: Feed) -> tuple[Tensor, Tensor]:
        self.network.eval()
        size = self.config.batch_size
        return judge(inputs, feed, self.supply, self.collection.places, size)

    def _figures(self, logits: Tensor, labels: Tensor) -> dict[str, float]:
        """Loss, accuracy and temperature over the val places."""
        predicted = logits.argmax(dim=1)
        return {
            "val_loss": float(self.loss(logits, labels)),
            "val_top1": float((predicted == labels).double().mean()),
            "val_macro_recall": macro_recall(predicted.numpy(), labels.numpy()),
            "temperature": fit_temperature(logits, labels),
        }

    def _keep(self, row: Row, optimizer: torch.optim.Optimizer | None) -> None:
        """Note an epoch; refuse to go on from a val loss that is not finite."""
        if not math.isfinite(row["val_loss"]):
            raise DataError("the val loss is not finite; lower lr_from")
        self.supply.unreadable = self.crew.together(self.supply.unreadable)
        self.ledger.keep(row, optimizer, self.supply.unreadable)
