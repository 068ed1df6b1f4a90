"""Serves a cloud to the programs that a test runs, and stops at once. [SBX-6]"""

import asyncio
import ssl
from email.utils import formatdate
from typing import Any

from uvicorn.server import ServerState

from workswith.cli.http import Protocol
from workswith.cli.serving import configured

DATE_SECONDS = 1.0


class Serving:
    """Listens from `start` on, so that the address is known; answers once it is told what with.

    Without signals, and at the end without waiting for connections that clients keep open. The
    socket is the event loop's: with uvloop no test plugin that blocks Python's is in its way.
    """

    def __init__(self) -> None:
        self._state = ServerState()
        self._app: Any = None
        self._ready = asyncio.Event()
        self._dating: asyncio.Task[None]
        self._server: asyncio.Server

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """The port. Raises ``OSError`` for one that is taken."""
        config = configured(self._answer)
        config.load()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Protocol(config=config, server_state=self._state, app_state={}),
            host,
            port,
            ssl=tls,
        )
        self._dating = asyncio.create_task(_date(self._state))
        return int(self._server.sockets[0].getsockname()[1])

    def answer_with(self, app: Any) -> None:
        self._app = app
        self._ready.set()

    async def stop(self) -> None:
        self._dating.cancel()
        self._server.close()
        for connection in list(self._state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        for task in list(self._state.tasks):
            task.cancel()
        await asyncio.gather(self._dating, *self._state.tasks, return_exceptions=True)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self._ready.wait()
        await self._app(scope, receive, send)


async def _date(state: ServerState) -> None:
    while True:
        state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        await asyncio.sleep(DATE_SECONDS)
