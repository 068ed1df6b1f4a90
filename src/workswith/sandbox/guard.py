"""Who may use the control interface: whoever holds the sandbox's token, from this machine's pages.

The token travels as a Bearer token, or, for a browser, once in the address and then in a cookie.
A page of another origin is refused even with the cookie, and a foreign ``Host`` is refused so that
a name which was re-pointed to loopback (DNS rebinding) cannot reach it.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from workswith.kernel.ident import same

COOKIE = "workswith_sandbox"
_OWN_PORTS = {"https": ":443", "http": ":80"}
Endpoint = Callable[[Request], Awaitable[Response]]


class Guard:
    def __init__(self, token: str, origins: tuple[str, ...]) -> None:
        self._token = token
        self._origins = frozenset(map(_plain, origins))
        self._hosts = frozenset(urlsplit(origin).netloc for origin in self._origins)

    def __call__(self, endpoint: Endpoint) -> Endpoint:
        """Wraps an endpoint."""

        async def guarded(request: Request) -> Response:
            asked = _plain(f"{request.url.scheme}://{request.headers.get('host', '')}")
            if urlsplit(asked).netloc not in self._hosts:
                return refuse(421, "this address is not one of the sandbox's own")
            origin = request.headers.get("origin")
            if origin is not None and _plain(origin) not in self._origins:
                return refuse(403, "pages of other origins may not control the sandbox")
            if request.method == "GET" and (given := request.query_params.get("token")):
                return self._remember(request, given)
            if not self._knows(request):
                return refuse(401, "the sandbox's token is missing or wrong; see sandbox.json")
            return await endpoint(request)

        return guarded

    def _knows(self, request: Request) -> bool:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return same(bearer.strip(), self._token)
        # A cookie counts only for pages that this origin itself opened or links to.
        fetched_from = request.headers.get("sec-fetch-site", "same-origin")
        if request.method != "GET" and fetched_from != "same-origin":
            return False
        return same(request.cookies.get(COOKIE, ""), self._token)

    def _remember(self, request: Request, given: str) -> Response:
        if not same(given, self._token):
            return refuse(401, "the sandbox's token is wrong; see sandbox.json")
        response = RedirectResponse(request.url.path, status_code=303)
        response.set_cookie(
            COOKIE,
            given,
            httponly=True,
            samesite="strict",
            path="/sandbox",
            secure=request.url.scheme == "https",
        )
        return response


def _plain(origin: str) -> str:
    """As browsers write it: lower case, without the scheme's own port (RFC 6454 section 6.2)."""
    origin = origin.lower()
    scheme = origin.partition("://")[0]
    return origin.removesuffix(_OWN_PORTS.get(scheme, ""))


def refuse(status: int, message: str) -> Response:
    """The control interface's own error body."""
    return JSONResponse({"error": message}, status_code=status)
