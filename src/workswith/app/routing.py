"""One application for one port: who owns which path."""

import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from starlette.requests import ClientDisconnect

from workswith.identity import endpoints
from workswith.web.site.services import Services

Message = MutableMapping[str, Any]
Asgi = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


class Owner(Protocol):
    """`gateway.asgi.Gateway`: answers what lies under its base paths."""

    def owns(self, path: str) -> bool: ...
    async def __call__(self, scope: Message, receive: Any, send: Any) -> None: ...


SANDBOX_PREFIX = "/sandbox"
LOGIN_PATHS = endpoints.PATHS
WELL_KNOWN = "/.well-known/"


def build(gateway: Owner, login: Asgi, site: Asgi, control_interface: Asgi | None) -> Asgi:
    """The APIs have their base paths, the login service and the control interface theirs, and the
    site has the rest.
    """

    async def asgi(scope: Message, receive: Any, send: Any) -> None:
        path: str = scope.get("path", "")
        if gateway.owns(path):
            await gateway(scope, receive, send)
        elif path in LOGIN_PATHS or WELL_KNOWN in path:
            await login(scope, receive, send)
        elif control_interface is not None and (
            path == SANDBOX_PREFIX or path.startswith(f"{SANDBOX_PREFIX}/")
        ):
            await control_interface(scope, receive, send)
        else:
            await site(scope, receive, send)

    return asgi


def at_first_call(services: Callable[[], Services]) -> Asgi:
    """The site, made at the first visit, since programs may never pay one."""
    made: list[Asgi] = []

    async def asgi(scope: Message, receive: Any, send: Any) -> None:
        if not made:
            # The pages and their templates weigh a third of a start.
            from workswith.web.app import create  # noqa: PLC0415

            made.append(create(services()))
        # Whoever went away before its form had arrived is nobody's mistake.
        with contextlib.suppress(ClientDisconnect):
            await made[0](scope, receive, send)

    return asgi
