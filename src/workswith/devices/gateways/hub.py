"""The cloud's end of the protocol: what gateways say is taken in, and what they are told. [DEV-5]

Many processes share the work: each message reaches one of them, and what has to be known by all is
in the tables. A message is acknowledged to the broker once it is stored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from workswith.devices.link import Outcome
from workswith.identity import audit
from workswith.kernel import log
from workswith.kernel.clock import MINUTE, Clock
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells

from . import silence
from .broker import Broker
from .calls import Calls
from .care import Care
from .coalescing import Paces, next_due, tell_due
from .desk import ACTIVE, BELL, Keys, cut
from .flood import Flood
from .protocol import (
    PREFIX,
    Ack,
    Again,
    Alive,
    Answer,
    Bye,
    Hello,
    Report,
    TakenOver,
    Welcome,
    decode,
    parse,
)
from .protocol import Clock as ClockMoved
from .settings import Settings
from .setups import send_due, take_over
from .stream import NO_PACES, Taken, lock, take
from .topology import greet, part
from .voice import Voice

RELAY = "relay"
SHARED = ("hello", "report", "alive", "bye", "setup")
"""What any process may take in; answers go to the one that asked."""
WEIGHTS = {"hello": 20}
"""As how many messages one counts that is more work than others."""

_log = log.get("gateways")

_IS_REAL = query(
    int,
    "SELECT 1 FROM modules m JOIN gateway_links l ON l.gateway_id = m.gateway_id "
    "WHERE m.id = :module_id",
)


class Hub:
    """The work ``gateways``, and the `DeviceLink` of real modules."""

    name = BELL

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        bells: Bells,
        settings: Settings,
        *,
        keys: Keys,
        broker: Broker,
        paces: Paces = NO_PACES,
    ) -> None:
        """``paces``: how often measures are told of."""
        self._database = database
        self._clock = clock
        self._ident = ident
        self._bells = bells
        self._settings = settings
        self._broker = broker
        self._paces = paces
        self._voice = Voice(database, clock, broker, keys)
        self._calls = Calls(database, clock, ident, broker, self._voice)
        self._care = Care(database, broker, self._voice, self._calls.waits_for)
        self._flood = Flood(settings.messages_per_minute)
        self._turns: dict[str, asyncio.Lock] = {}
        self._under_way = 0
        self._idle = asyncio.Event()
        self._started = False
        self._moved = False
        self._handlers: dict[str, Callable[[str, int, bytes], Awaitable[None]]] = {
            "hello": self._hello,
            "report": self._report,
            "answer": self._answer,
            "alive": self._alive,
            "bye": self._bye,
            "setup": self._set_up,
        }
        clock.on_change(self._clock_moved)

    # ---- a work

    async def turn(self, now: int) -> int | None:
        """Connects at first; then looks after silent gateways and lost commands."""
        if not self._started:
            self._started = True
            shared = f"$share/{self._settings.shared_group}/{PREFIX}/+/up"
            topics = (*(f"{shared}/{what}" for what in SHARED), self._calls.topic)
            self._broker.start(self._heard, topics)
        if self._moved and self._broker.connected:
            self._moved = False
            await self._voice.tell_everybody("clock", ClockMoved(now, self._clock.rate))
        await self._care.cut()
        await self._care.find_lost(now)
        await self._care.find_silent(now, self._settings.alive_seconds)
        await send_due(self._database, self._broker, self._voice, now)
        return await self._tell_due(now)

    async def _tell_due(self, now: int) -> int | None:
        """Measures that were held back; returns when the next ones are due."""
        next_ = await next_due(self._database)
        while next_ is not None and next_ <= now:
            if await self._database.write(tell_due, now, self._paces):
                self._bells.ring(RELAY)
            next_ = await next_due(self._database)
        return next_

    async def settle(self) -> bool:
        """Waits for what is being taken in."""
        if not self._under_way:
            return False
        self._idle.clear()
        await self._idle.wait()
        return True

    async def close(self) -> None:
        self._calls.close()
        await self._broker.close()

    # ---- a link

    async def knows(self, module_id: str) -> bool:
        """Whether the module's gateway is a real one."""
        return await self._database.one(_IS_REAL, module_id=module_id) is not None

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`."""
        return await self._calls.send(module_id, command, deadline=deadline, flow=flow)

    # ---- what is heard

    async def _heard(self, topic: str, payload: bytes, proof: str) -> None:
        """One message. Whatever is wrong with it is wrong for its gateway only."""
        gateway_id, what = parse(topic) or ("", "")
        handle = self._handlers.get(what)
        seconds = asyncio.get_running_loop().time()
        if handle is None or self._flood.is_out(gateway_id, seconds):
            return
        self._under_way += 1
        try:
            if self._flood.count(gateway_id, seconds, WEIGHTS.get(what, 1)):
                await self._keep_out(gateway_id, seconds)
                return
            if len(payload) > self._settings.payload_bytes:
                raise ValueError(f"{len(payload)} bytes")
            # One after the other for each gateway, in the order in which they came.
            async with self._turns.setdefault(gateway_id, asyncio.Lock()):
                generation = await self._voice.proven(gateway_id, topic, payload, proof)
                if generation is not None:
                    await handle(gateway_id, generation, payload)
        except ValueError as error:
            _log.warning("not understood", gateway=gateway_id, what=what, reason=str(error)[:200])
        except Exception as error:
            # Not stored: the gateway sends it again.
            _log.error("not taken", gateway=gateway_id, what=what, exc_info=error)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()
                self._turns.clear()

    async def _hello(self, gateway_id: str, generation: int, payload: bytes) -> None:
        hello, now, limits = decode(payload, Hello), self._clock.now(), self._settings
        greeted = await self._database.write(
            greet, gateway_id, generation, hello, self._ident, most=limits.modules, now=now
        )
        if greeted is None:
            await self._voice.refuse(gateway_id)
            return
        welcome = Welcome(
            hello.connection,
            greeted.session,
            greeted.seq,
            now,
            self._clock.rate,
            limits.alive_seconds,
            limits.messages_per_minute,
            greeted.refused,
        )
        await self._voice.tell(gateway_id, "welcome", welcome, generation)

    async def _report(self, gateway_id: str, generation: int, payload: bytes) -> None:
        await self._take(gateway_id, generation, decode(payload, Report))

    async def _answer(self, gateway_id: str, generation: int, payload: bytes) -> None:
        answer = decode(payload, Answer)
        if answer.report is not None:
            await self._take(gateway_id, generation, answer.report)
        await self._calls.answered(answer)

    async def _set_up(self, gateway_id: str, _generation: int, payload: bytes) -> None:
        await self._database.write(take_over, gateway_id, decode(payload, TakenOver))

    async def _take(self, gateway_id: str, generation: int, report: Report) -> None:
        now = self._clock.now()
        apply = partial(take, paces=self._paces)
        progress = await self._database.write(apply, gateway_id, generation, report, now)
        if progress.news:
            self._bells.ring(RELAY)
        if progress.taken is Taken.STRANGE:
            await self._voice.tell(gateway_id, "again", Again(), generation)
        elif progress.taken is not Taken.REFUSED:
            ack = Ack(progress.session, progress.seq)
            await self._voice.tell(gateway_id, "ack", ack, generation)

    async def _alive(self, gateway_id: str, generation: int, payload: bytes) -> None:
        alive = decode(payload, Alive)
        link = await self._database.write(lock, gateway_id, self._clock.now())
        if link is not None and link.state == ACTIVE and link.connection != alive.connection:
            await self._voice.tell(gateway_id, "again", Again(), generation)

    async def _bye(self, gateway_id: str, generation: int, payload: bytes) -> None:
        bye, now = decode(payload, Bye), self._clock.now()
        if await self._database.write(part, gateway_id, generation, bye.connection, now):
            _log.info("off line", gateway=gateway_id)

    # ---- helpers

    async def _keep_out(self, gateway_id: str, seconds: float) -> None:
        """A flood: nothing is taken for a while, and the connection is cut."""
        minutes = self._settings.quarantine_minutes
        self._flood.keep_out(gateway_id, seconds + minutes * 60)
        _log.warning("a flood", gateway=gateway_id)
        now = self._clock.now()

        async def store(tx: Tx) -> None:
            if await silence.keep_out(tx, gateway_id, now + minutes * MINUTE, now):
                await audit.note(tx, "gateway_flooded", now, detail=gateway_id)
                await cut(tx, gateway_id)

        await self._database.write(store)
        await self._voice.refuse(gateway_id)
        self._bells.ring(BELL)

    def _clock_moved(self) -> None:
        self._moved = True
