"""Brings a database up to the newest migration. Forward only.

Alembic owns the history (``workswith/migrations``). It is imported only when there is something to
do, since that costs more than the rest of a start.
"""

import asyncio
from pathlib import Path

from .core import Database, query

_VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
_CURRENT = query(str, "SELECT version_num FROM alembic_version")


def newest() -> str:
    """The last revision; files are named by it and sort in order."""
    return max(path.stem for path in _VERSIONS.glob("[0-9]*.py"))


async def migrate(database: Database, url: str) -> None:
    """Runs what is missing, in a thread, under a lock of the database itself."""
    if await _current(database) != newest():
        await asyncio.to_thread(upgrade, url)


async def _current(database: Database) -> str | None:
    try:
        return await database.one(_CURRENT)
    except Exception:
        return None


def upgrade(url: str, revision: str = "head") -> None:
    """Runs what is missing up to a revision. Blocks."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_VERSIONS.parent))
    config.attributes["url"] = url
    command.upgrade(config, revision)
