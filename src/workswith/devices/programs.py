"""The weekly programs that thermostats of templates come with."""

from .thermostat import Day, Program, Week


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
"""Number 0 is the pseudo entry."""
