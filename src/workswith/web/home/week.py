"""A weekly program as a picture, and as a table: which set-point is in force when. Pure arithmetic."""

from dataclasses import dataclass

from workswith.devices.thermostat import Week

LEFT, RIGHT, TOP, ROW, GAP = 44, 398, 4, 24, 4
"""Units of the ``viewBox``: a row for each day."""
WIDTH, HEIGHT = 400, TOP + 7 * (ROW + GAP) + 18
HOURS = (0, 6, 12, 18, 24)
_DAY = 24 * 60
_WARMTH = (160, 180, 195, 205, 220)
"""From these tenths of a degree on, a set-point is drawn in the next warmer tint."""
_ROOM = 34
"""So wide is the text of a set-point."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """``begin`` and ``end`` are minutes of the day, ``tint`` is 0 (cold) to 5 (warm)."""

    begin: int
    end: int
    set_point: int
    tint: int
    x: float
    width: float

    @property
    def named(self) -> bool:
        """Whether there is room for its set-point."""
        return self.width >= _ROOM


@dataclass(frozen=True, slots=True)
class DayRow:
    """``y`` is the top of its row."""

    y: int
    stretches: tuple[Stretch, ...]


def picture(week: Week) -> tuple[DayRow, ...]:
    """Seven rows, Monday first; nothing for a week without any switch."""
    if not any(week):
        return ()
    rows = []
    for day in range(7):
        switches = [(0, _before(week, day))] if not week[day] or week[day][0][0] else []
        switches += list(week[day])
        ends = [minute for minute, _ in switches[1:]] + [_DAY]
        stretches = tuple(
            _stretch(begin, end, set_point)
            for (begin, set_point), end in zip(switches, ends, strict=True)
        )
        rows.append(DayRow(TOP + day * (ROW + GAP), stretches))
    return tuple(rows)


def x_of(minute: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * minute / _DAY, 2)


def clock(minute: int) -> str:
    """``06:30``"""
    return f"{minute // 60:02}:{minute % 60:02}"


def _before(week: Week, day: int) -> int:
    """What the days before have left in force."""
    for back in range(1, 8):
        switches = week[(day - back) % 7]
        if switches:
            return switches[-1][1]
    raise ValueError("a week needs a switch")


def _stretch(begin: int, end: int, set_point: int) -> Stretch:
    tint = sum(set_point >= one for one in _WARMTH)
    x = x_of(begin)
    return Stretch(begin, end, set_point, tint, x, round(x_of(end) - x, 2))
