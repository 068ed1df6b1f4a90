"""A webhook endpoint for tests: TLS on loopback, records what comes, behaves as told.

receiver.behave = failing(503)      # well, slow, silent, redirecting, dripping, flooding, …
await receiver.stop()               # a dead one: the port is closed
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec

from tests.patience import WITHIN
from tests.ports import held_port
from workswith.sandbox.authority import Authority


@dataclass(frozen=True, slots=True)
class Received:
    """A request; header names in lower case, ``connection`` counts from 1."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


def _answer(status: int, body: bytes = b"OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def well(status: int = 200, body: bytes = b"OK") -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(_answer(status, body))

    return behave


def failing(status: int = 500) -> Behaviour:
    return well(status, b"no")


def redirecting(to: str, status: int = 302) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(_answer(status, b"", f"Location: {to}"))

    return behave


def slow(milliseconds: int) -> Behaviour:
    """Answers well, but so many real milliseconds later."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(milliseconds / 1000)
        writer.write(_answer(200))

    return behave


def silent() -> Behaviour:
    """Takes the request and never answers."""
    return slow(3_600_000)


def early(status: int = 200) -> Behaviour:
    """Says 100 and 103 before the real answer."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        writer.write(_answer(status))

    return behave


def saying(raw: bytes) -> Behaviour:
    """Says exactly this, then closes."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return behave


def dripping(beginning: bytes = b"") -> Behaviour:
    """Says ``beginning`` at once, and then a byte every 20 ms for ever."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            await asyncio.sleep(0.02)
            writer.write(b"a")
            await writer.drain()

    return behave


def flooding(beginning: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Behaviour:
    """Says ``beginning`` and then as much as the other side takes."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(b"a" * 65_536)
            await writer.drain()

    return behave


def resetting() -> Behaviour:
    """Takes the request and resets the connection."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    return behave


class Receiver:
    """Runs on ``https://localhost:{port}``; every path is an endpoint."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.behave: Behaviour = well()
        self.received: list[Received] = []
        self.connections = 0
        self.port = held_port(owner=self)
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._arrived = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        self.do: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run

    def url(self, path: str = "/hook") -> str:
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}{path}"

    async def start(self) -> None:
        """Opens the port; the same one again after a `stop`."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._tls
        )

    async def stop(self) -> None:
        """Closes the port and every connection: nobody is there."""
        if self._server is not None:
            self._server.close()
        await self.hang_up()

    async def hang_up(self) -> None:
        """Closes connections that are open; the port stays."""
        open_, self._open = self._open, set()
        for task in open_:
            task.cancel()
        await asyncio.gather(*open_, return_exceptions=True)

    async def wait_for(self, count: int) -> list[Received]:
        """Returns once so many requests have arrived."""
        while len(self.received) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return self.received

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        try:
            while True:
                self.received.append(await self._read(reader, self.connections))
                self._arrived.set()
                await self.behave(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            pass  # either side went away
        finally:
            self._open.discard(task)
            writer.transport.abort()

    @staticmethod
    async def _read(reader: asyncio.StreamReader, connection: int) -> Received:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Received(method, path, headers, body, connection)


def tls_of(folder: Path, *hosts: str) -> ssl.SSLContext:
    """A server's context with a certificate of the authority that lives in ``folder``."""
    certificate = Authority(folder).issue("receiver", *(hosts or ("localhost", "127.0.0.1")))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


@asynccontextmanager
async def running(tls: ssl.SSLContext | None) -> AsyncIterator[Receiver]:
    """A receiver in this event loop."""
    receiver = Receiver(tls)
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()


@contextmanager
def in_thread(tls: ssl.SSLContext | None) -> Iterator[Receiver]:
    """A receiver in a loop of its own, for tests that are not asynchronous.

    ``behave`` and ``received`` may be used from outside; its coroutines through ``do``, such as
    ``receiver.do(receiver.stop())``.
    """
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def make() -> Receiver:
        receiver = Receiver(tls)
        await receiver.start()
        return receiver

    receiver = asyncio.run_coroutine_threadsafe(make(), loop).result(WITHIN)
    receiver.do = lambda doing: asyncio.run_coroutine_threadsafe(doing, loop).result(WITHIN)
    try:
        yield receiver
    finally:
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(receiver.stop(), loop).result(WITHIN)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WITHIN)
        loop.close()
