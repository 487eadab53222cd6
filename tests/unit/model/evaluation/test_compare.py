"""The table over runs whose nets are judged on the spot."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from model.compare import main
from model.evaluation.metrics import wilson
from model.training.run_table import csv_table, markdown
from tests.unit.model.training.test_run_table import LOG, run, stage


def test_judged_table(
    tmp_path: Path,
    photo_folder: Callable[..., Path],
    small_net: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = photo_folder(Hungary=3, Japan=2)
    network = {"backbone": "efficientnet_lite0", "head": []}
    whole = run(tmp_path / "run", LOG, stage("front", 3, (1e-3, 1e-4)), network=network)
    small_net.rename(whole / "checkpoint")
    half = run(tmp_path / "half", LOG, stage("front", 9, (1e-3, 1e-4)))
    settings = (half / "config.json").read_text()
    (half / "config.json").write_text(settings.replace('"abc"', '"def"'))
    out = tmp_path / "table.csv"
    common = [str(whole), str(half), "--data", str(data), "--split", "all", "--threads", "1"]
    main([*common, "--json", "-", "--out", str(out)])
    first, second = json.loads(capsys.readouterr().out)
    assert (first["state"], second["state"]) == ("finished", "unfinished")
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
