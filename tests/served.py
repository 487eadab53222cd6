"""The real program as a process of its own, asked without a browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.browser.conftest import free_port, wait_for_server
from tests.conftest import ROOT

KEY = "ab" * 16


class Server:
    """``python app.py`` with an SQLite file."""

    def __init__(self, scores: Path, log: Path) -> None:
        self._port = free_port()
        env = {**os.environ, "GEODUEL_SCORES": str(scores), "DATABASE_URL": ""}
        with log.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", "--port", str(self._port)],
                cwd=ROOT,
                env=env,
                stdout=stream,
                stderr=stream,
            )
        try:
            wait_for_server(self._port, self.process, log)
        except BaseException:
            self.process.kill()
            raise

    def post(self, name: str, body: bytes) -> tuple[int, str]:
        """The status of an answer, and all of it as text: headers, an empty line, the body."""
        url = f"http://127.0.0.1:{self._port}/geoduel/{name}"
        request = urllib.request.Request(url, body, {"content-type": "application/json"})
        try:
            answer = urllib.request.urlopen(request, timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            head = str(answer.headers).strip()
            return answer.status, f"{head}\n\n{answer.read().decode()}"

    def ask(self, name: str, **data: Any) -> dict[str, Any]:
        """The answer to an event that must be taken."""
        status, text = self.post(name, json.dumps({"key": KEY, **data}).encode())
        assert status == 200, text
        return body_of(text)


def body_of(text: str) -> dict[str, Any]:
    """The JSON of what :meth:`Server.post` gave."""
    return dict(json.loads(text.partition("\n\n")[2]))
