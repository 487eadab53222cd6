"""The arrows of the architecture run one way; nothing imports against them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

CORE = {"rounds", "scoring", "session", "dealer"}
MODEL_ORDER = ["types", "data", "backbones", "network", "gradcam", "checkpoint"]
"""Each may import those before it; what is not listed comes after all of them."""


def imported(source: str) -> Iterator[str]:
    """Dotted names of everything that a module imports, at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the arrows"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def breaches(module: str, source: str) -> list[str]:
    """What a module (``game/ui/page.py``) imports against the arrows."""
    parts = Path(module).with_suffix("").parts
    bad = []
    for name in imported(source):
        top, *rest = name.split(".")
        under = rest[0] if rest else ""
        if parts[0] == "model":
            own, other = _rank(parts[1]), _rank(under)
            against = top == "model" and under and own < other
            if top in {"game", "gradio", "app"} or against:
                bad.append(name)
        elif parts[0] == "game":
            if top in {"torch", "torchvision", "app"}:
                bad.append(name)
            if top == "model" and name != "model" and under != "types":
                bad.append(name)
            if top == "gradio" and parts[1] != "ui":
                bad.append(name)
            if parts[1] in CORE and (top in {"os", "pathlib", "time", "io"} or name == "game.ui"):
                bad.append(name)
            if parts[1] != "ui" and name.startswith("game.ui"):
                bad.append(name)
    return bad


def _rank(room: str) -> int:
    return MODEL_ORDER.index(room) if room in MODEL_ORDER else len(MODEL_ORDER)


MODULES = [
    str(file.relative_to(ROOT))
    for room in ("model", "game")
    for file in (ROOT / room).rglob("*.py")
]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_imports_against_the_arrows(module: str) -> None:
    assert breaches(module, (ROOT / module).read_text()) == []


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("model/train.py", "import gradio"),
        ("model/predict.py", "from game.rounds import Round"),
        ("model/types.py", "from model.network import Network"),
        ("model/data/crops.py", "def f():\n    from model.checkpoint import load"),
        ("model/network.py", "import model.checkpoint"),
        ("game/dealer.py", "import torch"),
        ("game/table.py", "from model.predict import Predictor"),
        ("game/table.py", "from model import predict"),
        ("game/session.py", "import gradio as gr"),
        ("game/session.py", "import time"),
        ("game/table.py", "from game.ui import page"),
        ("game/ui/page.py", "import torch.nn"),
    ],
)
def test_a_planted_import_is_found(module: str, planted: str) -> None:
    assert breaches(module, planted)


@pytest.mark.parametrize(
    ("module", "fine"),
    [
        ("game/table.py", "from model.types import Crop"),
        ("game/ui/page.py", "import gradio"),
        ("model/predict.py", "from model.network import Network"),
    ],
)
def test_what_may_be_imported_is_let_through(module: str, fine: str) -> None:
    assert not breaches(module, fine)
