"""How long deliveries, attempts and losses stay listed. What still waits stays whatever its age.

Attempts go by whole slices (`logbook`), which also tell which deliveries are old: those up to the
number that a slice began with, found by their key without an index of times.
"""

from workswith.events.retention import BATCH, Sweep, sweep
from workswith.kernel.clock import DAY
from workswith.kernel.database import Database, Tx, statement

from . import logbook, once
from .settings import Settings

_OLD = (
    "(SELECT id FROM webhook_delivery WHERE id <= :boundary AND due_at IS NULL "
    "AND finished_at < :before ORDER BY id LIMIT :limit)"
)
_OLD_BODIES = statement(f"DELETE FROM webhook_body WHERE id IN {_OLD}")
_OLD_DELIVERIES = statement(f"DELETE FROM webhook_delivery WHERE id IN {_OLD}")
_OLD_LOSSES = statement(
    "DELETE FROM webhook_lost WHERE id IN (SELECT id FROM webhook_lost WHERE at < :before "
    "ORDER BY at LIMIT :limit)"
)


def sweeps(database: Database, settings: Settings) -> list[Sweep]:
    """For the work ``retention``."""

    async def slices(tx: Tx, now: int) -> None:
        await logbook.turn_over(tx, database.dialect, now, settings.keep_days)
        await logbook.drop(tx, database.dialect, now - settings.keep_days * DAY)

    async def deliveries(tx: Tx, before: int) -> int:
        boundary = await logbook.boundary(tx, before)
        old = {"boundary": boundary, "before": before, "limit": BATCH}
        await tx.run(_OLD_BODIES, **old)
        return await tx.run(_OLD_DELIVERIES, **old)

    async def sweep_slices(now: int) -> bool:
        await database.write(slices, now)
        return False

    async def sweep_deliveries(now: int) -> bool:
        return await database.write(deliveries, now - settings.keep_days * DAY) == BATCH

    return [
        sweep_slices,
        sweep_deliveries,
        sweep(database, _OLD_LOSSES, settings.keep_days),
        sweep(database, once.OLD, once.KEPT_FOR // DAY),
    ]
