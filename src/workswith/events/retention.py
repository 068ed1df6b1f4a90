"""Deletes what is older than it has to be kept, in small batches, four times a day."""

from collections.abc import Awaitable, Callable, Sequence

from workswith.kernel.clock import DAY, HOUR
from workswith.kernel.database import Database, Statement, Tx, statement

from .settings import Settings

EVERY = 6 * HOUR
BATCH = 1_000

Sweep = Callable[[int], Awaitable[bool]]
"""Deletes one batch of what is old at an instant; returns whether there may be more."""

_OLD_EVENTS = statement(
    "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < :before "
    "AND relayed_at IS NOT NULL ORDER BY at LIMIT :limit)"
)


class Retention:
    """The work ``retention``."""

    name = "retention"

    def __init__(self, sweeps: Sequence[Sweep]) -> None:
        self._sweeps = sweeps
        self._next = 0

    async def turn(self, now: int) -> int:
        """Sweeps when it is time; returns when it is next."""
        if now >= self._next:
            for sweep in self._sweeps:
                while await sweep(now):
                    pass
            self._next = (now // EVERY + 1) * EVERY
        return self._next

    async def settle(self) -> bool:
        return False


def old_events(database: Database, settings: Settings) -> Sweep:
    """Sweeps events that were relayed and are older than the setting says."""
    return sweep(database, _OLD_EVENTS, settings.keep_days)


def sweep(database: Database, delete: Statement, keep_days: int) -> Sweep:
    """A sweep by a statement with ``:before`` and ``:limit``."""

    async def delete_batch(tx: Tx, before: int) -> int:
        return await tx.run(delete, before=before, limit=BATCH)

    async def run(now: int) -> bool:
        return await database.write(delete_batch, now - keep_days * DAY) == BATCH

    return run
