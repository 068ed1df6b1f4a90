"""Fixtures for everyone: a clock, ids, bells, and a database of each kind, migrated and empty."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tests import postgres
from workswith.kernel.clock import Clock, ClockState, parse_iso
from workswith.kernel.database import Database, migrate, open_database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells

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


_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database of each kind: what uses it is tested on both."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    return _postgres_copy(request)


def _postgres_copy(request: pytest.FixtureRequest) -> str:
    template = request.getfixturevalue("postgres_template")
    url: str = request.getfixturevalue("postgres_url")
    name = f"test_{next(_numbers)}"

    async def make() -> None:
        admin = await asyncpg.connect(url.format(name="postgres"))
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        await admin.close()

    asyncio.run(make())
    return url.format(name=name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database of each kind."""
    opened = await open_database(database_url)
    yield opened
    await opened.close()
