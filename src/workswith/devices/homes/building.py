"""A blueprint becomes a home: rows of its own, and the first report of each device."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from workswith.devices.kinds import KINDS
from workswith.devices.parked import set_reach
from workswith.devices.plants import (
    Module,
    Plant,
    Reach,
    create_ambient,
    create_gateway,
    create_module,
    create_plant,
)
from workswith.devices.reporting import report
from workswith.devices.scenes import create_scene
from workswith.devices.simulators.kind import MEMORY, USUAL_PACE
from workswith.kernel.database import Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from .blueprint import NOTHING, Blueprint, ModulePlan, require_whole

_ADD_SIMULATOR = statement(
    "INSERT INTO simulators (module_id, kind, model, state) "
    "VALUES (:module_id, :kind, :model, :state)"
)
_TAKEN = query(
    str,
    "SELECT id FROM plants WHERE id = :id UNION SELECT id FROM gateways WHERE id = :id UNION "
    "SELECT id FROM ambients WHERE id = :id UNION SELECT id FROM modules WHERE id = :id UNION "
    "SELECT id FROM scenes WHERE id = :id",
)


@dataclass(frozen=True, slots=True)
class Home:
    """A plant with its modules, as furnished."""

    plant: Plant
    modules: tuple[Module, ...]

    def module(self, name: str) -> Module:
        """Raises ``StopIteration`` for a name that no module has."""
        return next(one for one in self.modules if one.name == name)


async def build(
    tx: Tx,
    owner_id: str,
    ident: Ident,
    blueprint: Blueprint,
    now: int,
    *,
    name: str = "",
    require_free: bool = False,
) -> Home:
    """Sets up the home with the ids of its blueprint, and its name unless another is given.

    Raises `Kind.MALFORMED` for a blueprint of something that cannot be; with ``require_free``,
    `Kind.CONFLICT` ``ids_taken`` for ids that something else has.
    """
    require_whole(blueprint)
    if require_free:
        await _require_free(tx, blueprint)
    drawn = blueprint.plant
    plant = await create_plant(
        tx,
        owner_id,
        ident,
        name or drawn.name,
        plant_type=drawn.type,
        time_zone=drawn.time_zone,
        api=drawn.api,
        country=drawn.country,
        now=now,
        id_=drawn.id,
    )
    for gateway in blueprint.gateways:
        await create_gateway(
            tx,
            plant,
            ident,
            gateway.name,
            now,
            hw_type=gateway.hw_type,
            fw=gateway.fw,
            id_=gateway.id,
        )
    for ambient in blueprint.ambients:
        await create_ambient(
            tx, plant, ident, ambient.name, ambient.type, floor=ambient.floor, id_=ambient.id
        )
    modules = [await put_in(tx, plant, ident, module, now) for module in blueprint.modules]
    await write_scenes(tx, plant, ident, blueprint, modules)
    await set_reaches(tx, blueprint, now)
    return Home(plant, tuple(modules))


async def put_in(tx: Tx, plant: Plant, ident: Ident, drawn: ModulePlan, now: int) -> Module:
    """One module, its simulator, and what the cloud has heard of it."""
    kind = KINDS[drawn.device]
    module = await create_module(
        tx,
        plant,
        drawn.gateway,
        drawn.ambient,
        ident,
        name=drawn.name,
        device=drawn.device,
        configuration=_text(drawn.configuration),
        hw_type=drawn.hw_type,
        fw=drawn.fw,
        appliance=drawn.appliance,
        id_=drawn.id,
        now=now,
    )
    require_alive(drawn, plant.time_zone)
    state = kind.simulator.state_of(_text(drawn.state))
    await add_simulators(tx, [drawn])
    heard = state.said
    if drawn.reported != NOTHING:
        heard = msgspec.json.decode(drawn.reported, type=kind.reading)
    await report(tx, module.id, heard)
    return module


async def add_simulators(tx: Tx, drawn: Iterable[ModulePlan]) -> None:
    """What lives in modules that have been put in."""
    await tx.run_many(
        _ADD_SIMULATOR,
        [
            {
                "module_id": one.id,
                "kind": one.device,
                "model": _text(one.model),
                "state": _text(one.state),
            }
            for one in drawn
        ],
    )


async def write_scenes(
    tx: Tx, plant: Plant, ident: Ident, blueprint: Blueprint, modules: list[Module]
) -> None:
    known = {module.id: module for module in modules}
    for scene in blueprint.scenes:
        steps = [
            (
                known[step.module],
                msgspec.json.decode(step.command, type=KINDS[known[step.module].device].command),
            )
            for step in scene.steps
        ]
        await create_scene(
            tx,
            plant,
            ident,
            scene.name,
            steps,
            friendly_name=scene.friendly_name,
            id_=scene.id,
        )


async def set_reaches(tx: Tx, blueprint: Blueprint, now: int) -> None:
    """What was out of reach when it was drawn is so again."""
    reaches = [(one.id, one.reach) for one in blueprint.gateways]
    reaches += [(one.id, one.reach) for one in blueprint.modules]
    for id_, reach in reaches:
        await set_reach(tx, id_, Reach(reach), now)


def require_alive(drawn: ModulePlan, time_zone: str) -> None:
    """Raises `Kind.MALFORMED` for a device that could not live until it speaks again."""
    simulator = KINDS[drawn.device].simulator
    try:
        body = simulator.body_of(
            _text(drawn.model), _text(drawn.configuration), time_zone, USUAL_PACE
        )
        state = simulator.state_of(_text(drawn.state))
        if abs(getattr(state, "at", state.said.at) - state.said.at) > MEMORY:
            raise ValueError("it has not lived since long before it spoke")
        simulator.foresee(body, state)
    except Exception as error:
        raise Problem(
            Kind.MALFORMED,
            "module_invalid",
            "A device of this home cannot live.",
            hint=f"{drawn.device} {drawn.id}: {error}",
        ) from error


async def _require_free(tx: Tx, blueprint: Blueprint) -> None:
    for id_ in blueprint.ids():
        if await tx.one(_TAKEN, id=id_) is not None:
            raise Problem(
                Kind.CONFLICT,
                "ids_taken",
                "The ids of this home are in use here already.",
                hint="Import it with new ids.",
            )


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode()
