"""Rows that are asked for again and again, kept until a table they come from is written.

On SQLite one process holds the database, so what it has not written has not changed; a row is asked
for anew after `RECHECK_SECONDS` all the same. On PostgreSQL other processes write too, and there a
change made through another one is seen after `RECHECK_SECONDS` at the latest: good for names, rooms
and members, never for states. What a state is there, is asked each time, but together: `Gathered`.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from .core import Database, Query

T = TypeVar("T")

RECHECK_SECONDS = 1.0


class Kept(Generic[T]):
    """`one` for a single query: the same object for as long as nothing has changed."""

    def __init__(
        self,
        database: Database,
        query: Query[T],
        *,
        limit: int = 4096,
        elapsed: Callable[[], float] = time.monotonic,
        ask: Callable[..., Awaitable[Any]] | None = None,
    ) -> None:
        """Holds at most ``limit`` rows; ``elapsed`` gives real seconds.

        ``ask`` is what gives a row, if it is not `Reads.one`.
        """
        self._ask = ask or database.one
        self._query = query
        self._names = query.names
        self._limit = limit
        self._elapsed = elapsed
        self.exact = database.dialect == "sqlite"
        """Whether what is given is always what was committed last."""
        self._watch = database.changes.watch(query.tables)
        self._rows: dict[tuple[Any, ...], tuple[T | None, int, float]] = {}

    def known(self, *values: Any) -> T | None:
        """What `one` would give, where that needs no waiting; values in the order of the query."""
        held = self._rows.get(values)
        if held is not None and held[1] == self._watch.count and held[2] > self._elapsed():
            return held[0]
        return None

    async def one(self, **parameters: Any) -> T | None:
        """The first row, or ``None``, as `Reads.one` outside a transaction."""
        key = tuple([parameters[name] for name in self._names])
        held = self._rows.get(key)
        if held is not None and held[1] == self._watch.count and held[2] > self._elapsed():
            return held[0]
        # The count first: what is written while the row is read makes it out of date.
        count, until = self._watch.count, self._elapsed() + RECHECK_SECONDS
        row: T | None = await self._ask(self._query, **parameters)
        self._rows.pop(key, None)
        if row is None and not self.exact:
            return None  # another process may be about to make it, and then ask for it here
        if len(self._rows) >= self._limit:
            del self._rows[next(iter(self._rows))]
        self._rows[key] = (row, count, until)
        return row


class KeptRows(Generic[T]):
    """`all` for a single query: the same list for as long as nothing has changed.

    Only where that is exact. Elsewhere a list would lack what another process has just added, so it
    is asked for each time.
    """

    def __init__(self, database: Database, query: Query[T], *, limit: int = 1024) -> None:
        """Holds at most ``limit`` lists."""
        self._database = database
        self._query = query
        self._kept: Kept[Any] = Kept(database, query, limit=limit, ask=database.all)

    def known(self, *values: Any) -> Sequence[T] | None:
        """What `all` would give, where that needs no waiting; values in the order of the query."""
        return self._kept.known(*values) if self._kept.exact else None

    async def all(self, **parameters: Any) -> Sequence[T]:
        """Every row, as `Reads.all` outside a transaction."""
        if not self._kept.exact:
            return await self._database.all(self._query, **parameters)
        return await self._kept.one(**parameters) or ()
