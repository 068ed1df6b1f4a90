"""How long deliveries, attempts and losses stay listed. What still waits stays whatever its age.

Attempts and bodies go by whole slices (`logbook`, `bodies`). Before that go the deliveries of the
slice, a range of keys: those up to the last one that has its body there. What stays of them takes
its body along.
"""

from workswith.events.retention import Sweep, sweep
from workswith.kernel.clock import DAY
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.slices import SLICES, Rotation

from . import bodies, once
from .settings import Settings

# Said twice that it does not wait: on PostgreSQL it may have been replayed since it was found.
_OLD = tuple(
    query(
        int,
        "DELETE FROM webhook_delivery WHERE due_at IS NULL AND id IN (SELECT id "
        f"FROM webhook_delivery WHERE id > :after AND id <= (SELECT max(id) FROM webhook_body_{n}) "
        "AND due_at IS NULL AND finished_at < :before ORDER BY id LIMIT :limit) RETURNING id",
    )
    for n in range(SLICES)
)
_OLD_LOSSES = statement(
    "DELETE FROM webhook_lost WHERE id IN (SELECT id FROM webhook_lost WHERE at < :before "
    "ORDER BY at LIMIT :limit)"
)


DELETED, CARRIED = 250, 100
"""Deliveries that one transaction deletes, and bodies that one moves: nobody waits long for either."""


def sweeps(database: Database, settings: Settings) -> list[Sweep]:
    """For the work ``retention``."""
    return [
        sweep(database, _OLD_LOSSES, settings.keep_days),
        sweep(database, once.OLD, once.KEPT_FOR // DAY),
    ]


def rotation(database: Database, settings: Settings) -> Rotation:
    """Empties slices of attempts and bodies when they are over."""
    keep_ms = settings.keep_days * DAY

    async def delete(tx: Tx, number: int, after: int, before: int) -> int | None:
        old = {"after": after, "before": before, "limit": DELETED}
        return max(await tx.all(_OLD[number], **old), default=None)

    async def clear(number: int, now: int) -> None:
        after: int | None = 0
        while after is not None:
            after = await database.write(delete, number, after, now - keep_ms)
        after = 0
        while after is not None:
            after = await database.write(bodies.carry_over, number, after, CARRIED)

    return Rotation(database, bodies.SERIES, keep_ms, clear)
