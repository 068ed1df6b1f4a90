"""PostgreSQL: a pool of connections, a transaction for each body.

A server that is stopped, starts, or stops answering makes every call end with `DatabaseAway` within
`CONNECT_SECONDS` and `ANSWER_SECONDS`; the next call tries again, so that nothing has to be
restarted with it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Concatenate, ParamSpec, TypeVar

import asyncpg

from .changes import Changes
from .connections import Connections, lives
from .core import DatabaseAway, Query, Statement, TableBusy

T = TypeVar("T")
P = ParamSpec("P")

TRIES = 4
"""A body is run again after a serialization failure or a deadlock, at most this often in all."""
CONNECT_SECONDS = 5.0
"""How long a call waits for a connection, of its own or of the pool."""
ANSWER_SECONDS = 20.0
"""A connection that keeps a question or a whole transaction waiting for longer is given up."""

STATEMENTS = 512
"""Statements that a connection keeps prepared: the driver's hundred are fewer than a process of ours
uses, and what falls out, or is five minutes old, it would have read and planned anew."""

_SETTINGS = {"jit": "off"}
"""To compile a question takes tens of milliseconds each time; ours take less without."""

_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # what becomes of a connection that was closed
    asyncpg.InternalClientError,  # the same, while it was being used
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)


class PostgresqlDatabase:
    dialect = "postgresql"

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", connections: int) -> None:
        self._pool = pool
        self._connections = Connections(pool, connections)
        self.changes = Changes()

    @classmethod
    async def open(cls, url: str, connections: int) -> "PostgresqlDatabase":
        return cls(
            await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=connections,
                timeout=CONNECT_SECONDS,
                reset=_as_it_is,
                statement_cache_size=STATEMENTS,
                max_cached_statement_lifetime=0,
                server_settings=_SETTINGS,
            ),
            connections,
        )

    async def one(self, query: Query[T], /, **parameters: Any) -> T | None:
        async with self._connection() as connection:
            row = await connection.fetchrow(query.numbered, *query.values(parameters))
        return None if row is None else query.row(*row)

    async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
        make = query.row
        async with self._connection() as connection:
            rows = await connection.fetch(query.numbered, *query.values(parameters))
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
                async with self._connection() as connection:
                    tx = _Transaction(connection)
                    async with connection.transaction():
                        result = await body(tx, *args, **kwargs)
                    self.changes.note(tx.written)
                    return result
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                if attempt == TRIES:
                    raise
            except asyncpg.LockNotAvailableError as error:
                raise TableBusy(str(error)) from error
            except asyncpg.DiskFullError as error:
                raise DatabaseAway(f"no room: {error}") from error
        raise AssertionError("unreachable")

    async def write_aside(
        self,
        body: Callable[Concatenate["_Transaction", P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self.write(body, *args, **kwargs)

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Nothing: others share the server, and it gathers commits by itself."""
        yield

    async def close(self) -> None:
        await self._connections.close()
        await self._pool.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        """A new one where the last was lost. Raises `DatabaseAway`."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                connection = await self._connections.take()
        except _AWAY as error:
            raise DatabaseAway(f"no connection: {error or type(error).__name__}") from error
        given_up = asyncio.get_running_loop().call_later(ANSWER_SECONDS, _give_up, connection)
        cut_off = True
        try:
            yield connection
            cut_off = False
        except _AWAY as error:
            if isinstance(error, asyncpg.InterfaceError | OSError) and lives(connection):
                raise  # of the body, or a wrong use of the driver
            _give_up(connection)
            raise DatabaseAway(f"connection lost: {error or type(error).__name__}") from error
        except Exception:  # a refusal of ours, or of the database's: the transaction is over
            cut_off = False
            raise
        finally:
            given_up.cancel()
            if cut_off or not lives(connection):
                await self._connections.drop(connection)
            else:
                self._connections.put(connection)


async def _as_it_is(_connection: Any) -> None:
    """What is given back needs no statement of its own: nothing of ours outlives its transaction.

    No session variable, no session lock, no LISTEN; a transaction left open the driver rolls back.
    """


def _give_up(connection: Any) -> None:
    """Ends it at once; whatever waits for it fails. The pool makes another one."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


class _Transaction:
    __slots__ = ("_connection", "written")

    dialect = "postgresql"

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

    async def count_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]], /) -> int:
        values = [statement.values(row) for row in rows]
        if not values:
            return 0
        self.written |= statement.written
        # The driver gives back no counts of many; what each returns it does, in one go as well.
        changed = await self._connection.fetchmany(f"{statement.numbered} RETURNING 1", values)
        return len(changed)
