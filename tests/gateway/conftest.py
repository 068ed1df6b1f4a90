"""A gateway in front of the real documents, with handlers that do what a test says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import workswith.apis
from workswith import contracts
from workswith.catalog.keys import ActiveKey
from workswith.catalog.quota import MemoryCounter
from workswith.contracts.binding import Answer, Api, Request, bind
from workswith.gateway.asgi import Gateway
from workswith.gateway.call import CallRecord, Receive
from workswith.gateway.settings import Settings
from workswith.kernel.clock import Clock
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

DOCUMENTS = {
    name: contracts.load(Path(workswith.apis.__file__).with_name(f"{name}.yaml"))
    for name in ("echo", "smarther")
}
KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "fedcba9876543210fedcba9876543210"
ECHO_ONLY_KEY = "00000000000000000000000000000001"
PORTAL = "https://developer.example"
ORIGIN = "https://api.example"
PLANTS = "/smarther/v2.0/plants"
STATUS = (
    "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation/plants/"
    "e6e10b5e-6a5c-4f3a-e053-27182d0a8c11/modules/parameter/id/value/"
    "a6e10b5e-6a5c-4f3a-e053-27182d0a8c22"
)
SCOPES = frozenset({"topology.read", "comfort.read", "comfort.write"})


@dataclass(frozen=True)
class Access:
    account_id: str = "user"
    client_id: str = "app"
    scopes: frozenset[str] = SCOPES
    expires_at: int = 1 << 60


REFUSED = {None: "token_missing", "Bearer old": "token_expired", "Bearer id": "id_token"}


class Tokens:
    """Answers as `identity.tokens.AccessTokens.verify` does."""

    def __init__(self) -> None:
        self.remembers = False
        self.known = {"Bearer good": Access(), "Bearer other": Access("other")}
        self.known["Bearer weak"] = Access("user", "app", frozenset({"comfort.read"}))

    def remembered(self, authorization: str | None, now: int) -> Access | None:
        return self.known.get(authorization) if self.remembers and authorization else None

    async def verify(self, authorization: str | None, now: int) -> Access:
        if authorization in self.known:
            return self.known[authorization]
        code = REFUSED.get(authorization, "token_invalid")
        raise Problem(Kind.UNAUTHENTICATED, code, "No.")


class Subscriptions:
    """Two subscriptions of the Starter Kit's two APIs, and one of a product with Echo only."""

    def __init__(self) -> None:
        both = frozenset({"echo", "smarther-v2.0"})
        self.remembers = False
        self.keys = {
            KEY: ActiveKey("s1", "dev", "kit", "primary", 500, both),
            OTHER_KEY: ActiveKey("s2", "dev", "kit", "primary", 500, both),
            ECHO_ONLY_KEY: ActiveKey("s3", "dev", "small", "primary", 500, frozenset({"echo"})),
        }

    def known(self, key: str) -> ActiveKey | None:
        return self.keys.get(key) if self.remembers else None

    async def find(self, key: str) -> ActiveKey | None:
        return self.keys.get(key)


@dataclass
class Reply:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str | None:
        found = [value.decode() for key, value in self.headers if key == name.encode()]
        assert len(found) < 2, f"{name} stands twice"
        return found[0] if found else None


_at_hand: list["World"] = []


@cache
def apis() -> list[Api]:
    """Compiled once; every handler asks the world of the test that runs."""

    async def handle(request: Request) -> Answer:
        return await _at_hand[0].handle(request)

    return [
        bind(document, {operation.id: handle for operation in document.operations})
        for document in DOCUMENTS.values()
    ]


@dataclass
class World:
    """The gateway, what stands behind it, and a way to call it."""

    clock: Clock
    ident: Ident
    counter: MemoryCounter = field(default_factory=MemoryCounter)
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    tokens: Tokens = field(default_factory=Tokens)
    records: list[CallRecord] = field(default_factory=list)
    seen: list[Request] = field(default_factory=list)
    answer: Callable[[Request], Awaitable[Answer]] | Answer | Exception = field(
        default_factory=Answer
    )
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.build(Settings())

        _at_hand[:] = [self]

    def build(self, settings: Settings, **kwargs: Any) -> None:
        self.gateway = Gateway(
            apis(),
            subscriptions=self.subscriptions,
            access_tokens=self.tokens,
            counter=self.counter,
            clock=self.clock,
            ident=self.ident,
            settings=settings,
            origin=ORIGIN,
            portal_origin=PORTAL,
            on_call=self.records.append,
            **kwargs,
        )

    async def handle(self, request: Request) -> Answer:
        self.seen.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, Answer):
            return self.answer
        return await self.answer(request)

    async def call(
        self,
        method: str = "GET",
        target: str = PLANTS,
        *,
        key: str | None = KEY,
        token: str | None = "good",
        headers: dict[str, str] | None = None,
        body: bytes | list[bytes] = b"",
        receive: Receive | None = None,
    ) -> Reply:
        path, _, query = target.partition("?")
        lines = {name.lower(): value for name, value in (headers or {}).items()}
        if key is not None:
            lines["ocp-apim-subscription-key"] = key
        if token is not None:
            lines["authorization"] = f"Bearer {token}"
        chunks = [body] if isinstance(body, bytes) else list(body)
        if any(chunks):
            lines.setdefault("content-length", str(sum(map(len, chunks))))
        sent: list[Any] = []

        async def next_chunk() -> dict[str, Any]:
            chunk = chunks.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(n.encode(), v.encode("latin-1")) for n, v in lines.items()],
        }
        await self.gateway(scope, receive or next_chunk, send)
        if not sent:
            return Reply(0, [], b"")
        start, end = sent
        return Reply(start["status"], start["headers"], end["body"])


@pytest.fixture
def world(clock: Clock, ident: Ident) -> World:
    return World(clock, ident)
