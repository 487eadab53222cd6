"""The load driver drives: two players through two games each, and what it says of them is right."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def test_two_players_play_two_games_each() -> None:
    command = "-m tests.load --players 2 --games 2 --thought-s 0 0.1 --rest-s 0 --json -".split()
    found = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    document = json.loads(found.stdout)
    assert (document["players"], document["rounds"], document["counted"]) == (2, 20, 20)
    assert not document["errors"]
    assert not document["log"]
    steps = document["steps"]
    assert [steps[name]["n"] for name in ("page", "deal", "reveal", "next")] == [2, 4, 20, 20]
    for step in steps.values():
        assert step["p50_ms"] <= step["p95_ms"] <= step["p99_ms"]
    memory = document["memory_mb"]
    assert 0 < memory["start"] <= memory["peak"]
    assert 0 < memory["end"] <= memory["peak"]


def test_too_many_players_are_refused() -> None:
    command = [sys.executable, "-m", "tests.load", "--players", "100000"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "--players 1 to " in found.stderr
