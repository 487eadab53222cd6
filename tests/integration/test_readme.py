"""The commands of the README do what it says."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


SHELL = [line for block in blocks("sh") for line in block.splitlines() if line]


def test_the_two_commands_come_first() -> None:
    assert SHELL[:2] == ["make play", "make test"]


def test_the_front_matter_is_that_of_a_space() -> None:
    _, front, _ = README.split("---\n", 2)
    keys = {line.split(":")[0] for line in front.splitlines() if not line.startswith(" ")}
    assert {"title", "sdk", "sdk_version", "app_file", "license", "python_version"} <= keys
    assert "hardware" not in keys
    assert re.search(r"^app_file: app\.py$", front, flags=re.MULTILINE)
    description = re.search(r"^short_description: (.*)$", front, flags=re.MULTILINE)
    assert description
    assert len(description[1]) <= 60


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("http"):
            continue
        file, _, anchor = target.partition("#")
        assert (ROOT / file).exists(), target
        if anchor:
            text = (ROOT / file).read_text(encoding="utf-8")
            headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, target


def test_the_commands_of_the_net(tmp_path: Path) -> None:
    """All in order, in one folder beside links to the program, as a reader would type them."""
    for name in ("app.py", "game", "model", "assets"):
        (tmp_path / name).symlink_to(ROOT / name)
    commands = [line for line in SHELL if line.startswith("python -m")]
    assert len(commands) == 7
    for line in commands:
        command = [sys.executable, *shlex.split(line)[1:]]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    for made in ("overlay.png", "evaluation.json", "confusion.png", "runs/quick/checkpoint"):
        assert (tmp_path / made).exists(), made


def test_the_python_example(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = blocks("python")
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    assert capsys.readouterr().out.startswith("(('")
    assert names["heat"].shape == names["picture"].size[::-1]  # type: ignore[attr-defined]


def test_make_play_serves_and_says_when() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["make", "play", f"PORT={port}"],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert server.stdout
        said = []
        for line in server.stdout:
            said.append(line)
            if f"http://127.0.0.1:{port}" in line:
                break
        else:
            pytest.fail("make play ended: " + "".join(said))
    finally:
        # Not SIGINT: where the tests run in the background it is ignored, by the server too.
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
