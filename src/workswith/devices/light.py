"""What a light is: switched, and dimmed where it can be. (`contract/homecontrol.md` 2.8, 2.9)

Powers are watts; energy is millijoules since the light was put up, which is watts times
milliseconds, so that nothing is ever rounded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

import msgspec

from workswith.kernel.problem import Kind, Problem

DEVICE = "light"
BRIGHTEST = 100


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is set up once: whether it can be dimmed."""

    dimmable: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """What a light is told; ``None`` leaves a member as it is.

    A ``level`` alone switches on, 0 switches off and keeps the level for the next time.
    """

    on: bool | None = None
    level: int | None = None


class Reading(msgspec.Struct, frozen=True):
    """``level`` is what it is set to, also while it is off; ``None`` if it cannot be dimmed."""

    on: bool
    level: int | None
    power: int
    energy: int
    at: int


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "status": attrgetter("on"),
    "level": attrgetter("level"),
    "consumptions": attrgetter("power"),
}


def check(command: Command, configuration: Configuration, _now: int) -> None:
    """Refuses what this light cannot do: `Kind.INVALID`."""
    if command.on is None and command.level is None:
        raise Problem(Kind.INVALID, "light_command", "Nothing is asked.", field="status")
    if command.level is None:
        return
    if not configuration.dimmable:
        raise Problem(
            Kind.INVALID, "level_unsupported", "This light cannot be dimmed.", field="level"
        )
    if not 0 <= command.level <= BRIGHTEST:
        raise Problem(Kind.INVALID, "level_range", "A level is from 0 to 100.", field="level")
