"""A small load generator: keep-alive connections on raw sockets, one call under way on each."""

import asyncio
import time
from functools import partial
from typing import NamedTuple, cast

import uvloop


class Load(NamedTuple):
    """``seconds`` is wall time; ``wrong`` counts answers with another status than 200.

    ``p50`` and ``p99`` are times from request to answer in ms, as one of many callers sees them.
    """

    calls: int
    wrong: int
    seconds: float
    bytes_per_answer: int
    p50: float = 0.0
    p99: float = 0.0


class _Connection(asyncio.Protocol):
    def __init__(self, requests: list[bytes], left: list[int], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._left = left
        self._done = done
        self._buffer = b""
        self.wrong = 0
        self.received = 0
        self.times: list[float] = []
        self._asked = 0.0

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
        self.times.append(time.perf_counter() - self._asked)
        self.wrong += buffer[9:12] != b"200"
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        if self._left[0] > 0:
            self._left[0] -= 1
            self._asked = time.perf_counter()
            self._transport.write(self._requests[self._left[0] % len(self._requests)])
        elif not self._done.done():
            self._done.set_result(None)


async def _run(
    host: str, port: int, requests: list[bytes], calls: int, connections: int, *, apart: bool
) -> Load:
    loop = asyncio.get_running_loop()
    left = [calls]
    started = loop.time()
    opened: list[_Connection] = []
    finished: list[asyncio.Future[None]] = []
    for number in range(connections):
        done = loop.create_future()
        asked, rest = requests, left
        if apart:
            asked, rest = requests[number::connections], [calls // connections]
        _, protocol = await loop.create_connection(
            partial(_Connection, asked, rest, done), host, port
        )
        opened.append(protocol)
        finished.append(done)
    await asyncio.gather(*finished)
    seconds = loop.time() - started
    received = sum(one.received for one in opened)
    times = sorted(each for one in opened for each in one.times)
    p50, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.99))
    wrong = sum(one.wrong for one in opened)
    return Load(calls, wrong, seconds, received // calls, p50, p99)


def run(
    host: str,
    port: int,
    requests: list[bytes],
    calls: int,
    connections: int,
    *,
    apart: bool = False,
) -> Load:
    """Sends ``requests`` in turn, ``calls`` in all, over ``connections`` connections.

    ``apart``: every so many-th request goes over the same one, so each waits for the one before it;
    then ``calls`` are a multiple of ``connections``.
    """
    return uvloop.run(_run(host, port, requests, calls, connections, apart=apart))
