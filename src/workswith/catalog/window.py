"""When a quota is replenished: fixed days, by default from 00:00 UTC. [GTW-3, platform.md A1]"""

from typing import NamedTuple

from workswith.kernel.clock import DAY, MINUTE


class Window(NamedTuple):
    """``day`` counts the windows since 1970, ``ends_at`` is the first instant after this one."""

    day: int
    ends_at: int

    def seconds_left(self, now: int) -> int:
        """Whole seconds until it is replenished, rounded up: 1 … 86,400."""
        return -((now - self.ends_at) // 1000)


def window(now: int, anchor_minutes: int = 0) -> Window:
    """The window that ``now`` lies in, when days begin ``anchor_minutes`` after 00:00 UTC."""
    anchor = anchor_minutes * MINUTE
    day = (now - anchor) // DAY
    return Window(day, (day + 1) * DAY + anchor)


class Windows:
    """`window` for one anchor; the same object for all instants of a day, since every call asks."""

    __slots__ = ("_anchor_minutes", "_from", "_latest")

    def __init__(self, anchor_minutes: int = 0) -> None:
        self._anchor_minutes = anchor_minutes
        self._latest = Window(0, 0)
        self._from = 0

    def at(self, now: int) -> Window:
        if not self._from <= now < self._latest.ends_at:
            self._latest = window(now, self._anchor_minutes)
            self._from = self._latest.ends_at - DAY
        return self._latest
