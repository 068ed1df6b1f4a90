"""The only way to reach the tables.

SQL is written once, as text, for SQLite and PostgreSQL alike, and goes straight to the driver.
A *transaction* is an asynchronous function whose only waits are for its own database:

    async def rename(tx: Tx, owner: str, plant: str, name: str) -> None: ...

    await database.write(rename, owner, plant, name)

On SQLite the bodies of one group run one after the other, each under a savepoint, and share one
commit (group commit, ``synchronous=FULL``); whoever waits is answered only after that commit. On
PostgreSQL each body has a transaction and a connection of its own. A body that waits for anything
else fails on SQLite, which keeps network calls out of transactions on both.
"""

from .core import (
    Database,
    DatabaseAway,
    Query,
    Reads,
    Statement,
    TableBusy,
    Tx,
    keys,
    query,
    statement,
)
from .gathered import Gathered
from .kept import Kept, KeptRows
from .migrate import migrate
from .opening import open_database

__all__ = [
    "Database",
    "DatabaseAway",
    "Gathered",
    "Kept",
    "KeptRows",
    "Query",
    "Reads",
    "Statement",
    "TableBusy",
    "Tx",
    "keys",
    "migrate",
    "open_database",
    "query",
    "statement",
]
