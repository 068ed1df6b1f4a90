"""Every list that can grow has pages, and their addresses keep what was searched. [PRT-7]"""

import re
from collections.abc import Awaitable, Callable
from html import unescape
from typing import NamedTuple

import pytest
from starlette.applications import Starlette

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from tests.web.wiring import CHEAP, Parts
from workswith.catalog.products import AUTOMATIC, Product
from workswith.community import forum, showcase, tickets
from workswith.devices.plants.plant import create_plant
from workswith.identity import audit
from workswith.identity.account import Account
from workswith.identity.application import Application, ApplicationForm
from workswith.identity.applications import Applications
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import DAY
from workswith.kernel.database import Tx
from workswith.web import account, home, office, portal, signin
from workswith.web.account.overview import LATEST, SESSIONS
from workswith.web.home.homes import HOMES
from workswith.web.portal.profile import HELD
from workswith.web.site import announcements, news, paging
from workswith.web.site.announcements import Announcement
from workswith.web.site.app import create
from workswith.web.site.news import News
from workswith.web.site.services import Services
from workswith.web.site.templates import FOLDER

Make = Callable[["World", int], Awaitable[None]]


class World(NamedTuple):
    parts: Parts
    services: Services
    people: dict[str, Account]

    async def write(self, act: Callable[[Tx], Awaitable[object]]) -> None:
        await self.parts.database.write(act)

    @property
    def now(self) -> int:
        return self.parts.clock.now()

    @property
    def author(self) -> forum.Author:
        return forum.Author(self.people["developer"].id, "Ada L.", operator=False)


async def products(world: World, count: int) -> None:
    for at in range(count):
        made = Product(f"p{at}", f"Thing {at}", "Of many", 500, AUTOMATIC, world.now + at)
        await world.services.catalog_desk.save_product(made)


async def applications(world: World, count: int) -> list[Application]:
    return [await application(world.services.applications, world, at) for at in range(count)]


async def some_applications(world: World, count: int) -> None:
    await applications(world, count)


async def waiting(world: World, count: int) -> None:
    parts = world.parts
    asked = Applications(
        parts.database,
        parts.clock,
        parts.ident,
        CHEAP.__class__(approve_applications="manual"),
        Broadcast(),
    )
    for at in range(count):
        await application(asked, world, at)


async def application(applications: Applications, world: World, at: int) -> Application:
    form = ApplicationForm(
        f"Thing {at}",
        "Of many",
        "Example Ltd",
        "",
        ("https://client.example/cb",),
        ("comfort.read",),
    )
    made, _secret = await applications.create(world.people["developer"].id, form)
    return made


async def subscriptions(world: World, count: int) -> None:
    await products(world, 1)
    for at in range(count):
        owner = world.people["developer"].id
        await world.services.subscriptions.subscribe(owner, "p0", f"Thing {at}")


async def everybodys(world: World, count: int) -> None:
    await subscriptions(world, 1)
    for at in range(count - 1):
        name = f"thing{at}@example.com"
        owner = await world.services.accounts.create("developer", name, "Thing", "Many", PASSWORD)
        await world.services.subscriptions.subscribe(owner.id, "p0", f"Thing {at}")


async def consents(world: World, count: int) -> None:
    for made in await applications(world, count):

        async def give(tx: Tx, made: Application = made) -> None:
            await world.services.consents.give(tx, world.people["end_user"].id, made, world.now)

        await world.write(give)


async def homes(world: World, count: int) -> None:
    async def build(tx: Tx) -> None:
        owner = world.people["end_user"].id
        for at in range(count):
            await create_plant(tx, owner, world.parts.ident, f"Thing {at}", now=world.now + at)

    await world.write(build)


async def sessions(world: World, count: int) -> None:
    for _ in range(count):
        await world.services.sessions.open(world.people["end_user"].id)


async def events(world: World, count: int) -> None:
    async def note(tx: Tx) -> None:
        for at in range(count):
            owner = world.people["end_user"].id
            await audit.note(
                tx, "password_changed", world.now + at, account_id=owner, detail="thing"
            )

    await world.write(note)


async def accounts(world: World, count: int) -> None:
    for at in range(count):
        await world.services.accounts.create(
            "developer", f"thing{at}@example.com", "Thing", "Many", PASSWORD
        )


async def some_tickets(world: World, count: int) -> None:
    async def submit(tx: Tx) -> None:
        for at in range(count):
            await tickets.submit(
                tx,
                world.people["developer"].id,
                about="quota",
                subject=f"Thing {at}",
                text="Of many",
                mark=f"mark{at}",
                now=world.now + at * DAY,
            )

    await world.write(submit)


async def threads(world: World, count: int) -> None:
    async def begin(tx: Tx) -> None:
        for at in range(count):
            await forum.begin(
                tx,
                world.author,
                category="apis",
                title=f"Thing {at}",
                text="Of many",
                mark=f"mark{at}",
                now=world.now + at * DAY,
            )

    await world.write(begin)


async def reports(world: World, count: int) -> None:
    await threads(world, count)

    async def report(tx: Tx) -> None:
        for at in range(count):
            (post,) = await forum.posts(tx, f"mark{at}", 1)
            await forum.report(tx, world.people["operator"].id, post.id, "thing", world.now)

    await world.write(report)


async def solutions(world: World, count: int) -> None:
    async def submit(tx: Tx) -> None:
        for at in range(count):
            made = await showcase.submit(
                tx,
                world.people["developer"].id,
                name=f"Thing {at}",
                summary="Of many",
                text="",
                url="https://client.example/",
                mark=f"mark{at}",
                now=world.now + at * DAY,
            )
            await showcase.decide(tx, made, publish=True, now=world.now)

    await world.write(submit)


async def some_announcements(world: World, count: int) -> None:
    async def tell(tx: Tx) -> None:
        for at in range(count):
            made = Announcement(
                f"a{at}", "info", f"Thing {at}", "", "", world.now, None, world.now + at
            )
            await announcements.announce(tx, made)

    await world.write(tell)


async def some_news(world: World, count: int) -> None:
    async def save(tx: Tx) -> None:
        for at in range(count):
            texts = (f"Thing {at}", "", "", "Of many", "", "")
            await news.save(tx, News(f"n{at}", *texts, world.now - at))

    await world.write(save)


class Listed(NamedTuple):
    """``narrow`` is a search that finds all of them; without one the list has none."""

    template: str
    path: str
    who: str
    make: Make
    size: int = paging.SIZE
    narrow: str = "q=thing"
    page: str = "page"


CARDS = paging.CARDS
LISTS = (
    Listed("portal/products", "/products", "developer", products, CARDS),
    Listed("portal/applications", "/applications", "developer", some_applications, CARDS),
    Listed("portal/profile", "/profile", "developer", subscriptions, HELD),
    Listed("portal/forum", "/forum", "developer", threads),
    Listed("portal/showcase", "/showcase", "developer", solutions),
    Listed("portal/contact", "/contact", "developer", some_tickets),
    Listed("portal/changelog", "/changelog", "developer", some_news),
    Listed("portal/announcements", "/announcements", "developer", some_announcements),
    Listed("home/listing", "/home", "end_user", homes, HOMES),
    Listed("home/third_parties", "/account/third-party-access", "end_user", consents, CARDS),
    Listed("account/overview", "/account", "end_user", sessions, SESSIONS, "", "sessions"),
    Listed("account/overview", "/account", "end_user", events, LATEST, "", "events"),
    Listed("office/requests", "/office/requests", "operator", waiting, CARDS),
    Listed("office/products", "/office/products", "operator", products),
    Listed("office/subscriptions", "/office/subscriptions", "operator", everybodys),
    Listed(
        "office/accounts", "/office/accounts", "operator", accounts, narrow="q=thing&kind=developer"
    ),
    Listed("office/audit", "/office/audit", "operator", events, narrow="kind=password_changed"),
    Listed(
        "office/tickets", "/office/tickets", "operator", some_tickets, narrow="q=thing&state=open"
    ),
    Listed("office/forum", "/office/forum", "operator", reports, narrow=""),
    Listed(
        "office/showcase", "/office/showcase", "operator", solutions, narrow="q=thing&state=all"
    ),
    Listed("office/announcements", "/office/announcements", "operator", some_announcements),
    Listed("office/news", "/office/news", "operator", some_news),
)
ELSEWHERE = {
    "components": "the component itself",
    "portal/endpoint": "test_notifications.py",
    "portal/design": "shows the component",
    "portal/search": "test_news.py",
    "portal/thread": "test_community.py",
    "portal/usage": "test_usage.py",
    "portal/homes": "test_homes of the portal",
    "office/gateways": "test_office.py",
}
"""Lists whose pages another test turns."""


@pytest.fixture
def site(services: Services) -> Starlette:
    rooms = (signin, home, account, office, portal)
    return create(services, [route for room in rooms for route in room.ROUTES])


@pytest.fixture
def world(parts: Parts, services: Services, ada: Account, grace: Account, olga: Account) -> World:
    return World(parts, services, {"developer": ada, "end_user": grace, "operator": olga})


@pytest.mark.parametrize("listed", LISTS, ids=lambda one: f"{one.path}-{one.make.__name__}")
async def test_one_more_than_a_page_has_a_page_of_its_own(
    listed: Listed, browser: Browser, world: World
) -> None:
    await browser.sign_in(world.people[listed.who].email, PASSWORD, "/account")
    await listed.make(world, listed.size + 1)
    await browser.open(f"{listed.path}?{listed.narrow}")
    assert turn(browser, "prev") == ""
    following = turn(browser, "next")
    assert re.search(rf"[?&]{listed.page}=2\b", following), following
    for kept in listed.narrow.split("&"):
        assert kept in following

    await browser.open(following if following.startswith("/") else listed.path + following)
    assert turn(browser, "next") == ""
    assert re.search(rf"[?&]{listed.page}=1\b", turn(browser, "prev"))


def turn(browser: Browser, way: str) -> str:
    found = re.search(rf'<a rel="{way}" href="([^"]+)"', browser.page.text)
    return unescape(found[1]) if found else ""


def test_every_template_that_turns_pages_is_here() -> None:
    turning = re.compile(r"ui\.(?:turn|pager)\(")
    found = {
        str(path.relative_to(FOLDER)).removesuffix(".html")
        for path in FOLDER.rglob("*.html")
        if turning.search(path.read_text("utf-8"))
    }
    assert found - {one.template for one in LISTS} - ELSEWHERE.keys() == set()
