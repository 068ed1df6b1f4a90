"""A simulated energy meter: each of its steps is given what flows through it at that instant."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec

from workswith.devices.meter import Configuration, Measured, Reading

from .kind import Ahead, Pace, Step
from .machine import Body


@dataclass(frozen=True, slots=True)
class Model:
    """The ids of the modules that hang behind it.

    ``past`` are the millijoules of what hung there before: a meter never runs backwards.
    """

    circuit: tuple[str, ...]
    past: int = 0


class State(msgspec.Struct, frozen=True):
    """``wake_at`` is when it looks again if nothing behind it changes before."""

    flow: Measured
    wake_at: int
    said: Reading


Meter = Body[Model, Configuration]

_states = msgspec.json.Decoder(State)
_encode = msgspec.json.Encoder().encode


def begin(_body: Meter, now: int, _seed: int) -> State:
    """Nothing has flown yet; it looks at once."""
    return State(Measured(0, 0), now, Reading(0, 0, now))


def body_of(model: str, configuration: str, time_zone: str, pace: Pace) -> Meter:
    return Body(
        msgspec.json.decode(model, type=Model),
        msgspec.json.decode(configuration, type=Configuration),
        ZoneInfo(time_zone),
        pace,
    )


def state_of(text: str) -> State:
    return _states.decode(text)


def text_of(state: State) -> str:
    return _encode(state).decode()


def step(body: Meter, state: State, now: int, command: Measured | None = None) -> Step[State]:
    """Speaks when the power changed enough, but not too often; and at each heartbeat."""
    if command is None:
        return Step(state, None)
    flow = Measured(command.power, command.energy + body.model.past)
    said, pace = state.said, body.pace
    changed = abs(flow.power - said.power) >= pace.power_step
    due = said.at + (pace.power if changed else pace.heartbeat)
    state = State(flow, due, said)
    return Step(state, None) if now < due else look(body, state, now)


def foresee(_body: Meter, state: State) -> Ahead[State]:
    return Ahead(state.wake_at, Step(state, None))


def touch(body: Meter, state: State, now: int, change: Measured | None = None) -> Step[State]:
    return step(body, state, now, change)


def look(body: Meter, state: State, now: int) -> Step[State]:
    said = Reading(state.flow.power, state.flow.energy, now)
    return Step(State(state.flow, now + body.pace.heartbeat, said), said)


def steady(_body: Meter, _state: State, now: int) -> int:
    """What flows through it is for its circuit to say."""
    return now


def busy(_state: State, _now: int) -> bool:
    return False


def circuit(body: Meter) -> tuple[str, ...]:
    return body.model.circuit
