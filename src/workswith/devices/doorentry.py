"""What an audio-video unit of a door entry system is: it rings when somebody is at the door.

(`contract/homecontrol.md` 5) Calls go past this cloud, by a ticket; it only knows who may call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from workswith.kernel.clock import SECOND

DEVICE = "audiovideounit"
RINGS_FOR = 30 * SECOND


@dataclass(frozen=True, slots=True)
class Configuration:
    """A unit has nothing to set up."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody presses the button at the door."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``rings`` counts."""

    ringing: bool
    rings: int
    at: int


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "ringing": attrgetter("ringing"),
    "rings": attrgetter("rings"),
}
