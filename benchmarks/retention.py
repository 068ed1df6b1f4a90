"""What it costs to let 300,000 events go: row by row, a thousand in a commit, or as a whole slice.

`python -m benchmarks.retention [postgresql://…]`. Both ways in alternation, on the same table with
its indexes; CPU of this process and, on PostgreSQL, of the server; the longest pause is the longest
transaction, which on SQLite holds up everything else.
"""

import asyncio
import sys
import tempfile
import time

from workswith.events.outbox import SERIES
from workswith.kernel.clock import DAY
from workswith.kernel.database import Database, Tx, migrate, open_database, query, statement
from workswith.kernel.slices import Rotation

ROWS, BATCH, ROUNDS = 300_000, 1_000, 3
KEEP = 7 * DAY
_FILL = statement(
    "INSERT INTO event_0 (event_id, plant_id, module_id, sequence, kind, changed, state, at, flow) "
    "VALUES (:id, :plant, 'module-1', :n, 'status', 'mode', :state, :n, 'flow')"
)
_OLD = statement(
    "DELETE FROM event_0 WHERE id IN (SELECT id FROM event_0 WHERE at < :before "
    "ORDER BY at LIMIT :limit)"
)
_LEFT = query(int, "SELECT count(*) FROM event_0")
_FORGET = statement("DELETE FROM slice WHERE name = 'event'")


async def fill(database: Database) -> None:
    async def write(tx: Tx, begin: int) -> None:
        await tx.run_many(_FILL, [
            {"id": f"event-{n}", "plant": f"plant-{n % 500}", "n": n, "state": "x" * 500}
            for n in range(begin, begin + 10_000)
        ])  # fmt: skip

    for begin in range(0, ROWS, 10_000):
        await database.write(write, begin)


async def by_rows(database: Database) -> float:
    """Returns the longest pause in ms."""
    longest, deleted = 0.0, BATCH
    while deleted == BATCH:
        begun = time.perf_counter()
        deleted = await database.write(lambda tx: tx.run(_OLD, before=ROWS, limit=BATCH))
        longest = max(longest, time.perf_counter() - begun)
    return 1_000 * longest


async def whole(database: Database) -> float:
    await database.write(lambda tx: tx.run(_FORGET))
    now = 0
    for _ in range(2):  # opens the slice that was filled, then the next one
        now = await Rotation(database, SERIES, KEEP).turn(now)
    took = 0.0
    while await database.one(_LEFT):  # PostgreSQL may be looking after the table meanwhile
        begun = time.perf_counter()
        await Rotation(database, SERIES, KEEP).turn(now + KEEP)
        took = time.perf_counter() - begun
        now += KEEP
    return 1_000 * took


async def main(url: str) -> None:
    database = await open_database(url)
    await migrate(database, url)
    for _ in range(ROUNDS):
        for name, way in (("row by row", by_rows), ("as a whole", whole)):
            await fill(database)
            begun, used = time.perf_counter(), time.process_time()
            longest = await way(database)
            took, cpu = time.perf_counter() - begun, time.process_time() - used
            assert await database.one(_LEFT) == 0
            print(f"{database.dialect} {name}: {took:.2f} s ({cpu:.2f} s CPU here), "
                  f"longest pause {longest:.0f} ms", flush=True)  # fmt: skip
    await database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/events.db"))
