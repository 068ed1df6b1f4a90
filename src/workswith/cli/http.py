"""What our server adds to uvicorn's HTTP: limits of time and size, and one write for each answer.

uvicorn on httptools waits for ever for the end of a head or a body and takes a head of any size;
that is bounded here, whoever of ours is asked. (RFC 6585 section 5; RFC 9110 section 15.5.9)

An application that has a whole answer ready may hand it over in one call, as bytes: the scope has
``extensions["workswith.answer"]``, see `Protocol.answer`. That spares two messages and their checks.
"""

import asyncio
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

ANSWER = "workswith.answer"

HEAD_BYTES = 32_768
"""Request line and headers together."""
HEAD_SECONDS = 10.0
"""From the first byte of a head, or from the opening of the connection, to the end of the head."""
BODY_SECONDS = 30.0
"""From the end of a head to the end of its body."""
LINGER_SECONDS = 0.5
"""Whoever drips its body is heard for so long after its 408, and then cut off."""


class Protocol(HttpToolsProtocol):
    """One connection."""

    head_bytes = HEAD_BYTES
    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    linger_seconds = LINGER_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._in_body = False
        self._received = 0
        self._chunk = 0
        self._waiting: asyncio.TimerHandle | None = None
        self._refused = False
        self._idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._joined = _Joined(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._joined))
        self._wait(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._chunk = len(data)
        self._received += self._chunk
        if self._refused:
            return
        super().data_received(data)
        # What came whole, as almost everything does, costs no timer.
        if self._in_head and not self._refused:
            if self._received > self.head_bytes:
                self._refuse(b"431 Request Header Fields Too Large", "The headers are too large.")
            elif self._waiting is None:
                self._wait(self.head_seconds)
        elif self._in_body and self._waiting is None:
            self._wait(self.body_seconds)

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._in_body = True
        self._stop_waiting()
        suspect = max(self._received, self._chunk) > self.head_bytes
        self._received = 0
        if suspect and self._head_size() > self.head_bytes:
            self._refuse(b"431 Request Header Fields Too Large", "The headers are too large.")
        if not self._refused:
            super().on_headers_complete()
            # The task has been made and not begun.
            scope = cast("dict[str, Any]", self.scope)
            scope["extensions"] = {ANSWER: partial(self.answer, self.cycle)}

    def on_body(self, body: bytes) -> None:
        self._received = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self._stop_waiting()
        if not self._refused:
            super().on_message_complete()

    def answer(self, cycle: RequestResponseCycle, send: Any, head: bytes, body: bytes) -> bool:
        """A whole answer: status line and headers, each with its line end, and the body.

        ``head`` has a ``content-length`` and neither ``date`` nor ``connection``. ``False`` means that
        nothing was sent, and the usual messages are to be: ``send`` is not ours, since somebody in
        between wants to see them, or the client reads too slowly.
        """
        if send != cycle.send or cycle.response_started or self.flow.write_paused:
            return False
        if cycle.disconnected:
            return True
        cycle.response_started = cycle.response_complete = True
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        self._joined.write_now(b"".join((head, _lines(cycle.default_headers), end, body)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def on_response_complete(self) -> None:
        """One timer serves a connection for all its pauses, where uvicorn makes one for each."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_at_idleness_in(self.timeout_keep_alive)

    def _look_at_idleness_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self.transport.is_closing():
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy or self._received or left > 0:
            self._look_at_idleness_in(max(left, self.timeout_keep_alive / 10))
        else:
            self.transport.close()

    def _unset_keepalive_if_required(self) -> None:
        """Nothing: see `on_response_complete`."""

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _wait(self, seconds: float) -> None:
        self._waiting = self.loop.call_later(seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        if self.transport.is_closing():
            return
        if self._in_body:
            self._give_up_the_body()
        else:
            self._refuse(b"408 Request Timeout", "The request did not arrive in time.")

    def _give_up_the_body(self) -> None:
        """The application hears that its caller has gone, whatever it was doing."""
        cycle = self.cycle
        if cycle.response_started or self.pipeline:
            self._refused = True
            self.transport.close()
        else:
            cycle.response_complete = True
            self._refuse(b"408 Request Timeout", "The body did not arrive in time.")
        cycle.disconnected = True
        cycle.message_event.set()

    def _refuse(self, status: bytes, sentence: str) -> None:
        """Answers and closes; when an earlier request is still being answered, closes after that."""
        self._refused = True
        self._stop_waiting()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
            return
        body = sentence.encode()
        self.transport.write(
            b"HTTP/1.1 %s\r\ncontent-type: text/plain; charset=utf-8\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (status, len(body), body)
        )
        # A client that is still sending when the connection closes would not see the answer.
        self.loop.call_later(self.linger_seconds if self._in_body else 0, self.transport.close)


_latest_lines: list[Any] = [None, b""]


def _lines(headers: list[tuple[bytes, bytes]]) -> bytes:
    """What uvicorn puts on every answer; it makes a new list once a second."""
    if _latest_lines[0] is not headers:
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        _latest_lines[:] = headers, lines
    return cast("bytes", _latest_lines[1])


class _Joined:
    """A transport that sends in one system call what is written in one turn of the loop.

    An answer is written as head and body; two small packets cost more than all of our checks.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self.is_closing = transport.is_closing
        self.get_extra_info = transport.get_extra_info
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self.set_protocol = transport.set_protocol

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def write_now(self, data: bytes) -> None:
        """What is a whole answer has nothing to wait for."""
        if self._parts:
            self.write(data)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._parts.clear()
        self._transport.abort()

    def _flush(self) -> None:
        if self._parts:
            data = b"".join(self._parts)
            self._parts.clear()
            self._transport.write(data)
