"""One generation of a sandbox: everything that runs between two changes of its whole state. [SBX-1]

`sandbox` makes a new one at each start and whenever a saved state comes back; nothing of an earlier
one is used again.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.routing import Router

from workswith.devices.hand import App as OfficialApp
from workswith.devices.hand import Hand
from workswith.identity.redirect import Redirect
from workswith.kernel import log
from workswith.kernel.clock import ClockState
from workswith.kernel.ident import Ident, Seeded
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Supervisor
from workswith.sandbox import control, seed
from workswith.sandbox import webhooks as sandbox_webhooks
from workswith.sandbox.clock import load_clock, remember
from workswith.sandbox.guard import Guard
from workswith.sandbox.inspector import Inspector
from workswith.sandbox.states import SEEDED, Note, States
from workswith.settings import Settings
from workswith.web.site.services import Origins, callback_address

from .areas import Areas
from .identity import Console
from .installation import begin_again, instance_key, open_migrated
from .kernel import Kernel
from .routing import SANDBOX_PREFIX, Asgi, build

_log = log.get("app")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sandbox lives, the same for all its generations."""

    settings: Settings
    data: Path
    origin: str
    authority_file: Path
    tls: bool
    inspector: Inspector
    states: States
    seeded: Seeded | None = None
    """Where ids come from; ``None``: from the system."""
    file: Path | None = field(init=False)
    """The database, where it is a file that this sandbox alone has."""
    url: str = field(init=False)

    def __post_init__(self) -> None:
        own = self.data.absolute() / "workswith.db"
        url = self.settings.database.url or f"sqlite:///{own}"
        path = url.removeprefix("sqlite:///")
        alone = path != url and not self.settings.catalog.quota_url
        object.__setattr__(self, "url", url)
        object.__setattr__(self, "file", Path(path) if alone else None)


@dataclass(slots=True)
class Generation:
    """What runs; ``document`` is what ``sandbox.json`` says."""

    asgi: Asgi
    areas: Areas
    supervisor: Supervisor
    planted: seed.Seed
    document: dict[str, Any]

    async def close(self) -> None:
        """Drains the works, then closes the database. Nothing accepted is lost either way."""
        await self.supervisor.stop()
        await self.areas.close()

    async def mint(self) -> dict[str, Any]:
        """A fresh token pair. Raises `Problem`."""
        return await _mint(self.areas, self.planted)


async def open_generation(
    place: Place, *, clock: ClockState | None = None, seeded: Seeded | None = None
) -> Generation:
    """Opens the database, plants what a new sandbox holds, and starts the works.

    ``clock`` is how the clock stands from now on; ``None``: as the database says. ``seeded`` is
    where ids come from. Raises ``OSError`` and the drivers' errors when there is no database.
    """
    settings, origin = place.settings, place.origin
    database = await open_migrated(place.url, settings)
    if await seed.is_half_made(database):
        database = await begin_again(database, place.url, settings)
    if clock is not None:
        await remember(database, clock)
    ident = Ident.of(seeded) if seeded else Ident()
    origins = Origins(portal=origin, login=origin, api=origin)
    areas = Areas(
        Kernel(
            settings,
            database,
            await load_clock(database),
            origins,
            instance_key(place.data),
            ident=ident,
        )
    )
    await areas.prepare()
    await areas.join_others(place.url)
    planted = await _planted(areas, place, seeded)
    await _follow_the_port(areas, planted, callback_address(origin))
    supervisor = Supervisor(areas.kernel.clock, areas.kernel.bells)
    supervisor.add(*areas.works)
    supervisor.start()
    document = await _document(areas, planted, place.authority_file if place.tls else None)
    document["inspector"] = place.inspector.url()
    interface = _interface(areas, planted, supervisor, document, place)
    console = Console(areas.identity.tokens, planted.console_id, planted.console_secret)
    site = areas.site(console, sandbox=True)
    asgi = build(areas.gateway, areas.login(), site, interface)
    return Generation(asgi, areas, supervisor, planted, document)


async def _planted(areas: Areas, place: Place, seeded: Seeded | None) -> seed.Seed:
    """What an earlier start made, or what this one makes; then it is kept to go back to."""
    kernel = areas.kernel
    seeding = seed.Seeding(
        database=kernel.database,
        clock=kernel.clock,
        ident=kernel.ident.branch("seed"),
        cipher=kernel.cipher,
        accounts=areas.identity.accounts,
        applications=areas.identity.applications,
        consents=areas.identity.consents,
        subscriptions=areas.catalog.subscriptions,
        console_reply_url=callback_address(place.origin),
    )
    planted = await seeding.load()
    if planted is None:
        planted = await seeding.plant()
        if place.file is not None:
            note = note_of(SEEDED, areas, seeded)
            await asyncio.to_thread(place.states.save, note, place.file)
    return planted


def note_of(name: str, areas: Areas, seeded: Seeded | None, origin: str = "") -> Note:
    """How things stand, for a state of this name."""
    clock = areas.kernel.clock
    return Note(
        name=name,
        saved_at=clock.now(),
        clock=clock.state if clock.shifted else None,
        drawn=dict(seeded.drawn) if seeded else {},
        origin=origin,
    )


def _interface(
    areas: Areas,
    planted: seed.Seed,
    supervisor: Supervisor,
    document: Mapping[str, Any],
    place: Place,
) -> Asgi:
    """The control interface."""
    database, clock = areas.kernel.database, areas.kernel.clock

    async def mint() -> dict[str, Any]:
        return await _mint(areas, planted)

    async def told() -> dict[str, Any]:
        return dict(document)

    guard = guard_of(planted, place.origin)
    return Router(
        [
            *sandbox_webhooks.routes(areas.webhooks.desk, database, clock, place.inspector, guard),
            *control.routes(
                control.Control(
                    clock=clock,
                    supervisor=supervisor,
                    database=database,
                    devices=Hand(areas.devices.park),
                    app_accounts=OfficialApp(database, clock),
                    document=told,
                    mint=mint,
                    end_user_id=planted.people["end_user"].id,
                ),
                guard,
            ),
        ]
    )


def guard_of(planted: seed.Seed, origin: str) -> Guard:
    """Lets in whoever holds the token of the sandbox, from its own pages."""
    return Guard(planted.token, _spellings(origin))


def _spellings(origin: str) -> tuple[str, ...]:
    """The origin, and the other names of this machine at the same port."""
    parts = urlsplit(origin)
    return (
        origin,
        *(f"{parts.scheme}://{name}:{parts.port}" for name in ("127.0.0.1", "[::1]", "localhost")),
    )


async def _follow_the_port(areas: Areas, planted: seed.Seed, reply_url: str) -> None:
    """Try it comes back to where the portal is now."""
    operator = planted.people["operator"].id
    console = await areas.identity.applications.one(operator, planted.console_id)
    if console.reply_urls != (reply_url,):
        await areas.identity.applications.update(
            operator, planted.console_id, seed.console_form(reply_url)
        )


async def _mint(areas: Areas, planted: seed.Seed) -> dict[str, Any]:
    """A fresh token pair for the seeded application and home owner, by the real code flow.

    The consent of the home owner is needed as ever: once it is revoked, this is a `Problem`.
    """
    cookie = await areas.identity.sessions.open(
        planted.people["end_user"].id, user_agent="workswith up"
    )
    session = await areas.identity.sessions.of(cookie)
    try:
        redirect: Redirect = await areas.identity.authorize.decide(
            {
                "client_id": planted.client_id,
                "redirect_uri": seed.REPLY_URLS[0],
                "response_type": "code",
                "state": "workswith-up",
            },
            session,
        )
        code = parse_qs(urlsplit(redirect.url).query)["code"][0]
        return await areas.identity.tokens.answer(
            {"grant_type": "authorization_code", "code": code},
            planted.client_id,
            planted.client_secret,
        )
    except Exception as error:
        raise Problem(
            Kind.CONFLICT,
            "tokens_unavailable",
            "The home owner no longer consents to the sample application, or it has changed.",
            debug=str(error),
        ) from error
    finally:
        await areas.identity.sessions.close(cookie)


async def _document(
    areas: Areas, planted: seed.Seed, authority_file: Path | None
) -> dict[str, Any]:
    """What ``sandbox.json`` says; every start has tokens of its own."""
    keys = await areas.catalog.subscriptions.keys(
        planted.people["developer"].id, planted.subscription_id
    )
    try:
        minted = await _mint(areas, planted)
    except Problem as problem:
        _log.warning("no tokens this time", reason=problem.detail)
        minted = {"access_token": "", "refresh_token": ""}
    people = {
        member: {"email": person.email, "password": person.password}
        for member, person in planted.people.items()
    }
    return {
        "origins": {
            "portal": areas.kernel.origins.portal,
            "login": areas.kernel.origins.login,
            "api": areas.kernel.origins.api,
        },
        **({"ca_file": str(authority_file)} if authority_file else {}),
        **people,
        "subscription": {
            "primary_key": keys["primary"].key,
            "secondary_key": keys["secondary"].key,
        },
        "application": {
            "client_id": planted.client_id,
            "client_secret": planted.client_secret,
            "redirect_uris": list(seed.REPLY_URLS),
        },
        "tokens": {
            "access_token": minted["access_token"],
            "refresh_token": minted["refresh_token"],
        },
        "plants": [plant for plant in planted.plants if plant["api"] in seed.MAIN_APIS],
        "later_plants": [plant for plant in planted.plants if plant["api"] not in seed.MAIN_APIS],
        "sandbox": {
            "url": f"{areas.kernel.origins.portal}{SANDBOX_PREFIX}",
            "token": planted.token,
        },
    }
