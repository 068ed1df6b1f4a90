"""Typical years: the weather of a place for every instant of a year that stands for all years.

TMY3 of the United States' National Renewable Energy Laboratory, public domain; `scripts/typical-years`
makes `years/*.tmy` from its hours. An instant is a second of the year on the place's standard time.
"""

import sys
import zlib
from array import array
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from math import sin
from typing import Literal, NamedTuple

from workswith.kernel.clock import HOUR, SECOND, parse_iso

from .sun import Sun, sun

Place = Literal["denver", "chicago", "san_francisco"]
PLACES: tuple[Place, ...] = ("denver", "chicago", "san_francisco")
"""Those whose years are at hand."""
SECONDS = 365 * 86_400
"""Of the year, which has no 29 February."""
_HOURS = SECONDS // 3600
_NEW_YEAR = parse_iso("2001-01-01T00:00:00Z")
"""Of the year that the sun is taken from; any without a leap day does."""


@dataclass(frozen=True, slots=True)
class Year:
    """Degrees north and east, hours ahead of UTC, metres; then a figure for each hour.

    ``air`` and ``dew`` are °C at the full hour, ``normal`` and ``diffuse`` W/m² on the mean of the
    hour that ends there.
    """

    source: str
    latitude: float
    longitude: float
    ahead: float
    altitude: float
    air: tuple[float, ...]
    dew: tuple[float, ...]
    normal: tuple[float, ...]
    diffuse: tuple[float, ...]


class Outside(NamedTuple):
    """The weather at an instant: °C, W/m², and where the sun stands."""

    air: float
    dew: float
    normal: float
    diffuse: float
    sun: Sun


@lru_cache(maxsize=len(PLACES))
def year(place: str) -> Year:
    """Raises ``FileNotFoundError`` for a place that is not of `PLACES`."""
    head, _, packed = (
        resources.files(__package__).joinpath(f"years/{place}.tmy").read_bytes().partition(b"\n")
    )
    source, latitude, longitude, ahead, altitude = head.decode().split("; ")
    values = array("h", zlib.decompress(packed))
    if sys.byteorder == "little":
        values.byteswap()
    columns = [tuple(accumulate(values[n * _HOURS : (n + 1) * _HOURS])) for n in range(4)]
    air, dew = (tuple(each / 10 for each in column) for column in columns[:2])
    normal, diffuse = (tuple(map(float, column)) for column in columns[2:])
    return Year(
        source,
        float(latitude),
        float(longitude),
        float(ahead),
        float(altitude),
        air,
        dew,
        normal,
        diffuse,
    )


def outside(place: str, second: float) -> Outside:
    """Temperatures straight between hours; the sun's power by its height, so that an hour keeps it."""
    of = year(place)
    hour, past = divmod(second % SECONDS, 3600)
    now, following = int(hour), (int(hour) + 1) % _HOURS
    share = past / 3600
    there = sun_of(place, second)
    normal, diffuse = of.normal[following], of.diffuse[following]
    if normal or diffuse:
        up, height = _daylight(place, now)
        shines = there.altitude > 0
        normal = min(normal / up, there.beyond) if shines and up else 0.0
        if height:
            diffuse *= max(0.0, sin(there.altitude)) / height
    return Outside(
        of.air[now] + (of.air[following] - of.air[now]) * share,
        of.dew[now] + (of.dew[following] - of.dew[now]) * share,
        normal,
        diffuse,
        there,
    )


def sun_of(place: str, second: float) -> Sun:
    of = year(place)
    at = _NEW_YEAR + round(second % SECONDS * SECOND) - round(of.ahead * HOUR)
    return sun(of.latitude, of.longitude, at)


@lru_cache(maxsize=3 * _HOURS)
def _daylight(place: str, hour: int) -> tuple[float, float]:
    """For how much of an hour the sun is up, and how high (its sine) on the mean; in six samples."""
    heights = [
        max(0.0, sin(sun_of(place, hour * 3600 + tenth).altitude))
        for tenth in range(300, 3600, 600)
    ]
    return sum(each > 0 for each in heights) / 6, sum(heights) / 6
