"""The catalog of one installation: subscriptions, their keys, the quota and what was used."""

from workswith.catalog import products
from workswith.catalog.desk import Desk
from workswith.catalog.expiry import Expiry
from workswith.catalog.keys import EVERY as EVERY_KEY
from workswith.catalog.keys import TOPIC as KEYS_TOPIC
from workswith.catalog.leases import LeasedCounter
from workswith.catalog.reservations import DatabaseReservations, Reservations
from workswith.catalog.subscriptions import Subscriptions
from workswith.catalog.usage import Usage
from workswith.kernel.database import Tx
from workswith.kernel.tasks import Work

from .kernel import Kernel


class Catalog:
    """Who may call which API how often."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        settings = kernel.settings.catalog
        self.subscriptions = Subscriptions(
            kernel.database,
            kernel.clock,
            kernel.ident.branch("catalog"),
            kernel.cipher,
            kernel.broadcast,
            settings=settings,
        )
        self.desk = Desk(kernel.database, kernel.clock, kernel.broadcast)
        self.reservations = _reservations(kernel)
        self.counter = LeasedCounter(self.reservations, settings)
        self.usage = Usage(kernel.database, settings)
        self.works: tuple[Work, ...] = (
            self.counter,
            self.subscriptions.keys_work,
            self.usage,
            Expiry(kernel.database, kernel.broadcast),
        )

    async def prepare(self, apis: tuple[str, ...]) -> None:
        """The Starter Kit, with every API. [PRD-1]"""
        quota = self._kernel.settings.catalog.starter_kit_quota
        await self._kernel.database.write(
            products.ensure_starter_kit, apis, self._kernel.clock.now(), quota
        )

    async def cancel_all(self, tx: Tx, account_id: str, _now: int) -> None:
        """Ends the subscriptions of an account that closes."""
        await self.subscriptions.cancel_all(tx, account_id)

    def forget_keys(self) -> None:
        """Every process reads its keys again."""
        self._kernel.broadcast.send(KEYS_TOPIC, EVERY_KEY)

    async def close(self) -> None:
        await self.reservations.close()


def _reservations(kernel: Kernel) -> Reservations:
    settings = kernel.settings.catalog
    if not settings.quota_url:
        return DatabaseReservations(kernel.database)
    # An extra that not every installation has.
    from workswith.adapters.redis import RedisReservations  # noqa: PLC0415

    return RedisReservations.open(settings.quota_url, settings.quota_days_kept)
