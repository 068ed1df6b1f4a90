"""Kept rows: the same object while nothing changes, never an old one afterwards."""

import pytest

from tests.kernel.races import never_less
from tests.kernel.test_database import PUT, put
from workswith.kernel.database import Database, Kept, KeptRows, Tx, query, statement

ROW = query(lambda *columns: list(columns), "SELECT id, wall FROM clock WHERE id = :id")
OTHER = statement(
    "INSERT INTO mail (recipient, subject, text, html, link, posted_at) "
    "VALUES ('a', '', 'UPDATE clock SET', '', '', :now)"
)
RETURNING = query(int, "UPDATE clock SET wall = wall + 10 WHERE id = :id RETURNING wall")


async def other(tx: Tx) -> None:
    await tx.run(OTHER, now=1)


def test_a_statement_knows_its_tables() -> None:
    assert PUT.written == {"clock"}
    assert (ROW.tables, ROW.written) == (frozenset({"clock"}), frozenset())
    assert OTHER.written == {"mail"}
    assert RETURNING.written == {"clock"}


async def test_what_is_written_is_seen_at_once(database: Database) -> None:
    kept = Kept(database, ROW)
    assert await kept.one(id=1) is None
    await database.write(put, 1)
    assert await kept.one(id=1) == [1, 1]
    await database.write(put, 1)
    assert await kept.one(id=1) == [1, 2]
    await database.write(lambda tx: tx.one(RETURNING, id=1))
    assert await kept.one(id=1) == [1, 12]
    await database.write(lambda tx: tx.run_many(PUT, [{"id": 1, "wall": 5}]))
    assert await kept.one(id=1) == [1, 17]


async def test_it_is_the_same_row_until_then(database: Database) -> None:
    kept = Kept(database, ROW)
    await database.write(put, 1)
    first = await kept.one(id=1)
    await database.write(other)
    assert await kept.one(id=1) is first


async def test_what_is_known_needs_no_waiting_and_ends_with_the_next_write(
    database: Database,
) -> None:
    elapsed = [100.0]
    kept = Kept(database, ROW, elapsed=lambda: elapsed[0])
    await database.write(put, 1)
    assert kept.known(1) is None
    assert await kept.one(id=1) is kept.known(1)
    await database.write(put, 1)
    assert kept.known(1) is None
    assert await kept.one(id=1) == [1, 2]
    elapsed[0] += 1.0
    assert kept.known(1) is None, "it is asked for anew within a second"


async def test_only_one_process_knows_what_was_committed_last(database: Database) -> None:
    """So states are not kept where there are several."""
    assert Kept(database, ROW).exact == (database.dialect == "sqlite")


async def test_what_another_process_makes_is_found_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect == "sqlite":
        return
    kept = Kept(database, ROW)
    assert await kept.one(id=1) is None
    monkeypatch.setattr(database.changes, "note", lambda tables: None)  # as if elsewhere
    await database.write(put, 1)
    assert await kept.one(id=1) == [1, 1]


async def test_another_process_is_seen_within_a_second(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    elapsed = [100.0]
    kept = Kept(database, ROW, elapsed=lambda: elapsed[0])
    await database.write(put, 1)
    await kept.one(id=1)
    monkeypatch.setattr(database.changes, "note", lambda tables: None)  # as if elsewhere
    await database.write(put, 1)
    elapsed[0] += 1.0
    assert await kept.one(id=1) == [1, 2]


async def test_no_more_rows_are_held_than_allowed(database: Database) -> None:
    kept = Kept(database, ROW, limit=2)
    for id_ in range(5):
        await kept.one(id=id_)
    assert len(kept._rows) <= 2


async def test_readers_never_see_less_than_was_acknowledged(database: Database) -> None:
    kept = Kept(database, ROW)

    async def wall() -> int | None:
        row = await kept.one(id=1)
        return None if row is None else int(row[1])

    await never_less(database, wall)


async def test_a_list_is_the_same_until_a_row_is_written(database: Database) -> None:
    kept = KeptRows(database, ROW)
    assert list(await kept.all(id=1)) == []
    await database.write(put, 1)
    first = await kept.all(id=1)
    assert first == [[1, 1]]
    await database.write(other)
    again = await kept.all(id=1)
    assert again == first
    assert (again is first) == (database.dialect == "sqlite")
    await database.write(put, 1)
    assert await kept.all(id=1) == [[1, 2]]


async def test_a_list_is_known_only_where_one_process_writes(database: Database) -> None:
    """Elsewhere it would lack what another process has just added."""
    kept = KeptRows(database, ROW)
    await database.write(put, 1)
    assert kept.known(1) is None
    rows = await kept.all(id=1)
    assert kept.known(1) is (rows if database.dialect == "sqlite" else None)
    await database.write(put, 1)
    assert kept.known(1) is None
