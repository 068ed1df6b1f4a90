"""Where leases are reserved: the port, and the adapter on the database. [GTW-3]"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from workswith.kernel.database import Database, Tx, query, statement

SHARE = 8
"""A lease takes at most this part of what is left: one in eight."""
PARTS = 20
LARGEST = 1_000
"""Whoever has a large quota calls often: then a lease is a twentieth of it, at most so many calls."""


class Unspent(NamedTuple):
    """So many calls of a lease that are given back."""

    key: str
    day: int
    calls: int


class Reservations(Protocol):
    """Counts what has been reserved, for all processes, exactly."""

    async def reserve(
        self, key: str, day: int, limit: int, *, largest: int, waiting: int
    ) -> tuple[int, int]:
        """How many were reserved before, and how many calls may now be spent: see `grant`.

        In one step: no two processes are ever granted the same call.
        """

    async def reserved(self, key: str, day: int) -> int: ...

    async def give_back(self, unspent: Sequence[Unspent]) -> None: ...

    async def purge(self, day: int) -> None:
        """Forgets the days before ``day``."""

    async def close(self) -> None: ...


def largest_lease(limit: int, size: int) -> int:
    return max(size, min(limit // PARTS, LARGEST))


def grant(before: int, limit: int, *, largest: int, waiting: int) -> int:
    """The size of the next lease: smaller towards the limit, enough for those who wait."""
    rest = limit - before
    if rest <= 0:
        return 0
    return min(rest, max(min(largest, max(1, rest // SHARE)), waiting))


_LOCK = query(
    int,
    "INSERT INTO quota_counts (key, day, reserved) VALUES (:key, :day, 0) "
    "ON CONFLICT (key, day) DO UPDATE SET reserved = quota_counts.reserved RETURNING reserved",
)
_RESERVE = statement("UPDATE quota_counts SET reserved = :reserved WHERE key = :key AND day = :day")
_GIVE_BACK = statement(
    "UPDATE quota_counts SET reserved = reserved - :unspent WHERE key = :key AND day = :day"
)
_RESERVED = query(int, "SELECT reserved FROM quota_counts WHERE key = :key AND day = :day")
_PURGE = statement("DELETE FROM quota_counts WHERE day < :day")


class DatabaseReservations:
    """Durable before a call is spent, on SQLite and on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self, key: str, day: int, limit: int, *, largest: int, waiting: int
    ) -> tuple[int, int]:
        async def body(tx: Tx) -> tuple[int, int]:
            before = await tx.one(_LOCK, key=key, day=day) or 0
            granted = grant(before, limit, largest=largest, waiting=waiting)
            if granted:
                await tx.run(_RESERVE, key=key, day=day, reserved=before + granted)
            return before, granted

        return await self._database.write(body)

    async def reserved(self, key: str, day: int) -> int:
        return await self._database.one(_RESERVED, key=key, day=day) or 0

    async def give_back(self, unspent: Sequence[Unspent]) -> None:
        rows = [{"key": one.key, "day": one.day, "unspent": one.calls} for one in unspent]
        await self._database.write(lambda tx: tx.run_many(_GIVE_BACK, rows))

    async def purge(self, day: int) -> None:
        await self._database.write(lambda tx: tx.run(_PURGE, day=day))

    async def close(self) -> None:
        """Nothing: the database belongs to others."""
