"""Answers that travel badly: slowly, in part, or not at all. For sandboxes and their tests.

ASGI has no way to break a connection, so these reach for the transport behind uvicorn's ``send``;
behind another server an answer that should be cut or reset ends as well as it can.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

PIECES = 20
"""A slow body comes in so many pieces at most."""
_LINGER = struct.pack("ii", 1, 0)
_SETTLE_SECONDS = 0.01


async def slow(send: Send, start: Message, body: bytes, seconds: float) -> None:
    """Status and headers at once, the last byte of the body after ``seconds`` of real time."""
    await send(start)
    size = max(1, -(-len(body) // PIECES))
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    for place, piece in enumerate(pieces, 1):
        await asyncio.sleep(seconds / len(pieces))
        await send({"type": "http.response.body", "body": piece, "more_body": place < len(pieces)})


async def cut(send: Send, start: Message, body: bytes) -> None:
    """The head and the first half of the body, then the end of the connection."""
    await send(start)
    await send(
        {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": bool(body)}
    )
    if transport := _transport(send):
        transport.close()
        await asyncio.sleep(_SETTLE_SECONDS)


async def reset(send: Send) -> None:
    """No answer: the caller's system is told that the connection was reset (TCP RST)."""
    transport = _transport(send)
    if transport is None:
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    if (connection := transport.get_extra_info("socket")) is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()
    await asyncio.sleep(_SETTLE_SECONDS)  # until the server knows


def _transport(send: Send) -> Any:
    return getattr(getattr(send, "__self__", None), "transport", None)
