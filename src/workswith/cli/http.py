"""What our server adds to uvicorn's HTTP: limits of time and size, refusals, answers at once.

uvicorn on httptools waits for ever for the end of a head or a body and takes a head of any size;
that is bounded here, whoever of ours is asked. (RFC 6585 section 5; RFC 9110 section 15.5.9) What
cannot be understood in one way only is a 400 and the end of the connection. (RFC 9112 section 11.2)

An application may have ``begin`` beside ``__call__``: it does what can be done without waiting and
returns ``None``, or what is still to be awaited. Only that costs a task.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from workswith.kernel import log
from workswith.kernel.ident import Ident

from .exchange import EXTENSIONS, Exchange
from .joining import Joined

HEAD_BYTES = 32_768
"""Request line and headers together; also what may come in a body without being of it."""
HEAD_SECONDS = 10.0
"""From the first byte of a head, or from the opening of the connection, to the end of the head."""
BODY_SECONDS = 30.0
"""From the end of a head to the end of its body."""
LINGER_SECONDS = 0.5
"""Whoever drips its body is heard for so long after its 408, and then cut off."""

Begin = Callable[[Any, Any, Any], Awaitable[None] | None]

_TOO_LARGE = b"431 Request Header Fields Too Large"
_ASGI = {"version": "3.0", "spec_version": "2.3"}
_NOTED = frozenset({b"host", b"expect", b"transfer-encoding"})
_INVALID = b"400 Bad Request"

_ident = Ident()
_log = log.get("http")


class Protocol(HttpToolsProtocol):
    """One connection."""

    head_bytes = HEAD_BYTES
    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    linger_seconds = LINGER_SECONDS

    cycle: Exchange

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begin: Begin = getattr(self.app, "begin", self.app)
        self._answering: Exchange | None = None
        self._asked: Exchange | None = None
        self._in_head = False
        self._in_body = False
        self._received = 0
        self._chunk = 0
        self._hosts = 0
        self._coding = b""
        self._waiting: asyncio.TimerHandle | None = None
        self._refused = False
        self._idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.joined = Joined(cast("asyncio.Transport", transport), self.loop)
        super().connection_made(cast("asyncio.Transport", self.joined))
        self._in_head = True
        self._wait(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        answering = self._answering  # several may have come meanwhile, `cycle` is the latest
        if answering is not None and not answering.response_complete:
            answering.disconnected = True
            answering.wake()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._chunk = len(data)
        self._received += self._chunk
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refused = True  # nobody here speaks anything else; this one is answered
            return
        except httptools.HttpParserError:
            self._start_asked()
            self._fail(_INVALID, "The request is not valid HTTP.")
            return
        if self._asked is not None:
            self._start_asked()
        # What came whole, as almost everything does, costs no timer.
        if self._in_head or self._in_body:
            self._bound_the_rest()

    def _bound_the_rest(self) -> None:
        if self._received > self.head_bytes:
            what = "The headers are" if self._in_head else "What stands around the body is"
            self._fail(_TOO_LARGE, f"{what} too large.")
        elif self._waiting is None and not self._refused:
            self._wait(self.head_seconds if self._in_head else self.body_seconds)

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._in_head = True
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._hosts = 0
        self._coding = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if not self._in_head:
            return  # a trailer: what an application goes by stands in front of the body
        if name in _NOTED:
            if name == b"host":
                self._hosts += 1
            elif name == b"transfer-encoding":
                self._coding = value.lower()
            elif value.lower() == b"100-continue":
                self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._waiting is not None:
            self._stop_waiting()
        suspect = self._received > self.head_bytes or self._chunk > self.head_bytes
        self._received = 0
        if self._refused:
            return
        if suspect and self._head_size() > self.head_bytes:
            self._refuse(_TOO_LARGE, "The headers are too large.")
            return
        parser = self.parser
        version = parser.get_http_version()
        if (version != "1.1" or self._hosts != 1 or self._coding) and not self._is_sound(version):
            return
        raw_path, query = self._target()
        path = raw_path.decode("ascii")
        scope = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": "",
            "method": parser.get_method().decode("ascii"),
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": self.headers,
            "extensions": EXTENSIONS,
        }
        # After a request to upgrade the parser does not go on.
        lasting = version == "1.1" and parser.should_keep_alive() and not parser.should_upgrade()
        earlier = self.cycle
        self.cycle = exchange = Exchange(self, scope, keep_alive=lasting)
        self._in_body = True
        if self.expect_100_continue:
            exchange.waiting_for_100_continue = True
        if earlier is None or earlier.response_complete:
            self._asked = exchange  # its body may be here as well: then the whole can be answered
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))

    def on_body(self, body: bytes) -> None:
        self._received = 0
        exchange = self.cycle
        if not self._refused and not exchange.response_complete:
            exchange.add(body)
            if len(exchange.received) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()

    def on_message_complete(self) -> None:
        self._in_body = False
        if self._waiting is not None:
            self._stop_waiting()
        exchange = self.cycle
        if not self._refused and not exchange.response_complete:
            exchange.more_body = False
            exchange.wake()
            if self._asked is not None:
                self._start_asked()

    def _is_sound(self, version: str) -> bool:
        """Refuses what is not: the parser notices some of it too late, or never."""
        if version not in ("1.0", "1.1"):
            self._refuse(b"505 HTTP Version Not Supported", "This server speaks HTTP/1.1.")
        elif self._hosts > 1 or (not self._hosts and version == "1.1"):
            self._refuse(_INVALID, "A request has one Host.")
        elif self._coding and (self._coding != b"chunked" or version == "1.0"):
            self._refuse(_INVALID, "The only Transfer-Encoding is chunked.")
        return not self._refused

    def _target(self) -> tuple[bytes, bytes]:
        """Path and query, percent-encoded as they travelled."""
        url = self.url
        if url[:1] == b"/" and b"#" not in url:
            path, _, query = url.partition(b"?")
            return path, query
        parsed = httptools.parse_url(url)
        if parsed.host:  # then it counts, whatever the header says (RFC 9112 section 3.2.2)
            host = b"[%s]" % parsed.host if b":" in parsed.host else parsed.host
            host = host if parsed.port is None else b"%s:%d" % (host, parsed.port)
            self.headers[:] = [(n, host if n == b"host" else value) for n, value in self.headers]
        return parsed.path or b"/", parsed.query or b""

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    # From the request to its answer.

    def _start_asked(self) -> None:
        exchange, self._asked = self._asked, None
        if exchange is not None:
            self._start(exchange)

    def _start(self, exchange: Exchange) -> None:
        self._answering = exchange
        rest = self._begin(exchange.scope, exchange.receive, exchange.send)
        if rest is None and exchange.response_complete:
            return
        task = self.loop.create_task(exchange.finish(rest))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def on_response_complete(self) -> None:
        """One timer serves a connection for all its pauses, where uvicorn makes one for each."""
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self.loop.call_soon(self._start_next)  # not from here: there may be thousands
        elif self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self._look_at_idleness_in(self.timeout_keep_alive)

    def _start_next(self) -> None:
        if not self.transport.is_closing():
            self._start(cast("Exchange", self.pipeline.pop()[0]))

    def end(self) -> None:
        """Nothing more comes from here, and nothing more is heard."""
        self._refused = True
        self.transport.close()

    # Connections at rest.

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

    # Requests that do not come, or not as they should.

    def _wait(self, seconds: float) -> None:
        self._waiting = self.loop.call_later(seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            what = "body" if self._in_body else "request"
            self._fail(b"408 Request Timeout", f"The {what} did not arrive in time.")

    def _fail(self, status: bytes, sentence: str) -> None:
        """In a body, the application hears that its caller has gone, whatever it was doing."""
        if self._refused:
            return
        if not self._in_body:
            self._refuse(status, sentence)
            return
        exchange = self.cycle
        if exchange.response_started or self.pipeline:
            self.end()
        else:
            exchange.response_complete = True
            self._refuse(status, sentence)
        exchange.disconnected = True
        exchange.wake()

    def _refuse(self, status: bytes, sentence: str) -> None:
        """Answers and closes; when an earlier request is still being answered, closes after that."""
        self._refused = True
        self._stop_waiting()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
            return
        flow = _ident.key()[:12]
        client = self.client[0] if self.client else ""
        _log.info("a request was refused", status=status.decode(), flow=flow, client=client)
        body = sentence.encode()
        self.transport.write(
            b"HTTP/1.1 %s\r\ncontent-type: text/plain; charset=utf-8\r\nx-flow-id: %s\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%s"
            % (status, flow.encode(), len(body), body)
        )
        # A client that is still sending when the connection closes would not see the answer.
        self.loop.call_later(self.linger_seconds if self._in_body else 0, self.transport.close)
