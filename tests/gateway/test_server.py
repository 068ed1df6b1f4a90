"""The gateway behind the real HTTP server, over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from tests.gateway.conftest import KEY, PLANTS, World

GOOD = f"Host: x\r\nOcp-Apim-Subscription-Key: {KEY}\r\nAuthorization: Bearer good\r\n"


@pytest.fixture
async def port(world: World) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(world.gateway, http="httptools", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    yield listener.getsockname()[1]
    server.should_exit = True
    await running


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, request: bytes, *, bodiless: bool = False) -> tuple[int, bytes]:
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        length = 0 if bodiless else int(lines.get(b"content-length", 0))
        return status, await self.reader.readexactly(length)


@pytest.fixture
async def connection(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield Connection(reader, writer)
    writer.close()


def get(path: str = PLANTS) -> bytes:
    return f"GET {path} HTTP/1.1\r\n{GOOD}\r\n".encode()


async def test_calls_share_a_connection_whatever_their_result(connection: Connection) -> None:
    assert (await connection.ask(get()))[0] == 200
    status, body = await connection.ask(b"GET /echo/resource HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (status, len(body)) == (401, 152)
    status, body = await connection.ask(get("/smarther/v2.0/nothing"))
    assert (status, len(body)) == (404, 54)
    head = f"HEAD /echo/resource HTTP/1.1\r\n{GOOD}\r\n".encode()
    assert (await connection.ask(head, bodiless=True))[0] == 200
    assert (await connection.ask(get()))[0] == 200


@pytest.mark.parametrize("lines", [GOOD, "Host: x\r\n"])
async def test_a_huge_body_is_answered_and_the_connection_stays_usable(
    connection: Connection, lines: str
) -> None:
    body = b"x" * 700_000
    request = f"PUT /echo/resource HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    status, answer = await connection.ask(request.encode() + body)
    assert (status, len(answer)) == ((400, 42) if "Bearer" in lines else (401, 152))
    assert (await connection.ask(get()))[0] == 200


async def test_chunks(connection: Connection, world: World) -> None:
    request = f"PUT /echo/resource HTTP/1.1\r\n{GOOD}Transfer-Encoding: chunked\r\n\r\n"
    assert (await connection.ask(request.encode() + b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"))[0] == 200
    assert world.seen[0].raw == b"abcd"


async def test_a_caller_that_leaves_in_mid_body_harms_nobody(port: int, world: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"PUT /echo/resource HTTP/1.1\r\n{GOOD}Content-Length: 9\r\n\r\nabc".encode())
    await writer.drain()
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await Connection(reader, writer).ask(get()))[0] == 200
    writer.close()
    assert [request.operation.id for request in world.seen] == ["Plants"]


async def test_the_vendors_statuses_pass_the_server(connection: Connection, world: World) -> None:
    from workswith.kernel.problem import Kind, Problem

    for kind, status in ((Kind.INVALID, 430), (Kind.PASSWORD_EXPIRED, 469), (Kind.BUSY, 486)):
        world.answer = Problem(kind, "x", "x")
        assert (await connection.ask(get()))[0] == status


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("Ocp-Apim-Subscription-Key: wrong\r\n", "", 401),
        ("", "Ocp-Apim-Subscription-Key: wrong\r\n", 401),
        ("", f"Ocp-Apim-Subscription-Key: {KEY}\r\n", 401),
        ("Authorization: Bearer other\r\n", "", 401),
        ("", "Authorization: Bearer other\r\n", 401),
        ("Accept: application/json\r\n", "Accept: text/html\r\n", 200),
        ("Accept: text/csv\r\n", "Accept: text/html\r\n", 406),
    ],
)
async def test_lines_of_one_name_are_one_value(
    connection: Connection, before: str, after: str, status: int
) -> None:
    """Whoever stands in front of us may have looked at the first, or at the last."""
    call = f"GET {PLANTS} HTTP/1.1\r\n{before}{GOOD}{after}\r\n".encode()
    assert (await connection.ask(call))[0] == status
