"""Leases under any interleaving of processes that call, rest, stop and crash."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.counter import DAY, allowed
from workswith.catalog.leases import LeasedCounter, database_counter
from workswith.catalog.settings import Settings
from workswith.kernel.clock import DAY as DAY_MS
from workswith.kernel.database import open_database, query

LIMIT = 100
LEASE = 7
PROCESSES = 3
RESERVED = query(int, "SELECT COALESCE(max(reserved), 0) FROM quota_counts")

steps = st.lists(
    st.tuples(
        st.sampled_from(["take", "take", "take", "turn", "stop", "crash"]),
        st.integers(0, PROCESSES - 1),
        st.integers(1, 20),
    ),
    max_size=25,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
def test_never_too_many_and_nothing_lost_but_by_a_crash(
    sqlite_template: Path, script: list[tuple[str, int, int]]
) -> None:
    asyncio.run(_play(sqlite_template, script))


async def _play(template: Path, script: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(template, Path(folder) / "test.db")
        database = await open_database(f"sqlite:///{path}")

        def start() -> LeasedCounter:
            return database_counter(database, Settings(quota_lease=LEASE))

        processes = [start() for _ in range(PROCESSES)]
        through = crashes = 0
        for action, which, times in script:
            process = processes[which]
            if action == "take":
                calls = [process.take("a", DAY, LIMIT) for _ in range(times)]
                through += len(await allowed(calls))
            elif action == "turn":
                await process.turn(DAY * DAY_MS)
            else:
                if action == "stop":
                    await process.settle()
                else:
                    crashes += 1
                processes[which] = start()
            assert through <= LIMIT
            assert through <= (await database.one(RESERVED) or 0) <= LIMIT
        for process in processes:
            await process.settle()
        lost = (await database.one(RESERVED) or 0) - through
        assert 0 <= lost <= crashes * LEASE
        rest = await allowed([start().take("a", DAY, LIMIT) for _ in range(LIMIT + 5)])
        assert through + lost + len(rest) <= LIMIT
        await database.close()
