"""Photos on their way in: over real sockets that hang, announce too much, or ask too often."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request

from game.limits import Allowance
from game.ui import events
from game.ui.events import LARGE_AT_ONCE, LARGE_OF_ADDRESS, EventKind, Events
from game.ui.handlers import Event
from game.ui.messages import Message
from tests.conftest import ROOT

KEY = "0123456789abcdef" * 2
BYTES_MAX = 100_000
PATIENCE_S = 20


def answered(_: Event) -> Message:
    return {"said": "yes"}


@contextmanager
def serving() -> Iterator[int]:
    """A server of photos alone; yields its port."""
    kinds = {"photo": EventKind(answered, Allowance(20, 1), bytes_max=BYTES_MAX)}
    app = Starlette(routes=[Events(kinds, behind_proxy=True, clock_s=lambda: 0.0).route])
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        options = {"sockets": [listener]}
        thread = threading.Thread(target=server.run, kwargs=options, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join(PATIENCE_S)


def begun(port: int, body: bytes, length: int, address: str = "1.1.1.1") -> socket.socket:
    """A connection on which a request was begun: all of its head, and as much of its body."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
    head = f"POST /geoduel/photo HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\n"
    connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + body)
    return connection


def status(connection: socket.socket) -> int:
    return int(connection.recv(1 << 16).split()[1])


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def test_bodies_that_hang_do_not_pile_up_and_others_are_answered_after_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading: list[int] = []
    most, read = [0], events._read

    async def counted(request: Request, bytes_max: int) -> bytearray | None:
        reading.append(1)
        most[0] = max(most[0], len(reading))
        try:
            return await read(request, bytes_max)
        finally:
            reading.pop()

    monkeypatch.setattr(events, "_read", counted)
    monkeypatch.setattr(events, "STALLED_S", 0.5)
    whole = json.dumps({"key": KEY, "data": "x" * (BYTES_MAX // 2)}).encode()
    with serving() as port, ExitStack() as stack:
        half = whole[: len(whole) // 2]
        hanging = [
            stack.enter_context(begun(port, half, len(whole), f"1.1.1.{i % 3}")) for i in range(12)
        ]
        assert until(lambda: len(reading) == LARGE_AT_ONCE)
        with begun(port, whole, len(whole), "8.8.8.8") as good:
            assert status(good) == 200
        assert [status(one) for one in hanging] == [408] * len(hanging)
    assert most == [LARGE_AT_ONCE]


def test_one_address_does_not_take_all_places_with_what_never_ends() -> None:
    whole = json.dumps({"key": KEY}).encode()
    with serving() as port, ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(begun(port, whole[:-1], len(whole)))
        with begun(port, whole, len(whole), "8.8.8.8") as good:
            assert status(good) == 200


def test_who_waits_too_long_for_a_place_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PLACE_PATIENCE_S", 0.1)
    monkeypatch.setattr(events, "STALLED_S", 1)
    with serving() as port, ExitStack() as stack:
        hanging = [stack.enter_context(begun(port, b"{", 2)) for _ in range(LARGE_OF_ADDRESS + 1)]
        assert sorted(map(status, hanging)) == [408] * LARGE_OF_ADDRESS + [429]


def test_a_slow_line_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps up with the slowest line is read to the end, however long it takes."""
    monkeypatch.setattr(events, "STALLED_S", 0.3)
    monkeypatch.setattr(events, "SLOWEST_BYTES_PER_S", 50)  # so the first part alone buys 20 s
    whole = json.dumps({"key": KEY, "data": "x" * 2000}).encode()
    with serving() as port, begun(port, whole[:1000], len(whole)) as slow:
        for start in range(1000, len(whole), 250):
            time.sleep(0.2)
            slow.sendall(whole[start : start + 250])
        assert status(slow) == 200


def test_what_is_announced_as_too_large_or_comes_too_often_is_not_waited_for() -> None:
    with serving() as port:
        with begun(port, b"", BYTES_MAX + 1) as large:
            assert status(large) == 413
        for _ in range(19):
            with begun(port, b"{}", 2) as one:
                assert status(one) == 400
        with begun(port, b"", 1000) as often:
            assert status(often) == 429


def test_the_page_waits_for_as_slow_a_line_as_the_server() -> None:
    script = (ROOT / "game" / "ui" / "static" / "photo.js").read_text(encoding="utf-8")
    assert f"SLOWEST_LINE = {events.SLOWEST_BYTES_PER_S // 1000};" in script
