"""Who serves which lanes. [C2C-6]

Lanes are hashed to `SHARDS` shards; a worker serves the lanes of the shards that it owns, and
whatever it writes down proves in the same transaction that it still owns them. ``sole``: this is
the only worker and takes all shards when it starts; one that was there before owns nothing any
more. ``shared``: any number of workers, each with its share, under leases in the database's time; a
worker that pauses longer than its lease has lost its shards before it notices, and changes nothing.
Those of a ``sole`` one, which may have died, go to whoever shares.
"""

import asyncio
import uuid
import zlib

from workswith.kernel.clock import wall
from workswith.kernel.database import Database, Tx, query, statement

SHARDS = 64
NEVER = 2**62

_MAKE = statement(
    "INSERT INTO webhook_shard (shard, owner, fence, expires_at) VALUES (:shard, '', 0, 0) "
    "ON CONFLICT (shard) DO NOTHING"
)
_SEIZE = statement(
    "UPDATE webhook_shard SET owner = :owner, fence = fence + 1, expires_at = :expires_at "
    f"WHERE shard < {SHARDS}"
)
# A worker that owns nothing yet makes itself known by a row above the shards.
_APPEAR = statement(
    "INSERT INTO webhook_shard (shard, owner, fence, expires_at) VALUES (:presence, :owner, 0, "
    ":expires_at) ON CONFLICT (shard) DO UPDATE SET owner = :owner, expires_at = :expires_at"
)
_VANISH = statement(f"DELETE FROM webhook_shard WHERE shard >= {SHARDS} AND expires_at <= :now")
_LEAVE = statement(f"DELETE FROM webhook_shard WHERE shard >= {SHARDS} AND owner = :owner")
_COUNT = query(int, f"SELECT count(*) FROM webhook_shard WHERE shard < {SHARDS}")
_OWNERS = query(
    lambda owner, expires_at: (owner, expires_at),
    "SELECT owner, expires_at FROM webhook_shard",
)
_RENEW = query(
    int,
    "UPDATE webhook_shard SET expires_at = :expires_at "
    "WHERE owner = :owner AND expires_at > :now "
    f"AND shard < {SHARDS} RETURNING shard",
)
_FREE = f"(expires_at <= :now OR expires_at = {NEVER})"
_CLAIM = query(
    int,
    "UPDATE webhook_shard SET owner = :owner, fence = fence + 1, expires_at = :expires_at "
    f"WHERE {_FREE} AND shard IN (SELECT shard FROM webhook_shard "
    f"WHERE {_FREE} AND shard < {SHARDS} ORDER BY shard LIMIT :limit) RETURNING shard",
)
_GIVE_BACK = statement(
    "UPDATE webhook_shard SET owner = '', expires_at = 0 WHERE owner = :owner AND shard IN "
    "(SELECT shard FROM webhook_shard WHERE owner = :owner "
    f"AND shard < {SHARDS} ORDER BY shard DESC LIMIT :limit)"
)
_SERVER_TIME = {
    "postgresql": query(int, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"),
}


def shard_of(endpoint_id: str) -> int:
    return zlib.crc32(endpoint_id.encode()) % SHARDS


class Shards:
    """One worker's claim. ``lease_ms`` of 0 is ``sole``."""

    def __init__(self, database: Database, *, lease_ms: int = 0) -> None:
        self.owner = uuid.uuid4().hex  # of this process, this time: it is its own fence
        self._database = database
        self._lease_ms = lease_ms
        self._renew_at = 0.0

    async def keep(self) -> None:
        """Claims or renews when it is time; called at the start of every turn."""
        now = asyncio.get_running_loop().time()
        if now < self._renew_at:
            return
        if self._lease_ms:
            await self._database.write(self._lease, await self._time())
            self._renew_at = now + self._lease_ms / 3000
        else:
            await self._database.write(self._seize)
            self._renew_at = float("inf")

    async def release(self) -> None:
        """On a clean stop: others need not wait for the lease to end."""
        if self._renew_at:  # otherwise it never had any
            self._renew_at = 0.0
            await self._database.write(self._leave)

    async def _time(self) -> int:
        ask = _SERVER_TIME.get(self._database.dialect)
        return (await self._database.one(ask) if ask else None) or wall()

    async def _seize(self, tx: Tx) -> None:
        await _ensure(tx)
        await tx.run(_SEIZE, owner=self.owner, expires_at=NEVER)

    async def _lease(self, tx: Tx, now: int) -> None:
        await _ensure(tx)
        until = now + self._lease_ms
        await tx.run(_VANISH, now=now)
        presence = SHARDS + zlib.crc32(self.owner.encode())
        await tx.run(_APPEAR, presence=presence, owner=self.owner, expires_at=until)
        mine = len(await tx.all(_RENEW, owner=self.owner, now=now, expires_at=until))
        shards = await tx.all(_OWNERS)
        others = {owner for owner, expires_at in shards if now < expires_at < NEVER}
        workers = others | {self.owner}
        share = -(-SHARDS // len(workers))
        if mine < share:
            await tx.all(_CLAIM, owner=self.owner, now=now, expires_at=until, limit=share - mine)
        elif mine > share:
            await self._give_back(tx, mine - share)

    async def _leave(self, tx: Tx) -> None:
        await self._give_back(tx, SHARDS)
        await tx.run(_LEAVE, owner=self.owner)

    async def _give_back(self, tx: Tx, count: int) -> None:
        await tx.run(_GIVE_BACK, owner=self.owner, limit=count)


async def _ensure(tx: Tx) -> None:
    if (await tx.one(_COUNT) or 0) < SHARDS:
        await tx.run_many(_MAKE, [{"shard": shard} for shard in range(SHARDS)])
