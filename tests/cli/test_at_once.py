"""Requests that are answered without a task, and how they get along with others."""

import asyncio

import pytest

from tests.cli.server import App, wire_to
from tests.patience import WITHIN, eventually


def get(path: str, *lines: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode()


async def test_it_begins_without_a_task() -> None:
    app = App()
    async with wire_to(app) as wire:
        wire.send(get("/now") + get("/later") + get("/now"))
        for text in ("/now", "/later 0", "/now"):
            assert await wire.answer() == (200, text)
    assert app.tasks == [None, None, None]


async def test_answers_come_in_the_order_of_the_requests() -> None:
    """Also when some wait and those behind them would not."""
    app = App()
    paths = [f"/{kind}/{n}" for n in range(40) for kind in ("now", "later", "now")]
    async with wire_to(app) as wire:
        wire.send(b"".join(get(path) for path in paths))
        for path in paths:
            status, text = await wire.answer()
            assert (status, text.split()[0]) == (200, path)
    assert app.asked == paths


@pytest.mark.parametrize("kind", ["now", "later"])
async def test_thousands_of_requests_in_one_piece(kind: str) -> None:
    """More than a stack of calls could hold."""
    app = App()
    async with wire_to(app) as wire:
        wire.send(get("/held") + get(f"/{kind}") * 3_000)
        await eventually(lambda: app.asked)
        app.let_go.set()
        for _ in range(3_001):
            assert (await wire.answer())[0] == 200
    assert len(app.asked) == 3_001


async def test_whoever_is_answered_hears_that_the_caller_left_though_more_had_come() -> None:
    app = App()
    async with wire_to(app) as wire:
        wire.send(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
        await eventually(lambda: app.asked == ["/slow"])
        wire.writer.close()
        await eventually(lambda: app.gone == ["/slow"])


async def test_an_application_that_forgets_to_answer_is_a_500() -> None:
    app = App()
    async with wire_to(app) as wire:
        wire.send(get("/nothing"))
        assert (await wire.answer())[0] == 500


async def test_an_old_client_is_answered_and_left() -> None:
    """HTTP/1.0 has no Host and no chunks; keep-alive was never agreed on."""
    app = App()
    async with wire_to(app) as wire:
        wire.send(b"GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert (await wire.rest()).endswith(b"/now")


async def test_whole_addresses_and_escapes() -> None:
    app = App()
    async with wire_to(app) as wire:
        for target, path in (
            ("http://x/now?a=b", "/now"),
            ("http://x", "/"),
            ("/now%2fa%20b?c=%20", "/now/a b"),
            ("//now", "//now"),
        ):
            wire.send(get(target))
            assert (await wire.answer())[0] == 200
            assert app.asked[-1] == path


async def test_who_expects_a_word_before_the_body_gets_it() -> None:
    app = App()
    async with wire_to(app) as wire:
        wire.send(
            b"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
        )
        async with asyncio.timeout(WITHIN):
            assert await wire.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(b"abc")
        assert await wire.answer() == (200, "/x 3")
