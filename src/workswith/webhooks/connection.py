"""One HTTP/1.1 connection to an endpoint: a request at a time, an answer bounded in all ways.

The answer budget runs from the written request to the status line. What follows the status line
cannot change the verdict any more, so headers and body only get a moment (`DRAIN`) and a size
(`LARGEST`); an endpoint that drips or floods costs its own connection and nothing else.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

import httptools

from .sent import Sent
from .target import Target

LARGEST = 64 * 1024
"""Bytes of an answer, headers included, after which the connection is cut."""
KEPT = 1_024
"""Bytes of the body that are kept to be shown."""
DRAIN = 0.5
"""Real seconds for what follows the status line."""
TICK = 0.02
"""Real seconds between two looks at what is late. An answer is judged by its own instant, so this
is only how much later than its budget a silent endpoint gives its place free."""


class Deadlines:
    """One timer for all connections that wait, since two for each request would cost more than
    the request's own handling.
    """

    def __init__(self) -> None:
        self._waiting: set[Connection] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, connection: "Connection") -> None:
        self._waiting.add(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK, self._look)

    def discard(self, connection: "Connection") -> None:
        self._waiting.discard(connection)

    def close(self) -> None:
        """Cuts all that wait."""
        for connection in list(self._waiting):
            connection.cut()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [each for each in self._waiting if each.deadline <= now]:
            connection.expire()
        # Without anybody left it stops, so that an idle program sleeps.
        self._timer = loop.call_later(TICK, self._look) if self._waiting else None


Asked = asyncio.Future[Sent]


class Line(Protocol):
    """What a connection writes to: a transport, or TLS on one."""

    def write(self, data: bytes) -> None: ...
    def is_closing(self) -> bool: ...
    def abort(self) -> None: ...


class Connection(asyncio.Protocol):
    """Made by ``loop.create_connection``, or on `tls`; `ask` is called for one request after the other.

    ``over`` is told what came of each, and whom to tell it.
    """

    def __init__(self, target: Target, deadlines: Deadlines, over: "Over") -> None:
        self.target = target
        self._loop = asyncio.get_running_loop()
        self._deadlines = deadlines
        self._over = over
        self._line: Line | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._asked: Asked | None = None
        self._received = 0
        self._body = b""
        self._status = 0
        self._begun = 0.0
        self._budget = 0.0
        self._answer_ms = 0.0
        self.endpoint_id = ""
        """Whose next requests it may carry."""
        self.connect_ms = 0.0
        """What its making took; 0 once that has been told with an answer."""
        self.request = b""
        """What was asked, until it is answered."""
        self.deadline = 0.0
        """When `expire` is due, in the loop's time."""
        self.idle_since = 0.0
        """Since when it waits for another request, in the loop's time."""
        self.usable = False
        """Whether another request may be sent."""
        self.warm = False
        """Whether it has answered before."""

    @property
    def silent(self) -> bool:
        """Whether not one byte has come since the request."""
        return self._received == 0

    def ask(self, request: bytes, budget: float) -> Asked:
        """Sends; the status has to come within ``budget`` s.

        Whoever stops waiting for it leaves the answer to this connection, which ends in time.
        """
        asked = self._asked = self._loop.create_future()
        self._received = self._status = 0
        self._body = b""
        self.request = request
        line = self._line
        if line is None or line.is_closing():
            self._fail("reset")
            return asked
        self.usable = False
        line.write(request)
        begun = self._begun = self._loop.time()
        self._budget = budget
        self.deadline = begun + budget
        self._deadlines.add(self)
        return asked

    def expire(self) -> None:
        """The deadline has passed: no status in time, or no end of what follows it."""
        if self._status:
            self.cut()
        else:
            self._fail("timeout")

    def cut(self) -> None:
        """Ends the connection at once."""
        self.usable = False
        if self._line is not None:
            self._line.abort()
        self._end()

    def begin(self, line: Line) -> None:
        """It has been made."""
        self._line = line
        self.usable = True

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.begin(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        if self._asked is None:  # unasked: whatever it is, it must not answer the next request
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
        self._end()

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
            self._fail("garbled")
        elif status >= 200:
            now = self._loop.time()
            took = now - self._begun
            if took > self._budget:
                self._fail("timeout")
                return
            self._status = status
            self._answer_ms = took * 1000
            self.deadline = now + DRAIN

    def _spoil(self) -> None:
        """What cannot be read: a failure before the status, only the end of it after."""
        if not self._status:
            self._fail("garbled")
        self.cut()

    def _end(self) -> None:
        """What came is the answer, if there was a status."""
        if self._asked is None:
            return
        if self._status:
            self._tell(Sent(self._status, "", self.connect_ms, self._answer_ms, self._body))
            self.warm = True
        else:
            self._fail("reset")

    def _fail(self, error: str) -> None:
        if self._asked is None:
            return
        self.usable = False
        late = self._budget * 1000 if error == "timeout" else 0.0
        self._tell(Sent(None, error, self.connect_ms, late))
        self.cut()

    def _tell(self, sent: Sent) -> None:
        """From here on nothing is asked."""
        asked, self._asked = self._asked, None
        self._deadlines.discard(self)
        if asked is not None:
            self._over(self, asked, sent)
        self.connect_ms = 0.0
        self.request = b""


Over = Callable[[Connection, Asked, Sent], None]
"""Hears of a connection what came of its request, and who waits for that."""
