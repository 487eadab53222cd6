"""The commands of the README do what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

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


class Hub(BaseHTTPRequestHandler):
    """Notes what it is asked, makes every repository, and takes no file."""

    heard: ClassVar[dict[str, Any]] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard[self.path] = json.loads(body)
        made = self.path == "/api/repos/create"
        answer = json.dumps({"url": f"http://{self.headers['host']}/spaces/OWNER/SPACE"}).encode()
        self.send_response(200 if made else 400)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


def test_the_command_for_a_space_makes_one_and_sends_the_clone(tmp_path: Path) -> None:
    clone, upload = [line for line in SHELL if line.startswith(("git clone", "hf upload"))]
    space = tmp_path / clone.split()[-1]
    for name in ("app.py", "assets/picture.webp", ".git/config"):
        (space / name).parent.mkdir(parents=True, exist_ok=True)
        (space / name).write_bytes(b"some")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    subprocess.run(
        [Path(sys.executable).with_name("hf"), *shlex.split(upload)[1:]],
        cwd=tmp_path,
        env={"HF_ENDPOINT": endpoint, "HF_TOKEN": "hf_none", "HF_HOME": str(tmp_path / "home")},
        check=False,
        timeout=120,
    )
    server.shutdown()
    server.server_close()
    made = Hub.heard["/api/repos/create"]
    assert (made["type"], made["sdk"], made["organization"]) == ("space", "gradio", "OWNER")
    sent = Hub.heard["/api/spaces/OWNER/SPACE/preupload/main"]["files"]
    assert {file["path"] for file in sent} == {"app.py", "assets/picture.webp"}


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
