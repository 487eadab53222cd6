from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon
from torch import Tensor
from torch.nn import functional

from model.data.augmentation import Augmentation
from model.data.collection import Collection
from model.data.preprocessing import Preprocessing
from model.errors import ConfigError
from model.geography import COUNTRY_INDEX
from model.training.config import TrainConfig
from model.training.fitting import AdjustedLoss, disagreement, fit_temperature
from model.training.stage import Stage
from tests.unit.model.training.small_runs import on_pixels, small_trainer


def test_lbfgs_fits_the_head_to_the_end(data: Collection, tmp_path: Path) -> None:
    stage = Stage("trunk", 80, solver="lbfgs", l2=1e-3)
    config = TrainConfig(preprocessing=Preprocessing(64), stages=(stage,))
    run = small_trainer(data, tmp_path / "run", config=config)
    run.run(resume=False)
    items = run.inputs.of(stage, "train")
    x = torch.stack([items.dataset[i][0] for i in range(len(items.places))])
    labels = torch.tensor([items.dataset[i][1] for i in range(len(items.places))])
    linear = run.network.head[-1]
    assert isinstance(linear, torch.nn.Linear)

    def steepest(weight: Tensor) -> float:
        leaf = weight.detach().clone().requires_grad_(True)
        logits = torch.nn.functional.linear(x, leaf, linear.bias)
        loss = run.loss(logits, labels) + stage.l2 * (leaf**2).sum()
        return float(torch.autograd.grad(loss, leaf)[0].abs().max())

    assert steepest(linear.weight) < 0.02 * steepest(torch.zeros_like(linear.weight))
    with pytest.raises(ConfigError, match="needs freeze"):
        Stage("front", 1, solver="lbfgs")


def test_the_temperature_of_overconfident_logits() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(4000, 56, generator=generator)
    labels = torch.distributions.Categorical(logits=logits).sample()
    assert fit_temperature(logits, labels) == pytest.approx(1, rel=0.05)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3, rel=0.05)


def golden_section(logits: Tensor, labels: Tensor) -> float:
    """The temperature by the search that earlier checkpoints were made with."""

    def loss(log_t: float) -> float:
        scores = logits.double() / math.exp(log_t)
        return float(functional.cross_entropy(scores, labels))

    low, high = math.log(0.05), math.log(20.0)
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)


@pytest.mark.parametrize("factor", [0.3, 1.0, 8.0])
def test_the_temperature_is_what_it_was(factor: float) -> None:
    generator = torch.Generator().manual_seed(1)
    logits = factor * torch.randn(300, 56, generator=generator)
    labels = torch.distributions.Categorical(logits=logits / factor).sample()
    assert fit_temperature(logits, labels) == pytest.approx(
        golden_section(logits, labels), rel=1e-6
    )


def test_the_temperature_stays_within_its_bounds() -> None:
    labels = torch.arange(56)
    right = torch.eye(56)
    assert fit_temperature(right, labels) == pytest.approx(0.05, rel=1e-3)
    assert fit_temperature(right, labels.roll(1)) == pytest.approx(20, rel=1e-3)


def test_the_disagreement_is_that_of_jensen_and_shannon() -> None:
    logits = torch.randn(6, 56, generator=torch.Generator().manual_seed(1))
    said = logits.double().softmax(dim=1).numpy()
    distances = jensenshannon(said[0::2], said[1::2], axis=1)
    assert float(disagreement(logits)) == pytest.approx(2 * float((distances**2).sum()), rel=1e-5)
    assert float(disagreement(logits[[0, 0, 1, 1]])) == pytest.approx(0, abs=1e-6)
    apart = torch.full((2, 56), -1e4)
    apart[0, 3] = apart[1, 4] = 0
    assert float(disagreement(apart)) == pytest.approx(2 * math.log(2))


def test_consistency_adds_the_disagreement_of_two_views_of_each_place(
    data: Collection, tmp_path: Path
) -> None:
    changes = Augmentation(scale=(0.3, 1.0), brightness=0.8)

    def loss(consistency: float) -> float:
        """Of an epoch that learns nothing."""
        stage = Stage("none", 1, 1e-30, 1e-30)
        config = on_pixels(stage, augmentation=changes, consistency=consistency)
        run = small_trainer(data, tmp_path / f"run-{consistency}", config=config)
        seen = []
        learnt = AdjustedLoss.learnt

        def counted(self: AdjustedLoss, logits: Tensor, labels: Tensor, kind: str) -> Tensor:
            seen.extend(labels[::2] == labels[1::2])
            return learnt(self, logits, labels, kind)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(AdjustedLoss, "learnt", counted)
            run.run(resume=False)
        assert all(seen)
        places = len(run.inputs.of(stage, "train").places)
        assert len(seen) == places
        (record,) = csv.DictReader((tmp_path / f"run-{consistency}" / "log.csv").open())
        return float(record["train_loss"])

    one, two, four = loss(1.0), loss(2.0), loss(4.0)
    assert two > one + 1e-4
    assert four - two == pytest.approx(2 * (two - one), rel=0.01)


def test_the_adjustment_is_to_what_an_epoch_shows() -> None:
    countries = ["HU"] * 300 + ["JP"] * 100

    def odds(weights: list[float] | None = None) -> float:
        shares = None if weights is None else np.array(weights)
        adjustment = AdjustedLoss.of(countries, 1.0, 0.0, shares).adjustment
        hungary, japan = (float(adjustment[COUNTRY_INDEX[code]]) for code in ("HU", "JP"))
        return math.exp(hungary - japan)

    assert odds() == pytest.approx(3)
    assert odds([5.0] * 400) == pytest.approx(3), "weights are proportions"
    assert odds([0.5] * 300 + [1.0] * 100) == pytest.approx(1.5)
