"""The embedded database: WAL, ``synchronous=FULL``, one writer with group commit."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar, cast

from workswith.kernel.gathering import all_are_there

from .changes import Changes
from .core import DatabaseAway, Query, Statement

T = TypeVar("T")
P = ParamSpec("P")

GROUP_LIMIT = 256
"""At most this many bodies share a commit."""
CHECKPOINT_PAGES = 4_000
_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA temp_store = MEMORY",
    # Debian's SQLite overwrites whatever is freed: to empty a table would cost as much as to delete
    # each row. Secrets are sealed or digests; what a page still in use loses is overwritten as before.
    "PRAGMA secure_delete = FAST",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
)

_NO_DISK = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
"""A disk that is full, fails, or was mounted anew to be read only: all of a group fails with it."""


class SqliteDatabase:
    """Reads on one connection, writes on another; both belong to the event loop's thread.

    Bodies run in the loop, microseconds each; only the commit, which waits for the disk, runs in a
    thread, and a body that is long. While it does, the next group gathers.
    """

    dialect = "sqlite"

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Without ``durable`` a commit does not wait for the disk: for tests."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._waits = durable
        """Whether a commit waits for the disk, in a thread meanwhile."""
        self._writer = _connect(path, durable=durable)
        self._reader = _connect(path, durable=durable)
        self._reader.execute("PRAGMA query_only = ON")
        self._reads = _Connection(self._reader)
        self._tx = _Connection(self._writer)
        self.changes = Changes()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._queue: list[_Job] = []
        self._pump: asyncio.Task[None] | None = None

    async def one(self, query: Query[T], /, **parameters: Any) -> T | None:
        return self._reads.one_now(query, parameters)

    async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
        return self._reads.all_now(query, parameters)

    async def write(
        self,
        body: Callable[Concatenate["_Connection", P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self._queued(lambda: body(self._tx, *args, **kwargs), aside=False)

    async def write_aside(
        self,
        body: Callable[Concatenate["_Connection", P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self._queued(lambda: body(self._tx, *args, **kwargs), aside=True)

    @contextlib.asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Waits for the disk once, at the end, for all that is committed inside.

        Each commit stays whole and in order. A process that is killed loses none of them; a machine
        that loses power may lose the last ones, as if the block had been left earlier.
        """
        if not self._waits:
            yield
            return
        await self._set_waits(waits=False)
        try:
            yield
        finally:
            await self._set_waits(waits=True)
            self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)")  # the log goes to the disk

    async def _set_waits(self, *, waits: bool) -> None:
        while self._pump is not None:
            await asyncio.wait([self._pump])
        self._waits = waits
        # In WAL mode a file that is written with NORMAL stays sound through a loss of power.
        self._writer.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")

    async def close(self) -> None:
        while self._pump is not None:
            await asyncio.wait([self._pump])
        self._disk.shutdown()
        self._reader.close()
        self._writer.close()

    async def _queued(self, body: Callable[[], Awaitable[T]], *, aside: bool) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(_Job(body, done, aside))
        if self._pump is None:
            self._pump = asyncio.create_task(self._write_groups())
        # A caller that goes away ends its waiting, and nothing that others share a commit with.
        return await done

    async def _write_groups(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._queue:
                # A commit costs as much as several bodies.
                await all_are_there(lambda: len(self._queue), GROUP_LIMIT)
                group = self._next_group()
                try:
                    if group[0].aside:
                        run = self._run_bodies
                        outcomes = await loop.run_in_executor(self._disk, run, group)
                    else:
                        outcomes = self._run_bodies(group)
                    written, self._tx.written = self._tx.written, set()
                    if self._waits:
                        await loop.run_in_executor(self._disk, self._writer.execute, "COMMIT")
                    else:
                        self._writer.execute("COMMIT")  # waits for nothing
                    self.changes.note(written)
                except BaseException as error:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    self._tx.written = set()
                    outcomes = [(job.done, None, _of_disk(error) or error) for job in group]
                for done, result, failure in outcomes:
                    if done.done():
                        continue
                    if failure is None:
                        done.set_result(result)
                    else:
                        done.set_exception(failure)
        finally:
            self._pump = None

    def _next_group(self) -> "list[_Job]":
        """What goes aside goes alone."""
        length = next((n for n, job in enumerate(self._queue) if job.aside), len(self._queue))
        length = min(length or 1, GROUP_LIMIT)
        group, self._queue = self._queue[:length], self._queue[length:]
        return group

    def _run_bodies(
        self, group: "list[_Job]"
    ) -> list[tuple[asyncio.Future[Any], Any, BaseException | None]]:
        execute = self._writer.execute
        execute("BEGIN IMMEDIATE")
        outcomes: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        for job in group:
            execute("SAVEPOINT body")
            try:
                outcomes.append((job.done, _run_to_the_end(job.body()), None))
            except Exception as error:
                if _of_disk(error):
                    raise  # no savepoint is sure to be there any more
                execute("ROLLBACK TO body")
                outcomes.append((job.done, None, error))
            execute("RELEASE body")
        return outcomes


class _Job(NamedTuple):
    """A body, who waits for it, and whether it takes so long that it runs in the thread."""

    body: Callable[[], Awaitable[Any]]
    done: asyncio.Future[Any]
    aside: bool


class _Connection:
    """`Tx` on a sqlite3 connection. Its methods never really wait."""

    __slots__ = ("_execute", "_executemany", "written")

    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.written: set[str] = set()
        self._execute = connection.execute
        self._executemany = connection.executemany

    def one_now(self, query: Query[T], parameters: Mapping[str, Any]) -> T | None:
        cursor = self._execute(query.text, parameters)
        if query.written:
            self.written |= query.written
        row = cursor.fetchone()
        # Fetch to the end: a statement with RETURNING is complete only then.
        if row is not None and cursor.fetchone() is not None:
            cursor.close()
        return None if row is None else query.row(*row)

    def all_now(self, query: Query[T], parameters: Mapping[str, Any]) -> list[T]:
        make = query.row
        if query.written:
            self.written |= query.written
        return [make(*row) for row in self._execute(query.text, parameters).fetchall()]

    async def one(self, query: Query[T], /, **parameters: Any) -> T | None:
        return self.one_now(query, parameters)

    async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
        return self.all_now(query, parameters)

    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        self.written |= statement.written
        return self._execute(statement.text, parameters).rowcount

    async def run_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]], /) -> None:
        self.written |= statement.written
        self._executemany(statement.text, rows)

    async def count_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]], /) -> int:
        self.written |= statement.written
        return max(self._executemany(statement.text, rows).rowcount, 0)  # -1 for no rows


def _of_disk(error: BaseException) -> DatabaseAway | None:
    if not isinstance(error, sqlite3.OperationalError):
        return None
    # The low byte is the kind, the others say more about it.
    return DatabaseAway(str(error)) if error.sqlite_errorcode & 0xFF in _NO_DISK else None


def _run_to_the_end(body: Awaitable[T]) -> T:
    """Drives a coroutine that never waits. Raises ``RuntimeError`` when it does."""
    coroutine = cast("Coroutine[Any, Any, T]", body)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("T", stop.value)
    coroutine.close()
    raise RuntimeError("a transaction may wait for nothing but its own database")


def _connect(path: Path, *, durable: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    for pragma in _PRAGMAS:
        connection.execute(pragma if durable else pragma.replace("= FULL", "= OFF"))
    return connection
