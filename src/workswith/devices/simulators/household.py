"""What people do in a home: when they are in, when they open windows, what they cook and wash.

Each day follows from the household's seed and its date, and from nothing else. Ten minutes at a
time, as the weather.
"""

import zlib
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .weather import SLOT

_HOUR = 60
BED = 23 * _HOUR
_OUT = 14 * _HOUR + 30
SHOWER = (20, 1.5)
"""Minutes after rising, kg of water an hour."""
DINNER, LUNCH = (19 * _HOUR, 20 * _HOUR, 0.8), (12 * _HOUR + 30, 13 * _HOUR, 0.4)
"""From, until, kg of water an hour."""


class Household(NamedTuple):
    """``present`` and ``awake`` are shares of the people; ``water`` kg an hour for two of them."""

    present: float
    awake: bool
    airing: bool
    water: float


def household(seed: int, zone: ZoneInfo, at: int) -> Household:
    """In the ten minutes that ``at`` is in."""
    return _household(seed, zone, at // SLOT)


class Day(NamedTuple):
    """Minutes of the local day; nobody goes out on a day with ``leave`` at its end."""

    rise: int
    leave: int
    back: int
    stay: float
    airings: tuple[int, ...]


@lru_cache(maxsize=16_384)
def _household(seed: int, zone: ZoneInfo, slot: int) -> Household:
    local = datetime.fromtimestamp(slot * SLOT / 1000, zone)
    minute = local.hour * _HOUR + local.minute
    day = day_of(seed, local.toordinal(), local.weekday() < 5)
    present = day.stay if day.leave <= minute < day.back else 1.0
    awake = day.rise <= minute < BED and present > 0
    airing = awake and minute - minute % 10 in day.airings
    return Household(present, awake, airing, _wet(day, minute) if awake else 0.0)


@lru_cache(maxsize=8_192)
def day_of(seed: int, ordinal: int, workday: bool) -> Day:  # noqa: FBT001 - part of a cache's key
    """What the household with this seed does on a date; it airs twice at most."""

    def between(what: str, least: int, most: int) -> int:
        drawn = zlib.crc32(f"{seed}/{ordinal}/{what}".encode())
        return least + drawn % (most - least + 1)

    rise = between("rise", 6 * _HOUR + 15, 7 * _HOUR + 15) + (0 if workday else 75)
    if workday:
        leave = between("leave", 7 * _HOUR + 30, 8 * _HOUR + 45)
        back = between("back", 16 * _HOUR + 30, 19 * _HOUR)
        stay = 0.5 if seed % 3 == 0 else 0.0
    else:
        leave = between("out", _OUT, _OUT + 60) if between("stroll", 0, 1) else 24 * _HOUR
        back, stay = leave + between("for", 90, 240), 0.0
    airings = [rise // 10 * 10 + 20] if between("air", 0, 3) else []
    if between("evening air", 0, 1):
        airings.append(between("evening", 20 * _HOUR, 22 * _HOUR) // 10 * 10)
    return Day(rise, leave, back, stay, tuple(airings))


def _wet(day: Day, minute: int) -> float:
    """Showers after rising, dinner, lunch for who is in."""
    if day.rise <= minute < day.rise + SHOWER[0]:
        return SHOWER[1]
    for since, until, water in (DINNER, LUNCH):
        if since <= minute < until:
            return water
    return 0.0
