"""Minutes of a room under its weather, with its people: what thermostats and heaters live in.

People act at the full ten minutes only, and on what the room is like then, so that a room's course
does not depend on who looks at it.
"""

from functools import lru_cache
from math import pi, sin
from zoneinfo import ZoneInfo

from workswith.devices.physics.glass import Curve, curve
from workswith.devices.physics.sky import Irradiance
from workswith.devices.physics.sun import angle
from workswith.kernel.clock import DAY, MINUTE

from .household import household
from .room import Around, House, Room, pass_minute
from .weather import SLOT, Climate, falling, weather

BODY_HEAT = 70.0
"""W of a person, sensible."""
BODY_WATER = 0.05
"""kg an hour."""
THINGS = (1.5, 3.0)
"""W of what is plugged in, for each square metre of floor: at rest, and when somebody is up."""
WARM, COOL, CHILLY = 25.0, 23.0, 17.0
"""°C at which people open windows and let blinds down, undo it, and air a room no more."""
MILD, BITTER = 15.0, -5.0
"""°C outside from which on people sleep with open windows (nobody leaves them open and goes), and
below which they air no room."""
BRIGHT = 40.0
"""W of sun for each square metre of glass from which on blinds are worth it."""


class Indoors:
    """A room's surroundings as time goes on. Lives in one call and is never kept."""

    __slots__ = ("_around", "_climate", "_house", "_until", "_zone")

    def __init__(self, house: House, climate: Climate, zone: ZoneInfo) -> None:
        self._house, self._climate, self._zone = house, climate, zone
        self._until = 0
        self._around: Around

    def minute(self, room: Room, at: int, power: float, *, cooling: bool = False) -> Room:
        """The room at ``at``, a minute on; ``power`` W went to the emitter."""
        if at >= self._until:
            self._around = around(self._house, self._climate, self._zone, at)
            self._until = (at // SLOT + 1) * SLOT
        if at % SLOT < MINUTE:
            room = self._tend(room, at, cooling=cooling)
        return pass_minute(self._house, room, self._around, power)

    def _tend(self, room: Room, at: int, *, cooling: bool) -> Room:
        """People open and shut windows, and move blinds."""
        people = household(self._climate.seed, self._zone, at)
        outside, bare = self._around.air, self._around.sun
        if not people.awake:
            mild = people.present > 0 and outside > MILD
            return room._replace(opened=room.opened and mild) if room.opened else room
        fresh = (
            not cooling and outside < room.air - 1 and room.air > (COOL if room.opened else WARM)
        )
        glass = self._house.floor * sum(share for _, share in self._house.panes)
        shaded = bare > BRIGHT * glass and room.air > (COOL if room.shaded else WARM)
        airing = people.airing and room.air > CHILLY and outside > BITTER
        return room._replace(opened=airing or fresh, shaded=shaded)


def around(house: House, climate: Climate, zone: ZoneInfo, at: int) -> Around:
    """What acts on a room in the ten minutes that ``at`` is in."""
    return _around(house, climate, zone, at // SLOT)


@lru_cache(maxsize=4_096)
def _around(house: House, climate: Climate, zone: ZoneInfo, slot: int) -> Around:
    at = slot * SLOT
    now, people = weather(climate, zone, at), household(climate.seed, zone, at)
    sun = 0.0
    if now.normal or now.diffuse:
        through = curve(house.glazing)
        for azimuth, share in house.panes:
            plane = falling(climate, zone, at, azimuth)
            sun += share * let_in(through, plane)
    bodies = house.people * people.present
    return Around(
        now.air,
        now.water,
        sun * house.unshaded * house.floor,
        now.walls * house.opaque * house.floor,
        BODY_HEAT * bodies + THINGS[people.awake] * house.floor,
        BODY_WATER * bodies + people.water * house.people / 2,
    )


def let_in(through: Curve, plane: Irradiance) -> float:
    """W for each m² of a window on that plane."""
    let = through.of(angle(plane.incidence)) * plane.direct if plane.direct else 0.0
    return let + through.hemispherical * (plane.diffuse + plane.ground)


def measured(house: House, room: Room, at: int) -> int:
    """What the sensor shows, in whole tenths of a degree."""
    return round(sensed(house, room, at) * 10)


def sensed(house: House, room: Room, at: int) -> float:
    """What the sensor makes of the room's °C: it wanders slowly, and differs from others."""
    return room.sensor + drift(house, at // DAY)


def drift(house: House, day: int) -> float:
    """By how many K the sensor is off; ``day`` is counted in UTC."""
    return _drift(house.seed, day) * house.drift


@lru_cache(maxsize=4_096)
def _drift(seed: int, day: int) -> float:
    """-1 … 1."""
    return 0.6 * sin(2 * pi * (day / 173 + seed % 997 / 997)) + 0.4 * (seed % 21 - 10) / 10
