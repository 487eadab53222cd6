"""One training run: stages, epochs, steps, and the best of them by val loss."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from model.checkpoint import Checkpoint, load
from model.data.collection import Collection
from model.errors import DataError
from model.network import Network
from model.training.batches import (
    Batch,
    BatchLoader,
    balanced_weights,
    batches_of_process,
    steps_of_epoch,
    view_weights,
)
from model.training.config import TrainConfig
from model.training.distillation import Teachers, mean_weights
from model.training.distributed import Processes
from model.training.fitting import AdjustedLoss, GradientSteps, fit_head, learning
from model.training.inputs import InputPipeline, Learner, StageInputs, none_readable
from model.training.optimization import MeanOfWeights, adamw
from model.training.run_directory import EpochRecord, RunDirectory
from model.training.stage import Stage
from model.training.state import TrainingState
from model.training.validation import validate
from model.types import Place


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
        DataError: an empty train or val split, or, from :meth:`run`, one of which nothing can be
            read.
        ConfigError: weights that cannot be had, TensorBoard wanted but not installed.
        CheckpointError: a checkpoint to start from or to learn from cannot be read.
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
        taught_by = config.distillation.teachers if config.distillation else ()
        earlier = {one: load(Path(one)) for one in (*config.start_from, *taught_by)}
        if config.start_from:
            starts = [earlier[directory] for directory in config.start_from]
            network.load_state_dict(mean_weights(starts, network))
        self.network = self._placed(network)
        kept = network.state_dict() if config.keep_start else {}
        self._start = {name: value.clone() for name, value in kept.items()}
        self.inputs = InputPipeline(
            config,
            collection,
            self.network,
            self.processes,
            cache_directory or out / "cache",
            skip_unreadable=skip_unreadable,
        )
        self.inputs.places("val")
        places = [collection.places[i] for i in self.inputs.places("train")]
        self.loss = AdjustedLoss.of(
            [place.country for place in places],
            config.logit_adjustment,
            config.label_smoothing,
            self._source_weights(places),
        )
        self._mean: MeanOfWeights | None = None
        self._teachers = [
            Learner(self._placed(earlier[one].network), self.inputs.computation)
            for one in taught_by
        ]
        self.state = TrainingState(
            config,
            collection,
            self.network,
            self.directory,
            self.processes,
            [one.trained for one in earlier.values()],
        )

    def _placed(self, network: Network) -> Network:
        """A network in eval mode, where and as the run computes."""
        placed = network.eval().to(self.processes.device)
        if self.config.channels_last:
            placed.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return placed

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
        stages, progress = self.config.stages, self.state.progress
        while progress.stage < len(stages):
            stage, self._mean = stages[progress.stage], None
            self.network.set_freeze(
                stage.freeze, frozen_layers=stage.frozen_layers, keep_norms=stage.keep_norms
            )
            train, val = self.inputs.of(stage, "train"), self.inputs.of(stage, "val")
            if stage.solver == "lbfgs":
                self._fit_head(train, val)
            else:
                self._train_stage(train, val)
            self.state.next_stage()
            progress = self.state.progress
            self.inputs.forget(stage, stages[progress.stage :])
        return self.state.finish()

    def _train_stage(self, train: StageInputs, val: StageInputs) -> None:
        """Go through the epochs of a stage, from where the run stands."""
        progress = self.state.progress
        number, first = progress.stage, progress.epoch
        stage, n_per_epoch = self.config.stages[number], len(self._steps(train, 0))
        n_steps = max(1, round(stage.epochs * n_per_epoch))
        learner = self._learner(train)
        begun = min(n_steps, first * n_per_epoch + progress.step)
        with (
            self.inputs.loader(train) as train_loader,
            self.inputs.loader(val) as val_loader,
            self._bar(number, begun, n_steps) as bar,
        ):
            for epoch in range(first, math.ceil(stage.epochs)):
                done = epoch * n_per_epoch
                steps = self._steps(train, epoch)[: max(1, n_steps - done)]
                rates = [stage.rate(min(1.0, (done + i) / n_steps)) for i in range(len(steps))]
                began = time.monotonic() - progress.seconds
                loss = self._train_epoch(learner, train_loader, steps, rates, bar)
                with self._mean.shown() if self._mean else nullcontext():
                    record: EpochRecord = {
                        "stage": number,
                        "epoch": epoch + 1,
                        "lr": rates[-1],
                        "train_loss": loss,
                        **self._validate(val, val_loader),
                        "seconds": round(time.monotonic() - began, 1),
                    }
                    self._note(record)
                self._keep(record, learner.optimizer)

    def _learner(self, train: StageInputs) -> GradientSteps:
        """A fresh optimiser and mean of weights, or those that the run goes on with."""
        config, progress = self.config, self.state.progress
        stage = self._stage
        optimizer = adamw(self.network, stage, config.weight_decay)
        if progress.optimizer:
            optimizer.load_state_dict(progress.optimizer)
        if config.average:
            self._mean = MeanOfWeights(
                self.network,
                config.average,
                self.processes,
                progress.mean,
                self._start,
                config.keep_start,
            )
        learner = train.learner
        if config.compile:
            learner = Learner(cast(nn.Module, torch.compile(learner.part)), self.inputs.computation)
        wanted = config.distillation if stage.on_pixels else None
        teachers = Teachers(wanted, self._teachers) if wanted else None
        return GradientSteps(
            learner, self.loss, optimizer, self.processes, teachers, self._consistency
        )

    @property
    def _stage(self) -> Stage:
        """The one in which the run stands."""
        return self.config.stages[self.state.progress.stage]

    @property
    def _consistency(self) -> float:
        """Its weight in this stage."""
        return self.config.consistency if self._stage.on_pixels else 0.0

    def _train_epoch(
        self,
        learner: GradientSteps,
        loader: BatchLoader,
        steps: Sequence[Sequence[int]],
        rates: Sequence[float],
        bar: Any,
    ) -> float:
        """Take these steps at these learning rates, from the one where the run stands.

        Returns:
            The mean loss of the pictures seen.

        Raises:
            DataError: a loss is not finite.
        """
        progress = self.state.progress
        rank, world_size = self.processes.rank, self.processes.world_size
        looks = 2 if self._consistency else 1
        parts = [
            batches_of_process(step, self.config.batch_size, rank, world_size, looks)
            for step in steps
        ]
        before = sum(len(part) for part in parts[: progress.step])
        # Processes draw the same views, but each changes of its own and a dropout of its own.
        where = (progress.stage, progress.epoch, *((rank,) if rank else ()))
        batches = loader([b for part in parts for b in part], self._seed(*where), before)
        saved, began = time.monotonic(), time.monotonic() - progress.seconds
        with learning(self.network, self.processes):
            for i in range(progress.step, len(steps)):
                torch.manual_seed(self._seed(*where, i))
                loss, n = learner.step([self._mixed(next(batches)) for _ in parts[i]], rates[i])
                if not math.isfinite(loss):
                    raise DataError(
                        f"the loss is not finite at step {progress.steps + 1} of the run; "
                        "lower lr_from"
                    )
                if self._mean:
                    self._mean.update()
                progress.step, progress.steps, now = i + 1, progress.steps + 1, time.monotonic()
                progress.loss, progress.seen = progress.loss + loss * n, progress.seen + n
                bar.update()
                bar.set_postfix(loss=f"{progress.loss / max(1, progress.seen):.3f}")
                self.directory.add_to_curve("step/loss", loss, progress.steps)
                if now - saved > 60 * self.config.save_minutes:
                    progress.seconds, saved = now - began, now
                    self._save(learner.optimizer)
        if not progress.seen:
            raise none_readable("train")
        return progress.loss / progress.seen

    def _mixed(self, batch: Batch) -> Batch:
        """A batch whose pictures are mixed with each other, where the settings ask for it."""
        wanted = self.config.augmentation
        if wanted is None or not self._stage.on_pixels or batch.inputs is None:
            return batch
        device = self.processes.device
        inputs, labels = wanted.mix(batch.inputs.to(device), batch.labels.to(device))
        return replace(batch, inputs=inputs, labels=labels)

    def _fit_head(self, train: StageInputs, val: StageInputs) -> None:
        """Fit the head to all views of the train places at once."""
        number, began = self.state.progress.stage, time.monotonic()
        items = [train.dataset[i] for i in range(len(train.places))]
        device = self.processes.device
        features = torch.stack([x for x, _ in items]).to(device)
        labels = torch.tensor([label for _, label in items], device=device)
        of_views = view_weights(train.places, self._weights(train))
        weights = torch.from_numpy(of_views).float().to(device)

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
        self._note(record)
        self._keep(record, None)

    def _validate(self, val: StageInputs, loader: BatchLoader) -> EpochRecord:
        """The figures of the val split as the network is now."""
        self.network.eval()
        size = self.config.batch_size
        return validate(val, loader, self.collection, self.loss, self.processes, size)

    def _note(self, record: EpochRecord) -> None:
        """Log an epoch; refuse to go on from a val loss that is not finite."""
        if not math.isfinite(record["val_loss"]):
            raise DataError("the val loss is not finite; lower lr_from")
        self.inputs.unreadable = self.processes.union(self.inputs.unreadable)
        self.state.keep(record, self.inputs.unreadable)

    def _keep(self, record: EpochRecord, optimizer: torch.optim.Optimizer | None) -> None:
        """End an epoch: from here a run goes on with the next."""
        self.state.progress.end_epoch(record["epoch"])
        self._save(optimizer)

    def _save(self, optimizer: torch.optim.Optimizer | None) -> None:
        """Write what a resumed run needs."""
        progress = self.state.progress
        progress.optimizer = optimizer.state_dict() if optimizer else {}
        progress.mean = self._mean.state_dict() if self._mean else {}
        self.state.unreadable |= self.inputs.unreadable
        self.state.save()

    def _weights(self, inputs: StageInputs) -> NDArray[np.float64] | None:
        """How often each place is shown, in the order of its first item; ``None``: all alike."""
        config = self.config
        places = [self.collection.places[i] for i in dict.fromkeys(inputs.places)]
        of_source = self._source_weights(places)
        if config.sampler == "balanced":
            balanced = balanced_weights([p.country for p in places], config.balance)
            return balanced if of_source is None else of_source * balanced
        return of_source

    def _source_weights(self, places: Sequence[Place]) -> NDArray[np.float64] | None:
        """How often each place is shown for its source; ``None``: all alike."""
        weights = self.config.source_weights
        return np.array([weights.get(p.source, 1.0) for p in places]) if weights else None

    def _steps(self, inputs: StageInputs, epoch: int) -> list[list[int]]:
        """The items of each step of an epoch, of all processes together."""
        size = self.config.batch_size * self.config.accumulate * self.processes.world_size
        seed = self._seed(self.state.progress.stage, epoch)
        return steps_of_epoch(inputs.places, inputs.shapes, size, seed, self._weights(inputs))

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
