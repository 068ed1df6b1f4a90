"""Calls from the portal's pages (Try it), and from no other page. (Fetch standard, CORS)

The preflight carries neither key nor token, so it is answered before the pipeline.
"""

from .call import Call

_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        (
            b"Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, "
            b"Ocp-Apim-Subscription-Key"
        ),
    ),
    (b"access-control-max-age", b"600"),
)
_EXPOSED = (
    b"access-control-expose-headers",
    b"RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Error-Hint, X-Flow-Id",
)

RawHeaders = list[tuple[bytes, bytes]]


class Cors:
    """Allows one origin, or none when it is empty."""

    def __init__(self, portal_origin: str) -> None:
        self._origin = portal_origin.rstrip("/").encode()

    def preflight(self, call: Call) -> RawHeaders | None:
        """What its answer carries besides `headers`, when the call is a preflight of the portal."""
        if (
            call.method == "OPTIONS"
            and self._allows(call)
            and b"access-control-request-method" in call.headers
        ):
            return [*_PREFLIGHT]
        return None

    def headers(self, call: Call) -> RawHeaders:
        """What every answer to a page of the portal carries."""
        if not self._allows(call):
            return []
        return [(b"access-control-allow-origin", self._origin), _EXPOSED, (b"vary", b"Origin")]

    def _allows(self, call: Call) -> bool:
        return bool(self._origin) and call.headers.get(b"origin") == self._origin
