from __future__ import annotations

from pathlib import Path

import pytest

from model.errors import ConfigError
from model.training.config import read_config
from model.training.stage import Stage


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
        ("[[stages]]\nshort_side_px = 64", [], "short_side_px of a stage needs freeze = 'none'"),
        ("[augmentation]\nhue = 0.7", [], r"augmentation\.hue = 0\.7: in \[0, 0\.5\]"),
        ("[augmentation]\nflip = 2", [], r"augmentation\.flip = 2\.0: in \[0, 1\]"),
        ("[augmentation]\nscale = [0.9, 0.5]", [], r"augmentation\.scale = .*two rising shares"),
        ("[augmentation]\nratio = [2, 1]", [], r"augmentation\.ratio = .*two rising ratios"),
        ("[augmentation]\nmixup = -1", [], "mixup and cutmix must be at least 0"),
        ("[augmentation]\nmagnitude = 31", [], r"magnitude in \[0, 30\]"),
        ("[augmentation]\ncrop = 1", [], r"unknown key augmentation\.crop; known are brightness"),
        ("[augmentation]\nscale = [0.5]", [], "augmentation.scale: number 2 of its values is miss"),
        ("[augmentation]\nscale = [0.1, 0.5, 1]", [], r"scale = \[.*\]: must be 2 values"),
        ("[distillation]\nweight = 0.5", [], "distillation: teachers is missing"),
        ("[[stages]]\nsolver = 'lbfgs'\ncache = false", [], "needs cache = true"),
        ("pixels = 'slow'", [], "pixels = 'slow': must be exact or fast"),
        ("sampler = 'fair'", [], "sampler = 'fair': must be places or balanced"),
        ("precision = 'fp16'", [], "precision = 'fp16': must be auto or float32 or bf16"),
        ("sampler = 'balanced'\nlogit_adjustment = 1", [], "both lift rare countries; set one"),
        ("average = 1", [], r"average must lie in \[0, 1\), balance in"),
        ("keep_start = 1", [], r"keep_start = 1\.0: must lie in \[0, 1\)"),
        ("consistency = 0.5", [], "consistency needs augmentation"),
        ("consistency = 0.5\n[augmentation]\ncutmix = 1.0", [], "without mixup and cutmix"),
        ("consistency = -1", [], "must be at least 0"),
        ("keep_start = 0.5", [], "keep_start needs start_from and average"),
        ("balance = 2", [], r"balance in \[0, 1\]"),
        ("[source_weights]\npractice = 0", [], "source_weights must be above 0; leave a source"),
        ("small_copies_px = -1", [], "small_copies_px = -1: must be at least 0"),
        ("[[stages]]\nwarmup = 1", [], "warmup = 1.0: must be at least 0 and less than epochs"),
        ("[[stages]]\nlayer_decay = 0", [], r"layer_decay in \(0, 1\]"),
        ("[[stages]]\nfrozen_layers = 2", [], "frozen_layers .*needs freeze = 'none'"),
        ("[network]\ndrop_path = 1", [], r"drop_path = 1\.0: must lie in \[0, 1\)"),
        ("accumulate = 0", [], "accumulate and the stages: at least one each"),
        ("label_smoothing = 1", [], "label_smoothing = 1.0: must lie in"),
        ("workers = -1", [], "workers = -1: must be at least 0"),
        ("weight_decay = -1e-4", [], "weight_decay = -0.0001: must be at least 0"),
        ("[[stages]]\nl2 = -1.0", [], "l2 = -1.0: must be at least 0"),
        ("[preprocessing]\nstride_px = 0", [], "stride_px and max_aspect must be at least 1"),
        ("[preprocessing]\nmax_aspect = -1.0", [], "stride_px and max_aspect must be at least 1"),
        (
            "[[stages]]\nfreeze = 'none'\nshort_side_px = 16",
            [],
            "short_side_px = 16: at least 32",
        ),
        (
            "[source_weights]\nphoto = 0.1",
            [],
            "source_weights: no source photo; there are parquet, photos, practice",
        ),
        ("[network]\nbackbone = 'resnet50'\nhead = [0]", [], "widths must be from 1 to 65536"),
        ("[network]\nhead = [1000000000000]", [], "widths must be from 1 to 65536"),
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
        (f"seed = {'9' * 5000}", [], "not TOML"),
        (f"x = {'[' * 5000}", [], "not TOML"),
        ("", [f"batch_size={'9' * 5000}"], r"batch_size = '9+\.\.\.9+': must be int"),
        ("seed = -1", [], "seed = -1: must be at least 0"),
        ("seed = 9999999999999999999", [], "seed = 9999999999999999999: must be at most"),
        ("batch_size = 100_000_000_000", [], "batch_size = 100000000000: must be at most"),
        ("save_minutes = -1", [], r"save_minutes = -1\.0: must be at least 0"),
        ("[[stages]]\nepochs = 1e308", [], "epochs at most 100000"),
        ("[augmentation]\nrand_augment = 1_000_000", [], r"rand_augment in \[0, 100\]"),
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


def test_the_rate_rises_first_if_asked_to() -> None:
    stage = Stage("front", 4, 1e-3, 1e-5, warmup=1)
    rates = [stage.rate(fraction) for fraction in (0.0, 0.125, 0.25, 0.625, 1.0)]
    assert rates == pytest.approx([0, 5e-4, 1e-3, (1e-3 + 1e-5) / 2, 1e-5])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml: cannot be read \(No such file"):
        read_config(tmp_path / "no.toml")


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(
    "key",
    [
        "weight_decay", "logit_adjustment", "save_minutes", "source_weights.photos",
        "network.dropout", "preprocessing.max_aspect", "augmentation.mixup", "stages.0.epochs",
        "stages.0.lr_from", "stages.0.head_rate", "stages.0.l2", "distillation.temperature",
    ],
)  # fmt: skip
def test_numbers_are_finite(tmp_path: Path, key: str, number: str) -> None:
    file = written(tmp_path, "[distillation]\nteachers = ['a']\n[[stages]]\n")
    with pytest.raises(ConfigError, match=f"{key} = {number}: must be a finite number"):
        read_config(file, [f"{key}={number}"])


def test_a_byte_order_mark_is_no_letter(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xef\xbb\xbfseed = 3\n")
    assert read_config(file).seed == 3
