"""The table over runs: recipes as the experiment writes them, progress, judged figures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.checkpoint import Checkpoint, save
from model.compare import main
from model.data.preprocessing import Preprocessing
from model.data.trained import Trained
from model.errors import DataError
from model.evaluation.metrics import wilson
from model.network import Network, NetworkConfig
from model.training.run_table import cells, csv_table, describe, markdown
from tests.unit.model.figures.test_figures import log_of


def stage(freeze: str, epochs: float, lr_from: float, lr_to: float, **more: Any) -> dict[str, Any]:
    return {
        "freeze": freeze,
        "epochs": epochs,
        "lr_from": lr_from,
        "lr_to": lr_to,
        "solver": "adamw",
        **more,
    }


def settings(*stages: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {
        "network": {"backbone": "resnet50", "head": [1000, 300], "a_new_key": 1},
        "pretrained": True,
        "preprocessing": {"short_side_px": 512},
        "stages": list(stages) or [stage("front", 3, 1e-4, 1e-6, yet_another=True)],
        "some_other_key": "of a later version",
    } | change


def run_at(folder: Path, config: dict[str, Any], *, epochs: bool = True) -> Path:
    folder.mkdir(parents=True)
    document = {"config": config, "split_fingerprint": "0123", "revision": "abc"}
    (folder / "config.json").write_text(json.dumps(document))
    last = len(config["stages"]) - 1
    if epochs:
        log_of(folder / "log.csv", stage=[0, 0, last], epoch=[1, 2, 1 if last else 3])
    return folder


def finished(folder: Path, keys: frozenset[str] = frozenset()) -> Path:
    """A run of three epochs whose checkpoint is a small net with random weights."""
    config = settings(stage("trunk", 2, 1e-2, 1e-3), stage("front", 0.5, 1e-3, 1e-4))
    config["network"] = {"backbone": "efficientnet_lite0", "head": []}
    run = run_at(folder, config)
    info = {"config": config, "places": {"photos train": 30, "photos val": 8, "practice val": 2}}
    info["best"] = {"val_top1": 0.3, "val_macro_recall": 0.2}
    network = Network(NetworkConfig()).eval()
    kept = Checkpoint(network, Preprocessing(64), 1.5, Trained(keys), "0123", info)
    save(kept, run / "checkpoint")
    return run


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            settings(stage("front", 1, 1e-3, 1e-5), stage("none", 2, 1e-5, 1e-6)),
            ["(1000, 300) -> (300, C)", "ImageNet V2", "1e-3 -> 1e-6", "3", "512", "front -> none"],
        ),
        (
            settings(
                stage("none", 2.5, 1e-4, 1e-5),
                pretrained=False,
                network={"backbone": "resnet50", "head": [1024, 512, 256]},
            ),
            [
                "(1024, 512) -> (512, 256) -> (256, C)",
                "random",
                "1e-4 -> 1e-5",
                "2.5",
                "512",
                "none",
            ],
        ),
        (
            settings(
                stage("trunk", 60, 1e-3, 1e-5, solver="lbfgs"),
                stage("front", 1, 2.5e-3, 1e-5),
                network={"backbone": "efficientnet_lite1", "head": []},
                preprocessing={"short_side_px": 320},
            ),
            ["C", "ImageNet", "L-BFGS, 2.5e-3 -> 1e-5", "1 + 60 steps", "320", "trunk -> front"],
        ),
        (
            settings(weights_file="/weights/resnet50.pth", pretrained=False),
            ["(1000, 300) -> (300, C)", "resnet50.pth", "1e-4 -> 1e-6", "3", "512", "front"],
        ),
    ],
)
def test_recipes_as_the_experiment_writes_them(
    tmp_path: Path, config: dict[str, Any], expected: list[str]
) -> None:
    row = describe(run_at(tmp_path / "run", config))
    row["state"] = "finished"  # without the words on its progress
    shown = cells(row)
    columns = ("head", "weights", "learning rate", "epochs", "short side", "frozen")
    assert [shown[name] for name in columns] == expected


def test_an_unfinished_run_is_shown_as_far_as_it_went(tmp_path: Path) -> None:
    stages = stage("trunk", 2, 1e-2, 1e-3), stage("front", 1.5, 1e-3, 1e-4)
    row = describe(run_at(tmp_path / "half", settings(*stages)))
    assert row["state"] == "unfinished"
    assert cells(row)["epochs"] == "3 of 3.5, unfinished"
    # Epoch 2 has the lowest val loss of the log.
    assert row["val"] == {"top1": 0.3, "macro_recall": 0.2}
    begun = describe(run_at(tmp_path / "begun", settings(*stages), epochs=False))
    assert cells(begun)["epochs"] == "0 of 3.5, unfinished"
    assert cells(begun)["val top-1"] == "-"


def test_a_finished_run_and_its_checkpoint(tmp_path: Path) -> None:
    run = finished(tmp_path / "run")
    row = describe(run)
    low, high = wilson(3, 10)
    assert row["state"] == "finished"
    assert row["epochs_done"] == 2.5, "the last epoch is half of one"
    assert row["val"] == {
        "top1": 0.3, "macro_recall": 0.2, "n": 10, "top1_low": low, "top1_high": high
    }  # fmt: skip
    assert cells(row)["val top-1"] == f"0.300 [{low:.3f}, {high:.3f}]"
    bare = describe(run / "checkpoint")
    assert bare["state"] == "checkpoint"
    for key in ("backbone", "head", "weights", "stages", "short_side_px", "val"):
        assert bare[key] == row[key], key


def test_what_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing: no run \(config\.json is missing\); give"):
        describe(tmp_path / "nothing")
    run = run_at(tmp_path / "bad", settings())
    for text in ("{", "[]", "{}"):
        (run / "config.json").write_text(text)
        with pytest.raises(DataError, match=r"not the settings of a run .*; restore it or train"):
            describe(run)
    fewer = settings()
    del fewer["network"]
    with pytest.raises(DataError, match=r"config\.json: not the settings of a run .*network"):
        describe(run_at(tmp_path / "fewer", fewer))
    other = run_at(tmp_path / "other", settings())
    log_of(other / "log.csv", stage=[0, 0, 4])
    with pytest.raises(DataError, match=r"other: log\.csv and config\.json do not fit"):
        describe(other)


def test_judged_table(
    tmp_path: Path, photo_folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data = photo_folder(Hungary=3, Japan=2)
    run, half = finished(tmp_path / "run"), run_at(tmp_path / "half", settings())
    (half / "config.json").write_text(
        (half / "config.json").read_text().replace('"0123"', '"4567"')
    )
    out = tmp_path / "table.csv"
    common = [str(run), str(half), "--data", str(data), "--split", "all", "--threads", "1"]
    main([*common, "--json", "-", "--out", str(out)])
    first, second = json.loads(capsys.readouterr().out)
    judged = first["judged"]
    assert judged["n"] == 5
    assert (judged["top1_low"], judged["top1_high"]) == wilson(judged["top1"] * 5, 5)
    assert second["judged"] is None
    written = list(csv.DictReader(io.StringIO(out.read_text())))
    assert float(written[0]["judged_top1"]) == judged["top1"]
    assert written[1]["judged_top1"] == ""
    assert written[0]["head"] == "C"
    table = markdown([first, second]).splitlines()
    header, rule, *rows = ([c.strip() for c in line.split("|")[1:-1]] for line in table[:4])
    assert header[-2:] == ["all acc.", "n"]
    assert set(rule) == {"---"}
    assert rows[0][-1] == "5"
    assert rows[1][-2:] == ["-", "-"]
    assert table[-1] == "The runs were trained on different data or splits."
    assert csv_table([first, second]) == out.read_bytes()


def test_training_on_what_is_judged_is_said(tmp_path: Path) -> None:
    row = describe(finished(tmp_path / "run"))
    row["judged"] = {
        "split": "test", "n": 9, "top1": 0.5, "top1_low": 0.2, "top1_high": 0.8, "trained_on": 2
    }  # fmt: skip
    assert markdown([row]).endswith("its net trained on 2 of the judged places")
