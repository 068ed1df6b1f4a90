"""Hands events on, each exactly once.

Marking events as relayed and what `fan_out` writes for them share one transaction: after a crash
either both are there or neither is. [C2C-6]
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from workswith.kernel.database import Database, Query, Tx, query
from workswith.kernel.tasks import Bells

from .outbox import COLUMNS, Event, event_of

BELL = "relay"
BATCH = 500

FanOut = Callable[[Tx, Sequence[Event], int], Awaitable[None]]
"""Called with the transaction, events in order, and the present instant."""


def _numbered(id_: int, *columns: Any) -> tuple[int, Event]:
    return id_, event_of(*columns)


# Claimed by the update itself, so that two relays on PostgreSQL never take the same event: the
# second waits for the first one's rows and then finds them relayed.
_TAKE: Query[tuple[int, Event]] = query(
    _numbered,
    "UPDATE event SET relayed_at = :now WHERE relayed_at IS NULL AND id IN "
    "(SELECT id FROM event WHERE relayed_at IS NULL ORDER BY id LIMIT :limit) "
    f"RETURNING id, {COLUMNS}",
)


class Relay:
    """The work ``relay``: ring its bell after a transaction that appended."""

    name = BELL

    def __init__(
        self, database: Database, bells: Bells, fan_out: FanOut, *, rings: str = "webhooks"
    ) -> None:
        self._database = database
        self._bells = bells
        self._fan_out = fan_out
        self._rings = rings

    async def turn(self, now: int) -> None:
        """Relays until nothing is left; what is appended after a short batch rings again."""
        taken = BATCH
        while taken == BATCH:
            taken = await self._database.write(self._batch, now)
            if taken:
                self._bells.ring(self._rings)

    async def settle(self) -> bool:
        return False

    async def _batch(self, tx: Tx, now: int) -> int:
        taken = await tx.all(_TAKE, now=now, limit=BATCH)
        if taken:
            taken.sort(key=lambda numbered: numbered[0])  # RETURNING promises no order
            await self._fan_out(tx, [event for _, event in taken], now)
        return len(taken)
