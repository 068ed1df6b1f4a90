"""A disk without room: `DatabaseAway`, nothing half written, and then all goes on by itself."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from workswith.kernel.database import Database, DatabaseAway, Tx, open_database, query, statement

MAKE = statement("CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB NOT NULL)")
PUT = statement("INSERT INTO things (data) VALUES (:data)")
COUNT = query(int, "SELECT count(*) FROM things")
DATA = bytes(3_000)


async def _make(tx: Tx) -> None:
    await tx.run(MAKE)


async def _limit(tx: Tx, pages: int) -> None:
    """SQLite itself finds the disk full from so many pages on: the same code, the same state."""
    await tx.one(query(int, f"PRAGMA max_page_count = {pages}"))


async def _put(tx: Tx) -> None:
    await tx.run(PUT, data=DATA)


async def _put_many(tx: Tx) -> None:
    for _ in range(10):
        await tx.run(PUT, data=DATA)


async def _fill(database: Database) -> int:
    """Until there is no room; returns how many writes were confirmed."""
    confirmed = 0
    with contextlib.suppress(DatabaseAway):
        while confirmed < 1_000:
            await database.write(_put)
            confirmed += 1
    return confirmed


async def test_a_full_disk_refuses_writes_and_loses_nothing(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'full.db'}")
    await database.write(_make)
    await database.write(_limit, 60)
    confirmed = await _fill(database)
    assert 20 < confirmed < 60

    ends = await asyncio.gather(
        *(database.write(_put_many) for _ in range(5)), return_exceptions=True
    )
    assert {type(end) for end in ends} == {DatabaseAway}
    with pytest.raises(DatabaseAway, match="full"):
        await database.write(_put_many)
    assert await database.one(COUNT) == confirmed, "what can be read is what was confirmed"

    await database.write(_limit, 100_000)
    await database.write(_put)
    assert await database.one(COUNT) == confirmed + 1
    await database.close()


async def test_a_mistake_of_one_is_not_the_disk_of_all(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'mistake.db'}")
    await database.write(_make)

    async def wrong(tx: Tx) -> None:
        await tx.run(statement("INSERT INTO nothing (id) VALUES (1)"))

    bad, good = await asyncio.gather(
        database.write(wrong), database.write(_put), return_exceptions=True
    )
    assert good is None
    assert isinstance(bad, Exception)
    assert not isinstance(bad, DatabaseAway)
    assert await database.one(COUNT) == 1
    await database.close()
