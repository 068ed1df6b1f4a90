"""Home + Control v1.0 between the vendor's JSON and the device cloud. [API-3]

One table says which operations belong to which kind of device. What clients depend on is exact:
200 with an empty body for a command, 400 for every wrong input, an error body of its own
(`contract/homecontrol.md` 2.1, 8). The words going out are made in `home_control_emit`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices import automation, heater, light, meter, plug, remote
from workswith.devices.history import samples_of
from workswith.devices.plants import Plant, ambients_of, modules_of, plants_of, unknown
from workswith.devices.scenes import scenes_of
from workswith.devices.twin import Snapshot
from workswith.kernel.clock import DAY, HOUR
from workswith.kernel.database import Reads
from workswith.kernel.problem import Problem

from . import home_control_emit as emit
from . import home_control_events
from .home_control_emit import notification
from .home_control_plant import API, answered, as_400, plant_asked_for
from .subscribing import Subscriptions

__all__ = ["API", "error_body", "handlers", "notification"]

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
_READ_SCOPES = (*(f"{family.scope}.read" for family in FAMILIES), "scene.read")


class Twin(Protocol):
    """`devices.twin.Twin`."""

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
    ) -> list[Snapshot]: ...

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


class Scenes(Protocol):
    """`devices.scenes.Scenes`."""

    async def run(
        self, account_id: str, plant_id: str, scene_id: str, flow: str = ""
    ) -> object: ...


def handlers(
    reads: Reads, twin: Twin, scenes: Scenes, subscriptions: Subscriptions
) -> Mapping[str, Handler]:
    """The handler of each operation of ``home_control.yaml``, by operation id."""
    home = _Home(reads, twin)
    bound: dict[str, Handler] = {
        "GetPlants": home.plants,
        "GetPlantTopology": home.topology,
        "GetPlantStatus": home.status,
        "GetEnergyMeterConsumptions": home.consumptions,
    }
    for family in FAMILIES:
        modules = _Modules(reads, twin, family)
        bound[f"Get{family.one}Status"] = modules.status
        if family.command is not None:
            bound[f"Set{family.one}Status"] = modules.set_one
            bound[f"Set{family.one}sStatus"] = modules.set_several
            bound[f"getambients{family.one.lower()}status"] = modules.ambient_status
            bound[f"setambients{family.one.lower()}status"] = modules.set_ambient
    run = _Scenes(reads, scenes)
    bound |= {"GetScenes": run.scenes, "RunScene": run.run}
    return {**bound, **home_control_events.handlers(reads, subscriptions, _READ_SCOPES)}


def error_body(status: int, message: str, problem: Problem) -> dict[str, Any]:
    """(`contract/homecontrol.md` 2.1)"""
    internal = problem.detail or message
    return {"errors": [{"userMessage": message, "internalMessage": internal, "code": status}]}


class _Home:
    def __init__(self, reads: Reads, twin: Twin) -> None:
        self._reads = reads
        self._twin = twin

    async def plants(self, request: Request) -> Answer:
        return answered(emit.plants(await plants_of(self._reads, request.account_id, API)))

    async def topology(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        ambients = await ambients_of(self._reads, request.account_id, plant.id)
        modules = await modules_of(self._reads, request.account_id, plant.id)
        return answered(emit.topology(plant, ambients, modules))

    async def status(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        shown = [one.device for one in FAMILIES if f"{one.scope}.read" in request.scopes]
        snapshots = await self._twin.read_all(request.account_id, plant.id)
        return answered(emit.plant_status(snapshots, shown, request.now))

    async def consumptions(self, request: Request) -> Answer:
        """The hour that is running is left out: it has no mean yet."""
        plant = await plant_asked_for(self._reads, request)
        whose = (request.account_id, plant.id, request.path["energyMeterId"])
        snapshot = await self._twin.read(*whose, last_known=True, device=meter.DEVICE)
        hour = request.now // HOUR * HOUR
        hours = await samples_of(self._reads, *whose, "power", since=hour - DAY, until=hour)
        return answered(emit.consumptions(snapshot, hours, request.now))


class _Modules:
    """The operations of one kind of device."""

    def __init__(self, reads: Reads, twin: Twin, family: Family) -> None:
        self._reads = reads
        self._twin = twin
        self._family = family

    async def status(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        device = self._family.device
        module_id = request.path[self._family.parameter]
        snapshot = await self._twin.read(
            request.account_id, plant.id, module_id, last_known=True, device=device
        )
        return answered(emit.status(device, [snapshot], request.now))

    async def ambient_status(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        inside = await self._inside(request, plant)
        device = self._family.device
        snapshots = await self._twin.read_all(request.account_id, plant.id, device=device)
        found = [one for one in snapshots if one.module_id in inside]
        return answered(emit.status(device, found, request.now))

    async def set_one(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        return await self._tell(request, plant, [request.path[self._family.parameter]])

    async def set_several(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        return await self._tell(request, plant, request.body["ids"])

    async def set_ambient(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        return await self._tell(request, plant, await self._inside(request, plant))

    async def _inside(self, request: Request, plant: Plant) -> list[str]:
        """The ids of this kind's modules in the ambient."""
        ambient_id = request.path["ambientId"]
        ambients = await ambients_of(self._reads, request.account_id, plant.id)
        if ambient_id not in {one.id for one in ambients}:
            raise unknown("ambient")
        modules = await modules_of(self._reads, request.account_id, plant.id)
        return [
            one.id
            for one in modules
            if one.ambient_id == ambient_id and one.device == self._family.device
        ]

    async def _tell(self, request: Request, plant: Plant, module_ids: Sequence[str]) -> Answer:
        if self._family.command is None:
            raise unknown("module")
        command = self._family.command(request.body)
        commands = dict.fromkeys(module_ids, command)
        await as_400(
            self._twin.command_all(
                request.account_id, plant.id, commands, request.flow, device=self._family.device
            )
        )
        return answered()


class _Scenes:
    def __init__(self, reads: Reads, scenes: Scenes) -> None:
        self._reads = reads
        self._scenes = scenes

    async def scenes(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        return answered(emit.scenes(await scenes_of(self._reads, request.account_id, plant.id)))

    async def run(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._reads, request)
        await self._scenes.run(request.account_id, plant.id, request.path["sceneId"], request.flow)
        return answered()
