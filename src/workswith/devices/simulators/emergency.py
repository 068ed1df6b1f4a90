"""A simulated controller of emergency lights: all is well until a hand breaks something."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from workswith.devices.emergency import Configuration, Fault, Reading

from .machine import Body, Machine


@dataclass(frozen=True, slots=True)
class Model:
    """Nothing about it matters but what is printed on it."""


class State(msgspec.Struct, frozen=True):
    at: int
    failures: int
    alert_at: int
    said: Reading


Controller = Body[Model, Configuration]


def begin(_body: Controller, now: int, _seed: int) -> State:
    return State(now, 0, now, Reading(0, now, now))


def live(body: Controller, state: State, until: int) -> tuple[State, int | None]:
    due = max(state.at, state.said.at + body.pace.heartbeat)
    return replace(state, at=max(state.at, min(due, until))), due if due <= until else None


def obey(_body: Controller, state: State, now: int, command: Fault) -> State:
    turned = bool(command.failures) != bool(state.failures)
    return replace(state, failures=command.failures, alert_at=now if turned else state.alert_at)


def say(_body: Controller, state: State, now: int) -> Reading:
    return Reading(state.failures, state.alert_at, now)


SIMULATOR = Machine(Model, Configuration, State, live, obey, say)
