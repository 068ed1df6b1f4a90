"""Reads the body of a call, within a size and a time."""

import asyncio
from typing import Any

from workswith.kernel.problem import Kind, Problem

from .call import Call
from .settings import Settings

DRAINED = 16
"""A body of up to so many times the limit is read to its end before it is refused: a client that is
still sending when the connection closes would never see the answer."""


BODY = "workswith.body"
"""The extension of our server by which a body that is here whole is taken without waiting."""
_NONE: dict[str, Any] = {}


class CallerGone(Exception):
    """The connection ended before the body did."""


def has_body(headers: dict[bytes, bytes]) -> bool:
    length = headers.get(b"content-length")
    return b"transfer-encoding" in headers if length is None else length != b"0"


def body_here(call: Call, settings: Settings) -> bytes | None:
    """The body, if all of it has come. Raises `Problem` TOO_LARGE ``body_too_large``."""
    take = call.scope.get("extensions", _NONE).get(BODY)
    body: bytes | None = take(call.receive) if take is not None else None
    if body is not None and len(body) > settings.body_limit:
        raise _too_large(settings.body_limit)
    return body


async def read_body(call: Call, settings: Settings) -> bytes:
    """Raises `Problem` TOO_LARGE ``body_too_large`` or TIMED_OUT ``body_slow``, or `CallerGone`."""
    try:
        async with asyncio.timeout(settings.body_seconds):
            return await _read(call, settings.body_limit)
    except TimeoutError as error:
        raise Problem(
            Kind.TIMED_OUT, "body_slow", "The body of the call did not arrive in time."
        ) from error


async def _read(call: Call, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    more = True
    while more and size <= limit * DRAINED:
        message = await call.receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        part = message.get("body", b"")
        size += len(part)
        more = message.get("more_body", False)
        if size <= limit:
            parts.append(part)
    if size > limit:
        raise _too_large(limit)
    return b"".join(parts)


def _too_large(limit: int) -> Problem:
    return Problem(Kind.TOO_LARGE, "body_too_large", f"The body is larger than {limit} bytes.")
