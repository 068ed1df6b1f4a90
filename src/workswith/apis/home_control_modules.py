"""Home + Control's modules: the same operations for each kind of device. [API-3]

One table says which kinds there are, and what a body asks of each. (`contract/homecontrol.md` 2.8, 2.9)
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workswith.contracts.binding import Answer, Request
from workswith.devices import automation, heater, light, meter, plug, remote
from workswith.devices.plants import Plant, Seen, unknown
from workswith.devices.twin import Snapshot

from . import home_control_emit as emit
from .home_control_plant import DONE, answered, as_400, plant_asked_for, plant_known

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of device: its word in operations, its scope, and what a body asks of it."""

    device: str
    one: str
    scope: str
    command: Callable[[Body], Any] | None = None

    @property
    def parameter(self) -> str:
        """The name of an id of this kind in paths: ``lightId``."""
        return f"{self.one[0].lower()}{self.one[1:]}Id"

    def asked(self, body: Body) -> Any:
        """The command in a body. Raises `Kind.UNKNOWN` for what is told nothing."""
        if self.command is None:
            raise unknown("module")
        return self.command(body)


def _light(body: Body) -> light.Command:
    status = body.get("status")
    return light.Command(on=None if status is None else status == "on", level=body.get("level"))


def _plug(body: Body) -> plug.Command:
    return plug.Command(on=body["status"] == "on")


def _automation(body: Body) -> automation.Command:
    """-1 stops: confirmed live (`contract/homecontrol.md` 9, point 4)."""
    level = body["level"]
    return automation.Command(level=None if level < 0 else level)


def _heater(body: Body) -> heater.Command:
    return heater.Command(mode=heater.Mode(body["mode"]))


FAMILIES = (
    Family(light.DEVICE, "Light", "light", _light),
    Family(plug.DEVICE, "Plug", "plug", _plug),
    Family(automation.DEVICE, "Automation", "automation", _automation),
    Family(heater.DEVICE, "Heater", "comfort", _heater),
    Family(remote.DEVICE, "Remote", "remote"),
    Family(meter.DEVICE, "EnergyMeter", "meter"),
)


class Twin(Protocol):
    """`devices.twin.Twin`."""

    def glance(
        self,
        account_id: str,
        plant_id: str,
        module_id: str,
        *,
        last_known: bool = False,
        device: str,
    ) -> Snapshot | None: ...

    def glance_all(self, account_id: str, plant_id: str) -> Sequence[Snapshot] | None: ...

    async def read(
        self,
        account_id: str,
        plant_id: str,
        module_id: str,
        *,
        last_known: bool = False,
        device: str = "",
    ) -> Snapshot: ...

    async def read_all(
        self, account_id: str, plant_id: str, *, device: str = ""
    ) -> Sequence[Snapshot]: ...

    async def command(
        self,
        account_id: str,
        plant_id: str,
        module_id: str,
        command: Any,
        flow: str = "",
        *,
        device: str = "",
    ) -> None: ...

    async def command_all(
        self,
        account_id: str,
        plant_id: str,
        commands: Mapping[str, Any],
        flow: str = "",
        *,
        device: str = "",
    ) -> None: ...


class Modules:
    """The operations of one kind of device."""

    def __init__(self, seen: Seen, twin: Twin, family: Family) -> None:
        self._seen = seen
        self._twin = twin
        self._family = family

    def status(self, request: Request) -> Awaitable[Answer] | Answer:
        whose = (request.account_id, request.path["plantId"], request.path[self._family.parameter])
        snapshot = None
        if plant_known(self._seen, request):
            snapshot = self._twin.glance(*whose, last_known=True, device=self._family.device)
        return self._status(request) if snapshot is None else self._shown(snapshot, request.now)

    async def _status(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        whose = (request.account_id, plant.id, request.path[self._family.parameter])
        snapshot = await self._twin.read(*whose, last_known=True, device=self._family.device)
        return self._shown(snapshot, request.now)

    def _shown(self, snapshot: Snapshot, now: int) -> Answer:
        return answered(emit.status(self._family.device, [snapshot], now))

    async def ambient_status(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        inside = await self._inside(request, plant)
        device = self._family.device
        snapshots = await self._twin.read_all(request.account_id, plant.id, device=device)
        found = [one for one in snapshots if one.module_id in inside]
        return answered(emit.status(device, found, request.now))

    async def set_one(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        whose = (request.account_id, plant.id, request.path[self._family.parameter])
        command, device = self._family.asked(request.body), self._family.device
        await as_400(self._twin.command(*whose, command, request.flow, device=device))
        return DONE

    async def set_several(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        return await self._tell(request, plant, request.body["ids"])

    async def set_ambient(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        return await self._tell(request, plant, await self._inside(request, plant))

    async def _inside(self, request: Request, plant: Plant) -> list[str]:
        """The ids of this kind's modules in the ambient."""
        ambient_id = request.path["ambientId"]
        ambients = await self._seen.ambients(request.account_id, plant.id)
        if not any(one.id == ambient_id for one in ambients):
            raise unknown("ambient")
        return [
            one.id
            for one in await self._seen.modules(request.account_id, plant.id)
            if one.ambient_id == ambient_id and one.device == self._family.device
        ]

    async def _tell(self, request: Request, plant: Plant, module_ids: Sequence[str]) -> Answer:
        commands = dict.fromkeys(module_ids, self._family.asked(request.body))
        await as_400(
            self._twin.command_all(
                request.account_id, plant.id, commands, request.flow, device=self._family.device
            )
        )
        return DONE
