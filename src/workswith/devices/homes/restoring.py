"""A home becomes again what it was when a blueprint was drawn of it. [SBX-3]

Ids stay, so applications find what they know; history, events and their numbers go on. Every device
lives on from the state that it had then, through the time that has passed, at most two days.
"""

from typing import Any

import msgspec

from workswith.devices.kinds import KINDS
from workswith.devices.meter import Measured
from workswith.devices.parked import Parked, keep, parked
from workswith.devices.plants import (
    Plant,
    Reach,
    checked_name,
    create_ambient,
    create_gateway,
    modules_of,
)
from workswith.devices.reporting import report
from workswith.devices.simulators.kind import Step
from workswith.kernel.database import Tx, query, statement
from workswith.kernel.ident import Ident

from .blueprint import AmbientPlan, Blueprint, GatewayPlan, ModulePlan, require_whole
from .building import put_in, set_reaches, write_scenes
from .counters import body_of, rebase
from .removal import erase_module, erase_scenes

_PLANT = statement(
    "UPDATE plants SET name = :name, type = :type, time_zone = :time_zone, country = :country "
    "WHERE id = :id"
)
_GATEWAY = statement(
    "UPDATE gateways SET name = :name, hw_type = :hw_type, fw = :fw WHERE id = :id"
)
_AMBIENT = statement(
    "UPDATE ambients SET name = :name, type = :type, floor = :floor, place = :place WHERE id = :id"
)
_MODULE = statement(
    "UPDATE modules SET name = :name, ambient_id = :ambient, gateway_id = :gateway, "
    "configuration = :configuration, hw_type = :hw_type, fw = :fw, appliance = :appliance, "
    "place = :place WHERE id = :id"
)
_SIMULATOR = statement(
    "UPDATE simulators SET kind = :kind, model = :model, state = :state WHERE module_id = :id"
)
_AMBIENTS = query(str, "SELECT id FROM ambients WHERE plant_id = :plant_id")
# What is real stays as it is.
_GATEWAYS = query(
    str,
    "SELECT id FROM gateways WHERE plant_id = :plant_id "
    "AND id NOT IN (SELECT gateway_id FROM gateway_links)",
)
_MODULES = query(
    str,
    "SELECT m.id FROM modules m JOIN simulators s ON s.module_id = m.id "
    "WHERE m.plant_id = :plant_id",
)
_DROP_AMBIENT = statement("DELETE FROM ambients WHERE id = :id")
_DROP_GATEWAY = statement("DELETE FROM gateways WHERE id = :id")
_LOOSE = statement("UPDATE modules SET ambient_id = NULL WHERE ambient_id = :id")


async def restore(tx: Tx, plant: Plant, ident: Ident, blueprint: Blueprint, now: int) -> None:
    """Whose plant it is has been asked before; the park holds its devices still meanwhile."""
    require_whole(blueprint)
    drawn = blueprint.plant
    await tx.run(
        _PLANT,
        id=plant.id,
        name=checked_name(drawn.name),
        type=drawn.type,
        time_zone=drawn.time_zone,
        country=drawn.country,
    )
    await erase_scenes(tx, plant.id)
    there = set(await tx.all(_MODULES, plant_id=plant.id))
    for module_id in sorted(there - {one.id for one in blueprint.modules}):
        await erase_module(tx, module_id)
    await _gateways(tx, plant, ident, blueprint.gateways, now)
    await _ambients(tx, plant, ident, blueprint.ambients)
    for place, module in enumerate(blueprint.modules):
        if module.id not in there:
            await put_in(tx, plant, ident, module, now)
        await _put_back(tx, module, place)
    await _drop_the_rest(tx, plant, blueprint)
    await write_scenes(tx, plant, ident, blueprint, await modules_of(tx, plant.owner_id, plant.id))
    await set_reaches(tx, blueprint, now)
    await _wake(tx, plant.id, now)


async def _gateways(
    tx: Tx, plant: Plant, ident: Ident, drawn: tuple[GatewayPlan, ...], now: int
) -> None:
    there = set(await tx.all(_GATEWAYS, plant_id=plant.id))
    for one in drawn:
        if one.id not in there:
            await create_gateway(tx, plant, ident, one.name, now, id_=one.id)
        await tx.run(_GATEWAY, id=one.id, name=one.name, hw_type=one.hw_type, fw=one.fw)


async def _ambients(tx: Tx, plant: Plant, ident: Ident, drawn: tuple[AmbientPlan, ...]) -> None:
    there = set(await tx.all(_AMBIENTS, plant_id=plant.id))
    for place, one in enumerate(drawn):
        if one.id not in there:
            await create_ambient(tx, plant, ident, one.name, one.type, id_=one.id)
        await tx.run(
            _AMBIENT, id=one.id, name=one.name, type=one.type, floor=one.floor, place=place
        )


async def _put_back(tx: Tx, drawn: ModulePlan, place: int) -> None:
    await tx.run(
        _MODULE,
        id=drawn.id,
        name=drawn.name,
        ambient=drawn.ambient,
        gateway=drawn.gateway,
        configuration=_text(drawn.configuration),
        hw_type=drawn.hw_type,
        fw=drawn.fw,
        appliance=drawn.appliance,
        place=place,
    )
    await tx.run(
        _SIMULATOR,
        id=drawn.id,
        kind=drawn.device,
        model=_text(drawn.model),
        state=_text(drawn.state),
    )


async def _drop_the_rest(tx: Tx, plant: Plant, blueprint: Blueprint) -> None:
    """Rooms and gateways that were not there; nothing stands in them any more."""
    for id_ in set(await tx.all(_AMBIENTS, plant_id=plant.id)):
        if id_ not in {one.id for one in blueprint.ambients}:
            await tx.run(_LOOSE, id=id_)
            await tx.run(_DROP_AMBIENT, id=id_)
    for id_ in set(await tx.all(_GATEWAYS, plant_id=plant.id)):
        if id_ not in {one.id for one in blueprint.gateways}:
            await tx.run(_DROP_GATEWAY, id=id_)


async def _wake(tx: Tx, plant_id: str, now: int) -> None:
    """Every device lives until now and says how it is; the meters look at what the others say."""
    rows = await parked(tx, plant_id)
    said: dict[str, Any] = {}
    for row in sorted(rows, key=lambda row: bool(_circuit(row))):
        step = _look(row, said, now)
        said[row.module_id] = step.reading
        await keep(tx, row.module_id, KINDS[row.kind].simulator.text_of(step.state))
        await rebase(tx, row.module_id, step.reading)
        if Reach(row.reach) is not Reach.OFFLINE:
            await report(tx, row.module_id, step.reading)


def _look(row: Parked, said: dict[str, Any], now: int) -> Step[Any]:
    simulator, body = KINDS[row.kind].simulator, body_of(row)
    state = simulator.state_of(row.state)
    now = max(now, state.said.at)
    behind = [said[one] for one in _circuit(row) if one in said]
    if behind:
        flow = Measured(sum(one.power for one in behind), sum(one.energy for one in behind))
        state = simulator.step(body, state, now, flow).state
    return simulator.look(body, state, now)


def _circuit(row: Parked) -> tuple[str, ...]:
    return KINDS[row.kind].simulator.circuit(body_of(row))


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode()
