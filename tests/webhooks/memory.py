"""A database in memory, for simulations that need thousands of them: the kernel's own SQLite
connection and rules, without files, threads and waits.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

from workswith.kernel.database import Query
from workswith.kernel.database.changes import Changes
from workswith.kernel.database.sqlite import _Connection, _run_to_the_end


class MemoryDatabase:
    """A copy of a migrated, empty file. Each body is a transaction of its own."""

    dialect = "sqlite"

    def __init__(self, template: Path) -> None:
        self.connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=512
        )
        source = sqlite3.connect(template)
        source.backup(self.connection)
        source.close()
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.changes = Changes()
        self._tx = _Connection(self.connection)

    async def one(self, query: Query[Any], /, **parameters: Any) -> Any:
        return self._tx.one_now(query, parameters)

    async def all(self, query: Query[Any], /, **parameters: Any) -> list[Any]:
        return self._tx.all_now(query, parameters)

    async def write(self, body: Callable[..., Awaitable[Any]], /, *args: Any, **kw: Any) -> Any:
        self.connection.execute("BEGIN")
        try:
            result = _run_to_the_end(body(self._tx, *args, **kw))
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        written, self._tx.written = self._tx.written, set()
        self.changes.note(written)
        return result

    write_aside = write

    def together(self) -> AbstractAsyncContextManager[None]:
        """Nothing: there is no disk to wait for."""
        return nullcontext()

    async def close(self) -> None:
        self.connection.close()
