"""What both ways of sending have in common: options, limits, and which failure is which. [flow.py]

Redirects are never followed: a key and a token belong to the address that they were meant for. An
answer has a deadline for all of it, so that one that comes byte by byte ends too.
"""

from typing import TYPE_CHECKING, Any

from .errors import ConfigurationError, ConnectionLost, NotReached, TimedOut, TransportError
from .wire import Request, Response

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 8 * 1024 * 1024


def options(request: Request) -> dict[str, Any]:
    import httpx2  # noqa: PLC0415

    return {
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "content": request.body,
        "timeout": httpx2.Timeout(request.seconds, connect=min(CONNECT_SECONDS, request.seconds)),
        "follow_redirects": False,
    }


def response(answer: "httpx2.Response", body: bytes) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, body)


def transport_error(error: Exception) -> Exception:
    """By whether the other side may have heard of it."""
    import httpx2  # noqa: PLC0415

    if isinstance(error, TransportError):
        return error
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
        return ConfigurationError(f"{error}")
    never = httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.ProxyError
    if isinstance(error, never):
        return NotReached(f"No connection: {type(error).__name__}.")
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return TimedOut("The answer did not come in time.")
    if isinstance(error, httpx2.RequestError):
        return ConnectionLost(f"The connection was lost: {type(error).__name__}.")
    return error
