"""Who answers which host and path: no page on the host of the APIs. [GTW-1; decision 3]"""

from collections.abc import Awaitable
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from workswith.app.routing import Asgi, Paths
from workswith.web.site.services import Origins

APART = Origins("https://portal.example", "https://login.example", "https://api.example:8443")
TOGETHER = Origins("https://cloud.example", "https://cloud.example:8400", "https://cloud.example")


def named(name: str) -> Asgi:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": name.encode()})

    return answer


class Echo:
    """Stands for the gateway: owns what lies below ``/echo``."""

    def owns(self, path: str) -> bool:
        return path == "/echo" or path.startswith("/echo/")

    def begin(self, scope: Any, receive: Any, send: Any) -> Awaitable[None] | None:
        return self(scope, receive, send)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await named("gateway")(scope, receive, send)


async def answering(origins: Origins, url: str, host: bytes | None = None) -> str:
    paths = Paths(Echo(), named("login"), named("site"), named("sandbox"), origins)
    headers = {} if host is None else {b"host": host}
    async with AsyncClient(transport=ASGITransport(paths)) as client:
        return (await client.get(url, headers=headers)).text


@pytest.mark.parametrize(
    ("url", "owner"),
    [
        ("https://api.example/echo/resource", "gateway"),
        ("https://api.example/nothing", "gateway"),
        ("https://api.example/signin", "gateway"),
        ("https://api.example/token", "gateway"),
        ("https://API.example:9000/", "gateway"),
        ("https://api.example/sandbox/clock", "sandbox"),
        ("https://portal.example/nothing", "site"),
        ("https://portal.example/echo/resource", "gateway"),
        ("https://login.example/token", "login"),
        ("https://login.example/signin", "site"),
        ("https://elsewhere.example/", "site"),
    ],
)
async def test_no_page_is_shown_on_a_host_of_the_apis(url: str, owner: str) -> None:
    assert await answering(APART, url) == owner


@pytest.mark.parametrize(
    ("path", "owner"),
    [("/nothing", "site"), ("/token", "login"), ("/echo", "gateway"), ("/sandbox", "sandbox")],
)
async def test_faces_with_one_host_are_told_apart_by_path_alone(path: str, owner: str) -> None:
    assert await answering(TOGETHER, f"https://cloud.example{path}") == owner


@pytest.mark.parametrize("host", [b"", b"[::1", b"a b", b"\xff", b"api.example.evil"])
async def test_a_host_that_is_none_of_ours_gets_pages(host: bytes) -> None:
    assert await answering(APART, "https://api.example/nothing", host) == "site"
