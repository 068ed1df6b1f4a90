"""The door of the login service: what a program meets at /token. [SBX-3; smarther.md §10.3]

It stands in front of the whole endpoint and reads the form to know who asks, so identity itself
knows of no faults.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from workswith.identity import errors, token_request
from workswith.identity.errors import OAuthError
from workswith.identity.form_endpoint import HINT, NO_STORE
from workswith.identity.token_request import LONGEST_BODY, TokenRequest
from workswith.kernel.clock import DAY, Clock
from workswith.kernel.ident import Ident

from .calls import Message, Receive, Send, travel
from .engine import Faults, Struck
from .places import TOKEN_OPERATIONS

PATHS = ("/token", "/token/")
Asgi = Callable[[Message, Receive, Send], Any]
Answered = Callable[[str, str, int, bytes], None]
"""Hears of each answer: who asked, for what, its status and body."""


class TokenDoor:
    """``deviate`` changes the members of a good answer."""

    def __init__(
        self,
        login: Asgi,
        faults: Faults,
        clock: Clock,
        ident: Ident,
        *,
        deviate: Callable[[dict[str, Any]], dict[str, Any]],
        answered: Answered,
    ) -> None:
        self._login = login
        self._faults = faults
        self._clock = clock
        self._ident = ident
        self._deviate = deviate
        self._answered = answered

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in PATHS or scope["method"] != "POST":
            await self._login(scope, receive, send)
            return
        read = await _read(receive)
        asked = await _understood(scope, read)
        grant = f"token/{asked.params.get('grant_type', '')}" if asked else ""
        client_id = asked.client_id if asked else ""
        struck: dict[str, Struck] = {}
        if "token" in self._faults.busy:
            facts = {"application": client_id, "operation": {"token", grant}}
            struck = {one.kind.slot: one for one in self._faults.draw("token", facts)}
        sent = await self._served(scope, _again(read, receive), struck)
        if sent:
            body = b"".join(message.get("body", b"") for message in sent[1:])
            known = grant if grant in TOKEN_OPERATIONS else "token"
            self._answered(client_id, known, sent[0]["status"], body)
            await travel(send, sent, struck.get("wire"))

    async def _served(
        self, scope: Message, receive: Receive, struck: dict[str, Struck]
    ) -> list[Message]:
        """What goes out, before the network has its way with it."""
        if wait := struck.get("wait"):
            await asyncio.sleep(wait.seconds)
        stand_in, on_wire = struck.get("answer"), struck.get("wire")
        unsent = on_wire is not None and "after" in on_wire.kind.options and not on_wire.after
        if unsent or (stand_in and not stand_in.after):
            while (await receive()).get("more_body"):
                pass
            return self._stand_in(stand_in) if stand_in else _messages(0, b"", {})
        sent: list[Message] = []

        async def hold(message: Message) -> None:
            sent.append(message)

        await self._login(scope, receive, hold)
        if stand_in:
            return self._stand_in(stand_in)
        if sent and sent[0]["status"] == 200:
            members = json.loads(b"".join(message.get("body", b"") for message in sent[1:]))
            changed = self._deviate(members)
            if changed is not members:
                text = json.dumps(changed, separators=(",", ":"), ensure_ascii=False)
                return _messages(200, text.encode(), {})
        return sent

    def _stand_in(self, struck: Struck) -> list[Message]:
        name, seconds = struck.kind.name, struck.option("seconds")
        note = f"It was fault {struck.fault.id} of this sandbox."
        if name == "token-throttled":
            body = f'{{\n "message": "Rate limit is exceeded. Try again in {seconds} seconds."\n}}'
            return _messages(429, body.encode(), {"retry-after": str(seconds), HINT: note})
        if name == "token-facade":
            return _messages(500, b'{"message":"Internal error","code":1}', {HINT: note})
        error = self._error(name)
        hint = " ".join(filter(None, (error.hint, note)))
        return _messages(error.status, error.body(), {**error.headers, HINT: hint})

    def _error(self, name: str) -> OAuthError:
        now = self._clock.now()
        return {
            "token-refused": errors.invalid_grant("The refresh_token has been revoked"),
            "token-expired-grant": errors.expired_grant(
                now, now - 91 * DAY, now - DAY, self._ident.uuid()
            ),
            "token-expired-secret": errors.expired_secret(),
            "token-unknown-client": errors.unknown_client(),
            "token-error": errors.server_error(),
            "token-unavailable": errors.temporarily_unavailable(),
        }[name]


async def _read(receive: Receive) -> list[Message]:
    """The body as it comes, up to the size from which on it is refused anyway."""
    read: list[Message] = []
    size = 0
    while size <= LONGEST_BODY:
        message = await receive()
        read.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return read


def _again(read: list[Message], receive: Receive) -> Receive:
    """What was read, once more, and then what follows."""
    left = list(read)

    async def replay() -> Message:
        return left.pop(0) if left else await receive()

    return replay


async def _understood(scope: Message, read: list[Message]) -> TokenRequest | None:
    async def nothing_more() -> Message:
        return {"type": "http.disconnect"}

    try:
        return await token_request.read(scope, _again(read, nothing_more))
    except OAuthError:
        return None


def _messages(status: int, body: bytes, headers: dict[str, str]) -> list[Message]:
    raw = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *((name.encode(), value.encode()) for name, value in {**NO_STORE, **headers}.items()),
    ]
    return [
        {"type": "http.response.start", "status": status, "headers": raw},
        {"type": "http.response.body", "body": body},
    ]
