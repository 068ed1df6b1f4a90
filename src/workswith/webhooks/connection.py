"""One HTTP/1.1 connection to an endpoint: a request at a time, an answer bounded in all ways.

The answer budget runs from the written request to the status line. What follows the status line
cannot change the verdict any more, so headers and body only get a moment (`DRAIN`) and a size
(`LARGEST`); an endpoint that drips or floods costs its own connection and nothing else.
"""

import asyncio
from dataclasses import dataclass
from typing import cast

import httptools

LARGEST = 64 * 1024
"""Bytes of an answer, headers included, after which the connection is cut."""
KEPT = 1_024
"""Bytes of the body that are kept to be shown."""
DRAIN = 0.5
"""Real seconds for what follows the status line."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``seconds`` are from the written request to the status line; ``body`` is its beginning."""

    status: int
    seconds: float
    body: bytes


class Late(Exception):
    """No status line within the budget."""


class Garbled(Exception):
    """Something that is not an HTTP/1 answer."""


class Lost(Exception):
    """The connection ended before a status line; ``silent``: not one byte had come."""

    def __init__(self, *, silent: bool) -> None:
        super().__init__()
        self.silent = silent


class Connection(asyncio.Protocol):
    """Made by ``loop.create_connection``; `ask` is called for one request after the other."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._known: asyncio.Future[int] | None = None
        self._whole: asyncio.Future[None] | None = None
        self._received = 0
        self._body = b""
        self._status = 0
        self._begun = 0.0
        self._answered = 0.0
        self.usable = False
        """Whether another request may be sent."""

    async def ask(self, request: bytes, budget: float) -> Answer:
        """Sends and waits at most ``budget`` s for the status. Raises Late, Garbled or Lost."""
        if self._transport is None or self._transport.is_closing():
            raise Lost(silent=True)
        self._known, self._whole = self._loop.create_future(), self._loop.create_future()
        self._received, self._body, self._status = 0, b"", 0
        self.usable = False
        self._transport.write(request)
        self._begun = self._loop.time()
        timer = self._loop.call_later(budget, self._fail, Late())
        try:
            status = await self._known
            timer.cancel()
            timer = self._loop.call_later(DRAIN, self.cut)
            await self._whole
            return Answer(status, self._answered - self._begun, self._body)
        finally:
            timer.cancel()
            if not self.usable:
                self.cut()
            self._known = self._whole = None

    def cut(self) -> None:
        """Ends the connection at once."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()
        self._end()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.usable = True

    def data_received(self, data: bytes) -> None:
        if self._known is None:  # unasked: whatever it is, it must not answer the next request
            self.cut()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(Garbled())
            self.cut()
        if self._received > LARGEST:
            self._fail(Garbled())
            self.cut()

    def eof_received(self) -> None:
        self.usable = False

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        self._fail(Lost(silent=self._received == 0))
        self._end()

    # httptools

    def on_status(self, reason: bytes) -> None:
        self._read_status()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._read_status()

    def on_headers_complete(self) -> None:
        self._read_status()

    def on_body(self, body: bytes) -> None:
        if len(self._body) < KEPT:
            self._body = (self._body + body)[:KEPT]

    def on_message_complete(self) -> None:
        if not self._status:  # 1xx: the answer is yet to come
            return
        self.usable = self._parser.should_keep_alive()
        self._end()

    def _read_status(self) -> None:
        if self._status:
            return
        status = self._parser.get_status_code()
        if not self._parser.get_http_version().startswith("1.") or status == 101 or status > 599:
            self._fail(Garbled())
        elif status >= 200:
            self._status = status
            self._answered = self._loop.time()
            if self._known is not None and not self._known.done():
                self._known.set_result(status)

    def _fail(self, error: Exception) -> None:
        if self._known is not None and not self._known.done():
            self._known.set_exception(error)

    def _end(self) -> None:
        if self._whole is not None and not self._whole.done():
            self._whole.set_result(None)
