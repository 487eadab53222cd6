from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from game.ui.first_paint import FirstPaint
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
    if "accept-encoding" not in request.headers:
        return PlainTextResponse("asked for as it is".ljust(5000))
    return PlainTextResponse("x" * 5000)


def client() -> TestClient:
    routes = [Route("/{path:path}", answer, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=middleware(FirstPaint())))


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


def test_a_page_says_what_it_may_do() -> None:
    found = client().get("/")
    assert found.headers["referrer-policy"] == "same-origin"
    policy = found.headers["content-security-policy"].split("; ")
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "content-security-policy" not in client().get("/assets/index.js").headers


@pytest.mark.parametrize(
    ("path", "accepted", "encoding"),
    [
        ("/assets/index.js", "gzip, br", "br"),
        ("/assets/index.js", "gzip", "gzip"),
        ("/assets/index.js", "identity", None),
        ("/", "br", "br"),
        ("/geoduel/open", "gzip, br", "gzip"),
    ],
)
def test_answers_are_compressed_as_the_browser_reads_them(
    path: str, accepted: str, encoding: str | None
) -> None:
    for _ in range(2):
        found = client().get(path, headers={"accept-encoding": accepted})
        assert found.headers.get("content-encoding") == encoding
        assert found.headers["vary"].lower() == "accept-encoding"
        whole = "é</body>" if path == "/" else "asked for as it is" if encoding == "br" else "xxx"
        assert whole in found.text


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
        assert found.text.count("<title>GeoDuel</title>") == 1, "before Gradio's frontend sets it"
        assert "é</body>" in found.text
        assert 'example">' not in found.text
        assert found.text.count("<script>") == 1, "the game's own, which is empty here"
    assert client().head("/").status_code in (200, 405)
