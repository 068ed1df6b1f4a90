"""Acknowledges attempts: whatever ended while the last commit was under way shares the next."""

import asyncio
from collections.abc import Callable, Sequence

from workswith.kernel.database import Database, Tx

from . import lanes
from .lanes import Outcome
from .settings import Rules

BATCH = 256


class Recorder:
    """``on_ban(endpoint_id, until)`` hears of bans before the transaction that writes them ends."""

    def __init__(
        self, database: Database, rules: Rules, on_ban: Callable[[str, int], None]
    ) -> None:
        self._database = database
        self._rules = rules
        self._on_ban = on_ban
        self._waiting: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._pump: asyncio.Task[None] | None = None

    async def record(self, outcome: Outcome) -> None:
        """Returns once it is durable; raises what the database raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, done))
        if self._pump is None:
            self._pump = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                try:
                    await self._database.write(self._record, [outcome for outcome, _ in batch])
                except Exception as error:
                    for _, done in batch:
                        if not done.done():
                            done.set_exception(error)
                else:
                    for _, done in batch:
                        if not done.done():
                            done.set_result(None)
        finally:
            self._pump = None

    async def _record(self, tx: Tx, outcomes: Sequence[Outcome]) -> None:
        for endpoint_id, lane in (await lanes.record(tx, self._rules, outcomes)).items():
            if lane.ban_until is not None:
                self._on_ban(endpoint_id, lane.ban_until)
