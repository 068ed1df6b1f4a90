"""An installation on disk: its database, its instance key, its clock."""

import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from workswith.kernel.cipher import KEY_BYTES
from workswith.kernel.database import Database, migrate, open_database
from workswith.sandbox.clock import load_clock
from workswith.settings import Settings
from workswith.web.site.services import Origins

from .areas import Areas
from .kernel import Kernel


@contextlib.asynccontextmanager
async def opened(settings: Settings, data: Path, origin: str) -> AsyncIterator[Areas]:
    """The areas of an installation for a command, whether it runs at the moment or not.

    No work runs. Raises ``FileNotFoundError`` where there is no installation.
    """
    if not (data / "instance.key").exists():
        raise FileNotFoundError(data)
    url = settings.database.url or f"sqlite:///{(data / 'workswith.db').absolute()}"
    database = await open_migrated(url, settings)
    try:
        clock = await load_clock(database)
        origins = Origins(portal=origin, login=origin, api=origin)
        yield Areas(Kernel(settings, database, clock, origins, instance_key(data)))
    finally:
        await database.close()


async def open_migrated(url: str, settings: Settings, *, durable: bool = True) -> Database:
    database = await open_database(url, connections=settings.database.connections, durable=durable)
    await migrate(database, url)
    return database


async def begin_again(database: Database, url: str, settings: Settings) -> Database:
    """A first start that was cut off has promised nothing to anybody: it starts over."""
    await database.close()
    if not url.startswith("sqlite:///"):
        raise RuntimeError("the database holds half a sandbox; give it an empty database")
    path = Path(url.removeprefix("sqlite:///"))
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        each.unlink(missing_ok=True)
    return await open_migrated(url, settings)


def instance_key(data: Path) -> bytes:
    """The secret of this installation: 32 random bytes in a file of its own."""
    path = data / "instance.key"
    if path.exists():
        return path.read_bytes()
    with contextlib.suppress(FileExistsError):
        fresh = data / f".instance.key.{os.getpid()}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # atomic, and refuses to replace
        finally:
            fresh.unlink()
    return path.read_bytes()
