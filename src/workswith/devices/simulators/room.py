"""A room: air and mass joined by conductances (2R2C), a radiator, a sensor, water in the air.

Each minute is solved exactly for the weather and the heat of that minute, so that the step does
not matter to stability. Temperatures in °C, powers in W, capacities in J/K, conductances in W/K.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, sqrt
from typing import NamedTuple

from .weather import Weather, saturation

STEP = 60.0
"""Seconds of one step."""
AIR_DENSITY = 1.2
"""kg per cubic metre."""


@dataclass(frozen=True, slots=True)
class House:
    """The part of a home that one thermostat heats."""

    air_capacity: float = 700_000.0
    mass_capacity: float = 12_000_000.0
    air_to_mass: float = 320.0
    air_to_outside: float = 45.0
    mass_to_outside: float = 55.0
    heater: float = 5_000.0
    cooler: float = 3_000.0
    emitter_lag: float = 900.0
    sensor_lag: float = 180.0
    glass: float = 2.2
    """Square metres of window, as if they lay flat and let everything in."""
    volume: float = 160.0
    air_changes: float = 0.45
    """Per hour."""
    buffering: float = 8.0
    """How many times the air's own water the walls and furniture take part with."""
    people: float = 2.0


class Room(NamedTuple):
    """How it is: air, mass and sensor in °C, the emitter's power in W, water in kg/kg."""

    air: float
    mass: float
    emitter: float
    sensor: float
    water: float


def pass_minute(house: House, room: Room, outside: Weather, power: float, people: float) -> Room:
    """The room one minute later, with ``power`` W sent to the emitter and ``people`` at home."""
    c = _coefficients(house)
    emitter = power + (room.emitter - power) * c.emitter
    sun = outside.sun * house.glass
    to_air = house.air_to_outside * outside.air + 0.6 * emitter + 0.3 * sun + 90 * people + 60
    to_mass = house.mass_to_outside * outside.air + 0.4 * emitter + 0.7 * sun
    air = c.aa * room.air + c.am * room.mass + c.fa * to_air + c.fam * to_mass
    mass = c.ma * room.air + c.mm * room.mass + c.fma * to_air + c.fm * to_mass
    moist = c.balance * (people * 0.055 + 0.02) + outside.water
    water = moist + (room.water - moist) * c.water
    return Room(air, mass, emitter, air + (room.sensor - air) * c.sensor, water)


def humidity(room: Room) -> float:
    """Relative humidity at the sensor, 1 … 99 %."""
    return min(99.0, max(1.0, 100 * room.water / saturation(room.sensor)))


class _Coefficients(NamedTuple):
    """The solution of one step: ``x' = E x + F u``, and the lags' shares that remain."""

    aa: float
    am: float
    ma: float
    mm: float
    fa: float
    fam: float
    fma: float
    fm: float
    emitter: float
    sensor: float
    water: float
    balance: float


@lru_cache(maxsize=1_024)
def _coefficients(house: House) -> _Coefficients:
    h, ca, cm = house.air_to_mass, house.air_capacity, house.mass_capacity
    a, b = -(h + house.air_to_outside) / ca, h / ca
    c, d = h / cm, -(h + house.mass_to_outside) / cm
    # The eigenvalues are real and negative, for heat does not swing.
    middle, spread = (a + d) / 2, sqrt(((a - d) / 2) ** 2 + b * c)
    fast, slow = middle - spread, middle + spread
    grow_fast, grow_slow = exp(fast * STEP), exp(slow * STEP)
    slope = (grow_slow - grow_fast) / (slow - fast)
    rest = grow_slow - slope * slow
    aa, am, ma, mm = slope * a + rest, slope * b, slope * c, slope * d + rest
    # F = A^-1 (E - 1), its columns divided by the capacity that the heat goes into.
    determinant = a * d - b * c
    f = (
        (d * (aa - 1) - b * ma) / determinant / ca,
        (d * am - b * (mm - 1)) / determinant / cm,
        (a * ma - c * (aa - 1)) / determinant / ca,
        (a * (mm - 1) - c * am) / determinant / cm,
    )
    exchange = house.air_changes / 3600  # per second
    return _Coefficients(
        aa,
        am,
        ma,
        mm,
        *f,
        exp(-STEP / house.emitter_lag),
        exp(-STEP / house.sensor_lag),
        exp(-exchange / house.buffering * STEP),
        # kg of water per hour and person, against the air that is exchanged in an hour
        1 / (AIR_DENSITY * house.volume * house.air_changes),
    )
