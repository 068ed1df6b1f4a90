"""What an energy meter is: it measures what others draw. (`contract/homecontrol.md` 2.8, 2.11)

Units as in `light`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

import msgspec

DEVICE = "energymeter"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A meter has nothing to set up."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What flows through it: watts now, and millijoules since everything behind it was put up."""

    power: int
    energy: int


class Reading(msgspec.Struct, frozen=True):
    power: int
    energy: int
    at: int


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "consumptions": attrgetter("power"),
}
