"""A PostgreSQL that is stopped or silent: `DatabaseAway`, soon, and then all is as before."""

import asyncio
from collections.abc import Iterator

import pytest

from tests import postgres
from workswith.kernel.database import DatabaseAway, Tx, open_database, postgresql, query, statement

ONE = query(int, "SELECT 1")
SLEEP = query(str, "SELECT CAST(pg_sleep(60) AS TEXT)")
MAKE = statement("CREATE TABLE IF NOT EXISTS things (id BIGINT)")
PUT = statement("INSERT INTO things (id) VALUES (:id)")
COUNT = query(int, "SELECT count(*) FROM things")


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    with postgres.running() as started:
        yield started


async def test_calls_end_while_the_server_is_stopped_and_work_when_it_is_back(
    server: postgres.Server,
) -> None:
    database = await open_database(server.url.format(name="postgres"), connections=4)

    async def make(tx: Tx) -> None:
        await tx.run(MAKE)

    async def put(tx: Tx) -> None:
        await tx.run(PUT, id=1)

    async def held(tx: Tx) -> None:
        await tx.run(PUT, id=2)
        await tx.one(SLEEP)

    await database.write(make)
    await asyncio.gather(*(database.one(ONE) for _ in range(4)))
    under_way = asyncio.create_task(database.write(held))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(server.stop)
    with pytest.raises(DatabaseAway):
        await under_way
    ends = await asyncio.gather(
        *(database.one(ONE) for _ in range(8)), database.write(put), return_exceptions=True
    )
    assert {type(end) for end in ends} == {DatabaseAway}
    await asyncio.to_thread(server.start)
    await database.write(put)
    assert await database.one(COUNT) == 1, "what was under way has not happened"
    await database.close()


async def test_a_server_that_does_not_answer_holds_nobody_up(
    server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await open_database(server.url.format(name="postgres"), connections=1)

    async def wait(tx: Tx) -> None:
        await tx.one(SLEEP)

    with monkeypatch.context() as hasty:
        hasty.setattr(postgresql, "ANSWER_SECONDS", 0.2)
        hasty.setattr(postgresql, "CONNECT_SECONDS", 0.5)
        for call in (database.one(SLEEP), database.write(wait)):
            with pytest.raises(DatabaseAway):
                await asyncio.wait_for(call, 30)
    assert await database.one(ONE) == 1
    await database.close()


async def test_a_mistake_of_ours_is_not_taken_for_an_absence(server: postgres.Server) -> None:
    database = await open_database(server.url.format(name="postgres"), connections=1)
    with pytest.raises(Exception, match="syntax") as found:
        await database.one(query(int, "SELEKT 1"))
    assert not isinstance(found.value, DatabaseAway)
    await database.close()


async def test_a_disk_without_room_is_an_absence(server: postgres.Server) -> None:
    database = await open_database(server.url.format(name="postgres"), connections=1)

    async def fill(tx: Tx) -> None:
        await tx.run(statement("DO $$ BEGIN RAISE disk_full; END $$"))

    with pytest.raises(DatabaseAway, match="no room"):
        await database.write(fill)
    assert await database.one(ONE) == 1, "and the connection is still good"
    await database.close()
