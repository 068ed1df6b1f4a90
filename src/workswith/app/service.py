"""A production process: without seed, test clock or control interface. [H: ``serve``, ``worker``]

Many such processes share one PostgreSQL. Those that answer calls run only the works that belong to
what they keep in memory; the rest is for ``workswith worker``. Simulated devices belong to
sandboxes: no production process moves them.
"""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from workswith.kernel import log
from workswith.kernel.clock import Clock
from workswith.kernel.tasks import Supervisor, Work
from workswith.settings import Settings
from workswith.web.site.services import Origins

from .areas import Areas
from .health import Health
from .identity import Console
from .installation import instance_key, open_migrated
from .kernel import Kernel
from .routing import Asgi, Message, Paths

_log = log.get("app")
BACKGROUND = frozenset(
    {
        "relay",
        "webhooks",
        "identity-tidying",
        "logout-notices",
        "expiry",
        "retention",
        "mail",
    }
)
"""Works that any one process does for all."""
NEVER = frozenset({"park"})
FIRST_PAGE = "/signin"
LEASE_MS = 10_000
"""Usual time after which what a silent worker had goes to the others."""


@dataclass(slots=True)
class Service:
    """A running production process."""

    asgi: Asgi
    areas: Areas
    supervisor: Supervisor

    async def close(self) -> None:
        """Drains the works, then closes the database. Nothing accepted is lost either way."""
        await self.supervisor.stop()
        await self.areas.close()


def origins_of(settings: Settings) -> Origins:
    """Raises ``ValueError`` where the public addresses are not set."""
    service = settings.service
    if not service.portal.startswith(("https://", "http://")):
        raise ValueError(
            "service.portal is the public address, such as https://developer.example "
            "(WORKSWITH_SERVICE_PORTAL)"
        )
    portal = service.portal.rstrip("/")
    return Origins(
        portal=portal,
        login=(service.login or portal).rstrip("/"),
        api=(service.api or portal).rstrip("/"),
    )


async def open_service(settings: Settings, data: Path, *, background: bool) -> Service:
    """Opens the installation; its works run when this returns.

    ``background`` is a worker's part; a process that answers has the other. Raises ``ValueError``,
    ``OSError`` and the drivers' errors.
    """
    url = settings.database.url or f"sqlite:///{(data / 'workswith.db').absolute()}"
    origins = origins_of(settings)
    settings = shared(settings, url)
    database = await open_migrated(url, settings)
    areas = Areas(Kernel(settings, database, Clock(), origins, instance_key(data)))
    await areas.prepare()
    await areas.join_others(url)
    supervisor = Supervisor(areas.kernel.clock, areas.kernel.bells)
    supervisor.add(*(work for work in areas.works if _belongs(work, background=background)))
    supervisor.start()
    client_id = settings.web.console_client_id
    console = Console(areas.identity.tokens, client_id, "") if client_id else None
    site = areas.site(console, sandbox=False)
    if not background:
        await _warm(site, origins)
    inside = Paths(areas.gateway, areas.login(), site, None, origins)
    return Service(Health(inside, database), areas, supervisor)


def shared(settings: Settings, url: str) -> Settings:
    """On PostgreSQL workers come and go on any machine: their share of the endpoints is leased."""
    webhooks = settings.webhooks
    if webhooks.lease_ms or not url.startswith("postgres"):
        return settings
    webhooks = msgspec.structs.replace(webhooks, lease_ms=LEASE_MS)
    return msgspec.structs.replace(settings, webhooks=webhooks)


def _belongs(work: Work, *, background: bool) -> bool:
    return work.name not in NEVER and (work.name in BACKGROUND) == background


async def _warm(site: Asgi, origins: Origins) -> None:
    """Opens a page, so that no visitor waits for pages and templates to be loaded."""
    portal = urlsplit(origins.portal)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": portal.scheme,
        "path": FIRST_PAGE,
        "raw_path": FIRST_PAGE.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", portal.netloc.encode())],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message.get("status", HTTPStatus.OK) != HTTPStatus.OK:
            _log.warning("first page failed", status=message["status"])

    await site(scope, receive, send)
