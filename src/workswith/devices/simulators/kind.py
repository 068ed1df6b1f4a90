"""What the park asks of every kind of simulated device.

A kind is a module of pure functions over a *body* (what does not change by itself) and a *state*
(what does). Instants are milliseconds; nothing is drawn at random and no clock is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from workswith.kernel.clock import DAY, HOUR, MINUTE

S = TypeVar("S")

MEMORY = 2 * DAY
"""After a longer absence only this much of the past is lived through."""
NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a device speaks when nothing urgent happens, and of how small a change.

    Times are milliseconds: ``measure`` between two reports of temperature and humidity, ``power``
    between two of power, ``heartbeat`` between any two. Steps are what a change has to reach:
    tenths of a degree, tenths of a percent, watts.
    """

    measure: int = 15 * MINUTE
    heartbeat: int = HOUR
    power: int = MINUTE
    temperature_step: int = 1
    humidity_step: int = 10
    power_step: int = 5


USUAL_PACE = Pace()


class Step(NamedTuple, Generic[S]):
    """A new state, and the reading that the device said last on the way to it, if any."""

    state: S
    reading: Any


class Ahead(NamedTuple, Generic[S]):
    """The instant at which the device will speak next if nobody touches it, and the step there."""

    wake_at: int
    step: Step[S]


class Simulator(Protocol):
    """A module of `simulators`, or a `machine.Machine` in it, fulfils this.

    A command or change is of the kind's own type; to a device that has a circuit it is a
    `devices.meter.Measured`, which every one of its steps is given.
    """

    def body_of(self, model: str, configuration: str, time_zone: str, pace: Pace, /) -> Any: ...

    def state_of(self, text: str, /) -> Any: ...

    def text_of(self, state: Any, /) -> str: ...

    def step(self, body: Any, state: Any, now: int, command: Any = None, /) -> Step[Any]:
        """Lives until ``now``, then obeys."""

    def foresee(self, body: Any, state: Any, /) -> Ahead[Any]:
        """Lives on until it speaks."""

    def touch(self, body: Any, state: Any, now: int, change: Any = None, /) -> Step[Any]:
        """Lives until ``now``; then a hand uses it, and changes something or not."""

    def look(self, body: Any, state: Any, now: int, /) -> Step[Any]:
        """Lives until ``now`` and speaks, change or none."""

    def steady(self, body: Any, state: Any, now: int, /) -> int:
        """Until when its power stays what it is at ``now``, to which ``state`` has lived.

        Its energy grows by just that until then. ``now`` itself where that is not known.
        """

    def busy(self, state: Any, now: int, /) -> bool:
        """Whether its own user interface keeps commands away."""

    def circuit(self, body: Any, /) -> tuple[str, ...]:
        """The ids of the modules whose draw it measures."""


class Member(Protocol):
    """A device among others of its kind, as it is and not yet foreseen."""

    @property
    def soonest(self) -> int:
        """It does not speak before."""


class Together(Protocol):
    """Foresees many devices of a kind at once, with the very bytes of `Simulator.foresee`."""

    def enrol(self, body: Any, /) -> int | None:
        """Makes room for one; ``None`` for one that has to live by itself."""

    def leave(self, row: int, /) -> None:
        """Gives back what `enrol` made."""

    def member(self, row: int, body: Any, state: Any, /) -> Any:
        """A `Member`."""

    def foresee(self, members: Sequence[Any], /) -> list[Ahead[Any]]:
        """Of each, in their order."""

    def live(self, members: Sequence[Any], now: int, /) -> list[Step[Any]]:
        """`Simulator.step` of each to ``now``, in their order."""
