"""Reads the body of a call, within a size and a time."""

import asyncio

from workswith.kernel.problem import Kind, Problem

from .call import Call
from .settings import Settings

DRAINED = 16
"""A body of up to so many times the limit is read to its end before it is refused: a client that is
still sending when the connection closes would never see the answer."""


class CallerGone(Exception):
    """The connection ended before the body did."""


def has_body(headers: dict[bytes, bytes]) -> bool:
    length = headers.get(b"content-length")
    return b"transfer-encoding" in headers if length is None else length != b"0"


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
        raise Problem(Kind.TOO_LARGE, "body_too_large", f"The body is larger than {limit} bytes.")
    return b"".join(parts)
