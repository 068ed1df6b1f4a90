"""The weather over a home: the typical year of a place, read on the plant's own standard time.

Ten minutes at a time, which is what everything indoors is told; many homes share them. 29 February
has the weather of the 28th.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from workswith.devices.physics import sky, year
from workswith.devices.physics.moisture import saturation
from workswith.devices.physics.sky import Irradiance
from workswith.devices.physics.sun import Sun
from workswith.kernel.clock import DAY, MINUTE

SLOT = 10 * MINUTE
"""The weather holds for this long."""
_SLOT_SECONDS = SLOT // 1000


@dataclass(frozen=True, slots=True)
class Climate:
    """Whose typical year it is; ``seed`` is that of the household that lives under it."""

    place: year.Place = "denver"
    seed: int = 0


class Weather(NamedTuple):
    """Outside: °C, kg of water per kg of air, the sun's W/m² and its place.

    ``walls`` is by how many K the sun warms a wall or roof from outside, and the sky cools it.
    """

    air: float
    water: float
    normal: float
    diffuse: float
    sun: Sun
    walls: float


def weather(climate: Climate, zone: ZoneInfo, at: int) -> Weather:
    """The weather of the ten minutes that ``at`` is in."""
    return _weather(climate.place, slot_of_year(zone, at))


def falling(climate: Climate, zone: ZoneInfo, at: int, azimuth: float) -> Irradiance:
    """What then falls on an upright plane."""
    return _falling(climate.place, slot_of_year(zone, at), azimuth)


def slot_of_year(zone: ZoneInfo, at: int) -> int:
    """The ten minutes of the typical year that stand for those of an instant."""
    return _slot_of_year(_standard(zone, at // _SEASON), at // SLOT)


def moved(model: str, place: str) -> str:
    """A device's model, as JSON, under another place's weather; what has none stays as it is."""
    members = msgspec.json.decode(model)
    if "climate" not in members:
        return model
    members["climate"]["place"] = place
    return msgspec.json.encode(members).decode()


_SEASON = 91 * DAY


@lru_cache(maxsize=1_024)
def _standard(zone: ZoneInfo, season: int) -> timedelta:
    """What the zone's clocks are ahead of UTC when they are not put forward.

    That is the least of four seasons on end, for nowhere summer time lasts longer than three.
    """
    begins = datetime.fromtimestamp(season * _SEASON // 1000, UTC)
    seasons = (begins.astimezone(zone) + timedelta(91 * number) for number in range(4))
    return min(each.utcoffset() or timedelta() for each in seasons)


@lru_cache(maxsize=4_096)
def _slot_of_year(ahead: timedelta, slot: int) -> int:
    local = datetime.fromtimestamp(slot * _SLOT_SECONDS, UTC) + ahead
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    since = local.replace(year=2001, day=day) - datetime(2001, 1, 1, tzinfo=UTC)
    return int(since.total_seconds()) // _SLOT_SECONDS


@lru_cache(maxsize=16_384)
def _weather(place: str, slot: int) -> Weather:
    now = year.outside(place, (slot + 0.5) * _SLOT_SECONDS)
    falls = [
        sky.on_plane(now.sun, now.normal, now.diffuse, azimuth, tilt).total
        for azimuth, tilt in _FACES
    ]
    warmed = _ABSORBED * sum(falls) / len(falls) - _SKY_COOLING
    return Weather(now.air, saturation(now.dew), now.normal, now.diffuse, now.sun, _FILM * warmed)


@lru_cache(maxsize=16_384)
def _falling(place: str, slot: int, azimuth: float) -> Irradiance:
    now = _weather(place, slot)
    return sky.on_plane(now.sun, now.normal, now.diffuse, azimuth, 90.0)


_FACES = ((0.0, 90.0), (90.0, 90.0), (180.0, 90.0), (270.0, 90.0), (0.0, 0.0))
"""Four walls and a roof, a fifth of the shell each."""
_ABSORBED, _FILM = 0.6, 0.04
_SKY_COOLING = 5 * 0.9 * 11.0 * 0.6
"""W/m² (ISO 13790, 11.3.5): walls see half of the sky, roofs all of it."""
