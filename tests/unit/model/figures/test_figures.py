"""Figures show what the files say, in the order they promise; bad files are one line."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from model import plots
from model.errors import ConfigError, DataError
from model.evaluation.report import evaluation_document
from model.evaluation.views import SplitPredictions
from model.figures.judged import confusion, read_evaluation, recall, reliability
from model.figures.runs import curve, learning
from model.geography import COUNTRY_CODES, SUBREGIONS
from model.training.run_table import read_log
from model.types import Place
from tests.conftest import jpeg, shard

ORDER = [code for subregion in SUBREGIONS for code in subregion.countries]


class Fixed:
    """A predictor and a collection in one, as far as a report needs them."""

    fingerprint = "0123"
    temperature = 0.5

    def __init__(self, labels: np.ndarray) -> None:
        self.places = [Place(str(i), COUNTRY_CODES[c], None, "fake") for i, c in enumerate(labels)]
        self.checkpoint = self.trained = self

    def saw(self, collection: object, number: int) -> bool:
        return False


def evaluation(labels: np.ndarray, guesses: np.ndarray) -> dict[str, Any]:
    """A report over places with these labels, each guess 70 % sure."""
    probabilities = np.full((len(labels), 56), 0.3 / 55)
    probabilities[np.arange(len(labels)), guesses] = 0.7
    fixed = Fixed(labels)
    logits = fixed.temperature * np.log(probabilities)[:, None]
    predictions = SplitPredictions(list(range(len(labels))), labels, {"whole": logits}, Counter())
    return evaluation_document(fixed, fixed, predictions, "test")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def all_countries() -> dict[str, Any]:
    """Three places of each of the 56; every third is taken for the next country of the codes."""
    labels = np.arange(56).repeat(3)
    return evaluation(labels, (labels + (np.arange(168) % 3 == 0)) % 56)


def test_the_confusion_matrix_lies_in_the_order_of_regions(all_countries: dict[str, Any]) -> None:
    axes = confusion(all_countries).axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ORDER
    assert [tick.get_text().split() for tick in axes.get_yticklabels()] == [
        [code, "3"] for code in ORDER
    ]
    shares = axes.images[0].get_array()
    assert shares is not None
    hu = ORDER.index("HU")
    assert shares[hu, hu] == pytest.approx(2 / 3)
    assert shares[hu, ORDER.index("ID")] == pytest.approx(1 / 3), "ID follows HU in the codes"
    texts = [(t.get_position(), t.get_text()) for t in axes.texts]
    assert ((hu, hu), "2") in texts
    names = [text for _, text in texts if text in {s.name for s in SUBREGIONS}]
    assert len(names) == 2 * len(SUBREGIONS)
    assert len(axes.lines) == 2 * (len(SUBREGIONS) - 1)


def test_countries_that_do_not_occur_take_no_room() -> None:
    hu, jp, fr = (COUNTRY_CODES.index(code) for code in ("HU", "JP", "FR"))
    document = evaluation(np.array([hu, hu, jp]), np.array([hu, fr, jp]))
    axes = confusion(document).axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["FR", "HU", "JP"]
    shares = np.ma.getmaskarray(axes.images[0].get_array())
    assert shares.any(axis=1).tolist() == [True, False, False], "no place is French"
    rows = [tick.get_text().split() for tick in recall(document).axes[0].get_yticklabels()]
    assert rows == [["HU", "2"], ["JP", "1"]]


def test_recall_stands_beside_its_interval(all_countries: dict[str, Any]) -> None:
    axes = recall(all_countries).axes[0]
    (points, _, (bars,)) = axes.containers[0].lines  # type: ignore[attr-defined]
    assert list(points.get_xdata()) == pytest.approx([2 / 3] * 56)
    country = all_countries["per_country"]["HU"]
    ends = bars.get_segments()[ORDER.index("HU")]
    assert ends[:, 0] == pytest.approx([country["low"], country["high"]])


def test_reliability_before_and_after(all_countries: dict[str, Any]) -> None:
    before, after = reliability(all_countries).axes
    # At temperature 1/2 the odds 0.7 : 0.3/55 are squares: before they were their roots.
    root = 0.7**0.5 / (0.7**0.5 + 55 * (0.3 / 55) ** 0.5)
    for axes, confidence in ((before, root), (after, 0.7)):
        (point,) = np.asarray(axes.collections[0].get_offsets())
        assert point == pytest.approx([confidence, 2 / 3])
        assert f"ECE {abs(confidence - 2 / 3):.3f}" in axes.get_title()


def log_of(file: Path, **change: Any) -> Path:
    columns = {
        "stage": [0, 0, 1],
        "epoch": [1, 2, 1],
        "train_loss": [4.0, 3.0, 2.5],
        "val_loss": [4.1, 3.2, 3.4],
        "val_top1": [0.1, 0.3, 0.2],
        "val_macro_recall": [0.05, 0.2, 0.1],
    } | change
    file.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({k: v for k, v in columns.items() if v is not None}).to_csv(file, index=False)
    return file.parent


def test_the_curve_of_runs(tmp_path: Path) -> None:
    run = log_of(tmp_path / "a" / "log.csv")
    losses, accuracies = curve({"a": read_log(run)}).axes
    drawn = {line.get_label(): list(line.get_ydata()) for line in losses.lines}
    assert drawn["val loss"] == [4.1, 3.2, 3.4]
    assert drawn["train loss"] == [4.0, 3.0, 2.5]
    assert [list(line.get_xdata()) for line in losses.lines][-1] == [2.5, 2.5], "the next stage"
    assert [line.get_label() for line in accuracies.lines][:2] == ["val top-1", "val macro recall"]
    other = log_of(tmp_path / "b" / "log.csv")
    losses, _ = curve({"a": read_log(run), "b": read_log(other)}).axes
    labels = [line.get_label() for line in losses.lines]
    assert labels == ["a: val loss", "a: train loss", "b: val loss", "b: train loss"]


def test_the_learning_curve_foretells_along_its_law() -> None:
    places, top1 = [100, 1000, 10000], [0.2, 0.6, 0.8]  # the error halves with ten times the places
    (axes,) = learning(places, top1, [(s - 0.1, s + 0.1) for s in top1], more=[100_000]).axes
    (found,) = [text.get_text() for text in axes.texts]
    assert found.startswith("100,000: 90.0%\n[")
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert "error = 3.20 x places^-0.301 (±0.000)" in labels


def learnt(folder: Path, places: dict[str, int] | None, top1: float, epochs: int = 3) -> Path:
    """A run over these places, three epochs of which are done."""
    log_of(folder / "log.csv", stage=[0, 0, 0], epoch=[1, 2, 3], val_top1=[0.1, top1, 0.2])
    stage = {"freeze": "trunk", "epochs": epochs, "lr_from": 1.0, "lr_to": 1.0, "solver": "adamw"}
    network = {"backbone": "efficientnet_lite0", "head": []}
    side = {"short_side_px": 320}
    config = {"network": network, "pretrained": True, "preprocessing": side, "stages": [stage]}
    (folder / "config.json").write_text(json.dumps({"config": config}))
    if places:
        (folder / "checkpoint").mkdir()
        document = json.dumps({"network": {}, "info": {"places": places}})
        (folder / "checkpoint" / "config.json").write_text(document)
    return folder


def test_a_learning_curve_from_runs(tmp_path: Path) -> None:
    runs = [
        str(learnt(tmp_path / str(n), {"photos train": n, "parquet train": n, "photos val": 50}, t))
        for n, t in ((50, 0.2), (500, 0.6), (5000, 0.8))
    ]
    out = tmp_path / "learning.svg"
    plots.main(["learning", *runs, "--places", "40000", "--out", str(out)])
    assert "40,000: 86.8%" in out.read_text()
    with pytest.raises(ConfigError, match="takes three runs or more, of at least two sizes"):
        plots.main(["learning", *runs[:2], "--out", str(out)])
    with pytest.raises(ConfigError, match="takes three runs or more, of at least two sizes"):
        plots.main(["learning", *runs[:1] * 3, "--out", str(out)])
    with pytest.raises(ConfigError, match="--places 0: must be 1 or more"):
        plots.main(["learning", *runs, "--places", "0", "--out", str(out)])
    for places in (None, {"photos train": 9, "photos val": 50}):
        unfinished = learnt(tmp_path / f"unfinished {bool(places)}", places, 0.3, epochs=4)
        with pytest.raises(DataError, match="is not finished; go on with it by --resume"):
            plots.main(["learning", *runs, str(unfinished), "--out", str(out)])
    unknown = str(learnt(tmp_path / "old", {"photos train": 0}, 0.3))
    with pytest.raises(DataError, match="old: no checkpoint with val figures"):
        plots.main(["learning", *runs, unknown, "--out", str(out)])


def test_files_that_are_no_log_or_evaluation(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"log\.csv: cannot be read \(No such file"):
        read_log(tmp_path)
    with pytest.raises(DataError, match="no column val_top1 with numbers"):
        read_log(log_of(tmp_path / "old" / "log.csv", val_top1=None))
    with pytest.raises(DataError, match="no column val_loss with numbers"):
        read_log(log_of(tmp_path / "words" / "log.csv", val_loss=["a", "b", "c"]))
    (tmp_path / "log.csv").write_text("")
    with pytest.raises(DataError, match="no table"):
        read_log(tmp_path)
    for text in ("[1]", "{}", "not json", "[" * 100_000):
        (tmp_path / "e.json").write_text(text)
        with pytest.raises(DataError, match=r"e\.json: not what model\.evaluate --json writes"):
            read_evaluation(tmp_path / "e.json")
    with pytest.raises(DataError, match=r"none\.json: cannot be read \(No such file"):
        read_evaluation(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": None}, "n: "),
        ({"top1": None}, "top1: "),
        ({"macro_recall": None}, "macro_recall: "),
        ({"labels": ["HU"]}, "other countries than the 56"),
        ({"confusion_matrix": "x"}, "confusion_matrix: "),
        ({"confusion_matrix": [[1], [1, 2]]}, r"confusion_matrix\.0: "),
        ({"confusion_matrix": [[1, 2], [3, 4]]}, r"confusion_matrix\.0: "),
        ({"confusion_matrix": [[0] * 56] * 55}, "confusion_matrix: "),
        ({"confusion_matrix": [[0] * 56] * 56}, "do not add up to n"),
        ({"confusion_matrix": [[10**30] * 56] * 56}, r"confusion_matrix\.0\.0: "),
        ({"per_country": {}}, "per_country: "),
        ({"per_country": []}, "per_country: "),
        ({"per_country": None}, "per_country: "),
        ({"per_country": {"HU": {}}}, r"per_country\.HU\.n: "),
        ({"per_country": {"XX": {"n": 1, "recall": 1, "low": 1, "high": 1}}}, "other countries"),
        ({"reliability": []}, "reliability: "),
        ({"reliability": None}, "reliability: "),
        ({"reliability": [{"a": 1}]}, r"reliability\.0\.n: "),
        ({"reliability": [{"n": 0, "confidence": 1, "accuracy": 1}]}, "do not add up to n"),
        ({"ece": "x"}, "ece: "),
        ({"ece_before": float("nan")}, "ece_before: "),
        ({"temperature": None}, "temperature: "),
        ({"temperature": float("inf")}, "temperature: "),
    ],
)
def test_an_evaluation_that_makes_no_sense_is_named(
    all_countries: dict[str, Any], change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    file = tmp_path / "e.json"
    file.write_text(json.dumps(all_countries))
    whole = read_evaluation(file)
    assert whole == {key: all_countries[key] for key in whole}
    file.write_text(json.dumps(all_countries | change))
    with pytest.raises(DataError, match=rf"e\.json: not what .* \(.*{message}.*\); run it again"):
        read_evaluation(file)


@pytest.mark.parametrize("key", ["n", "top1", "macro_recall", "ece", "labels"])
def test_an_evaluation_that_lacks_something_is_named(
    all_countries: dict[str, Any], key: str, tmp_path: Path
) -> None:
    file = tmp_path / "e.json"
    file.write_text(json.dumps({k: v for k, v in all_countries.items() if k != key}))
    with pytest.raises(DataError, match=rf"e\.json: not what .* \({key}: "):
        read_evaluation(file)


def test_the_command_line(tmp_path: Path) -> None:
    file, out = tmp_path / "e.json", tmp_path / "figure.png"
    file.write_text(json.dumps(evaluation(np.array([0, 7, 16]), np.array([0, 7, 7]))))
    for figure in ("confusion", "recall", "reliability"):
        plots.main([figure, "--evaluation", str(file), "--out", str(out)])
        with Image.open(out) as drawn:
            assert drawn.width > 800
        out.unlink()
    plots.main(["confusion", str(file), "--out", str(tmp_path / "figure.svg")])
    assert "Southern Europe" in (tmp_path / "figure.svg").read_text()
    log_of(tmp_path / "run" / "log.csv")
    plots.main(["curve", "--run", str(tmp_path / "run"), "--out", str(out)])
    assert out.exists()
    for wrong in (
        ["recall", "--out", str(out)],
        ["recall", str(file), "--evaluation", str(file), "--out", str(out)],
        ["recall", "--evaluation", str(file), "--data", str(tmp_path), "--out", str(out)],
    ):
        with pytest.raises(ConfigError, match="recall: give either one --evaluation"):
            plots.main(wrong)
    with pytest.raises(ConfigError, match="no run; give the folder"):
        plots.main(["curve", "--out", str(out)])
    with pytest.raises(ConfigError, match="no figure format of that suffix"):
        plots.main(["recall", str(file), "--out", str(tmp_path / "figure.txt")])


def test_judged_on_the_spot(tmp_path: Path) -> None:
    rows = [{"image": {"bytes": jpeg(60, 40, seed=i), "path": ""}} for i in range(2)]
    shard(tmp_path / "data" / "a.parquet", rows)
    out = tmp_path / "figure.png"
    data = ["--data", str(tmp_path / "data"), "--split", "all", "--threads", "1"]
    plots.main(["recall", *data, "--out", str(out)])
    assert out.exists()
