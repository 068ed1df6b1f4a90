"""The headers that keep a page what it is: no foreign code, no frames, no referrer, no cache.

There is no inline script or style anywhere, so the policy needs no exception.
"""

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .services import Origins, Services

POLICY = "content-security-policy"
PICTURE = "default-src 'none'; sandbox"
"""The policy of what strangers have sent: shown as a picture, it is nothing else."""
FLOW = "x-flow-id"
"""The id under which the log tells more of this answer. [OPR-2]"""

FIXED = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""What every page has beside its policy."""
STAYS = "max-age=31536000"


def fixed(*, sandbox: bool, secure: bool) -> dict[str, str]:
    """Over https a site stays there for a year (RFC 6797); not a sandbox, whose host name is that of
    everything else on its machine.
    """
    return FIXED | ({"strict-transport-security": STAYS} if secure and not sandbox else {})


def policy(origins: Origins, form_targets: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of a page.

    ``form_targets`` are origins to which the answer of a form may redirect: Chromium holds
    ``form-action`` against redirects as well, so that sign-in and consent have to name the
    application's.
    """
    own = f"'self' {_others(origins.portal, origins.login)}".strip()
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": f"'self' {_others(origins.portal, origins.login, origins.api)}".strip(),
        "form-action": " ".join([own, *sorted(set(form_targets))]),
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class Headers:
    """ASGI layer that adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        others = fixed(sandbox=services.sandbox, secure=services.secure)
        self._defaults = {POLICY: policy(services.origins), **others}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._defaults.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _others(*origins: str) -> str:
    return " ".join(dict.fromkeys(origins))
