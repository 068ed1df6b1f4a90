"""Every area of one installation, wired. The only module that knows them all."""

from collections.abc import Awaitable, Callable

from workswith.apis import catalogue
from workswith.community import forum, showcase, tickets
from workswith.contracts.binding import Api
from workswith.devices import history
from workswith.devices.linked_homes import leave_homes, link_homes, unlink_homes
from workswith.events.retention import Retention, old_events, sweep
from workswith.gateway import access_log, statuses
from workswith.gateway.asgi import Gateway
from workswith.gateway.call import CallRecord
from workswith.identity import audit
from workswith.identity.backchannel import BackChannel
from workswith.kernel.brand import keep_usual_name
from workswith.kernel.tasks import Work
from workswith.web.site.services import Services, Testing
from workswith.webhooks import retention as webhook_retention
from workswith.webhooks import tokens
from workswith.webhooks.subscriptions import (
    end_for_consent,
    end_for_lost,
    resume_for_account,
    suspend_for_account,
)

from .catalog import Catalog
from .devices import Devices
from .identity import Console, Identity
from .kernel import Kernel
from .leaving import end_owned, end_unlinked, nothing_more
from .routing import Asgi, at_first_call
from .seams import PLAIN, Seams
from .webhooks import Webhooks

CALLERS = ("subscription", "consent", "application", "account", "family", tokens.TOPIC)
"""Words after which the gateway recognises callers anew."""


class Areas:
    """Every area of one installation, built and wired, nothing started yet."""

    def __init__(self, kernel: Kernel, seams: Seams = PLAIN) -> None:
        self.kernel = kernel
        self._seams = seams
        self.catalog = Catalog(kernel)
        self.identity = Identity(kernel)
        self.devices = Devices(kernel)
        self.webhooks = Webhooks(kernel, seams)
        self.apis: tuple[Api, ...] = catalogue.apis(
            kernel.database,
            self.devices.twin,
            self.devices.scenes,
            self.webhooks.subscriptions,
            kernel.key("door entry tickets"),
            desk=self.webhooks.desk,
        )
        self.gateway = self._gateway()
        self.works = self._works()
        self._closing: list[Callable[[], Awaitable[None]]] = []
        self._connect()

    def _connect(self) -> None:
        """What one area does when another one's thing ends."""
        identity, catalog = self.identity, self.catalog
        identity.consents.on_end(end_for_consent)
        identity.applications.on_delete(tokens.forget)
        identity.closing.on_close(catalog.cancel_all, catalog.forget_keys)
        identity.closing.on_close(end_owned)
        for forget in (tickets.forget, forum.forget, showcase.forget):
            identity.closing.on_close(forget)
        identity.closing.on_close(leave_homes)
        identity.closing.on_suspend(suspend_for_account, resume_for_account)
        identity.links.on_change(link_homes, unlink_homes)
        identity.links.on_change(nothing_more, end_unlinked)
        self.devices.homes.on_leave(end_for_lost)
        for topic in CALLERS:
            self.kernel.broadcast.on(topic, self.gateway.forget)

    def _gateway(self) -> Gateway:
        kernel = self.kernel
        return Gateway(
            self._seams.apis(self.apis),
            subscriptions=self.catalog.subscriptions,
            access_tokens=self.identity.access_tokens,
            counter=self.catalog.counter,
            clock=kernel.clock,
            ident=kernel.ident.branch("gateway"),
            settings=kernel.settings.gateway,
            origin=kernel.origins.api,
            portal_origin=kernel.origins.portal,
            quota_anchor_minutes=kernel.settings.catalog.quota_anchor_minutes,
            on_call=self._on_call,
            own_tokens={"notifications-v1.0": self.webhooks.tokens},
        )

    def _works(self) -> tuple[Work, ...]:
        """All that goes on by itself."""
        kernel, settings = self.kernel, self.kernel.settings
        back_channel = BackChannel(
            kernel.database,
            kernel.clock,
            kernel.ident.branch("back channel"),
            keys=self.identity.keys,
            sender=self.webhooks.sender,
            login_origin=kernel.origins.login,
        )
        retention = Retention(
            [
                sweep(kernel.database, audit.OLD, settings.identity.audit_days),
                *history.sweeps(kernel.database, settings.devices),
                *webhook_retention.sweeps(kernel.database, settings.webhooks),
            ],
            [
                old_events(kernel.database, settings.events),
                webhook_retention.rotation(kernel.database, settings.webhooks),
            ],
        )
        works: tuple[Work, ...] = (
            *self.devices.works,
            *self.webhooks.works,
            *self.identity.works,
            back_channel,
            *self.catalog.works,
            retention,
        )
        if settings.mail.server:
            # Most sandboxes keep their mails; the libraries of mail weigh more than all the rest.
            from workswith.adapters.smtp import Mailer, Server  # noqa: PLC0415

            server = Server.parse(settings.mail.server)
            works = (*works, Mailer(kernel.database, server, settings.mail.sender))
        return works

    def _on_call(self, record: CallRecord) -> None:
        self.catalog.usage.note(record)
        self._seams.on_call(record)
        if self.kernel.settings.gateway.access_log:
            access_log.write(record)

    async def join_others(self, url: str) -> None:
        """Shares words and rings with the other processes of the same PostgreSQL."""
        if self.kernel.database.dialect == "postgresql":
            # Its driver is loaded only where it is used.
            from workswith.adapters.postgres_broadcast import PostgresBroadcast  # noqa: PLC0415

            carrier = PostgresBroadcast(url, self.kernel.broadcast, self.kernel.bells)
            await carrier.open()
            self._closing.append(carrier.close)

    async def prepare(self) -> None:
        """What must be there before the first request."""
        await keep_usual_name(self.kernel.database, self.kernel.settings.web.brand)
        await self.identity.prepare()
        await self.catalog.prepare(tuple(api.document.slug for api in self.apis))

    def login(self) -> Asgi:
        """The addresses of the login service that programs use."""
        return self.identity.login()

    def site(
        self, console: Console | None, *, sandbox: bool, testing: Testing | None = None
    ) -> Asgi:
        """All pages."""
        return at_first_call(lambda: self._services(console, sandbox=sandbox, testing=testing))

    def _services(
        self, console: Console | None, *, sandbox: bool, testing: Testing | None
    ) -> Services:
        kernel, identity, catalog = self.kernel, self.identity, self.catalog
        return Services(
            settings=kernel.settings.web,
            origins=kernel.origins,
            key=kernel.key("pages"),
            database=kernel.database,
            clock=kernel.clock,
            ident=kernel.ident.branch("pages"),
            accounts=identity.accounts,
            sessions=identity.sessions,
            applications=identity.applications,
            consents=identity.consents,
            own_details=identity.own_details,
            second_factor=identity.second_factor,
            passkeys=identity.passkeys,
            closing=identity.closing,
            links=identity.links,
            federation=identity.federation,
            authorize=identity.authorize,
            logout=identity.logout,
            refusals=identity.tokens.refusals,
            subscriptions=catalog.subscriptions,
            catalog_desk=catalog.desk,
            counter=catalog.counter,
            apis=self.apis,
            twin=self.devices.twin,
            park=self.devices.hands,
            scenes=self.devices.scenes,
            homes=self.devices.homes,
            webhook_subscriptions=self.webhooks.subscriptions,
            errors=statuses.TABLE,
            console=console,
            quota_anchor_minutes=kernel.settings.catalog.quota_anchor_minutes,
            webhook_rules=kernel.settings.webhooks.rules,
            webhook_desk=self.webhooks.desk,
            preview=self.webhooks.preview,
            webhook_tokens=self.webhooks.tokens,
            sandbox=sandbox,
            testing=testing,
        )

    async def close(self) -> None:
        await self.devices.close()
        await self.webhooks.close()
        for close in self._closing:
            await close()
        await self.catalog.close()
        await self.identity.close()
        await self.kernel.database.close()
