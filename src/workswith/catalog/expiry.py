"""Subscriptions that end by the clock. [platform.md A1]

The gateway refuses their keys at the instant itself; this work moves the state, so that pages and
lists say so too.
"""

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.database import Database, Tx, query

from . import states
from .keys import TOPIC

_DUE = query(
    int,
    "SELECT ends_at FROM subscriptions WHERE ends_at IS NOT NULL "
    "AND state IN ('active', 'suspended') ORDER BY ends_at LIMIT 1",
)
_EXPIRE = query(
    str,
    "UPDATE subscriptions SET state = :expired, state_since = ends_at WHERE ends_at <= :now "
    "AND state IN ('active', 'suspended') RETURNING id",
)


class Expiry:
    """The work ``expiry``."""

    name = "expiry"

    def __init__(self, database: Database, broadcast: Broadcast) -> None:
        self._database = database
        self._broadcast = broadcast

    async def turn(self, now: int) -> int | None:
        due = await self._database.one(_DUE)
        if due is None or due > now:
            return due
        for id_ in await self._database.write(_expire, now):
            self._broadcast.send(TOPIC, id_)
        return await self._database.one(_DUE)

    async def settle(self) -> bool:
        return False


async def _expire(tx: Tx, now: int) -> list[str]:
    return await tx.all(_EXPIRE, expired=states.EXPIRED, now=now)
