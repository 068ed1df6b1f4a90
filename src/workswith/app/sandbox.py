"""From a folder to a running sandbox: ``workswith up``. [SBX-1]"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from starlette.routing import Router

from workswith.devices.hand import App as OfficialApp
from workswith.devices.hand import Hand
from workswith.identity.redirect import Redirect
from workswith.kernel import log
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Supervisor
from workswith.sandbox import control, seed
from workswith.sandbox import webhooks as sandbox_webhooks
from workswith.sandbox.authority import Authority
from workswith.sandbox.clock import load_clock
from workswith.sandbox.guard import Guard
from workswith.sandbox.inspector import Inspector
from workswith.settings import Settings
from workswith.web.site.services import Origins, callback_address

from .areas import Areas
from .identity import Console
from .installation import begin_again, instance_key, open_migrated
from .kernel import Kernel
from .routing import SANDBOX_PREFIX, Asgi, build

_log = log.get("app")


@dataclass(slots=True)
class Cloud:
    """A running installation; ``document`` is what ``sandbox.json`` says."""

    asgi: Asgi
    areas: Areas
    supervisor: Supervisor
    document: dict[str, Any]
    inspector: Inspector | None = None

    async def close(self) -> None:
        """Drains the works, then closes the database. Nothing accepted is lost either way."""
        await self.supervisor.stop()
        if self.inspector is not None:
            await self.inspector.stop()
        await self.areas.close()


async def open_sandbox(
    settings: Settings, data: Path, *, origin: str, authority_file: Path, tls: bool
) -> Cloud:
    """Opens or makes the sandbox in ``data``; its works run when this returns. [SBX-1]

    ``origin`` is the one address of portal, login and APIs. Raises ``OSError`` and the drivers'
    errors when the database cannot be reached.
    """
    settings = _for_a_sandbox(settings, authority_file)
    url = settings.database.url or f"sqlite:///{(data / 'workswith.db').absolute()}"
    database = await open_migrated(url, settings)
    if await seed.is_half_made(database):
        database = await begin_again(database, url, settings)
    origins = Origins(portal=origin, login=origin, api=origin)
    clock = await load_clock(database)
    areas = Areas(Kernel(settings, database, clock, origins, instance_key(data)))
    await areas.prepare()
    await areas.join_others(url)
    seeding = seed.Seeding(
        database=database,
        clock=areas.kernel.clock,
        ident=areas.kernel.ident,
        cipher=areas.kernel.cipher,
        accounts=areas.identity.accounts,
        applications=areas.identity.applications,
        consents=areas.identity.consents,
        subscriptions=areas.catalog.subscriptions,
        console_reply_url=callback_address(origin),
    )
    planted = await seeding.load() or await seeding.plant()
    await _follow_the_port(areas, planted, callback_address(origin))
    supervisor = Supervisor(areas.kernel.clock, areas.kernel.bells)
    supervisor.add(*areas.works)
    supervisor.start()
    document = await _document(areas, planted, authority_file if tls else None)

    async def mint() -> dict[str, Any]:
        return await _mint(areas, planted)

    async def told() -> dict[str, Any]:
        return document

    guard = Guard(planted.token, _spellings(origin))
    inspector = Inspector(
        Authority(authority_file.parent).issue("inspector", "localhost", "127.0.0.1"),
        areas.kernel.clock.now,
        port=(urlsplit(origin).port or 0) + 1,
    )
    await inspector.start()
    document["inspector"] = inspector.url()
    interface = Router(
        [
            *sandbox_webhooks.routes(
                areas.webhooks.desk, database, areas.kernel.clock, inspector, guard
            ),
            *control.routes(
                control.Control(
                    clock=areas.kernel.clock,
                    supervisor=supervisor,
                    database=database,
                    devices=Hand(areas.devices.park),
                    app_accounts=OfficialApp(database, areas.kernel.clock),
                    document=told,
                    mint=mint,
                    end_user_id=planted.people["end_user"].id,
                ),
                guard,
            ),
        ]
    )
    console = Console(areas.identity.tokens, planted.console_id, planted.console_secret)
    site = areas.site(console, sandbox=True)
    return Cloud(
        build(areas.gateway, areas.login(), site, interface), areas, supervisor, document, inspector
    )


def _for_a_sandbox(settings: Settings, authority_file: Path) -> Settings:
    """Webhooks may go to this machine, trusting the local authority; refusals carry hints."""
    webhooks = msgspec.structs.replace(
        settings.webhooks,
        reach="loopback" if settings.webhooks.reach == "public" else settings.webhooks.reach,
        authorities=(*settings.webhooks.authorities, str(authority_file)),
    )
    gateway = msgspec.structs.replace(settings.gateway, error_hints=True)
    identity = msgspec.structs.replace(settings.identity, error_hints=True)
    return msgspec.structs.replace(settings, webhooks=webhooks, gateway=gateway, identity=identity)


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
