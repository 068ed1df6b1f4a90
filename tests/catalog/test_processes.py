"""The quota holds over real processes on one PostgreSQL. [GTW-3]"""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.conformance.counter import DAY, allowed
from workswith.catalog.leases import DatabaseCounter
from workswith.kernel.database import open_database

PROCESSES = 3


async def _call(url: str, calls: int) -> int:
    database = await open_database(url, connections=4)
    counter = DatabaseCounter(database)
    through = 0
    for _ in range(calls // 50):
        through += len(await allowed([counter.take("a", DAY, 500) for _ in range(50)]))
    await counter.settle()
    await database.close()
    return through


def call(url: str, calls: int) -> int:
    """Runs in a process of its own."""
    return asyncio.run(_call(url, calls))


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_processes_share_exactly_500_calls(database_url: str) -> None:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        first = sum(pool.map(call, [database_url] * PROCESSES, [100] * PROCESSES))
        assert first == 300
        then = sum(pool.map(call, [database_url] * PROCESSES, [300] * PROCESSES))
    assert then <= 200
    # What one process gave back when it stopped is there for whoever comes after.
    assert first + then + call(database_url, 50) == 500
