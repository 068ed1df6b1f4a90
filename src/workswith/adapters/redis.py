"""The quota in Redis or Valkey: leases are reserved by one script, so exactly. [GTW-3]

Needs the extra ``workswith[redis]``. A server that loses its memory loses counts: keep it with
``appendonly yes``; ``appendfsync always`` makes it as durable as the database. When a reply is lost
the script may run twice: then a lease is wasted, and never a call too many let through.
"""

from collections.abc import Awaitable, Sequence
from typing import Any, cast

from redis.asyncio import Redis

from workswith.catalog.reservations import SHARE, Unspent

PREFIX = "workswith:quota"
DAY_SECONDS = 86_400

_RESERVE = """
local before = tonumber(redis.call('GET', KEYS[1]) or '0')
local limit, largest, waiting = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local rest = limit - before
if rest <= 0 then return {before, 0} end
local wanted = math.min(largest, math.max(1, math.floor(rest / tonumber(ARGV[4]))))
local granted = math.min(rest, math.max(wanted, waiting))
redis.call('SET', KEYS[1], string.format('%d', before + granted), 'EX', ARGV[5])
return {before, granted}
"""
"""`catalog.reservations.grant`, where the count is."""

_GIVE_BACK = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECRBY', KEYS[1], ARGV[1]) end
"""


class RedisReservations:
    """`catalog.reservations.Reservations`; ``days_kept`` are real days."""

    def __init__(self, client: "Redis", days_kept: int = 62) -> None:
        self._client = client
        self._seconds_kept = days_kept * DAY_SECONDS
        self._reserve = client.register_script(_RESERVE)
        self._give_back = client.register_script(_GIVE_BACK)

    @classmethod
    def open(cls, url: str, days_kept: int = 62) -> "RedisReservations":
        """``redis://…``, ``rediss://…`` or ``unix://…``; connects at the first call."""
        return cls(Redis.from_url(url), days_kept)

    async def reserve(
        self, key: str, day: int, limit: int, *, largest: int, waiting: int
    ) -> tuple[int, int]:
        args = [limit, largest, waiting, SHARE, self._seconds_kept]
        before, granted = await self._reserve([_name(key, day)], args)
        return int(before), int(granted)

    async def reserved(self, key: str, day: int) -> int:
        found = await cast("Awaitable[Any]", self._client.get(_name(key, day)))
        return int(found or 0)

    async def give_back(self, unspent: Sequence[Unspent]) -> None:
        for one in unspent:
            await self._give_back([_name(one.key, one.day)], [one.calls])

    async def purge(self, day: int) -> None:
        """Nothing: each count ends by itself."""

    async def close(self) -> None:
        await self._client.aclose()


def _name(key: str, day: int) -> str:
    return f"{PREFIX}:{day}:{key}"
