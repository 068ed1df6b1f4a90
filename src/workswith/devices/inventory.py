"""Which simulated devices are in memory, and how they are held still. [DEV-2]"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from workswith.kernel.clock import MINUTE, SECOND
from workswith.kernel.database import Database

from .device import Circuits, Device, asleep, release
from .foresight import Foresight
from .parked import Parked, every_parked, parked, parked_in
from .settings import Settings
from .simulators.kind import Pace
from .wakes import Wakes

Locks = Sequence[asyncio.Lock]


class Held(NamedTuple):
    """Devices by the ids of their modules, without those that there are not, and what holds them."""

    devices: Mapping[str, Device]
    locks: Locks


class Inventory:
    """The devices of a park; ``taken_up`` is called when more may be there."""

    def __init__(
        self, database: Database, settings: Settings, taken_up: Callable[[], None]
    ) -> None:
        self._database = database
        self._pace = pace_of(settings)
        self._climate = settings.climate
        self._taken_up = taken_up
        self._devices: dict[str, Device] = {}
        self.circuits = Circuits(self._devices)
        self.wakes = Wakes(self._devices, Foresight(settings.vector_from))

    async def welcome(self, id_: str) -> None:
        """Takes up the simulated modules of a plant (by its id or a module's), or all (``""``)."""
        if id_:
            self._take_up(await parked(self._database, id_))
        else:
            async for rows in every_parked(self._database):
                self._take_up(rows)
        self._taken_up()

    async def welcome_all(self, plant_ids: Sequence[str]) -> None:
        """`welcome` of many plants."""
        self._take_up(await parked_in(self._database, plant_ids))
        self._taken_up()

    async def find(self, module_id: str) -> Device | None:
        """In memory, or in its table."""
        device = self._devices.get(module_id)
        if device is None:
            await self.welcome(module_id)
            device = self._devices.get(module_id)
        return device

    async def hold_one(self, module_id: str) -> tuple[Device | None, Locks]:
        """`hold` of one."""
        while True:
            device = self._devices.get(module_id) or await self.find(module_id)
            if device is None:
                return None, ()
            locks = await self.circuits.hold([device])
            if not device.gone:
                return device, locks
            release(locks)

    async def hold(self, module_ids: Iterable[str]) -> Held:
        """Those of these ids, and the meters before them, held still until `device.release`."""
        while True:
            found = {id_: await self.find(id_) for id_ in module_ids}
            devices = {id_: one for id_, one in found.items() if one is not None}
            locks = await self.circuits.hold(list(devices.values()))
            if not any(one.gone for one in devices.values()):
                return Held(devices, locks)
            release(locks)

    def of_plant(self, plant_id: str) -> list[Device]:
        """Those that are in memory, in the order of their ids."""
        found = [one for one in self._devices.values() if one.plant_id == plant_id]
        return sorted(found, key=lambda one: one.module_id)

    def drop(self, plant_id: str) -> None:
        """Forgets a plant's devices; whoever waits for one looks for the one in its place."""
        for device in self.of_plant(plant_id):
            device.gone = True
            self.circuits.drop(device)
            self.wakes.drop(device)
            del self._devices[device.module_id]

    def _take_up(self, rows: Iterable[Parked]) -> None:
        for row in rows:
            if row.module_id not in self._devices:
                device = asleep(row, self._pace, self._climate)
                self._devices[row.module_id] = device
                self.circuits.add(device)
                self.wakes.take_up(device)


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
