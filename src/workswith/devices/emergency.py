"""What a controller of emergency lights is: it watches blocks of lights and says what failed.

Failures are bits of a number; what a bit means depends on the product (`contract/homecontrol.md` 5).
It is told nothing from afar; what fails is in the hand of whoever tests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

DEVICE = "emergencycontroller"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is printed on it: the reference of the product and its serial number."""

    reference: str
    serial: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A hand breaks something, or mends it: all failures there are from now on; 0 is none."""

    failures: int


@dataclass(frozen=True, slots=True)
class Reading:
    """``alert_at`` is when the alert began or ended last."""

    failures: int
    alert_at: int
    at: int

    @property
    def alert(self) -> bool:
        return self.failures != 0


NOTIFIED: Mapping[str, Callable[[Reading], object]] = {
    "failures": attrgetter("failures"),
}
