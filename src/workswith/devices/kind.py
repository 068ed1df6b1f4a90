"""What every kind of device is described by; `kinds` is the table of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

from workswith.kernel.problem import Kind, Problem

from .simulators.kind import Simulator, Together


class Reading(Protocol):
    """What a device says of itself at the instant ``at``; each kind has its own members."""

    @property
    def at(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of the topology's list: what can be set, read, and told when it changes."""

    name: str
    command: bool
    request: bool
    notification: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of which history is kept.

    ``total`` is a counter that adds up value · milliseconds exactly; without one, the figure is
    taken to stay as it was said until it is said again.
    """

    name: str
    value: Callable[[Any], int]
    total: Callable[[Any], int] | None = None


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """A row of the table: the words of a kind, and what simulates it.

    ``command`` is what it can be told from afar, ``touch`` what a hand on it does; ``None`` for
    nothing. ``check(command, configuration, now)`` raises `Kind.INVALID`, naming the member.
    ``notified`` are the members whose change is told to applications. ``together`` makes what
    foresees many of them at once, for kinds that have it; what that needs is loaded only then.
    ``soonest(body, state)`` is an instant before which it does not speak, for kinds of which that
    is cheaper to say than when it does.
    """

    device: str
    reading: type[Any]
    configuration: type[Any]
    notified: Mapping[str, Callable[[Any], object]]
    simulator: Simulator
    begin: Callable[[Any, int, int], Any]
    command: type[Any] | None = None
    touch: type[Any] | None = None
    check: Callable[[Any, Any, int], None] = lambda *_: None
    capabilities: tuple[Capability, ...] = ()
    measures: tuple[Measure, ...] = ()
    together: Callable[[], Together] | None = None
    soonest: Callable[[Any, Any], int] | None = None

    def require(self, command: object, configuration: Any, now: int) -> None:
        """Raises `Kind.INVALID` for what this device cannot be told from afar."""
        self.understand(command)
        self.check(command, configuration, now)

    def understand(self, command: object) -> None:
        """Raises `Kind.INVALID` for what no device of this kind is ever told from afar."""
        if self.command is None or not isinstance(command, self.command):
            raise Problem(
                Kind.INVALID, "not_commandable", f"That cannot be asked of a {self.device}."
            )


POWER = Measure("power", attrgetter("power"), attrgetter("energy"))
"""Watts, and the millijoules that they add up to; of every kind that has both."""
