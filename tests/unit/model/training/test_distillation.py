from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from model.checkpoint import load
from model.data.collection import Collection
from model.data.trained import Trained
from model.errors import CheckpointError, ConfigError
from model.geography import LatLon
from model.network import Network, NetworkConfig
from model.training.distillation import Distillation, Teachers, mean_weights
from model.training.stage import Stage
from tests.unit.model.training.small_runs import on_pixels, small_trainer

STAGE = Stage("none", 1, 1e-3, 1e-4)


@pytest.fixture
def runs(data: Collection, tmp_path: Path) -> list[Path]:
    """Two checkpoints of small nets that are alike in shape alone."""
    places = []
    for seed in (1, 2):
        out = tmp_path / f"run{seed}"
        small_trainer(data, out, config=on_pixels(STAGE, seed=seed)).run(resume=False)
        places.append(out / "checkpoint")
    return places


def test_the_loss_is_that_of_labels_and_of_the_mean_teacher_in_their_proportions() -> None:
    generator = torch.Generator().manual_seed(0)
    logits, first, second = torch.randn(3, 4, 56, generator=generator)
    wanted = Distillation(("a", "b"), weight=0.3, temperature=2.0)
    teachers = Teachers(wanted, [lambda _: first, lambda _: second])
    found = teachers.mixed(torch.tensor(5.0), logits, torch.zeros(4, 3, 8, 8))
    target = ((first / 2).softmax(1) + (second / 2).softmax(1)) / 2
    expected = functional.cross_entropy(logits / 2, target, reduction="sum") * 4
    assert float(found) == pytest.approx(0.7 * 5 + 0.3 * float(expected), rel=1e-5)


def test_a_run_learns_from_its_teachers_and_knows_their_places(
    data: Collection, runs: list[Path], tmp_path: Path
) -> None:
    """A net taught by itself alone, from its own weights on, has hardly anything to learn."""
    teacher = load(runs[0])
    stage = replace(STAGE, keep_norms=True)  # so that both see with the same statistics
    taught = on_pixels(
        stage,
        start_from=(str(runs[0]),),
        distillation=Distillation((str(runs[0]),), weight=1.0),
    )
    own = on_pixels(stage, start_from=(str(runs[0]),))
    pictures = [data.picture(i) for i in data.of_split("train")]
    pixels = torch.stack([taught.preprocessing(picture)[0] for picture in pictures])
    with torch.no_grad():
        said = teacher.network(pixels).softmax(dim=1)
    moved = []
    for name, config in (("taught", taught), ("own", own)):
        run = small_trainer(data, tmp_path / name, config=config)
        checkpoint = run.run(resume=False)
        assert checkpoint.trained.keys == teacher.trained.keys
        with torch.no_grad():
            moved.append(float((checkpoint.network(pixels).softmax(dim=1) - said).abs().sum()))
    assert moved[0] < 0.5 * moved[1]


def test_a_run_starts_from_the_mean_of_several(
    data: Collection, runs: list[Path], tmp_path: Path
) -> None:
    config = on_pixels(STAGE, start_from=tuple(map(str, runs)))
    run = small_trainer(data, tmp_path / "soup", config=config)
    first, second = (load(place).network.state_dict() for place in runs)
    for name, value in run.network.state_dict().items():
        if value.is_floating_point():
            torch.testing.assert_close(value, (first[name] + second[name]) / 2)


def test_a_checkpoint_of_another_net_is_refused(runs: list[Path]) -> None:
    other = Network(NetworkConfig("resnet18", head=(17,)))
    with pytest.raises(ConfigError, match="another network"):
        mean_weights([load(runs[0])], other)


def test_settings_that_make_no_sense_are_refused(data: Collection, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="at least one"):
        Distillation(())
    with pytest.raises(ConfigError, match="weight in"):
        Distillation(("a",), weight=0.0)
    config = on_pixels(STAGE, distillation=Distillation((str(tmp_path / "gone"),)))
    with pytest.raises(CheckpointError, match="no checkpoint"):
        small_trainer(data, tmp_path / "run", config=config)


def test_what_several_nets_were_trained_on() -> None:
    spot = LatLon(47.5, 19.0)
    first = Trained(frozenset("ab"), frozenset("x"), (spot,))
    second = Trained(frozenset("bc"), frozenset("y"), (spot, LatLon(1.0, 2.0)))
    both = Trained.union([first, second])
    assert (both.keys, both.digests) == (frozenset("abc"), frozenset("xy"))
    assert both.locations == (spot, LatLon(1.0, 2.0))
