"""The pieces that templates put homes together of: a device of each kind, as it is bought. [DEV-4]

What a piece is built into is drawn from the place where it comes to stand, and from nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from . import automation as automations
from . import doorentry, emergency, multisocket
from . import heater as heaters
from . import light as lights
from . import meter as meters
from . import plug as plugs
from . import remote as remotes
from . import thermostat as thermostats
from .programs import PROGRAMS
from .simulators import automation as simulated_automation
from .simulators import doorentry as simulated_doorentry
from .simulators import emergency as simulated_emergency
from .simulators import heater as simulated_heater
from .simulators import light as simulated_light
from .simulators import meter as simulated_meter
from .simulators import multisocket as simulated_multisocket
from .simulators import plug as simulated_plug
from .simulators import remote as simulated_remote
from .simulators.anatomy import Model as ThermostatModel
from .simulators.appliances import Appliance
from .simulators.room import HEIGHT, House
from .simulators.weather import Climate
from .thermostat import Function, Manner, Regulation

BOTH = (Function.HEATING, Function.COOLING)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a device comes to stand.

    ``phase`` is where in the minute its gateway's grid lies, in ms; ``seed`` is its own, and
    ``modules`` are the ids of all modules of the plant, by name.
    """

    climate: Climate
    phase: int
    seed: int
    modules: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A module of a template; ``ambient`` is the name of one, or ``None``."""

    name: str
    ambient: str | None
    device: str
    configuration: Any
    model: Callable[[Site], Any]
    hw_type: str = ""
    fw: int = 0
    appliance: str = ""


def thermostat(
    name: str,
    heats: float = 1.0,
    functions: tuple[Function, ...] = BOTH,
    *,
    floor_heating: bool = False,
) -> Piece:
    """In an ambient of its own name; ``heats`` is how much of an ordinary storey.

    Floors are regulated by shares of a cycle, radiators with hysteresis.
    """

    def model(site: Site) -> ThermostatModel:
        room = house(site.seed, heats)
        return ThermostatModel(
            _floor_heated(room) if floor_heating else room, site.climate, site.phase
        )

    regulation = Regulation(Manner.PROPORTIONAL, cycle=30) if floor_heating else Regulation()
    return Piece(
        name,
        name,
        thermostats.DEVICE,
        thermostats.Configuration(functions, PROGRAMS, regulation),
        model,
    )


def light(name: str, ambient: str | None, watts: int, *, dimmable: bool = False) -> Piece:
    return Piece(
        name,
        ambient,
        lights.DEVICE,
        lights.Configuration(dimmable),
        lambda _site: simulated_light.Model(watts),
        hw_type="NLFN" if dimmable else "NLL",
        fw=57 if dimmable else 42,
    )


def plug(
    name: str,
    ambient: str | None,
    appliance: Appliance,
    watts: int,
    *,
    mobile: bool = False,
    kind: str = "other",
) -> Piece:
    """``watts`` is the most that the appliance draws; ``kind`` is the app's word for it."""
    return Piece(
        name,
        ambient,
        plugs.DEVICE,
        plugs.Configuration(),
        lambda site: simulated_plug.Model(appliance, watts, site.seed),
        hw_type="NLPM" if mobile else "NLP",
        fw=61 if mobile else 68,
        appliance=kind,
    )


def shutter(name: str, ambient: str | None, *, step: int = automations.COARSE) -> Piece:
    return Piece(
        name,
        ambient,
        automations.DEVICE,
        automations.Configuration(step),
        lambda _site: simulated_automation.Model(),
        hw_type="NLV" if step == automations.COARSE else "NLLV",
        fw=21 if step == automations.COARSE else 30,
    )


def heater(name: str, ambient: str | None, watts: int = 1_500) -> Piece:
    def model(site: Site) -> simulated_heater.Model:
        room = house(site.seed, 0.18)
        return simulated_heater.Model(_heated(room, watts), site.climate, site.phase)

    return Piece(
        name,
        ambient,
        heaters.DEVICE,
        heaters.Configuration(),
        model,
        hw_type="NLC",
        fw=43,
    )


def remote(name: str, ambient: str | None, *, buttons: int = 1) -> Piece:
    return Piece(
        name,
        ambient,
        remotes.DEVICE,
        remotes.Configuration(buttons),
        lambda _site: simulated_remote.Model(),
        hw_type="NLD" if buttons > 1 else "NLT",
        fw=50,
    )


def meter(name: str, ambient: str | None, *circuit: str) -> Piece:
    """It measures the modules of these names."""
    return Piece(
        name,
        ambient,
        meters.DEVICE,
        meters.Configuration(),
        lambda site: simulated_meter.Model(tuple(site.modules[one] for one in circuit)),
        hw_type="NLPC",
        fw=54,
    )


def socket(name: str, ambient: str | None, outlets: int) -> Piece:
    """A Wi-Fi socket with one outlet, a multisocket with several."""
    return Piece(
        name,
        ambient,
        multisocket.DEVICE,
        multisocket.Configuration(outlets),
        lambda _site: simulated_multisocket.Model(),
        hw_type="multisocket" if outlets > 1 else "wifisocket",
        fw=12,
    )


def emergency_lights(name: str, ambient: str | None, reference: str, serial: str) -> Piece:
    return Piece(
        name,
        ambient,
        emergency.DEVICE,
        emergency.Configuration(reference, serial),
        lambda _site: simulated_emergency.Model(),
        fw=7,
    )


def door_unit(name: str, ambient: str | None) -> Piece:
    return Piece(
        name,
        ambient,
        doorentry.DEVICE,
        doorentry.Configuration(),
        lambda _site: simulated_doorentry.Model(),
        fw=104,
    )


@dataclass(frozen=True, slots=True)
class _Shell:
    """What homes of an age are built of: W/K for each m² of floor, windows, W/m² of heating."""

    opaque: float
    u: float
    g: float
    air_changes: float
    heating: float


_SHELLS = (
    _Shell(opaque=1.3, u=4.9, g=0.80, air_changes=0.6, heating=120),  # hollow brick, one pane
    _Shell(opaque=0.9, u=2.8, g=0.72, air_changes=0.45, heating=85),  # some insulation, two panes
    _Shell(opaque=0.5, u=1.8, g=0.60, air_changes=0.4, heating=60),  # insulated
)
"""Of the order of the Italian building types of TABULA before 1976, to 2005, and since."""
_WEIGHTS = ((110_000.0, 2.5), (165_000.0, 2.5), (260_000.0, 3.0))
"""Light, medium, heavy: J/K and m² of mass for each m² of floor (ISO 13790, table 12)."""
_DIRECTIONS = (0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0)
_COOLING = 50.0
"""W/m²."""


def house(seed: int, heats: float) -> House:
    """Part of an ordinary storey, no two the same."""
    chance = Random(seed + 1)  # noqa: S311 - a home, not a secret
    usual = House()

    def about(value: float, spread: float = 0.15) -> float:
        return round(value * chance.uniform(1 - spread, 1 + spread), 3)

    shell = chance.choices(_SHELLS, (3, 5, 2))[0]
    capacity, mass = chance.choice(_WEIGHTS)
    front = chance.randrange(len(_DIRECTIONS))
    volume = about(usual.volume * heats, 0.1)
    floor = volume / HEIGHT
    return House(
        volume=volume,
        opaque=about(shell.opaque),
        panes=(
            (_DIRECTIONS[front], about(0.09, 0.3)),
            (_DIRECTIONS[(front + chance.choice((2, 4, 6))) % 8], about(0.05, 0.3)),
        ),
        u=shell.u,
        g=shell.g,
        capacity=capacity,
        mass=mass,
        heater=round(about(shell.heating, 0.1) * floor),
        cooler=round(about(_COOLING, 0.1) * floor),
        air_changes=shell.air_changes,
        people=round(usual.people * heats, 1),
        seed=seed % 1_000_000,
    )


def _heated(room: House, watts: int) -> House:
    """The room with an electric heater, which is quick."""
    return replace(room, heater=float(watts), emitter_lag=300.0)


def _floor_heated(room: House) -> House:
    """The room with pipes under its floor, which are slow and radiate."""
    return replace(room, emitter_lag=2.5 * 3600, convective=0.4)
