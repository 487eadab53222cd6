"""One training run: stages, epochs, steps, and the best of them by val loss."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from model.checkpoint import Checkpoint
from model.data.collection import Collection
from model.errors import DataError
from model.network import Network
from model.training.batches import (
    BatchLoader,
    balanced_weights,
    batches_of_process,
    steps_of_epoch,
    view_weights,
)
from model.training.config import TrainConfig
from model.training.distributed import Processes
from model.training.fitting import AdjustedLoss, GradientSteps, fit_head, learning
from model.training.inputs import InputPipeline, Learner, StageInputs
from model.training.run_directory import EpochRecord, RunDirectory
from model.training.state import TrainingState
from model.training.validation import validate


class Trainer:
    """One training run over a collection.

    Args:
        config: the settings.
        collection: the data; its train split is learnt, its val split chooses the epoch.
        out: the run's directory.
        processes: of the run; this one alone, on the CPU, by default.
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
        processes: Processes | None = None,
        skip_unreadable: bool = False,
        cache_directory: Path | None = None,
    ) -> None:
        self.config, self.collection = config, collection
        self.processes = processes or Processes(torch.device("cpu"))
        self.directory = RunDirectory(out, self.processes, tensorboard=config.tensorboard)
        torch.manual_seed(self._seed(0))
        network = Network(
            config.network, pretrained=config.pretrained, weights_file=config.weights_file
        )
        self.network = network.eval().to(self.processes.device)
        if config.channels_last:
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.inputs = InputPipeline(
            config,
            collection,
            self.network,
            self.processes,
            cache_directory or out / "cache",
            skip_unreadable=skip_unreadable,
        )
        self.loss = AdjustedLoss.of(
            [collection.places[i].country for i in self.inputs.places("train")],
            config.logit_adjustment,
            config.label_smoothing,
        )
        self.state = TrainingState(config, collection, self.network, self.directory, self.processes)

    def run(self, *, resume: bool) -> Checkpoint:
        """Train all stages and write the run's directory.

        Raises:
            ConfigError: nothing to resume, or the run to resume had other settings or data.
            DataError: the loss is no longer finite, or the disk is full.
            PictureError: a picture cannot be read, and such are not to be skipped.
        """
        if resume:
            self.state.resume()
        else:
            self.state.begin()
        self.inputs.unreadable |= self.state.unreadable
        stages = self.config.stages
        while self.state.stage < len(stages):
            stage = stages[self.state.stage]
            self.network.set_freeze(stage.freeze)
            train, val = self.inputs.of(stage, "train"), self.inputs.of(stage, "val")
            if stage.solver == "lbfgs":
                self._fit_head(train, val)
            else:
                self._train_stage(train, val)
            self.state.next_stage()
            self.inputs.forget(stage, stages[self.state.stage :])
        return self.state.finish()

    def _train_stage(self, train: StageInputs, val: StageInputs) -> None:
        """Go through the epochs of a stage, from the one where the run stands."""
        number, first = self.state.stage, self.state.epoch
        stage, n_per_epoch = self.config.stages[number], len(self._steps(train, number, 0))
        n_steps = max(1, round(stage.epochs * n_per_epoch))
        gradients = self._gradient_steps(train)
        with (
            self.inputs.loader(train) as train_loader,
            self.inputs.loader(val) as val_loader,
            self._bar(number, min(n_steps, first * n_per_epoch), n_steps) as bar,
        ):
            for epoch in range(first, math.ceil(stage.epochs)):
                began, done = time.monotonic(), epoch * n_per_epoch
                # Processes draw the same views, but each a dropout of its own.
                own = (self.processes.rank,) if self.processes.rank else ()
                torch.manual_seed(self._seed(number, epoch, *own))
                steps = self._steps(train, number, epoch)[: max(1, n_steps - done)]
                rates = [stage.rate(min(1.0, (done + i) / n_steps)) for i in range(len(steps))]
                record: EpochRecord = {
                    "stage": number,
                    "epoch": epoch + 1,
                    "lr": rates[-1],
                    "train_loss": self._train_epoch(gradients, train_loader, steps, rates, bar),
                    **self._validate(val, val_loader),
                    "seconds": round(time.monotonic() - began, 1),
                }
                self._keep(record, gradients.optimizer)

    def _gradient_steps(self, train: StageInputs) -> GradientSteps:
        """A fresh optimiser, or the one that the run goes on with."""
        optimizer = torch.optim.AdamW(
            [p for p in self.network.parameters() if p.requires_grad],
            weight_decay=self.config.weight_decay,
        )
        if self.state.optimizer:
            optimizer.load_state_dict(self.state.optimizer)
        learner = train.learner
        if self.config.compile:
            learner = Learner(cast(nn.Module, torch.compile(learner.part)), self.inputs.computation)
        return GradientSteps(learner, self.loss, optimizer, self.processes)

    def _train_epoch(
        self,
        gradients: GradientSteps,
        loader: BatchLoader,
        steps: Sequence[Sequence[int]],
        rates: Sequence[float],
        bar: Any,
    ) -> float:
        """Take these steps at these learning rates.

        Returns:
            The mean loss of the pictures seen.

        Raises:
            DataError: a loss is not finite.
        """
        rank, world_size = self.processes.rank, self.processes.world_size
        parts = [
            batches_of_process(step, self.config.batch_size, rank, world_size) for step in steps
        ]
        batches = loader([batch for part in parts for batch in part])
        total, seen = 0.0, 0.0
        with learning(self.network, self.processes):
            for part, rate in zip(parts, rates, strict=True):
                loss, n = gradients.step([next(batches) for _ in part], rate)
                if not math.isfinite(loss):
                    raise DataError(
                        f"the loss is not finite at step {bar.n + 1} of {bar.total}; lower lr_from"
                    )
                total, seen = total + loss * n, seen + n
                bar.update()
                bar.set_postfix(loss=f"{total / max(1, seen):.3f}")
                self.directory.add_to_curve("step/loss", loss, bar.n)
        return total / max(1, seen)

    def _fit_head(self, train: StageInputs, val: StageInputs) -> None:
        """Fit the head to all views of the train places at once."""
        number, began = self.state.stage, time.monotonic()
        items = [train.dataset[i] for i in range(len(train.places))]
        device = self.processes.device
        features = torch.stack([x for x, _ in items]).to(device)
        labels = torch.tensor([label for _, label in items], device=device)
        countries = None
        if self.config.sampler == "balanced":
            countries = {i: self.collection.places[i].country for i in train.places}
        weights = torch.from_numpy(view_weights(train.places, countries)).float().to(device)

        def loss() -> Tensor:
            each = self.loss.learnt(self.network.head(features), labels, "none")
            return (each * weights).sum() / weights.sum()

        stage = self.config.stages[number]
        last = fit_head(self.network.head, loss, stage)
        with self.inputs.loader(val) as loader:
            record: EpochRecord = {
                "stage": number,
                "epoch": math.ceil(stage.epochs),
                "lr": 1.0,
                "train_loss": last,
                **self._validate(val, loader),
                "seconds": round(time.monotonic() - began, 1),
            }
        self._keep(record, None)

    def _validate(self, val: StageInputs, loader: BatchLoader) -> EpochRecord:
        """The figures of the val split as the network is now."""
        self.network.eval()
        size = self.config.batch_size
        return validate(val, loader, self.collection, self.loss, self.processes, size)

    def _keep(self, record: EpochRecord, optimizer: torch.optim.Optimizer | None) -> None:
        """Note an epoch; refuse to go on from a val loss that is not finite."""
        if not math.isfinite(record["val_loss"]):
            raise DataError("the val loss is not finite; lower lr_from")
        self.inputs.unreadable = self.processes.union(self.inputs.unreadable)
        self.state.keep(record, optimizer, self.inputs.unreadable)

    def _steps(self, inputs: StageInputs, stage: int, epoch: int) -> list[list[int]]:
        """The items of each step of an epoch, of all processes together."""
        weights = None
        if self.config.sampler == "balanced":
            places = [self.collection.places[i] for i in dict.fromkeys(inputs.places)]
            weights = balanced_weights([place.country for place in places])
        size = self.config.batch_size * self.config.accumulate * self.processes.world_size
        return steps_of_epoch(inputs.places, inputs.shapes, size, self._seed(stage, epoch), weights)

    def _bar(self, number: int, done: int, n_steps: int) -> Any:
        """A ``tqdm`` over the steps of a stage."""
        return tqdm(
            total=n_steps,
            initial=done,
            unit="step",
            desc=f"stage {number + 1} of {len(self.config.stages)}",
            disable=None if self.processes.leads else True,
        )

    def _seed(self, *numbers: int) -> int:
        """The seed of one stretch of work, so that a resumed run draws the same lots."""
        sequence = np.random.SeedSequence([self.config.seed, *numbers])
        return int(sequence.generate_state(1)[0])
