"""Hands events on, each exactly once.

Taking events from the queue and what `fan_out` writes for them share one transaction: after a crash
either both have happened or neither has. [C2C-6]
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from workswith.kernel.database import Database, Query, Tx, keys, query
from workswith.kernel.slices import SLICES
from workswith.kernel.tasks import Bells

from .outbox import COLUMNS, Event, event_of

BELL = "relay"
BATCH = 500

FanOut = Callable[[Tx, Sequence[Event], int], Awaitable[None]]
"""Called with the transaction, events in order, and the present instant."""


def _numbered(id_: int, *columns: Any) -> tuple[int, Event]:
    return id_, event_of(*columns)


# Claimed by deleting, so that two relays on PostgreSQL never take the same event: the second waits
# for the first one's rows and then finds them gone.
_TAKE: Query[tuple[int, int]] = query(
    lambda id_, number: (id_, number),
    "DELETE FROM event_queue WHERE id IN "
    "(SELECT id FROM event_queue ORDER BY id LIMIT :limit) RETURNING id, slice",
)
_READ: tuple[Query[tuple[int, Event]], ...] = tuple(
    query(
        _numbered,
        f"SELECT id, {COLUMNS} FROM event_{n} "
        "WHERE id IN (SELECT CAST(key AS BIGINT) FROM json_each(:ids))",
    )
    for n in range(SLICES)
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
        ids: dict[int, list[int]] = defaultdict(list)
        for id_, number in await tx.all(_TAKE, limit=BATCH):
            ids[number].append(id_)
        taken: list[tuple[int, Event]] = []
        for number, some in ids.items():
            taken += await tx.all(_READ[number], ids=keys(some))
        if taken:
            taken.sort(key=lambda numbered: numbered[0])  # no answer came in an order
            await self._fan_out(tx, [event for _, event in taken], now)
        return len(taken)
