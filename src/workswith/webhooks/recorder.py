"""Acknowledges attempts: whatever ended while the last commit was under way shares the next.

A commit costs as much as some thirty acknowledgements, and nobody waits for that of a success. So
while more attempts are under way, successes wait a moment for company; a failure, for which its
lane waits, or the end of all flights does not.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence

from workswith.kernel import log
from workswith.kernel.database import Database, Tx

from . import recording
from .policy import Lane
from .recording import Book, Outcome

BATCH = 1_024
ENOUGH = 512
"""So many outcomes wait for no others."""
GATHER_SECONDS = 0.05
"""Real; the longest that a success waits for others."""

_log = log.get("webhooks")


class Recorder:
    """Writes batches of outcomes, one transaction each.

    ``hear`` is told of the lanes before the transaction that writes them ends; ``done`` afterwards
    of all outcomes of a batch, and of the lanes that were written. ``alone`` says whether nothing
    is under way any more of which an outcome may come.
    """

    def __init__(
        self,
        database: Database,
        book: Book,
        *,
        hear: Callable[[dict[str, Lane]], None],
        done: Callable[[Sequence[Outcome], Collection[str]], None],
        alone: Callable[[], bool],
    ) -> None:
        self._database = database
        self._book = book
        self._hear = hear
        self._done = done
        self._alone = alone
        self._waiting: list[Outcome] = []
        self._enough = ENOUGH
        self._failures = False
        self._gathered: asyncio.Future[None] | None = None
        self._pump: asyncio.Task[None] | None = None

    def add(self, outcome: Outcome) -> None:
        self._waiting.append(outcome)
        if not outcome.succeeded:
            self._failures = True
        if self._pump is None:
            self._pump = asyncio.create_task(self._write())
        elif self._gathered is not None and (self._failures or len(self._waiting) >= self._enough):
            self.hurry()

    def hurry(self) -> None:
        """Writes what is there, now that nothing may follow it soon."""
        if self._gathered is not None and not self._gathered.done():
            self._gathered.set_result(None)

    async def settle(self) -> None:
        """Returns when nothing is left to write."""
        while self._pump is not None:
            await asyncio.wait([self._pump])

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                self._failures = False
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

    async def _gather(self) -> None:
        if self._failures or len(self._waiting) >= self._enough or self._alone():
            return
        loop = asyncio.get_running_loop()
        self._gathered = loop.create_future()
        timer = loop.call_later(GATHER_SECONDS, self.hurry)
        try:
            await self._gathered
        finally:
            timer.cancel()
            self._gathered = None

    async def _record(self, tx: Tx, outcomes: Sequence[Outcome]) -> Collection[str]:
        written = await recording.record(tx, self._book, outcomes)
        self._hear(written)
        return written
