"""The way from the page's scripts to the handlers and back: one POST a step, JSON both ways.

The page asks again whatever got lost on the way, which Gradio's own events cannot: they break with
the connection that they began on.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from game.limits import Allowance, RateLimit
from game.refusals import RefusedError
from game.ui import messages
from game.ui.addresses import client_address
from game.ui.handlers import Event, Handler
from game.ui.messages import Message
from game.views import Visit
from model.errors import DataError

log = logging.getLogger(__name__)

PATH = "/geoduel/{name}"

OURS = {"x-geoduel": "answer"}
"""The header of every answer: what lacks it comes from something in between, such as a proxy."""

KEY = re.compile(r"[0-9a-f]{32}")
"""128 random bits, drawn by the page."""

THREADS_MAX = 200
"""Handlers at work at once; most only wait for the opponent."""

WAITING_MAX = 100
"""Events that wait for one of them to be done; what comes then is asked to come again."""

AGAIN_S = 5.0

PLACE_PATIENCE_S = 10.0
"""How long an event waits where only so many of its kind are answered at once."""

SMALL_BYTES_MAX = 4096
"""Of any event but a photo."""

LARGE_AT_ONCE = 4
"""So many photos are on their way into memory at a time, until they are answered; others wait."""

LARGE_OF_ADDRESS = 2
"""Of them so many from one address, so that nobody takes all places with what never ends."""

STALLED_S = 20.0
"""A request that falls so far behind the slowest line is given up."""

SLOWEST_BYTES_PER_S = 32_000
"""What a phone sends on a bad line; ``photo.js`` waits for as little."""


@dataclass(frozen=True)
class EventKind:
    """How events of one name are answered.

    Attributes:
        handler: answers them.
        allowance: of each address; kinds of one allowance share it.
        bytes_max: of the request, which is not read any further.
        at_once: so many are answered at a time, the others wait.
    """

    handler: Handler
    allowance: Allowance
    bytes_max: int = SMALL_BYTES_MAX
    at_once: int = THREADS_MAX


class Events:
    """All kinds of events, as a route.

    Args:
        kinds: by name.
        behind_proxy: whether proxies stand in front, as on Spaces.
        clock_s: a monotonic clock in seconds.
    """

    def __init__(
        self,
        kinds: Mapping[str, EventKind],
        *,
        behind_proxy: bool,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kinds, self._behind_proxy = kinds, behind_proxy
        allowances = {kind.allowance for kind in kinds.values()}
        self._limits = {allowance: RateLimit(allowance, clock_s) for allowance in allowances}
        self._places = {name: threading.Semaphore(kind.at_once) for name, kind in kinds.items()}
        self._threads: anyio.CapacityLimiter | None = None
        self._large: anyio.Semaphore | None = None
        self._large_of = WeakValueDictionary[str, anyio.Semaphore]()  # by address, while in use
        self._inside = 0  # at work or waiting for it; touched by the server's loop alone

    @property
    def route(self) -> Route:
        """Where the page's scripts find them."""
        return Route(PATH, self._answer, methods=["POST"])

    async def _answer(self, request: Request) -> Response:
        name = request.path_params["name"]
        kind = self._kinds.get(name)
        if kind is None:
            return _problem(404, "problem_request")
        # Before anything is read: a request that nobody reads takes next to no memory.
        address = self._address(request)
        if wait_s := self._limits[kind.allowance].wait_s(address):
            return _problem(429, "problem_often", retry_after_s=wait_s)
        if _announced(request) > kind.bytes_max:
            return _problem(413, "problem_too_big")
        if kind.bytes_max <= SMALL_BYTES_MAX:
            return await self._read_and_answer(request, name, address)
        async with AsyncExitStack() as places:
            try:
                with anyio.fail_after(PLACE_PATIENCE_S):
                    for place in self._places_of(address):
                        await places.enter_async_context(place)
            except TimeoutError:
                return _problem(429, "problem_busy", retry_after_s=PLACE_PATIENCE_S)
            return await self._read_and_answer(request, name, address)

    async def _read_and_answer(self, request: Request, name: str, address: str) -> Response:
        try:
            body = await _read(request, self._kinds[name].bytes_max)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except TimeoutError:
            return Response(status_code=408, headers={"connection": "close"})
        if body is None:
            return _problem(413, "problem_too_big")
        event = _event(address, body)
        if event is None:
            return _problem(400, "problem_request")
        # Counted here: the limiter's own figure grows only when the event has been put aside.
        if self._inside >= THREADS_MAX + WAITING_MAX:
            return _problem(429, "problem_busy", retry_after_s=AGAIN_S)
        self._threads = self._threads or anyio.CapacityLimiter(THREADS_MAX)  # of this loop, too
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(self._work, name, event, limiter=self._threads)
        finally:
            self._inside -= 1

    def _places_of(self, address: str) -> tuple[anyio.Semaphore, anyio.Semaphore]:
        """What a large event waits for: a place of its address, and then one of all."""
        # Made here, for they belong to the loop that they are used in.
        self._large = self._large or anyio.Semaphore(LARGE_AT_ONCE)
        own = self._large_of.get(address) or anyio.Semaphore(LARGE_OF_ADDRESS)
        self._large_of[address] = own
        return own, self._large

    def _address(self, request: Request) -> str:
        peer = request.client.host if request.client else None
        forwarded = request.headers.getlist("x-forwarded-for")
        return client_address(peer, forwarded, behind_proxy=self._behind_proxy)

    def _work(self, name: str, event: Event) -> Response:
        try:
            return JSONResponse(self._in_its_place(name, event) or {}, headers=OURS)
        except RefusedError as refused:
            return _problem(429, refused.problem, retry_after_s=refused.retry_after_s)
        except DataError as error:
            log.warning("nothing to play with: %s", error)
            return _problem(500, "problem_data")
        except Exception:  # a page must never wait for an answer that does not come
            log.exception("the event %s failed", name)
            return _problem(500, "problem_server")

    def _in_its_place(self, name: str, event: Event) -> Message | None:
        place = self._places[name]
        if not place.acquire(timeout=PLACE_PATIENCE_S):
            raise RefusedError("problem_busy", PLACE_PATIENCE_S)
        try:
            return self._kinds[name].handler(event)
        finally:
            place.release()


def _announced(request: Request) -> int:
    """How many bytes a request says that it has; 0 if it does not say."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isdecimal() else 0


async def _read(request: Request, bytes_max: int) -> bytearray | None:
    """The body of a request; ``None`` if it is larger than allowed, of which no more is kept.

    Raises:
        TimeoutError: it comes more slowly than the slowest line.
        ClientDisconnect: it does not come whole.
    """
    body, began_s = bytearray(), anyio.current_time()
    with anyio.fail_after(STALLED_S) as patience:
        async for chunk in request.stream():
            body += chunk
            if len(body) > bytes_max:
                return None
            patience.deadline = began_s + STALLED_S + len(body) / SLOWEST_BYTES_PER_S
    return body


def _event(address: str, body: bytearray) -> Event | None:
    """The event in the body of a request; ``None`` if it is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    key = data.get("key") if isinstance(data, dict) else None
    if not isinstance(key, str) or not KEY.fullmatch(key):
        return None
    server = data.get("server")
    return Event(key, Visit(address, server if isinstance(server, str) else ""), data)


def _problem(status: int, problem: str, **more: Any) -> Response:
    return JSONResponse({**messages.problem_message(problem), **more}, status, headers=OURS)
