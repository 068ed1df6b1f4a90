"""What a remote switch is: buttons, and a battery that runs down. (`contract/homecontrol.md` 2.8)

It is told nothing from afar; pressing it is what a hand does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

import msgspec

DEVICE = "remote"


class Battery(StrEnum):
    FULL = "full"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    VERY_LOW = "very_low"


FROM = (
    (90, Battery.FULL),
    (65, Battery.HIGH),
    (40, Battery.MEDIUM),
    (15, Battery.LOW),
    (0, Battery.VERY_LOW),
)
"""From how many percent on a battery is called so."""


@dataclass(frozen=True, slots=True)
class Configuration:
    buttons: int = 1


@dataclass(frozen=True, slots=True)
class Press:
    """A hand presses a button, or puts in a new battery."""

    button: int = 1
    new_battery: bool = False


class Reading(msgspec.Struct, frozen=True):
    """``level`` is the battery's in percent; ``presses`` counts, ``button`` was the last one."""

    level: int
    presses: int
    button: int
    at: int

    @property
    def battery(self) -> Battery:
        return next(word for least, word in FROM if self.level >= least)


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "battery": attrgetter("battery"),
    "press": attrgetter("presses"),
}
