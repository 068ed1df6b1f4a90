"""One request and its answer on a connection: uvicorn's cycle, made with less.

What a cycle has in the beginning stands in its class, and what few requests need is made when it is
asked for. An application that has a whole answer ready may hand it over in one call, as bytes: the
scope has ``extensions["workswith.answer"]``, see `answer`.
"""

import asyncio
import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

if TYPE_CHECKING:
    from .http import Protocol

ANSWER = "workswith.answer"

_logger = logging.getLogger("uvicorn.error")


class Exchange(RequestResponseCycle):
    """The other attributes are in `RequestResponseCycle`; there is no access log here."""

    logger = _logger
    access_logger = _logger
    access_log = False
    disconnected = False
    waiting_for_100_continue = False
    body = cast("bytearray", b"")
    more_body = True
    response_started = False
    response_complete = False
    chunked_encoding: bool | None = None
    expected_content_length = 0

    def __init__(self, protocol: "Protocol", scope: Any, *, keep_alive: bool) -> None:
        self.protocol = protocol
        self.scope = scope
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.keep_alive = keep_alive

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:  # type: ignore[override]  # not its own
        return self.protocol.server_state.default_headers

    @cached_property
    def message_event(self) -> asyncio.Event:  # type: ignore[override]  # most never wait
        event = asyncio.Event()
        if self.body or not self.more_body or self.disconnected or self.response_complete:
            event.set()
        return event

    def on_response(self) -> None:
        self.protocol.on_response_complete()

    def wake(self) -> None:
        """Something has changed for whoever waits in `receive`."""
        if "message_event" in self.__dict__:
            self.message_event.set()

    def add(self, body: bytes) -> None:
        if self.body:
            self.body += body
        else:
            self.body = bytearray(body)
        self.wake()


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


EXTENSIONS = {ANSWER: answer}
"""Of every scope."""

_latest_lines: list[Any] = [None, b""]


def _lines(headers: list[tuple[bytes, bytes]]) -> bytes:
    """What uvicorn puts on every answer; it makes a new list once a second."""
    if _latest_lines[0] is not headers:
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        _latest_lines[:] = headers, lines
    return cast("bytes", _latest_lines[1])
