"""The cloud's end of the protocol: hears gateways, commands them, notices their silence. [DEV-5]

Many processes share the work: each message reaches one of them, and what has to be known by all is
in the tables. A message is acknowledged to the broker once it is stored.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

import msgspec

from workswith.devices.link import Outcome
from workswith.identity import audit
from workswith.kernel import log
from workswith.kernel.clock import MINUTE, SECOND, Clock
from workswith.kernel.database import Database, Tx, query
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells

from . import commands, silence
from .desk import ACTIVE, BELL, Keys, cut, secret_of
from .flood import Flood
from .protocol import (
    EVERYBODY,
    PREFIX,
    Ack,
    Again,
    Alive,
    Answer,
    Bye,
    Command,
    Hello,
    Refused,
    Report,
    Welcome,
    decode,
    down,
    encode,
    is_proven,
    mac,
    parse,
    up,
)
from .protocol import Clock as ClockMoved
from .settings import Settings
from .stream import Progress, Taken, lock, take
from .topology import greet, part

RELAY = "relay"
ASK_SECONDS = 10.0
"""How long a gateway that is asked has to answer."""
LOOK_SECONDS = 0.02
"""How often a command looks whether another process has applied what it waits for."""
LOST_AFTER_SECONDS = 2.0
"""A command whose time is over by this much has no process any more that waits for it."""
FORGED_EVERY_SECONDS = 60.0

_log = log.get("gateways")


class Broker(Protocol):
    """The connection to an MQTT 5 broker; it is made again whenever it is lost."""

    @property
    def connected(self) -> bool: ...

    def start(self, heard: "Heard", topics: tuple[str, ...]) -> None:
        """Subscribes to ``topics``; a message counts as taken when ``heard`` has returned."""

    async def publish(
        self,
        topic: str,
        payload: bytes,
        proof: str,
        *,
        sure: bool = False,
        expires: int | None = None,
        answer_to: str = "",
        correlation: bytes = b"",
    ) -> None:
        """``sure`` is QoS 1; ``expires`` in seconds. Raises ``ConnectionError``."""

    async def cut(self, gateway_id: str) -> None:
        """Ends the connection of a gateway. Raises ``ConnectionError``."""

    async def close(self) -> None: ...


Heard = Callable[[str, bytes, str], Awaitable[None]]
"""(topic, payload, proof)"""

_GENERATION = query(
    lambda generation, state, until: (generation, state, until),
    "SELECT generation, state, quarantined_until FROM gateway_links WHERE gateway_id = :id",
)
_WAY = query(
    lambda gateway_id, name, generation: (gateway_id, name, generation),
    "SELECT k.gateway_id, k.name, l.generation FROM gateway_modules k "
    "JOIN gateway_links l ON l.gateway_id = k.gateway_id "
    "JOIN gateways g ON g.id = k.gateway_id JOIN modules m ON m.id = k.module_id "
    "WHERE k.module_id = :module_id AND l.state = 'active' "
    "AND g.reach <> 'offline' AND m.reach <> 'offline'",
)
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
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._bells = bells
        self._settings = settings
        self._keys = keys
        self._broker = broker
        self._me = Ident().key()[:16]
        self._flood = Flood(settings.messages_per_minute)
        self._secrets: dict[str, tuple[int, bytes]] = {}
        self._forged: dict[str, float] = {}
        self._queues: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._idle = asyncio.Event()
        self._started = False
        self._asked: dict[str, float] = {}
        self._lost: dict[str, float] = {}
        self._moved = False
        self._handlers: dict[str, Callable[[str, int, bytes], Awaitable[None]]] = {
            "hello": self._hello,
            "report": self._report,
            "answer": self._answer,
            "alive": self._alive,
            "bye": self._bye,
        }
        clock.on_change(self._clock_moved)

    # ---- a work

    async def turn(self, now: int) -> int | None:
        """Connects at first; then looks after silent gateways and lost commands."""
        if not self._started:
            self._started = True
            shared = f"$share/{self._settings.shared_group}/{PREFIX}/+/up"
            what = (f"{shared}/{one}" for one in ("hello", "report", "alive", "bye"))
            self._broker.start(self._heard, (*what, up("+", f"answer/{self._me}")))
        if self._moved and self._broker.connected:
            self._moved = False
            await self._tell_everybody(ClockMoved(now, self._clock.rate))
        await self._cut()
        await self._find_lost(now)
        await self._find_silent(now)
        return None

    async def settle(self) -> bool:
        """Waits for what is being taken in."""
        if not self._under_way:
            return False
        self._idle.clear()
        await self._idle.wait()
        return True

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._broker.close()

    # ---- a link

    async def knows(self, module_id: str) -> bool:
        """Whether the module's gateway is a real one."""
        return await self._database.one(_IS_REAL, module_id=module_id) is not None

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`."""
        way = await self._database.one(_WAY, module_id=module_id)
        if way is None or not self._broker.connected:
            return Outcome.OFFLINE
        gateway_id, name, generation = way
        id_, wait_ms = self._ident.key(), math.ceil(deadline * 1000)
        message = Command(id_, name, _plain(command), wait_ms)
        at = self._clock.now()

        async def keep(tx: Tx) -> None:
            await commands.keep(tx, id_, module_id, command, flow=flow, at=at, wait_ms=wait_ms)

        await self._database.write(keep)
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = answer
        try:
            async with asyncio.timeout(deadline):
                payload = encode(message)
                topic = down(gateway_id, "command")
                await self._broker.publish(
                    topic,
                    payload,
                    mac(secret_of(self._keys, gateway_id, generation), topic, payload),
                    sure=True,
                    expires=math.ceil(deadline),
                    answer_to=up(gateway_id, f"answer/{self._me}"),
                    correlation=id_.encode(),
                )
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

    # ---- what is heard

    async def _heard(self, topic: str, payload: bytes, proof: str) -> None:
        """One message. Whatever is wrong with it is wrong for its gateway only."""
        parsed = parse(topic)
        if parsed is None:
            return
        gateway_id, what = parsed
        handle = self._handlers.get(what)
        seconds = asyncio.get_running_loop().time()
        if handle is None or self._flood.is_out(gateway_id, seconds):
            return
        if self._flood.count(gateway_id, seconds):
            await self._keep_out(gateway_id, seconds)
            return
        self._under_way += 1
        try:
            if len(payload) > self._settings.payload_bytes:
                raise ValueError(f"{len(payload)} bytes")
            # One after the other for each gateway, in the order in which they came.
            async with self._queues.setdefault(gateway_id, asyncio.Lock()):
                generation = await self._proven(gateway_id, topic, payload, proof)
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
                self._queues.clear()

    async def _hello(self, gateway_id: str, generation: int, payload: bytes) -> None:
        hello = decode(payload, Hello)
        now = self._clock.now()
        greeted = await self._database.write(
            greet,
            gateway_id,
            generation,
            hello,
            self._ident,
            most=self._settings.modules,
            now=now,
        )
        if greeted is None:
            await self._refuse(gateway_id, generation)
            return
        welcome = Welcome(
            hello.connection,
            greeted.session,
            greeted.seq,
            now,
            self._clock.rate,
            self._settings.alive_seconds,
            self._settings.messages_per_minute,
            greeted.refused,
        )
        await self._tell(gateway_id, generation, "welcome", welcome)

    async def _report(self, gateway_id: str, generation: int, payload: bytes) -> None:
        await self._take(gateway_id, generation, decode(payload, Report))

    async def _answer(self, gateway_id: str, generation: int, payload: bytes) -> None:
        answer = decode(payload, Answer)
        progress = None
        if answer.report is not None:
            progress = await self._take(gateway_id, generation, answer.report)
        waiting = self._waiting.get(answer.command)
        if waiting is None or waiting.done():
            return
        outcome = Outcome(answer.outcome)
        if outcome is not Outcome.DONE:
            waiting.set_result(outcome)
        elif progress is not None and progress.taken is Taken.HELD:
            self._spawn(self._wait_for_others(answer.command))
        elif not await commands.is_open(self._database, answer.command):
            waiting.set_result(Outcome.DONE)

    async def _take(self, gateway_id: str, generation: int, report: Report) -> Progress:
        now = self._clock.now()
        progress = await self._database.write(take, gateway_id, generation, report, now)
        if progress.news:
            self._bells.ring(RELAY)
        if progress.taken is Taken.STRANGE:
            await self._tell(gateway_id, generation, "again", Again())
        elif progress.taken is not Taken.REFUSED:
            ack = Ack(progress.session, progress.seq)
            await self._tell(gateway_id, generation, "ack", ack)
        return progress

    async def _alive(self, gateway_id: str, generation: int, payload: bytes) -> None:
        alive = decode(payload, Alive)
        link = await self._database.write(lock, gateway_id, self._clock.now())
        if link is not None and link.state == ACTIVE and link.connection != alive.connection:
            await self._tell(gateway_id, generation, "again", Again())

    async def _bye(self, gateway_id: str, generation: int, payload: bytes) -> None:
        bye = decode(payload, Bye)
        now = self._clock.now()
        if await self._database.write(part, gateway_id, generation, bye.connection, now):
            _log.info("off line", gateway=gateway_id)

    # ---- proof

    async def _proven(self, gateway_id: str, topic: str, payload: bytes, proof: str) -> int | None:
        """The number of the credentials that a message was proven with; ``None`` for none."""
        known = self._secrets.get(gateway_id)
        if known is None or not is_proven(known[1], topic, payload, proof):
            row = await self._database.one(_GENERATION, id=gateway_id)
            if row is not None:
                known = (row[0], secret_of(self._keys, gateway_id, row[0]))
                if is_proven(known[1], topic, payload, proof):
                    self._secrets[gateway_id] = known
                    return known[0]
            await self._note_forgery(gateway_id)
            return None
        return known[0]

    async def _note_forgery(self, gateway_id: str) -> None:
        """In the log of security, at most once a minute for each gateway."""
        seconds = asyncio.get_running_loop().time()
        if seconds < self._forged.get(gateway_id, -math.inf) + FORGED_EVERY_SECONDS:
            return
        if len(self._forged) > 1_000:
            self._forged.clear()
        self._forged[gateway_id] = seconds
        _log.warning("a message without proof", gateway=gateway_id)
        await self._note("gateway_forged", gateway_id)

    async def _keep_out(self, gateway_id: str, seconds: float) -> None:
        """A flood: nothing is taken for a while, and the connection is cut."""
        self._flood.keep_out(gateway_id, seconds + self._settings.quarantine_minutes * 60)
        _log.warning("a flood", gateway=gateway_id)
        now = self._clock.now()

        async def store(tx: Tx) -> None:
            until = now + self._settings.quarantine_minutes * MINUTE
            if await silence.keep_out(tx, gateway_id, until, now):
                await audit.note(tx, "gateway_flooded", now, detail=gateway_id)
                await cut(tx, gateway_id)

        await self._database.write(store)
        row = await self._database.one(_GENERATION, id=gateway_id)
        if row is not None:
            left = self._settings.quarantine_minutes * 60
            await self._tell(gateway_id, row[0], "refused", Refused("flood", left))
        self._bells.ring(BELL)

    async def _refuse(self, gateway_id: str, generation: int) -> None:
        """Says why, if there is a reason that it can do something about."""
        row = await self._database.one(_GENERATION, id=gateway_id)
        if row is None:
            return
        now = self._clock.now()
        if row[1] != ACTIVE:
            await self._tell(gateway_id, generation, "refused", Refused("revoked"))
        elif row[2] > now:
            left = math.ceil((row[2] - now) / SECOND)
            await self._tell(gateway_id, generation, "refused", Refused("flood", left))

    async def _note(self, kind: str, gateway_id: str) -> None:
        now = self._clock.now()

        async def store(tx: Tx) -> None:
            await audit.note(tx, kind, now, detail=gateway_id)

        await self._database.write(store)

    # ---- what is said

    async def _tell(
        self, gateway_id: str, generation: int, what: str, message: msgspec.Struct
    ) -> None:
        """What is lost here is asked for again by the gateway."""
        topic, payload = down(gateway_id, what), encode(message)
        known = self._secrets.get(gateway_id)
        if known is None or known[0] != generation:
            known = (generation, secret_of(self._keys, gateway_id, generation))
        try:
            await self._broker.publish(topic, payload, mac(known[1], topic, payload))
        except ConnectionError:
            pass

    async def _tell_everybody(self, message: msgspec.Struct) -> None:
        """Without proof, since they share no secret: nothing that could do harm."""
        try:
            await self._broker.publish(f"{EVERYBODY}/clock", encode(message), "")
        except ConnectionError:
            pass

    def _clock_moved(self) -> None:
        self._moved = True

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- what is looked after

    async def _wait_for_others(self, command_id: str) -> None:
        """A report that this one follows is with another process: until both are applied."""
        while waiting := self._waiting.get(command_id):
            if not await commands.is_open(self._database, command_id):
                waiting.set_result(Outcome.DONE)
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _cut(self) -> None:
        if not self._broker.connected or not await silence.has_cuts(self._database):
            return
        for gateway_id in await self._database.write(silence.cuts):
            self._secrets.pop(gateway_id, None)
            try:
                await self._broker.cut(gateway_id)
            except ConnectionError as error:
                _log.warning("not cut off", gateway=gateway_id, reason=str(error))

    async def _find_lost(self, now: int) -> None:
        """Commands that no process waits for any more were not answered in time."""
        seconds = asyncio.get_running_loop().time()
        every = await commands.every(self._database)
        waited = {one.id: self._lost.get(one.id, seconds) for one in every}
        for one in every:
            over = one.wait_ms / 1000 + LOST_AFTER_SECONDS
            if one.id not in self._waiting and seconds - waited[one.id] >= over:
                await self._database.write(commands.finish, one, Outcome.SILENT, now)
        self._lost = waited

    async def _find_silent(self, now: int) -> None:
        """Asks who was silent for too long; who says nothing still is off line."""
        if not self._broker.connected:
            self._asked.clear()
            return
        before = now - 2 * self._settings.alive_seconds * SECOND
        seconds = asyncio.get_running_loop().time()
        quiet = await silence.quiet(self._database, before)
        self._asked = {one: self._asked.get(one, math.inf) for one in quiet}
        for gateway_id in quiet:
            if self._asked[gateway_id] == math.inf:
                self._asked[gateway_id] = seconds
                row = await self._database.one(_GENERATION, id=gateway_id)
                if row is not None:
                    await self._tell(gateway_id, row[0], "again", Again())
            elif seconds - self._asked[gateway_id] >= ASK_SECONDS and await self._database.write(
                silence.give_up, gateway_id, before, now
            ):
                _log.info("silent, so off line", gateway=gateway_id)


def _plain(command: Any) -> dict[str, Any]:
    """As JSON has it, without what is not asked."""
    plain: dict[str, Any] = msgspec.to_builtins(command)
    return {name: value for name, value in plain.items() if value is not None}
