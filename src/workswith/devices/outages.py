"""Connections of simulated gateways that are lost by themselves, and come back. [DEV-2 DEV-5]

Off unless asked for, by the setting ``devices.outages_a_month`` or for one home. When a gateway drops
follows from its id and the day, and from nothing else; so what happens on a clock happens again. What
a hand does to the cable counts for more: only what dropped by itself comes back by itself.
"""

import zlib
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from workswith.kernel.clock import DAY, MINUTE, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.tasks import Bells

from .settings import Settings

BELL = "outages"
MONTH = 30
MOST = 30
"""A month: once a day."""
SHORTEST, LONGEST = 2, 45
"""Minutes."""


class Outage(NamedTuple):
    """``until`` it is gone; both are instants."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class _Gateway:
    id: str
    reach: str
    reach_since: int
    a_month: int


# Only simulated ones: real gateways have cables of their own. Who dropped and shall no more is mended.
_WHICH = "AND NOT EXISTS (SELECT 1 FROM gateway_links l WHERE l.gateway_id = g.id) ORDER BY g.id"
_CHOSEN_ONES = query(
    _Gateway,
    "SELECT g.id, g.reach, g.reach_since, o.a_month FROM gateway_outages o "
    f"JOIN gateways g ON g.id = o.gateway_id WHERE (o.a_month > 0 OR g.reach = 'offline') {_WHICH}",
)
_EVERY = query(
    _Gateway,
    "SELECT g.id, g.reach, g.reach_since, COALESCE(o.a_month, CAST(:usual AS BIGINT)) "
    "FROM gateways g LEFT JOIN gateway_outages o ON o.gateway_id = g.id "
    f"WHERE 1 = 1 {_WHICH}",
)
_CHOOSE = statement(
    "INSERT INTO gateway_outages (gateway_id, a_month) "
    "SELECT id, CAST(:a_month AS BIGINT) FROM gateways WHERE plant_id = :plant_id "
    "ON CONFLICT (gateway_id) DO UPDATE SET a_month = excluded.a_month"
)
_CHOSEN = query(
    int,
    "SELECT MAX(o.a_month) FROM gateway_outages o JOIN gateways g ON g.id = o.gateway_id "
    "WHERE g.plant_id = :plant_id HAVING COUNT(*) > 0",
)


class Cables(Protocol):
    """`Park`, as far as it is needed here."""

    async def set_online(self, id_: str, online: bool, *, at: int | None = None) -> None: ...  # noqa: FBT001


class Outages:
    """The work ``outages``."""

    name = BELL

    def __init__(
        self, database: Database, clock: Clock, bells: Bells, cables: Cables, settings: Settings
    ) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells
        self._cables = cables
        self._usual = settings.outages_a_month
        self._looked = self._due = 0

    async def turn(self, now: int) -> int | None:
        """Cuts and mends what is due; returns when it looks again, a day ahead at most."""
        if self._usual and self._looked <= now < self._due:
            return self._due
        soonest = (now // DAY + 1) * DAY
        gateways = await self._gateways()
        for gateway in gateways:
            soonest = min(soonest, await self._look_after(gateway, now) or soonest)
        self._looked, self._due = now, soonest
        return soonest if gateways else None

    async def settle(self) -> bool:
        return False

    async def choose(self, plant_id: str, a_month: int) -> None:
        """How often the gateways of a home drop; 0 is never. Whose home it is has been asked."""
        if not 0 <= a_month <= MOST:
            raise ValueError(f"from 0 to {MOST} outages a month")
        await self._database.write(_choose, plant_id, a_month)
        self._due = 0
        self._bells.ring(BELL)

    async def chosen(self, plant_id: str) -> int:
        """How often they do."""
        chosen = await self._database.one(_CHOSEN, plant_id=plant_id)
        return self._usual if chosen is None else chosen

    async def _gateways(self) -> list[_Gateway]:
        if self._usual:
            return await self._database.all(_EVERY, usual=self._usual)
        return await self._database.all(_CHOSEN_ONES)

    async def _look_after(self, gateway: _Gateway, now: int) -> int | None:
        """Returns the next instant of the day at which something becomes of it."""
        dropped = outage_of(gateway.id, gateway.reach_since // DAY, MOST)
        is_out = gateway.reach == "offline" and dropped and dropped.since == gateway.reach_since
        if dropped and is_out and now < dropped.until and gateway.a_month:
            return dropped.until
        if is_out:
            await self._cables.set_online(gateway.id, True)
        today = outage_of(gateway.id, now // DAY, gateway.a_month)
        if today is None or now >= today.until:
            return None
        if now < today.since:
            return today.since
        if gateway.reach == "online" and gateway.reach_since < today.since:
            await self._cables.set_online(gateway.id, False, at=today.since)
        return today.until


def outage_of(gateway_id: str, day: int, a_month: int) -> Outage | None:
    """That of a day, counted in UTC since 1970, if it has one. It ends on the same day."""

    def drawn(what: str, below: int) -> int:
        return zlib.crc32(f"{gateway_id}/{day}/{what}".encode()) % below

    if drawn("drops", MONTH) >= a_month:
        return None
    minutes = SHORTEST + drawn("for", LONGEST - SHORTEST + 1)
    since = day * DAY + drawn("at", DAY - (minutes + 1) * MINUTE)
    return Outage(since, since + minutes * MINUTE)


async def _choose(tx: Tx, plant_id: str, a_month: int) -> None:
    await tx.run(_CHOOSE, plant_id=plant_id, a_month=a_month)
