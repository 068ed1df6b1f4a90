"""A simulated device made of three functions: how it lives, how it obeys, what it says.

Most kinds are no more than that. What they have in common is here: a device lives from one thing
it has to say to the next, so looking at it in between changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from workswith.kernel.clock import MINUTE

from .kind import MEMORY, NEVER, USUAL_PACE, Ahead, Pace, Step

M = TypeVar("M")
C = TypeVar("C")


class State(Protocol):
    """A frozen struct that has been lived through to the instant ``at``."""

    @property
    def at(self) -> int: ...


S = TypeVar("S", bound=State)


@dataclass(frozen=True, slots=True)
class Body(Generic[M, C]):
    """What does not change by itself: what it is built into, and how it was set up."""

    model: M
    configuration: C
    zone: ZoneInfo
    pace: Pace = USUAL_PACE


@dataclass(frozen=True, slots=True)
class Machine(Generic[M, C, S]):
    """Fulfils `kind.Simulator`. A state has the members ``at``, lived through, and ``said``."""

    model: type[M]
    configuration: type[C]
    state: type[S]
    live: Callable[[Body[M, C], S, int], tuple[S, int | None]]
    """Lives to an instant, or to the first before it at which it speaks, which is returned."""
    obey: Callable[[Body[M, C], S, int, Any], S]
    say: Callable[[Body[M, C], S, int], Any]
    stays: Callable[[Body[M, C], S, int], int] = lambda _body, _state, now: now
    """Until when a kind that draws power draws as it does at an instant, lived through to there."""

    def body_of(self, model: str, configuration: str, time_zone: str, pace: Pace) -> Body[M, C]:
        return Body(
            msgspec.json.decode(model, type=self.model),
            msgspec.json.decode(configuration, type=self.configuration),
            ZoneInfo(time_zone),
            pace,
        )

    def state_of(self, text: str) -> S:
        return msgspec.json.decode(text, type=self.state)

    def text_of(self, state: S) -> str:
        return msgspec.json.encode(state).decode()

    def step(self, body: Body[M, C], state: S, now: int, command: Any = None) -> Step[S]:
        away = now - state.at
        if away > MEMORY:
            missed = (away - MEMORY) // MINUTE * MINUTE
            state = _with(state, at=state.at + missed)
        spoken = None
        state, at = self.live(body, state, now)
        while at is not None:
            state, spoken = self._speak(body, state, at)
            state, at = self.live(body, state, now)
        if command is not None:
            state, spoken = self._speak(body, self.obey(body, state, now, command), now)
        return Step(state, spoken)

    def foresee(self, body: Body[M, C], state: S) -> Ahead[S]:
        lived, at = self.live(body, state, NEVER)
        assert at is not None  # noqa: S101 - there is a heartbeat
        return Ahead(at, Step(*self._speak(body, lived, at)))

    def touch(self, body: Body[M, C], state: S, now: int, change: Any = None) -> Step[S]:
        return self.step(body, state, now, change)

    def look(self, body: Body[M, C], state: S, now: int) -> Step[S]:
        return Step(*self._speak(body, self.step(body, state, now).state, now))

    def steady(self, body: Body[M, C], state: S, now: int) -> int:
        # What is not lived through for longer than that is not counted. (`step`)
        return min(self.stays(body, state, now), state.at + MEMORY)

    def busy(self, state: S, now: int) -> bool:
        return False

    def circuit(self, body: Body[M, C]) -> tuple[str, ...]:
        return ()

    def _speak(self, body: Body[M, C], state: S, now: int) -> tuple[S, Any]:
        said = self.say(body, state, now)
        return _with(state, said=said), said


def _with(state: S, **members: Any) -> S:
    made: S = replace(cast("Any", state), **members)  # a struct, of which each kind has its own
    return made
