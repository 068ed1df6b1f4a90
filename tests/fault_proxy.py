"""A TCP proxy that loses answers: the server has done its work, and the client never hears of it.

Understands as much of HTTP/1.1 as it needs: answers with a Content-Length, one call under way on
each connection.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class FaultProxy:
    """Connections go to the ``ports`` in turns; ``rate`` of the answers get lost, by ``chance``."""

    ports: list[int]
    rate: float
    chance: random.Random = field(default_factory=lambda: random.Random(20261121))
    port: int = 0
    passed: int = 0
    dropped: int = 0
    _opened: int = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._opened += 1
        upstream = None
        try:
            target = self.ports[self._opened % len(self.ports)]
            above, upstream = await asyncio.open_connection("127.0.0.1", target)
            while True:
                request = await _message(reader)
                upstream.write(request)
                answer = await _message(above)
                if self.chance.random() < self.rate:
                    self.dropped += 1
                    return
                self.passed += 1
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            return  # one of the two has hung up
        finally:
            for each in (writer, upstream):
                if each is not None:
                    each.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return head + await reader.readexactly(int(value))
    return head


@asynccontextmanager
async def losing(ports: list[int], rate: float) -> AsyncIterator[FaultProxy]:
    """A proxy in this event loop, in front of ``ports``."""
    proxy = FaultProxy(ports, rate)
    server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
