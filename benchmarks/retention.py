"""What it costs to let 300,000 events go: row by row, a thousand in a commit, or as a whole slice.

`python -m benchmarks.retention [postgresql://…]`. All ways in alternation, on the same table with
its indexes; CPU of this process (on PostgreSQL the server's is not in it). Meanwhile the loop is asked
to come round, a row is read and a row is written, again and again: the longest that each had to wait
is what a healthy delivery feels. "In the loop" is how it was before SQLite ran what takes long in its
thread.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.kernel.passing import Passing

from workswith.events.outbox import SERIES
from workswith.kernel.clock import DAY
from workswith.kernel.database import Database, Tx, migrate, open_database, query, statement
from workswith.kernel.slices import Rotation

ROWS, BATCH, ROUNDS = 300_000, 1_000, 3
KEEP = 7 * DAY
PAUSE = 0.002
"""Seconds between two looks at how long others wait."""
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
_READ = query(int, "SELECT number FROM slice WHERE name = 'healthy'")
_WRITE = statement(
    "INSERT INTO slice (name, number, since) VALUES ('healthy', 0, 0) "
    "ON CONFLICT (name, number) DO UPDATE SET since = slice.since + 1"
)


class InLoop(Passing):
    async def write_aside(
        self, body: Callable[..., Awaitable[Any]], /, *args: Any, **kwargs: Any
    ) -> Any:
        return await self._database.write(body, *args, **kwargs)


async def fill(database: Database) -> None:
    async def write(tx: Tx, begin: int) -> None:
        await tx.run_many(_FILL, [
            {"id": f"event-{n}", "plant": f"plant-{n % 500}", "n": n, "state": "x" * 500}
            for n in range(begin, begin + 10_000)
        ])  # fmt: skip

    for begin in range(0, ROWS, 10_000):
        await database.write(write, begin)


async def by_rows(database: Database) -> None:
    deleted = BATCH
    while deleted == BATCH:
        deleted = await database.write_aside(lambda tx: tx.run(_OLD, before=ROWS, limit=BATCH))


async def whole(database: Database) -> None:
    now = 0
    for _ in range(2):  # opens the slice that was filled, then the next one
        now = await Rotation(database, SERIES, KEEP).turn(now)
    while await database.one(_LEFT):  # PostgreSQL may be looking after the table meanwhile
        await Rotation(database, SERIES, KEEP).turn(now + KEEP)
        now += KEEP


WAYS: tuple[tuple[str, Callable[[Database], Awaitable[None]], type[Passing]], ...] = (
    ("row by row, in the loop", by_rows, InLoop),
    ("row by row, aside", by_rows, Passing),
    ("as a whole, in the loop", whole, InLoop),
    ("as a whole, aside", whole, Passing),
)


class Waits:
    """The longest that each kind had to wait, in seconds."""

    def __init__(self, database: Database) -> None:
        self.longest: dict[str, float] = {}
        self._kinds: dict[str, Callable[[], Awaitable[Any]]] = {
            "loop": lambda: asyncio.sleep(0),
            "read": lambda: database.one(_READ),
            "write": lambda: database.write(lambda tx: tx.run(_WRITE)),
        }

    async def watch(self) -> None:
        await asyncio.gather(*(self._watch(kind) for kind in self._kinds))

    async def _watch(self, kind: str) -> None:
        while True:
            # From when it wanted to begin: a loop that does not come round holds up the beginning.
            begun = time.perf_counter() + PAUSE
            await asyncio.sleep(PAUSE)
            await self._kinds[kind]()
            took = time.perf_counter() - begun
            self.longest[kind] = max(took, self.longest.get(kind, 0.0))


async def measured(name: str, way: Awaitable[None], database: Database) -> None:
    waits = Waits(database)
    watching = asyncio.create_task(waits.watch())
    begun, used = time.perf_counter(), time.process_time()
    await way
    took, cpu = time.perf_counter() - begun, time.process_time() - used
    await asyncio.sleep(10 * PAUSE)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    longest = ", ".join(
        f"{kind} {1e3 * waits.longest[kind]:.0f}" for kind in ("loop", "read", "write")
    )
    print(f"{database.dialect} {name}: {took:.2f} s ({cpu:.2f} s CPU here), longest wait in ms: "
          f"{longest}", flush=True)  # fmt: skip


async def main(url: str) -> None:
    database = await open_database(url)
    await migrate(database, url)
    for _ in range(ROUNDS):
        for name, way, before in WAYS:
            await database.write(lambda tx: tx.run(_FORGET))
            await fill(database)
            await measured(name, way(before(database)), database)
            assert await database.one(_LEFT) == 0
    await database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/events.db"))
