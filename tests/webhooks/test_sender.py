"""The sender: bounded by its budgets whatever the endpoint does, and never led elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests import receiver as receivers
from tests.receiver import (
    Behaviour,
    Receiver,
    dripping,
    early,
    failing,
    flooding,
    redirecting,
    resetting,
    saying,
    silent,
    slow,
    well,
)
from workswith.kernel.settings import SettingsError
from workswith.webhooks.sender import Sender
from workswith.webhooks.sent import ERRORS, Sent
from workswith.webhooks.settings import Rules, Settings

BODY = b'[{"id":"1"}]'


@pytest.fixture
async def sender(settings: Settings) -> AsyncIterator[Sender]:
    made = Sender(settings)
    yield made
    made.close()


async def post(sender: Sender, url: str, endpoint: str = "e") -> Sent:
    sent = await sender.post(endpoint, url, [("webhook-id", "1")], BODY)
    assert not sent.error or sent.error in ERRORS
    return sent


async def test_the_request_on_the_wire(sender: Sender, receiver: Receiver) -> None:
    sent = await post(sender, receiver.url("/a%20b?c=d&e"))
    assert (sent.status, sent.answer) == (200, b"OK")
    (got,) = receiver.received
    assert (got.method, got.path, got.body) == ("POST", "/a%20b?c=d&e", BODY)
    assert got.headers["host"] == f"localhost:{receiver.port}"
    assert got.headers["content-length"] == str(len(BODY))
    assert got.headers["webhook-id"] == "1"
    assert next(iter(got.headers)) == "host"


async def test_connections_stay_warm_by_endpoint(sender: Sender, receiver: Receiver) -> None:
    first = await post(sender, receiver.url())
    again = await post(sender, receiver.url())
    other = await post(sender, receiver.url(), "another")
    assert first.connect_ms > 0
    assert again.connect_ms == 0
    assert other.connect_ms > 0
    assert [got.connection for got in receiver.received] == [1, 1, 2]


async def test_a_stale_connection_is_replaced_without_counting(
    sender: Sender, receiver: Receiver
) -> None:
    await post(sender, receiver.url())
    await receiver.hang_up()
    assert (await post(sender, receiver.url())).status == 200
    assert receiver.connections == 2


async def test_a_connection_that_resets_when_used_again_is_replaced_once(
    sender: Sender, receiver: Receiver
) -> None:
    await post(sender, receiver.url())
    receiver.behave = resetting()
    sent = await post(sender, receiver.url())
    assert sent.error == "reset"
    assert [got.connection for got in receiver.received] == [1, 1, 2]


@pytest.mark.parametrize("status", [201, 204, 299, 300, 304, 400, 401, 404, 410, 429, 500, 503])
async def test_any_status_is_reported(sender: Sender, plain: Receiver, status: int) -> None:
    plain.behave = well(status, b"")
    assert (await post(sender, plain.url())).status == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(sender: Sender, plain: Receiver, status: int) -> None:
    plain.behave = redirecting(plain.url("/elsewhere"), status)
    assert (await post(sender, plain.url())).status == status
    assert [got.path for got in plain.received] == ["/hook"]


async def test_interim_answers_are_not_the_answer(sender: Sender, receiver: Receiver) -> None:
    receiver.behave = early(503)
    assert (await post(sender, receiver.url())).status == 503


@pytest.mark.parametrize(
    "behaviour",
    [
        silent(),
        slow(60_000),
        dripping(),
        dripping(b"HTTP/1.1 "),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
async def test_no_status_in_time_is_a_timeout(
    settings: Settings, receiver: Receiver, behaviour: Behaviour
) -> None:
    sender = Sender(msgspec.structs.replace(settings, rules=Rules(answer_ms=150)))
    receiver.behave = behaviour
    loop = asyncio.get_running_loop()
    begun = loop.time()
    sent = await post(sender, receiver.url())
    assert sent.status is None
    # A byte that makes the line no HTTP is found out before the time is over.
    assert sent.error in ("timeout", "garbled")
    assert loop.time() - begun < 30
    sender.close()


@pytest.mark.parametrize(
    "behaviour",
    [
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nX-Long: "),
        flooding(),
        flooding(b"HTTP/1.1 200 OK\r\nX-Long: "),
    ],
)
async def test_what_follows_the_status_is_bounded(
    sender: Sender, receiver: Receiver, behaviour: Behaviour
) -> None:
    receiver.behave = behaviour
    loop = asyncio.get_running_loop()
    begun = loop.time()
    sent = await post(sender, receiver.url())
    assert sent.status == 200
    assert len(sent.answer) <= 1_024
    assert loop.time() - begun < 30
    receiver.behave = well()
    assert (await post(sender, receiver.url())).status == 200
    assert receiver.connections == 2, "such a connection is not used again"


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 999 What\r\n\r\n",
        b"HTTP/1.1 000 What\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"\x00\x01\x02\x03",
    ],
)
async def test_what_is_not_http_is_garbled(sender: Sender, receiver: Receiver, raw: bytes) -> None:
    receiver.behave = saying(raw)
    sent = await post(sender, receiver.url())
    assert (sent.status, sent.error) == (None, "garbled")


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1", b"HTTP/1.1 20"])
async def test_an_end_before_the_status_is_a_reset(
    sender: Sender, receiver: Receiver, raw: bytes
) -> None:
    receiver.behave = saying(raw)
    assert (await post(sender, receiver.url())).error == "reset"


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            b"abc",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"short"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 Smuggled\r\n\r\n", b""),
    ],
)
async def test_odd_answers_with_a_status_count_by_their_status(
    sender: Sender, receiver: Receiver, raw: bytes, answer: bytes
) -> None:
    receiver.behave = saying(raw)
    sent = await post(sender, receiver.url())
    assert sent.status in (200, 204)
    assert sent.answer == answer


async def test_only_the_first_kilobyte_is_kept(sender: Sender, receiver: Receiver) -> None:
    receiver.behave = failing(500)
    receiver.behave = well(200, b"x" * 5_000)
    assert (await post(sender, receiver.url())).answer == b"x" * 1_024
    assert (await post(sender, receiver.url())).connect_ms == 0


async def test_a_closed_port_is_no_connection(sender: Sender, receiver: Receiver) -> None:
    await receiver.stop()
    sent = await post(sender, receiver.url())
    assert (sent.status, sent.error, sent.answer) == (None, "connect", b"Connection refused")


async def test_a_second_answer_is_not_that_of_the_next_request(
    sender: Sender, receiver: Receiver
) -> None:
    """Half of it may already be there: the connection is not used again."""
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"

    async def one_and_a_half(writer: asyncio.StreamWriter) -> None:
        writer.write(ok + ok[:30])

    receiver.behave = one_and_a_half
    sent = await post(sender, receiver.url())
    assert (sent.status, sent.answer) == (200, b"OK")
    receiver.behave = failing(500)
    assert (await post(sender, receiver.url())).status == 500
    assert receiver.connections == 2


async def test_an_endpoint_that_speaks_no_tls_is_told_so(sender: Sender) -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sent = await post(sender, f"https://localhost:{port}/")
    assert (sent.error, sent.answer) == ("tls", b"wrong version number")
    server.close()


async def test_an_unknown_host_has_no_address(sender: Sender) -> None:
    assert (await post(sender, "https://nowhere.invalid/")).error == "dns"


async def test_connecting_has_a_budget_of_its_own(settings: Settings) -> None:
    async def hangs(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    sender = Sender(msgspec.structs.replace(settings, connect_ms=50), hangs)
    sent = await post(sender, "https://slow-names.example/")
    assert sent.error == "connect-timeout"
    assert 40 <= sent.connect_ms < 30_000
    sender.close()


async def test_time_to_connect_is_not_time_to_answer(
    settings: Settings, receiver: Receiver
) -> None:
    async def slowly(host: str, port: int) -> list[str]:
        await asyncio.sleep(4.1)
        return ["127.0.0.1"]

    short = msgspec.structs.replace(settings, rules=Rules(answer_ms=4_000))
    sender = Sender(short, slowly)
    sent = await post(sender, receiver.url())
    assert sent.status == 200
    assert sent.connect_ms > 4_000 > sent.answer_ms
    sender.close()


async def test_certificates_are_verified(receiver: Receiver, settings: Settings) -> None:
    """An authority that nobody told us about, and a name that is not in the certificate."""
    stranger = Sender(msgspec.structs.replace(settings, authorities=()))
    sent = await post(stranger, receiver.url())
    assert (sent.status, sent.error) == (None, "tls")
    assert b"certificate" in sent.answer
    stranger.close()

    async def local(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    elsewhere = Sender(settings, local)
    sent = await post(elsewhere, f"https://other.localhost:{receiver.port}/")
    assert sent.error == "tls"
    elsewhere.close()
    assert receiver.received == []


async def test_the_name_is_sent_for_the_certificate(
    settings: Settings, authority: Path, tmp_path: Path
) -> None:
    """SNI (RFC 6066): one address, several names."""
    seen: list[str | None] = []
    tls = receivers.tls_of(authority, "hook.localhost")
    tls.sni_callback = lambda _socket, name, _context: seen.append(name)

    async def local(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    sender = Sender(settings, local)
    async with receivers.running(tls) as receiver:
        sent = await post(sender, f"https://hook.localhost:{receiver.port}/")
    assert sent.status == 200
    assert seen == ["hook.localhost"]
    sender.close()


async def test_the_handshake_is_part_of_connecting(settings: Settings, plain: Receiver) -> None:
    """A server that speaks no TLS and waits for more."""
    sender = Sender(msgspec.structs.replace(settings, connect_ms=100))
    sent = await post(sender, f"https://localhost:{plain.port}/")
    assert sent.error == "connect-timeout"
    sender.close()


async def test_idle_connections_are_limited(settings: Settings, plain: Receiver) -> None:
    sender = Sender(msgspec.structs.replace(settings, warm_connections=2))
    for endpoint in "abc":
        await post(sender, plain.url(), endpoint)
    assert (await post(sender, plain.url(), "c")).connect_ms == 0
    assert (await post(sender, plain.url(), "b")).connect_ms == 0
    assert (await post(sender, plain.url(), "a")).connect_ms > 0
    sender.close()


async def test_an_address_that_is_silent_leaves_time_for_the_next(
    settings: Settings, plain: Receiver
) -> None:
    """198.51.100.1 is for documentation: nobody answers, or nobody even routes there."""

    async def two(host: str, port: int) -> list[str]:
        return ["198.51.100.1", "127.0.0.1"]

    sender = Sender(msgspec.structs.replace(settings, reach="any", connect_ms=4_000), two)
    sent = await post(sender, f"http://two.example:{plain.port}/")
    assert sent.status == 200
    assert sent.connect_ms < 4_000
    sender.close()


def test_an_authority_that_is_no_file_of_certificates_is_named(tmp_path: Path) -> None:
    for file in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
        if file.name == "empty.pem":
            file.write_text("nothing")
        with pytest.raises(SettingsError, match=file.name):
            Sender(Settings(authorities=(str(file),)))
