"""A site of the real areas, and people who look at it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.web.browser import Browser
from tests.web.wiring import Parts, services_of
from workswith.identity.account import Account
from workswith.identity.application import Application, ApplicationForm
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.web import account as account_pages
from workswith.web import home, office, signin
from workswith.web.site.app import create
from workswith.web.site.pages import account, developer, page
from workswith.web.site.services import Services
from workswith.web.site.visit import Visit

PASSWORD = "correct horse battery"
REPLY_URL = "https://client.example/callback?from=home"


class Probe:
    """Pages of a test: they count what was done."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def act(self, visit: Visit) -> Response:
        if not visit.posted:
            return visit.render("error.html", number=1, title="Probe", detail="", hint="")
        what = visit.typed("what")
        if what == "refused":
            raise Problem(Kind.CONFLICT, "refused", "Not <i>now</i>.")
        self.done.append(what)
        if what == "broken":
            raise ZeroDivisionError
        visit.say(f"Done: {what}")
        return visit.go("/probe")

    def routes(self) -> list[Route]:
        return [
            Route("/probe", page(self.act), methods=["GET", "POST"]),
            Route("/probe/account", account(self.act), methods=["GET", "POST"]),
            Route("/probe/developer", developer(self.act), methods=["GET", "POST"]),
        ]


@pytest.fixture
def parts(database: Database, clock: Clock, ident: Ident) -> Parts:
    return Parts(database, clock, ident)


@pytest.fixture
def services(parts: Parts) -> Services:
    return services_of(parts)


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest.fixture
def site(services: Services, probe: Probe) -> Starlette:
    return create(
        services,
        [
            *signin.ROUTES,
            *home.ROUTES,
            *account_pages.ROUTES,
            *office.ROUTES,
            *probe.routes(),
        ],
    )


@pytest.fixture
async def browser(site: Starlette, parts: Parts) -> AsyncIterator[Browser]:
    async with Browser(site, parts.origin) as opened:
        yield opened


@pytest.fixture
async def another(site: Starlette, parts: Parts) -> AsyncIterator[Browser]:
    """Somebody else's browser."""
    async with Browser(site, parts.origin) as opened:
        yield opened


@pytest.fixture
async def ada(services: Services) -> Account:
    """A developer."""
    return await services.accounts.create(
        "developer", "ada@example.com", "Ada", "Lovelace", PASSWORD
    )


async def as_kept(services: Services, who: Account) -> Account:
    """The account as it stands in the database now."""
    found = await services.accounts.get(who.id)
    assert found is not None
    return found


@pytest.fixture
async def grace(services: Services) -> Account:
    """A home owner."""
    return await services.accounts.create("end_user", "grace@example.com", "Grace", "Ho", PASSWORD)


Register = Callable[..., Awaitable[Application]]


@pytest.fixture
def register(services: Services, ada: Account) -> Register:
    """Registers an application of Ada's."""

    async def register(name: str = "Planner", *scopes: str) -> Application:
        form = ApplicationForm(
            name,
            f"What {name} does",
            "Example Ltd",
            "https://client.example/about",
            (REPLY_URL,),
            scopes or ("comfort.read", "comfort.write"),
            pkce="optional",
        )
        made, _secret = await services.applications.create(ada.id, form)
        return made

    return register


@pytest.fixture
async def olga(services: Services) -> Account:
    """An operator."""
    return await services.accounts.create("operator", "olga@example.com", "Olga", "Op", PASSWORD)
