"""Services out of the real areas, on one database; passwords hashed as cheaply as possible."""

from dataclasses import dataclass, field

from workswith.catalog.desk import Desk as CatalogDesk
from workswith.catalog.quota import MemoryCounter
from workswith.catalog.subscriptions import Subscriptions
from workswith.devices.homes import Homes
from workswith.devices.linked_homes import leave_homes, link_homes, unlink_homes
from workswith.devices.park import Park
from workswith.devices.scenes import Scenes
from workswith.devices.settings import Settings as DeviceSettings
from workswith.devices.twin import Twin
from workswith.identity.accounts import Accounts
from workswith.identity.applications import Applications
from workswith.identity.authorize import Authorize
from workswith.identity.closing import Closing
from workswith.identity.consents import Consents
from workswith.identity.linking import AccountLinks
from workswith.identity.own_details import OwnDetails
from workswith.identity.passkeys import Passkeys
from workswith.identity.second_factor import SecondFactor
from workswith.identity.sessions import Sessions
from workswith.identity.settings import Settings as IdentitySettings
from workswith.identity.throttle import Throttle
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells
from workswith.web.settings import Settings
from workswith.web.site.services import Origins, Services
from workswith.webhooks.desk import Desk
from workswith.webhooks.settings import Settings as WebhookSettings
from workswith.webhooks.subscriptions import Subscriptions as WebhookSubscriptions
from workswith.webhooks.subscriptions import end_for_lost
from workswith.webhooks.tokens import Tokens as WebhookTokens

KEY = bytes(range(32))
CHEAP = IdentitySettings(argon2_memory_kib=8, argon2_rounds=1, password_threads=1)


@dataclass
class Parts:
    """What tests turn beside the services."""

    database: Database
    clock: Clock
    ident: Ident
    origin: str = "http://portal.test"
    broadcast: Broadcast = field(default_factory=Broadcast)
    bells: Bells = field(default_factory=Bells)
    park: Park = field(init=False)

    def __post_init__(self) -> None:
        self.park = Park(self.database, self.clock, self.bells, DeviceSettings())


def services_of(parts: Parts) -> Services:
    database, clock, ident = parts.database, parts.clock, parts.ident
    devices = DeviceSettings()
    park = parts.park
    applications = Applications(database, clock, ident, CHEAP, parts.broadcast)
    consents = Consents(database, clock, ident, parts.broadcast)
    accounts = Accounts(database, clock, ident, CHEAP, parts.broadcast)
    throttle = Throttle(database, clock)
    second_factor = SecondFactor(database, clock, ident, Cipher(KEY), throttle)
    subscriptions = Subscriptions(database, clock, ident, Cipher(KEY), parts.broadcast)
    closing = Closing(database, clock, parts.broadcast, accounts, applications, consents)

    async def cancel_all(tx: Tx, account_id: str, _now: int) -> None:
        await subscriptions.cancel_all(tx, account_id)

    closing.on_close(cancel_all)
    closing.on_close(leave_homes)
    links = AccountLinks(database, clock, ident, accounts, second_factor)
    links.on_change(link_homes, unlink_homes)
    twin = Twin(database, clock, park, devices)
    homes = Homes(database, clock, ident, park, devices)
    homes.on_leave(end_for_lost)
    return Services(
        settings=Settings(),
        origins=Origins(parts.origin, parts.origin, parts.origin),
        key=KEY,
        database=database,
        clock=clock,
        ident=ident,
        accounts=accounts,
        own_details=OwnDetails(database, clock, ident, CHEAP, parts.broadcast, accounts),
        second_factor=second_factor,
        passkeys=Passkeys(database, clock, ident, throttle, origin=parts.origin),
        closing=closing,
        links=links,
        sessions=Sessions(database, clock, ident, CHEAP),
        applications=applications,
        consents=consents,
        authorize=Authorize(
            database, clock, ident, CHEAP, consents=consents, login_origin=parts.origin, key=KEY
        ),
        subscriptions=subscriptions,
        catalog_desk=CatalogDesk(database, clock, parts.broadcast),
        counter=MemoryCounter(),
        apis=(),
        twin=twin,
        park=park,
        scenes=Scenes(database, clock, parts.bells, twin),
        homes=homes,
        webhook_subscriptions=WebhookSubscriptions(
            database, clock, ident, Cipher(KEY), WebhookSettings()
        ),
        webhook_desk=Desk(
            database,
            clock,
            ident,
            Cipher(KEY),
            WebhookSettings(),
            bells=parts.bells,
            renderers={"smarther-v2.0": lambda event, _: event.id.encode()},
        ),
        webhook_tokens=WebhookTokens(database, clock, ident, parts.broadcast),
        sandbox=True,
    )
