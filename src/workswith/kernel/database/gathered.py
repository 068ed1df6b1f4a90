"""Rows that many callers ask for at once, each for its own, fetched together.

Where the database is at the other end of a socket, a question costs far more than its answer. So
what is asked in one turn of the loop goes as one question, and what is asked while that is under
way goes as the next one: whoever asks is always answered by a question that began after it asked.
"""

import asyncio
from typing import Generic, TypeVar

from .core import Database, Query, keys

T = TypeVar("T")

MOST = 500
"""Keys in one question."""


class Gathered(Generic[T]):
    """``query`` gives (key, row) for the keys of the JSON object ``:keys``."""

    def __init__(self, database: Database, query: Query[tuple[str, T]]) -> None:
        self._database = database
        self._query = query
        self._waiting: dict[str, list[asyncio.Future[T | None]]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def one(self, key: str) -> T | None:
        """The row of a key, or ``None``. Raises what the database raises."""
        answer: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(answer)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await answer

    async def _ask(self) -> None:
        try:
            while self._waiting:
                asked = list(self._waiting)[:MOST]
                waiting = [(key, self._waiting.pop(key)) for key in asked]
                try:
                    rows = dict(await self._database.all(self._query, keys=keys(asked)))
                except Exception as error:
                    _fail(waiting, error)
                    continue
                for key, answers in waiting:
                    for answer in answers:
                        if not answer.done():
                            answer.set_result(rows.get(key))
        finally:
            self._asking = None


def _fail(waiting: list[tuple[str, list[asyncio.Future[T | None]]]], error: Exception) -> None:
    for _, answers in waiting:
        for answer in answers:
            if not answer.done():
                answer.set_exception(error)
