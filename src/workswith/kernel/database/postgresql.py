"""PostgreSQL: a pool of connections, a transaction for each body."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

import asyncpg

from .changes import Changes
from .core import Query, Statement

T = TypeVar("T")
P = ParamSpec("P")

TRIES = 4
"""A body is run again after a serialization failure or a deadlock, at most this often in all."""


class PostgresqlDatabase:
    dialect = "postgresql"

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self.changes = Changes()

    @classmethod
    async def open(cls, url: str, connections: int) -> "PostgresqlDatabase":
        return cls(await asyncpg.create_pool(url, min_size=1, max_size=connections))

    async def one(self, query: Query[T], /, **parameters: Any) -> T | None:
        row = await self._pool.fetchrow(query.numbered, *query.values(parameters))
        return None if row is None else query.row(*row)

    async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
        make = query.row
        rows = await self._pool.fetch(query.numbered, *query.values(parameters))
        return [make(*row) for row in rows]

    async def write(
        self,
        body: Callable[Concatenate["_Transaction", P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                async with self._pool.acquire() as connection:
                    tx = _Transaction(connection)
                    async with connection.transaction():
                        result = await body(tx, *args, **kwargs)
                    self.changes.note(tx.written)
                    return result
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                if attempt == TRIES:
                    raise
        raise AssertionError("unreachable")

    async def close(self) -> None:
        await self._pool.close()


class _Transaction:
    __slots__ = ("_connection", "written")

    def __init__(self, connection: Any) -> None:
        self.written: set[str] = set()
        self._connection = connection

    async def one(self, query: Query[T], /, **parameters: Any) -> T | None:
        self.written |= query.written
        row = await self._connection.fetchrow(query.numbered, *query.values(parameters))
        return None if row is None else query.row(*row)

    async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
        self.written |= query.written
        make = query.row
        rows = await self._connection.fetch(query.numbered, *query.values(parameters))
        return [make(*row) for row in rows]

    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        self.written |= statement.written
        tag = await self._connection.execute(statement.numbered, *statement.values(parameters))
        last = str(tag).rpartition(" ")[2]
        return int(last) if last.isdigit() else 0

    async def run_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]], /) -> None:
        values = [statement.values(row) for row in rows]
        if values:
            self.written |= statement.written
            await self._connection.executemany(statement.numbered, values)
