"""Acknowledges attempts: whatever ended while the last commit was under way shares the next."""

import asyncio
from collections.abc import Callable, Collection, Sequence

from workswith.kernel import log
from workswith.kernel.database import Database, Tx

from . import recording
from .policy import Lane
from .recording import Book, Outcome
from .shards import Shards

BATCH = 512

_log = log.get("webhooks")


class Recorder:
    """Writes batches of outcomes, one transaction each.

    ``hear`` is told of the lanes before the transaction that writes them ends; ``done`` afterwards
    of all outcomes of a batch, and of the lanes that were written.
    """

    def __init__(
        self,
        database: Database,
        book: Book,
        shards: Shards,
        *,
        hear: Callable[[dict[str, Lane]], None],
        done: Callable[[Sequence[Outcome], Collection[str]], None],
    ) -> None:
        self._database = database
        self._book = book
        self._shards = shards
        self._hear = hear
        self._done = done
        self._waiting: list[Outcome] = []
        self._pump: asyncio.Task[None] | None = None

    def add(self, outcome: Outcome) -> None:
        self._waiting.append(outcome)
        if self._pump is None:
            self._pump = asyncio.create_task(self._write())

    async def settle(self) -> None:
        """Returns when nothing is left to write."""
        while self._pump is not None:
            await asyncio.wait([self._pump])

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                written: Collection[str] = ()
                try:
                    written = await self._database.write(self._record, batch)
                except Exception as error:
                    # Not acknowledged, so still due: the poll of the supervisor finds them again.
                    _log.error("attempts were not recorded", count=len(batch), exc_info=error)
                self._done(batch, written)
        finally:
            self._pump = None

    async def _record(self, tx: Tx, outcomes: Sequence[Outcome]) -> Collection[str]:
        held = await self._shards.hold(tx)
        written = await recording.record(tx, self._book, held, outcomes)
        self._hear(written)
        return written
