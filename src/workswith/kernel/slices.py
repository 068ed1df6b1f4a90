"""Rows that go as a whole: tables that are written to in turn, and emptied one at a time.

A *series* is a table, or a few that belong together, `SLICES` times over: ``event_0`` to ``event_7``.
One of them is open and takes what is new; after a seventh of the time that rows are kept, the next
one is. What ended longer ago than that time is emptied at once: nothing looks for what is old, and no
row is deleted singly. So a row is kept for as long as was asked, and up to a seventh longer.

A slice that something still needs is never emptied: it stays, and where no other one is free, the
one that is open stays open. Which slices hold rows stands in the table ``slice``.
"""

from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise

import msgspec

from . import log
from .clock import MINUTE
from .database import Database, Query, Statement, TableBusy, Tx, query, statement

SLICES = 8
PATIENCE_MS = 100
"""Real; on PostgreSQL whoever asks for a table waits behind the one that waits to empty it."""
AGAIN = MINUTE
"""What could not be emptied is tried again after this time."""

Clear = Callable[[int, int], Awaitable[None]]
"""Takes out of a slice, given by its number, what is still needed of it at an instant."""

_log = log.get("slices")


class Slice(msgspec.Struct, frozen=True):
    """One that holds rows: opened at ``since``; it ended when the next one was."""

    number: int
    since: int


_FULL = query(Slice, "SELECT number, since FROM slice WHERE name = :name ORDER BY since")
_OPEN = statement(
    "INSERT INTO slice (name, number, since) SELECT :name, CAST(:number AS BIGINT), "
    "CAST(:now AS BIGINT) WHERE NOT EXISTS "
    "(SELECT 1 FROM slice WHERE name = :name AND since > :after) ON CONFLICT DO NOTHING"
)
_CLOSE = statement("DELETE FROM slice WHERE name = :name AND number = :number AND since = :since")
_BE_SHORT = {
    "postgresql": query(str, f"SELECT set_config('lock_timeout', '{PATIENCE_MS}ms', true)"),
}


class Series:
    """The statements of one series. Its tables are made by a migration."""

    def __init__(self, name: str, *tables: str, held: str) -> None:
        """``tables`` without their numbers. ``held`` is SQL, with ``{n}`` for a number, that finds
        a row for as long as that slice is needed.
        """
        self.name = name
        self.open = (
            f"COALESCE((SELECT number FROM slice WHERE name = '{name}' "
            "ORDER BY since DESC LIMIT 1), 0)"
        )
        """SQL: the number of the slice that takes what is new."""
        numbers = range(SLICES)
        every = [[f"{table}_{n}" for table in tables] for n in numbers]
        self.held: tuple[Query[int], ...] = tuple(query(int, held.format(n=n)) for n in numbers)
        self.lock: dict[str, list[Statement]] = {
            "postgresql": [
                statement(f"LOCK TABLE {', '.join(some)} IN ACCESS EXCLUSIVE MODE")
                for some in every
            ],
        }
        # Both free whole pages without looking at rows: SQLite when nothing is said about which.
        self.empty: dict[str, list[list[Statement]]] = {
            "sqlite": [[statement(f"DELETE FROM {one}") for one in some] for some in every],
            "postgresql": [[statement(f"TRUNCATE {', '.join(some)}")] for some in every],
        }
        # Ids go on from slice to slice; on PostgreSQL by a sequence that all of them share.
        self.go_on: dict[str, list[list[Statement]]] = {
            "sqlite": [[_go_on(table, n) for table in tables] for n in numbers],
            "postgresql": [[] for _ in numbers],
        }

    @property
    def statements(self) -> Iterator[tuple[str, Statement]]:
        """(the only dialect that it is for or "", statement), for whoever wants to check them."""
        yield from (("", one) for one in self.held)
        yield from ((dialect, one) for dialect, some in self.lock.items() for one in some)
        for table in (self.empty, self.go_on):
            for dialect, numbers in table.items():
                yield from ((dialect, one) for some in numbers for one in some)


class Rotation:
    """Opens and empties the slices of one series; `turn` it whenever it is due."""

    def __init__(
        self, database: Database, series: Series, keep_ms: int, clear: Clear | None = None
    ) -> None:
        self._database = database
        self._series = series
        self._keep_ms = keep_ms
        self._clear = clear
        self._due = 0

    async def turn(self, now: int) -> int:
        """Returns when it is next due."""
        if now >= self._due:
            self._due = await self._turn(now)
        return self._due

    async def _turn(self, now: int) -> int:
        dues: list[int] = []
        for one, following in pairwise(await self._full()):
            over = following.since + self._keep_ms
            if now < over:
                dues.append(over)
                break
            if not await self._free(one, now):
                dues.append(now + AGAIN)
        full = await self._full()
        open_for = self._keep_ms // (SLICES - 1)
        newest = full[-1] if full else Slice(-1, now - open_for)
        until = newest.since + open_for
        if until <= now:
            until = now + open_for
            taken = {one.number for one in full}
            following_numbers = ((newest.number + n) % SLICES for n in range(1, SLICES))
            number = next((n for n in following_numbers if n not in taken), None)
            if number is None:
                return min(dues, default=now + AGAIN)
            await self._database.write(self._open, number, newest.since, now)
        return min([*dues, until])

    async def _full(self) -> list[Slice]:
        return await self._database.all(_FULL, name=self._series.name)

    async def _open(self, tx: Tx, number: int, after: int, now: int) -> None:
        """Unless another process has just opened one."""
        if await tx.run(_OPEN, name=self._series.name, number=number, after=after, now=now):
            for one in self._series.go_on[tx.dialect][number]:
                await tx.run(one)

    async def _free(self, one: Slice, now: int) -> bool:
        if self._clear is not None:
            await self._clear(one.number, now)
        about = {"series": self._series.name, "slice": one.number}
        try:
            if await self._database.write_aside(self._empty, one):
                return True
            _log.warning("a slice is still needed", **about)
        except TableBusy:
            _log.info("a slice is being read", **about)
        return False

    async def _empty(self, tx: Tx, one: Slice) -> bool:
        """Whether it is empty now. On PostgreSQL nobody writes to it from the lock on."""
        series, number = self._series, one.number
        if tx.dialect in series.lock:
            await tx.one(_BE_SHORT[tx.dialect])
            await tx.run(series.lock[tx.dialect][number])
        if await tx.one(series.held[number]) is not None:
            return False
        if await tx.run(_CLOSE, name=series.name, number=number, since=one.since):
            for emptying in series.empty[tx.dialect][number]:
                await tx.run(emptying)
        return True


def _go_on(table: str, number: int) -> Statement:
    every = ", ".join(f"'{table}_{n}'" for n in range(SLICES))
    return statement(
        "UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM sqlite_sequence "
        f"WHERE name IN ({every})) WHERE name = '{table}_{number}'"
    )
