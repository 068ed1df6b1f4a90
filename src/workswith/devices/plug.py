"""What a connected plug is: a switch, and what the appliance behind it draws.

(`contract/homecontrol.md` 2.8; units as in `light`)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

import msgspec

DEVICE = "plug"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A plug has nothing to set up."""


@dataclass(frozen=True, slots=True)
class Command:
    on: bool


class Reading(msgspec.Struct, frozen=True):
    on: bool
    power: int
    energy: int
    at: int


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "status": attrgetter("on"),
    "consumptions": attrgetter("power"),
}
