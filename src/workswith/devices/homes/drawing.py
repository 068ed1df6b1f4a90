"""A template becomes a blueprint: the devices are put up on paper, each with its first reading."""

import zlib
from dataclasses import replace
from typing import Any

import msgspec

from workswith.devices import ids, thermostat
from workswith.devices.furniture import Piece, Site
from workswith.devices.kinds import KINDS
from workswith.devices.simulators import thermostat as simulated_thermostat
from workswith.devices.simulators.kind import USUAL_PACE
from workswith.devices.templates import Template
from workswith.kernel.clock import HOUR
from workswith.kernel.ident import Ident

from .blueprint import (
    AmbientPlan,
    Blueprint,
    GatewayPlan,
    ModulePlan,
    PlantPlan,
    ScenePlan,
    StepPlan,
)


def draw(template: Template, ident: Ident, now: int) -> Blueprint:
    """One home of `templates`. The same ids draw the same home, to the byte."""
    api, id_ = template.api, ids.plant(ident, template.api)
    plant = PlantPlan(id_, template.name, template.type, template.time_zone, api, template.country)
    if not template.pieces:
        return Blueprint(now, plant)
    name, hw_type, fw = template.gateway
    gateway = GatewayPlan(ids.gateway(ident, api), name, hw_type, fw)
    floors = dict(template.floors)
    ambients = {
        name: AmbientPlan(ids.ambient(ident, api, id_), name, ambient_type, floors.get(name, ""))
        for name, ambient_type in template.ambients
    }
    modules = {piece.name: ids.module(ident, api, gateway.id) for piece in template.pieces}
    site = Site(
        climate=replace(template.climate, seed=seed_of(id_)),
        phase=phase_of(gateway.id),
        seed=0,
        modules=modules,
    )
    return Blueprint(
        now,
        plant,
        (gateway,),
        tuple(ambients.values()),
        tuple(
            put_up(
                piece,
                site,
                plant,
                gateway.id,
                None if piece.ambient is None else ambients[piece.ambient].id,
                id_=modules[piece.name],
                now=now,
            )
            for piece in template.pieces
        ),
        tuple(
            ScenePlan(
                ids.scene(ident, api, id_),
                scene.name,
                scene.friendly_name,
                tuple(StepPlan(modules[name], _raw(command)) for name, command in scene.steps),
            )
            for scene in template.scenes
        ),
    )


def put_up(
    piece: Piece,
    site: Site,
    plant: PlantPlan,
    gateway_id: str,
    ambient_id: str | None,
    *,
    id_: str,
    now: int,
    command: Any = None,
    warmth: float | None = None,
) -> ModulePlan:
    """A device as it is when it was just put up, and has obeyed ``command`` if there is one.

    ``warmth`` is what a thermostat finds, in °C; if that is not known, it is about as warm as
    homes are.
    """
    kind, seed = KINDS[piece.device], seed_of(id_)
    configuration, model = _raw(piece.configuration), _raw(piece.model(replace(site, seed=seed)))
    body = kind.simulator.body_of(
        bytes(model).decode(), bytes(configuration).decode(), plant.time_zone, USUAL_PACE
    )
    if warmth is not None and piece.device == thermostat.DEVICE:
        state: Any = simulated_thermostat.begin(body, now, warmth=warmth)
    else:
        state = kind.begin(body, now, seed)
    if command is not None:
        state = kind.simulator.step(body, state, now, command).state
    return ModulePlan(
        id_,
        piece.name,
        piece.device,
        gateway_id,
        ambient_id,
        configuration,
        model,
        msgspec.Raw(kind.simulator.text_of(state).encode()),
        hw_type=piece.hw_type,
        fw=piece.fw,
        appliance=piece.appliance,
    )


def seed_of(id_: str) -> int:
    """A home's physics are drawn from its own ids and from nothing else."""
    return zlib.crc32(id_.encode())


def phase_of(gateway_id: str) -> int:
    """Where in the hour the grid of a gateway's devices lies, in ms.

    What is said every 15 minutes is so said by other homes at other instants.
    """
    return seed_of(gateway_id) % (HOUR // 1000) * 1000


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
