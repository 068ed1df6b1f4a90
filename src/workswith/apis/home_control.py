"""Home + Control v1.0 between the vendor's JSON and the device cloud. [API-3]

What clients depend on is exact: 200 with an empty body for a command, 400 for every wrong input, an
error body of its own (`contract/homecontrol.md` 2.1, 8). Modules are in `home_control_modules`; the
words going out are made in `home_control_emit`.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Protocol

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices import meter
from workswith.devices.history import samples_of
from workswith.devices.plants import Ambient, Module, Plant, Seen
from workswith.devices.scenes import Scene
from workswith.devices.twin import Snapshot
from workswith.kernel.clock import DAY, HOUR
from workswith.kernel.database import Database, Reads
from workswith.kernel.problem import Problem

from . import home_control_emit as emit
from . import home_control_events
from .again import Again
from .home_control_emit import notification
from .home_control_modules import FAMILIES, Modules, Twin
from .home_control_plant import API, DONE, answered, plant_asked_for, plant_known
from .subscribing import Subscriptions

__all__ = ["API", "error_body", "handlers", "notification"]

_READ_SCOPES = (*(f"{family.scope}.read" for family in FAMILIES), "scene.read")


class Scenes(Protocol):
    """`devices.scenes.Scenes`."""

    async def of_plant(self, account_id: str, plant_id: str) -> Sequence[Scene]: ...

    async def run(
        self, account_id: str, plant_id: str, scene_id: str, flow: str = ""
    ) -> object: ...


def handlers(
    database: Database, twin: Twin, scenes: Scenes, subscriptions: Subscriptions
) -> Mapping[str, Handler]:
    """The handler of each operation of ``home_control.yaml``, by operation id."""
    seen = Seen(database)
    home = _Home(database, seen, twin)
    bound: dict[str, Handler] = {
        "GetPlants": home.plants,
        "GetPlantTopology": home.topology,
        "GetPlantStatus": home.status,
        "GetEnergyMeterConsumptions": home.consumptions,
    }
    for family in FAMILIES:
        modules = Modules(seen, twin, family)
        bound[f"Get{family.one}Status"] = modules.status
        if family.command is not None:
            bound[f"Set{family.one}Status"] = modules.set_one
            bound[f"Set{family.one}sStatus"] = modules.set_several
            bound[f"getambients{family.one.lower()}status"] = modules.ambient_status
            bound[f"setambients{family.one.lower()}status"] = modules.set_ambient
    run = _Scenes(seen, scenes)
    bound |= {"GetScenes": run.scenes, "RunScene": run.run}
    return {**bound, **home_control_events.handlers(seen, subscriptions, _READ_SCOPES)}


def error_body(status: int, message: str, problem: Problem) -> dict[str, Any]:
    """(`contract/homecontrol.md` 2.1)"""
    internal = problem.detail or message
    return {"errors": [{"userMessage": message, "internalMessage": internal, "code": status}]}


class _Home:
    def __init__(self, reads: Reads, seen: Seen, twin: Twin) -> None:
        self._reads = reads
        self._seen = seen
        self._twin = twin
        self._plants = Again(emit.plants, answered=answered)
        self._topologies = Again(_topology, answered=answered)

    async def plants(self, request: Request) -> Answer:
        found = await self._seen.plants(request.account_id, API)
        return self._plants.answer(request.account_id, found)

    async def topology(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        whose = (request.account_id, plant.id)
        ambients, modules = await self._seen.ambients(*whose), await self._seen.modules(*whose)
        return self._topologies.answer(whose, (plant, ambients, modules))

    def status(self, request: Request) -> Awaitable[Answer] | Answer:
        snapshots = None
        if plant_known(self._seen, request):
            snapshots = self._twin.glance_all(request.account_id, request.path["plantId"])
        return self._status(request) if snapshots is None else _shown(snapshots, request)

    async def _status(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        return _shown(await self._twin.read_all(request.account_id, plant.id), request)

    async def consumptions(self, request: Request) -> Answer:
        """The hour that is running is left out: it has no mean yet."""
        plant = await plant_asked_for(self._seen, request)
        whose = (request.account_id, plant.id, request.path["energyMeterId"])
        snapshot = await self._twin.read(*whose, last_known=True, device=meter.DEVICE)
        hour = request.now // HOUR * HOUR
        hours = await samples_of(self._reads, *whose, "power", since=hour - DAY, until=hour)
        return answered(emit.consumptions(snapshot, hours, request.now))


def _shown(snapshots: Sequence[Snapshot], request: Request) -> Answer:
    """Of kinds whose scope is missing nothing is shown."""
    devices = [one.device for one in FAMILIES if f"{one.scope}.read" in request.scopes]
    return answered(emit.plant_status(snapshots, devices, request.now))


def _topology(shown: tuple[Plant, Sequence[Ambient], Sequence[Module]]) -> Any:
    return emit.topology(*shown)


class _Scenes:
    def __init__(self, seen: Seen, scenes: Scenes) -> None:
        self._seen = seen
        self._scenes = scenes

    async def scenes(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        return answered(emit.scenes(await self._scenes.of_plant(request.account_id, plant.id)))

    async def run(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        await self._scenes.run(request.account_id, plant.id, request.path["sceneId"], request.flow)
        return DONE
