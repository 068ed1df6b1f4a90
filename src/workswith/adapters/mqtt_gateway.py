"""A simulated gateway as a program of its own: the other end of the protocol. [DEV-5]

It knows the cloud only by what comes over its connection. Its devices live on while it is cut off,
and what they say then is told when it is back.
"""

import asyncio
import math
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from workswith.devices.gateways import protocol
from workswith.devices.gateways.buffer import Buffer
from workswith.devices.gateways.simulated import Devices
from workswith.kernel import log
from workswith.kernel.clock import Clock
from workswith.kernel.ident import Ident

from .mqtt import AGAIN_SECONDS, Address, Connection, Will, proof_of

SESSION_EXPIRY_SECONDS = 3_600
HELLO_AGAIN_SECONDS = 5.0
LOOK_SECONDS = 1.0
REMEMBERED = 200
"""Commands of which a repetition is noticed."""

_log = log.get("gateway")


class ShutOut(Exception):
    """The cloud takes nothing from this gateway any more."""


class SimulatedGateway:
    """``draw`` puts up the devices at an instant of the cloud's clock."""

    def __init__(
        self,
        gateway_id: str,
        secret: bytes,
        address: Address,
        context: ssl.SSLContext | None,
        draw: Callable[[int], Devices],
    ) -> None:
        self._id = gateway_id
        self._secret = secret
        self._address = address
        self._context = context
        self._draw = draw
        self._clock = Clock()
        self._devices: Devices | None = None
        self._buffer = Buffer()
        self._connection: Connection | None = None
        self._nonce = ""
        self._hello_at = -math.inf
        self._welcomed = False
        self._alive_seconds = 60.0
        self._said_at = 0.0
        self._done: deque[str] = deque(maxlen=REMEMBERED)
        self._bell = asyncio.Event()
        self._out: protocol.Refused | None = None
        self._handlers: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
            "welcome": self._on_welcome,
            "ack": self._on_ack,
            "command": self._on_command,
            "setup": self._on_setup,
            "again": self._on_again,
            "refused": self._on_refused,
            "clock": self._on_clock,
        }

    @property
    def online(self) -> bool:
        """Whether the cloud has welcomed it."""
        return self._welcomed

    @property
    def waiting(self) -> int:
        """Readings that the cloud has not stored yet."""
        return self._buffer.waiting

    async def run(self) -> None:
        """Until cancelled. Raises `ShutOut`."""
        failures = 0
        living = asyncio.create_task(self._live())
        try:
            while True:
                try:
                    await self._connect()
                    failures = 0
                    await self._talk()
                except ConnectionError as error:
                    _log.warning("off line", reason=str(error))
                if self._connection is not None:
                    await self._connection.close()
                self._connection, self._welcomed = None, False
                self._buffer.lost()
                if self._out is not None:
                    if not self._out.seconds:
                        raise ShutOut(self._out.reason)
                    _log.warning("kept out", reason=self._out.reason, seconds=self._out.seconds)
                    await asyncio.sleep(self._out.seconds)
                    self._out = None
                await asyncio.sleep(AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)])
                failures += 1
        finally:
            living.cancel()
            await self._say_bye()

    async def _connect(self) -> None:
        self._nonce = Ident().key()
        topic = protocol.up(self._id, "bye")
        payload = protocol.encode(protocol.Bye(self._nonce))
        will = Will(topic, payload, protocol.mac(self._secret, topic, payload))
        connection = Connection(
            self._id, self._heard, will, session_expiry_interval=SESSION_EXPIRY_SECONDS
        )
        await connection.open(self._address, self._context)
        connection.subscribe(protocol.down(self._id, "#"), f"{protocol.EVERYBODY}/#")
        self._connection, self._said_at, self._hello_at = connection, -math.inf, -math.inf

    async def _talk(self) -> None:
        """Until the connection is lost or ended."""
        connection = self._connection
        if connection is None:
            return
        loop = asyncio.get_running_loop()
        while not connection.lost.is_set() and self._out is None:
            self._bell.clear()
            seconds = loop.time()
            if not self._welcomed and seconds - self._hello_at >= HELLO_AGAIN_SECONDS:
                await self._hello()
            for report in self._buffer.due(seconds):
                await self._say("report", report)
            if self._welcomed and seconds - self._said_at >= self._alive_seconds / 2:
                await self._say("alive", protocol.Alive(self._nonce))
            await _first(self._bell, connection.lost, LOOK_SECONDS)

    async def _live(self) -> None:
        """The devices go on, whether anybody hears them or not."""
        while True:
            pause = LOOK_SECONDS
            if self._devices is not None:
                said = self._devices.live(self._clock.now())
                if said:
                    self._buffer.add(said)
                    self._bell.set()
                delay = self._clock.real_delay(self._devices.next_at)
                pause = pause if delay is None else min(pause, delay)
            await asyncio.sleep(max(pause, 0.005))

    async def _hello(self) -> None:
        modules = None if self._devices is None else self._devices.announce()
        hello = protocol.Hello(self._nonce, self._buffer.session, "workswith-simulated", 1, modules)
        # Nobody may have heard it, whatever else is said and answered meanwhile.
        self._hello_at = asyncio.get_running_loop().time()
        await self._say("hello", hello)

    async def _say(self, what: str, message: msgspec.Struct, **properties: Any) -> None:
        await self._publish(protocol.up(self._id, what), message, **properties)

    async def _publish(self, topic: str, message: msgspec.Struct, **properties: Any) -> None:
        if self._connection is None:
            raise ConnectionError("not connected")
        payload = protocol.encode(message)
        proof = protocol.mac(self._secret, topic, payload)
        self._said_at = asyncio.get_running_loop().time()
        await self._connection.publish(topic, payload, proof, qos=1, **properties)

    async def _say_bye(self) -> None:
        if self._connection is None:
            return
        try:
            await self._say("bye", protocol.Bye(self._nonce))
        except ConnectionError:
            return
        await self._connection.close()

    # ---- what comes down

    async def _heard(self, topic: str, payload: bytes, properties: dict[str, Any]) -> None:
        what = topic.rpartition("/")[2]
        proven = protocol.is_proven(self._secret, topic, payload, proof_of(properties))
        if what not in self._handlers or not (proven or what == "clock"):
            _log.warning("not believed", topic=topic)
            return
        try:
            await self._handlers[what](protocol.decode(payload, protocol.DOWN[what]), properties)
        except (ValueError, ConnectionError) as error:
            _log.warning("not done", topic=topic, reason=str(error))

    async def _on_welcome(self, welcome: protocol.Welcome, _properties: dict[str, Any]) -> None:
        if welcome.connection != self._nonce:
            return
        self._set_clock(welcome.time, welcome.rate)
        self._alive_seconds = welcome.alive_seconds
        for refusal in welcome.refused:
            _log.warning("not taken up", module=refusal.module, reason=refusal.reason)
        self._buffer.greeted(welcome.session, welcome.seq)
        if self._devices is None:
            self._devices = self._draw(self._clock.now())
            await self._hello()
        elif not self._welcomed:
            self._welcomed = True
            _log.info("on line", session=welcome.session)
            self._buffer.add(self._devices.look(self._clock.now()))
        self._bell.set()

    async def _on_ack(self, ack: protocol.Ack, _properties: dict[str, Any]) -> None:
        self._buffer.acked(ack.session, ack.seq)
        self._bell.set()

    async def _on_command(self, command: protocol.Command, properties: dict[str, Any]) -> None:
        topic = str(next(iter(properties.get("response_topic", ())), ""))
        if command.id in self._done or not topic.startswith(protocol.up(self._id, "answer/")):
            return
        if self._devices is None:
            raise ValueError("nobody here yet")
        self._done.append(command.id)
        outcome, said = self._devices.obey(command, self._clock.now())
        report = None
        if said:
            report = self._buffer.answer(said, asyncio.get_running_loop().time())
        answer = protocol.Answer(command.id, outcome.value, report)
        correlation = next(iter(properties.get("correlation_data", ())), b"")
        await self._publish(topic, answer, correlation_data=correlation)
        self._bell.set()

    async def _on_setup(self, setup: protocol.Setup, _properties: dict[str, Any]) -> None:
        """Programs and the like, as the cloud has them from the owner."""
        if self._devices is None:
            raise ValueError("nobody here yet")
        refused = ""
        try:
            self._buffer.add(self._devices.set_up(setup, self._clock.now()))
        except ValueError as error:
            refused = str(error)[:100]
        await self._say("setup", protocol.TakenOver(setup.module, setup.version, refused))
        self._bell.set()

    async def _on_again(self, _again: protocol.Again, _properties: dict[str, Any]) -> None:
        self._welcomed = False
        self._buffer.lost()
        await self._hello()

    async def _on_refused(self, refused: protocol.Refused, _properties: dict[str, Any]) -> None:
        self._out = refused
        self._bell.set()

    async def _on_clock(self, moved: protocol.Clock, _properties: dict[str, Any]) -> None:
        self._set_clock(moved.time, moved.rate)
        self._bell.set()

    def _set_clock(self, shown: int, rate: float) -> None:
        """Follows the cloud's, which is a test clock in a sandbox."""
        if self._devices is None:
            wall = self._clock.state.wall
            self._clock = Clock(
                state=msgspec.structs.replace(self._clock.state, wall=wall, shown=shown)
            )
        self._clock.run_at(rate)
        if shown > self._clock.now():
            self._clock.jump(shown)


async def _first(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    """Waits until either is set, or for so long."""
    tasks = [asyncio.ensure_future(each.wait()) for each in (one, other)]
    await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
