"""What an automation is: a shutter with a motor. (`contract/homecontrol.md` 2.8, 2.9)

100 is open, 0 is closed. Those of step 100 know only their two ends and say 50 in between.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

import msgspec

from workswith.kernel.problem import Kind, Problem

DEVICE = "automation"
OPEN, BETWEEN, CLOSED = 100, 50, 0
COARSE = 100
"""The step of a shutter that knows only its two ends."""


class Motion(StrEnum):
    STOPPED = "stopped"
    OPENING = "opening"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Configuration:
    """``step`` is how finely a position can be asked for and is known."""

    step: int = COARSE


@dataclass(frozen=True, slots=True)
class Command:
    """Where to go; ``None`` stops it where it is."""

    level: int | None


class Reading(msgspec.Struct, frozen=True):
    level: int
    step: int
    motion: Motion
    at: int


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "level": attrgetter("level"),
    "motion": attrgetter("motion"),
}


def check(command: Command, _configuration: Configuration, _now: int) -> None:
    """Refuses what is no position: `Kind.INVALID`."""
    if command.level is not None and not CLOSED <= command.level <= OPEN:
        raise Problem(Kind.INVALID, "level_range", "A level is from 0 to 100.", field="level")
