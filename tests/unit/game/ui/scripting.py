"""Runs the page's scripts that decide something, without a browser: in the node of playwright."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from functools import cache
from typing import Any

from playwright._impl._driver import compute_driver_executable

from game.ui.page import STATIC, _page_data


@cache
def _node() -> str:
    node, _ = compute_driver_executable()
    return str(node)


def evaluate(scripts: Sequence[str], expression: str) -> Any:
    """The value of a JavaScript expression, or of what it promises, after these scripts.

    ``G`` is the page's object.

    Raises:
        AssertionError: a script or the expression failed.
    """
    page = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in scripts)
    code = (
        f"globalThis.window = {{ GeoDuel: {{ data: {_page_data({})} }} }};"
        "const G = window.GeoDuel; G.state = { language: 'en' };"
        "G.country = (code) => G.data.countries[code][G.state.language];"
        f"{page}\n(async () => console.log(JSON.stringify(await ({expression}))))();"
    )
    done = subprocess.run([_node(), "-"], input=code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
