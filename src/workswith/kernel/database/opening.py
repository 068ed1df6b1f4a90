"""From a URL to an open database."""

from pathlib import Path

from .core import Database
from .sqlite import SqliteDatabase


async def open_database(url: str, *, connections: int = 10, durable: bool = True) -> Database:
    """Opens ``sqlite:///relative/or//absolute`` or ``postgresql://…``; runs no migration.

    ``connections`` bounds PostgreSQL's pool. Without ``durable``, which is for tests, SQLite does
    not wait for the disk. Raises ``ValueError`` for any other URL.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/"):
        return SqliteDatabase(Path(rest[1:]), durable=durable)
    if scheme in ("postgresql", "postgres"):
        from .postgresql import PostgresqlDatabase  # its driver is loaded only where it is used

        return await PostgresqlDatabase.open(url, connections)
    raise ValueError(f"not a database URL: {scheme}://… (sqlite:///path or postgresql://…)")
