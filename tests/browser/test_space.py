"""The program as a Hugging Face Space would run it, and a round played in it.

Tracked files and ``requirements.txt`` alone, user 1000, a read-only repository, ``SPACE_ID`` set.
It installs from the package index, and so needs the network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Player, free_port, wait_for_server
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

SPACE_USER = 1000


def as_space_user() -> dict[str, Any]:
    """How to start a process as a Space does; as oneself where one is not root."""
    if os.geteuid() != 0:
        return {}
    return {"user": SPACE_USER, "group": SPACE_USER, "extra_groups": []}


def interpreter() -> str:
    """A Python that the Space's user may start: not one in somebody's home."""
    for candidate in (sys._base_executable, "/usr/bin/python3"):  # type: ignore[attr-defined]
        with_venv = [candidate, "-c", "import venv, sys; sys.exit(sys.version_info < (3, 10))"]
        try:
            subprocess.run(with_venv, check=True, cwd="/", **as_space_user())
        except (OSError, subprocess.CalledProcessError):
            continue
        return str(candidate)
    pytest.fail("no Python >= 3.10 that another user may start; install one outside of homes")


@pytest.fixture
def space() -> Iterator[Path]:
    """A folder that everybody may enter, with ``repo``, ``venv`` and ``home`` in it."""
    root = Path(tempfile.mkdtemp(prefix="space-"))
    root.chmod(0o755)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().rstrip("\0").split("\0"):
        target = root / "repo" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    python = root / "venv" / "bin" / "python"
    subprocess.run([interpreter(), "-m", "venv", "--without-pip", root / "venv"], check=True)
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*install, "-r", root / "repo" / "requirements.txt"], check=True)
    home = root / "home"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, SPACE_USER, SPACE_USER)
    for path in [root / "repo", *(root / "repo").rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield root
    for path in [root / "repo", *(root / "repo").rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(root)


def test_a_round_is_played_in_a_space(space: Path, visit: Callable[..., Player]) -> None:
    port, log = free_port(), space / "home" / "log"
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(space / "home"),
        "SPACE_ID": "somebody/geoduel",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("w") as stream:
        server = subprocess.Popen(
            [space / "venv" / "bin" / "python", "app.py"],
            cwd=space / "repo",
            env=env,
            stdout=stream,
            stderr=stream,
            **as_space_user(),
        )
    try:
        wait_for_server(port, server, log)
        player = visit(port)
        player.guess("Hungary")
        assert player.truth
        player.next()
        assert not re.search("Traceback|Error", log.read_text())
    finally:
        server.terminate()
        server.wait(30)


def test_the_space_and_the_requirements_name_one_gradio() -> None:
    """``sdk_version`` is what a Space installs; the lock is what is tested here."""
    front = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)[1]
    (space_version,) = re.findall(r"^sdk_version: (\S+)$", front, flags=re.MULTILINE)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.search(rf"^gradio=={re.escape(space_version)} ", lock, flags=re.MULTILINE)
