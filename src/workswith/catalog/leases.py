"""The exact counter: calls are reserved for all processes before they are spent in memory. [GTW-3]

A process reserves some calls of a key at once (a *lease*) and spends them without asking again, so
that a call costs no write. Since the reservation comes first, no number of processes and no
crash ever lets more than the limit through; a crash loses what its leases held. Leases become
smaller towards the limit, down to single calls, and an idle one is given back within two turns, so
that no process keeps what another needs. Callers that wait for the same key share one reservation.
"""

import asyncio

from workswith.kernel.database import Database

from .quota import exhausted
from .reservations import DatabaseReservations, Reservations, Unspent, largest_lease
from .settings import Settings
from .window import window


class _Lease:
    """``spent`` is the number of the last call let through, ``left`` may still be spent.

    ``refused`` is the highest limit that the database has refused; forgotten at the next turn,
    since another process may have given back.
    """

    __slots__ = ("day", "key", "left", "refill", "refused", "spent", "touched", "waiting")

    def __init__(self, key: str, day: int) -> None:
        self.key = key
        self.day = day
        self.spent = 0
        self.left = 0
        self.refused = 0
        self.waiting = 0
        self.touched = True
        self.refill: asyncio.Task[None] | None = None


def _spend(lease: _Lease, limit: int) -> int:
    if lease.spent >= limit:
        raise exhausted()
    lease.left -= 1
    lease.spent += 1
    lease.touched = True
    return lease.spent


def database_counter(database: Database, settings: Settings | None = None) -> "LeasedCounter":
    return LeasedCounter(DatabaseReservations(database), settings)


class LeasedCounter:
    """A `Counter` with leases; as the work ``quota`` it gives idle ones back."""

    name = "quota"

    def __init__(self, reservations: Reservations, settings: Settings | None = None) -> None:
        self._reservations = reservations
        self._settings = settings or Settings()
        self._size = self._settings.quota_lease
        self._leases: dict[tuple[str, int], _Lease] = {}
        self._purged_day = -1

    async def take(self, key: str, day: int, limit: int) -> int:
        lease = self._leases.get((key, day))
        if lease is None:
            lease = self._leases[key, day] = _Lease(key, day)
        while not lease.left:
            if limit <= lease.refused:
                raise exhausted()
            await self._wait_for_refill(lease, limit)
        return _spend(lease, limit)

    def take_now(self, key: str, day: int, limit: int) -> int | None:
        lease = self._leases.get((key, day))
        return _spend(lease, limit) if lease is not None and lease.left else None

    async def used(self, key: str, day: int) -> int:
        reserved = await self._reservations.reserved(key, day)
        lease = self._leases.get((key, day))
        return reserved - (lease.left if lease else 0)

    async def turn(self, now: int) -> int | None:
        """Gives back what no call has used since the last turn; once a day removes old counts."""
        await self._give_back(self._idle())
        day = window(now, self._settings.quota_anchor_minutes).day
        if day != self._purged_day:
            await self._reservations.purge(day - self._settings.quota_days_kept)
            self._purged_day = day
        return None

    async def settle(self) -> bool:
        """Gives back everything, as a clean stop does; calls may go on and reserve anew."""
        await self._give_back([lease for lease in self._leases.values() if not lease.waiting])
        return False

    async def _wait_for_refill(self, lease: _Lease, limit: int) -> None:
        lease.waiting += 1
        try:
            if lease.refill is None:
                lease.refill = asyncio.create_task(self._refill(lease, limit))
            # Shielded: a caller that goes away must not take it from those who wait with it.
            await asyncio.shield(lease.refill)
        finally:
            lease.waiting -= 1

    async def _refill(self, lease: _Lease, limit: int) -> None:
        try:
            before, granted = await self._reservations.reserve(
                lease.key,
                lease.day,
                limit,
                largest=largest_lease(limit, self._size),
                waiting=lease.waiting,
            )
            lease.spent, lease.left = before, granted
            if not granted:
                lease.refused = max(lease.refused, limit)
        finally:
            lease.refill = None

    def _idle(self) -> list[_Lease]:
        idle = []
        for lease in self._leases.values():
            lease.refused = 0
            if lease.touched:
                lease.touched = False
            elif not lease.waiting:
                idle.append(lease)
        return idle

    async def _give_back(self, leases: list[_Lease]) -> None:
        unspent = []
        for lease in leases:
            # First out of reach of new calls, then given back.
            self._leases.pop((lease.key, lease.day), None)
            if lease.left:
                unspent.append(Unspent(lease.key, lease.day, lease.left))
                lease.left = 0
        if unspent:
            # In one order everywhere, so that two processes never wait for each other.
            await self._reservations.give_back(sorted(unspent))
