"""What stands between the network and the page: open paths, headers, what is shown first."""

from __future__ import annotations

import html
import os
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from game.ui.compression import Compression
from game.ui.first_paint import FirstPaint
from game.ui.whole_answer import with_body_changed

OPEN_PATHS = re.compile(
    r"/|/config/?|/theme\.css|/favicon\.ico|/card\.jpg|/robots\.txt|/manifest\.json|/pwa_icon/(?:192|512)"
    r"|/(?:static|assets)/.+|/geoduel/\w+"
    r"|/gradio_api/(?:queue/(?:join|data)|heartbeat/\w+)"
)
"""What the page asks for. All else that Gradio offers is closed: raw calls of functions (which skip
the queue and its limits), uploads, files, proxies, its editor, reload, schema and monitoring."""

FRAMES = "https://huggingface.co https://*.huggingface.co https://*.hf.space"
"""Who shows a Space inside its own page."""

CONTENT_POLICY = {
    "default-src": "'self'",
    # Gradio's page has scripts of its own in it, and makes functions of a component's text.
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}

_GRADIOS_CARD = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*?/?>')

TITLE = "GeoDuel"
DESCRIPTION = (
    "Guess the country of a street panorama, against a neural network that shows where it looked."
)


def middleware(first_paint: FirstPaint) -> list[Middleware]:
    """In the order in which a request passes through them.

    Args:
        first_paint: what the page shows before Gradio's frontend is there.
    """
    return [
        Middleware(_Guard, frames=FRAMES if os.environ.get("SPACE_ID") else "'none'"),
        Middleware(Compression),
        Middleware(_Index, first_paint=first_paint),
    ]


class _Guard:
    """Answers 404 for what is closed, and adds the headers that browsers obey.

    What a page may do is said with pages only: on forty files of a frontend it would weigh 16 kB.

    Args:
        app: what stands behind it.
        frames: which pages may show this one inside a frame.
    """

    def __init__(self, app: ASGIApp, frames: str) -> None:
        self._app = app
        policy = {**CONTENT_POLICY, "frame-ancestors": frames}
        self._of_pages = {
            "content-security-policy": "; ".join(f"{k} {v}" for k, v in policy.items()),
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-content-type-options"] = "nosniff"
                if headers.get("content-type", "").startswith(_PAGES):
                    headers.update(self._of_pages)
            await send(message)

        app = self._app if OPEN_PATHS.fullmatch(scope["path"]) else _CLOSED
        await app(scope, receive, send_with_headers)


_PAGES = ("text/html", "image/svg+xml")
"""What may hold scripts, if it is opened by itself."""

_CLOSED = PlainTextResponse("Not found", status_code=404)


class _Index:
    """Gradio's page with the game on it, and its own card, shown beside a shared link.

    Args:
        app: what stands behind it.
        first_paint: the game.
    """

    def __init__(self, app: ASGIApp, first_paint: FirstPaint) -> None:
        self._app = app
        self._first_paint = first_paint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return

        async def change(start: Message, body: bytes) -> bytes:
            if not body:  # the answer to HEAD
                return body
            page = _GRADIOS_CARD.sub("", body.decode())
            page = page.replace("<head>", "<head>" + _card(_address(scope)), 1)
            changed = self._first_paint.into(page).encode()
            MutableHeaders(scope=start)["content-length"] = str(len(changed))
            return changed

        await with_body_changed(self._app, scope, receive, send, change)


def _address(scope: Scope) -> str:
    """Where the page is seen from outside, also behind a host's proxy; without a slash behind."""
    headers = Headers(scope=scope)
    scheme = headers.get("x-forwarded-proto", scope["scheme"]).split(",")[0].strip()
    host = headers.get("x-forwarded-host", headers.get("host", "")).split(",")[0].strip()
    return f"{scheme}://{host}"


def _card(address: str) -> str:
    values = {
        "og:type": "website",
        "og:site_name": TITLE,
        "og:title": TITLE,
        "og:description": DESCRIPTION,
        "og:url": f"{address}/",
        "og:image": f"{address}/card.jpg",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "A street, the heat map of the net's guess on it, both guesses on a map",
    }
    tags = [f'<meta property="{k}" content="{html.escape(v)}" />' for k, v in values.items()]
    tags.append('<meta name="twitter:card" content="summary_large_image" />')
    tags.append(f'<meta name="description" content="{html.escape(DESCRIPTION)}" />')
    return "\n".join(["", f"<title>{TITLE}</title>", *tags])
