from __future__ import annotations

from pathlib import Path

import pytest

from model.errors import ConfigError
from model.training.config import Stage, read_config
from tests.conftest import ROOT


@pytest.mark.parametrize("file", sorted((ROOT / "model" / "experiments").glob("*.toml")))
def test_the_experiments_can_be_read(file: Path) -> None:
    assert read_config(file).stages


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "x.toml"
    file.write_text(text)
    return file


def test_values_and_overrides(tmp_path: Path) -> None:
    file = written(tmp_path, "seed = 3\n[network]\nhead = [300]\n[[stages]]\nepochs = 2\n")
    config = read_config(file, ["stages.0.epochs=2.5", "network.dropout=0", "flip=false"])
    assert (config.seed, config.network.head, config.flip) == (3, (300,), False)
    assert config.stages[0].epochs == 2.5
    assert config.network.dropout == 0.0


@pytest.mark.parametrize(
    ("text", "overrides", "message"),
    [
        ("sead = 1", [], "unknown key sead; known are .*seed"),
        (
            "[network]\nbackbon = 'x'",
            [],
            r"unknown key network\.backbon; known are backbone",
        ),
        ("[[stages]]\nlr = 1", [], r"unknown key stages\.0\.lr; known are cache, epochs, freeze"),
        ("[network]\nbackbone = 'vgg'", [], "backbone = 'vgg': must be one of"),
        ("seed = 'one'", [], "seed = 'one': must be int"),
        ("[[stages]]\nfreeze = 'all'", [], "freeze = 'all'"),
        ("[[stages]]\nfreeze = 'none'", [], "letterbox = 'fixed'"),
        ("[[stages]]\nfreeze = 'front'\ncache = false", [], "cache = false needs .*'fixed'"),
        ("[[stages]]\nsolver = 'lbfgs'\ncache = false", [], "needs cache = true"),
        ("pixels = 'slow'", [], "pixels = 'slow': must be exact or fast"),
        ("sampler = 'fair'", [], "sampler = 'fair': must be places or balanced"),
        ("precision = 'fp16'", [], "precision = 'fp16': must be auto or float32 or bf16"),
        ("sampler = 'balanced'\nlogit_adjustment = 1", [], "both lift rare countries; set one"),
        ("accumulate = 0", [], "accumulate and the stages: at least one each"),
        ("label_smoothing = 1", [], "label_smoothing = 1.0: must lie in"),
        ("workers = -1", [], "workers = -1: must be at least 0"),
        ("[network]\nbackbone = 'resnet50'\nhead = [0]", [], "widths must be at least 1"),
        ("stages = 3", [], "must be a list"),
        ("stages = [3]", [], r"stages\.0 = 3: must be a table"),
        ("network = 'x'", [], "network = 'x': must be a table"),
        ("[network]\nhead = [1.5]", [], r"network\.head\.0 = 1\.5: must be int"),
        ("[network]\ndropout = true", [], r"network\.dropout = True: must be a number"),
        ("flip = 1", [], "flip = 1: must be true or false"),
        ("weights_file = 1", [], "weights_file = 1: must be text"),
        (
            "[preprocessing]\nletterbox = 'x'",
            [],
            r"preprocessing\.letterbox = 'x': must be tight or",
        ),
        ("seed = ", [], "not TOML"),
        ("", ["seed"], "must be key=value"),
        ("", ["sead=1"], "unknown key sead"),
        ("", ["stages.0.epochs=1.0", "stages.x=1"], "must be a list"),
    ],
)
def test_bad_settings_are_named(
    tmp_path: Path, text: str, overrides: list[str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read_config(written(tmp_path, text), overrides)
    assert "\n" not in str(caught.value)


def test_the_rate_falls_along_a_cosine() -> None:
    stage = Stage("front", 2, 1e-3, 1e-5)
    rates = [stage.rate(fraction) for fraction in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert rates == sorted(rates, reverse=True)
    assert (rates[0], rates[-1]) == pytest.approx((1e-3, 1e-5))
    assert rates[2] == pytest.approx((1e-3 + 1e-5) / 2)
    assert rates[0] - rates[1] == pytest.approx(rates[3] - rates[4])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml: cannot be read \(No such file"):
        read_config(tmp_path / "no.toml")
