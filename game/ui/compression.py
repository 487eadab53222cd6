"""Answers are compressed: files of the frontend well and once; the page, and all else, quickly."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

import anyio
import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from game.ui.whole_answer import with_body_changed

PAGE = "/"
FILES = re.compile(r"/theme\.css|/(?:static|assets)/.+\.(?:js|css|svg)")
"""Of Gradio's frontend: texts, and none of them a stream."""

PAGE_QUALITY = 5
"""As quick as gzip. The page holds the address that it was asked for: kept compressed, it would let
a visitor who varies that fill the memory."""

FILE_QUALITY = 10
"""A fifteenth smaller than at 5, for half a second of the first visitor's time in all."""

KEPT = 128
"""Compressed files that are kept, of some kilobytes each; the frontend asks for 40."""

SMALL_BYTES = 500


class Compression:
    """Brotli for the page and the frontend's files, where the browser reads it; else gzip.

    Args:
        app: what stands behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._quickly = GZipMiddleware(app, minimum_size=SMALL_BYTES, compresslevel=6)
        self._well = lru_cache(KEPT)(partial(_brotli, FILE_QUALITY))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, compressed as its path and its headers allow."""
        work = self._work(scope)
        if work is None:
            return await self._quickly(scope, receive, send)

        async def compress(start: Message, answer: bytes) -> bytes:
            if len(answer) < SMALL_BYTES or start["status"] != 200:
                return answer
            answer = await anyio.to_thread.run_sync(work, answer)
            headers = MutableHeaders(scope=start)
            headers["content-encoding"] = "br"
            headers["content-length"] = str(len(answer))
            headers.add_vary_header("accept-encoding")
            return answer

        # Gradio would compress by itself, once more for every visitor.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        return await with_body_changed(
            self._app, {**scope, "headers": plain}, receive, send, compress
        )

    def _work(self, scope: Scope) -> Callable[[bytes], bytes] | None:
        """What compresses the answer to a request; ``None`` where gzip does."""
        if scope["type"] != "http" or "br" not in Headers(scope=scope).get("accept-encoding", ""):
            return None
        if scope["path"] == PAGE:
            return partial(_brotli, PAGE_QUALITY)
        return self._well if FILES.fullmatch(scope["path"]) else None


def _brotli(quality: int, answer: bytes) -> bytes:
    return bytes(brotli.compress(answer, mode=brotli.MODE_TEXT, quality=quality))
