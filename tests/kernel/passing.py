"""A database before another, for tests that watch or break a part of what passes."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Concatenate, ParamSpec, TypeVar

from workswith.kernel.database import Database, Query, Tx
from workswith.kernel.database.changes import Changes

T = TypeVar("T")
P = ParamSpec("P")


class Passing:
    """Does nothing but ask the other one; a test overrides what it is about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def dialect(self) -> str:
        return self._database.dialect

    @property
    def changes(self) -> Changes:
        return self._database.changes

    async def one(self, query: Query[T], /, **parameters: Any) -> T | None:
        return await self._database.one(query, **parameters)

    async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
        return await self._database.all(query, **parameters)

    async def write(
        self,
        body: Callable[Concatenate[Tx, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self._database.write(body, *args, **kwargs)

    async def write_aside(
        self,
        body: Callable[Concatenate[Tx, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self._database.write_aside(body, *args, **kwargs)

    def together(self) -> AbstractAsyncContextManager[None]:
        return self._database.together()

    async def close(self) -> None:
        await self._database.close()
