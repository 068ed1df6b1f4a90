"""Protects the cost of what goes as a whole: an emptied table is not overwritten page by page."""

from pathlib import Path

from workswith.kernel.database import open_database, query, statement

_MAKE = statement("CREATE TABLE bulk (id INTEGER PRIMARY KEY, body BLOB)")
_FILL = statement("INSERT INTO bulk (id, body) VALUES (:id, :body)")
_EMPTY = statement("DELETE FROM bulk")
_COUNT = query(int, "SELECT count(*) FROM bulk")
ROWS, BODY = 4_000, bytes(2_000)


def size(path: Path) -> int:
    return path.stat().st_size


async def test_an_emptied_table_writes_next_to_nothing(tmp_path: Path) -> None:
    """Eight megabytes go; what is written for it is less than an eighth of them."""
    path = tmp_path / "bulk.db"
    database = await open_database(f"sqlite:///{path}")
    await database.write(lambda tx: tx.run(_MAKE))
    rows = [{"id": number, "body": BODY} for number in range(ROWS)]
    await database.write(lambda tx: tx.run_many(_FILL, rows))
    await database.close()  # everything is in the file, the log of writes is empty
    database = await open_database(f"sqlite:///{path}")
    await database.write(lambda tx: tx.run(_EMPTY))
    assert await database.one(_COUNT) == 0
    written = size(Path(f"{path}-wal"))
    await database.close()
    assert written < ROWS * len(BODY) // 8
