"""The weather over a home: a curve of the clock, the same for ever.

A year and a day of temperature, fronts that pass every few days, clouds, the sun by its height,
and the water in the air. Plausible, not measured; a typical year can take its place.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, exp, pi, radians, sin
from typing import NamedTuple

from workswith.kernel.clock import DAY, HOUR, MINUTE

SLOT = 10 * MINUTE
"""The weather holds for this long."""
_YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class Climate:
    """A place. Latitude and longitude in degrees, temperatures in °C and K; ``seed`` varies it."""

    latitude: float = 45.5
    longitude: float = 9.2
    mean: float = 13.5
    yearly: float = 10.5
    daily: float = 4.0
    fronts: float = 2.2
    seed: int = 0


class Weather(NamedTuple):
    """Outside: air in °C, sun on a horizontal square metre in W, water in kg per kg of air."""

    air: float
    sun: float
    water: float


def weather(climate: Climate, at: int) -> Weather:
    """The weather of the ten minutes that ``at`` is in."""
    return _weather(climate, at // SLOT)


@lru_cache(maxsize=8_192)
def _weather(climate: Climate, slot: int) -> Weather:
    at = slot * SLOT
    day = at / DAY
    hour = at % DAY / HOUR + climate.longitude / 15  # by the sun
    shift = climate.seed % 997
    cloud = 0.5 + 0.33 * sin(_turn(day, 2.9) + shift) + 0.17 * sin(_turn(day, 6.1) + 2 * shift)
    season = -climate.yearly * cos(_turn(day - 18, _YEAR))
    front = climate.fronts * (sin(_turn(day, 3.7) + shift) + 0.6 * sin(_turn(day, 9.3) + shift))
    mean = climate.mean + season + front
    daily = climate.daily * (1.25 - 0.6 * cloud) * cos(2 * pi * (hour - 15) / 24)
    sun = 950 * max(0.0, _height(climate.latitude, day, hour)) * (1 - 0.7 * cloud)
    return Weather(mean + daily, sun, (0.62 + 0.2 * cloud) * saturation(mean))


def saturation(celsius: float) -> float:
    """The most water that air can hold, kg per kg at sea level (Magnus)."""
    pressure = 611.2 * exp(17.62 * celsius / (243.12 + celsius))
    return 0.622 * pressure / (101_325 - pressure)


def _height(latitude: float, day: float, hour: float) -> float:
    """The sine of the sun's height above the horizon."""
    declination = radians(-23.44) * cos(_turn(day + 10, _YEAR))
    place = radians(latitude)
    around = 2 * pi * (hour - 12) / 24
    return sin(place) * sin(declination) + cos(place) * cos(declination) * cos(around)


def _turn(day: float, period: float) -> float:
    return 2 * pi * day / period
