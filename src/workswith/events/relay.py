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


def _taken(id_: int, number: int, *columns: Any) -> tuple[int, int, Event | None]:
    return id_, number, event_of(*columns) if columns and columns[0] is not None else None


def _numbered(id_: int, *columns: Any) -> tuple[int, Event]:
    return id_, event_of(*columns)


_ANY = query(int, "SELECT id FROM event_queue LIMIT 1")
# Claimed by deleting, so that two relays on PostgreSQL never take the same event: the second waits
# for the first one's rows and then finds them gone. There, where a question costs more than its
# rows, those that lie in a slice come with it: nearly always that is all of them.
_TAKE: dict[str, tuple[Query[tuple[int, int, Event | None]], ...]] = {
    "sqlite": SLICES * (
        query(
            _taken,
            "DELETE FROM event_queue WHERE id IN "
            "(SELECT id FROM event_queue ORDER BY id LIMIT :limit) RETURNING id, slice",
        ),
    ),
    "postgresql": tuple(
        query(
            _taken,
            "WITH taken AS (DELETE FROM event_queue WHERE id = ANY "
            "(ARRAY(SELECT id FROM event_queue ORDER BY id LIMIT :limit)) RETURNING id, slice) "
            f"SELECT taken.id, taken.slice, {COLUMNS} FROM taken LEFT JOIN LATERAL (SELECT {COLUMNS} "
            f"FROM event_{n} WHERE id = taken.id AND taken.slice = {n} OFFSET 0) AS event ON TRUE",
        )
        for n in range(SLICES)
    ),
}  # fmt: skip
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
        self._appended = database.changes.watch(("event_queue",))
        self._seen = -1
        """What this process had appended when nothing was left."""
        self._slice = 0
        """Where the last events lay: the next ones lie there too, but for the first of a slice."""

    async def turn(self, now: int) -> None:
        """Relays until nothing is left; what is appended after a short batch rings again."""
        if self._seen == self._appended.count and await self._database.one(_ANY) is None:
            return  # rung by another process, whose relay was first, or only looking
        taken = BATCH
        while taken == BATCH:
            taken = await self._database.write(self._batch, now)
            if taken:
                self._bells.ring(self._rings)
        self._seen = self._appended.count

    async def settle(self) -> bool:
        return False

    async def _batch(self, tx: Tx, now: int) -> int:
        taken: list[tuple[int, Event]] = []
        left: dict[int, list[int]] = defaultdict(list)
        for id_, number, event in await tx.all(_TAKE[tx.dialect][self._slice], limit=BATCH):
            if event is None:
                left[number].append(id_)
            else:
                taken.append((id_, event))
        for number, ids in left.items():
            taken += await tx.all(_READ[number], ids=keys(ids))
            self._slice = number
        if taken:
            taken.sort(key=lambda numbered: numbered[0])  # no answer came in an order
            await self._fan_out(tx, [event for _, event in taken], now)
        return len(taken)
