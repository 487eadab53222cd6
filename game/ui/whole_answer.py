"""Answers of a web application that are changed as a whole before they are sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def with_body_changed(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    change: Callable[[Message, bytes], Awaitable[bytes]],
) -> None:
    """Let an application answer, and send what becomes of its answer.

    Args:
        app: answers.
        scope: of the request.
        receive: of the request.
        send: sends the answer.
        change: makes the new body of the message that begins the answer, whose headers it brings
            up to date, and of all of the body.
    """
    start: Message = {}
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        changed = await change(start, bytes(body))
        await send(start)
        await send({**message, "body": changed})

    await app(scope, receive, keep)
