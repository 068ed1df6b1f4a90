"""The addresses of the login service that programs use. [OID-3…7 OID-11]

/token is a plain ASGI callable, since it is asked more often than everything else together; the
rest are ordinary routes. ``/authorize`` belongs to the pages.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from workswith.kernel import log
from workswith.kernel.clock import Clock
from workswith.kernel.problem import Problem

from . import claims, errors, token_request
from .accounts import Accounts
from .application import Application
from .errors import OAuthError
from .keys import JWKS_SECONDS, SigningKeys
from .metadata import metadata
from .token import Tokens
from .token_request import TokenRequest
from .tokens import AccessTokens

_log = log.get("identity")
_encode = msgspec.json.Encoder().encode
_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
_PUBLIC = {
    "cache-control": f"public, max-age={JWKS_SECONDS}",
    "access-control-allow-origin": "*",
}


class FormEndpoint:
    """POST only; every answer is JSON that nobody keeps. ``work`` makes the members of a 200."""

    def __init__(self, work: Callable[[TokenRequest], Awaitable[dict[str, Any]]]) -> None:
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] != "POST":
                raise OAuthError(
                    "invalid_request", "The method has to be POST", 405, headers={"allow": "POST"}
                )
            asked = await token_request.read(scope, receive)
            try:
                body = _encode(await self._work(asked))
            except OAuthError as error:
                if error.status == 401 and asked.basic:
                    error.headers["www-authenticate"] = 'Basic realm="token"'
                raise
        except OAuthError as error:
            await _send_error(send, error)
        except Exception as failure:
            _log.error("a token request failed", exc_info=failure)
            await _send_error(send, errors.from_failure(failure))
        else:
            await _send(send, 200, body, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """``login_origin`` is public and fixed; no address is ever made from a Host header."""

    tokens: Tokens
    keys: SigningKeys
    access_tokens: AccessTokens
    accounts: Accounts
    clock: Clock
    login_origin: str

    def routes(self) -> list[BaseRoute]:
        token, revoke = FormEndpoint(self.issue), FormEndpoint(self.revoke)
        return [
            Route("/token", token),
            Route("/token/", token),
            Route("/revoke", revoke),
            Route("/userinfo", self.userinfo, methods=["GET", "POST"]),
            Route("/{client_id}/.well-known/openid-configuration", self.discovery),
            Route("/{client_id}/.well-known/jwks.json", self.jwks),
            Route("/.well-known/oauth-authorization-server/{client_id}", self.discovery),
        ]

    async def issue(self, asked: TokenRequest) -> dict[str, Any]:
        return await self.tokens.answer(asked.params, asked.client_id, asked.client_secret)

    async def revoke(self, asked: TokenRequest) -> dict[str, Any]:
        if "token" not in asked.params:
            raise errors.missing("token")
        await self.tokens.revoke(asked.params["token"], asked.client_id, asked.client_secret)
        return {}

    async def discovery(self, request: Request) -> Response:
        application = await self._application(request)
        if application is None:
            return _json({"error": "not_found"}, 404, _NO_STORE)
        return _json(metadata(self.login_origin, application), 200, _PUBLIC)

    async def jwks(self, request: Request) -> Response:
        if await self._application(request) is None:
            return _json({"error": "not_found"}, 404, _NO_STORE)
        return _json(self.keys.jwks, 200, _PUBLIC)

    async def userinfo(self, request: Request) -> Response:
        try:
            access = await self.access_tokens.verify(await _bearer(request), self.clock.now())
        except Problem as problem:
            challenge = "Bearer"
            if problem.code != "token_missing":
                challenge += f' error="invalid_token", error_description="{problem.detail}"'
            headers = _NO_STORE | {"www-authenticate": challenge}
            return _json({"error": "invalid_token"}, 401, headers)
        account = await self.accounts.get(access.account_id)
        said = claims.userinfo(account, access.scopes) if account else {}
        return _json(said, 200, _NO_STORE | {"access-control-allow-origin": "*"})

    async def _application(self, request: Request) -> Application | None:
        client_id = request.path_params["client_id"]
        return None if "\0" in client_id else await self.tokens.clients.find(client_id)


async def _bearer(request: Request) -> str | None:
    """In the header, or in the form of a POST. [RFC 6750 section 2]"""
    header = request.headers.get("authorization")
    if header is not None or request.method != "POST":
        return header
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > token_request.LONGEST_BODY:
        return None
    async with request.form(max_files=0, max_fields=8) as form:
        value = form.get("access_token")
    return f"Bearer {value}" if isinstance(value, str) else None


def _json(members: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    return Response(_encode(members), status, headers=headers, media_type="application/json")


async def _send_error(send: Send, error: OAuthError) -> None:
    await _send(send, error.status, error.body(), error.headers)


async def _send(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    every = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        **_NO_STORE,
        **headers,
    }
    raw = [(name.encode(), value.encode()) for name, value in every.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
