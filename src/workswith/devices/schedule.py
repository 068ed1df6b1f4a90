"""Weekly programs on local clocks: which set-point is in force, and until when.

A switch at a time that a day does not have (clocks go forward) happens when that time would have
been; one that a day has twice (clocks go back) happens the first time.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .thermostat import Day, Week

_FAR_DAYS = 8


def in_force(week: Week, zone: ZoneInfo, at: int) -> tuple[int, int]:
    """The set-point at ``at`` in tenths, and the instant of the next switch after it.

    Raises ``ValueError`` for a week without any switch.
    """
    today = datetime.fromtimestamp(at / 1000, zone).date()
    return _present(week, zone, today, at), _next(week, zone, today, at)


def _present(week: Week, zone: ZoneInfo, today: date, at: int) -> int:
    for back in range(_FAR_DAYS):
        for instant, set_point in reversed(_switches(week, zone, today - timedelta(back))):
            if instant <= at:
                return set_point
    raise ValueError("a week needs a switch")


def _next(week: Week, zone: ZoneInfo, today: date, at: int) -> int:
    for ahead in range(_FAR_DAYS):
        for instant, _ in _switches(week, zone, today + timedelta(ahead)):
            if instant > at:
                return instant
    raise ValueError("a week needs a switch")


def _switches(week: Week, zone: ZoneInfo, day: date) -> tuple[tuple[int, int], ...]:
    return _of_day(week[day.weekday()], zone, day)


@lru_cache(maxsize=4_096)
def _of_day(switches: Day, zone: ZoneInfo, day: date) -> tuple[tuple[int, int], ...]:
    found = [
        (instant_of(datetime.combine(day, time(*divmod(minute, 60)), zone)), set_point)
        for minute, set_point in switches
    ]
    return tuple(sorted(found))


def instant_of(local: datetime) -> int:
    """Milliseconds of a time with a zone."""
    return round(local.timestamp() * 1000)
