"""The arrows of the architecture run one way, and CONTRIBUTING draws them as they are checked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The modules and their contracts, to plant imports in."""
    root = tmp_path_factory.mktemp("copy")
    for room in ("model", "game"):
        shutil.copytree(ROOT / room, root / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_no_module_imports_against_the_arrows() -> None:
    found = lint_imports(ROOT)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("model/predict.py", "import game.rules.rounds"),
        ("model/train.py", "import gradio"),
        ("model/types.py", "import model.network"),
        ("model/data/split.py", "def f():\n    import model.checkpoint"),
        ("model/network.py", "import model.checkpoint"),
        ("model/explanation/gradcam.py", "import model.predictor"),
        ("model/evaluation/metrics.py", "import model.evaluate"),
        ("game/rules/dealer.py", "import torch"),
        ("game/rules/session.py", "import time"),
        ("game/games.py", "import model.predictor"),
        ("game/ui/handlers.py", "import model.uploads.reader"),
        ("game/ui/handlers.py", "import model.cli"),
        ("game/games.py", "import game.ui.page"),
        ("game/rules/session.py", "import gradio"),
        ("game/ui/page.py", "import torch.nn"),
        ("model/loose.py", "import model.types"),
    ],
)
def test_a_planted_import_is_found(copy: Path, module: str, planted: str) -> None:
    """One against each kind of arrow; the last is a module that no layer names."""
    file = copy / module
    before = file.read_text() if file.exists() else None
    file.write_text(f"{before or ''}\n{planted}\n")
    try:
        found = lint_imports(copy)
    finally:
        file.unlink() if before is None else file.write_text(before)
    name = module.removesuffix(".py").replace("/", ".")
    imported = planted.rsplit("import ", 1)[1]
    external = imported.split(".")[0]
    arrows = {f"{name} -> {target} (l." for target in (imported, external)}
    assert found.returncode != 0
    assert any(arrow in found.stdout for arrow in arrows) or f"\n- {name}\n" in found.stdout


def layers(room: str) -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found = next(c for c in settings["contracts"] if c.get("containers") == [room])
    return [f"  {layer.replace(' | ', '   ')}" for layer in found["layers"]]


@pytest.mark.parametrize("room", ["model", "game"])
def test_contributing_draws_what_is_checked(room: str) -> None:
    drawing = "\n".join([f"{room}/", *layers(room)])
    assert drawing in (ROOT / "CONTRIBUTING.md").read_text()
