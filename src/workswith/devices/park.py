"""The park of simulated devices: their wake-ups on one clock, and the link to them.

A device's own state and the report that shows it are stored in one transaction, so whatever was
acknowledged survives a SIGKILL; between reports a device lives in memory only and, being pure,
lives through the same minutes again after a restart. After an absence each reports once, as it is
then. [DEV-1 DEV-2 DEV-4]
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Bells

from .actions import Actions
from .device import Device, release
from .inventory import Inventory, Locks
from .kind import DeviceKind, Reading
from .ledger import Done, Ledger, Stored
from .link import Outcome
from .parked import reaches, set_reach
from .plants import Reach
from .settings import Settings
from .simulators.kind import NEVER

T = TypeVar("T")

BELL = "park"
RELAY = "relay"
TURN = 512
"""So many speak in one transaction, and then others of the process have their turn."""


class Park:
    """The work ``park``, and the `PlantLink` of simulated modules."""

    name = BELL

    def __init__(self, database: Database, clock: Clock, bells: Bells, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells
        self._inventory = Inventory(database, settings, lambda: bells.ring(BELL))
        self._wakes = self._inventory.wakes
        self._actions = Actions(clock, self._inventory.circuits, self._wakes)
        self._loaded = False
        self._ledger = Ledger(database)
        self._acts = _Acts()
        self._change = asyncio.Lock()

    async def turn(self, now: int) -> int | None:
        """Lets every device speak that is due, `TURN` of them in one transaction."""
        if not self._loaded:
            await self.welcome("")
            self._loaded = True
        due = await self._wakes.take_due(now)
        for first in range(0, len(due), TURN):
            try:
                await self._speak(due[first : first + TURN], now)
            except BaseException:
                for device in due[first:]:
                    self._wakes.schedule(device)
                raise
        soonest = self._wakes.soonest
        return None if soonest == NEVER else soonest

    async def settle(self) -> bool:
        """Waits for commands and touches that are being obeyed."""
        waited = await self._acts.end()
        return await self._ledger.settle() or waited

    async def welcome(self, id_: str) -> None:
        """Takes up the simulated modules of a plant (by its id or a module's), or all (``""``)."""
        await self._inventory.welcome(id_)

    async def welcome_all(self, plant_ids: Sequence[str]) -> None:
        """`welcome` of many plants."""
        await self._inventory.welcome_all(plant_ids)

    @asynccontextmanager
    async def changing(self, plant_id: str) -> AsyncIterator[None]:
        """Holds a plant's devices still while their rows are rewritten; then takes them up anew."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._change)
            for device in self._inventory.of_plant(plant_id):
                await stack.enter_async_context(device.lock)
            try:
                yield
            finally:
                self._inventory.drop(plant_id)
                await self.welcome(plant_id)

    async def speak(self, module_ids: Iterable[str]) -> None:
        """Lets devices say how they are, as far as they can be heard."""
        for module_id in module_ids:
            await self._connect(module_id)

    async def send(self, module_id: str, command: Any, *, deadline: float, flow: str) -> Outcome:
        """`DeviceLink.send`. Once the device obeys, a caller that goes away does not stop it."""
        device = await self._inventory.find(module_id)
        if device is None or device.reach is Reach.OFFLINE:
            return Outcome.OFFLINE
        if device.reach is Reach.SILENT:
            await asyncio.sleep(deadline)
            return Outcome.SILENT
        with self._acts:
            device, locks = await self._inventory.hold_one(module_id)
            if device is None:
                return Outcome.OFFLINE
            return await self._store(locks, lambda: self._actions.obey(device, command, flow))

    async def send_all(
        self, commands: Mapping[str, Any], *, deadline: float, flow: str
    ) -> Mapping[str, Outcome]:
        """`PlantLink.send_all`: they obey at the same instant, and it is stored together."""
        outcomes = dict.fromkeys(commands, Outcome.OFFLINE)
        asked: list[str] = []
        for module_id in commands:
            device = await self._inventory.find(module_id)
            if device is not None and device.reach is Reach.SILENT:
                outcomes[module_id] = Outcome.SILENT
            elif device is not None and device.reach is not Reach.OFFLINE:
                asked.append(module_id)
        if asked:
            with self._acts:
                held = await self._inventory.hold(asked)
                outcomes |= await self._store(
                    held.locks, lambda: self._actions.obey_all(held.devices, commands, flow)
                )
        if Outcome.SILENT in outcomes.values():
            await asyncio.sleep(deadline)
        return outcomes

    async def touch(self, module_id: str, change: Any = None, *, flow: str = "") -> None:
        """Somebody uses the module's own user interface, and changes something or not.

        Raises `Kind.UNKNOWN` for what is no simulated module, `Kind.INVALID` for what no hand can
        do to its kind. The caller made sure of the owner.
        """
        touch = (await self.kind(module_id)).touch
        if change is not None and (touch is None or not isinstance(change, touch)):
            raise Problem(Kind.INVALID, "not_touchable", "No hand can do that to this device.")
        with self._acts:
            device, locks = await self._inventory.hold_one(module_id)
            if device is None:
                raise _no_simulator()
            await self._store(locks, lambda: (None, self._actions.use(device, change, flow)))

    async def said(self, module_id: str) -> Reading:
        """What a simulated module reported last, connected or not. Raises `Kind.UNKNOWN`."""
        said: Reading = (await self._found(module_id)).state.said
        return said

    async def kind(self, module_id: str) -> DeviceKind:
        """Of a simulated module. Raises `Kind.UNKNOWN`."""
        return (await self._found(module_id)).kind

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

    async def _connect(self, module_id: str) -> None:
        with self._acts:
            device, locks = await self._inventory.hold_one(module_id)
            if device is not None:
                await self._store(locks, lambda: (None, self._actions.say(device)))

    async def _speak(self, due: list[Device], now: int) -> None:
        locks = await self._inventory.circuits.hold(due)
        await self._store(locks, lambda: (None, self._actions.say_all(due, now)))

    async def _store(self, locks: Locks, act: Callable[[], tuple[T, list[Done]]]) -> T:
        """Does it and stores it; only then have the devices in memory done it.

        From here on it is the ledger that gives the locks back, whether the caller waits or not.
        """
        try:
            result, done = act()
        except BaseException:
            release(locks)
            raise
        if done:
            await self._ledger.enter(done, partial(self._made, locks, done))
        else:
            release(locks)
        return result

    def _made(self, locks: Locks, done: Sequence[Done], stored: Stored | None) -> None:
        before = self._wakes.soonest
        try:
            for one, renewed in zip(done, stored or (), strict=stored is not None):
                device = one.device
                device.state = one.step.state
                device.known = renewed.known
                self._wakes.foresee(device)
            if stored and any(renewed.heard for renewed in stored):
                self._bells.ring(RELAY)
        finally:
            release(locks)
        if self._wakes.soonest < before:
            self._bells.ring(BELL)

    async def _found(self, module_id: str) -> Device:
        device = await self._inventory.find(module_id)
        if device is None:
            raise _no_simulator()
        return device

    async def _set_reach(self, id_: str, reach: Reach, at: int | None = None) -> None:
        for module_id, _ in await reaches(self._database, id_):
            await self._inventory.find(module_id)  # as it has been until now
        since = self._clock.now() if at is None else at
        changed = await self._database.write(set_reach, id_, reach, since)
        if not changed:
            raise _no_simulator()
        back: list[str] = []
        for module_id, now_is in changed:
            device = await self._inventory.find(module_id)
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


def _no_simulator() -> Problem:
    return Problem(Kind.UNKNOWN, "module_unknown", "There is no such simulated device.")
