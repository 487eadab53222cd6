from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from game.ui.http import DESCRIPTION, middleware

GRADIOS = """<!doctype html><html><head><meta charset="utf-8" />
<meta property="og:title" content="Gradio" />
<meta
  property="og:image"
  content="https://example.com/gradio.jpg"
/>
<meta name="twitter:creator" content="@Gradio" />
</head><body>é</body></html>"""


async def answer(request: Request) -> Response:
    if request.url.path == "/":
        return HTMLResponse(GRADIOS)
    return PlainTextResponse("x" * 5000)


def client() -> TestClient:
    routes = [Route("/{path:path}", answer, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=middleware()))


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/run/predict",
        "/gradio_api/api/predict",
        "/gradio_api/call/predict",
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=https://example.com",
        "/gradio_api/dev/reload",
        "/gradio_api/vibe-edit/",
        "/gradio_api/openapi.json",
        "/gradio_api/info",
        "/openapi.json",
        "/docs",
        "/monitoring",
        "/login",
        "/pwa_icon/20000",
        "/static",
    ],
)
def test_what_the_page_does_not_ask_for_is_closed(path: str) -> None:
    for method in ("GET", "POST"):
        found = client().request(method, path)
        assert found.status_code == 404
        assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/theme.css", "/assets/index.js", "/pwa_icon/192"])
def test_what_the_page_asks_for_is_open_and_guarded(path: str) -> None:
    found = client().get(path)
    assert found.status_code == 200
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["referrer-policy"] == "same-origin"
    policy = found.headers["content-security-policy"].split("; ")
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert found.headers["content-encoding"] == "gzip" or len(found.content) < 500


def test_a_space_may_be_framed_by_its_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "somebody/geoduel")
    policy = client().get("/").headers["content-security-policy"]
    (frames,) = [part for part in policy.split("; ") if part.startswith("frame-ancestors")]
    assert all(host.endswith(("huggingface.co", ".hf.space")) for host in frames.split()[1:])


def test_a_shared_link_shows_the_games_card_and_not_gradios() -> None:
    forwarded = {"x-forwarded-proto": "https", "x-forwarded-host": 'a.example"><script>'}
    for headers, address in (({}, "http://testserver"), (forwarded, "https://a.example&quot;")):
        found = client().get("/", headers=headers)
        assert "Gradio" not in found.text
        assert "gradio.jpg" not in found.text
        assert found.text.count('property="og:title"') == 1
        assert 'property="og:title" content="GeoDuel"' in found.text
        assert f'property="og:image" content="{address}' in found.text
        assert DESCRIPTION in found.text
        assert "é</body>" in found.text
        assert "<script>" not in found.text
    assert client().head("/").status_code in (200, 405)
