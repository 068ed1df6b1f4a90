"""A room with people in it: the 5R1C zone, emitters and sensors that lag, water in the air.

A step is a minute. Temperatures in °C, powers in W; what a house is made of is told for each square
metre of floor, so that big and small ones are alike.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import NamedTuple

from workswith.devices.physics.glass import Glazing
from workswith.devices.physics.moisture import balanced, relative, remaining, saturation
from workswith.devices.physics.zone import (
    AIR,
    MASS,
    SURFACE,
    Zone,
    shares,
    solved,
    ventilated,
)

STEP = 60.0
"""Seconds of one step."""
HEIGHT = 2.7
"""Metres of a storey's air."""
FACING = 4.5
"""Square metres that face the room, for each of floor (ISO 13790, 7.2.2.2)."""
OPEN_CHANGES = 2.5
"""Of the air, an hour, through windows that stand tilted."""
SHADE = 0.25
"""What blinds let through of the sun."""


@dataclass(frozen=True, slots=True)
class House:
    """The part of a home that one thermostat heats. The defaults are an ordinary storey."""

    volume: float = 160.0
    opaque: float = 0.9
    """W/K through walls and roof, for each square metre of floor."""
    panes: tuple[tuple[float, float], ...] = ((180.0, 0.07), (90.0, 0.04), (270.0, 0.04))
    """Windows: azimuth, and square metres of glass for each of floor."""
    u: float = 2.8
    """W/(m²K) of the windows."""
    g: float = 0.7
    """Of the sun, what they let through at right angles."""
    unshaded: float = 0.65
    """Of the sun, what gets past frames, trees, other houses and curtains."""
    capacity: float = 165_000.0
    """J/K for each square metre of floor: medium weight (ISO 13790, table 12)."""
    mass: float = 2.5
    """Square metres of mass for each of floor (table 12)."""
    heater: float = 5_000.0
    cooler: float = 3_000.0
    emitter_lag: float = 900.0
    convective: float = 0.65
    """The share of heat that the emitter gives to the air."""
    sensor_lag: float = 300.0
    drift: float = 0.15
    """K that the sensor wanders to either side in months."""
    air_changes: float = 0.45
    """Of the air, an hour, with windows shut."""
    buffering: float = 8.0
    """How many times the air's own water the walls and furniture take part with."""
    people: float = 2.0
    seed: int = 0

    @property
    def floor(self) -> float:
        return self.volume / HEIGHT

    @property
    def glazing(self) -> Glazing:
        return Glazing(self.g, self.u)

    @property
    def zone(self) -> Zone:
        floor = self.floor
        return Zone(
            opaque=self.opaque * floor,
            glazed=self.u * floor * sum(share for _, share in self.panes),
            capacity=self.capacity * floor,
            mass_area=self.mass * floor,
            surface_area=FACING * floor,
        )


class Room(NamedTuple):
    """How it is: air, mass and sensor in °C, the emitter's power in W, water in kg/kg."""

    air: float
    mass: float
    emitter: float
    sensor: float
    water: float
    opened: bool = False
    shaded: bool = False


class Around(NamedTuple):
    """What acts on a room: °C, kg/kg, W through bare windows and through walls, W and kg/h inside."""

    air: float
    water: float
    sun: float
    walls: float
    inner: float
    wet: float


def pass_minute(house: House, room: Room, around: Around, power: float) -> Room:
    """The room one minute later, with ``power`` W sent to the emitter."""
    built = fabric(house)
    now = built.opened if room.opened else built.shut
    emitter = power + (room.emitter - power) * built.emitter
    share = house.convective if emitter > 0 else 1.0  # what cools blows
    sun = around.sun * SHADE if room.shaded else around.sun
    radiant = 0.5 * around.inner + sun + around.walls + (1 - share) * emitter
    to_air = now.ventilation * around.air + 0.5 * around.inner + share * emitter
    to_surface = built.glazed * around.air + built.surface * radiant
    to_mass = built.outside * around.air + built.mass * radiant + built.inertia * room.mass
    air = now.air[0] * to_air + now.air[1] * to_surface + now.air[2] * to_mass
    inner = now.inner[0] * to_air + now.inner[1] * to_surface + now.inner[2] * to_mass
    moist = around.water + now.moist * around.wet
    water = min(moist + (room.water - moist) * now.water, saturation(air))
    sensor = air + (room.sensor - air) * built.sensor
    return Room(air, 2 * inner - room.mass, emitter, sensor, water, room.opened, room.shaded)


def humidity(room: Room) -> float:
    """Relative humidity at the sensor, 1 … 99 %."""
    return relative(room.water, room.sensor)


class _Air(NamedTuple):
    """What depends on the windows: W/K, two rows of the solution, the water's balance and lag."""

    ventilation: float
    air: tuple[float, ...]
    inner: tuple[float, ...]
    moist: float
    water: float


class Fabric(NamedTuple):
    """What never changes in a minute's step."""

    shut: _Air
    opened: _Air
    glazed: float
    outside: float
    inertia: float
    surface: float
    mass: float
    emitter: float
    sensor: float


@lru_cache(maxsize=4_096)
def fabric(house: House) -> Fabric:
    """Solved once for each house."""
    zone = house.zone
    to = shares(zone)

    def air(changes: float) -> _Air:
        ventilation = ventilated(house.volume, changes)
        rows = solved(zone, ventilation, STEP).influence
        return _Air(
            ventilation,
            rows[AIR],
            rows[MASS],
            balanced(house.volume, changes, 1.0),
            remaining(changes, house.buffering, STEP),
        )

    return Fabric(
        shut=air(house.air_changes),
        opened=air(house.air_changes + OPEN_CHANGES),
        glazed=zone.glazed,
        outside=zone.outside_to_mass,
        inertia=solved(zone, 0.0, STEP).inertia[MASS],
        surface=to.surface,
        mass=to.mass,
        emitter=exp(-STEP / house.emitter_lag),
        sensor=exp(-STEP / house.sensor_lag),
    )


assert (AIR, SURFACE, MASS) == (0, 1, 2)  # noqa: S101 - the rows above are read in this order
