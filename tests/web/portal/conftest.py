"""The whole site over ASGI: real areas, real documents, one signed-in developer or more."""

import dataclasses
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

import workswith.apis
from tests.web.wiring import KEY, Parts, services_of
from workswith.catalog.products import ensure_starter_kit
from workswith.contracts import load
from workswith.contracts.binding import Answer, Api, Request, bind
from workswith.gateway import statuses
from workswith.identity.account import AccountKind
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.web import app
from workswith.web.site.services import Services

DOCUMENTS = sorted(Path(workswith.apis.__file__).parent.glob("*.yaml"))
ORIGIN = "http://portal.test"
PASSWORD = "correct horse battery staple"


async def _answer(request: Request) -> Answer:
    return Answer()


def _api(path: Path) -> Api:
    document = load(path)
    return bind(document, {one.id: _answer for one in document.operations})


@pytest.fixture(scope="session")
def apis() -> tuple[Api, ...]:
    return tuple(_api(path) for path in DOCUMENTS)


@pytest.fixture
async def services(
    database: Database, clock: Clock, ident: Ident, apis: tuple[Api, ...]
) -> Services:
    made = services_of(Parts(database, clock, ident, ORIGIN))
    slugs = tuple(api.document.slug for api in apis)
    await database.write(ensure_starter_kit, slugs, clock.now())
    return dataclasses.replace(made, apis=apis, errors=statuses.TABLE, key=KEY)


class Browser:
    """Follows nothing by itself, keeps cookies, and can send a form that it sees."""

    def __init__(self, services: Services, application: Any) -> None:
        self.services = services
        self.account_id = ""
        """Of who signed in last."""
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=application), base_url=ORIGIN
        )

    async def sign_in(self, email: str, kind: AccountKind = "developer") -> str:
        """Makes the account and signs in; returns its id."""
        account = await self.services.accounts.create(kind, email, "Ada", "Tester", PASSWORD)
        self.http.cookies.set("ww_session", await self.services.sessions.open(account.id))
        self.account_id = account.id
        return account.id

    async def get(self, path: str, status: int = 200) -> httpx2.Response:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text[:2000]
        return answer

    async def post(
        self, page: str, action: str, fields: Any = None, *, files: Any = None, status: int = 303
    ) -> httpx2.Response:
        """Sends ``fields`` to ``action`` with the guard of a form on ``page``."""
        text = (await self.get(page)).text
        data = {**guard(text), **(fields or {})}
        answer = await self.http.post(action, data=data, files=files)
        assert answer.status_code == status, answer.text[:2000]
        return answer


def guard(text: str) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    return {
        name: unescape(re.findall(rf'name="{name}" value="([^"]+)"', text)[-1])
        for name in ("csrf", "once")
    }


@pytest.fixture
def site(services: Services) -> Any:
    return app.create(services)


@pytest.fixture
async def browser(services: Services, site: Any) -> AsyncIterator[Browser]:
    """A developer, signed in."""
    made = Browser(services, site)
    async with made.http:
        await made.sign_in("ada@dev.test")
        yield made


@pytest.fixture
async def other(services: Services, site: Any) -> AsyncIterator[Browser]:
    """Another developer, signed in."""
    made = Browser(services, site)
    async with made.http:
        await made.sign_in("bob@dev.test")
        yield made


@pytest.fixture
async def visitor(services: Services, site: Any) -> AsyncIterator[Browser]:
    """Nobody in particular."""
    made = Browser(services, site)
    async with made.http:
        yield made
