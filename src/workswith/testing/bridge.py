"""From the thread of a test to the thread of its cloud."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

SECONDS = 600.0
"""Letting years pass takes a while."""


class Bridge:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def wait(self, doing: Coroutine[Any, Any, T]) -> T:
        """Holds the caller up until it is done."""
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(SECONDS)

    async def done(self, doing: Coroutine[Any, Any, T]) -> T:
        """Leaves the caller's event loop free meanwhile."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(doing, self._loop))
