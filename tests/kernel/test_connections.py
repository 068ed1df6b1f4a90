"""Connections that are handed on: none is lost, none is shared, none goes on with an old answer."""

import asyncio
import random
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.patience import eventually
from workswith.kernel.database import Tx, connections, open_database, query
from workswith.kernel.database.connections import Connections

MOST = 3
ECHO = query(int, "SELECT CAST(:x AS BIGINT)")
SLEEP = query(str, "SELECT CAST(pg_sleep(60) AS TEXT)")


@pytest.fixture
async def pool(postgres_url: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    made = await asyncpg.create_pool(postgres_url.format(name="postgres"), min_size=0, max_size=9)
    yield made
    await made.close()


@pytest.mark.parametrize("seed", range(5))
async def test_whoever_goes_away_in_line_takes_no_connection_along(
    pool: "asyncpg.Pool[asyncpg.Record]", seed: int
) -> None:
    dice = random.Random(seed)
    shared = Connections(pool, MOST)
    used: set[int] = set()
    most = 0

    async def use(lost: bool) -> None:
        nonlocal most
        connection = await shared.take()
        try:
            assert id(connection) not in used, "one connection, one user"
            used.add(id(connection))
            most = max(most, len(used))
            await asyncio.sleep(0)
            assert await connection.fetchval("SELECT 1") == 1
        except BaseException:
            used.discard(id(connection))
            await shared.drop(connection)
            raise
        used.discard(id(connection))
        if lost:
            connection.terminate()
            await shared.drop(connection)
        else:
            shared.put(connection)

    tasks = []
    for _ in range(120):
        tasks.append(asyncio.create_task(use(dice.random() < 0.1)))
        for _ in range(dice.randrange(3)):
            await asyncio.sleep(0)
        if dice.random() < 0.4:
            dice.choice(tasks).cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    failures = [one.exception() for one in tasks if not one.cancelled()]
    assert [error for error in failures if error is not None] == []
    assert 1 < most <= MOST

    async with asyncio.timeout(30):  # as many as before are there to be had, and no more
        all_of_them = [await shared.take() for _ in range(MOST)]
    next_one = asyncio.create_task(shared.take())
    await asyncio.sleep(0)
    assert not next_one.done()
    shared.put(all_of_them[0])
    assert await next_one is all_of_them[0]
    for connection in all_of_them:
        shared.put(connection)
    await shared.close()


async def test_a_question_that_is_cut_off_answers_nobody_else(postgres_url: str) -> None:
    database = await open_database(postgres_url.format(name="postgres"), connections=1)
    for number in range(5):
        asked = asyncio.create_task(database.one(SLEEP))
        await asyncio.sleep(0.01 * number)  # before, while, and after it is sent
        asked.cancel()
        assert await database.one(ECHO, x=number) == number
    await database.close()


async def test_a_refused_transaction_leaves_nothing_to_the_next(postgres_url: str) -> None:
    database = await open_database(postgres_url.format(name="postgres"), connections=1)

    async def refused(tx: Tx) -> None:
        await tx.one(query(str, "SELECT set_config('workswith.mark', 'mine', true)"))
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(refused)
    mark = query(str, "SELECT COALESCE(current_setting('workswith.mark', true), '')")
    assert await database.one(mark) == ""
    await database.close()


async def test_closing_waits_for_what_is_under_way(postgres_url: str) -> None:
    database = await open_database(postgres_url.format(name="postgres"), connections=2)
    under_way = asyncio.create_task(database.one(ECHO, x=7))
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await database.close()
    assert await under_way == 7


async def test_what_nobody_needs_any_more_goes_back_to_the_pool(
    pool: "asyncpg.Pool[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "COOL_SECONDS", 0.01)
    shared = Connections(pool, MOST)
    taken = [await shared.take() for _ in range(MOST)]
    for connection in taken:
        shared.put(connection)
    await eventually(lambda: pool.get_idle_size() == MOST, lambda: f"{pool.get_idle_size()} idle")
    again = await shared.take()
    assert await again.fetchval("SELECT 1") == 1
    shared.put(again)
    await shared.close()
