"""POST a form, get JSON that nobody keeps: what /token and its neighbours have in common. [OID-7]"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from workswith.kernel import log
from workswith.kernel.database import DatabaseAway

from . import errors, token_request
from .errors import OAuthError
from .token_request import TokenRequest

NO_STORE = {
    "cache-control": "no-store",
    "pragma": "no-cache",
    "x-content-type-options": "nosniff",
}
HINT = "x-error-hint"
_log = log.get("identity")
_encode = msgspec.json.Encoder().encode
_ALWAYS = [(name.encode(), value.encode()) for name, value in NO_STORE.items()]
_JSON = (b"content-type", b"application/json")


class FormEndpoint:
    """``work`` makes the members of the answer; ``hints`` lets errors say what to do."""

    def __init__(
        self,
        work: Callable[[TokenRequest], Awaitable[dict[str, Any]]],
        *,
        status: int = 200,
        hints: bool = False,
    ) -> None:
        self._work = work
        self._status = status
        self._hints = hints

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
            await self._refuse(send, error)
        except DatabaseAway as failure:
            _log.error("a token request found no database", reason=str(failure))
            await self._refuse(send, errors.from_failure(failure))
        except Exception as failure:
            _log.error("a token request failed", exc_info=failure)
            await self._refuse(send, errors.from_failure(failure))
        else:
            await _send(send, self._status, body, {})

    async def _refuse(self, send: Send, error: OAuthError) -> None:
        headers = error.headers
        if self._hints and error.hint:
            headers = {**headers, HINT: error.hint}
        await _send(send, error.status, error.body(), headers)


def as_json(members: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    return Response(_encode(members), status, headers=headers, media_type="application/json")


async def _send(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    raw = [
        _JSON,
        (b"content-length", str(len(body)).encode()),
        *_ALWAYS,
        *((name.encode(), value.encode()) for name, value in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
