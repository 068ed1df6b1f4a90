"""What the worker does when an answer of the database is older than what it knows: the answer is
held back here until an attempt that was under way has ended and is written down.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.conftest import NOON
from tests.webhooks.chain import Chain, Ground, until
from tests.webhooks.test_worker import Scripted
from workswith.kernel.clock import SECOND
from workswith.kernel.database import Database, Query
from workswith.webhooks.lanes import Due
from workswith.webhooks.sent import Sent
from workswith.webhooks.settings import Settings

URL = "https://example.com/"


class Gate:
    """A database that, when ``closed``, keeps what it has read of deliveries until it opens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dialect = database.dialect
        self.changes = database.changes
        self.open = asyncio.Event()
        self.open.set()
        self.waiting = 0
        self.failing = False

    async def one(self, query: Query[Any], /, **parameters: Any) -> Any:
        return await self._database.one(query, **parameters)

    async def all(self, query: Query[Any], /, **parameters: Any) -> list[Any]:
        rows = await self._database.all(query, **parameters)
        if query.row is Due:
            self.waiting += 1
            await self.open.wait()
            self.waiting -= 1
        return rows

    async def write(self, body: Callable[..., Awaitable[Any]], /, *args: Any, **kw: Any) -> Any:
        if self.failing:
            raise ConnectionError("the database is away")
        return await self._database.write(body, *args, **kw)

    write_aside = write

    def together(self) -> Any:
        return self._database.together()

    async def close(self) -> None: ...


class Told(Scripted):
    """Answers when told to, and what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: asyncio.Queue[int] = asyncio.Queue()

    async def post(self, endpoint_id: str, url: str, headers: Any, body: bytes) -> Sent:
        self.posts.append((url, dict(headers), body))
        return Sent(await self.answers.get())


class Meeting:
    """A turn has read the first delivery as due, and not heard of it yet, when that one ends."""

    def __init__(self, ground: Ground, settings: Settings) -> None:
        self.gate, self.told = Gate(ground.database), Told()
        gated = Ground(self.gate, ground.clock, ground.ident, ground.bells, ground.cipher)
        self.chain = Chain(gated, settings, self.told)
        self.worker = self.chain.worker

    @property
    def sequences(self) -> list[int]:
        return self.told.sequences(URL)

    async def begin(self) -> "asyncio.Task[int | None]":
        await self.chain.subscribe(URL)
        await self.chain.change()
        await self.chain.relay.turn(NOON)
        await self.worker.turn(NOON)
        await until(lambda: self.sequences == [1])
        await self.chain.change()
        await self.chain.relay.turn(NOON)
        self.gate.open.clear()
        turn = asyncio.create_task(self.worker.turn(NOON))
        await until(lambda: self.gate.waiting > 0)
        return turn

    async def end(self, turn: "asyncio.Task[int | None]") -> None:
        """The turn goes on with what it has read; whatever comes of it is answered well."""
        for _ in range(10):
            self.told.answers.put_nowait(200)
        self.gate.open.set()
        await turn
        await self.chain.settle()


@pytest.fixture
def meeting(ground: Ground, settings: Settings) -> Meeting:
    return Meeting(ground, settings)


async def test_what_was_delivered_while_it_was_read_is_not_sent_again(meeting: Meeting) -> None:
    """The lane has nothing else under way: it would be given up, and taken anew by the turn."""
    turn = await meeting.begin()
    meeting.told.answers.put_nowait(200)
    await meeting.worker.settle()  # written down
    await meeting.end(turn)
    assert meeting.sequences == [1, 2]
    assert [d.state for d in await meeting.chain.deliveries()] == ["delivered"] * 2


async def test_what_failed_while_it_was_read_waits_for_its_delay(meeting: Meeting) -> None:
    turn = await meeting.begin()
    meeting.told.answers.put_nowait(503)
    await meeting.worker.settle()
    await meeting.end(turn)
    assert meeting.sequences == [1, 2]
    await meeting.chain.advance(10 * SECOND)
    assert meeting.sequences == [1, 2, 1]
    assert [d.state for d in await meeting.chain.deliveries()] == ["delivered"] * 2


async def test_what_a_turn_has_in_hand_is_known_to_the_next_one(meeting: Meeting) -> None:
    """A lane that was given up while it was read would be two: each with its own two places."""
    turn = await meeting.begin()
    meeting.told.answers.put_nowait(200)
    await meeting.worker.settle()
    meeting.gate.open.set()
    await turn
    await until(lambda: meeting.sequences == [1, 2])
    await meeting.chain.change()
    await meeting.chain.relay.turn(NOON)
    await meeting.worker.turn(NOON)
    await meeting.end(turn)
    assert meeting.sequences == [1, 2, 3]


async def test_what_was_not_written_while_it_was_read_is_read_again(meeting: Meeting) -> None:
    """Sent and not written down: it is due as before, and what was read with it in doubt."""
    turn = await meeting.begin()
    meeting.gate.failing = True
    meeting.told.answers.put_nowait(200)
    await meeting.worker.settle()
    meeting.gate.failing = False
    await meeting.end(turn)
    assert meeting.sequences == [1, 1, 2]
    assert [d.state for d in await meeting.chain.deliveries()] == ["delivered"] * 2
