"""Answers are compressed: what every visitor is sent alike, well and once; all else quickly."""

from __future__ import annotations

import re
from functools import lru_cache

import anyio
import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALIKE = re.compile(r"/|/theme\.css|/(?:static|assets)/.+\.(?:js|css|svg)")
"""The page itself and the files of Gradio's frontend: texts, and none of them a stream."""

QUALITY = 10
"""A seventh smaller than at 5, for half a second of the first visitor's time."""

KEPT = 128
"""Compressed answers that are kept, of some kilobytes each; the frontend asks for 40 files."""

SMALL_BYTES = 500


class Compression:
    """Brotli for what all visitors are sent alike, where the browser reads it; else gzip.

    Args:
        app: what stands behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._quickly = GZipMiddleware(app, minimum_size=SMALL_BYTES, compresslevel=6)
        self._well = lru_cache(KEPT)(_brotli)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, compressed as its path and its headers allow."""
        if (
            scope["type"] != "http"
            or not ALIKE.fullmatch(scope["path"])
            or "br" not in Headers(scope=scope).get("accept-encoding", "")
        ):
            return await self._quickly(scope, receive, send)
        start: Message = {}
        body = bytearray()

        async def compress(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            answer = bytes(body)
            if len(answer) >= SMALL_BYTES and start["status"] == 200:
                answer = await anyio.to_thread.run_sync(self._well, answer)
                headers = MutableHeaders(scope=start)
                headers["content-encoding"] = "br"
                headers["content-length"] = str(len(answer))
                headers.add_vary_header("accept-encoding")
            await send(start)
            await send({**message, "body": answer})

        # Gradio would compress by itself, once more for every visitor.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        return await self._app({**scope, "headers": plain}, receive, compress)


def _brotli(answer: bytes) -> bytes:
    return bytes(brotli.compress(answer, mode=brotli.MODE_TEXT, quality=QUALITY))
