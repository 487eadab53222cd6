"""Serving the page: an address that is bound before anything is loaded, then uvicorn.

Not ``launch()``: that asks its own server through the proxy of the environment, opens tunnels where
a host wishes, knows no IPv6, and takes every failure for a port in use.
"""

from __future__ import annotations

import errno
import io
import signal
import socket
import sys
from pathlib import Path

import fastapi
import gradio as gr
import uvicorn
from PIL import Image
from starlette.responses import Response
from starlette.routing import Route

from game.ui.http import middleware
from game.ui.page import GamePage
from model.errors import ConfigError, fault

STATIC = Path(__file__).parent / "static"
ICON = STATIC / "icon.png"
"""As an installed page has it."""

CARD = STATIC / "card.jpg"
"""What is shown beside a shared link."""

TAB_ICON_PX = 64
"""The icon in a browser's tab, which is fetched before the first picture: a tenth of the bytes."""

TERMINATED = 143
"""Exit status after SIGTERM, as shells have it."""

CLOSING_S = 2
"""How long open connections may go on when the server ends."""


def listen(host: str, port: int) -> socket.socket:
    """Bind an address; connections wait there until :func:`serve` is called.

    Raises:
        ConfigError: no such address, none of this machine, or a port that cannot be had.
    """
    name = host.removeprefix("[").removesuffix("]")
    remedy = "use 127.0.0.1 (this machine alone) or 0.0.0.0 (from everywhere)"
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigError(fault(f"--host {host}", "no such address", remedy)) from None
    failures = []
    for family, _, _, _, address in found:
        both = name == "::" and socket.has_dualstack_ipv6()
        try:
            return socket.create_server(address, family=family, backlog=2048, dualstack_ipv6=both)
        except OSError as error:
            failures.append(error)
    match failures[0].errno:
        case errno.EADDRINUSE:
            text = f"port {port} is taken; choose another with --port or PORT"
        case errno.EACCES:
            text = f"port {port} is reserved; choose one from 1024 with --port or PORT"
        case errno.EADDRNOTAVAIL:
            text = fault(f"--host {host}", "no address of this machine", remedy)
        case _:
            text = fault(f"--host {host}", "cannot be used", remedy, failures[0])
    raise ConfigError(text)


def serve(page: GamePage, listener: socket.socket) -> None:
    """Serve a page until the process is told to end; SIGTERM ends it as ``SystemExit``.

    Args:
        page: what is served.
        listener: from :func:`listen`.

    Raises:
        KeyboardInterrupt: it was ended by Ctrl-C.
    """
    app = fastapi.FastAPI(openapi_url=None, middleware=middleware(page.first_paint))
    app.router.routes += [page.game_events.route, _tab_icon(), _card()]
    page.queue(api_open=False)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        pwa=True,
        favicon_path=str(ICON),
        css=page.first_paint.style,  # once more: inside its component Gradio's own rules weigh more
        theme=gr.themes.Base(font="sans-serif", font_mono="monospace"),  # from no other server
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        max_file_size=1,  # photos come inside events: nobody has a reason to leave a file here
        enable_monitoring=False,
        mcp_server=False,
        show_error=False,
    )
    config = uvicorn.Config(
        app, log_level="error", timeout_graceful_shutdown=CLOSING_S, server_header=False
    )
    # uvicorn passes the signal on when it has closed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    _Server(config).run(sockets=[listener])


def _tab_icon() -> Route:
    file = io.BytesIO()
    with Image.open(ICON) as icon:
        small = icon.convert("RGBA").resize((TAB_ICON_PX, TAB_ICON_PX))
    small.quantize(32).save(file, "PNG", optimize=True)
    answer = Response(file.getvalue(), media_type="image/png")
    return Route("/favicon.ico", lambda _: answer)


def _card() -> Route:
    """The picture that is shown beside a shared link."""
    answer = Response(CARD.read_bytes(), media_type="image/jpeg")
    return Route("/card.jpg", lambda _: answer)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where the page is once it answers."""
        await super().startup(sockets)
        for listener in sockets or ():
            print(f"GeoDuel is ready: {_url(listener)}", flush=True)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
