"""Rows asked for together: each caller gets its own, and never one older than its question."""

import asyncio
from typing import Any, TypeVar

import pytest

from tests.kernel.passing import Passing
from tests.kernel.races import never_less
from tests.kernel.test_database import put
from workswith.kernel.database import Database, Gathered, Query, query

T = TypeVar("T")
ROWS = query(
    lambda id_, wall: (id_, wall),
    "SELECT CAST(c.id AS TEXT), c.wall FROM json_each(:keys) k "
    "JOIN clock c ON CAST(c.id AS TEXT) = k.key",
)


class Counting(Passing):
    """A database that counts questions, and can be away."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asked = 0
        self.away = False

    async def all(self, query: Query[T], /, **parameters: Any) -> list[T]:
        self.asked += 1
        if self.away:
            raise ConnectionError
        await asyncio.sleep(0)
        return await super().all(query, **parameters)


async def test_callers_of_one_moment_share_a_question(database: Database) -> None:
    for id_ in (1, 2, 3):
        await database.write(put, id_)
    counting = Counting(database)
    gathered = Gathered(counting, ROWS)
    keys = ["1", "2", "3", "2", "77"]
    assert await asyncio.gather(*(gathered.one(key) for key in keys)) == [1, 1, 1, 1, None]
    assert counting.asked == 1


async def test_nobody_is_given_what_is_older_than_its_question(database: Database) -> None:
    """A question that is under way answers only those who asked before it began."""
    gathered = Gathered(database, ROWS)
    await never_less(database, lambda: gathered.one("1"))


async def test_a_failed_question_fails_its_callers_and_no_later_one(database: Database) -> None:
    await database.write(put, 1)
    counting = Counting(database)
    counting.away = True
    gathered = Gathered(counting, ROWS)
    failed = await asyncio.gather(gathered.one("1"), gathered.one("2"), return_exceptions=True)
    assert [type(one) for one in failed] == [ConnectionError, ConnectionError]
    counting.away = False
    assert await gathered.one("1") == 1


async def test_a_caller_that_goes_away_takes_nothing_from_the_others(database: Database) -> None:
    await database.write(put, 1)
    gathered = Gathered(database, ROWS)
    going, staying = (asyncio.create_task(gathered.one("1")) for _ in range(2))
    await asyncio.sleep(0)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert await staying == 1
