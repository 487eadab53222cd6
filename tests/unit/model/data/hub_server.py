"""A small HTTP server that speaks as much of the hub's language as reading a data set takes."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import huggingface_hub.constants
import pytest

ADDRESS = "hf://datasets/owner/name"
COMMIT = hashlib.sha1(b"commit").hexdigest()


class Hub(ThreadingHTTPServer):
    """Serves the files of a directory as the data set ``owner/name``, and as plain files.

    Attributes:
        served: bytes of file content that left, over all requests.
        requests: method and path of each request.
    """

    daemon_threads = True

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.directory = directory
        self.served = 0
        self.requests: list[str] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def tree(self) -> list[dict[str, Any]]:
        files = sorted(p for p in self.directory.rglob("*") if p.is_file())
        return [
            {
                "type": "file",
                "path": str(p.relative_to(self.directory)),
                "size": p.stat().st_size,
                "oid": hashlib.sha1(p.name.encode()).hexdigest(),
            }
            for p in files
        ]


@contextmanager
def serving(directory: Path) -> Iterator[Hub]:
    hub = Hub(directory)
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()


def point_to(url: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let huggingface_hub take this server for the hub, and an empty folder for its cache."""
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache / "hub"))
    monkeypatch.setenv("GEODUEL_CACHE", str(cache / "own"))
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(asked.get("paths", []))

    def _answer(self, paths: list[str] | None = None) -> None:
        path = unquote(urlsplit(self.path).path)
        with self.server.lock:
            self.server.requests.append(f"{self.command} {path}")
        if re.fullmatch(rf"/api/datasets/owner/name(/revision/(main|{COMMIT}))?", path):
            siblings = [{"rfilename": f["path"]} for f in self.server.tree()]
            self._json({"id": "owner/name", "sha": COMMIT, "siblings": siblings, "tags": []})
        elif path.startswith(f"/api/datasets/owner/name/tree/{COMMIT}"):
            self._json(self.server.tree())
        elif path == f"/api/datasets/owner/name/paths-info/{COMMIT}":
            self._json([f for f in self.server.tree() if f["path"] in (paths or [])])
        elif found := re.fullmatch(rf"/datasets/owner/name/resolve/{COMMIT}/(.+)", path):
            self._file(self.server.directory / found[1])
        elif path.startswith("/plain/"):
            self._file(self.server.directory / path.removeprefix("/plain/"))
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _json(self, document: Any) -> None:
        self._send(200, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def _file(self, file: Path) -> None:
        if not file.is_file():
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        size = file.stat().st_size
        headers = {
            "ETag": f'"{hashlib.sha1(f"{file} {size}".encode()).hexdigest()}"',
            "X-Repo-Commit": COMMIT,
            "Accept-Ranges": "bytes",
        }
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start, end = (int(asked[1]), int(asked[2] or size - 1)) if asked else (0, size - 1)
        with file.open("rb") as stream:
            stream.seek(start)
            data = stream.read(end + 1 - start)
        if asked:
            headers["Content-Range"] = f"bytes {start}-{start + len(data) - 1}/{size}"
        self._send(206 if asked else 200, data, headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            if "ETag" in headers:
                with self.server.lock:
                    self.server.served += len(body)
