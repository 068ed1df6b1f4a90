"""A command on its way to a real gateway, and the answer on its way back. [DEV-1]

The answer comes to the process that asked, by the response topic of MQTT 5. The report in it takes
the way of every report; only once that is stored is a command done.
"""

import asyncio
import math
from collections.abc import Coroutine
from typing import Any

import msgspec

from workswith.devices.link import Outcome
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.ident import Ident

from . import commands
from .broker import Broker
from .protocol import Answer, Command, down, encode, up
from .voice import Voice

LOOK_SECONDS = 0.02
"""How often a command looks whether another process has applied what it waits for."""

_WAY = query(
    lambda gateway_id, name, generation: (gateway_id, name, generation),
    "SELECT k.gateway_id, k.name, l.generation FROM gateway_modules k "
    "JOIN gateway_links l ON l.gateway_id = k.gateway_id "
    "JOIN gateways g ON g.id = k.gateway_id JOIN modules m ON m.id = k.module_id "
    "WHERE k.module_id = :module_id AND l.state = 'active' "
    "AND g.reach <> 'offline' AND m.reach <> 'offline'",
)


class Calls:
    """The commands that this process waits for."""

    def __init__(
        self, database: Database, clock: Clock, ident: Ident, broker: Broker, voice: Voice
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._broker = broker
        self._voice = voice
        self._me = Ident().key()[:16]
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def topic(self) -> str:
        """Where answers for this process come to."""
        return up("+", f"answer/{self._me}")

    def waits_for(self, id_: str) -> bool:
        return id_ in self._waiting

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`."""
        way = await self._database.one(_WAY, module_id=module_id)
        if way is None or not self._broker.connected:
            return Outcome.OFFLINE
        gateway_id, name, generation = way
        id_, wait_ms = self._ident.key(), math.ceil(deadline * 1000)
        at = self._clock.now()

        async def keep(tx: Tx) -> None:
            await commands.keep(tx, id_, module_id, command, flow=flow, at=at, wait_ms=wait_ms)

        await self._database.write(keep)
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = answer
        try:
            async with asyncio.timeout(deadline):
                message = Command(id_, name, _plain(command), wait_ms)
                await self._publish(gateway_id, generation, message, deadline)
                outcome = await answer
        except TimeoutError:
            outcome = Outcome.SILENT
        except ConnectionError:
            outcome = Outcome.OFFLINE
        finally:
            del self._waiting[id_]
        if outcome is not Outcome.DONE and not await self._database.write(commands.drop, id_):
            return Outcome.DONE  # its report was stored in the last moment
        return outcome

    async def answered(self, answer: Answer) -> None:
        """The report in it has been taken in, if there was one; it may have to wait for others."""
        waiting = self._waiting.get(answer.command)
        if waiting is None or waiting.done():
            return
        outcome = Outcome(answer.outcome)
        if outcome is not Outcome.DONE:
            waiting.set_result(outcome)
        elif not await commands.is_open(self._database, answer.command):
            waiting.set_result(Outcome.DONE)
        else:
            self._spawn(self._wait_for_others(answer.command))

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _publish(
        self, gateway_id: str, generation: int, message: Command, deadline: float
    ) -> None:
        topic, payload = down(gateway_id, "command"), encode(message)
        await self._broker.publish(
            topic,
            payload,
            self._voice.proof(gateway_id, generation, topic, payload),
            sure=True,
            expires=math.ceil(deadline),
            answer_to=up(gateway_id, f"answer/{self._me}"),
            correlation=message.id.encode(),
        )

    async def _wait_for_others(self, id_: str) -> None:
        """Its report, or one before it, is with another process: until they are applied."""
        while (waiting := self._waiting.get(id_)) is not None:
            if not await commands.is_open(self._database, id_):
                if not waiting.done():
                    waiting.set_result(Outcome.DONE)
                return
            await asyncio.sleep(LOOK_SECONDS)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _plain(command: Any) -> dict[str, Any]:
    """As JSON has it, without what is not asked."""
    plain: dict[str, Any] = msgspec.to_builtins(command)
    return {name: value for name, value in plain.items() if value is not None}
