"""Serves a cloud to the programs that a test runs, and stops at once. [SBX-6]"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from email.utils import formatdate
from typing import Any

from uvicorn.server import ServerState

from workswith.cli.http import Protocol
from workswith.cli.serving import configured

DATE_SECONDS = 1.0


@contextlib.asynccontextmanager
async def serving(
    app: Any, bound: socket.socket, tls: ssl.SSLContext | None
) -> AsyncIterator[None]:
    """Answers on a socket that is already bound, for as long as the block runs.

    Without signals, and at the end without waiting for connections that clients keep open.
    """
    config = configured(app)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Protocol(config=config, server_state=state, app_state={}), sock=bound, ssl=tls
    )
    dating = asyncio.create_task(_date(state))
    try:
        yield
    finally:
        dating.cancel()
        server.close()
        for connection in list(state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        for task in list(state.tasks):
            task.cancel()
        await asyncio.gather(dating, *state.tasks, return_exceptions=True)


async def _date(state: ServerState) -> None:
    while True:
        state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        await asyncio.sleep(DATE_SECONDS)
