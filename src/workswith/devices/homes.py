"""Homes to have: templates as data, and how one is furnished. [DEV-4]

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
from .simulators import thermostat
from .simulators.room import House
from .simulators.weather import Climate
from .thermostat import DEVICE, Configuration, Day, Function, Program, Week
from .twin import report

MILAN = Climate()


@dataclass(frozen=True, slots=True)
class Thermostat:
    """A thermostat of a template, in an ambient of the same name."""

    name: str
    heats: float = 1.0
    """How large the part of the home is, against an ordinary storey."""
    functions: tuple[Function, ...] = (Function.HEATING, Function.COOLING)


@dataclass(frozen=True, slots=True)
class Template:
    """A plant to have."""

    name: str
    type: str
    thermostats: tuple[Thermostat, ...]
    time_zone: str = "Europe/Rome"
    climate: Climate = MILAN


HOUSE = Template(
    "Casa al Lago",
    "House",
    (Thermostat("Piano Terra"), Thermostat("Primo Piano"), Thermostat("Mansarda", 0.6)),
    climate=Climate(latitude=46.0, longitude=9.3, mean=12.8),
)
FLAT = Template(
    "Appartamento in Città",
    "Flat",
    (Thermostat("Soggiorno", 0.8, (Function.HEATING,)),),
)
TEMPLATES: dict[str, tuple[Template, ...]] = {
    "house": (HOUSE,),
    "flat": (FLAT,),
    "two_homes": (HOUSE, FLAT),
    "empty": (Template("Casa Vuota", "House", ()),),
}


def _day(*switches: tuple[str, int]) -> Day:
    return tuple((int(at[:2]) * 60 + int(at[3:]), set_point) for at, set_point in switches)


def _week(workday: Day, weekend: Day) -> Week:
    return (workday,) * 5 + (weekend,) * 2


_STEADY = _day(("00:00", 200))
_STEADY_COOL = _day(("00:00", 260))
_HOME = _day(("00:00", 170), ("06:30", 205), ("08:30", 185), ("17:00", 205), ("22:30", 170))
_HOME_WEEKEND = _day(("00:00", 170), ("08:00", 205), ("23:30", 170))
_HOME_COOL = _day(("00:00", 270), ("12:00", 255), ("22:30", 270))
_AWAY = _day(("00:00", 160))
_AWAY_COOL = _day(("00:00", 290))
_NIGHT = _day(("00:00", 180), ("06:00", 190), ("20:00", 210), ("23:00", 180))
_NIGHT_COOL = _day(("00:00", 255), ("08:00", 270), ("20:00", 250))

PROGRAMS = (
    Program(0, "0", _week(_STEADY, _STEADY), _week(_STEADY_COOL, _STEADY_COOL)),
    Program(1, "At Home", _week(_HOME, _HOME_WEEKEND), _week(_HOME_COOL, _HOME_COOL)),
    Program(2, "Not At Home", _week(_AWAY, _AWAY), _week(_AWAY_COOL, _AWAY_COOL)),
    Program(3, "Evenings", _week(_NIGHT, _NIGHT), _week(_NIGHT_COOL, _NIGHT_COOL)),
)
"""What every thermostat of a template comes with; number 0 is the pseudo entry."""

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
