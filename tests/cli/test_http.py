"""The limits of a head, over real sockets: nothing slow or huge reaches the application."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.cli.server import connected
from tests.patience import eventually
from workswith.cli.http import Protocol
from workswith.kernel import log

SMALL = 2_000
LIMIT_SECONDS = 100.0
"""They pass when a test says so, and not because a machine is busy."""


class Limited(Protocol):
    head_bytes = SMALL
    head_seconds = body_seconds = LIMIT_SECONDS


class App:
    """Answers with the length of the body; remembers whom it was asked by."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.hosts: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        self.hosts += [value for name, value in scope["headers"] if name == b"host"]
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        headers = [(b"content-length", b"%d" % len(str(size)))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": str(size).encode()})


Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def served(app: Any, *, idle_seconds: int = 1_000) -> AsyncIterator[tuple[Wire, Protocol]]:
    """Both ends of a connection."""
    async with connected(app, Limited, idle_seconds=idle_seconds) as (server, reader, writer):
        await eventually(lambda: server.server_state.connections, "the connection")
        (connection,) = server.server_state.connections
        assert isinstance(connection, Protocol)
        yield (reader, writer), connection


async def pass_time(seconds: float) -> None:
    """So many seconds are over, for all that waits in this loop."""
    loop = asyncio.get_running_loop()
    now = loop.time
    vars(loop)["time"] = lambda: now() + seconds
    await asyncio.sleep(0)


async def too_late(connection: Protocol) -> None:
    """The time is over for what the server waits for."""
    await eventually(lambda: connection._waiting, "a limit")
    await pass_time(LIMIT_SECONDS)


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
async def ends(app: App) -> AsyncIterator[tuple[Wire, Protocol]]:
    async with served(app) as both:
        yield both


@pytest.fixture
def wire(ends: tuple[Wire, Protocol]) -> Wire:
    return ends[0]


@pytest.fixture
def connection(ends: tuple[Wire, Protocol]) -> Protocol:
    return ends[1]


def get(path: str = "/", **headers: str) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)


@pytest.mark.parametrize("whole", [True, False], ids=["at once", "in pieces"])
async def test_a_huge_head_is_refused(wire: Wire, app: App, whole: bool) -> None:
    reader, writer = wire
    request = get(**{f"X-{n}": "x" * 50 for n in range(100)})
    for piece in [request] if whole else [request[n : n + 500] for n in range(0, 2_500, 500)]:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)
    assert (await answer(reader))[0] == 431
    assert await reader.read() == b""
    assert app.asked == []


async def test_a_refusal_can_be_found_in_the_log(wire: Wire) -> None:
    out = io.StringIO()
    log.configure(as_json=True, stream=out)
    try:
        wire[1].write(b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")
        head = (await wire[0].read()).partition(b"\r\n\r\n")[0].decode()
    finally:
        log.configure()
    flow = head.partition("x-flow-id: ")[2].partition("\r\n")[0]
    written = json.loads(out.getvalue())
    assert (written["flow"], written["status"]) == (flow, "400 Bad Request")
    assert len(flow) == 12


async def test_a_huge_address_is_refused(wire: Wire, app: App) -> None:
    wire[1].write(get("/" + "x" * SMALL))
    assert (await answer(wire[0]))[0] == 431
    assert app.asked == []


async def test_a_head_that_never_ends_is_refused(
    wire: Wire, app: App, connection: Protocol
) -> None:
    reader, writer = wire
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
    await too_late(connection)
    assert (await answer(reader))[0] == 408
    assert await reader.read() == b""
    assert app.asked == []


async def test_dripping_does_not_buy_time(wire: Wire, app: App) -> None:
    reader, writer = wire

    async def drip() -> None:
        for byte in get(**{"X-Slow": "x" * 200}):
            writer.write(bytes([byte]))
            await pass_time(1)

    dripping = asyncio.create_task(drip())
    assert (await answer(reader))[0] == 408
    dripping.cancel()
    assert app.asked == []


async def test_a_connection_that_says_nothing_is_closed(wire: Wire, connection: Protocol) -> None:
    await too_late(connection)
    assert (await answer(wire[0]))[0] == 408


async def test_a_second_head_is_bounded_as_the_first(
    wire: Wire, app: App, connection: Protocol
) -> None:
    reader, writer = wire
    writer.write(get("/one"))
    assert (await answer(reader)) == (200, b"0")
    writer.write(b"GET /two HTTP/1.1\r\n")
    await too_late(connection)
    assert (await answer(reader))[0] == 408
    assert app.asked == ["/one"]


async def test_bodies_are_not_mistaken_for_heads(wire: Wire, app: App) -> None:
    reader, writer = wire
    for size in (10 * SMALL, 3, 5 * SMALL):
        writer.write(f"POST /{size} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
        for begin in range(0, size, 1_000):
            writer.write(b"x" * min(1_000, size - begin))
            await writer.drain()
        assert (await answer(reader))[0] == 200
    assert len(app.asked) == 3


async def test_pipelined_requests_are_answered_in_order(wire: Wire, app: App) -> None:
    reader, writer = wire
    writer.write(b"".join(get(f"/{n}") for n in range(20)))
    for _ in range(20):
        assert (await answer(reader)) == (200, b"0")
    assert app.asked == [f"/{n}" for n in range(20)]


async def test_a_whole_address_says_which_host_is_meant(wire: Wire, app: App) -> None:
    """As proxies send it: the header of that name is ignored. (RFC 9112 section 3.2.2)"""
    reader, writer = wire
    for address in (
        "http://portal.example/a?b=c",
        "http://portal.example:8443/a",
        "http://[::1]:8443/a",
        "/a",
    ):
        writer.write(get(address))
        assert (await answer(reader))[0] == 200
    assert app.asked == ["/a"] * 4
    assert app.hosts == [b"portal.example", b"portal.example:8443", b"[::1]:8443", b"x"]


async def test_what_is_under_way_is_answered_before_a_refusal_closes(wire: Wire, app: App) -> None:
    reader, writer = wire
    writer.write(get("/good") + get("/" + "x" * SMALL))
    assert await answer(reader) == (200, b"0")
    assert await reader.read() == b""
    assert app.asked == ["/good"]


class Whole(App):
    """Hands its answers over whole; ``wrapped`` as if somebody stood in between."""

    wrapped = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def between(message: Any) -> None:
            await send(message)

        body = scope["path"].encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n" % len(body)
        speaks = between if self.wrapped else send
        if not scope["extensions"]["workswith.answer"](speaks, head, body):
            await super().__call__(scope, receive, send)


async def test_an_answer_handed_over_whole_is_an_answer_like_others() -> None:
    """Pipelined ones in order, with a date, and the connection closed when the client asks."""
    async with served(Whole()) as ((reader, writer), _):
        writer.write(get("/one") + get("/two") + get("/three", connection="close"))
        for path in (b"/one", b"/two", b"/three"):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200 ok\r\n")
            assert head.count(b"\r\ndate: ") == 1
            assert (b"connection: close" in head) == (path == b"/three")
            assert await reader.readexactly(len(path)) == path
        assert await reader.read() == b""


async def test_whoever_stands_between_sees_the_messages() -> None:
    app = Whole()
    app.wrapped = True
    async with served(app) as ((reader, writer), _):
        writer.write(get("/x"))
        assert await answer(reader) == (200, b"0")
    assert app.asked == ["/x"]


async def test_an_idle_connection_is_closed_and_a_used_one_is_not() -> None:
    async with served(Whole(), idle_seconds=100) as ((reader, writer), _):
        for _turn in range(4):
            writer.write(get("/x"))
            assert await answer(reader) == (200, b"/x")
            await pass_time(40)
        await pass_time(61)
        assert await reader.read() == b""


@pytest.mark.parametrize("dripping", [True, False], ids=["drips", "stops"])
async def test_a_body_that_does_not_come_is_ended(dripping: bool) -> None:
    gone: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "http.request":
            assert message["more_body"]
        gone.append(message["type"])

    async with served(app) as ((reader, writer), connection):
        writer.write(b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\ngrant_type=")

        async def drip() -> None:
            while True:
                writer.write(b"x")
                await pass_time(1)

        await eventually(lambda: connection._in_body, "the beginning")
        task = asyncio.create_task(drip() if dripping else too_late(connection))
        assert (await answer(reader))[0] == 408
        with contextlib.suppress(ConnectionResetError):  # what it sent after that was not read
            assert await reader.read() == b""
        task.cancel()
    assert gone == ["http.disconnect"]


async def test_a_body_that_comes_in_time_is_taken() -> None:
    async with served(App()) as ((reader, writer), connection):
        for _ in range(2):
            writer.write(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
            await eventually(lambda: connection._in_body, "the first half")
            await pass_time(LIMIT_SECONDS / 2)
            writer.write(b"cd")
            assert await answer(reader) == (200, b"4")
        await pass_time(LIMIT_SECONDS * 1.5)
        writer.write(get("/again"))
        assert await answer(reader) == (200, b"0")
