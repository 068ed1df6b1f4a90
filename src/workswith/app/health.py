"""What asks whether a process is well: a load balancer, a container, a script that waits."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from workswith.kernel.database import Database, query

from .routing import Message, Prompt

PATHS = frozenset({"/healthz", "/readyz"})
SECONDS = 2.0
"""Real; a database that takes longer does not answer."""
_ASK = query(int, "SELECT 1")


class Health:
    """``/healthz``: this process answers. ``/readyz``: its database does, too. Under every host."""

    def __init__(self, inside: Prompt, database: Database) -> None:
        self._inside = inside
        self._database = database

    def begin(self, scope: Message, receive: Any, send: Any) -> Awaitable[None] | None:
        if scope["path"] in PATHS:
            return self(scope, receive, send)
        return self._inside.begin(scope, receive, send)

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        match scope.get("path"):
            case "/healthz":
                await _say(send, 200, b"ok")
            case "/readyz":
                ready = await self._ready()
                await _say(send, 200 if ready else 503, b"ready" if ready else b"no database")
            case _:
                await self._inside(scope, receive, send)

    async def _ready(self) -> bool:
        try:
            async with asyncio.timeout(SECONDS):
                return await self._database.one(_ASK) == 1
        except Exception:  # whatever it is, calls would fail as well
            return False


async def _say(send: Any, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
