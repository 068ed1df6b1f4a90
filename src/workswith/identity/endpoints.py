"""The addresses of the login service that programs use. [OID-3…7 OID-11]

Those that take a form are plain ASGI callables, found by their path alone, since /token is asked
more often than everything else together; the rest are ordinary routes. ``/authorize``, ``/device``
and ``/end_session`` belong to the pages.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from workswith.kernel import log
from workswith.kernel.clock import Clock
from workswith.kernel.database import DatabaseAway

from . import errors
from .accounts import Accounts
from .application import Application
from .authorize import Authorize
from .form_endpoint import NO_STORE, FormEndpoint, as_json
from .keys import JWKS_SECONDS, SigningKeys
from .metadata import metadata
from .token import Tokens
from .token_request import TokenRequest
from .tokens import AccessTokens
from .userinfo import UserInfo

_log = log.get("identity")
_PUBLIC = {
    "cache-control": f"public, max-age={JWKS_SECONDS}",
    "access-control-allow-origin": "*",
}

PATHS = frozenset(
    {
        "/token", "/token/", "/revoke", "/introspect", "/device_authorization", "/par", "/userinfo",
    }
)  # fmt: skip
"""What is answered here, besides everything under ``.well-known``."""
Work = Callable[[TokenRequest], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """``login_origin`` is public and fixed; no address is ever made from a Host header.

    ``hints`` adds to errors what a developer can do about them.
    """

    tokens: Tokens
    keys: SigningKeys
    access_tokens: AccessTokens
    accounts: Accounts
    clock: Clock
    login_origin: str
    authorize: Authorize
    userinfo: UserInfo
    hints: bool = False

    def asgi(self) -> ASGIApp:
        """The quick way: the paths of `forms` without a search through routes."""
        forms, router = self.forms(), Router(self.routes())

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await forms.get(scope["path"], router)(scope, receive, send)
            except DatabaseAway as failure:  # of userinfo and discovery; nothing is sent yet
                _log.error("a request found no database", reason=str(failure))
                error = errors.temporarily_unavailable()
                headers = {**NO_STORE, **error.headers}
                response = Response(error.body(), error.status, headers, "application/json")
                await response(scope, receive, send)

        return serve

    def forms(self) -> dict[str, ASGIApp]:
        """By path."""
        return {
            path: FormEndpoint(work, status=status, hints=self.hints)
            for path, (work, status) in self._forms().items()
        }

    def routes(self) -> list[BaseRoute]:
        return [
            *(Route(path, endpoint) for path, endpoint in self.forms().items()),
            Route("/userinfo", self.userinfo.answer, methods=["GET", "POST"]),
            Route("/{client_id}/.well-known/openid-configuration", self.discovery),
            Route("/{client_id}/.well-known/jwks.json", self.jwks),
            Route("/.well-known/oauth-authorization-server/{client_id}", self.discovery),
        ]

    async def issue(self, asked: TokenRequest) -> dict[str, Any]:
        return await self.tokens.answer(asked.params, asked.client_id, asked.client_secret)

    async def revoke(self, asked: TokenRequest) -> dict[str, Any]:
        token = _required(asked, "token")
        await self.tokens.revoke(token, asked.client_id, asked.client_secret, asked.params)
        return {}

    async def introspect(self, asked: TokenRequest) -> dict[str, Any]:
        _required(asked, "token")
        return await self.tokens.introspect(asked.params, asked.client_id, asked.client_secret)

    async def device(self, asked: TokenRequest) -> dict[str, Any]:
        return await self.tokens.begin_device(asked.params, asked.client_id, asked.client_secret)

    async def push(self, asked: TokenRequest) -> dict[str, Any]:
        application = await self.tokens.clients.authenticate(
            asked.client_id, asked.client_secret, asked.params
        )
        return await self.authorize.push(asked.params, application)

    async def discovery(self, request: Request) -> Response:
        application = await self._application(request)
        if application is None:
            return as_json({"error": "not_found"}, 404, NO_STORE)
        return as_json(metadata(self.login_origin, application), 200, _PUBLIC)

    async def jwks(self, request: Request) -> Response:
        if await self._application(request) is None:
            return as_json({"error": "not_found"}, 404, NO_STORE)
        return as_json(self.keys.jwks, 200, _PUBLIC)

    async def _application(self, request: Request) -> Application | None:
        client_id = request.path_params["client_id"]
        return None if "\0" in client_id else await self.tokens.clients.find(client_id)

    def _forms(self) -> dict[str, tuple[Work, int]]:
        return {
            "/token": (self.issue, 200),
            "/token/": (self.issue, 200),
            "/revoke": (self.revoke, 200),
            "/introspect": (self.introspect, 200),
            "/device_authorization": (self.device, 200),
            "/par": (self.push, 201),
        }


def _required(asked: TokenRequest, name: str) -> str:
    if name not in asked.params:
        raise errors.missing(name)
    return asked.params[name]
