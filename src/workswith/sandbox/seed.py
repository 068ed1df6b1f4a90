"""What a new sandbox holds: people, a subscription, an application with consent, homes. [SBX-1]

Everything that was handed out is kept, sealed, in one row; that row is written last, so a sandbox
without it is half made and is made again.
"""

import textwrap
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from workswith.catalog.products import STARTER_KIT
from workswith.catalog.subscriptions import Subscriptions
from workswith.devices import homes
from workswith.identity import profile, scopes
from workswith.identity.account import Account, AccountKind
from workswith.identity.accounts import Accounts
from workswith.identity.application import ApplicationForm
from workswith.identity.applications import Applications
from workswith.identity.consents import Consents
from workswith.identity.profile import Profile
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Reads, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.webhooks import tokens

_CONTEXT = "sandbox"
_LOAD = query(bytes, "SELECT sealed FROM sandbox WHERE id = 1")
_SAVE = statement("INSERT INTO sandbox (id, seeded_at, sealed) VALUES (1, :now, :sealed)")
_ANYBODY = query(int, "SELECT count(*) FROM account")

PEOPLE: tuple[tuple[str, AccountKind, str, str], ...] = (
    ("developer", "developer", "Dora", "Developer"),
    ("end_user", "end_user", "Enzo", "Enduser"),
    ("operator", "operator", "Olga", "Operator"),
)
"""(member of sandbox.json, kind of account, first name, surname)."""
PROFILE = Profile(
    middle_name="Emilio",
    nickname="Enzo",
    profile="https://people.example/enzo",
    picture="https://people.example/enzo.png",
    website="https://people.example/",
    gender="male",
    birthdate="1984-02-29",
    zoneinfo="Europe/Rome",
    locale="it-IT",
    phone_number="+39 055 010 0100",
    address="Via degli Esempi 1\n50100 Firenze\nItalia",
)
"""What the end-user tells programs that may ask; every claim of OpenID Connect has a value."""
REPLY_URLS = ("https://client.example/callback", "http://localhost:8765/callback")
MAIN_APIS = ("smarther", "home_control")
"""Whose plants are ``plants`` in sandbox.json; those of later APIs are ``later_plants``."""
HOMES = ("two_homes", "one_of_each_api")
"""What the end-user lives in: thermostats first, then a home for each other API."""
LETTERS = str.maketrans("0123456789", "ghjkmnpqrt")
"""Hex digits become letters in passwords: a few letters among digits can be a common word."""
APPLICATION_SCOPES = tuple(one.name for one in scopes.SCOPES if not (one.identity and one.offered))
"""Everything that a device can be asked, nothing about the person."""


class Person(msgspec.Struct):
    id: str
    email: str
    password: str


class Seed(msgspec.Struct):
    """What stays the same from start to start; clear text of what the tables hold as hashes."""

    token: str
    """Opens the control interface."""
    people: dict[str, Person]
    subscription_id: str
    client_id: str
    client_secret: str
    console_id: str
    console_secret: str
    plants: list[dict[str, Any]]
    notifications_token: str = ""
    """Of the sample application, for the API Notifications; one that is older has none."""


def memorable(key: str) -> str:
    """A password out of a key's first 64 bits: sixteen letters in fours, as in ``kpaf-mdqe-…``."""
    return "-".join(textwrap.wrap(key[:16].translate(LETTERS), 4))


@dataclass(frozen=True, slots=True)
class Seeding:
    """Plants a sandbox; ``console_reply_url`` is where Try it gets its tokens, ``homes`` are the
    templates that the end-user lives in, ``reply_urls`` those of the sample application.
    """

    database: Database
    clock: Clock
    ident: Ident
    cipher: Cipher
    accounts: Accounts
    applications: Applications
    consents: Consents
    subscriptions: Subscriptions
    console_reply_url: str
    homes: tuple[str, ...] = HOMES
    reply_urls: tuple[str, ...] = REPLY_URLS

    async def load(self) -> Seed | None:
        """What an earlier start made."""
        sealed = await self.database.one(_LOAD)
        if sealed is None:
            return None
        return msgspec.json.decode(self.cipher.open(sealed, _CONTEXT), type=Seed)

    async def plant(self) -> Seed:
        """Makes everything, in a database where there is nobody yet."""
        people, accounts = await self._people()
        developer, end_user = accounts["developer"], accounts["end_user"]
        subscription = await self.subscriptions.subscribe(
            developer.id, STARTER_KIT, "My subscription"
        )
        application, secret = await self.applications.create(
            developer.id, replace(_APPLICATION, reply_urls=self.reply_urls)
        )
        console, console_secret = await self.applications.create(
            accounts["operator"].id, console_form(self.console_reply_url)
        )
        for planted in (application, console):
            if planted.state != "approved":  # the operator of this sandbox looks at others
                await self.applications.requests.approve(planted.client_id)

        async def live(tx: Tx) -> list[dict[str, Any]]:
            now = self.clock.now()
            await self.consents.give(tx, end_user.id, application, now)
            await profile.keep(tx, end_user.id, PROFILE, now)
            furnished = [
                home
                for turn, template in enumerate(self.homes)
                # A millisecond apart, so that lists keep this order.
                for home in await homes.furnish(tx, end_user.id, self.ident, template, now + turn)
            ]
            if self.homes == HOMES:
                # A developer account also acts as an end-user: it has a home to try things with.
                await homes.furnish(tx, developer.id, self.ident, "flat", now)
            return [
                {
                    "id": home.plant.id,
                    "name": home.plant.name,
                    "api": home.plant.api,
                    "modules": [
                        {"id": m.id, "name": m.name, "device": m.device} for m in home.modules
                    ],
                }
                for home in furnished
            ]

        seed = Seed(
            token=self.ident.secret("sandbox-"),
            people=people,
            subscription_id=subscription.id,
            client_id=application.client_id,
            client_secret=secret,
            console_id=console.client_id,
            console_secret=console_secret,
            plants=await self.database.write(live),
            notifications_token=self.ident.secret(tokens.PREFIX),
        )
        await self.database.write(self._save, seed)
        return seed

    async def _people(self) -> tuple[dict[str, Person], dict[str, Account]]:
        people, accounts = {}, {}
        for member, kind, first_name, surname in PEOPLE:
            email = f"{member.replace('_', '-')}@workswith.example"
            password = memorable(self.ident.key())
            account = await self.accounts.create(
                kind,
                email,
                first_name,
                surname,
                password,
            )
            people[member] = Person(account.id, email, password)
            accounts[member] = account
        return people, accounts

    async def _save(self, tx: Tx, seed: Seed) -> None:
        sealed = self.cipher.seal(msgspec.json.encode(seed), _CONTEXT)
        await tx.run(_SAVE, now=self.clock.now(), sealed=sealed)


async def is_half_made(reads: Reads) -> bool:
    """Whether a seeding was cut off: somebody is here, but the last row is not."""
    return await reads.one(_LOAD) is None and bool(await reads.one(_ANYBODY))


def console_form(reply_url: str) -> ApplicationForm:
    """The portal itself, as an application that asks for everything a call may need."""
    return ApplicationForm(
        name="Developer portal",
        description="Lets you try calls from the pages of the developer portal.",
        vendor="WorksWith",
        url="",
        reply_urls=(reply_url,),
        scopes=tuple(scope.name for scope in scopes.SCOPES),
    )


_APPLICATION = ApplicationForm(
    name="Sample application",
    description="Shows what is in a home, and turns, switches and moves it.",
    vendor="Example & Sons",
    url="https://client.example/",
    reply_urls=REPLY_URLS,
    scopes=APPLICATION_SCOPES,
    pkce="optional",  # published programs send no code_challenge
)
