"""One request and its answer on a connection: uvicorn's cycle, made with less.

What a cycle has in the beginning stands in its class, and what few requests need is made when it is
asked for. An application may take the whole body of a request at once, if it is there, and hand over
a whole answer as bytes: the scope's ``extensions`` have ``workswith.body`` and ``workswith.answer``,
see `body` and `answer`.
"""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, cast

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

if TYPE_CHECKING:
    from .http import Protocol

ANSWER = "workswith.answer"
BODY = "workswith.body"

_logger = logging.getLogger("uvicorn.error")


class _Unheard(asyncio.Event):
    """For uvicorn, which tells each cycle's event what has changed: here `Exchange.wake` does."""

    def set(self) -> None:
        """Nobody waits for it."""


class Exchange(RequestResponseCycle):
    """The other attributes are in `RequestResponseCycle`; there is no access log here.

    ``received`` is what has come of the body and was not asked for yet.
    """

    logger = _logger
    access_logger = _logger
    access_log = False
    message_event = _Unheard()
    disconnected = False
    waiting_for_100_continue = False
    received = b""
    more_body = True
    response_started = False
    response_complete = False
    chunked_encoding: bool | None = None
    expected_content_length = 0
    news = False
    _woken: asyncio.Event | None = None

    def __init__(self, protocol: "Protocol", scope: Any, *, keep_alive: bool) -> None:
        self.protocol = protocol
        self.scope = scope
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.default_headers = protocol.server_state.default_headers
        self.keep_alive = keep_alive

    def on_response(self) -> None:
        self.wake()
        self.protocol.on_response_complete()

    def wake(self) -> None:
        """Something has changed for whoever waits in `receive`."""
        self.news = True
        if self._woken is not None:
            self._woken.set()

    def add(self, body: bytes) -> None:
        self.received = self.received + body if self.received else body
        self.wake()

    async def receive(self) -> ASGIReceiveEvent:
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        if not self.disconnected and not self.response_complete:
            self.flow.resume_reading()
            while not self.news:
                self._woken = self._woken or asyncio.Event()
                self._woken.clear()
                await self._woken.wait()
            self.news = False
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        body, self.received = self.received, b""
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    async def finish(self, rest: Awaitable[None] | None) -> None:
        """What an application has left to do; if that fails, or is no whole answer, it ends here."""
        try:
            if rest is not None:
                await rest
        except BaseException:  # as uvicorn has it: also while it shuts down
            _logger.exception("Exception in ASGI application")
        else:
            if self.response_complete or self.disconnected:
                return
            _logger.error("The application returned before its answer was complete.")
        if self.response_started:
            self.transport.close()
        else:
            await self.send_500_response()


def body(receive: Any) -> bytes | None:
    """The whole body of a request, once; ``None`` when it has to be received, since more will come.

    ``receive`` is what the application was called with, or what stands in its place.
    """
    exchange = getattr(receive, "__self__", None)
    if type(exchange) is not Exchange or exchange.more_body or exchange.disconnected:
        return None
    whole, exchange.received = exchange.received, b""
    exchange.news = False
    return whole


def answer(send: Any, head: bytes, body: bytes) -> bool:
    """A whole answer: status line and headers, each with its line end, and the body.

    ``head`` has a ``content-length`` and neither ``date`` nor ``connection``. ``False`` means that
    nothing was sent, and the usual messages are to be: ``send`` is not ours, since somebody in
    between wants to see them, or the client reads too slowly.
    """
    exchange = getattr(send, "__self__", None)
    if type(exchange) is not Exchange or exchange.response_started or exchange.flow.write_paused:
        return False
    if exchange.disconnected:
        return True
    exchange.response_started = exchange.response_complete = True
    protocol = exchange.protocol
    lines = _lines(protocol.server_state.default_headers)
    if exchange.keep_alive:
        protocol.joined.write_now(b"%s%s\r\n%s" % (head, lines, body))
    else:
        protocol.joined.write_now(b"%s%sconnection: close\r\n\r\n%s" % (head, lines, body))
        protocol.end()
    exchange.wake()
    protocol.on_response_complete()
    return True


EXTENSIONS = {ANSWER: answer, BODY: body}
"""Of every scope."""

_latest_lines: list[Any] = [None, b""]


def _lines(headers: list[tuple[bytes, bytes]]) -> bytes:
    """What uvicorn puts on every answer; it makes a new list once a second."""
    if _latest_lines[0] is not headers:
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        _latest_lines[:] = headers, lines
    return cast("bytes", _latest_lines[1])
