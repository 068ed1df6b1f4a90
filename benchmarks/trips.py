"""Which round trips to PostgreSQL lie between a change and its first attempt, and what each takes.

On a server of its own, one change after the other, with a receiver that costs nothing. What a busy
machine adds is in the times; the list is not touched by it.

    python -m benchmarks trips
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import uvloop
from tests import postgres

from benchmarks.webhooks import Counting, Engine
from workswith.events.outbox import append
from workswith.kernel import log
from workswith.kernel.clock import Clock
from workswith.kernel.database import migrate
from workswith.kernel.database.postgresql import PostgresqlDatabase
from workswith.kernel.tasks import Supervisor
from workswith.webhooks.sent import Sent
from workswith.webhooks.settings import Settings

CHANGES, WARM_UP = 300, 50
WIDTH = 96


class Until(Counting):
    """Notes when an attempt begins."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent:
        self.begun.set()
        return await super().post(endpoint_id, url, headers, body)


async def main(url: str) -> None:
    log.configure("CRITICAL")
    database = await PostgresqlDatabase.open(url, connections=1)
    await migrate(database, url)
    until = Until()
    engine = Engine(database, Settings(), until, Clock())
    await engine.subscribe("https://endpoint.example/", "home")
    trips: list[tuple[str, float]] = []
    async with database._connection() as connection:
        connection.add_query_logger(lambda one: trips.append((one.query, one.elapsed * 1000)))
    supervisor = Supervisor(engine.clock, engine.bells)
    supervisor.add(engine.relay, engine.worker)
    supervisor.start()
    of_statement: dict[tuple[int, str], list[float]] = defaultdict(list)
    took: list[float] = []
    for number in range(WARM_UP + CHANGES):
        until.begun.clear()
        trips.clear()
        begun = time.perf_counter()
        await _change(engine)
        await until.begun.wait()
        total = (time.perf_counter() - begun) * 1000
        await asyncio.sleep(0)  # the last one is told of
        seen = list(trips)
        await asyncio.sleep(0.02)  # it is written down
        if number >= WARM_UP:
            took.append(total)
            for place, (text, elapsed) in enumerate(seen, 1):
                of_statement[place, text].append(elapsed)
    await supervisor.stop()
    await database.close()
    print(f"{'':>3}{'ms':>7}{'of':>5}  statement")
    for (place, text), each in sorted(of_statement.items()):
        if len(each) > CHANGES // 2:
            print(f"{place:>3}{statistics.median(each):>7.2f}{len(each):>5}  {text[:WIDTH]}")
    print(f"from the change to the attempt {statistics.median(took):.2f} ms median, of {CHANGES}")


async def _change(engine: Engine) -> None:
    change: dict[str, Any] = {
        "plant_id": "home",
        "module_id": "m",
        "kind": "status",
        "changed": ("mode",),
        "state": {},
        "at": engine.clock.now(),
        "flow": "",
    }
    await engine.database.write(append, **change)
    engine.bells.ring("relay")


if __name__ == "__main__":
    if postgres.binaries() is None:
        sys.exit("PostgreSQL is not installed")
    with postgres.running() as server:
        admin = server.url.format(name="postgres")
        subprocess.run(["psql", admin, "-qc", "CREATE DATABASE bench"], check=True)
        uvloop.run(main(server.url.format(name="bench")))
