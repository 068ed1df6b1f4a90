"""One generation of a sandbox: everything that runs between two changes of its whole state. [SBX-1]

`sandbox` makes a new one at each start and whenever a saved state comes back; nothing of an earlier
one is used again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.routing import Route, Router

from workswith.devices.hand import App as OfficialApp
from workswith.devices.hand import Hand
from workswith.kernel.clock import ClockState
from workswith.kernel.ident import Ident, Seeded
from workswith.kernel.tasks import Supervisor
from workswith.sandbox import access, control, seed
from workswith.sandbox import homes as sandbox_homes
from workswith.sandbox import webhooks as sandbox_webhooks
from workswith.sandbox.clock import load_clock, remember
from workswith.sandbox.faults import control as fault_control
from workswith.sandbox.guard import Guard
from workswith.sandbox.inspector import Inspector
from workswith.sandbox.states import SEEDED, Note, States
from workswith.settings import Settings
from workswith.web.site.services import Origins, callback_address

from . import credentials, homes
from .access import SeededAccess
from .areas import Areas
from .bench import Bench
from .health import Health
from .identity import Console
from .installation import begin_again, instance_key, open_migrated
from .kernel import Kernel
from .routing import Asgi, Paths
from .shown_keys import ShownKeys


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sandbox lives, the same for all its generations."""

    settings: Settings
    data: Path
    origin: str
    """Its own address on this machine, where it is controlled."""
    origins: Origins
    """What its faces are called; the names of the original where it answers those."""
    authority_file: Path
    tls: bool
    inspector: Inspector
    states: States
    signing_keys: tuple[bytes, ...] = ()
    """PEMs to sign with, before any are made."""
    with_tokens: bool = True
    """Whether each generation begins with a token pair, as people expect who look into its document."""
    durable: bool = True
    """Whether a commit waits for the disk."""
    homes: tuple[str, ...] = seed.HOMES
    """The templates that the end-user lives in from the first start on."""
    file: Path | None = field(init=False)
    """The database, where it is a file that this sandbox alone has."""
    url: str = field(init=False)
    listeners: list[Callable[[], None]] = field(default_factory=list)
    """Told whenever the document of the sandbox has changed."""

    def announce(self) -> None:
        for listener in self.listeners:
            listener()

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
    bench: Bench
    supervisor: Supervisor
    planted: seed.Seed
    document: dict[str, Any]

    async def close(self) -> None:
        """Drains the works, then closes the database. Nothing accepted is lost either way."""
        await self.supervisor.stop()
        await self.bench.close()
        await self.areas.close()

    async def mint(self, member: str = "end_user", scope: str = "") -> dict[str, Any]:
        """A fresh token pair. Raises `Problem`."""
        return await credentials.mint(self.areas, self.planted, member, scope)

    async def sign_in(self, url: str, member: str, *, allow: bool) -> str:
        """As `credentials.sign_in`."""
        return await credentials.sign_in(self.areas, self.planted, url, member, allow=allow)


async def open_generation(
    place: Place, *, clock: ClockState | None = None, seeded: Seeded | None = None
) -> Generation:
    """Opens the database, plants what a new sandbox holds, and starts the works.

    ``clock`` is how the clock stands from now on; ``None``: as the database says. ``seeded`` is
    where ids come from. Raises ``OSError`` and the drivers' errors when there is no database.
    """
    settings = place.settings
    database = await open_migrated(place.url, settings, durable=place.durable)
    if await seed.is_half_made(database):
        database = await begin_again(database, place.url, settings)
    if clock is not None:
        await remember(database, clock)
    ident = Ident.of(seeded) if seeded else Ident()
    kernel = Kernel(
        settings,
        database,
        await load_clock(database),
        place.origins,
        instance_key(place.data),
        ident=ident,
        signing_keys=place.signing_keys,
    )
    bench = Bench(kernel)
    areas = Areas(kernel, bench.seams)
    await areas.prepare()
    await areas.join_others(place.url)
    planted = await _planted(areas, place, seeded)
    await _follow_the_port(areas, planted, callback_address(place.origins.portal))
    supervisor = Supervisor(areas.kernel.clock, areas.kernel.bells)
    supervisor.add(*areas.works, *bench.works)
    testing = await bench.connect(areas, planted, supervisor)
    document = await credentials.document(
        areas,
        planted,
        place.origin,
        place.authority_file if place.tls else None,
        tokens=place.with_tokens,
    )
    document["inspector"] = place.inspector.url()
    keys = ShownKeys(areas, planted, document, place.announce)
    supervisor.add(keys)
    supervisor.start()
    interface = Router(
        [
            *fault_control.routes(testing, guard_of(planted, place)),
            *_interface(areas, planted, supervisor, document, place, keys=keys),
        ]
    )
    console = Console(areas.identity.tokens, planted.console_id, planted.console_secret)
    site = areas.site(console, sandbox=True, testing=testing)
    login = bench.login(areas.login())
    paths = Paths(bench.gateway(areas.gateway), login, site, interface, place.origins)
    asgi = Health(paths, database)
    return Generation(asgi, areas, bench, supervisor, planted, document)


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
        console_reply_url=callback_address(place.origins.portal),
        homes=place.homes,
        reply_urls=(*seed.REPLY_URLS, *place.settings.sandbox.reply_urls),
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
        seed=seeded.seed if seeded else "",
        origin=origin,
    )


def _interface(
    areas: Areas,
    planted: seed.Seed,
    supervisor: Supervisor,
    document: dict[str, Any],
    place: Place,
    *,
    keys: ShownKeys,
) -> list[Route]:
    """The rest of the control interface."""
    database, clock = areas.kernel.database, areas.kernel.clock

    async def told() -> dict[str, Any]:
        return dict(document)

    def language(request: Request) -> str:
        # The pages are loaded by the first who looks at one.
        from workswith.web.site.arrival import language_of  # noqa: PLC0415

        secure = place.origins.portal.startswith("https://")
        return language_of(request, secure=secure, fallback=place.settings.web.language)

    guard = guard_of(planted, place)
    return [
        *sandbox_homes.routes(homes.place(areas, planted), guard),
        *access.routes(SeededAccess(areas, planted, keys), database, guard),
        *sandbox_webhooks.routes(areas.webhooks.desk, database, clock, place.inspector, guard),
        *control.routes(
            control.Control(
                clock=clock,
                supervisor=supervisor,
                database=database,
                devices=Hand(areas.devices.park),
                app_accounts=OfficialApp(database, clock),
                document=told,
                end_user_id=planted.people["end_user"].id,
                language=language,
            ),
            guard,
        ),
    ]


def guard_of(planted: seed.Seed, place: Place) -> Guard:
    """Lets in whoever holds the token of the sandbox, from its own pages."""
    return Guard(planted.token, (*_spellings(place.origin), place.origins.portal))


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
