"""What the way to the tables costs: CPU and wall time per read and per durable write on SQLite.

Compared within one run, in alternation: the bare driver, and the program's own `Database` with one
writer at a time and with many (group commit). `synchronous=FULL` everywhere.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from workswith.kernel.database import Database, Tx, migrate, open_database, query, statement

ROUNDS = 7
READS = 20_000
WRITES = 600
WRITERS = 64

PUT = statement(
    "INSERT INTO clock (id, wall, shown, rate) VALUES (:id, :wall, 0, 1.0) "
    "ON CONFLICT (id) DO UPDATE SET wall = excluded.wall"
)
GET = query(int, "SELECT wall FROM clock WHERE id = :id")


async def put(tx: Tx, id_: int) -> None:
    await tx.run(PUT, id=id_, wall=id_)


async def measure(count: int, work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """(CPU µs, wall µs) per operation."""
    cpu, wall = time.process_time(), time.perf_counter()
    await work()
    return (
        (time.process_time() - cpu) / count * 1e6,
        (time.perf_counter() - wall) / count * 1e6,
    )


async def candidates(  # noqa: C901  one small function for each candidate
    folder: Path, database: Database
) -> dict[str, tuple[int, Callable[[], Awaitable[None]]]]:
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE clock (id INTEGER PRIMARY KEY, wall INT, shown INT, rate REAL)")
    bare.execute(PUT.text, {"id": 1, "wall": 1})
    await database.write(put, 1)

    async def bare_reads() -> None:
        for _ in range(READS):
            bare.execute(GET.text, {"id": 1}).fetchone()

    async def reads() -> None:
        for _ in range(READS):
            await database.one(GET, id=1)

    async def bare_writes() -> None:
        for n in range(WRITES):
            bare.execute("BEGIN IMMEDIATE")
            bare.execute(PUT.text, {"id": n, "wall": n})
            bare.execute("COMMIT")

    async def writes() -> None:
        for n in range(WRITES):
            await database.write(put, n)

    async def grouped() -> None:
        async def writer(first: int) -> None:
            for n in range(first, WRITES, WRITERS):
                await database.write(put, n)

        await asyncio.gather(*(writer(first) for first in range(WRITERS)))

    return {
        "read, bare driver": (READS, bare_reads),
        "read, Database.one": (READS, reads),
        "durable write, bare driver": (WRITES, bare_writes),
        "durable write, one writer": (WRITES, writes),
        f"durable write, {WRITERS} writers": (WRITES, grouped),
    }


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ours.db'}"
        database = await open_database(url)
        await migrate(database, url)
        table = await candidates(folder, database)
        figures: dict[str, list[tuple[float, float]]] = {title: [] for title in table}
        for _ in range(ROUNDS):
            for title, (count, work) in table.items():
                figures[title].append(await measure(count, work))
        await database.close()
    print(f"{'':<32}{'CPU µs':>10}{'wall µs':>10}   medians of {ROUNDS} rounds")
    for title, pairs in figures.items():
        cpu = statistics.median(cpu for cpu, _ in pairs)
        wall = statistics.median(wall for _, wall in pairs)
        print(f"{title:<32}{cpu:>10.1f}{wall:>10.1f}")


if __name__ == "__main__":
    asyncio.run(main())
