"""A small load generator: keep-alive connections on raw sockets, one call under way on each."""

import asyncio
from typing import NamedTuple, cast

import uvloop


class Load(NamedTuple):
    """``seconds`` is wall time; ``wrong`` counts answers with another status than 200."""

    calls: int
    wrong: int
    seconds: float
    bytes_per_answer: int


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, left: list[int], done: asyncio.Future[None]) -> None:
        self._request = request
        self._left = left
        self._done = done
        self._buffer = b""
        self.wrong = 0
        self.received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        buffer = self._buffer + data
        head = buffer.find(b"\r\n\r\n")
        if head < 0:
            self._buffer = buffer
            return
        length = buffer[:head].lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(buffer) < head + 4 + int(length or 0):
            self._buffer = buffer
            return
        self._buffer = b""
        self.wrong += buffer[9:12] != b"200"
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        if self._left[0] > 0:
            self._left[0] -= 1
            self._transport.write(self._request)
        elif not self._done.done():
            self._done.set_result(None)


async def _run(host: str, port: int, request: bytes, calls: int, connections: int) -> Load:
    loop = asyncio.get_running_loop()
    left = [calls]
    started = loop.time()
    opened: list[_Connection] = []
    finished: list[asyncio.Future[None]] = []
    for _ in range(connections):
        done = loop.create_future()
        _, protocol = await loop.create_connection(
            lambda done=done: _Connection(request, left, done), host, port
        )
        opened.append(protocol)
        finished.append(done)
    await asyncio.gather(*finished)
    seconds = loop.time() - started
    received = sum(one.received for one in opened)
    return Load(calls, sum(one.wrong for one in opened), seconds, received // calls)


def run(host: str, port: int, request: bytes, calls: int, connections: int) -> Load:
    """Sends ``request`` ``calls`` times over ``connections`` connections."""
    return uvloop.run(_run(host, port, request, calls, connections))
