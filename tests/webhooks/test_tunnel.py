"""Through the operator's forward proxy, from fixed addresses, within the budget of sockets."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import StringIO

import msgspec
import pytest

from tests.receiver import Receiver, dripping, flooding, slow
from tests.webhooks.chain import until
from tests.webhooks.test_sender import BODY, post
from workswith.kernel import log
from workswith.kernel.settings import SettingsError
from workswith.webhooks.sender import Sender
from workswith.webhooks.sent import OUR_FAULT
from workswith.webhooks.settings import Settings
from workswith.webhooks.tunnel import parse


@dataclass
class ForwardProxy:
    """Knows every host as this machine; ``answer`` is what it says before it connects, if a 2xx."""

    answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
    asked: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://user:p%40ss@127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above: asyncio.StreamWriter | None = None
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            writer.write(self.answer)
            if b" 200 " not in self.answer:
                return
            port = int(head.split(b" ")[1].rpartition(b":")[2])
            back, above = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_copy(reader, above), _copy(back, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            if above is not None:
                above.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def running(proxy: ForwardProxy) -> AsyncIterator[ForwardProxy]:
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()


@pytest.fixture
async def proxy() -> AsyncIterator[ForwardProxy]:
    async with running(ForwardProxy()) as made:
        yield made


@pytest.fixture
def complaints() -> Iterator[StringIO]:
    """The log."""
    stream = StringIO()
    log.configure(stream=stream)
    yield stream
    log.configure()


def through(settings: Settings, proxy: ForwardProxy) -> Sender:
    return Sender(msgspec.structs.replace(settings, proxy=proxy.url))


async def test_deliveries_go_through_it_with_tls_to_the_end(
    settings: Settings, proxy: ForwardProxy, receiver: Receiver
) -> None:
    sender = through(settings, proxy)
    first = await post(sender, receiver.url("/a"))
    again = await post(sender, receiver.url("/b"))
    assert (first.status, again.status) == (200, 200)
    assert again.connect_ms == 0, "the tunnel stays warm"
    assert [got.body for got in receiver.received] == [BODY, BODY]
    (asked,) = proxy.asked
    lines = asked.decode().split("\r\n")
    assert lines[0] == f"CONNECT localhost:{receiver.port} HTTP/1.1"
    given = next(line for line in lines if line.startswith("Proxy-Authorization: Basic "))
    assert b64decode(given.rpartition(" ")[2]) == b"user:p@ss"
    sender.close()


async def test_a_plain_endpoint_is_tunnelled_too(
    settings: Settings, proxy: ForwardProxy, plain: Receiver
) -> None:
    sender = through(settings, proxy)
    assert (await post(sender, plain.url())).status == 200
    sender.close()


async def test_names_are_its_duty_and_addresses_still_ours(
    settings: Settings, proxy: ForwardProxy
) -> None:
    async def never(host: str, port: int) -> list[str]:
        raise AssertionError("names are resolved by the proxy")

    public = msgspec.structs.replace(settings, proxy=proxy.url, reach="public")
    sender = Sender(public, never)
    assert (await post(sender, "https://10.1.2.3/")).error == "blocked"
    assert (await post(sender, "https://[::ffff:127.0.0.1]/")).error == "blocked"
    assert proxy.asked == []
    sender.close()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "proxy"),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "proxy"),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "internal"),
        (b"nonsense\r\n\r\n", "internal"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "internal"),
        (b"x" * 10_000, "internal"),
        (b"", "internal"),
    ],
)
async def test_what_it_says_of_the_endpoint_is_told_apart_from_its_own_troubles(
    settings: Settings, receiver: Receiver, answer: bytes, error: str
) -> None:
    """Troubles of the operator's must not ban anybody's endpoint."""
    async with running(ForwardProxy(answer)) as proxy:
        sender = through(settings, proxy)
        sent = await post(sender, receiver.url())
        assert (sent.status, sent.error) == (None, error)
        assert b"proxy" in sent.answer
        assert receiver.received == []
        sender.close()


async def test_one_that_is_away_is_nobodys_fault_but_the_operators(
    settings: Settings, receiver: Receiver, complaints: StringIO
) -> None:
    async with running(ForwardProxy()) as proxy:
        pass
    sender = through(settings, proxy)
    for _ in range(3):
        sent = await post(sender, receiver.url())
        assert (sent.status, sent.error) == (None, OUR_FAULT)
        assert b"forward proxy cannot be reached" in sent.answer
    sender.close()
    (line,) = complaints.getvalue().splitlines()
    assert "nothing can be sent from here" in line
    assert "p@ss" not in line


async def test_an_address_to_send_from_that_is_not_here_is_nobodys_fault_either(
    settings: Settings, plain: Receiver, complaints: StringIO
) -> None:
    async def local(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    elsewhere = msgspec.structs.replace(settings, source_addresses=("192.0.2.77",))
    sender = Sender(elsewhere, local)
    assert (await post(sender, plain.url())).error == OUR_FAULT
    assert "nothing can be sent from here" in complaints.getvalue()
    sender.close()


async def test_an_endpoint_that_is_down_is_not_excused_by_an_address_that_has_no_way(
    settings: Settings, plain: Receiver
) -> None:
    async def both(host: str, port: int) -> list[str]:
        return ["127.0.0.1", "::1"]

    await plain.stop()
    sender = Sender(msgspec.structs.replace(settings, source_addresses=("127.0.0.1",)), both)
    sent = await post(sender, plain.url())
    assert (sent.error, sent.answer) == ("connect", b"Connection refused")
    sender.close()


async def test_a_silent_one_is_bounded_by_the_time_to_connect(
    settings: Settings, receiver: Receiver
) -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    sender = Sender(msgspec.structs.replace(settings, proxy=url, connect_ms=100))
    assert (await post(sender, receiver.url())).error == "connect-timeout"
    sender.close()
    server.close()


@pytest.mark.parametrize(
    "url", ["proxy.example", "https://proxy.example:1", "http://proxy.example", "http://a:1/path"]
)
def test_what_is_no_proxy_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match=r"webhooks\.proxy"):
        parse(url)
    with pytest.raises(SettingsError):
        Sender(Settings(proxy=url))


async def test_the_source_address_is_the_one_that_is_set(
    settings: Settings, plain: Receiver
) -> None:
    seen: list[str] = []

    async def look(writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def local(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    plain.behave = look
    sender = Sender(msgspec.structs.replace(settings, source_addresses=("127.0.0.7",)), local)
    assert (await post(sender, plain.url())).status == 200
    assert seen == ["127.0.0.7"]
    sender.close()
    other = Sender(msgspec.structs.replace(settings, source_addresses=("::1",)), local)
    sent = await post(other, plain.url())
    assert sent.error == OUR_FAULT, "never from another one"
    assert sent.answer == b"deliveries are not sent by IPv4 here"
    other.close()
    for wrong in (("here",), ("127.0.0.1", "127.0.0.2")):
        with pytest.raises(SettingsError, match="source_addresses"):
            Sender(Settings(source_addresses=wrong))


async def test_sockets_are_limited_and_idle_ones_make_place(
    settings: Settings, plain: Receiver
) -> None:
    sender = Sender(msgspec.structs.replace(settings, sockets=3))
    for endpoint in "abcdef":
        await post(sender, plain.url(), endpoint)
    await until(lambda: len(plain._open) <= 3)  # those that were cut go on the other side as well
    assert (await post(sender, plain.url(), "f")).connect_ms == 0
    assert (await post(sender, plain.url(), "a")).connect_ms > 0
    sender.close()


async def test_a_hundred_that_drip_or_flood_cost_a_moment_and_little_memory(
    settings: Settings, plain: Receiver
) -> None:
    """Whatever they send, at most 64 KiB of it is looked at and 1 KiB kept."""
    sender = Sender(settings)
    loop = asyncio.get_running_loop()
    for behaviour in (flooding(), dripping(b"HTTP/1.1 200 OK\r\n\r\n")):
        plain.behave = behaviour
        begun = loop.time()
        sent = await asyncio.gather(*(post(sender, plain.url(), str(n)) for n in range(50)))
        assert loop.time() - begun < 30
        assert {one.status for one in sent} <= {200, None}
        assert max(len(one.answer) for one in sent) <= 1_024
    plain.behave = slow(0)
    assert (await post(sender, plain.url(), "well")).status == 200
    sender.close()
