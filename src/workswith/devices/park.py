"""The park of simulated devices: their wake-ups on one clock, and the link to them.

A device's own state and the report that shows it are stored in one transaction, so whatever was
acknowledged survives a SIGKILL; between reports a device lives in memory only and, being pure,
lives through the same minutes again after a restart. After an absence each reports once, as it is
then. [DEV-1 DEV-2 DEV-4]
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from workswith.kernel.clock import MINUTE, SECOND, Clock
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

from .device import WAITING, Circuits, Device, alone, asleep, release
from .foresight import Foresight
from .kind import DeviceKind, Reading
from .ledger import Done, Ledger, Stored
from .link import Outcome
from .parked import Parked, every_parked, parked, parked_in, reaches, set_reach
from .plants import Reach
from .reporting import Told
from .settings import Settings
from .simulators.kind import NEVER, Pace, Step

T = TypeVar("T")

BELL = "park"
RELAY = "relay"
TURN = 512
"""So many speak in one transaction, and then others of the process have their turn."""

Locks = Sequence[asyncio.Lock]


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
        self._ledger = Ledger(database)
        self._acts = _Acts()
        self._change = asyncio.Lock()

    async def turn(self, now: int) -> int | None:
        """Lets every device speak that is due, `TURN` of them in one transaction."""
        if not self._loaded:
            await self.welcome("")
            self._loaded = True
        if self._foresight.due <= now:
            await self._foresight.gather(self._schedule)
        due = self._take_due(now)
        for first in range(0, len(due), TURN):
            try:
                await self._speak(due[first : first + TURN], now)
            except BaseException:
                for device in due[first:]:
                    self._schedule(device)
                raise
        soonest = self._soonest
        return None if soonest == NEVER else soonest

    async def settle(self) -> bool:
        """Waits for commands and touches that are being obeyed."""
        waited = await self._acts.end()
        return await self._ledger.settle() or waited

    async def welcome(self, id_: str) -> None:
        """Takes up the simulated modules of a plant (by its id or a module's), or all (``""``)."""
        if id_:
            self._take_up(await parked(self._database, id_))
        else:
            async for rows in every_parked(self._database):
                self._take_up(rows)
        self._bells.ring(BELL)

    async def welcome_all(self, plant_ids: Sequence[str]) -> None:
        """`welcome` of many plants."""
        self._take_up(await parked_in(self._database, plant_ids))
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
            await self._connect(module_id)

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`. Once the device obeys, a caller that goes away does not stop it."""
        device = self._devices.get(module_id) or await self._find(module_id)
        if device is None or device.reach is Reach.OFFLINE:
            return Outcome.OFFLINE
        if device.reach is Reach.SILENT:
            await asyncio.sleep(deadline)
            return Outcome.SILENT
        with self._acts:
            device, locks = await self._take(module_id)
            if device is None:
                return Outcome.OFFLINE
            return await self._store(locks, lambda: self._obey(device, command, flow))

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
        with self._acts:
            device, locks = await self._take(module_id)
            if device is None:
                raise _no_simulator()
            await self._store(locks, lambda: self._use(device, change, flow))

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

    async def set_online(
        self,
        id_: str,
        online: bool,  # noqa: FBT001 - reads as a switch
        *,
        at: int | None = None,
    ) -> None:
        """Pulls the cable of a gateway or module, or puts it back; then what is there reports.

        ``at`` is since when it is so, if not since now.
        """
        await self._set_reach(id_, Reach.ONLINE if online else Reach.OFFLINE, at)

    async def set_silent(self, id_: str, silent: bool) -> None:  # noqa: FBT001 - reads as a switch
        """Makes a gateway or module stop answering, or answer again."""
        await self._set_reach(id_, Reach.SILENT if silent else Reach.ONLINE)

    # ---- what devices do while their locks are held: it comes to this, with this to be stored

    def _obey(self, device: Device, command: Any, flow: str) -> tuple[Outcome, list[Done]]:
        now = self._now(device)
        if not device.heard:
            return Outcome.OFFLINE, []  # since it was sent
        if device.simulator.busy(device.state, now):
            return Outcome.BUSY, []
        step = device.simulator.step(device.body, device.state, now, command)
        obeyed = Told(command, Outcome.DONE, now)
        return Outcome.DONE, self._done([(device, step)], now, flow=flow, obeyed=obeyed)

    def _use(self, device: Device, change: Any, flow: str) -> tuple[None, list[Done]]:
        now = self._now(device)
        step = device.simulator.touch(device.body, device.state, now, change)
        return None, self._done([(device, step)], now, flow=flow)

    def _say(self, device: Device) -> tuple[None, list[Done]]:
        now = self._now(device)
        state = device.state
        if device.circuit:
            state = self._circuits.measure(device, now, {}).state
        step = device.simulator.look(device.body, state, now)
        return None, self._done([(device, step)], now)

    def _say_all(self, due: list[Device], now: int) -> tuple[None, list[Done]]:
        # A command may have come in between and have changed what is due.
        due = [one for one in due if _is_due(one, now) and not one.gone]
        speaking = [one for one in due if not one.circuit]
        steps = list(zip(speaking, self._foresight.caught_up(speaking, now), strict=True))
        return None, self._done(steps, now, meters=[one for one in due if one.circuit])

    def _done(
        self,
        steps: Sequence[tuple[Device, Step[Any]]],
        now: int,
        *,
        meters: Sequence[Device] = (),
        obeyed: Told | None = None,
        flow: str = "",
    ) -> list[Done]:
        """Steps, and with them those of the meters before them and of other ``meters``.

        ``obeyed`` is what the one device of ``steps`` was told.
        """
        done = [Done(device, step, device.heard, flow, obeyed) for device, step in steps]
        before = self._circuits.before([device for device, _ in steps])
        if not before and not meters:
            return done
        fresh = {device.module_id: step.state for device, step in steps}
        behind = {one.module_id: one for one in (*before, *meters) if one.module_id not in fresh}
        measured = [(one, self._circuits.measure(one, now, fresh)) for one in behind.values()]
        return done + [Done(one, step, one.heard) for one, step in measured]

    # ---- helpers

    async def _connect(self, module_id: str) -> None:
        with self._acts:
            device, locks = await self._take(module_id)
            if device is not None:
                await self._store(locks, lambda: self._say(device))

    async def _speak(self, due: list[Device], now: int) -> None:
        locks = await self._circuits.hold(due)
        await self._store(locks, lambda: self._say_all(due, now))

    async def _take(self, module_id: str) -> tuple[Device | None, Locks]:
        """The device of that id, held still; ``None`` if there is none."""
        while True:
            device = self._devices.get(module_id) or await self._find(module_id)
            if device is None:
                return None, ()
            locks = await self._circuits.hold([device])
            if not device.gone:
                return device, locks
            release(locks)

    async def _store(self, locks: Locks, act: Callable[[], tuple[T, list[Done]]]) -> T:
        """Does it and stores it; only then have the devices in memory done it.

        From here on it is the ledger that gives the locks back, whether the caller waits or not.
        """
        try:
            result, done = act()
        except BaseException:
            release(locks)
            raise
        if not done:
            release(locks)
            return result
        await self._ledger.enter(done, partial(self._made, locks, done))
        return result

    def _made(self, locks: Locks, done: Sequence[Done], stored: Stored | None) -> None:
        before = self._soonest
        try:
            for one, renewed in zip(done, stored or (), strict=stored is not None):
                device = one.device
                device.state = one.step.state
                device.known = renewed.known
                self._foresight.foresee(device)
                self._schedule(device)
            if stored and any(renewed.heard for renewed in stored):
                self._bells.ring(RELAY)
        finally:
            release(locks)
        if self._soonest < before:
            self._bells.ring(BELL)

    @property
    def _soonest(self) -> int:
        wake_at = self._wakes[0][0] if self._wakes else NEVER
        return min(wake_at, self._foresight.due)

    def _take_up(self, rows: Iterable[Parked]) -> None:
        for row in rows:
            if row.module_id not in self._devices:
                device = asleep(row, self._pace, self._climate)
                self._devices[row.module_id] = device
                self._circuits.add(device)
                self._foresight.take_up(device)
                self._schedule(device)

    def _take_due(self, now: int) -> list[Device]:
        """Those that live alike beside each other: who has been due since the same minute."""
        due: dict[str, Device] = {}
        while self._wakes and self._wakes[0][0] <= now:
            wake_at, module_id = heapq.heappop(self._wakes)
            device = self._devices.get(module_id)
            if device is None or device.queued != wake_at:
                continue
            device.queued = NEVER
            if self._foresight.waits(device):
                continue
            if device.ahead.step is WAITING and device.ahead.wake_at <= now:
                alone(device)
            if device.ahead.wake_at <= now:
                due[module_id] = device
            else:
                self._schedule(device)
        return sorted(due.values(), key=lambda one: (one.ahead.wake_at // MINUTE, one.module_id))

    def _schedule(self, device: Device) -> None:
        """One entry of the queue for each device: an earlier one is enough, for then it is asked."""
        wake_at = device.ahead.wake_at
        if wake_at < device.queued and not self._foresight.waits(device):
            device.queued = wake_at
            heapq.heappush(self._wakes, (wake_at, device.module_id))

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

    async def _set_reach(self, id_: str, reach: Reach, at: int | None = None) -> None:
        for module_id, _ in await reaches(self._database, id_):
            await self._find(module_id)  # as it has been until now
        since = self._clock.now() if at is None else at
        changed = await self._database.write(set_reach, id_, reach, since)
        if not changed:
            raise _no_simulator()
        back: list[str] = []
        for module_id, now_is in changed:
            device = await self._find(module_id)
            if device is not None:
                if device.reach is Reach.OFFLINE and now_is is not Reach.OFFLINE:
                    back.append(module_id)
                device.reach = now_is
        await asyncio.gather(*(self._connect(module_id) for module_id in back))


class _Acts:
    """Whatever is done for a caller, from before the device's lock is asked for."""

    __slots__ = ("_at_rest", "_count")

    def __init__(self) -> None:
        self._count = 0
        self._at_rest = asyncio.Event()

    def __enter__(self) -> None:
        self._count += 1

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._at_rest.set()

    async def end(self) -> bool:
        """Waits until nothing is done; returns whether there was anything."""
        if not self._count:
            return False
        while self._count:
            self._at_rest.clear()
            await self._at_rest.wait()
        return True


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


def _is_due(device: Device, now: int) -> bool:
    return device.ahead.wake_at <= now and device.ahead.step is not WAITING


def _no_simulator() -> Problem:
    return Problem(Kind.UNKNOWN, "module_unknown", "There is no such simulated device.")
