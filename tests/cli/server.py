"""A small application behind our HTTP server, for tests that speak in bytes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from tests.patience import WITHIN, eventually
from workswith.cli.http import Protocol


class App:
    """Answers with the path and the length of the body; remembers what it was asked for.

    A path that begins with ``/now`` is answered without waiting, any other in a task, ``/held``
    once `let_go` is set, and ``/nothing`` not at all.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.tasks: list[object] = []
        self.gone: list[str] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.let_go = asyncio.Event()

    def begin(self, scope: Any, receive: Any, send: Any) -> Any:
        path = scope["path"]
        self.asked.append(path)
        self.tasks.append(asyncio.current_task())
        self.headers = scope["headers"]
        if path.startswith("/nothing"):
            return None
        if path.startswith("/now") and self._whole(scope, send, path):
            return None
        return self._wait(scope, receive, send)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("the server begins where it can")

    async def _wait(self, scope: Any, receive: Any, send: Any) -> None:
        path, size, more = scope["path"], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.gone.append(path)
                return
            size += len(message["body"])
            more = message["more_body"]
        if path == "/held":
            await self.let_go.wait()
        text = f"{path} {size}"
        if not self._whole(scope, send, text):
            headers = [(b"content-length", b"%d" % len(text))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": text.encode()})

    @staticmethod
    def _whole(scope: Any, send: Any, text: str) -> bool:
        head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n" % len(text)
        return bool(scope["extensions"]["workswith.answer"](send, head, text.encode()))


class Wire:
    """A client's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, str]:
        """Status and body of the next answer."""
        async with asyncio.timeout(WITHIN):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            return int(head.split(b" ", 2)[1]), (await self.reader.readexactly(length)).decode()

    async def rest(self) -> bytes:
        """All that comes until the server ends the connection."""
        async with asyncio.timeout(WITHIN):
            received = b""
            try:
                while piece := await self.reader.read(65_536):
                    received += piece
            except ConnectionResetError:  # it had not read what was still on its way
                pass
            return received


@asynccontextmanager
async def connected(
    app: Any, protocol: type[Protocol] = Protocol, *, idle_seconds: int = 5
) -> AsyncIterator[tuple[uvicorn.Server, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A server that has nothing but this application, and a client's end of a connection to it."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        interface="asgi3",
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=idle_seconds,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    await eventually(lambda: server.started, "uvicorn")
    reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
    try:
        yield server, reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await running


@asynccontextmanager
async def wire_to(app: Any, protocol: type[Protocol] = Protocol) -> AsyncIterator[Wire]:
    async with connected(app, protocol) as (_, reader, writer):
        yield Wire(reader, writer)
