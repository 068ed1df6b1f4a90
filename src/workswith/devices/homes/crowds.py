"""Homes of one template by the hundred: the rows that `building` makes, table by table. [DEV-4]

They were just drawn, so nothing of them has to be looked through; each ends up byte for byte as if
it had been built by itself.
"""

from collections.abc import Sequence

import msgspec

from workswith.devices.kinds import KINDS
from workswith.devices.known import known_of
from workswith.devices.plants import (
    Ambient,
    Gateway,
    Module,
    Plant,
    Reach,
    create_ambients,
    create_gateways,
    create_modules,
    create_plants,
)
from workswith.devices.reporting import Report, renew_all
from workswith.devices.templates import TEMPLATES
from workswith.kernel.database import Tx
from workswith.kernel.ident import Ident

from .blueprint import Blueprint, ModulePlan
from .building import Home, add_simulators, write_scenes
from .drawing import draw


async def furnish_many(
    tx: Tx, owner_id: str, ident: Ident, template: str, now: int, *, names: Sequence[str]
) -> list[Home]:
    """`furnishing.furnish`, once for each name; it is that of its first home, unless it is empty.

    Raises ``KeyError`` for a template that there is not.
    """
    drawn = []
    for name in names:
        homes = [draw(one, ident, now) for one in TEMPLATES[template]]
        if name:
            named = msgspec.structs.replace(homes[0].plant, name=name)
            homes[0] = msgspec.structs.replace(homes[0], plant=named)
        drawn += homes
    return await build_many(tx, owner_id, ident, drawn, now)


async def build_many(
    tx: Tx, owner_id: str, ident: Ident, drawn: Sequence[Blueprint], now: int
) -> list[Home]:
    """`building.build` of homes that `drawing` has drawn with ids of their own."""
    plants = [_plant(owner_id, one) for one in drawn]
    modules = [[_module(home.plant.id, one) for one in home.modules] for home in drawn]
    await create_plants(tx, plants, now)
    await create_gateways(
        tx,
        [
            Gateway(one.id, home.plant.id, one.name, Reach.ONLINE, now, one.hw_type, one.fw)
            for home in drawn
            for one in home.gateways
        ],
    )
    await create_ambients(
        tx,
        [
            Ambient(one.id, home.plant.id, one.name, one.type, one.floor)
            for home in drawn
            for one in home.ambients
        ],
    )
    await create_modules(tx, [one for home in modules for one in home], now)
    await add_simulators(tx, [one for home in drawn for one in home.modules])
    await renew_all(tx, [_first(home, one) for home in drawn for one in home.modules])
    for plant, home, stands in zip(plants, drawn, modules, strict=True):
        await write_scenes(tx, plant, ident, home, stands)
    return [Home(plant, tuple(each)) for plant, each in zip(plants, modules, strict=True)]


def _plant(owner_id: str, home: Blueprint) -> Plant:
    of = home.plant
    return Plant(of.id, owner_id, of.name, of.type, of.time_zone, of.api, of.country)


def _module(plant_id: str, of: ModulePlan) -> Module:
    return Module(
        of.id,
        plant_id,
        of.ambient,
        of.gateway,
        of.device,
        of.name,
        Reach.ONLINE,
        bytes(of.configuration).decode(),
        of.hw_type,
        of.fw,
        of.appliance,
    )


def _first(home: Blueprint, of: ModulePlan) -> Report:
    """Its first: the cloud has heard nothing of it."""
    state = KINDS[of.device].simulator.state_of(bytes(of.state).decode())
    plant = home.plant
    unheard = known_of(plant.id, of.device, of.fw, plant.time_zone, 0, "", "", "")
    return Report(of.id, state.said, known=unheard)
