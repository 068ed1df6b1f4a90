"""What appliances draw: each has a day that follows from its household's habits and nothing else.

The day is a list of steps (milliseconds after local midnight, watts) and the same for everybody who
asks; a switch takes the current away and does not change the day.
"""

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workswith.kernel.clock import HOUR, MINUTE

Steps = Iterator[tuple[int, int]]


class Appliance(StrEnum):
    LAMP = "lamp"
    FRIDGE = "fridge"
    KETTLE = "kettle"
    WASHING_MACHINE = "washing_machine"
    TELEVISION = "television"


def draw(appliance: Appliance, watts: int, seed: int, zone: ZoneInfo, at: int) -> tuple[int, int]:
    """The watts at an instant, and until when they stay. ``watts`` is the most it ever draws."""
    day = _day(zone, at // _QUARTER)
    instants, steps = _plan(appliance, watts, seed, day.number)
    place = bisect_right(instants, at - day.start)
    until = day.start + instants[place] if place < len(instants) else day.end
    return steps[place - 1], min(until, day.end)


_QUARTER = 15 * MINUTE
"""Local midnight is at a quarter of an hour everywhere."""


class _Day(NamedTuple):
    number: int
    start: int
    end: int


@lru_cache(maxsize=16_384)
def _day(zone: ZoneInfo, quarter: int) -> _Day:
    date = datetime.fromtimestamp(quarter * _QUARTER / 1000, zone).date()
    start, end = (
        round(datetime.combine(each, time(), zone).astimezone(UTC).timestamp() * 1000)
        for each in (date, date + timedelta(1))
    )
    return _Day(date.toordinal(), start, end)


@lru_cache(maxsize=8_192)
def _plan(
    appliance: Appliance, watts: int, seed: int, day: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Instants and watts of a day; it begins at midnight."""
    steps = dict([(0, _IDLE[appliance]), *_HABITS[appliance](watts, _Chance(seed, day))])
    instants = tuple(sorted(steps))
    return instants, tuple(steps[instant] for instant in instants)


class _Chance:
    """Numbers that follow from a seed, a day, and what they are for."""

    def __init__(self, seed: int, day: int) -> None:
        self._of = f"{seed}/{day}"

    def between(self, what: str, least: int, most: int) -> int:
        return least + zlib.crc32(f"{self._of}/{what}".encode()) % (most - least + 1)


def _lamp(watts: int, _chance: _Chance) -> Steps:
    """Burns whenever it has current."""
    yield 0, watts


def _fridge(watts: int, chance: _Chance) -> Steps:
    """A compressor that runs for a third of the time, and a defrost once a day."""
    at = 0
    defrost = chance.between("defrost", 4, 28)
    for cycle in range(32):
        if cycle == defrost:
            yield at, watts * 2
            at += 9 * MINUTE
        yield at, watts
        yield at + chance.between(f"run {cycle}", 11 * 60, 17 * 60) * 1000, _IDLE[Appliance.FRIDGE]
        at += 44 * MINUTE


def _kettle(watts: int, chance: _Chance) -> Steps:
    """Breakfast, often a second cup, the afternoon, some evenings."""
    for hour, one_in in ((7, 1), (8, 2), (16, 1), (21, 3)):
        if chance.between(f"at {hour}", 1, one_in) == 1:
            at = hour * HOUR + chance.between(f"when {hour}", 0, 50 * 60) * 1000
            yield at, watts
            yield at + chance.between(f"cups {hour}", 90, 240) * 1000, _IDLE[Appliance.KETTLE]


def _washing_machine(watts: int, chance: _Chance) -> Steps:
    """Two days in five: it fills, heats, tumbles, rinses, spins."""
    if chance.between("laundry", 1, 5) > 2:
        return
    at = 8 * HOUR + chance.between("start", 0, 10 * 60) * MINUTE
    for minutes, share in _WASH:
        yield at, max(_IDLE[Appliance.WASHING_MACHINE], watts * share // 100)
        at += minutes * MINUTE
    yield at, _IDLE[Appliance.WASHING_MACHINE]


def _television(watts: int, chance: _Chance) -> Steps:
    """The evening."""
    at = 19 * HOUR + chance.between("on", 0, 90) * MINUTE
    yield at, watts
    yield at + chance.between("for", 60, 180) * MINUTE, _IDLE[Appliance.TELEVISION]


_HABITS: dict[Appliance, Callable[[int, _Chance], Steps]] = {
    Appliance.LAMP: _lamp,
    Appliance.FRIDGE: _fridge,
    Appliance.KETTLE: _kettle,
    Appliance.WASHING_MACHINE: _washing_machine,
    Appliance.TELEVISION: _television,
}
_IDLE = {
    Appliance.LAMP: 0,
    Appliance.FRIDGE: 2,
    Appliance.KETTLE: 0,
    Appliance.WASHING_MACHINE: 1,
    Appliance.TELEVISION: 1,
}
"""Watts of an appliance that waits."""
_WASH = (
    (4, 1),
    (16, 100),
    *((4, 9), (2, 3)) * 7,
    (6, 2),
    *((3, 10), (2, 3)) * 2,
    (5, 17),
    (3, 24),
)
"""A wash: minutes, and percent of the most it draws."""
