"""What two readers of a connection might read differently is refused, and nothing after it is heard.

Else a request could hide in the body of another one on its way through a proxy.
(RFC 9112 sections 2.2, 3.2, 5, 6.3, 7.1, 11.2)
"""

import pytest

from tests.cli.server import App, wire_to

HIDDEN = b"GET /now/hidden HTTP/1.1\r\nHost: x\r\n\r\n"


def head(*lines: bytes, method: bytes = b"POST", version: bytes = b"HTTP/1.1") -> bytes:
    return b"\r\n".join([method + b" /carrier " + version, *lines, b"", b""])


HEADS = {
    "length and chunks": head(b"Host: x", b"Content-Length: 4", b"Transfer-Encoding: chunked"),
    "chunks and length": head(b"Host: x", b"Transfer-Encoding: chunked", b"Content-Length: 4"),
    "two lengths": head(b"Host: x", b"Content-Length: 4", b"Content-Length: 0"),
    "the same length twice": head(b"Host: x", b"Content-Length: 4", b"Content-Length: 4"),
    "a list of lengths": head(b"Host: x", b"Content-Length: 4, 4"),
    "a signed length": head(b"Host: x", b"Content-Length: +4"),
    "a negative length": head(b"Host: x", b"Content-Length: -4"),
    "a hexadecimal length": head(b"Host: x", b"Content-Length: 0x4"),
    "a length beyond all numbers": head(b"Host: x", b"Content-Length: 18446744073709551617"),
    "no length": head(b"Host: x", b"Content-Length: "),
    "a last coding that is not chunked": head(b"Host: x", b"Transfer-Encoding: chunked, gzip"),
    "an unknown coding": head(b"Host: x", b"Transfer-Encoding: xchunked"),
    "a coding with a tab inside": head(b"Host: x", b"Transfer-Encoding: chun\tked"),
    "chunked, then nothing": head(
        b"Host: x", b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"
    ),
    "a blank before the colon": head(b"Host: x", b"Content-Length : 4"),
    "a blank before the name": head(b"Host: x", b" Content-Length: 4"),
    "a folded line": head(b"Host: x", b"X: a", b"\tb"),
    "a line that ends with CR": b"POST /carrier HTTP/1.1\r\nHost: x\rContent-Length: 4\r\n\r\n",
    "a line that ends with LF": b"POST /carrier HTTP/1.1\r\nHost: x\nContent-Length: 4\r\n\r\n",
    "NUL in a value": head(b"Host: x", b"X: a\x00b"),
    "NUL in a name": head(b"Host: x", b"X\x00: ab"),
    "a line without a colon": head(b"Host: x", b"Nonsense"),
    "an unknown method": head(b"Host: x", method=b"G\x01T"),
    "another version": head(b"Host: x", version=b"HTTP/2.0"),
    "no version": b"GET /carrier\r\nHost: x\r\n\r\n",
    "chunks of an old client": head(b"Host: x", b"Transfer-Encoding: chunked", version=b"HTTP/1.0"),
    "no host": head(),
    "two hosts": head(b"Host: x", b"Host: y"),
    "two hosts of an old client": head(b"Host: x", b"Host: y", version=b"HTTP/1.0"),
}


@pytest.mark.parametrize("name", HEADS)
async def test_a_head_with_two_meanings_is_refused(name: str) -> None:
    app = App()
    async with wire_to(app) as wire:
        wire.send(HEADS[name] + HIDDEN)
        received = await wire.rest()
    status = 505 if "version" in name else 400
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.count(b"HTTP/1.1 ") == 1, "one answer, then the end"
    assert app.asked == []


CHUNKS = {
    "not a number": b"xyz\r\nabc\r\n0\r\n\r\n",
    "a sign": b"+3\r\nabc\r\n0\r\n\r\n",
    "0x": b"0x3\r\nabc\r\n0\r\n\r\n",
    "a blank in the number": b"3 3\r\nabc\r\n0\r\n\r\n",
    "more than was said": b"3\r\nabcdef\r\n0\r\n\r\n",
    "a number beyond all": b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    "no number": b"\r\nabc\r\n0\r\n\r\n",
    "LF alone": b"3\nabc\n0\n\n",
    "LF after the chunk": b"3\r\nabc\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", CHUNKS)
async def test_a_chunk_with_two_meanings_ends_the_connection(name: str) -> None:
    app = App()
    async with wire_to(app) as wire:
        wire.send(head(b"Host: x", b"Transfer-Encoding: chunked") + CHUNKS[name] + HIDDEN)
        received = await wire.rest()
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1
    assert app.asked == ["/carrier"]
    assert app.gone == ["/carrier"], "whoever waited for the body knows"


async def test_a_request_in_a_body_is_a_body() -> None:
    app = App()
    async with wire_to(app) as wire:
        wire.send(head(b"Host: x", b"Content-Length: %d" % len(HIDDEN)) + HIDDEN)
        assert await wire.answer() == (200, f"/carrier {len(HIDDEN)}")
        wire.send(head(b"Host: x", b"Transfer-Encoding: Chunked"))
        wire.send(b"%x;of=no;use\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN))
        assert await wire.answer() == (200, f"/carrier {len(HIDDEN)}")
        wire.send(HIDDEN)
        assert await wire.answer() == (200, "/now/hidden")
    assert app.asked == ["/carrier", "/carrier", "/now/hidden"]


async def test_trailers_do_not_become_headers() -> None:
    """They come when everything that a header decides is decided."""
    app = App()
    async with wire_to(app) as wire:
        wire.send(head(b"Host: x", b"Transfer-Encoding: chunked"))
        wire.send(b"3\r\nabc\r\n0\r\nAuthorization: Bearer other\r\nHost: y\r\n\r\n")
        assert await wire.answer() == (200, "/carrier 3")
    assert app.headers == [(b"host", b"x"), (b"transfer-encoding", b"chunked")]


async def test_trailers_and_extensions_are_bounded() -> None:
    for endless in (b"3;" + b"a" * 900_000, b"0\r\n" + b"X-A: b\r\n" * 90_000):
        app = App()
        async with wire_to(app) as wire:
            wire.send(head(b"Host: x", b"Transfer-Encoding: chunked") + endless)
            assert (await wire.rest()).startswith(b"HTTP/1.1 431 ")
        assert app.gone == ["/carrier"]


async def test_an_invalid_request_does_not_answer_for_the_one_before_it() -> None:
    app = App()
    async with wire_to(app) as wire:
        wire.send(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n" + HEADS["two lengths"] + HIDDEN)
        app.let_go.set()
        assert await wire.answer() == (200, "/held 0")
        assert await wire.rest() == b""
    assert app.asked == ["/held"]


async def test_nothing_is_heard_after_a_request_that_closes() -> None:
    for path in (b"/now", b"/later"):
        app = App()
        async with wire_to(app) as wire:
            wire.send(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path + HIDDEN)
            assert (await wire.rest()).count(b"HTTP/1.1 200 ") == 1
        assert app.asked == [path.decode()]


@pytest.mark.parametrize("path", [b"/now", b"/later"])
@pytest.mark.parametrize("body", [b"", b"abc"])
async def test_a_request_to_upgrade_is_answered_and_the_last_one(path: bytes, body: bytes) -> None:
    """The parser takes what follows for another protocol."""
    app = App()
    lines = [b"Host: x", b"Connection: Upgrade", b"Upgrade: h2c", b"Content-Length: %d" % len(body)]
    request = head(*lines).replace(b"/carrier", path) + body
    async with wire_to(app) as wire:
        wire.send(request + HIDDEN)
        received = await wire.rest()
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nconnection: close\r\n" in received
    assert received.count(b"HTTP/1.1 ") == 1
    assert app.asked == [path.decode()]
