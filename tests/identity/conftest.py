"""A login service on a migrated database, with a developer, an end-user and an application."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from starlette.applications import Starlette

from workswith.identity import keys as key_rows
from workswith.identity.account import Account
from workswith.identity.application import Application, ApplicationForm
from workswith.identity.interaction import Interaction
from workswith.identity.jwt import Key
from workswith.identity.redirect import Redirect
from workswith.identity.sessions import Session
from workswith.identity.settings import Settings
from workswith.kernel import mail
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import Cipher, derive
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident

from .area import Identity, identity

ORIGIN = "https://login.example.test"
CALLBACK = "https://partner.example.test/callback/"
INSTANCE_KEY = bytes(range(32))
PASSWORD = "a long enough secret"
SETTINGS = Settings(argon2_memory_kib=8, argon2_rounds=1)
FORM = ApplicationForm(
    name="Warm Home",
    description="Keeps your home warm",
    vendor="Example Ltd",
    url="https://partner.example.test/",
    reply_urls=(CALLBACK, "http://localhost:8123/auth?kept=1"),
    scopes=("comfort.read", "comfort.write", "profile", "email"),
    pkce="optional",
)


@dataclass
class World:
    """What a test walks through; ``params`` are those of a plain authorization request."""

    area: Identity
    database: Database
    clock: Clock
    broadcast: Broadcast
    client: httpx2.AsyncClient
    developer: Account
    user: Account
    application: Application
    secret: str
    session: Session
    params: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, account: Account | None = None) -> Session:
        session = await self.area.sessions.of(
            await self.area.sessions.open((account or self.user).id)
        )
        assert session
        return session

    async def allow(self, who: Session | None = None, /, **changes: str) -> Redirect:
        """Authorizes, accepting whatever is asked."""
        who = who or self.session
        params = {**self.params, **changes}
        try:
            return await self.area.authorize.decide(params, who)
        except Interaction as asked:
            if asked.kind != "consent":
                raise
            return await self.area.authorize.allow(asked.params, who, asked.ticket)

    async def code(self, who: Session | None = None, /, **changes: str) -> str:
        return query_of((await self.allow(who, **changes)).url)["code"]

    async def post(self, path: str = "/token", /, **form: str | None) -> httpx2.Response:
        """With this application's credentials, unless they are given; ``None`` leaves one out."""
        whole = {"client_id": self.application.client_id, "client_secret": self.secret, **form}
        return await self.client.post(
            path, data={name: value for name, value in whole.items() if value is not None}
        )

    async def exchange(self, code: str, **form: str | None) -> httpx2.Response:
        return await self.post(grant_type="authorization_code", code=code, **form)

    async def refresh(self, token: str, **form: str | None) -> httpx2.Response:
        return await self.post(grant_type="refresh_token", refresh_token=token, **form)

    async def tokens(self, **changes: str) -> dict[str, Any]:
        answer = await self.exchange(await self.code(**changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def mails(self, to: str = "") -> list[mail.Mail]:
        return await mail.latest(self.database, to)


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    body = answer.json()
    assert list(body) == ["error", "error_description"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, body["error"]


@pytest.fixture(scope="session")
def signing_key() -> Key:
    """One for all tests: making one is slow."""
    return Key.generate()


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


Build = Callable[[Database, Settings, Broadcast], Identity]


@pytest.fixture
def build(clock: Clock) -> Build:
    """Another process on the same database."""

    def make(database: Database, settings: Settings, broadcast: Broadcast) -> Identity:
        return identity(
            database,
            clock,
            Ident(),
            settings,
            broadcast,
            instance_key=INSTANCE_KEY,
            login_origin=ORIGIN,
        )

    return make


@pytest.fixture
async def world(
    database: Database, clock: Clock, settings: Settings, build: Build, signing_key: Key
) -> AsyncIterator[World]:
    await put_key(database, signing_key, clock.now())
    broadcast = Broadcast()
    area = build(database, settings, broadcast)
    await area.start()
    developer = await area.accounts.create(
        "developer", "dev@example.test", "Dora", "Develop", PASSWORD
    )
    user = await area.accounts.create("end_user", "ada@example.test", "Ada", "Byron", PASSWORD)
    application, secret = await area.applications.create(developer.id, FORM)
    session = await area.sessions.of(await area.sessions.open(user.id))
    assert session
    transport = httpx2.ASGITransport(app=Starlette(routes=area.routes))
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield World(
            area,
            database,
            clock,
            broadcast,
            client,
            developer,
            user,
            application,
            secret,
            session,
            params=plain(application),
        )
    area.close()


def plain(application: Application) -> dict[str, str]:
    return {
        "client_id": application.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "opaque",
    }


async def put_key(database: Database, key: Key, now: int, state: str = "current") -> None:
    cipher = Cipher(derive(INSTANCE_KEY, "identity/signing-keys"))
    sealed = cipher.seal(key.pem(), f"signing-key/{key.kid}")

    async def write(tx: Tx) -> None:
        await tx.run(key_rows._PUT, kid=key.kid, state=state, sealed=sealed, now=now)

    await database.write(write)


def without(params: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in params.items() if name not in names}
