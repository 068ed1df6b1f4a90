"""The quota holds to the call: one process on SQLite, four on one PostgreSQL or Valkey. [GTW-3]"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

import pytest

from tests import valkey
from tests.conformance.counter import DAY
from workswith.catalog.leases import LeasedCounter, database_counter
from workswith.kernel.database import open_database
from workswith.kernel.problem import Problem

LIMIT = 500
CALLERS = 64
USERS = ("anna", "bruno", "carla")
DAYS = (DAY, DAY + 1)
"""Callers on both sides of midnight."""
COUNTS = tuple(itertools.product(USERS, DAYS))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[LeasedCounter]:
    if url.startswith("unix"):
        from workswith.adapters.redis import RedisReservations

        reservations = RedisReservations.open(url)
        yield LeasedCounter(reservations)
        await reservations.close()
    else:
        database = await open_database(url, connections=4)
        yield database_counter(database)
        await database.close()


async def _call_until_refused(url: str, callers: int) -> dict[tuple[str, int], int]:
    through = dict.fromkeys(COUNTS, 0)

    async def caller(counter: LeasedCounter, first: int) -> None:
        """Goes round the users and days, until each has refused it."""
        left = [COUNTS[(first + n) % len(COUNTS)] for n in range(len(COUNTS))]
        while left:
            for count in tuple(left):
                try:
                    await counter.take(*count, LIMIT)
                    through[count] += 1
                except Problem:
                    left.remove(count)

    async with opened(url) as counter:
        await asyncio.gather(*(caller(counter, n) for n in range(callers)))
        await counter.settle()
    return through


async def _spend(url: str, calls: int) -> None:
    async with opened(url) as counter:
        for count in COUNTS:
            for _ in range(calls):
                await counter.take(*count, LIMIT)
        await counter.settle()


def call_until_refused(url: str, callers: int) -> dict[tuple[str, int], int]:
    """Runs in a process of its own."""
    return asyncio.run(_call_until_refused(url, callers))


@pytest.fixture(scope="module", params=valkey.INSTALLED)
def redis_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with valkey.server(request.param) as url:
        yield url


def exactly_500_answers(url: str, processes: int) -> None:
    asyncio.run(_spend(url, 480))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        share = CALLERS // processes
        calls = [pool.submit(call_until_refused, url, share) for _ in range(processes)]
        results = [call.result() for call in calls]
    total = {count: 480 + sum(result[count] for result in results) for count in COUNTS}
    assert total == dict.fromkeys(COUNTS, LIMIT)


@pytest.mark.slow
def test_on_the_database(database_url: str) -> None:
    """The embedded one belongs to one process; PostgreSQL is shared."""
    exactly_500_answers(database_url, 1 if database_url.startswith("sqlite") else 4)


@pytest.mark.slow
def test_on_redis(redis_url: str) -> None:
    exactly_500_answers(redis_url, 4)
