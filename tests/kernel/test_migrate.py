"""Migrations happen wholly or not at all, and twice is once."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import asyncpg

from workswith.kernel.database import migrate, open_database
from workswith.kernel.database.migrate import newest

MIGRATE = """
import asyncio, sys
from workswith.kernel.database import migrate, open_database
async def main():
    database = await open_database(sys.argv[1])
    print("begins", flush=True)
    await migrate(database, sys.argv[1])
    await database.close()
asyncio.run(main())
"""


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.close()
    return {name for (name,) in rows}


def test_killed_at_any_moment_it_leaves_all_or_nothing(
    tmp_path: Path, sqlite_template: Path
) -> None:
    complete = tables(sqlite_template)
    for attempt, delay in enumerate((0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)):
        path = tmp_path / f"{attempt}.db"
        with subprocess.Popen(
            [sys.executable, "-c", MIGRATE, f"sqlite:///{path}"], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)  # the moment of the kill is the point of this test
            process.kill()
        assert tables(path) in (set(), complete)

        async def again(url: str = f"sqlite:///{path}") -> None:
            database = await open_database(url)
            await migrate(database, url)
            await database.close()

        asyncio.run(again())
        assert tables(path) == complete


async def test_several_processes_migrate_one_database_once(postgres_url: str) -> None:
    admin = await asyncpg.connect(postgres_url.format(name="postgres"))
    await admin.execute("CREATE DATABASE together")
    await admin.close()
    url = postgres_url.format(name="together")
    starting = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, url, stdout=asyncio.subprocess.DEVNULL
        )
        for _ in range(3)
    ]
    assert [await process.wait() for process in starting] == [0, 0, 0]
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == newest()
    await connection.close()
