"""TLS of our own: whatever way its bytes arrive, and however it ends, an attempt is judged as on any."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.receiver import Receiver, saying, well
from tests.webhooks.test_sender import BODY, post
from workswith.webhooks.sender import Sender
from workswith.webhooks.settings import Settings

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[str]:
    """The address of a server that does as told, without TLS of its own."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}/hook"


@pytest.fixture
async def sender(settings: Settings) -> AsyncIterator[Sender]:
    made = Sender(settings)
    yield made
    made.close()


def byte_by_byte(port: int) -> Serve:
    """What passes everything on to ``port`` on this machine, one byte in a packet on the way back."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_there, to_there = await asyncio.open_connection("127.0.0.1", port)

        async def there() -> None:
            while data := await reader.read(65_536):
                to_there.write(data)
            to_there.close()

        going = asyncio.create_task(there())
        while data := await from_there.read(65_536):
            for number in range(len(data)):
                writer.write(data[number : number + 1])
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        await going

    return serve


async def test_records_in_pieces_are_put_together(sender: Sender, receiver: Receiver) -> None:
    async with listening(byte_by_byte(receiver.port)) as url:
        sent = [await post(sender, url) for _ in range(3)]
        assert [each.status for each in sent] == [200] * 3
        assert [each.connect_ms > 0 for each in sent] == [True, False, False]
        assert [got.body for got in receiver.received] == [BODY] * 3


async def test_an_answer_of_several_records_is_read_to_its_end(
    sender: Sender, receiver: Receiver
) -> None:
    receiver.behave = well(200, b"x" * 50_000)
    assert (await post(sender, receiver.url())).answer == b"x" * 1_024
    assert (await post(sender, receiver.url())).connect_ms == 0, "all of it was read"


async def test_a_decent_end_is_the_end_of_the_answer(sender: Sender, receiver: Receiver) -> None:
    receiver.behave = saying(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
    sent = await post(sender, receiver.url())
    assert (sent.status, sent.answer) == (200, b"until the end")


async def test_an_end_during_the_handshake_is_no_connection(sender: Sender) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with listening(leave) as url:
        sent = await post(sender, url)
        assert (sent.status, sent.error) == (None, "connect")


async def test_nonsense_after_the_handshake_ends_the_connection(
    sender: Sender, tls: ssl.SSLContext
) -> None:
    async def spoil(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        there = tls.wrap_bio(came, goes, server_side=True)
        shaken = False
        while not shaken:
            try:
                there.do_handshake()
                shaken = True
            except ssl.SSLWantReadError:
                writer.write(goes.read())
                came.write(await reader.read(65_536))
        writer.write(goes.read() + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await reader.read()
        writer.close()

    async with listening(spoil) as url:
        sent = await post(sender, url)
        assert (sent.status, sent.error) == (None, "reset")
