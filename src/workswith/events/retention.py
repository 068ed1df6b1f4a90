"""Lets go of what is older than it has to be kept.

What lies in slices goes as a whole, when its slice is over; the rest in small batches, four times a
day.
"""

from collections.abc import Awaitable, Callable, Sequence

from workswith.kernel.clock import DAY, HOUR
from workswith.kernel.database import Database, Statement, Tx
from workswith.kernel.slices import Rotation

from .outbox import SERIES
from .settings import Settings

EVERY = 6 * HOUR
BATCH = 1_000

Sweep = Callable[[int], Awaitable[bool]]
"""Deletes one batch of what is old at an instant; returns whether there may be more."""


class Retention:
    """The work ``retention``."""

    name = "retention"

    def __init__(self, sweeps: Sequence[Sweep], rotations: Sequence[Rotation] = ()) -> None:
        self._sweeps = sweeps
        self._rotations = rotations
        self._next = 0

    async def turn(self, now: int) -> int:
        """Sweeps and empties when it is time; returns when it is next."""
        if now >= self._next:
            for sweep in self._sweeps:
                while await sweep(now):
                    pass
            self._next = (now // EVERY + 1) * EVERY
        return min([self._next, *[await one.turn(now) for one in self._rotations]])

    async def settle(self) -> bool:
        return False


def old_events(database: Database, settings: Settings) -> Rotation:
    """Empties slices of events when they are over; not before all of one was relayed."""
    return Rotation(database, SERIES, settings.keep_days * DAY)


def sweep(database: Database, delete: Statement, keep_days: int) -> Sweep:
    """A sweep by a statement with ``:before`` and ``:limit``."""

    async def delete_batch(tx: Tx, before: int) -> int:
        return await tx.run(delete, before=before, limit=BATCH)

    async def run(now: int) -> bool:
        return await database.write(delete_batch, now - keep_days * DAY) == BATCH

    return run
