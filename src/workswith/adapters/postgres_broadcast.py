"""Carries words and rings between processes by PostgreSQL's NOTIFY. [PostgreSQL 15, NOTIFY]

Both are hints: a cache that misses a word asks the database again within a second, a work that
misses a ring looks by itself. So nothing is stored, and a lost connection is only made again.
"""

import asyncio
import contextlib
import secrets
from typing import Any

import asyncpg
import msgspec

from workswith.kernel import log
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.tasks import Bells

CHANNEL = "workswith"
GATHER_SECONDS = 0.005
"""What is sent within this time travels together, each word and ring once."""
PAYLOAD_BYTES = 7_000
"""PostgreSQL refuses 8,000."""
AGAIN_SECONDS = 0.5
MOST_PENDING = 10_000

_RING = ""
"""The topic under which rings travel."""
_log = log.get("broadcast")
_GONE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class PostgresBroadcast:
    """Joins ``broadcast`` and ``bells`` of this process with those of the others."""

    def __init__(self, url: str, broadcast: Broadcast, bells: Bells) -> None:
        self._url = url
        self._broadcast = broadcast
        self._bells = bells
        self._me = secrets.token_hex(8)
        self._pending: dict[tuple[str, str], None] = {}
        self._something = asyncio.Event()
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        broadcast.carry(self._take)
        bells.carry(lambda name: self._take(_RING, name))

    async def open(self) -> None:
        """Returns once words of others are heard. Raises ``TimeoutError``."""
        self._task = asyncio.create_task(self._run(), name="broadcast")
        async with asyncio.timeout(10):
            await self._connected.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _take(self, topic: str, word: str) -> None:
        if len(self._pending) < MOST_PENDING:
            self._pending[topic, word] = None
            self._something.set()

    async def _run(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._url)
                try:
                    await self._carry(connection)
                finally:
                    connection.terminate()
            except _GONE as error:
                _log.warning("words do not reach other processes", reason=str(error))
            self._connected.clear()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _carry(self, connection: Any) -> None:
        gone = asyncio.Event()

        def end(_connection: Any) -> None:
            gone.set()
            self._something.set()

        connection.add_termination_listener(end)
        await connection.add_listener(CHANNEL, self._heard)
        self._connected.set()
        while not gone.is_set():
            await self._something.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._something.clear()
            pending, self._pending = list(self._pending), {}
            for payload in _payloads(self._me, pending):
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)

    def _heard(self, _connection: Any, _process: int, _channel: str, payload: str) -> None:
        try:
            sender, *words = msgspec.json.decode(payload, type=list[Any])
            if sender == self._me:
                return
            for topic, word in words:
                if topic == _RING:
                    self._bells.of(word).set()
                else:
                    self._broadcast.deliver(topic, word)
        except (msgspec.DecodeError, ValueError, TypeError) as error:
            _log.warning("a word of another process cannot be read", reason=str(error))


def _payloads(me: str, pending: list[tuple[str, str]]) -> list[str]:
    """As few as possible, each within what PostgreSQL takes."""
    payloads: list[list[Any]] = []
    room = 0
    for topic, word in pending:
        size = len(msgspec.json.encode((topic, word))) + 1
        if size > room:
            payloads.append([me])
            room = PAYLOAD_BYTES
        payloads[-1].append((topic, word))
        room -= size
    return [msgspec.json.encode(payload).decode() for payload in payloads]
