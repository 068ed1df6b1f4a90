"""Homes to have, as data: what stands in each, and the programs that thermostats come with. [DEV-4]"""

from dataclasses import dataclass

from .simulators.weather import Climate
from .thermostat import Day, Function, Program, Week

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
