"""What our server adds to uvicorn's HTTP: limits of a head, and one write for each answer.

uvicorn on httptools waits for ever for the end of a head and takes one of any size; both are bounded
here, before anything of ours is asked. (RFC 6585 section 5; RFC 9110 section 15.5.9)
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 32_768
"""Request line and headers together."""
HEAD_SECONDS = 10.0
"""From the first byte of a head, or from the opening of the connection, to the end of the head."""


class Protocol(HttpToolsProtocol):
    """One connection."""

    head_bytes = HEAD_BYTES
    head_seconds = HEAD_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._received = 0
        self._chunk = 0
        self._waiting: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", _Joined(transport, self.loop)))
        self._wait_for_the_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._chunk = len(data)
        self._received += self._chunk
        if self._refused:
            return
        super().data_received(data)
        # A head that came whole, as almost all do, costs no timer.
        if self._in_head and not self._refused:
            if self._received > self.head_bytes:
                self._refuse(b"431 Request Header Fields Too Large", "The headers are too large.")
            elif self._waiting is None:
                self._wait_for_the_head()

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_waiting()
        suspect = max(self._received, self._chunk) > self.head_bytes
        self._received = 0
        if suspect and self._head_size() > self.head_bytes:
            self._refuse(b"431 Request Header Fields Too Large", "The headers are too large.")
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._received = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._refused:
            super().on_message_complete()

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _wait_for_the_head(self) -> None:
        self._waiting = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self._refuse(b"408 Request Timeout", "The request did not arrive in time.")

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
        self.transport.close()


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
