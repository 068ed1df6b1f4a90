"""Rooms and devices of a home: add, name, move, take away, reset. [DEV-4 END-1]"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from workswith.devices import heater, ids, thermostat
from workswith.devices.furniture import Site
from workswith.devices.kinds import KINDS
from workswith.devices.parked import Parked, keep, parked
from workswith.devices.plants import (
    Ambient,
    Module,
    Plant,
    ambients_of,
    change_ambient,
    checked_name,
    configure_module,
    create_ambient,
    create_gateway,
    known_type,
    module_of,
    modules_of,
    move_module,
    owned_plant,
    remove_ambient,
    rename_module,
    unknown,
)
from workswith.devices.programs import PROGRAMS
from workswith.devices.simulators.weather import Climate
from workswith.kernel.database import Tx, query
from workswith.kernel.problem import Kind, Problem

from .blueprint import PlantPlan
from .building import put_in
from .counters import body_of, rebase, unmeter
from .drawing import phase_of, put_up, seed_of
from .goods import GATEWAYS, OTHER_GATEWAY, SOLD, piece_of
from .removal import erase_module
from .workshop import Workshop

_RESET: Mapping[str, Callable[[Any], Any]] = {
    thermostat.DEVICE: lambda configuration: replace(configuration, programs=PROGRAMS),
    heater.DEVICE: lambda _configuration: heater.Configuration(),
}
"""What a factory reset does to a configuration; of other kinds nothing can be set up."""
_MODELS = query(
    str,
    "SELECT s.model FROM simulators s JOIN modules m ON m.id = s.module_id "
    "WHERE m.plant_id = :plant_id ORDER BY m.place, m.id",
)
_GATEWAY = query(
    str,
    "SELECT id FROM gateways WHERE plant_id = :plant_id "
    "AND id NOT IN (SELECT gateway_id FROM gateway_links) ORDER BY id LIMIT 1",
)
"""What is simulated does not stand behind a real gateway."""


class Fittings:
    """Every method raises `Kind.UNKNOWN` for what the account does not own."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    async def add_ambient(
        self, owner_id: str, plant_id: str, name: str, ambient_type: str = "custom"
    ) -> Ambient:
        """Raises `Kind.INVALID`, and `Kind.CONFLICT` ``ambients_many``."""

        async def write(tx: Tx) -> Ambient:
            plant = await owned_plant(tx, owner_id, plant_id)
            there = len(await ambients_of(tx, owner_id, plant_id))
            if there >= self._shop.settings.ambients_per_home:
                raise Problem(Kind.CONFLICT, "ambients_many", "A home has no more rooms than that.")
            type_ = known_type(ambient_type)
            return await create_ambient(tx, plant, self._shop.ident, name, type_)

        return await self._shop.database.write(write)

    async def change_ambient(
        self, owner_id: str, plant_id: str, ambient_id: str, *, name: str, ambient_type: str
    ) -> None:
        """Its name and what it is used as. Raises `Kind.INVALID`."""
        await self._shop.database.write(
            change_ambient, owner_id, plant_id, ambient_id, name=name, ambient_type=ambient_type
        )

    async def remove_ambient(self, owner_id: str, plant_id: str, ambient_id: str) -> None:
        """What stood in it stands in no room then."""
        await self._shop.database.write(remove_ambient, owner_id, plant_id, ambient_id)

    async def add_module(
        self, owner_id: str, plant_id: str, goods: str, name: str, ambient_id: str = ""
    ) -> Module:
        """Puts up a simulated device, one of `goods.SOLD` for the plant's API.

        Raises `Kind.INVALID`, and `Kind.CONFLICT` ``modules_many``.
        """

        async def write(tx: Tx) -> Module:
            return await self._add_module(
                tx, await owned_plant(tx, owner_id, plant_id), goods, name, ambient_id
            )

        module = await self._shop.database.write(write)
        await self._shop.park.welcome(module.id)
        return module

    async def rename_module(self, owner_id: str, plant_id: str, module_id: str, name: str) -> None:
        """Raises `Kind.INVALID`."""
        await self._shop.database.write(rename_module, owner_id, plant_id, module_id, name)

    async def move_module(
        self, owner_id: str, plant_id: str, module_id: str, ambient_id: str
    ) -> None:
        """To a room of the same plant, or to none (``""``)."""
        await self._shop.database.write(move_module, owner_id, plant_id, module_id, ambient_id)

    async def remove_module(self, owner_id: str, plant_id: str, module_id: str) -> None:
        """With its history; meters and scenes go on without it."""
        shop = self._shop

        async def write(tx: Tx) -> None:
            await owned_plant(tx, owner_id, plant_id)
            await module_of(tx, owner_id, plant_id, module_id)
            await unmeter(tx, plant_id, module_id, shop.clock.now(), gone=True)
            await erase_module(tx, module_id)

        async with shop.park.changing(plant_id):
            await shop.database.write(write)

    async def reset_module(self, owner_id: str, plant_id: str, module_id: str) -> None:
        """As it left the factory: its programs, its mode, its counters. History stays."""
        shop = self._shop

        async def write(tx: Tx) -> None:
            await owned_plant(tx, owner_id, plant_id)
            await module_of(tx, owner_id, plant_id, module_id)
            rows = {row.module_id: row for row in await parked(tx, plant_id)}
            if module_id not in rows:
                raise Problem(
                    Kind.CONFLICT, "module_real", "A real device is reset where it stands."
                )
            await unmeter(tx, plant_id, module_id, shop.clock.now(), gone=False)
            await _begin_again(tx, rows[module_id], shop.clock.now())

        async with shop.park.changing(plant_id):
            await shop.database.write(write)
        await shop.park.speak([module_id])

    async def _add_module(
        self, tx: Tx, plant: Plant, goods: str, name: str, ambient_id: str
    ) -> Module:
        shop = self._shop
        modules = await modules_of(tx, plant.owner_id, plant.id)
        if goods not in SOLD[plant.api]:
            raise Problem(
                Kind.INVALID,
                "goods_unknown",
                "Such a device does not go with this home.",
                hint="There are: " + ", ".join(SOLD[plant.api]),
                field="goods",
            )
        if len(modules) >= shop.settings.modules_per_home:
            raise Problem(Kind.CONFLICT, "modules_many", "A home has no more devices than that.")
        ambients = {one.id for one in await ambients_of(tx, plant.owner_id, plant.id)}
        if ambient_id and ambient_id not in ambients:
            raise unknown("ambient")
        now = shop.clock.now()
        gateway_id = await self._gateway(tx, plant, now)
        circuit = tuple(one.id for one in modules if _draws(one))
        drawn = put_up(
            piece_of(goods, checked_name(name), circuit),
            Site(
                await _climate(tx, plant),
                phase_of(gateway_id),
                seed=0,
                modules={one: one for one in circuit},
            ),
            PlantPlan(plant.id, plant.name, plant.type, plant.time_zone, plant.api, plant.country),
            gateway_id,
            ambient_id or None,
            id_=ids.module(shop.ident, plant.api, gateway_id),
            now=now,
        )
        return await put_in(tx, plant, shop.ident, drawn, now)

    async def _gateway(self, tx: Tx, plant: Plant, now: int) -> str:
        found = await tx.one(_GATEWAY, plant_id=plant.id)
        if found is not None:
            return found
        name, hw_type, fw = GATEWAYS.get(plant.api, OTHER_GATEWAY)
        made = await create_gateway(tx, plant, self._shop.ident, name, now, hw_type=hw_type, fw=fw)
        return made.id


async def _begin_again(tx: Tx, row: Parked, now: int) -> None:
    kind = KINDS[row.kind]
    configuration = msgspec.json.decode(row.configuration, type=kind.configuration)
    if row.kind in _RESET:
        configuration = _RESET[row.kind](configuration)
    text = msgspec.json.encode(configuration).decode()
    row = replace(row, configuration=text)
    said_at = kind.simulator.state_of(row.state).said.at
    state = kind.begin(body_of(row), max(now, said_at), seed_of(row.module_id))
    await configure_module(tx, row.module_id, text)
    await keep(tx, row.module_id, kind.simulator.text_of(state))
    await rebase(tx, row.module_id, state.said)


async def _climate(tx: Tx, plant: Plant) -> Climate:
    """That of the plant's other devices; where there is none, the usual one."""
    for model in await tx.all(_MODELS, plant_id=plant.id):
        members = msgspec.json.decode(model)
        if "climate" in members:
            return msgspec.convert(members["climate"], Climate)
    return Climate(seed=seed_of(plant.id))


def _draws(module: Module) -> bool:
    """Whether a meter can measure it."""
    kind = KINDS[module.device]
    return kind.command is not None and any(one.name == "power" for one in kind.measures)
