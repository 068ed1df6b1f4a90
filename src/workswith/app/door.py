"""One application for the server while what stands behind it is exchanged. [SBX-2]

A saved state comes back by building everything anew, so nothing that any area keeps in memory can
survive it. The door lets those inside finish and holds back whoever comes meanwhile; a client only
sees an answer that took some milliseconds longer.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from .routing import Asgi, Begin, Message, begin_of

GRACE_SECONDS = 10.0
"""A call that is not answered by then is cut off."""


class Door:
    """`lead_to` an application; `closed` while there is none."""

    def __init__(self) -> None:
        self._behind: Begin | None = None
        self._inside: dict[object, asyncio.Task[Any] | None] = {}
        self._opened = asyncio.Event()
        self._emptied = asyncio.Event()

    def begin(self, scope: Message, receive: Any, send: Any) -> Awaitable[None] | None:
        """Whoever is done at once was never inside."""
        if self._behind is None:
            return self(scope, receive, send)
        rest = self._behind(scope, receive, send)
        if rest is None:
            return None
        visit = object()  # a task may visit more than once
        self._inside[visit] = None
        return self._visit(visit, rest)

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        while self._behind is None:
            await self._opened.wait()
        rest = self.begin(scope, receive, send)
        if rest is not None:
            await rest

    async def _visit(self, visit: object, rest: Awaitable[None]) -> None:
        self._inside[visit] = asyncio.current_task()
        try:
            await rest
        finally:
            del self._inside[visit]
            if not self._inside:
                self._emptied.set()

    def lead_to(self, behind: Asgi) -> None:
        self._behind = begin_of(behind)
        self._opened.set()

    @contextlib.asynccontextmanager
    async def closed(self, grace: float = GRACE_SECONDS) -> AsyncIterator[None]:
        """Nobody is inside meanwhile. Whoever closed it says where it leads next."""
        self._behind = None
        self._opened.clear()
        if not await self._is_empty(grace):
            for visit in list(self._inside.values()):
                if visit is not None:
                    visit.cancel()
            await self._is_empty(grace)
        yield

    async def _is_empty(self, within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                while self._inside:
                    self._emptied.clear()
                    await self._emptied.wait()
        except TimeoutError:
            return False
        return True
