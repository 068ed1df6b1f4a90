"""The park of simulated devices: their wake-ups on one clock, and the link to them.

A device's own state and the report that shows it are stored in one transaction, so whatever was
acknowledged survives a SIGKILL; between reports a device lives in memory only and, being pure,
lives through the same minutes again after a restart. After an absence each reports once, as it is
then. [DEV-1 DEV-2 DEV-4]
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple, TypeVar

from workswith.kernel import log
from workswith.kernel.clock import MINUTE, SECOND, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

from .device import Circuits, Device, asleep
from .foresight import WAITING, Foresight
from .kind import DeviceKind, Reading
from .link import Outcome
from .parked import keep, parked, reaches, set_reach
from .plants import Reach
from .reporting import Known, Told, renew, told
from .settings import Settings
from .simulators.kind import NEVER, Pace, Step

T = TypeVar("T")

BELL = "park"
RELAY = "relay"

_log = log.get("devices")


class _Done(NamedTuple):
    """What a device did, whether the cloud hears of it, and the call that it answers."""

    device: Device
    step: Step[Any]
    heard: bool
    flow: str = ""
    obeyed: Told | None = None


class Park:
    """The work ``park``, and the `DeviceLink` of simulated modules."""

    name = BELL

    def __init__(self, database: Database, clock: Clock, bells: Bells, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells
        self._pace = pace_of(settings)
        self._climate = settings.climate
        self._devices: dict[str, Device] = {}
        self._circuits = Circuits(self._devices)
        self._foresight = Foresight(settings.vector_from)
        self._wakes: list[tuple[int, str]] = []
        self._loaded = False
        self._under_way: set[asyncio.Task[Any]] = set()
        self._change = asyncio.Lock()

    async def turn(self, now: int) -> int | None:
        """Lets every device speak that is due, all in one transaction."""
        if not self._loaded:
            await self.welcome("")
            self._loaded = True
        if self._foresight.due <= now:
            await self._foresight.gather(self._schedule)
        due = self._take_due(now)
        if due:
            try:
                await self._speak(due, now)
            except BaseException:
                for device in due:
                    self._schedule(device)
                raise
        wake_at = self._wakes[0][0] if self._wakes else NEVER
        soonest = min(wake_at, self._foresight.due)
        return None if soonest == NEVER else soonest

    async def settle(self) -> bool:
        """Waits for commands and touches that are being obeyed."""
        if not self._under_way:
            return False
        await asyncio.wait(self._under_way)
        return True

    async def welcome(self, id_: str) -> None:
        """Takes up the simulated modules of a plant (by its id or a module's), or all (``""``)."""
        for row in await parked(self._database, id_):
            if row.module_id not in self._devices:
                device = asleep(row, self._pace, self._climate)
                self._devices[row.module_id] = device
                self._circuits.add(device)
                self._foresight.take_up(device)
                self._schedule(device)
        self._bells.ring(BELL)

    @asynccontextmanager
    async def changing(self, plant_id: str) -> AsyncIterator[None]:
        """Holds a plant's devices still while their rows are rewritten; then takes them up anew."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._change)
            held = [one for one in self._devices.values() if one.plant_id == plant_id]
            for device in sorted(held, key=lambda one: one.module_id):
                await stack.enter_async_context(device.lock)
            try:
                yield
            finally:
                self._drop(plant_id)
                await self.welcome(plant_id)

    async def speak(self, module_ids: Iterable[str]) -> None:
        """Lets devices say how they are, as far as they can be heard."""
        for module_id in module_ids:
            device = await self._find(module_id)
            if device is not None:
                await self._finish(self._connect(device))

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`."""
        device = await self._find(module_id)
        if device is None or device.reach is Reach.OFFLINE:
            return Outcome.OFFLINE
        if device.reach is Reach.SILENT:
            await asyncio.sleep(deadline)
            return Outcome.SILENT
        return await self._finish(self._obey(device, command, flow))

    async def touch(self, module_id: str, change: Any = None, *, flow: str = "") -> None:
        """Somebody uses the module's own user interface, and changes something or not.

        Raises `Kind.UNKNOWN` for what is no simulated module, `Kind.INVALID` for what no hand can
        do to its kind. The caller made sure of the owner.
        """
        device = await self._find(module_id)
        if device is None:
            raise _no_simulator()
        touch = device.kind.touch
        if change is not None and (touch is None or not isinstance(change, touch)):
            raise Problem(Kind.INVALID, "not_touchable", "No hand can do that to this device.")
        await self._finish(self._use(device, change, flow))

    async def said(self, module_id: str) -> Reading:
        """What a simulated module reported last, connected or not. Raises `Kind.UNKNOWN`."""
        device = await self._find(module_id)
        if device is None:
            raise _no_simulator()
        said: Reading = device.state.said
        return said

    async def kind(self, module_id: str) -> DeviceKind:
        """Of a simulated module. Raises `Kind.UNKNOWN`."""
        device = await self._find(module_id)
        if device is None:
            raise _no_simulator()
        return device.kind

    async def set_online(self, id_: str, online: bool) -> None:  # noqa: FBT001 - reads as a switch
        """Pulls the cable of a gateway or module, or puts it back; then what is there reports."""
        await self._set_reach(id_, Reach.ONLINE if online else Reach.OFFLINE)

    async def set_silent(self, id_: str, silent: bool) -> None:  # noqa: FBT001 - reads as a switch
        """Makes a gateway or module stop answering, or answer again."""
        await self._set_reach(id_, Reach.SILENT if silent else Reach.ONLINE)

    # ---- each of these runs under the lock of its devices

    async def _obey(self, device: Device, command: Any, flow: str) -> Outcome:
        async with self._circuits.held([device]):
            if device.gone:
                fresh = await self._find(device.module_id)
                return Outcome.OFFLINE if fresh is None else await self._obey(fresh, command, flow)
            now = self._now(device)
            if not device.heard:
                return Outcome.OFFLINE  # since it was sent
            if device.simulator.busy(device.state, now):
                return Outcome.BUSY
            step = device.simulator.step(device.body, device.state, now, command)
            await self._commit([(device, step)], now, command=command, flow=flow)
            self._bells.ring(BELL)
            return Outcome.DONE

    async def _use(self, device: Device, change: Any, flow: str) -> None:
        async with self._circuits.held([device]):
            if device.gone:
                await self.touch(device.module_id, change, flow=flow)
                return
            now = self._now(device)
            step = device.simulator.touch(device.body, device.state, now, change)
            await self._commit([(device, step)], now, flow=flow)
            self._bells.ring(BELL)

    async def _connect(self, device: Device) -> None:
        async with self._circuits.held([device]):
            if device.gone:
                return
            now = self._now(device)
            state = device.state
            if device.circuit:
                state = self._circuits.measure(device, now, {}).state
            step = device.simulator.look(device.body, state, now)
            await self._commit([(device, step)], now)
            self._bells.ring(BELL)

    async def _speak(self, due: list[Device], now: int) -> None:
        async with self._circuits.held(due):
            # A command may have come in between and have changed what is due.
            due = [one for one in due if one.ahead.wake_at <= now and not one.gone]
            steps = [(one, _catch_up(one, now)) for one in due if not one.circuit]
            await self._commit(steps, now, meters=[one for one in due if one.circuit])

    async def _commit(
        self,
        steps: Sequence[tuple[Device, Step[Any]]],
        now: int,
        *,
        meters: Iterable[Device] = (),
        command: Any = None,
        flow: str = "",
    ) -> None:
        """Stores steps, and with them those of the meters before them and of other ``meters``.

        All in one transaction; only then the devices in memory have made them. ``command`` is what
        the one device of ``steps`` was told.
        """
        fresh = {device.module_id: step.state for device, step in steps}
        obeyed = None if command is None else Told(command, Outcome.DONE, now)
        before = self._circuits.before(device for device, _ in steps)
        behind = {one.module_id: one for one in (*before, *meters) if one.module_id not in fresh}
        done = [_Done(device, step, device.heard, flow, obeyed) for device, step in steps]
        done += [
            _Done(one, self._circuits.measure(one, now, fresh), one.heard)
            for one in behind.values()
        ]
        if not done:
            return

        stored = await self._database.write(_store, done)
        for (device, step, *_), (known, _) in zip(done, stored, strict=True):
            device.state = step.state
            device.known = known
            self._foresight.foresee(device)
            self._schedule(device)
        if any(news for _, news in stored):
            self._bells.ring(RELAY)

    # ---- helpers

    def _take_due(self, now: int) -> list[Device]:
        """In the order of their ids, in which locks are taken."""
        due: dict[str, Device] = {}
        while self._wakes and self._wakes[0][0] <= now:
            wake_at, module_id = heapq.heappop(self._wakes)
            device = self._devices.get(module_id)
            if device is None or device.ahead.step is WAITING:
                continue
            if device.ahead.wake_at == wake_at:
                due[module_id] = device
        return [due[module_id] for module_id in sorted(due)]

    def _schedule(self, device: Device) -> None:
        if device.ahead.step is WAITING:
            return  # until it is known
        heapq.heappush(self._wakes, (device.ahead.wake_at, device.module_id))

    def _drop(self, plant_id: str) -> None:
        for device in [one for one in self._devices.values() if one.plant_id == plant_id]:
            device.gone = True
            self._circuits.drop(device)
            self._foresight.drop(device)
            del self._devices[device.module_id]

    async def _find(self, module_id: str) -> Device | None:
        if module_id not in self._devices:
            await self.welcome(module_id)
        return self._devices.get(module_id)

    def _now(self, device: Device) -> int:
        """Never before what the device said last, whatever became of the clock."""
        return max(self._clock.now(), int(device.state.said.at))

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for ``work``, which goes on to its end even if the caller goes away."""
        caller: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(_tell(caller, work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await caller

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


def pace_of(settings: Settings) -> Pace:
    """How often simulated devices speak, and of how small a change."""
    return Pace(
        measure=settings.measure_minutes * MINUTE,
        heartbeat=settings.heartbeat_minutes * MINUTE,
        power=settings.power_seconds * SECOND,
        temperature_step=max(1, round(settings.temperature_step * 10)),
        humidity_step=max(1, round(settings.humidity_step * 10)),
        power_step=settings.power_step,
    )


async def _store(tx: Tx, done: Sequence[_Done]) -> list[tuple[Known | None, bool]]:
    """For each what the cloud then knows of it, and whether there is anything for the relay.

    What is not heard is kept, not reported.
    """
    stored: list[tuple[Known | None, bool]] = []
    for device, step, heard, flow, obeyed in done:
        module_id, known, news = device.module_id, device.known, False
        await keep(tx, module_id, device.simulator.text_of(step.state))
        if step.reading is not None and heard:
            changed, known = await renew(
                tx, module_id, step.reading, flow=flow, known=known, obeyed=obeyed
            )
            news = bool(changed)
        elif obeyed is not None:
            await told(tx, module_id, obeyed.command, outcome=obeyed.outcome, at=obeyed.at)
        stored.append((known, news))
    return stored


def _catch_up(device: Device, now: int) -> Step[Any]:
    """What was foreseen, and what came after it when the device is late."""
    first = device.ahead.step
    if device.ahead.wake_at == now:
        return first
    later = device.simulator.step(device.body, first.state, now)
    return Step(later.state, later.reading or first.reading)


async def _tell(caller: asyncio.Future[T], work: Coroutine[Any, Any, T]) -> None:
    """Does the work and tells its caller; the log, when the caller has gone."""
    try:
        result = await work
    except Exception as error:
        if caller.done():
            _log.error("failed after its caller had gone", exc_info=error)
        else:
            caller.set_exception(error)
    except BaseException:
        caller.cancel()
        raise
    else:
        if not caller.done():
            caller.set_result(result)


def _no_simulator() -> Problem:
    return Problem(Kind.UNKNOWN, "module_unknown", "There is no such simulated device.")
