"""One HTTP/1.1 connection to an endpoint: a request at a time, an answer bounded in all ways.

The answer budget runs from the written request to the status line. What follows the status line
cannot change the verdict any more, so headers and body only get a moment (`DRAIN`) and a size
(`LARGEST`); an endpoint that drips or floods costs its own connection and nothing else.
"""

import asyncio
from typing import cast

import httptools
import msgspec

LARGEST = 64 * 1024
"""Bytes of an answer, headers included, after which the connection is cut."""
KEPT = 1_024
"""Bytes of the body that are kept to be shown."""
DRAIN = 0.5
"""Real seconds for what follows the status line."""
TICK = 0.02
"""Real seconds between two looks at what is late. An answer is judged by its own instant, so this
is only how much later than its budget a silent endpoint gives its place free."""


class Answer(msgspec.Struct, frozen=True, gc=False):
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


class Deadlines:
    """One timer for all connections that wait, since two for each request would cost more than
    the request's own handling.
    """

    def __init__(self) -> None:
        self._waiting: set[Connection] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: "Connection") -> None:
        self._waiting.add(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK, self._look)

    def discard(self, connection: "Connection") -> None:
        self._waiting.discard(connection)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [each for each in self._waiting if each.deadline <= now]:
            connection.expire()
        # Without anybody left it stops, so that an idle program sleeps.
        self._timer = loop.call_later(TICK, self._look) if self._waiting else None


class Connection(asyncio.Protocol):
    """Made by ``loop.create_connection``; `ask` is called for one request after the other."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadlines = deadlines
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._over: asyncio.Future[Answer] | None = None
        self._received = 0
        self._body = b""
        self._status = 0
        self._begun = 0.0
        self._budget = 0.0
        self._answered = 0.0
        self.deadline = 0.0
        """When `expire` is due, in the loop's time."""
        self.usable = False
        """Whether another request may be sent."""

    def ask(self, request: bytes, budget: float) -> "asyncio.Future[Answer]":
        """Sends; the status has to come within ``budget`` s. Fails with Late, Garbled or Lost.

        Whoever stops waiting for the answer cuts the connection.
        """
        over = self._over = self._loop.create_future()
        transport = self._transport
        self._received = self._status = 0
        if transport is None or transport.is_closing():
            self._fail(Lost(silent=True))
            return over
        self._body = b""
        self.usable = False
        transport.write(request)
        begun = self._begun = self._loop.time()
        self._budget = budget
        self.deadline = begun + budget
        self._deadlines.add(self)
        return over

    def expire(self) -> None:
        """The deadline has passed: no status in time, or no end of what follows it."""
        if self._status:
            self.cut()
        else:
            self._fail(Late())

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
        if self._over is None:  # unasked: whatever it is, it must not answer the next request
            self.cut()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._spoil()
        if self._received > LARGEST:
            self._spoil()

    def eof_received(self) -> None:
        self.usable = False

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        if self._status:
            self._end()
        else:
            self._fail(Lost(silent=self._received == 0))

    # httptools

    def on_status(self, reason: bytes) -> None:
        if self._status:  # must not be taken for the answer to the next request
            raise ValueError("a second answer")
        self._read_status()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._status:  # a status line without a reason
            self._read_status()

    def on_headers_complete(self) -> None:
        if not self._status:
            self._read_status()

    def on_body(self, body: bytes) -> None:
        if len(self._body) < KEPT:
            self._body = (self._body + body)[:KEPT]

    def on_message_complete(self) -> None:
        if not self._status:  # 1xx: the answer is yet to come
            return
        self.usable = self._parser.should_keep_alive()
        if self.usable:
            self._end()
        else:
            self.cut()

    def _read_status(self) -> None:
        status = self._parser.get_status_code()
        known = 100 <= status <= 599 and status != 101
        if not known or not self._parser.get_http_version().startswith("1."):
            self._fail(Garbled())
        elif status >= 200:
            now = self._loop.time()
            if now - self._begun > self._budget:
                self._fail(Late())
                return
            self._status = status
            self._answered = now
            self.deadline = now + DRAIN

    def _spoil(self) -> None:
        """What cannot be read: a failure before the status, only the end of it after."""
        if not self._status:
            self._fail(Garbled())
        self.cut()

    def _end(self) -> None:
        """What came is the answer, if there was a status."""
        if not self._status:
            self._fail(Lost(silent=self._received == 0))
        elif (over := self._asked()) is not None:
            over.set_result(Answer(self._status, self._answered - self._begun, self._body))

    def _fail(self, error: Exception) -> None:
        if self._over is None:
            return
        if (over := self._asked()) is not None:
            over.set_exception(error)
        self.cut()

    def _asked(self) -> "asyncio.Future[Answer] | None":
        """Whoever waits for the answer; from here on nothing is asked."""
        over, self._over = self._over, None
        self._deadlines.discard(self)
        return None if over is None or over.done() else over
