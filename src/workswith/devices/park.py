"""The park of simulated devices: their wake-ups on one clock, and the link to them.

A device's own state and the report that shows it are stored in one transaction, so whatever was
acknowledged survives a SIGKILL; between reports a device lives in memory only and, being pure,
lives through the same minutes again after a restart. After an absence each reports once, as it is
then. [DEV-1 DEV-2 DEV-4]
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from workswith.kernel import log
from workswith.kernel.clock import MINUTE, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

from .link import Outcome
from .parked import Parked, keep, parked, reaches, set_reach
from .plants import Reach
from .reporting import report, told
from .settings import Settings
from .simulators import thermostat
from .simulators.kind import Ahead, Pace, Simulator, Step
from .thermostat import DEVICE, Command, Reading

T = TypeVar("T")

BELL = "park"
RELAY = "relay"

_log = log.get("devices")

KINDS: dict[str, Simulator] = {DEVICE: thermostat}


@dataclass(slots=True, eq=False)
class _Device:
    """A simulated module in memory. Whoever changes it holds its lock."""

    module_id: str
    simulator: Simulator
    body: Any
    state: Any
    reach: Reach
    ahead: Ahead[Any]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Park:
    """The work ``park``, and the `DeviceLink` of simulated modules."""

    name = BELL

    def __init__(self, database: Database, clock: Clock, bells: Bells, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells
        self._pace = Pace(settings.measure_minutes * MINUTE, settings.heartbeat_minutes * MINUTE)
        self._devices: dict[str, _Device] = {}
        self._wakes: list[tuple[int, str]] = []
        self._loaded = False
        self._under_way: set[asyncio.Task[Any]] = set()

    async def turn(self, now: int) -> int | None:
        """Lets every device speak that is due, all in one transaction."""
        if not self._loaded:
            await self.welcome("")
            self._loaded = True
        due = self._take_due(now)
        if due:
            try:
                await self._speak(due, now)
            finally:
                for device in due:
                    self._schedule(device)
        return self._wakes[0][0] if self._wakes else None

    async def settle(self) -> bool:
        """Waits for commands and touches that are being obeyed."""
        if not self._under_way:
            return False
        await asyncio.wait(self._under_way)
        return True

    async def welcome(self, id_: str) -> None:
        """Takes up the simulated modules of a plant, one module by its id, or all (``""``)."""
        for row in await parked(self._database, id_):
            if row.module_id not in self._devices:
                device = self._awaken(row)
                self._devices[row.module_id] = device
                self._schedule(device)
        self._bells.ring(BELL)

    async def send(
        self, module_id: str, command: Command, *, deadline: float, flow: str
    ) -> Outcome:
        """`DeviceLink.send`."""
        device = await self._find(module_id)
        if device is None or device.reach is Reach.OFFLINE:
            return Outcome.OFFLINE
        if device.reach is Reach.SILENT:
            await asyncio.sleep(deadline)
            return Outcome.SILENT
        return await self._finish(self._obey(device, command, flow))

    async def touch(self, module_id: str, change: Command | None = None, *, flow: str = "") -> None:
        """Somebody uses the module's own user interface, and changes something or not.

        Raises `Kind.UNKNOWN` for what is no simulated module. The caller made sure of the owner.
        """
        device = await self._find(module_id)
        if device is None:
            raise _no_simulator()
        await self._finish(self._use(device, change, flow))

    async def said(self, module_id: str) -> Reading:
        """What a simulated module reported last, connected or not. Raises `Kind.UNKNOWN`."""
        device = await self._find(module_id)
        if device is None:
            raise _no_simulator()
        said: Reading = device.state.said
        return said

    async def set_online(self, id_: str, online: bool) -> None:  # noqa: FBT001 - reads as a switch
        """Pulls the cable of a gateway or module, or puts it back; then what is there reports."""
        await self._set_reach(id_, Reach.ONLINE if online else Reach.OFFLINE)

    async def set_silent(self, id_: str, silent: bool) -> None:  # noqa: FBT001 - reads as a switch
        """Makes a gateway or module stop answering, or answer again."""
        await self._set_reach(id_, Reach.SILENT if silent else Reach.ONLINE)

    # ---- each of these runs under the lock of its devices

    async def _obey(self, device: _Device, command: Command, flow: str) -> Outcome:
        async with device.lock:
            now = self._now(device)
            if device.reach is Reach.OFFLINE:
                return Outcome.OFFLINE  # since it was sent
            if device.simulator.busy(device.state, now):
                return Outcome.BUSY
            step = device.simulator.step(device.body, device.state, now, command)

            async def store(tx: Tx) -> bool:
                await told(tx, device.module_id, command, outcome=Outcome.DONE, at=now)
                return await _store(tx, device, step, heard=True, flow=flow)

            await self._commit(device, step, store)
            return Outcome.DONE

    async def _use(self, device: _Device, change: Command | None, flow: str) -> None:
        async with device.lock:
            now = self._now(device)
            step = device.simulator.touch(device.body, device.state, now, change)
            heard = device.reach is not Reach.OFFLINE

            async def store(tx: Tx) -> bool:
                return await _store(tx, device, step, heard=heard, flow=flow)

            await self._commit(device, step, store)

    async def _connect(self, device: _Device) -> None:
        async with device.lock:
            step = device.simulator.look(device.body, device.state, self._now(device))

            async def store(tx: Tx) -> bool:
                return await _store(tx, device, step, heard=True)

            await self._commit(device, step, store)

    async def _commit(
        self, device: _Device, step: Step[Any], store: Callable[[Tx], Awaitable[bool]]
    ) -> None:
        news = await self._database.write(store)
        device.state = step.state
        device.ahead = device.simulator.foresee(device.body, device.state)
        self._schedule(device)
        self._bells.ring(BELL)
        if news:
            self._bells.ring(RELAY)

    async def _speak(self, due: list[_Device], now: int) -> None:
        async with AsyncExitStack() as locks:
            for device in due:
                await locks.enter_async_context(device.lock)
            # A command may have come in between and have changed what is due.
            steps = [(one, _catch_up(one, now)) for one in due if one.ahead.wake_at <= now]
            online = [(one, step) for one, step in steps if one.reach is not Reach.OFFLINE]

            if online:
                news = await self._database.write(_store_all, online)
                if news:
                    self._bells.ring(RELAY)
            for device, step in steps:
                device.state = step.state
                device.ahead = device.simulator.foresee(device.body, device.state)

    # ---- helpers

    def _take_due(self, now: int) -> list[_Device]:
        """In the order of their ids, in which locks are taken."""
        due: dict[str, _Device] = {}
        while self._wakes and self._wakes[0][0] <= now:
            wake_at, module_id = heapq.heappop(self._wakes)
            device = self._devices[module_id]
            if device.ahead.wake_at == wake_at:
                due[module_id] = device
        return [due[module_id] for module_id in sorted(due)]

    def _schedule(self, device: _Device) -> None:
        heapq.heappush(self._wakes, (device.ahead.wake_at, device.module_id))

    def _awaken(self, row: Parked) -> _Device:
        simulator = KINDS[row.kind]
        body = simulator.body_of(row.model, row.configuration, row.time_zone, self._pace)
        state = simulator.state_of(row.state)
        return _Device(
            row.module_id,
            simulator,
            body,
            state,
            Reach(row.reach),
            simulator.foresee(body, state),
        )

    async def _find(self, module_id: str) -> _Device | None:
        if module_id not in self._devices:
            await self.welcome(module_id)
        return self._devices.get(module_id)

    def _now(self, device: _Device) -> int:
        """Never before what the device said last, whatever became of the clock."""
        return max(self._clock.now(), int(device.state.said.at))

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for ``work``, which goes on to its end even if the caller goes away."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failure)  # nobody else hears of it any more
            raise

    async def _set_reach(self, id_: str, reach: Reach) -> None:
        for module_id, _ in await reaches(self._database, id_):
            await self._find(module_id)  # as it has been until now
        changed = await self._database.write(set_reach, id_, reach, self._clock.now())
        if not changed:
            raise _no_simulator()
        back = []
        for module_id, now_is in changed:
            device = await self._find(module_id)
            if device is not None:
                if device.reach is Reach.OFFLINE and now_is is not Reach.OFFLINE:
                    back.append(device)
                device.reach = now_is
        await asyncio.gather(*(self._finish(self._connect(device)) for device in back))


async def _store(tx: Tx, device: _Device, step: Step[Any], *, heard: bool, flow: str = "") -> bool:
    """Whether there is anything for the relay. What is not ``heard`` is kept, not reported."""
    await keep(tx, device.module_id, device.simulator.text_of(step.state))
    if step.reading is None or not heard:
        return False
    return bool(await report(tx, device.module_id, step.reading, flow=flow))


async def _store_all(tx: Tx, steps: list[tuple[_Device, Step[Any]]]) -> bool:
    return any([await _store(tx, device, step, heard=True) for device, step in steps])


def _catch_up(device: _Device, now: int) -> Step[Any]:
    """What was foreseen, and what came after it when the device is late."""
    first = device.ahead.step
    later = device.simulator.step(device.body, first.state, now)
    return Step(later.state, later.reading or first.reading)


def _log_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.error("failed after its caller had gone", exc_info=error)


def _no_simulator() -> Problem:
    return Problem(Kind.UNKNOWN, "module_unknown", "There is no such simulated device.")
