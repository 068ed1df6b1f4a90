"""A call to an ASGI application without a socket."""

from typing import Any
from urllib.parse import unquote, urlsplit

from .values import Answer


async def call(
    app: Any, method: str, url: str, headers: dict[str, str], body: bytes = b""
) -> Answer:
    """``url`` is absolute. Returns what a client would have read."""
    parts = urlsplit(url)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode("ascii"),
        "query_string": parts.query.encode("ascii"),
        "root_path": "",
        "headers": [
            (name.encode(), value.encode())
            for name, value in {
                "host": parts.netloc,
                **{name.lower(): value for name, value in headers.items()},
                "content-length": str(len(body)),
            }.items()
        ],
        "client": ("127.0.0.1", 1),
        "server": (parts.hostname, parts.port),
    }
    asked: list[dict[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": False},
    ]
    status, told, chunks = 0, {}, []

    async def receive() -> dict[str, Any]:
        return asked.pop() if asked else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, told
        if message["type"] == "http.response.start":
            status = message["status"]
            told = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, told, b"".join(chunks))
