"""A small HTTPS receiver on this machine: hands over each request, answers as it is told."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Self

from .authority import Certificate

BODY_LIMIT = 1_048_576
IDLE_SECONDS = 120.0
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """A request; names of ``headers`` in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Respond = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]
"""Writes the answer, if there is to be one. May end the connection."""


def answer(
    status: int = 200,
    body: bytes = b"OK",
    media_type: str = "text/plain; charset=utf-8",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """A whole HTTP/1.1 answer."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = (
        f"HTTP/1.1 {status} Answer\r\nContent-Type: {media_type}\r\n"
        f"Content-Length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode("latin-1") + body


class Listener:
    """``async with Listener(certificate, respond) as listener: listener.url``"""

    def __init__(self, certificate: Certificate, respond: Respond, *, port: int = 0) -> None:
        self._respond = respond
        self._port = port
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate.chain, certificate.key)
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self.url = ""

    async def start(self) -> None:
        """Raises ``OSError`` when the port is taken."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self._port, ssl=self._tls
        )
        self.url = f"https://localhost:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        conversations = [task for task in self._open.values() if task is not None]
        for writer in list(self._open):
            writer.transport.abort()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open[writer] = asyncio.current_task()
        try:
            while True:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
                method, path, headers = _parsed(head)
                length = headers.get("content-length", "0")
                if not length.isdecimal() or int(length) > BODY_LIMIT:
                    writer.write(_TOO_LARGE)
                    break
                body = await asyncio.wait_for(reader.readexactly(int(length)), IDLE_SECONDS)
                await self._respond(Received(method, path, headers, body), writer)
                await writer.drain()
        except (
            OSError,
            TimeoutError,
            ValueError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            asyncio.CancelledError,
        ):
            pass
        finally:
            self._open.pop(writer, None)
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return method, path, headers
