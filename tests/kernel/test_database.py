"""The database port: what every area relies on, on SQLite and on PostgreSQL."""

import asyncio
import threading
from pathlib import Path

import pytest

from workswith.kernel.database import Database, Tx, open_database, query, statement
from workswith.kernel.database.sqlite import SqliteDatabase

PUT = statement(
    "INSERT INTO clock (id, wall, shown, rate) VALUES (:id, :wall, 0, 1.0) "
    "ON CONFLICT (id) DO UPDATE SET wall = clock.wall + excluded.wall"
)
LATER = statement("UPDATE clock SET wall = wall + 10 WHERE id = :id")
WALL = query(int, "SELECT wall FROM clock WHERE id = :id")
COUNT = query(int, "SELECT count(*) FROM clock")
MAKE = statement(
    "CREATE TABLE clock (id INTEGER PRIMARY KEY, wall BIGINT, shown BIGINT, rate REAL)"
)
PAIR = query(lambda *row: row, "UPDATE clock SET wall = wall + 1 WHERE id = :id RETURNING id, wall")


async def put(tx: Tx, id_: int, wall: int = 1) -> int:
    return await tx.run(PUT, id=id_, wall=wall)


async def test_a_write_is_visible_when_it_returns(database: Database) -> None:
    assert await database.write(put, 1) == 1
    assert await database.one(WALL, id=1) == 1


async def test_concurrent_writes_all_count(database: Database) -> None:
    await asyncio.gather(*(database.write(put, 1) for _ in range(50)))
    assert await database.one(WALL, id=1) == 50


async def test_an_error_rolls_back_its_own_body_only(database: Database) -> None:
    async def fail(tx: Tx) -> None:
        await put(tx, 2)
        raise LookupError("no")

    good, bad = await asyncio.gather(
        database.write(put, 1), database.write(fail), return_exceptions=True
    )
    assert good == 1
    assert isinstance(bad, LookupError)
    assert await database.one(COUNT) == 1


async def test_a_statement_that_fails_rolls_back_its_own_body_only(database: Database) -> None:
    insert = statement("INSERT INTO clock (id, wall, shown, rate) VALUES (:id, 0, 0, 1.0)")

    async def twice(tx: Tx) -> None:
        await tx.run(insert, id=7)
        await tx.run(insert, id=7)

    results = await asyncio.gather(
        database.write(twice), database.write(put, 8), return_exceptions=True
    )
    assert isinstance(results[0], Exception)
    assert await database.one(COUNT) == 1


async def test_returning_gives_rows(database: Database) -> None:
    await database.write(put, 1)

    async def bump(tx: Tx) -> tuple[int, int] | None:
        return await tx.one(PAIR, id=1)

    assert await database.write(bump) == (1, 2)
    assert await database.one(WALL, id=1) == 2


async def test_a_caller_that_goes_away_undoes_nothing(database: Database) -> None:
    write = asyncio.create_task(database.write(put, 1))
    other = asyncio.create_task(database.write(put, 2))
    await asyncio.sleep(0)
    write.cancel()
    assert await other == 1
    assert await database.one(WALL, id=2) == 1


async def test_run_many(database: Database) -> None:
    async def many(tx: Tx) -> None:
        await tx.run_many(PUT, [{"id": n, "wall": n} for n in range(1, 4)])

    await database.write(many)
    assert await database.one(COUNT) == 3


async def test_count_many_counts_only_what_was_changed(database: Database) -> None:
    async def many(tx: Tx) -> list[int]:
        await put(tx, 1)
        await put(tx, 2)
        rows = [{"id": n} for n in range(1, 5)]
        return [await tx.count_many(LATER, these) for these in (rows, rows[2:], [])]

    assert await database.write(many) == [2, 0, 0]
    assert await database.one(WALL, id=2) == 11


async def test_a_transaction_waits_for_nothing_but_its_database(database: Database) -> None:
    """On SQLite the rule is enforced; PostgreSQL's tests would deadlock rather than tell."""
    if database.dialect != "sqlite":
        return

    async def waits(tx: Tx) -> None:
        await put(tx, 1)
        await asyncio.sleep(0.001)

    with pytest.raises(RuntimeError, match="wait for nothing"):
        await database.write(waits)
    assert await database.one(COUNT) == 0


def test_names_become_numbers_outside_literals() -> None:
    text = statement("SELECT ':no', x::text FROM t WHERE a = :a AND b = :b AND c = :a")
    assert text.numbered == "SELECT ':no', x::text FROM t WHERE a = $1 AND b = $2 AND c = $1"
    assert text.names == ("a", "b")


async def test_transactions_together_are_whole_each_and_seen_at_once(database: Database) -> None:
    """They share a wait for the disk, not a transaction."""

    async def fail(tx: Tx) -> None:
        await put(tx, 1)
        raise LookupError("no")

    async with database.together():
        await database.write(put, 1)
        with pytest.raises(LookupError):
            await database.write(fail)
        assert await database.one(WALL, id=1) == 1
        async with database.together():
            await database.write(put, 1)
    await database.write(put, 1)
    assert await database.one(WALL, id=1) == 3


async def test_after_being_together_commits_wait_for_the_disk_again(tmp_path: Path) -> None:
    """An error inside does not leave the database careless."""
    database = await open_database(f"sqlite:///{tmp_path / 'one.db'}")
    assert isinstance(database, SqliteDatabase)

    def care() -> int:
        level: int = database._writer.execute("PRAGMA synchronous").fetchone()[0]
        return level

    full, normal = 2, 1
    assert care() == full
    levels: list[int] = []

    async def fail() -> None:
        async with database.together():
            levels.append(care())
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert levels == [normal]
    assert care() == full
    await database.close()


async def test_what_goes_aside_is_a_transaction_like_others(database: Database) -> None:
    async def fail(tx: Tx) -> None:
        await put(tx, 2)
        raise LookupError("no")

    first, failed, second, third = await asyncio.gather(
        database.write(put, 1),
        database.write_aside(fail),
        database.write_aside(put, 1),
        database.write(put, 1),
        return_exceptions=True,
    )
    assert isinstance(failed, LookupError)
    assert (first, second, third) == (1, 1, 1)
    assert await database.one(WALL, id=1) == 3
    assert await database.one(COUNT) == 1


async def test_on_sqlite_only_writes_wait_for_what_goes_aside(tmp_path: Path) -> None:
    """Emptying a table may take a second, in which deliveries go on."""
    database = await open_database(f"sqlite:///{tmp_path / 'aside.db'}")
    await database.write(lambda tx: tx.run(MAKE))
    begun, go_on = threading.Event(), threading.Event()

    async def long(tx: Tx) -> bool:
        await put(tx, 1)
        begun.set()
        return go_on.wait(30)

    aside = asyncio.create_task(database.write_aside(long))
    assert await asyncio.to_thread(begun.wait, 30)
    other = asyncio.create_task(database.write(put, 1))
    assert await database.one(COUNT) == 0, "reads see what is committed"
    assert not other.done()
    go_on.set()
    assert await aside
    assert await other == 1
    assert await database.one(WALL, id=1) == 2
    await database.close()
