"""How a home of `templates` is furnished. [DEV-4]

The same ids make the same home: its physics are drawn from its own ids and from nothing else.
"""

import zlib
from dataclasses import dataclass, replace
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Tx, statement
from workswith.kernel.ident import Ident

from .plants import (
    Module,
    Plant,
    create_ambient,
    create_gateway,
    create_module,
    create_plant,
)
from .reporting import report
from .simulators import thermostat
from .simulators.room import House
from .templates import PROGRAMS, TEMPLATES, Template
from .thermostat import DEVICE, Configuration

_ADD_SIMULATOR = statement(
    "INSERT INTO simulators (module_id, kind, model, state) "
    "VALUES (:module_id, :kind, :model, :state)"
)


@dataclass(frozen=True, slots=True)
class Home:
    """A plant with its modules, as furnished."""

    plant: Plant
    modules: tuple[Module, ...]


async def furnish(tx: Tx, owner_id: str, ident: Ident, template: str, now: int) -> tuple[Home, ...]:
    """Sets up the homes of `TEMPLATES`: plants, gateways, ambients, modules with a first report.

    The park takes them up when it starts, or at once by `Park.welcome`. Raises ``KeyError``.
    """
    return tuple([await _furnish(tx, owner_id, ident, one, now) for one in TEMPLATES[template]])


async def _furnish(tx: Tx, owner_id: str, ident: Ident, template: Template, now: int) -> Home:
    plant = await create_plant(
        tx,
        owner_id,
        ident,
        template.name,
        plant_type=template.type,
        time_zone=template.time_zone,
        now=now,
    )
    if not template.thermostats:
        return Home(plant, ())
    gateway = await create_gateway(tx, plant, ident, "Gateway", now)
    climate = replace(template.climate, seed=_seed(plant.id))
    modules: list[Module] = []
    for one in template.thermostats:
        ambient = await create_ambient(tx, plant, ident, one.name)
        configuration = Configuration(one.functions, PROGRAMS)
        module = await create_module(
            tx,
            plant,
            gateway,
            ambient,
            ident,
            name=one.name,
            device=DEVICE,
            configuration=msgspec.json.encode(configuration).decode(),
            now=now,
        )
        model = thermostat.Model(
            _house(module.id, one.heats), climate, _seed(gateway.id) % (MINUTE // 1000) * 1000
        )
        body = thermostat.Body(model, configuration, ZoneInfo(plant.time_zone))
        await _switch_on(tx, module.id, body, now)
        modules.append(module)
    return Home(plant, tuple(modules))


async def _switch_on(tx: Tx, module_id: str, body: thermostat.Body, now: int) -> None:
    chance = Random(_seed(module_id))  # noqa: S311 - a home, not a secret
    state = thermostat.begin(body, now, warmth=round(chance.uniform(18.5, 20.5), 2))
    await tx.run(
        _ADD_SIMULATOR,
        module_id=module_id,
        kind=DEVICE,
        model=msgspec.json.encode(body.model).decode(),
        state=thermostat.text_of(state),
    )
    await report(tx, module_id, state.said)


def _house(module_id: str, heats: float) -> House:
    """An ordinary storey, no two the same."""
    chance = Random(_seed(module_id) + 1)  # noqa: S311 - a home, not a secret
    usual = House()

    def about(value: float, spread: float = 0.15) -> float:
        return round(value * heats * chance.uniform(1 - spread, 1 + spread), 1)

    return House(
        air_capacity=about(usual.air_capacity),
        mass_capacity=about(usual.mass_capacity, 0.3),
        air_to_mass=about(usual.air_to_mass),
        air_to_outside=about(usual.air_to_outside),
        mass_to_outside=about(usual.mass_to_outside),
        heater=about(usual.heater, 0.1),
        cooler=about(usual.cooler, 0.1),
        glass=about(usual.glass, 0.3),
        volume=about(usual.volume, 0.1),
        people=round(usual.people * heats, 1),
    )


def _seed(text: str) -> int:
    return zlib.crc32(text.encode())
