"""One application for one port: who owns which path."""

import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect

from workswith.identity import endpoints
from workswith.web.site.services import Origins, Services

Message = MutableMapping[str, Any]
Asgi = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


Begin = Callable[[Message, Any, Any], Awaitable[None] | None]


class Prompt(Protocol):
    """An application that may answer without waiting.

    Our server calls ``begin``: ``None`` means that all is done, anything else is to be awaited.
    """

    def begin(self, scope: Message, receive: Any, send: Any) -> Awaitable[None] | None: ...
    async def __call__(self, scope: Message, receive: Any, send: Any) -> None: ...


class Owner(Prompt, Protocol):
    """`gateway.asgi.Gateway`: answers what lies under its base paths."""

    def owns(self, path: str) -> bool: ...
    async def __call__(self, scope: Message, receive: Any, send: Any) -> None: ...


def begin_of(app: Asgi) -> Begin:
    """For an application that always waits, the call itself."""
    begin: Begin = app.begin if hasattr(app, "begin") else app
    return begin


SANDBOX_PREFIX = "/sandbox"
LOGIN_PATHS = endpoints.PATHS
WELL_KNOWN = "/.well-known/"


class Paths:
    """The APIs have their base paths, the login service and the control interface theirs, and the
    site has the rest. Where the APIs have a host name of their own, no page is shown there: what is
    no API is the gateway's 404.
    """

    def __init__(
        self,
        gateway: Owner,
        login: Asgi,
        site: Asgi,
        control_interface: Asgi | None,
        origins: Origins,
    ) -> None:
        self._api_host = _host_of_the_apis(origins)
        self._gateway = gateway
        self._login = login
        self._site = site
        self._control_interface = control_interface

    def begin(self, scope: Message, receive: Any, send: Any) -> Awaitable[None] | None:
        if self._gateway.owns(scope["path"]):
            return self._gateway.begin(scope, receive, send)
        return self(scope, receive, send)

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        await self._owner(scope)(scope, receive, send)

    def _owner(self, scope: Message) -> Asgi:
        path: str = scope.get("path", "")
        if self._gateway.owns(path):
            return self._gateway
        if self._control_interface is not None and (
            path == SANDBOX_PREFIX or path.startswith(f"{SANDBOX_PREFIX}/")
        ):
            return self._control_interface
        if self._api_host and _host(scope) == self._api_host:
            return self._gateway
        if path in LOGIN_PATHS or WELL_KNOWN in path:
            return self._login
        return self._site


def _host_of_the_apis(origins: Origins) -> str:
    """Empty where other faces have the same."""
    api, *others = (
        urlsplit(each).hostname or "" for each in (origins.api, origins.portal, origins.login)
    )
    return "" if api in others else api


def _host(scope: Message) -> str:
    """In lower case, without the port; empty for what cannot be one."""
    named = next((value for name, value in scope.get("headers", ()) if name == b"host"), b"")
    try:
        return urlsplit(f"//{named.decode('ascii')}").hostname or ""
    except ValueError:
        return ""


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
