"""A home that stands becomes a blueprint again: for snapshots, forks and exports."""

from typing import Any

import msgspec

from workswith.devices.plants import Plant, ambients_of, owned_plant
from workswith.devices.scenes import scenes_of
from workswith.kernel.database import Reads, query

from .blueprint import (
    NOTHING,
    AmbientPlan,
    Blueprint,
    GatewayPlan,
    ModulePlan,
    PlantPlan,
    ScenePlan,
    StepPlan,
)


def _module(*columns: Any) -> ModulePlan:
    id_, name, device, gateway, ambient, hw_type, fw, appliance, reach, *json = columns
    configuration, model, state, reported = (
        NOTHING if text is None else msgspec.Raw(text.encode()) for text in json
    )
    return ModulePlan(
        id_,
        name,
        device,
        gateway,
        ambient,
        configuration,
        model,
        state,
        reported,
        hw_type=hw_type,
        fw=fw,
        appliance=appliance,
        reach=reach,
    )


_GATEWAYS = query(
    GatewayPlan,
    "SELECT id, name, hw_type, fw, reach FROM gateways WHERE plant_id = :plant_id "
    "AND id NOT IN (SELECT gateway_id FROM gateway_links) ORDER BY id",
)
_MODULES = query(
    _module,
    "SELECT m.id, m.name, m.device, m.gateway_id, m.ambient_id, m.hw_type, m.fw, m.appliance, "
    "m.reach, m.configuration, s.model, s.state, h.reported FROM modules m "
    "JOIN simulators s ON s.module_id = m.id LEFT JOIN module_states h ON h.module_id = m.id "
    "WHERE m.plant_id = :plant_id ORDER BY m.place, m.id",
)


async def survey(reads: Reads, owner_id: str, plant_id: str, now: int) -> Blueprint:
    """As it is now: simulated modules, their states and programs, scenes, what is out of reach.

    Members, history, events and whatever is real are not part of it. Raises `Kind.UNKNOWN`.
    """
    plant = await owned_plant(reads, owner_id, plant_id)
    modules = await reads.all(_MODULES, plant_id=plant_id)
    known = {one.id for one in modules}
    return Blueprint(
        now,
        _plant(plant),
        tuple(await reads.all(_GATEWAYS, plant_id=plant_id)),
        tuple(
            AmbientPlan(one.id, one.name, one.type, one.floor)
            for one in await ambients_of(reads, owner_id, plant_id)
        ),
        tuple(modules),
        tuple(
            ScenePlan(
                scene.id,
                scene.name,
                scene.friendly_name,
                tuple(
                    StepPlan(step.module_id, msgspec.Raw(msgspec.json.encode(step.command)))
                    for step in scene.steps
                    if step.module_id in known
                ),
            )
            for scene in await scenes_of(reads, owner_id, plant_id)
        ),
    )


def _plant(plant: Plant) -> PlantPlan:
    return PlantPlan(plant.id, plant.name, plant.type, plant.time_zone, plant.api, plant.country)
