"""Connections that are handed on at once: the driver's pool costs twice as much as a question.

The pool makes and ends connections, and mends what a question that was cut off leaves behind. What
was used well does not go back to it: the next one in need gets it as it is.
"""

import asyncio
from collections import deque
from typing import Any

import asyncpg

COOL_SECONDS = 60.0
"""Connections that nobody needed for so long go back to the pool, which ends them later."""


class Connections:
    """At most ``most`` at once; whoever finds none waits in line."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", most: int) -> None:
        self._pool = pool
        self._most = most
        self._taken = 0
        """Of the pool: under way, being made, or at rest here."""
        self._resting: list[Any] = []
        """The one that was used last is the last."""
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._least = 0
        """So many were at rest at any time since somebody looked."""
        self._looking: asyncio.TimerHandle | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def take(self) -> Any:
        """Give it back by `put` or `drop`. Raises the driver's errors."""
        while True:
            while self._resting:
                connection = self._resting.pop()
                self._least = min(self._least, len(self._resting))
                if lives(connection):
                    return connection
                await self.drop(connection)
            if self._taken < self._most:
                return await self._make()
            connection = await self._wait()
            if connection is not None:
                return connection

    def put(self, connection: Any) -> None:
        """One that is as it was: whoever used it waited for the end of all that it asked."""
        if self._closed:
            self._leave(connection)
            return
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return
        self._resting.append(connection)
        if self._looking is None:
            self._least = len(self._resting)
            self._look_later()

    async def drop(self, connection: Any) -> None:
        """One that is lost, or in which something was cut off: the pool sees to it."""
        try:
            await self._pool.release(connection)
        finally:
            self._free()

    async def close(self) -> None:
        """The pool may close: what is used now goes back to it by itself."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        while self._resting:
            self._leave(self._resting.pop())
        if self._leaving:
            await asyncio.wait(self._leaving)

    async def _make(self) -> Any:
        self._taken += 1
        try:
            return await self._pool.acquire()
        except BaseException:
            self._free()
            raise

    async def _wait(self) -> Any:
        """A connection, or ``None`` when there is room for another one."""
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            return await waiting
        except BaseException:
            if waiting.cancelled():
                raise
            if waiting.result() is None:  # it came in the same moment: for the next in line
                self._next_may_make()
            else:
                self.put(waiting.result())
            raise

    def _free(self) -> None:
        self._taken -= 1
        self._next_may_make()

    def _next_may_make(self) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)
                return

    def _look_later(self) -> None:
        self._looking = asyncio.get_running_loop().call_later(COOL_SECONDS, self._look)

    def _look(self) -> None:
        cool, self._resting = self._resting[: self._least], self._resting[self._least :]
        for connection in cool:
            self._leave(connection)
        self._least = len(self._resting)
        self._looking = None
        if self._resting:
            self._look_later()

    def _leave(self, connection: Any) -> None:
        task = asyncio.create_task(self.drop(connection))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


def lives(connection: Any) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has noticed, and taken it back
        return False
