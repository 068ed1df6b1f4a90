"""A whole cloud as `workswith up` wires it, in the process of the test, and people who own things in it.

Each person gets one of everything that can be owned, through the same areas and pages as anybody.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.person import Form, _Forms
from tests.web.browser import Browser
from workswith.app import Cloud, open_sandbox
from workswith.app.areas import Areas
from workswith.devices.homes.invitations import Letter
from workswith.devices.plants import ambients_of, modules_of
from workswith.devices.scenes import scenes_of
from workswith.identity.account import Account
from workswith.identity.application import ApplicationForm
from workswith.identity.settings import Settings as IdentitySettings
from workswith.kernel.clock import parse_iso
from workswith.kernel.database import Tx, query, statement
from workswith.kernel.ident import Seeded, digest
from workswith.settings import Settings
from workswith.testing import prepared
from workswith.testing.known_keys import known_keys
from workswith.webhooks import reading
from workswith.webhooks.settings import Rules

ORIGIN = "https://portal.test"
PASSWORD = "four quiet words together"
NOON = parse_iso("2026-01-12T12:00:00Z")
SEED = 41
SETTINGS = Settings(
    identity=IdentitySettings(argon2_memory_kib=8, argon2_rounds=1, password_threads=1)
)
REPLY_URL = "https://client.example/callback"
_PASSKEY = statement(
    "INSERT INTO passkey (id, account_id, label, public_key, signatures, kept, created_at) "
    "VALUES (:id, :account_id, 'Laptop', :key, 0, 'device', :now)"
)


_TABLES = query(
    str,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
    "AND name NOT LIKE 'sandbox%' ORDER BY name",
)


@dataclass
class Person:
    """Somebody with a browser; ``owns`` has an id for each name that routes have."""

    account: Account
    browser: Browser
    owns: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.account.first_name.lower()


@dataclass
class Stage:
    cloud: Cloud
    people: dict[str, Person]
    stranger: Browser

    @property
    def areas(self) -> Areas:
        return self.cloud.areas

    def browser(self) -> Browser:
        """A new one, of nobody."""
        return Browser(self.cloud.asgi, ORIGIN)

    async def counts(self, leave_out: frozenset[str] = frozenset()) -> dict[str, int]:
        """How many rows each table has."""
        database = self.areas.kernel.database
        tables = await database.all(_TABLES)
        wanted = [name for name in tables if name not in leave_out]
        counted = " UNION ALL ".join(f"SELECT '{one}', count(*) FROM {one}" for one in wanted)
        return dict(await database.all(query(lambda name, count: (name, count), counted)))

    async def rows(self, leave_out: frozenset[str] = frozenset()) -> dict[str, list[str]]:
        """Everything that is kept, by table; but for what the sandbox counts by itself."""
        database = self.areas.kernel.database
        tables = await database.all(_TABLES)
        found = {}
        for table in tables:
            if table in leave_out:
                continue
            every = await database.all(query(lambda *row: repr(row), f"SELECT * FROM {table}"))
            found[table] = sorted(every)
        return found


@asynccontextmanager
async def opened(folder: Path, *, furnished: bool = True) -> AsyncIterator[Stage]:
    """Two developers, two home owners, an operator, all signed in, each with all that they can own."""
    data = folder / "data"
    await prepared.put_in(data, SETTINGS, SEED, NOON, ("flat",))
    cloud = await open_sandbox(
        SETTINGS,
        data,
        origin=ORIGIN,
        authority_file=data / "tls" / "authority.pem",
        tls=False,
        seeded=Seeded(SEED + 1),
        signing_keys=known_keys(),
        with_tokens=False,
        durable=False,
        inspector_port=0,
        homes=("flat",),
    )
    try:
        async with Browser(cloud.asgi, ORIGIN) as stranger:
            stage = Stage(cloud, {}, stranger)
            for name, kind in (
                ("ada", "developer"),
                ("bob", "developer"),
                ("grace", "end_user"),
                ("hugo", "end_user"),
                ("olga", "operator"),
            ):
                stage.people[name] = await _enter(stage, name, kind)
            if furnished:
                for person in stage.people.values():
                    await _furnish(stage, person)
            yield stage
            for person in stage.people.values():
                await person.browser.http.aclose()
    finally:
        await cloud.close()


async def _enter(stage: Stage, name: str, kind: Any) -> Person:
    areas = stage.areas
    account = await areas.identity.accounts.create(
        kind, f"{name}@example.com", name.capitalize(), "Example", PASSWORD
    )
    person = Person(account, stage.browser())
    await sign_in(person.browser, account.email)
    return person


async def sign_in(browser: Browser, email: str, password: str = PASSWORD) -> httpx2.Response:
    return await browser.sign_in(email, password, "/signin?return_to=/account")


async def _furnish(stage: Stage, person: Person) -> None:
    me, areas, owns = person.account, stage.areas, person.owns
    owns["account"] = me.id
    owns["session"] = (await areas.identity.sessions.of_account(me.id))[0].id
    owns["passkey"] = f"passkey-of-{person.name}"
    await areas.kernel.database.write(
        _passkey, owns["passkey"], me.id, stage.areas.kernel.clock.now()
    )
    if me.kind == "operator":
        await _announce(person)
        return
    await _home(stage, person)
    await _ticket(person)
    await _linked(stage, person)
    if me.kind == "developer":
        await _applications(stage, person)
        await _written(person)


async def _passkey(tx: Tx, id_: str, account_id: str, now: int) -> None:
    await tx.run(_PASSKEY, id=id_, account_id=account_id, key=b"key", now=now)


async def _announce(person: Person) -> None:
    browser = person.browser
    await browser.open("/office/announcements/new")
    await browser.press(browser.form("text_en"), text_en="Maintenance on Sunday.")
    person.owns["announcement"] = found(r"/announcements/([\w-]+)/end", browser)
    await browser.open("/office/news/new")
    await browser.press(browser.form("title_en"), title_en="A summer", text_en="It is warm.")
    await browser.open("/office/news")
    person.owns["news"] = found(r"/office/news/(?!new\b)([\w-]+)", browser)


async def _home(stage: Stage, person: Person) -> None:
    areas, me, owns = stage.areas, person.account, person.owns
    homes, reads = areas.devices.homes, areas.kernel.database
    flat = (await homes.create(me.id, "flat", f"Flat of {person.name}"))[0]
    house = (await homes.create(me.id, "one_of_each", f"House of {person.name}"))[0]
    await areas.devices.park.welcome(flat.plant.id)
    await areas.devices.park.welcome(house.plant.id)
    await stage.cloud.supervisor.settle()
    owns |= {
        "plant": house.plant.id,
        "flat": flat.plant.id,
        "module": house.modules[0].id,
        "thermostat": flat.modules[0].id,
        "room": (await ambients_of(reads, me.id, house.plant.id))[0].id,
        "scene": (await scenes_of(reads, me.id, house.plant.id))[0].id,
        "snapshot": (await homes.copies.take(me.id, house.plant.id, "Kept")).id,
    }
    assert len(await modules_of(reads, me.id, house.plant.id)) > 1
    friend = await areas.identity.accounts.create(
        "end_user", f"friend-of-{person.name}@example.com", "Friend", "Example", PASSWORD
    )
    await homes.share(me.id, house.plant.id, friend.id)
    owns["member"] = friend.id
    await homes.invitations.invite(
        me.id, house.plant.id, f"guest-of-{person.name}@example.com", Letter("Come", "Come", "")
    )
    owns["invitation"] = (await homes.invitations.of_plant(me.id, house.plant.id))[0].id


async def _ticket(person: Person) -> None:
    browser = person.browser
    await browser.open("/contact")
    await browser.press(
        browser.form("subject"), about="question", subject="A question", text=f"By {person.name}."
    )
    person.owns["ticket"] = str(browser.page.url.path).rpartition("/")[2]


async def _linked(stage: Stage, person: Person) -> None:
    """The homes of an account of the app, which are seen through a link."""
    areas = stage.areas
    other = await areas.identity.accounts.create(
        "end_user", f"app-of-{person.name}@example.com", "App", "Example", PASSWORD
    )
    links = areas.identity.links
    asked = await links.ask(person.account.id, "thermostat", other.email, PASSWORD)
    await links.link(person.account.id, asked.token)
    person.owns["other"] = other.id


async def _applications(stage: Stage, person: Person) -> None:
    areas, me, owns = stage.areas, person.account, person.owns
    database, clock = areas.kernel.database, areas.kernel.clock
    form = ApplicationForm(
        f"Application of {person.name}",
        "What it does",
        "Example Ltd",
        "https://client.example/about",
        (REPLY_URL,),
        ("comfort.read", "comfort.write"),
        pkce="optional",
    )
    made, _secret = await areas.identity.applications.create(me.id, form)
    second, _value = await areas.identity.applications.add_secret(me.id, made.client_id, "second")
    owns |= {"application": made.client_id, "client": made.client_id, "secret": second.id}
    await database.write(areas.identity.consents.give, me.id, made, clock.now())
    await areas.webhooks.subscriptions.subscribe(
        me.id, made.client_id, owns["flat"], "smarther", "https://localhost:1/hook"
    )
    endpoints = await reading.endpoints_of(database, [made.client_id], Rules(), clock.now())
    owns["endpoint"] = endpoints[0].id
    await person.browser.open(f"/home/{owns['flat']}/thermostats/{owns['thermostat']}")
    await person.browser.press(person.browser.form("touch"), touch="off")
    await stage.cloud.supervisor.settle()
    told = await reading.deliveries_of(database, [made.client_id])
    owns["delivery"] = told[0].id
    tokens = f"/applications/{made.client_id}/notifications/tokens"
    await person.browser.open(tokens)
    await person.browser.press(person.browser.form("name", "scope"), name="A program", days="90")
    await person.browser.open(tokens)
    owns["token"] = found(r"/notifications/tokens/([\w-]+)/end", person.browser)
    await person.browser.open("/products/starter-kit")
    await person.browser.press(person.browser.form("name"), name=f"Keys of {person.name}")
    owns["subscription"] = (await areas.catalog.subscriptions.of_account(me.id))[0].id


async def _written(person: Person) -> None:
    browser, owns = person.browser, person.owns
    await browser.open("/forum/new")
    await browser.press(
        browser.form("title"), category="apis", title=f"Thread of {person.name}", text="A post."
    )
    owns["thread"] = str(browser.page.url.path).rpartition("/")[2]
    owns["post"] = found(r"/forum/posts/(\d+)/", browser, otherwise="1")
    await browser.open("/showcase/new")
    await browser.press(
        browser.form("summary"),
        name=f"Solution of {person.name}",
        summary="What it does",
        url="https://client.example/",
        text="More of it.",
    )
    owns["entry"] = str(browser.page.url.path).rpartition("/")[2]
    await browser.open("/applications/new")
    form = browser.form("vendor")
    await browser.press(
        form, name="Half made", description="Half", vendor="Example", url="https://client.example/"
    )
    owns["draft"] = form.action.split("/")[-2]


def found(pattern: str, browser: Browser, otherwise: str = "") -> str:
    match = re.search(pattern, browser.page.text)
    assert match or otherwise, browser.text
    return match.group(1) if match else otherwise


def forms_of(text: str) -> list[Form]:
    parser = _Forms()
    parser.feed(text)
    return parser.forms


async def guard_of(browser: Browser, path: str = "/account") -> dict[str, str]:
    """What proves that a form of this browser is its own."""
    await browser.open(path)
    return {"csrf": browser.form("csrf").values["csrf"][0]}


def once(text: str) -> dict[str, str]:
    return {"once": digest(text)[:22]}
