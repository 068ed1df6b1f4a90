"""Every area of one installation, wired. The only module that knows them all."""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
from workswith.identity.second_factor import SecondFactor
from workswith.identity.sessions import Sessions
from workswith.identity.throttle import Throttle
from workswith.identity.tidying import Tidying
from workswith.identity.token import Tokens
from workswith.identity.tokens import AccessTokens
from workswith.identity.userinfo import UserInfo
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import Cipher, derive
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells, Work
from workswith.settings import Settings
from workswith.web.site.services import Origins, Services
from workswith.webhooks import retention as webhook_retention
from workswith.webhooks.desk import Desk
from workswith.webhooks.fanout import FanOut
from workswith.webhooks.sender import Sender
from workswith.webhooks.signing import Signer
from workswith.webhooks.subscriptions import Subscriptions as WebhookSubscriptions
from workswith.webhooks.subscriptions import end_for_consent
from workswith.webhooks.worker import Worker

from .routing import Asgi, at_first_call

if TYPE_CHECKING:
    from workswith.identity.federation import Federation


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
        """All pages."""
        return at_first_call(
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
