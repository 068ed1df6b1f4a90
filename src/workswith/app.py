"""The composition root: from settings to one ASGI application and its background work.

The only place that knows every area. Areas receive what they need as arguments and do not look for
anything themselves.
"""

import contextlib
import os
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from starlette.routing import Router

from workswith.adapters.smtp import Mailer, Server
from workswith.apis import catalogue
from workswith.catalog import products
from workswith.catalog.expiry import Expiry
from workswith.catalog.keys import EVERY as EVERY_KEY
from workswith.catalog.keys import TOPIC as KEYS_TOPIC
from workswith.catalog.leases import LeasedCounter
from workswith.catalog.reservations import DatabaseReservations, Reservations
from workswith.catalog.subscriptions import Subscriptions
from workswith.catalog.usage import Usage
from workswith.contracts.binding import Api
from workswith.devices import history
from workswith.devices.hand import App as OfficialApp
from workswith.devices.hand import Hand
from workswith.devices.linked_homes import leave_homes, link_homes, unlink_homes
from workswith.devices.park import Park
from workswith.devices.scenes import Scenes
from workswith.devices.twin import Twin
from workswith.events.relay import Relay
from workswith.events.retention import Retention, old_events
from workswith.gateway import access_log, statuses
from workswith.gateway.asgi import Gateway
from workswith.gateway.call import CallRecord
from workswith.identity import endpoints
from workswith.identity.accounts import Accounts
from workswith.identity.applications import Applications
from workswith.identity.authorize import Authorize
from workswith.identity.backchannel import BackChannel
from workswith.identity.closing import Closing
from workswith.identity.consents import Consents
from workswith.identity.errors import OAuthError
from workswith.identity.keys import SigningKeys
from workswith.identity.linking import AccountLinks
from workswith.identity.logout import Logout
from workswith.identity.own_details import OwnDetails
from workswith.identity.passkeys import Passkeys
from workswith.identity.redirect import Redirect
from workswith.identity.second_factor import SecondFactor
from workswith.identity.sessions import Sessions
from workswith.identity.throttle import Throttle
from workswith.identity.tidying import Tidying
from workswith.identity.token import Tokens
from workswith.identity.tokens import AccessTokens
from workswith.identity.userinfo import UserInfo
from workswith.kernel import log
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import KEY_BYTES, Cipher, derive
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, migrate, open_database
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells, Supervisor, Work
from workswith.sandbox import control, seed
from workswith.sandbox import webhooks as sandbox_webhooks
from workswith.sandbox.authority import Authority
from workswith.sandbox.clock import load_clock
from workswith.sandbox.guard import Guard
from workswith.sandbox.inspector import Inspector
from workswith.settings import Settings
from workswith.web.site.services import Origins, Services, callback_address
from workswith.webhooks import retention as webhook_retention
from workswith.webhooks.desk import Desk
from workswith.webhooks.fanout import FanOut
from workswith.webhooks.sender import Sender
from workswith.webhooks.signing import Signer
from workswith.webhooks.subscriptions import Subscriptions as WebhookSubscriptions
from workswith.webhooks.subscriptions import end_for_consent
from workswith.webhooks.worker import Worker

if TYPE_CHECKING:
    from workswith.identity.federation import Federation

_log = log.get("app")

Message = MutableMapping[str, Any]
Asgi = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

SANDBOX_PREFIX = "/sandbox"
LOGIN_PATHS = endpoints.PATHS
WELL_KNOWN = "/.well-known/"


class Areas:
    """Every area of one installation, built and wired, nothing started yet."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        origins: Origins,
        instance_key: bytes,
    ) -> None:
        self.settings, self.database, self.clock, self.origins = settings, database, clock, origins
        self.ident = ident = Ident()
        self.bells = bells = Bells()
        self.cipher = cipher = Cipher(derive(instance_key, "cipher"))
        self.broadcast = broadcast = Broadcast()
        self._closing: list[Callable[[], Awaitable[None]]] = []

        # catalog
        self.subscriptions = Subscriptions(
            database, clock, ident, cipher, broadcast, settings=settings.catalog
        )
        self.reservations = _reservations(database, settings)
        self.counter = LeasedCounter(self.reservations, settings.catalog)
        self.usage = Usage(database, settings.catalog)

        # identity
        self.accounts = Accounts(database, clock, ident, settings.identity, broadcast)
        self.sessions = Sessions(database, clock, ident, settings.identity)
        self.applications = Applications(database, clock, ident, settings.identity, broadcast)
        self.consents = Consents(database, clock, ident, broadcast)
        throttle = Throttle(database, clock)
        brand = settings.web.brand
        self.own_details = OwnDetails(
            database, clock, ident, settings.identity, broadcast, self.accounts
        )
        self.second_factor = SecondFactor(database, clock, ident, cipher, throttle, brand=brand)
        self.passkeys = Passkeys(
            database, clock, ident, throttle, origin=origins.portal, brand=brand
        )
        self.closing = Closing(
            database, clock, broadcast, self.accounts, self.applications, self.consents
        )
        self.links = AccountLinks(database, clock, ident, self.accounts, self.second_factor)
        self.federation = self._federation()
        self.keys = SigningKeys(database, clock, cipher, settings.identity)
        token_key = derive(instance_key, "refresh tokens")
        self.tokens = Tokens(
            database,
            clock,
            ident,
            settings.identity,
            broadcast,
            keys=self.keys,
            login_origin=origins.login,
            key=token_key,
        )
        self.access_tokens = AccessTokens(
            database,
            clock,
            settings.identity,
            broadcast,
            keys=self.keys,
            login_origin=origins.login,
        )
        self.authorize = Authorize(
            database,
            clock,
            ident,
            settings.identity,
            consents=self.consents,
            login_origin=origins.login,
            key=derive(instance_key, "authorize tickets"),
            keys=self.keys,
        )

        # devices
        self.park = Park(database, clock, bells, settings.devices)
        self.twin = Twin(database, clock, self.park, settings.devices)
        self.scenes = Scenes(database, clock, bells, self.twin)

        # events and webhooks
        self.webhook_subscriptions = WebhookSubscriptions(
            database, clock, ident, cipher, settings.webhooks, bells=bells
        )
        self.sender = Sender(settings.webhooks)
        self.webhooks = webhooks = Worker(
            database,
            clock,
            bells,
            signer=Signer(cipher),
            sender=self.sender,
            settings=settings.webhooks,
        )
        fan_out = FanOut(catalogue.NOTIFICATIONS, settings.webhooks.rules)
        self.webhook_desk = Desk(
            database,
            clock,
            ident,
            cipher,
            settings.webhooks,
            bells=bells,
            renderers=catalogue.NOTIFICATIONS,
        )
        self.consents.on_end(end_for_consent)
        self.applications.on_delete(self.consents.end_of_application)

        async def cancel_all(tx: Tx, account_id: str, _now: int) -> None:
            await self.subscriptions.cancel_all(tx, account_id)

        self.closing.on_close(cancel_all, lambda: broadcast.send(KEYS_TOPIC, EVERY_KEY))
        self.closing.on_close(leave_homes)
        self.links.on_change(link_homes, unlink_homes)

        # the APIs and the gateway in front of them
        self.apis: tuple[Api, ...] = catalogue.apis(
            database,
            self.twin,
            self.scenes,
            self.webhook_subscriptions,
            derive(instance_key, "door entry tickets"),
        )
        self.gateway = Gateway(
            self.apis,
            subscriptions=self.subscriptions,
            access_tokens=self.access_tokens,
            counter=self.counter,
            clock=clock,
            ident=ident,
            settings=settings.gateway,
            origin=origins.api,
            portal_origin=origins.portal,
            quota_anchor_minutes=settings.catalog.quota_anchor_minutes,
            on_call=self._on_call,
        )
        for topic in ("subscription", "consent", "application", "account", "family"):
            broadcast.on(topic, self.gateway.forget)
        self.works: tuple[Work, ...] = (
            self.park,
            Relay(database, bells, fan_out),
            webhooks,
            self.keys,
            self.tokens.refusals,
            BackChannel(
                database,
                clock,
                ident,
                keys=self.keys,
                sender=self.sender,
                login_origin=origins.login,
            ),
            Tidying(database, clock),
            self.counter,
            self.subscriptions.keys_work,
            self.usage,
            Expiry(database, broadcast),
            Retention(
                [
                    old_events(database, settings.events),
                    *history.sweeps(database, settings.devices),
                    *webhook_retention.sweeps(database, settings.webhooks),
                ]
            ),
        )
        if settings.mail.server:
            server = Server.parse(settings.mail.server)
            self.works = (*self.works, Mailer(database, server, settings.mail.sender))
        self._page_key = derive(instance_key, "pages")

    async def join_others(self, url: str) -> None:
        """Shares words and rings with the other processes of the same PostgreSQL."""
        if self.database.dialect == "postgresql":
            # Its driver is loaded only where it is used.
            from workswith.adapters.postgres_broadcast import PostgresBroadcast  # noqa: PLC0415

            carrier = PostgresBroadcast(url, self.broadcast, self.bells)
            await carrier.open()
            self._closing.append(carrier.close)

    def _on_call(self, record: CallRecord) -> None:
        self.usage.note(record)
        if self.settings.gateway.access_log:
            access_log.write(record)

    async def prepare(self) -> None:
        """What must be there before the first request: signing keys, the Starter Kit."""
        await self.keys.load()
        slugs = tuple(api.document.slug for api in self.apis)

        async def starter_kit(tx: Tx) -> None:
            quota = self.settings.catalog.starter_kit_quota
            await products.ensure_starter_kit(tx, slugs, self.clock.now(), quota)

        await self.database.write(starter_kit)

    def site(self, console: "Console | None", *, sandbox: bool) -> Asgi:
        """All pages; made at the first visit, since programs may never pay one."""
        return _at_first_call(
            lambda: Services(
                settings=self.settings.web,
                origins=self.origins,
                key=self._page_key,
                database=self.database,
                clock=self.clock,
                ident=self.ident,
                accounts=self.accounts,
                sessions=self.sessions,
                applications=self.applications,
                consents=self.consents,
                own_details=self.own_details,
                second_factor=self.second_factor,
                passkeys=self.passkeys,
                closing=self.closing,
                links=self.links,
                federation=self.federation,
                authorize=self.authorize,
                logout=Logout(self.database, self.keys, self.origins.login),
                refusals=self.tokens.refusals,
                subscriptions=self.subscriptions,
                counter=self.counter,
                apis=self.apis,
                twin=self.twin,
                park=self.park,
                webhook_subscriptions=self.webhook_subscriptions,
                errors=statuses.TABLE,
                console=console,
                quota_anchor_minutes=self.settings.catalog.quota_anchor_minutes,
                webhook_rules=self.settings.webhooks.rules,
                webhook_desk=self.webhook_desk,
                sandbox=sandbox,
            )
        )

    def _federation(self) -> "Federation | None":
        settings = self.settings.identity
        if not settings.federation_issuer:
            return None
        # Few installations have it, and its libraries weigh as much as a start without them.
        import httpx2  # noqa: PLC0415

        from workswith.identity.federation import Federation  # noqa: PLC0415
        from workswith.web.signin.federation import CALLBACK  # noqa: PLC0415

        trusted = ssl.create_default_context()
        for authority in settings.federation_authorities:
            trusted.load_verify_locations(authority)
        return Federation(
            self.database,
            self.clock,
            self.ident,
            settings,
            httpx2.AsyncClient(timeout=10, verify=trusted),
            f"{self.origins.portal}{CALLBACK}",
        )

    def login(self) -> Asgi:
        """The addresses of the login service that programs use."""
        served = endpoints.Endpoints(
            tokens=self.tokens,
            keys=self.keys,
            access_tokens=self.access_tokens,
            accounts=self.accounts,
            clock=self.clock,
            login_origin=self.origins.login,
            authorize=self.authorize,
            userinfo=UserInfo(self.database, self.clock, self.access_tokens),
            hints=self.settings.identity.error_hints,
        )
        return served.asgi()

    async def close(self) -> None:
        await self.webhooks.close()
        self.sender.close()
        self.accounts.close()
        for close in self._closing:
            await close()
        await self.reservations.close()
        if self.federation is not None:
            await self.federation.close()
        await self.database.close()


def _reservations(database: Database, settings: Settings) -> Reservations:
    if not settings.catalog.quota_url:
        return DatabaseReservations(database)
    # An extra that not every installation has.
    from workswith.adapters.redis import RedisReservations  # noqa: PLC0415

    return RedisReservations.open(settings.catalog.quota_url, settings.catalog.quota_days_kept)


@dataclass(frozen=True, slots=True)
class Console:
    """The portal as an application of its own, for Try it."""

    tokens: Tokens
    client_id: str
    client_secret: str

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        """An access token for a code. Raises `Problem`."""
        params = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        try:
            answer = await self.tokens.answer(params, self.client_id, self.client_secret)
        except OAuthError as error:
            raise Problem(Kind.UNAUTHENTICATED, error.error, error.description) from error
        return str(answer["access_token"])


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


def _at_first_call(services: Callable[[], Services]) -> Asgi:
    made: list[Asgi] = []

    async def asgi(scope: Message, receive: Any, send: Any) -> None:
        if not made:
            # The pages and their templates weigh a third of a start.
            from workswith.web.app import create  # noqa: PLC0415

            made.append(create(services()))
        await made[0](scope, receive, send)

    return asgi


def build(areas: Areas, site: Asgi, control_interface: Asgi | None) -> Asgi:
    """One application for one port: who owns which path."""
    gateway, login = areas.gateway, areas.login()

    async def asgi(scope: Message, receive: Any, send: Any) -> None:
        path: str = scope.get("path", "")
        if gateway.owns(path):
            await gateway(scope, receive, send)
        elif path in LOGIN_PATHS or WELL_KNOWN in path:
            await login(scope, receive, send)
        elif control_interface is not None and (
            path == SANDBOX_PREFIX or path.startswith(f"{SANDBOX_PREFIX}/")
        ):
            await control_interface(scope, receive, send)
        else:
            await site(scope, receive, send)

    return asgi


async def open_sandbox(
    settings: Settings, data: Path, *, origin: str, authority_file: Path, tls: bool
) -> Cloud:
    """Opens or makes the sandbox in ``data``; its works run when this returns. [SBX-1]

    ``origin`` is the one address of portal, login and APIs. Raises ``OSError`` and the drivers'
    errors when the database cannot be reached.
    """
    settings = _for_a_sandbox(settings, authority_file)
    url = settings.database.url or f"sqlite:///{(data / 'workswith.db').absolute()}"
    database = await _open(url, settings)
    if await seed.is_half_made(database):
        database = await _begin_again(database, url, settings)
    areas = Areas(
        settings,
        database,
        await load_clock(database),
        Origins(portal=origin, login=origin, api=origin),
        _instance_key(data),
    )
    await areas.prepare()
    await areas.join_others(url)
    seeding = seed.Seeding(
        database=database,
        clock=areas.clock,
        ident=areas.ident,
        cipher=areas.cipher,
        accounts=areas.accounts,
        applications=areas.applications,
        consents=areas.consents,
        subscriptions=areas.subscriptions,
        console_reply_url=callback_address(origin),
    )
    planted = await seeding.load() or await seeding.plant()
    await _follow_the_port(areas, planted, callback_address(origin))
    supervisor = Supervisor(areas.clock, areas.bells)
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
        areas.clock.now,
        port=(urlsplit(origin).port or 0) + 1,
    )
    await inspector.start()
    document["inspector"] = inspector.url()
    interface = Router(
        [
            *sandbox_webhooks.routes(areas.webhook_desk, database, areas.clock, inspector, guard),
            *control.routes(
                control.Control(
                    clock=areas.clock,
                    supervisor=supervisor,
                    database=database,
                    devices=Hand(areas.park),
                    app_accounts=OfficialApp(database, areas.clock),
                    document=told,
                    mint=mint,
                    end_user_id=planted.people["end_user"].id,
                ),
                guard,
            ),
        ]
    )
    console = Console(areas.tokens, planted.console_id, planted.console_secret)
    site = areas.site(console, sandbox=True)
    return Cloud(build(areas, site, interface), areas, supervisor, document, inspector)


@contextlib.asynccontextmanager
async def opened(settings: Settings, data: Path, origin: str) -> AsyncIterator[Areas]:
    """The areas of an installation for a command, whether it runs at the moment or not.

    No work runs. Raises ``FileNotFoundError`` where there is no installation.
    """
    if not (data / "instance.key").exists():
        raise FileNotFoundError(data)
    url = settings.database.url or f"sqlite:///{(data / 'workswith.db').absolute()}"
    database = await _open(url, settings)
    try:
        clock = await load_clock(database)
        origins = Origins(portal=origin, login=origin, api=origin)
        yield Areas(settings, database, clock, origins, _instance_key(data))
    finally:
        await database.close()


async def _open(url: str, settings: Settings) -> Database:
    database = await open_database(url, connections=settings.database.connections)
    await migrate(database, url)
    return database


async def _begin_again(database: Database, url: str, settings: Settings) -> Database:
    """A first start that was cut off has promised nothing to anybody: it starts over."""
    await database.close()
    if not url.startswith("sqlite:///"):
        raise RuntimeError("the database holds half a sandbox; give it an empty database")
    path = Path(url.removeprefix("sqlite:///"))
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        each.unlink(missing_ok=True)
    return await _open(url, settings)


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


def _instance_key(data: Path) -> bytes:
    """The secret of this installation: 32 random bytes in a file of its own."""
    path = data / "instance.key"
    with contextlib.suppress(FileExistsError):
        fresh = data / f".instance.key.{os.getpid()}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # atomic, and refuses to replace
        finally:
            fresh.unlink()
    return path.read_bytes()


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
    console = await areas.applications.one(operator, planted.console_id)
    if console.reply_urls != (reply_url,):
        await areas.applications.update(operator, planted.console_id, seed.console_form(reply_url))


async def _mint(areas: Areas, planted: seed.Seed) -> dict[str, Any]:
    """A fresh token pair for the seeded application and home owner, by the real code flow.

    The consent of the home owner is needed as ever: once it is revoked, this is a `Problem`.
    """
    cookie = await areas.sessions.open(planted.people["end_user"].id, user_agent="workswith up")
    session = await areas.sessions.of(cookie)
    try:
        redirect: Redirect = await areas.authorize.decide(
            {
                "client_id": planted.client_id,
                "redirect_uri": seed.REPLY_URLS[0],
                "response_type": "code",
                "state": "workswith-up",
            },
            session,
        )
        code = parse_qs(urlsplit(redirect.url).query)["code"][0]
        return await areas.tokens.answer(
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
        await areas.sessions.close(cookie)


async def _document(
    areas: Areas, planted: seed.Seed, authority_file: Path | None
) -> dict[str, Any]:
    """What ``sandbox.json`` says; every start has tokens of its own."""
    keys = await areas.subscriptions.keys(planted.people["developer"].id, planted.subscription_id)
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
            "portal": areas.origins.portal,
            "login": areas.origins.login,
            "api": areas.origins.api,
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
        "plants": planted.plants,
        "sandbox": {"url": f"{areas.origins.portal}{SANDBOX_PREFIX}", "token": planted.token},
    }
