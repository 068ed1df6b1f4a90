"""A receiver as an ASGI application, for uvicorn, Starlette, FastAPI, …"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from .receiver import BODY_SECONDS, LARGEST_BODY, Receiver, Reply

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


def asgi_app(receiver: Receiver, path: str = "") -> Application:
    """Takes POST at ``path``, by default at any."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            return
        if path and scope["path"].rstrip("/") != path.rstrip("/"):
            reply = Reply(404)
        elif scope["method"] != "POST":
            reply = Reply(405)
        else:
            body = await _body(receive)
            headers = {
                name.decode("latin-1"): one.decode("latin-1") for name, one in scope["headers"]
            }
            reply = Reply(413) if body is None else receiver.take(headers, body)
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", str(len(reply.body)).encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": reply.body})

    return app


async def _body(receive: Receive) -> bytes | None:
    """``None`` for one that is too large, too slow, or cut off."""
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while len(body) <= LARGEST_BODY:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                piece: bytes = message.get("body", b"")
                body += piece
                if not message.get("more_body", False):
                    return body
    except TimeoutError:
        pass
    return None


async def _live(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
