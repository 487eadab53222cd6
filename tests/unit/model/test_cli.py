"""The command lines as a user calls them: exit codes, one-line errors, JSON on stdout alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from model import cli, compare, evaluate, explain, plots
from model.checkpoint import DEFAULT_CHECKPOINT
from model.data import thin
from model.data.pictures import read_picture
from model.errors import ConfigError, OutputError
from model.evaluation.explanation_report import explanation_text
from model.explanation.overlay import mask_boxes, overlay, share_inside
from model.geography import COUNTRY_CODES
from model.predictor import Predictor
from tests.conftest import ROOT, jpeg, shard

pytestmark = pytest.mark.slow

PHOTO = ROOT / "assets" / "figures" / "practice-example.jpg"


def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(str(a) for a in arguments)]
    env = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=300
    )


def json_of(result: subprocess.CompletedProcess[str]) -> Any:
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def assert_one_line(result: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert result.returncode == 2, result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert all(part in errors[0] for part in parts), errors
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "program",
    [
        ["app.py"],
        *(
            ["-m", f"model.{n}"]
            for n in (
                "train",
                "evaluate",
                "predict",
                "explain",
                "cues",
                "plots",
                "compare",
                "faithfulness",
                "measure_levels",
                "data.thin",
            )
        ),
    ],
)
def test_help(program: list[str]) -> None:
    result = call(*program, "--help")
    assert result.returncode == 0
    assert "usage: python" in result.stdout


def test_predict(tmp_path: Path) -> None:
    (tmp_path / "good.jpg").write_bytes(jpeg(300, 200))
    (tmp_path / "text.jpg").write_text("text")
    good, bad = tmp_path / "good.jpg", tmp_path / "text.jpg"
    (one,) = json_of(call("-m", "model.predict", good, "--json", "-"))
    assert one["file"] == str(good)
    assert len(one["top"]) == 5
    probabilities = [t["probability"] for t in one["top"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1
    assert all(t["country"] in COUNTRY_CODES for t in one["top"])
    both = call("-m", "model.predict", bad, good, "--json", "-")
    assert_one_line(both, "text.jpg", "not a picture")
    documents = json.loads(both.stdout)
    assert documents[1] == one
    assert documents[0]["file"] == str(bad)
    assert "not a picture" in documents[0]["error"]
    assert_one_line(call("-m", "model.predict", tmp_path / "none.jpg"), "none.jpg")


def test_explain(tmp_path: Path) -> None:
    out = tmp_path / "o.png"
    document = json_of(
        call("-m", "model.explain", PHOTO, "--target", "predicted", "--out", out, "--json", "-")
    )
    assert (document["contrast"], document["boxes"], document["blank"]) == (None, None, False)
    assert 1 / 56 < document["probability"] <= 1
    grid = np.array(document["grid"])
    assert grid.shape == (9, 21)
    assert (grid >= 0).all()
    assert grid.max() > 0
    faithfulness, covering = document["faithfulness"], document["covering"]
    for area in ("deletion_auc", "random_auc", "insertion_auc", "random_insertion_auc"):
        assert 0 <= faithfulness[area] <= 1
    low, high = faithfulness["random_interval"]
    assert low <= faithfulness["random_auc"] <= high
    assert covering["before"] == pytest.approx(document["probability"])
    assert covering["random_low"] <= covering["random_mean"] <= covering["random_high"]
    with Image.open(PHOTO) as photo, Image.open(out) as shown:
        assert shown.size == photo.size
    said = explanation_text(document, out)
    assert said.startswith(f"{document['target']} {document['probability']:.1%}: {out}\n")
    assert f"takes it to {covering['after']:.1%}; random" in said
    assert f"insertion AUC {faithfulness['insertion_auc']:.3f}, random" in said
    assert "blank, nothing in the picture" in explanation_text(document | {"blank": True}, out)


def test_explain_by_a_contrast_and_without_boxes(tmp_path: Path) -> None:
    out, boxes = tmp_path / "o.png", [(0.0, 0.5, 0.5, 1.0)]
    predictor, picture = Predictor.open(DEFAULT_CHECKPOINT), read_picture(PHOTO)
    masked = mask_boxes(picture, boxes)
    analysis = predictor.analyse(masked)
    (target, _), (other, _) = analysis.prediction.top(2)
    heatmap = analysis.contrast(target, other)
    command = ("-m", "model.explain", PHOTO, "--target", target, "--contrast", other.lower())
    mask = ("--mask-boxes", "0,0.5,0.5,1")
    document = json_of(call(*command, *mask, "--out", out, "--json", "-"))
    assert (document["target"], document["contrast"]) == (target, other)
    assert np.array(document["grid"]) == pytest.approx(heatmap.grid, abs=1e-3 * heatmap.peak)
    energy, area = share_inside(predictor.analyse(picture).heatmap(target), boxes)
    assert document["boxes"] == {"energy": pytest.approx(energy, abs=1e-3), "area": area}
    with Image.open(out) as shown:
        drawn = np.asarray(shown).astype(int)
    assert np.abs(drawn - np.asarray(overlay(masked, heatmap))).max() <= 2
    said = explanation_text(document, out)
    energy = document["boxes"]["energy"]
    assert f" rather than {other}; {energy:.1%} of the energy was in boxes of 25.0%: " in said


def test_explain_refuses_in_one_line(tmp_path: Path) -> None:
    again = tmp_path / "again.png"
    assert_one_line(call("-m", "model.explain", PHOTO, "--target", "KE", "--out", again), "KE")
    assert_one_line(call("-m", "model.explain", PHOTO, "--out", tmp_path / "o.txt"), "o.txt")
    explain = ("-m", "model.explain", PHOTO, "--target", "HU", "--out", again)
    assert_one_line(call(*explain, "--contrast", "XX"), "--contrast XX")
    assert_one_line(call(*explain, "--contrast", "HU"), "the target itself")
    assert_one_line(call(*explain, "--mask-boxes", "0,0,2,1"), "--mask-boxes 0,0,2,1")
    missing = tmp_path / "no" / "o.png"
    assert_one_line(call("-m", "model.explain", PHOTO, "--out", missing), "does not exist")
    no_json = ("--json", tmp_path / "no" / "x.json")
    assert_one_line(call("-m", "model.explain", PHOTO, "--out", again, *no_json), "does not exist")
    assert not again.exists()


@pytest.mark.parametrize("suffix", ["psd", "fits", "xbm", "h5", "mpg", "txt"])
def test_formats_that_cannot_be_written_are_refused_before_the_net_is_read(
    tmp_path: Path, suffix: str
) -> None:
    out = str(tmp_path / f"o.{suffix}")
    with pytest.raises(ConfigError, match=rf"o\.{suffix}: no picture format .*; use \.png"):
        explain.main(["no.jpg", "--out", out, "--checkpoint", "none"])


@pytest.mark.parametrize("kind", ["missing", "folder"])
@pytest.mark.parametrize(
    "command",
    [
        [evaluate.main, "--data", "none", "--json"],
        [compare.main, "none", "--json"],
        [compare.main, "none", "--out"],
        [explain.main, "none", "--out"],
        [plots.main, "distribution", "--data", "none", "--out"],
        [thin.main, "--data", "none", "--out"],
    ],
    ids=lambda command: f"{command[0].__module__} {command[-1]}",
)
def test_where_nothing_can_be_written_is_said_before_anything_is_read(
    tmp_path: Path, command: list[Any], kind: str
) -> None:
    main, *arguments = command
    target = tmp_path if kind == "folder" else tmp_path / "no" / "x.png"
    remedy = "give the name of a file" if kind == "folder" else "make it first"
    with pytest.raises(OutputError, match=f"cannot be written .*{remedy}"):
        main([*arguments, str(target)])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("threads", [-1, 0, 1025, 3_000_000_000, 10**40])
def test_threads_that_no_machine_has(threads: int) -> None:
    with pytest.raises(ConfigError, match=f"--threads {threads}: must be from 1 to 1024"):
        cli.set_threads(threads)


def test_evaluate_counts_what_it_leaves_out(
    tmp_path: Path, photo_folder: Callable[..., Path]
) -> None:
    folder = photo_folder(Hungary=3, Kenya=2, Narnia=1)
    (folder / "Hungary" / "canvas_0000.jpg").write_text("text")
    shard(folder / "a.parquet", [{}, {"country_iso_alpha2": "KE"}])
    result = call("-m", "model.evaluate", "--data", folder, "--split", "all", "--json", "-")
    document = json_of(result)
    assert document["n"] == 3
    assert document["skipped"] == {"other_country": 3, "unknown_folder": 1, "unreadable": 1}
    assert set(document["per_source"]) == {"parquet", "photos"}
    assert document["per_country"]["HU"]["n"] == 3
    for key in ("top1", "top3", "top5", "macro_recall", "ece", "majority_share"):
        assert 0 <= document[key] <= 1
    assert document["by_view"]["one_crop"]["n"] == 3
    assert "canvas_0000.jpg: not a picture" in result.stderr
    assert "Narnia: no country of that name" in result.stderr


def test_bad_input_is_one_line(tmp_path: Path, photo_folder: Callable[..., Path]) -> None:
    (tmp_path / "empty").mkdir()
    evaluate = ("-m", "model.evaluate", "--data")
    assert_one_line(call(*evaluate, tmp_path / "empty"), "empty", "expected parquet files")
    assert_one_line(call(*evaluate, tmp_path / "none"), "none", "no such directory")
    shard(tmp_path / "columns" / "a.parquet", [{}], drop="latitude")
    assert_one_line(call(*evaluate, tmp_path / "columns"), "a.parquet", "no column latitude")
    folder = photo_folder(Hungary=2)
    empty = tmp_path / "empty"
    assert_one_line(call(*evaluate, folder, "--checkpoint", empty), "empty", "no checkpoint")
    config = tmp_path / "x.toml"
    config.write_text("sead = 1")
    train = ("-m", "model.train", "--data", folder, "--out", tmp_path / "run", "--config")
    assert_one_line(call(*train, config), "x.toml", "unknown key sead")
    assert not (tmp_path / "run").exists()
    assert_one_line(call("app.py", "--panoramas", empty), "empty", "no panoramas or photos")
    assert_one_line(call("app.py", "--port", "99999"), "--port 99999")
    assert_one_line(call(*evaluate, "hf://nonsense"), "hf://nonsense", "hf://datasets/OWNER/NAME")
    unreachable = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "hub")}
    assert_one_line(
        call(*evaluate, "hf://datasets/some/set", **unreachable), "some/set", "cannot be downloaded"
    )


HELLO = """
import sys
from model import cli
def main():
    name = "\\u30d5\\udcf1.jpg"
    cli.emit([{"file": name}] * int(sys.argv[2]), sys.argv[1] or None, lambda: name)
cli.run(main)
"""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_names_that_the_console_cannot_show_cost_nothing(encoding: str, tmp_path: Path) -> None:
    """A Japanese name, with a byte in it that is not UTF-8."""
    text = call("-c", HELLO, "", 1, PYTHONIOENCODING=encoding)
    assert (text.returncode, text.stderr) == (0, "")
    assert "\\udcf1.jpg" in text.stdout
    name = "\u30d5\udcf1.jpg"
    assert json_of(call("-c", HELLO, "-", 1, PYTHONIOENCODING=encoding)) == [{"file": name}]
    assert call("-c", HELLO, tmp_path / "x.json", 1, PYTHONIOENCODING=encoding).returncode == 0
    assert json.loads((tmp_path / "x.json").read_text()) == [{"file": name}]


@pytest.mark.parametrize(
    ("rest", "status"),
    [("- 100000 | head -c 1", 141), ("- 1 >&-", 0), ("/dev/stdout 100000 | head -c 1", 141)],
)
def test_output_that_nobody_reads_is_no_traceback(rest: str, status: int) -> None:
    script = f'"$0" -c "$1" {rest} ; exit ${{PIPESTATUS[0]}}'
    command = ["bash", "-c", script, sys.executable, HELLO]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (status, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("rest", ["- 1 > /dev/full", "/dev/full 1"])
def test_a_full_disk_is_one_line(rest: str) -> None:
    command = ["bash", "-c", f'"$0" -c "$1" {rest}', sys.executable, HELLO]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert_one_line(found, "No space left on device")
