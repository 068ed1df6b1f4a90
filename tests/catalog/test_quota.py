"""The counters keep the promise of their port, and the durable one its own about leases."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

import pytest

from tests.conformance.counter import DAY, CounterSuite, allowed
from tests.kernel.passing import Passing
from workswith.catalog.leases import database_counter
from workswith.catalog.quota import Counter, MemoryCounter, counted
from workswith.catalog.settings import Settings
from workswith.kernel.clock import DAY as DAY_MS
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.problem import Problem

T = TypeVar("T")
P = ParamSpec("P")
ROW = query(int, "SELECT reserved FROM quota_counts WHERE key = 'a' AND day = :day")
COUNT = query(int, "SELECT count(*) FROM quota_counts")


class TestMemoryCounter(CounterSuite):
    @pytest.fixture
    def counter(self) -> Counter:
        return MemoryCounter()


class TestDatabaseCounter(CounterSuite):
    @pytest.fixture
    def counter(self, database: Database) -> Counter:
        return database_counter(database)


class TestDatabaseCounterWithoutLeases(CounterSuite):
    @pytest.fixture
    def counter(self, database: Database) -> Counter:
        return database_counter(database, Settings(quota_lease=1))


async def test_several_processes_never_exceed_the_limit(database: Database) -> None:
    processes = [database_counter(database) for _ in range(4)]
    calls = [processes[n % 4].take("a", DAY, 500) for n in range(700)]
    assert len(await allowed(calls)) == 500


async def test_a_lease_is_reserved_durably_before_it_is_spent(database: Database) -> None:
    """A crash after any call may lose a lease, and never gives one twice."""
    crashed = database_counter(database)
    await crashed.take("a", DAY, 500)
    assert await database.one(ROW, day=DAY) == 25
    after = database_counter(database)
    assert len(await allowed([after.take("a", DAY, 500) for _ in range(600)])) == 475


async def test_a_clean_stop_gives_back(database: Database) -> None:
    counter = database_counter(database)
    await counter.take("a", DAY, 500)
    await counter.settle()
    assert await database.one(ROW, day=DAY) == 1
    assert await database_counter(database).take("a", DAY, 500) == 2


async def test_an_idle_lease_is_given_back_after_two_turns(database: Database) -> None:
    idle, busy = database_counter(database), database_counter(database)
    await idle.take("a", DAY, 500)
    assert len(await allowed([busy.take("a", DAY, 500) for _ in range(600)])) == 475
    await idle.turn(DAY * DAY_MS)
    await idle.turn(DAY * DAY_MS)
    await busy.turn(DAY * DAY_MS)
    assert len(await allowed([busy.take("a", DAY, 500) for _ in range(600)])) == 24


async def test_a_lease_in_use_stays(database: Database) -> None:
    counter = database_counter(database)
    for expected in (1, 2, 3):
        assert await counter.take("a", DAY, 500) == expected
        await counter.turn(DAY * DAY_MS)
    assert await database.one(ROW, day=DAY) == 25


async def test_leases_shrink_towards_the_limit(database: Database) -> None:
    counter = database_counter(database)
    for _ in range(499):
        await counter.take("a", DAY, 500)
    assert await database.one(ROW, day=DAY) == 499


async def test_calls_within_a_lease_do_not_touch_the_database(database: Database) -> None:
    counter = database_counter(database)
    await counter.take("a", DAY, 500)
    call = counter.take("a", DAY, 500)
    with pytest.raises(StopIteration):  # it ends without ever waiting
        call.send(None)


async def test_callers_of_one_key_share_a_reservation(database: Database) -> None:
    writes = 0

    class Counting(Passing):
        async def write(
            self,
            body: Callable[Concatenate[Tx, P], Awaitable[T]],
            /,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> T:
            nonlocal writes
            writes += 1
            return await super().write(body, *args, **kwargs)

    counter = database_counter(Counting(database))
    await asyncio.gather(*(counter.take("a", DAY, 500) for _ in range(64)))
    assert writes <= 2


async def test_a_caller_that_goes_away_takes_nothing_from_the_others(database: Database) -> None:
    counter = database_counter(database)
    first = asyncio.create_task(counter.take("a", DAY, 500))
    others = [asyncio.create_task(counter.take("a", DAY, 500)) for _ in range(5)]
    await asyncio.sleep(0)
    first.cancel()
    assert sorted(await asyncio.gather(*others)) == [1, 2, 3, 4, 5]
    assert await counter.used("a", DAY) == 5


async def test_a_database_that_fails_refuses_and_recovers(database: Database) -> None:
    async def drop(tx: Tx, to: str, from_: str) -> None:
        await tx.run(statement(f"ALTER TABLE {from_} RENAME TO {to}"))

    counter = database_counter(database)
    await database.write(drop, "gone", "quota_counts")
    results = await asyncio.gather(
        *(counter.take("a", DAY, 500) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(r, Exception) and not isinstance(r, Problem) for r in results)
    await database.write(drop, "quota_counts", "gone")
    assert await counter.take("a", DAY, 500) == 1


async def test_old_counts_are_removed(database: Database) -> None:
    counter = database_counter(database, Settings(quota_days_kept=10))
    await counter.take("a", DAY - 11, 500)
    await counter.take("a", DAY - 10, 500)
    await counter.turn(DAY * DAY_MS)
    assert await database.one(COUNT) == 1


def test_an_end_user_is_counted_per_product() -> None:
    assert counted("starter-kit", "u1") != counted("starter-kit", "u2") != counted("big", "u2")
