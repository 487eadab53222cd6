"""The rows of the table over runs, by value."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from model.errors import DataError
from model.evaluation.metrics import wilson
from model.training.run_table import cells, csv_table, describe, markdown, read_log

HEADER = "stage,epoch,lr,train_loss,val_loss,val_top1,val_macro_recall\n"


def stage(
    freeze: str, epochs: float, lr: tuple[float, float], solver: str = "adamw"
) -> dict[str, Any]:
    return {"freeze": freeze, "epochs": epochs, "lr_from": lr[0], "lr_to": lr[1], "solver": solver}


def run(
    folder: Path,
    log: str,
    *stages: dict[str, Any],
    places: dict[str, int] | None = None,
    **config: Any,
) -> Path:
    """A run's folder, with a checkpoint if ``places`` are given."""
    folder.mkdir(parents=True)
    settings = {
        "network": {"backbone": "efficientnet_lite0", "head": [256, 128], "dropout": 0.2},
        "pretrained": True,
        "preprocessing": {"short_side_px": 320, "letterbox": "tight"},
        "stages": [one | {"cache": True} for one in stages],
        "seed": 0,
    } | config
    document = {"config": settings, "split_fingerprint": "abc", "revision": "r1"}
    (folder / "config.json").write_text(json.dumps(document))
    (folder / "log.csv").write_text(HEADER + log)
    if places is not None:
        (folder / "checkpoint").mkdir()
        best = {"val_top1": 0.42, "val_macro_recall": 0.3}
        document["info"] = {"config": settings, "best": best, "places": places, "revision": "r1"}
        document = {"network": {}, **document}
        (folder / "checkpoint" / "config.json").write_text(json.dumps(document))
    return folder


LOG = "0,1,1e-3,3,2.5,0.30,0.2\n0,2,1e-4,2,2.1,0.42,0.3\n0,3,1e-5,1,2.3,0.44,0.35\n"


def test_the_best_epoch_is_that_of_the_lowest_val_loss(tmp_path: Path) -> None:
    row = describe(
        run(
            tmp_path / "a",
            LOG,
            stage("front", 3, (1e-3, 1e-5)),
            places={"parquet val": 60, "photos val": 40, "photos train": 900},
        )
    )
    low, high = wilson(42, 100)
    assert row["val"] == {
        "top1": 0.42, "macro_recall": 0.3, "n": 100, "top1_low": low, "top1_high": high
    }  # fmt: skip
    assert (row["state"], row["epochs_done"]) == ("finished", 3.0)
    assert row["checkpoint"] == str(tmp_path / "a" / "checkpoint")
    assert cells(row)["val top-1"] == f"0.420 [{low:.3f}, {high:.3f}]"


def test_a_run_that_is_not_over_says_how_far_it_is(tmp_path: Path) -> None:
    log = LOG + "1,1,1e-5,1,2.0,0.5,0.4\n"
    stages = stage("front", 3, (1e-3, 1e-5)), stage("none", 4.5, (1e-5, 1e-6))
    row = describe(run(tmp_path / "a", log, *stages))
    assert (row["state"], row["epochs_done"], row["checkpoint"]) == ("unfinished", 4.0, None)
    assert row["val"] == {"top1": 0.5, "macro_recall": 0.4}
    assert cells(row)["epochs"] == "4 of 7.5, unfinished"
    assert cells(row)["frozen"] == "front -> none"
    assert cells(row)["short side"] == "320"
    assert cells(row)["learning rate"] == "1e-3 -> 1e-6", "one goes on where the other ends"
    (tmp_path / "a" / "log.csv").unlink()
    begun = cells(describe(tmp_path / "a"))
    assert (begun["epochs"], begun["val top-1"]) == ("0 of 7.5, unfinished", "-")


def test_a_checkpoint_by_itself_says_what_its_run_says(tmp_path: Path) -> None:
    places = {"photos val": 40}
    row = describe(run(tmp_path / "a", LOG, stage("front", 2.5, (1e-3, 1e-5)), places=places))
    assert (row["state"], row["epochs_done"]) == ("finished", 2.5), "the last epoch is half of one"
    assert cells(row)["epochs"] == "2.5"
    itself = {"run": row["checkpoint"], "state": "checkpoint", "epochs_done": None}
    assert describe(tmp_path / "a" / "checkpoint") == row | itself


@pytest.mark.parametrize(
    ("stages", "rate", "epochs"),
    [
        ([stage("front", 3, (1e-3, 2.5e-5))], "1e-3 -> 2.5e-5", "3"),
        ([stage("trunk", 60, (1.0, 1.0), "lbfgs")], "L-BFGS", "60 steps"),
        (
            [stage("trunk", 60, (1.0, 1.0), "lbfgs"), stage("none", 2, (1e-4, 1e-5))],
            "L-BFGS, 1e-4 -> 1e-5",
            "2 + 60 steps",
        ),
        (
            [stage("front", 1, (1e-3, 1e-4)), stage("none", 2, (1e-5, 1e-6))],
            "1e-3 -> 1e-4, 1e-5 -> 1e-6",
            "3",
        ),
    ],
)
def test_schedules_are_written_as_the_experiment_did(
    stages: list[dict[str, Any]], rate: str, epochs: str, tmp_path: Path
) -> None:
    last = f"{len(stages) - 1},{stages[-1]['epochs']},0,1,2.0,0.5,0.4\n"
    shown = cells(describe(run(tmp_path / "a", last, *stages, places={})))
    assert (shown["learning rate"], shown["epochs"]) == (rate, epochs)


@pytest.mark.parametrize(
    ("network", "extra", "weights", "head"),
    [
        ({"backbone": "resnet50", "head": []}, {}, "ImageNet V2", "C"),
        ({"backbone": "efficientnet_lite0", "head": [256]}, {}, "ImageNet", "(256, C)"),
        ({"backbone": "resnet18", "head": []}, {}, "ImageNet V1", "C"),
        ({"backbone": "timm:vit_tiny.augreg", "head": []}, {}, "augreg", "C"),
        ({"backbone": "resnet50", "head": []}, {"start_from": ["a/b", "c"]}, "a/b, c", "C"),
        (
            {"backbone": "resnet50", "head": [8, 4, 2]},
            {"pretrained": False},
            "random",
            "(8, 4) -> (4, 2) -> (2, C)",
        ),
        ({"backbone": "resnet50", "head": []}, {"weights_file": "/x/r50.pth"}, "r50.pth", "C"),
    ],
)
def test_weights_and_head(
    network: dict[str, Any], extra: dict[str, Any], weights: str, head: str, tmp_path: Path
) -> None:
    folder = run(tmp_path / "a", LOG, stage("front", 3, (1e-3, 1e-4)), network=network, **extra)
    shown = cells(describe(folder))
    assert (shown["weights"], shown["head"]) == (weights, head)


def test_the_table_for_people_and_for_spreadsheets(tmp_path: Path) -> None:
    rows = [
        describe(run(tmp_path / name, LOG, stage("front", 3, (1e-3, 1e-4)), places={}))
        for name in "ab"
    ]
    rows[1]["split_fingerprint"] = "other"
    rows[0]["judged"] = {
        "split": "test", "views": "whole", "n": 50, "top1": 0.5, "top1_low": 0.36,
        "top1_high": 0.64, "top5": 0.8, "macro_recall": 0.4, "trained_on": 7,
    }  # fmt: skip
    rows[1]["judged"] = None
    lines = markdown(rows).splitlines()
    assert lines[0].startswith("| run | backbone | head |")
    assert lines[0].endswith("| val top-1 | test acc. | n |")
    assert lines[2].endswith("| 0.420 | 0.500 [0.360, 0.640] | 50 |")
    assert lines[3].endswith("| 0.420 | - | - |")
    assert lines[5] == f"{tmp_path / 'a'}: its net trained on 7 of the judged places"
    assert lines[6] == "The runs were trained on different data or splits."
    first, second = csv.DictReader(io.StringIO(csv_table(rows).decode()))
    assert (first["judged_top1"], first["judged_n"], first["val_top1"]) == ("0.5", "50.0", "0.42")
    assert second["judged_top1"] == ""
    assert json.loads(first["stages"])[0]["freeze"] == "front"


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (None, "No such file"),
        ("", "no table"),
        (HEADER, "no (epoch in it|column stage with numbers)"),
        (HEADER + "0,1,1e-3,3,2.5,high,0.2\n", "no column val_top1 with numbers"),
        (HEADER + LOG + "nan,nan,nan,nan,nan,nan,nan\n", "line 5: not figures of an epoch"),
        (HEADER + "inf,inf,inf,inf,inf,inf,inf\n", "line 2: not figures of an epoch"),
        (HEADER + "-1,1,1e-3,3,2.5,0.3,0.2\n", "line 2: not figures of an epoch"),
        (HEADER + LOG + "0,4,1e-3,3,2.5,1.3,0.2\n", "line 5: not figures of an epoch"),
    ],
)
def test_a_log_that_is_none_is_one_line(log: str | None, message: str, tmp_path: Path) -> None:
    if log is not None:
        (tmp_path / "log.csv").write_text(log)
    with pytest.raises(DataError, match=rf"log\.csv: .*{message}.*; give the folder of a run") as e:
        read_log(tmp_path)
    assert "\n" not in str(e.value)


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no run \(config\.json is missing\)"):
        describe(tmp_path)
    for text in ("{", "[]", "{}", '{"config": {}}'):
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(DataError, match=r"not the settings of a run .*; restore it or train"):
            describe(tmp_path)
    stages = [stage("front", 3, (1e-3, 1e-4))]
    with pytest.raises(DataError, match=r"log\.csv and config\.json do not fit"):
        describe(run(tmp_path / "a", "4,1,1e-3,3,2.5,0.3,0.2\n", *stages))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stages": None}, r"config\.stages: "),
        ({"stages": []}, r"config\.stages: "),
        ({"stages": [stage("front", 3, (1e-3, 1e-4)) | {"epochs": "x"}]}, r"stages\.0\.epochs: "),
        ({"stages": [stage("front", 3, (1e-3, 1e-4)) | {"lr_from": "x"}]}, r"0\.lr_from: "),
        ({"network": {"backbone": 3, "head": []}}, r"network\.backbone: "),
        ({"network": {"backbone": "nosuch", "head": []}}, "config: Unknown model nosuch"),
        ({"network": {"backbone": "resnet50", "head": None}}, r"network\.head: "),
        ({"start_from": [1]}, r"start_from\.0: "),
        ({"preprocessing": {}}, r"preprocessing\.short_side_px: "),
    ],
)
def test_settings_of_a_run_that_make_no_sense_are_named(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    folder = run(tmp_path / "a", LOG, stage("front", 3, (1e-3, 1e-4)))
    document = json.loads((folder / "config.json").read_text())
    document["config"] |= change
    (folder / "config.json").write_text(json.dumps(document))
    with pytest.raises(DataError, match=rf"a/config\.json: .*{message}") as caught:
        describe(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "recursion limit"),
        ("[1]", "object"),
        ('{"network": {}}', "info: "),
        ('{"network": {}, "info": null}', "info: "),
        ('{"network": {}, "info": {"places": null}}', r"info\.places: "),
        ('{"network": {}, "info": {"places": {"a train": "x"}}}', r"info\.places\.a train: "),
        ('{"network": {}, "info": {"best": {"val_top1": NaN}}}', r"info\.best\.val_top1: "),
    ],
)
def test_a_damaged_checkpoint_of_a_run_is_named(text: str, message: str, tmp_path: Path) -> None:
    folder = run(tmp_path / "a", LOG, stage("front", 3, (1e-3, 1e-4)), places={})
    (folder / "checkpoint" / "config.json").write_text(text)
    pattern = rf"checkpoint/config\.json: not the settings of a run \(.*{message}.*; restore it"
    with pytest.raises(DataError, match=pattern):
        describe(folder)
    if "network" in text:
        with pytest.raises(DataError, match=pattern):
            describe(folder / "checkpoint")


def test_a_checkpoint_that_knows_no_settings_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"network": {}, "info": {}}')
    with pytest.raises(DataError, match=r"not the settings of a run \(no info\.config\); train it"):
        describe(tmp_path)
