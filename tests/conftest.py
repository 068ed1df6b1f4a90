"""Fixtures for everyone: a clock, ids, bells, and a database of each kind, migrated and empty."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from tests import postgres
from workswith.kernel.clock import Clock, ClockState, parse_iso
from workswith.kernel.database import Database, migrate, open_database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells

# The same examples on every machine, however slow: what fails has been broken by a change. New ones
# are looked for with --hypothesis-profile=searching.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("searching", settings.get_profile("steady"), derandomize=False)
settings.load_profile("steady")

NOON = parse_iso("2026-01-12T12:00:00Z")
"""Where the frozen clock of a test begins: a Monday in winter."""


@pytest.fixture
def clock() -> Clock:
    """Frozen at `NOON`; moves only when told to."""
    return Clock(read_wall=lambda: NOON, state=ClockState(wall=NOON, shown=NOON, rate=0.0))


@pytest.fixture
def ident() -> Ident:
    return Ident.seeded(1)


@pytest.fixture
def bells() -> Bells:
    return Bells()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "empty.db"

    async def make() -> None:
        url = f"sqlite:///{path}"
        database = await open_database(url)
        await migrate(database, url)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of this session's server, with ``{name}`` for the database."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a migrated, empty database to copy from."""

    async def make() -> None:
        admin = await asyncpg.connect(postgres_url.format(name="postgres"))
        await admin.execute("CREATE DATABASE template_ww")
        await admin.close()
        url = postgres_url.format(name="template_ww")
        database = await open_database(url)
        await migrate(database, url)
        await database.close()

    asyncio.run(make())
    return "template_ww"


@pytest.fixture(scope="session")
def postgres_migrated(postgres_url: str, postgres_template: str) -> str:
    """The URL of one database of this session; tests empty it before they use it."""

    async def make() -> None:
        admin = await asyncpg.connect(postgres_url.format(name="postgres"))
        await admin.execute(f"CREATE DATABASE tests TEMPLATE {postgres_template}")
        await admin.close()

    asyncio.run(make())
    return postgres_url.format(name="tests")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database of each kind: what uses it is tested on both."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_migrated")
    asyncio.run(_empty(url))
    return url


_TABLES = (
    "SELECT format('%I', tablename) FROM pg_tables "
    "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)


async def _empty(url: str) -> None:
    """Deletes every row: some ten times faster than another copy of the template."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    tables = [row[0] for row in await connection.fetch(_TABLES)]
    await connection.execute(
        "SET session_replication_role = replica; "  # the order of foreign keys does not matter
        + "; ".join(f"DELETE FROM {table}" for table in tables)
    )
    await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database of each kind."""
    opened = await open_database(database_url)
    yield opened
    await opened.close()
