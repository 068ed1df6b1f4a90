"""What an electric heater is: told comfort, away or frost guard over its pilot wire.

(`contract/homecontrol.md` 2.8, 2.9; units as in `light`, temperatures in tenths of °C)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

import msgspec

DEVICE = "heater"


class Mode(StrEnum):
    COMFORT = "comfort"
    AWAY = "away"
    FROST_GUARD = "frost_guard"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A heater's temperatures are set on the heater itself, in tenths; away is below comfort."""

    comfort: int = 195
    away: int = 160
    frost_guard: int = 70

    def set_point(self, mode: Mode) -> int:
        return {
            Mode.COMFORT: self.comfort,
            Mode.AWAY: self.away,
            Mode.FROST_GUARD: self.frost_guard,
        }[mode]


@dataclass(frozen=True, slots=True)
class Command:
    mode: Mode


class Reading(msgspec.Struct, frozen=True):
    """``temperature`` is the air's as the heater measures it, in tenths of a degree Celsius."""

    mode: Mode
    power: int
    energy: int
    temperature: int
    at: int


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "mode": attrgetter("mode"),
    "consumptions": attrgetter("power"),
    "temperature": attrgetter("temperature"),
}
