"""What the park asks of every kind of simulated device.

A kind is a module of pure functions over a *body* (what does not change by itself) and a *state*
(what does). Instants are milliseconds; nothing is drawn at random and no clock is read.
"""

from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from workswith.devices.thermostat import Command, Reading
from workswith.kernel.clock import HOUR, MINUTE

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a device speaks when nothing urgent happens, in milliseconds."""

    measure: int = 15 * MINUTE
    heartbeat: int = HOUR


USUAL_PACE = Pace()


class Step(NamedTuple, Generic[S]):
    """A new state, and what the device said last on the way to it, if anything."""

    state: S
    reading: Reading | None


class Ahead(NamedTuple, Generic[S]):
    """The instant at which the device will speak next if nobody touches it, and the step there."""

    wake_at: int
    step: Step[S]


class Simulator(Protocol):
    """A module of `simulators` fulfils this."""

    def body_of(self, model: str, configuration: str, time_zone: str, pace: Pace) -> Any: ...

    def state_of(self, text: str) -> Any: ...

    def text_of(self, state: Any) -> str: ...

    def step(
        self, body: Any, state: Any, now: int, command: Command | None = None
    ) -> Step[Any]: ...

    def foresee(self, body: Any, state: Any) -> Ahead[Any]: ...

    def touch(
        self, body: Any, state: Any, now: int, change: Command | None = None
    ) -> Step[Any]: ...

    def look(self, body: Any, state: Any, now: int) -> Step[Any]: ...

    def busy(self, state: Any, now: int) -> bool: ...
